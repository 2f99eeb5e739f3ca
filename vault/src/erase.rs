// SPDX-License-Identifier: Apache-2.0
//! Restricting and erasing. An erasure replaces the wrapped key by its protocol and takes out all else in
//! one write, and is ended only when no file holds what was there; an interrupted one is ended at the
//! next start.

use chain::hash::Hash;
use chain::ids::Time;
use chain::records::ErasureKind;

use crate::PAGE;
use crate::error::VaultError;
use crate::protocol::{self, Protocol};
use crate::rows;
use crate::shelf::{Change, Drawer};
use crate::standing::{Held, Standing};
use crate::subject::Subject;
use crate::vault::{Vault, put};

fn remove(drawer: Drawer, key: Vec<u8>) -> Change {
    Change::Remove { drawer, key }
}

impl Vault {
    /// Keeps a subject's data for the law alone, until an instant. The same again changes nothing; another
    /// instant takes the place of the one before.
    pub fn restrict(
        &self,
        subject: Subject,
        until: Time,
        now: Time,
    ) -> Result<Protocol, VaultError> {
        let _writing = self.writing.lock();
        let held = self.held(subject)?.ok_or(VaultError::NotHeld(subject))?;
        let kind = ErasureKind::Restricted { until };
        if let Some(protocol) = &held.protocol
            && protocol.kind == kind
        {
            return Ok(protocol.clone());
        }
        held.key(subject)?;
        if until <= now {
            return Err(VaultError::Over(until));
        }
        let protocol = self.written((subject, &held), kind, now)?;
        let mut changes = end_of(&held, subject);
        changes.push(put(Drawer::Keys, rows::end(until, subject), Vec::new()));
        let restricted = Held { wrapped: held.wrapped, protocol: Some(protocol.clone()) };
        changes.push(put(Drawer::Keys, rows::of(rows::HELD, subject), restricted.encode()));
        self.shelf.write(changes)?;
        Ok(protocol)
    }

    /// Destroys the keys of subjects for good, then all else that is held of them: when this returns, no
    /// file of the shelf holds any of it. Nothing happens if one of them was never held; what is erased
    /// already answers its protocol again.
    pub fn erase(&self, subjects: &[Subject], now: Time) -> Result<Vec<Protocol>, VaultError> {
        let _writing = self.writing.lock();
        for subject in subjects {
            self.held(*subject)?.ok_or(VaultError::NotHeld(*subject))?;
        }
        let mut protocols = Vec::new();
        for subject in subjects {
            protocols.push(self.destroy(*subject, now)?);
        }
        self.end_erasures()?;
        Ok(protocols)
    }

    fn destroy(&self, subject: Subject, now: Time) -> Result<Protocol, VaultError> {
        let held = self.held(subject)?.ok_or(VaultError::NotHeld(subject))?;
        if let (Standing::Erased { .. }, Some(protocol)) = (held.standing(), &held.protocol) {
            return Ok(protocol.clone());
        }
        let protocol = self.written((subject, &held), ErasureKind::Erased, now)?;
        let mut changes = end_of(&held, subject);
        for (name, _) in self.sealed(subject)? {
            changes.push(remove(Drawer::Values, rows::document(subject, &name)));
        }
        for mark in self.marks(subject)? {
            changes.push(remove(Drawer::Values, rows::index(&mark, subject)));
            changes.push(remove(Drawer::Values, rows::found_by(subject, &mark)));
        }
        let erased = Held { wrapped: None, protocol: Some(protocol.clone()) };
        changes.push(put(Drawer::Keys, rows::of(rows::HELD, subject), erased.encode()));
        changes.push(put(Drawer::Keys, rows::of(rows::ERASING, subject), Vec::new()));
        self.shelf.write(changes)?;
        Ok(protocol)
    }

    /// Makes the bytes of what was erased or forgotten go, keys first. Takes long; without any such, no time.
    pub fn end_erasures(&self) -> Result<(), VaultError> {
        loop {
            let rows = self.shelf.list(Drawer::Keys, &[rows::ERASING], None, PAGE)?;
            if rows.is_empty() {
                return Ok(());
            }
            let subjects: Vec<Subject> =
                rows.iter().filter_map(|(key, _)| rows::subject_of(key)).collect();
            let places = |drawer, kind: u8| {
                subjects.iter().map(move |one| (drawer, rows::of(kind, *one))).collect::<Vec<_>>()
            };
            self.shelf.purge(&places(Drawer::Keys, rows::HELD))?;
            let documents = places(Drawer::Values, rows::DOCUMENT).into_iter();
            let found_by = places(Drawer::Values, rows::FOUND_BY).into_iter();
            // Marks lie anywhere among the others: which ones were these, nothing says any more.
            let index = std::iter::once((Drawer::Values, vec![rows::INDEX]));
            self.shelf.purge(&documents.chain(found_by).chain(index).collect::<Vec<_>>())?;
            let ended = rows.into_iter().map(|(key, _)| remove(Drawer::Keys, key));
            self.shelf.write(ended.collect())?;
        }
    }

    /// Restricted subjects whose end is past, the earliest first: what is to be erased now.
    pub fn due(&self, now: Time, limit: usize) -> Result<Vec<Subject>, VaultError> {
        let rows = self.shelf.list(Drawer::Keys, &[rows::ENDS], None, limit.min(PAGE))?;
        let is_over = |key: &[u8]| {
            let until = key.get(1..9).and_then(|bytes| bytes.try_into().ok());
            until.is_some_and(|until| u64::from_be_bytes(until) <= now.0)
        };
        let over = rows.iter().map(|(key, _)| key).filter(|key| is_over(key));
        Ok(over.filter_map(|key| rows::subject_at_end(key)).collect())
    }

    fn written(
        &self,
        (subject, held): (Subject, &Held),
        kind: ErasureKind,
        at: Time,
    ) -> Result<Protocol, VaultError> {
        let documents = self.listed(subject)?;
        let key = Hash::of(held.key(subject)?);
        Ok(Protocol { version: protocol::VERSION, subject, kind, key, documents, at })
    }
}

/// Takes out the end of the restriction that a subject is under, if any.
fn end_of(held: &Held, subject: Subject) -> Vec<Change> {
    match held.standing() {
        Standing::Restricted { until } => vec![remove(Drawer::Keys, rows::end(until, subject))],
        _ => Vec::new(),
    }
}
