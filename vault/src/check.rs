// SPDX-License-Identifier: Apache-2.0
//! Looking through a whole vault: what is there, that every row belongs to somebody, and, with the node
//! key, that all of it opens.

use crate::error::VaultError;
use crate::rows;
use crate::shelf::{Drawer, Row, Shelf};
use crate::standing::{Held, Standing};
use crate::subject::Subject;
use crate::vault::Vault;
use crate::{PAGE, seal};

/// How many subjects stand how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Held.
    pub held: u64,
    /// Kept for the law alone.
    pub restricted: u64,
    /// Erased; their protocols are kept.
    pub erased: u64,
}

/// What a check looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// How subjects stand.
    pub status: Status,
    /// Documents that belong to them.
    pub documents: u64,
}

/// Goes through all rows whose keys begin with a byte.
fn each(
    shelf: &dyn Shelf,
    (drawer, kind): (Drawer, u8),
    look: &mut dyn FnMut(&Row) -> Result<(), VaultError>,
) -> Result<(), VaultError> {
    let mut after: Option<Vec<u8>> = None;
    loop {
        let rows = shelf.list(drawer, &[kind], after.as_deref(), PAGE)?;
        let Some((last, _)) = rows.last() else { return Ok(()) };
        after = Some(last.clone());
        rows.iter().try_for_each(&mut *look)?;
    }
}

fn damaged(what: &str) -> VaultError {
    VaultError::Damaged(what.to_owned())
}

impl Checked {
    /// Looks through a shelf without a key: every document and every mark belongs to a subject whose key is
    /// there, and nothing is left of one that was erased.
    pub fn of(shelf: &dyn Shelf) -> Result<Self, VaultError> {
        let mut checked = Self::default();
        each(shelf, (Drawer::Keys, rows::HELD), &mut |(_, value)| {
            let held =
                Held::decode(value).ok_or_else(|| damaged("a subject's key cannot be read"))?;
            checked.status.count(held.standing());
            Ok(())
        })?;
        each(shelf, (Drawer::Values, rows::DOCUMENT), &mut |(key, _)| {
            checked.documents += 1;
            belongs(shelf, rows::subject_of(key))
        })?;
        each(shelf, (Drawer::Values, rows::INDEX), &mut |(key, _)| {
            let subject = rows::subject_at_end(key);
            belongs(shelf, subject)?;
            let mark = key.get(1..33).and_then(|mark| mark.try_into().ok());
            let back = subject.zip(mark).map(|(subject, mark)| rows::found_by(subject, &mark));
            is_there(shelf, back)
        })?;
        each(shelf, (Drawer::Values, rows::FOUND_BY), &mut |(key, _)| {
            let mark = rows::behind_subject(key).try_into().ok();
            let forth = rows::subject_of(key).zip(mark);
            is_there(shelf, forth.map(|(subject, mark)| rows::index(&mark, subject)))
        })?;
        Ok(checked)
    }
}

impl Status {
    fn count(&mut self, standing: Standing) {
        match standing {
            Standing::Held => self.held += 1,
            Standing::Restricted { .. } => self.restricted += 1,
            Standing::Erased { .. } => self.erased += 1,
        }
    }
}

fn belongs(shelf: &dyn Shelf, subject: Option<Subject>) -> Result<(), VaultError> {
    let subject = subject.ok_or_else(|| damaged("a row names no subject"))?;
    let held = shelf.get(Drawer::Keys, &rows::of(rows::HELD, subject))?;
    let held = held.and_then(|row| Held::decode(&row));
    match held.map(|held| held.standing()) {
        Some(Standing::Held | Standing::Restricted { .. }) => Ok(()),
        _ => Err(damaged("a row belongs to a subject without a key")),
    }
}

fn is_there(shelf: &dyn Shelf, key: Option<Vec<u8>>) -> Result<(), VaultError> {
    let key = key.ok_or_else(|| damaged("a row of the index cannot be read"))?;
    let found = shelf.get(Drawer::Values, &key)?;
    found.map(drop).ok_or_else(|| damaged("the two halves of the index differ"))
}

impl Vault {
    /// Looks through it all and opens every key and document. `progress` gets how many subjects are done.
    pub fn check(&self, progress: &dyn Fn(u64)) -> Result<Checked, VaultError> {
        let checked = Checked::of(self.shelf.as_ref())?;
        let mut done = 0;
        each(self.shelf.as_ref(), (Drawer::Keys, rows::HELD), &mut |(key, _)| {
            let subject = rows::subject_of(key).ok_or_else(|| damaged("a key names no subject"))?;
            self.check_subject(subject)?;
            done += 1;
            progress(done);
            Ok(())
        })?;
        Ok(checked)
    }

    fn check_subject(&self, subject: Subject) -> Result<(), VaultError> {
        let Some(wrapped) = self.held(subject)?.and_then(|held| held.wrapped) else {
            return Ok(());
        };
        let key = self.unwrap(subject, &wrapped)?;
        for (name, sealed) in self.sealed(subject)? {
            seal::open(&key, (subject, &name), &sealed)?;
        }
        Ok(())
    }
}
