// SPDX-License-Identifier: Apache-2.0
//! The API keys that a node knows: whose each is, what it may do, from when until when. A value that is read from
//! a file and written back whole; never the file itself, never a secret.

use std::collections::BTreeMap;

use chain::ids::{OrganisationId, Time};
use chain::keys::PublicKey;
use chain::records::InterfaceScopes;
use chain::text::Name;
use serde::{Deserialize, Serialize};

use super::secret::{ApiKey, KeyId, SecretDigest};

/// Most keys of a node, those that ended included.
pub const MOST_KEYS: usize = 10_000;

/// Why the register is not changed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RegisterError {
    /// There is no such key.
    #[error("there is no API key {0}: `dianyun apikey list` shows those that there are")]
    Unknown(KeyId),
    /// Its time is over already.
    #[error("API key {0} has ended: make a new one with `dianyun apikey new`")]
    Ended(KeyId),
    /// It has a successor already, and ends soon.
    #[error("API key {0} was rotated already: rotate {1}, its successor")]
    Replaced(KeyId, KeyId),
    /// It would end before it begins.
    #[error("an API key ends after it begins: name a later end")]
    EndsEarly,
    /// There are too many.
    #[error(
        "this node holds {MOST_KEYS} API keys already: `dianyun apikey prune` forgets those that ended"
    )]
    Full,
    /// Two with one id: the file was edited by hand.
    #[error("API key {0} is there twice: keep one of the two in the file")]
    Twice(KeyId),
}

/// One API key as the node keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its name.
    pub id: KeyId,
    /// What its owner calls it.
    pub label: Name,
    /// Whom it speaks for.
    pub organisation: OrganisationId,
    /// What it may do at most; what the chain does not grant the organisation it may not do either.
    pub scopes: InterfaceScopes,
    /// True if it may do all that its organisation does by office.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_office: bool,
    /// The key of the node's keystore that signs for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signs_with: Option<PublicKey>,
    /// The key that took its place, if it was rotated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<KeyId>,
    /// Digest of its secret.
    pub digest: SecretDigest,
    /// Since when it is good.
    pub since: Time,
    /// From when on it is good for nothing, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
}

impl Entry {
    /// True if it is good at an instant.
    pub fn is_good(&self, now: Time) -> bool {
        self.since <= now && self.until.is_none_or(|until| now < until)
    }

    /// True if it has ended by an instant.
    pub fn has_ended(&self, now: Time) -> bool {
        self.until.is_some_and(|until| until <= now)
    }
}

/// What a new key is to be.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// What its owner calls it.
    pub label: Name,
    /// Whom it speaks for.
    pub organisation: OrganisationId,
    /// What it may do at most.
    pub scopes: InterfaceScopes,
    /// True if it may do all that its organisation does by office.
    pub by_office: bool,
    /// The key of the node's keystore that signs for it.
    pub signs_with: Option<PublicKey>,
    /// Until when it is good.
    pub until: Option<Time>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, rename = "key")]
    keys: Vec<Entry>,
}

/// All API keys of a node, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "File", into = "File")]
pub struct Register(BTreeMap<KeyId, Entry>);

impl TryFrom<File> for Register {
    type Error = RegisterError;

    fn try_from(file: File) -> Result<Self, RegisterError> {
        let mut register = Self::default();
        for entry in file.keys {
            register.put(entry)?;
        }
        Ok(register)
    }
}

impl From<Register> for File {
    fn from(register: Register) -> Self {
        Self { keys: register.0.into_values().collect() }
    }
}

