// SPDX-License-Identifier: Apache-2.0
//! Another node key: every subject's key is wrapped anew, the index key last, so that an interrupted
//! rotation goes on where it stopped. Documents are not touched.

use crate::error::VaultError;
use crate::key::{self, KeyId, NodeKey};
use crate::rows;
use crate::shelf::{Change, Drawer, Row};
use crate::standing::Held;
use crate::subject::Subject;
use crate::vault::{Ring, Vault, put};

/// Keys that are wrapped anew in one write: others wait that long.
const STEP: usize = 64;

impl Vault {
    /// Wraps all keys under another node key; then no file holds what the old one opens. `progress` gets
    /// how many subjects are done. Returns how many there were to do.
    pub fn rotate(&self, next: NodeKey, progress: &dyn Fn(u64)) -> Result<u64, VaultError> {
        let to = next.id();
        self.ring.write().next = Some(next);
        let (mut done, mut wrapped, mut after) = (0, 0, None);
        loop {
            let _writing = self.writing.lock();
            let rows = self.shelf.list(Drawer::Keys, &[rows::HELD], after.as_deref(), STEP)?;
            let Some((last, _)) = rows.last() else { break };
            after = Some(last.clone());
            done += rows.len() as u64;
            wrapped += self.wrap_anew(&rows, to)?;
            progress(done);
        }
        {
            let _writing = self.writing.lock();
            self.take_over()?;
        }
        self.purge_old_keys()?;
        Ok(wrapped)
    }

    /// Makes sure that no file holds keys as older node keys wrapped them: what an interrupted rotation may
    /// have left.
    pub fn purge_old_keys(&self) -> Result<(), VaultError> {
        let keys = [vec![rows::HELD], rows::INDEX_KEY.to_vec()];
        Ok(self.shelf.purge(&keys.map(|key| (Drawer::Keys, key)))?)
    }

    /// The node key in use.
    pub fn node_key(&self) -> KeyId {
        self.ring.read().current.id()
    }

    fn wrap_anew(&self, rows: &[Row], to: KeyId) -> Result<u64, VaultError> {
        let mut changes = Vec::new();
        for (key, value) in rows {
            let damaged = || VaultError::Damaged("a subject's key cannot be read".to_owned());
            let subject = rows::subject_of(key).ok_or_else(damaged)?;
            let held = Held::decode(value).ok_or_else(damaged)?;
            changes.extend(self.rewrapped(subject, held, to)?);
        }
        let count = changes.len() as u64;
        if count > 0 {
            self.shelf.write(changes)?;
        }
        Ok(count)
    }

    /// The row under the next key; none if it is so already, or the key is destroyed.
    fn rewrapped(
        &self,
        subject: Subject,
        held: Held,
        to: KeyId,
    ) -> Result<Option<Change>, VaultError> {
        let Some(wrapped) = held.wrapped.filter(|wrapped| key::id_of(wrapped) != Some(to)) else {
            return Ok(None);
        };
        let secret = self.unwrap(subject, &wrapped)?;
        let wrapped = Some(self.ring.read().newest().wrap(&subject.to_bytes(), &secret)?);
        let row = Held { wrapped, protocol: held.protocol };
        Ok(Some(put(Drawer::Keys, rows::of(rows::HELD, subject), row.encode())))
    }

    /// The next key takes the place of the current one: by now it wraps all keys.
    fn take_over(&self) -> Result<(), VaultError> {
        let mut ring = self.ring.write();
        let Some(next) = &ring.next else { return Ok(()) };
        let wrapped = next.wrap(rows::INDEX_KEY, &self.index)?;
        self.shelf.write(vec![put(Drawer::Keys, rows::INDEX_KEY.to_vec(), wrapped)])?;
        if let Some(current) = ring.next.take() {
            *ring = Ring { current, next: None };
        }
        Ok(())
    }
}
