// SPDX-License-Identifier: Apache-2.0
//! A shelf in memory that behaves like files: what is removed or replaced stays about as a ghost until it
//! is purged. It can be told to fail.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use vault::{Change, Drawer, Row, Shelf, ShelfError};

type Rows = BTreeMap<(Drawer, Vec<u8>), Vec<u8>>;

#[derive(Default)]
pub(crate) struct Inside {
    pub(crate) rows: Rows,
    pub(crate) ghosts: Vec<(Drawer, Row)>,
    /// The next so many writes and purges succeed, then all fail; none: all succeed.
    pub(crate) fails_after: Option<u32>,
}

/// Clones share what they hold.
#[derive(Clone, Default)]
pub(crate) struct Memory(Arc<Mutex<Inside>>);

impl Memory {
    pub(crate) fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap()
    }

    /// True if some row, or a ghost of one, holds these bytes.
    pub(crate) fn holds(&self, bytes: &[u8]) -> bool {
        let inside = self.inside();
        let has = |value: &[u8]| value.windows(bytes.len()).any(|window| window == bytes);
        let rows = inside.rows.iter().any(|((_, key), value)| has(key) || has(value));
        rows || inside.ghosts.iter().any(|(_, (key, value))| has(key) || has(value))
    }

    pub(crate) fn rows(&self, drawer: Drawer) -> Vec<Row> {
        let inside = self.inside();
        let rows = inside.rows.iter().filter(|((place, _), _)| *place == drawer);
        rows.map(|((_, key), value)| (key.clone(), value.clone())).collect()
    }

    pub(crate) fn fail_after(&self, count: Option<u32>) {
        self.inside().fails_after = count;
    }
}

impl Inside {
    fn may(&mut self) -> Result<(), ShelfError> {
        match &mut self.fails_after {
            Some(0) => Err(ShelfError("told to fail".to_owned())),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

impl Shelf for Memory {
    fn get(&self, drawer: Drawer, key: &[u8]) -> Result<Option<Vec<u8>>, ShelfError> {
        Ok(self.inside().rows.get(&(drawer, key.to_vec())).cloned())
    }

    fn list(
        &self,
        drawer: Drawer,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Row>, ShelfError> {
        let rows = self.rows(drawer).into_iter().filter(|(key, _)| {
            key.starts_with(prefix) && after.is_none_or(|after| key.as_slice() > after)
        });
        Ok(rows.take(limit).collect())
    }

    fn write(&self, changes: Vec<Change>) -> Result<(), ShelfError> {
        let mut inside = self.inside();
        inside.may()?;
        for change in changes {
            let (drawer, key, value) = match change {
                Change::Put { drawer, key, value } => (drawer, key, Some(value)),
                Change::Remove { drawer, key } => (drawer, key, None),
            };
            let before = match value {
                Some(value) => inside.rows.insert((drawer, key.clone()), value),
                None => inside.rows.remove(&(drawer, key.clone())),
            };
            inside.ghosts.extend(before.map(|value| (drawer, (key, value))));
        }
        Ok(())
    }

    fn purge(&self, places: &[(Drawer, Vec<u8>)]) -> Result<(), ShelfError> {
        let mut inside = self.inside();
        inside.may()?;
        inside.ghosts.retain(|(drawer, (key, _))| {
            !places.iter().any(|(place, prefix)| place == drawer && key.starts_with(prefix))
        });
        Ok(())
    }
}