impl Register {
    /// Every key, in order of the ids.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.0.values()
    }

    /// The key that is named.
    pub fn entry(&self, id: KeyId) -> Result<&Entry, RegisterError> {
        self.0.get(&id).ok_or(RegisterError::Unknown(id))
    }

    /// The entry of a key that a client showed, if its secret is right and it is good now.
    pub fn check(&self, shown: &ApiKey, now: Time) -> Option<&Entry> {
        let entry = self.0.get(&shown.id())?;
        (entry.digest == shown.digest() && entry.is_good(now)).then_some(entry)
    }

    /// Adds a key.
    pub fn add(&mut self, key: &ApiKey, wanted: Wanted, now: Time) -> Result<(), RegisterError> {
        if wanted.until.is_some_and(|until| until <= now) {
            return Err(RegisterError::EndsEarly);
        }
        let Wanted { label, organisation, scopes, by_office, signs_with, until } = wanted;
        self.put(Entry {
            id: key.id(),
            label,
            organisation,
            scopes,
            by_office,
            signs_with,
            replaced_by: None,
            digest: key.digest(),
            since: now,
            until,
        })
    }

    /// Puts a new key beside an old one of the same kind, which ends `overlap_ms` from now. The new one ends when
    /// it is said, else when the old one was to.
    pub fn rotate(
        &mut self,
        old: KeyId,
        new: &ApiKey,
        now: Time,
        (overlap_ms, until): (u64, Option<Time>),
    ) -> Result<(), RegisterError> {
        let before = self.in_force(old, now)?.clone();
        if let Some(next) = before.replaced_by {
            return Err(RegisterError::Replaced(old, next));
        }
        let until = until.or(before.until);
        if until.is_some_and(|until| until <= now) {
            return Err(RegisterError::EndsEarly);
        }
        self.put(Entry { id: new.id(), digest: new.digest(), since: now, until, ..before })?;
        self.end(old, now.plus(overlap_ms));
        if let Some(entry) = self.0.get_mut(&old) {
            entry.replaced_by = Some(new.id());
        }
        Ok(())
    }

    /// Ends a key now.
    pub fn revoke(&mut self, id: KeyId, now: Time) -> Result<(), RegisterError> {
        self.in_force(id, now)?;
        self.end(id, now);
        Ok(())
    }

    /// Forgets the keys that ended before an instant; how many those were.
    pub fn prune(&mut self, before: Time) -> usize {
        let all = self.0.len();
        self.0.retain(|_, entry| !entry.has_ended(before));
        all - self.0.len()
    }

    fn in_force(&self, id: KeyId, now: Time) -> Result<&Entry, RegisterError> {
        let entry = self.entry(id)?;
        if entry.has_ended(now) { Err(RegisterError::Ended(id)) } else { Ok(entry) }
    }

    fn end(&mut self, id: KeyId, at: Time) {
        if let Some(entry) = self.0.get_mut(&id) {
            entry.until = Some(entry.until.map_or(at, |until| until.min(at)));
        }
    }

    fn put(&mut self, entry: Entry) -> Result<(), RegisterError> {
        if self.0.len() >= MOST_KEYS {
            return Err(RegisterError::Full);
        }
        if self.0.contains_key(&entry.id) {
            return Err(RegisterError::Twice(entry.id));
        }
        self.0.insert(entry.id, entry);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use chain::ids::RecordId;

    use super::*;

    const NOW: Time = Time(1_000_000);

    fn key(number: u8) -> ApiKey {
        ApiKey::of([number; 48])
    }

    fn wanted(until: Option<Time>) -> Wanted {
        Wanted {
            label: Name::new("transport management").unwrap(),
            organisation: OrganisationId(RecordId([7; 16])),
            scopes: InterfaceScopes::NONE,
            by_office: false,
            signs_with: None,
            until,
        }
    }

    fn register(until: Option<Time>) -> Register {
        let mut register = Register::default();
        register.add(&key(1), wanted(until), NOW).unwrap();
        register
    }

    #[test]
    fn a_key_is_good_from_its_beginning_until_its_end() {
        let register = register(Some(NOW.plus(10)));
        let good = |at| register.check(&key(1), at).is_some();
        assert!(!good(Time(NOW.0 - 1)) && good(NOW) && good(NOW.plus(9)) && !good(NOW.plus(10)));
    }

    #[test]
    fn a_wrong_secret_of_a_known_key_is_refused() {
        let mut random = [1; 48];
        random[47] = 2;
        assert!(register(None).check(&ApiKey::of(random), NOW).is_none());
        assert!(register(None).check(&key(2), NOW).is_none());
    }

    #[test]
    fn a_rotated_key_and_its_successor_overlap() {
        let mut register = register(None);
        register.rotate(key(1).id(), &key(2), NOW, (100, None)).unwrap();
        let good = |number, at| register.check(&key(number), at).is_some();
        assert!(good(1, NOW.plus(99)) && good(2, NOW.plus(99)));
        assert!(!good(1, NOW.plus(100)) && good(2, NOW.plus(100)));
        assert_eq!(register.entry(key(2).id()).unwrap().label, wanted(None).label);
    }

    #[test]
    fn a_key_never_gets_a_later_end_by_rotation() {
        let mut register = register(Some(NOW.plus(5)));
        register.rotate(key(1).id(), &key(2), NOW, (100, None)).unwrap();
        assert_eq!(register.entry(key(1).id()).unwrap().until, Some(NOW.plus(5)));
    }

    #[test]
    fn a_successor_is_rotated_itself_and_never_inherits_an_overlap() {
        let mut register = register(Some(NOW.plus(1_000)));
        register.rotate(key(1).id(), &key(2), NOW, (100, None)).unwrap();
        let again = register.rotate(key(1).id(), &key(3), NOW, (100, None));
        assert_eq!(again, Err(RegisterError::Replaced(key(1).id(), key(2).id())));
        assert_eq!(register.entry(key(2).id()).unwrap().until, Some(NOW.plus(1_000)));
        let early = register.rotate(key(2).id(), &key(3), NOW, (100, Some(NOW)));
        assert_eq!(early, Err(RegisterError::EndsEarly));
        register.rotate(key(2).id(), &key(3), NOW, (100, Some(NOW.plus(9_000)))).unwrap();
        assert_eq!(register.entry(key(3).id()).unwrap().until, Some(NOW.plus(9_000)));
    }

    #[test]
    fn a_revoked_key_is_good_for_nothing_and_is_not_rotated() {
        let mut register = register(None);
        register.revoke(key(1).id(), NOW).unwrap();
        assert!(register.check(&key(1), NOW).is_none());
        let ended = Err(RegisterError::Ended(key(1).id()));
        assert_eq!(register.revoke(key(1).id(), NOW), ended);
        assert_eq!(register.rotate(key(1).id(), &key(2), NOW, (0, None)), ended);
        assert_eq!(register.prune(NOW), 1);
        assert_eq!(register.revoke(key(1).id(), NOW), Err(RegisterError::Unknown(key(1).id())));
    }

    #[test]
    fn a_key_that_ends_before_it_begins_or_is_there_twice_is_refused() {
        let mut register = register(None);
        let early = register.add(&key(2), wanted(Some(NOW)), NOW);
        assert_eq!(early, Err(RegisterError::EndsEarly));
        let twice = register.add(&key(1), wanted(None), NOW);
        assert_eq!(twice, Err(RegisterError::Twice(key(1).id())));
    }

    #[test]
    fn the_file_form_reads_back_and_takes_no_unknown_field() {
        let register = register(Some(NOW.plus(1)));
        let text = serde_json::to_string(&register).unwrap();
        assert_eq!(serde_json::from_str::<Register>(&text).unwrap(), register);
        let odd = text.replacen("\"label\"", "\"colour\":1,\"label\"", 1);
        assert!(serde_json::from_str::<Register>(&odd).is_err());
    }
}
