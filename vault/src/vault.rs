// SPDX-License-Identifier: Apache-2.0
//! The vault itself: opening it, putting documents in, and reading them.

use chain::fields::Field;
use chain::hash::Hash;
use chain::keys::PublicKey;
use parking_lot::{Mutex, RwLock};
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::document::{Contact, DocumentName, HeldClaim};
use crate::error::VaultError;
use crate::find::KeyField;
use crate::key::{self, NodeKey, Secret};
use crate::parcel::Parcel;
use crate::protocol::{Listed, Protocol};
use crate::rows::{self, Mark};
use crate::shelf::{Change, Drawer, Shelf};
use crate::standing::{Held, Standing, View};
use crate::subject::Subject;
use crate::{DOCUMENTS, KEY_FIELDS, PAGE, seal};

/// The node keys in use: the second one only while keys are wrapped anew.
pub(crate) struct Ring {
    pub(crate) current: NodeKey,
    pub(crate) next: Option<NodeKey>,
}

impl Ring {
    /// What new keys are wrapped under.
    pub(crate) fn newest(&self) -> &NodeKey {
        self.next.as_ref().unwrap_or(&self.current)
    }

    /// The key that a node key of the ring wrapped for an owner.
    pub(crate) fn unwrap(&self, whose: &[u8], wrapped: &[u8]) -> Option<Secret> {
        let id = key::id_of(wrapped)?;
        let mut keys = std::iter::once(&self.current).chain(&self.next);
        keys.find(|key| key.id() == id)?.unwrap(whose, wrapped)
    }
}

/// Personal data of subjects, each under a key of its own. Every call may block on the disk.
pub struct Vault {
    pub(crate) shelf: Box<dyn Shelf>,
    pub(crate) ring: RwLock<Ring>,
    pub(crate) index: Secret,
    /// Whoever reads rows to write others holds this.
    pub(crate) writing: Mutex<()>,
}

/// Whether a document of a name may give way to another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Put,
    Replace,
}

impl Vault {
    /// Opens the vault on a shelf under its node key, and ends erasures that were interrupted. An empty
    /// shelf becomes a vault under this key.
    pub fn open(shelf: Box<dyn Shelf>, node_key: NodeKey) -> Result<Self, VaultError> {
        let index = match shelf.get(Drawer::Keys, rows::INDEX_KEY)? {
            Some(wrapped) => open_index(&node_key, &wrapped)?,
            None => begin(shelf.as_ref(), &node_key)?,
        };
        let ring = RwLock::new(Ring { current: node_key, next: None });
        let vault = Self { shelf, ring, index, writing: Mutex::new(()) };
        vault.end_erasures()?;
        Ok(vault)
    }

    /// Puts all of a parcel or nothing. What is there already with the same bytes stays; with other bytes
    /// it is `Taken`.
    pub fn put(&self, subject: Subject, parcel: &Parcel) -> Result<(), VaultError> {
        self.take_in(subject, parcel, Mode::Put)
    }

    /// The same, in the place of what is there.
    pub fn replace(&self, subject: Subject, parcel: &Parcel) -> Result<(), VaultError> {
        self.take_in(subject, parcel, Mode::Replace)
    }

    fn take_in(&self, subject: Subject, parcel: &Parcel, mode: Mode) -> Result<(), VaultError> {
        parcel.check()?;
        let _writing = self.writing.lock();
        let mut changes = Vec::new();
        let key = match self.held(subject)? {
            Some(held) => {
                if let Standing::Restricted { until } = held.standing() {
                    return Err(VaultError::Restricted { subject, until });
                }
                self.unwrap(subject, held.key(subject)?)?
            }
            None => self.new_key(subject, &mut changes)?,
        };
        self.add_documents((subject, &key), parcel, mode, &mut changes)?;
        self.add_marks(subject, parcel, &mut changes)?;
        if changes.is_empty() {
            return Ok(());
        }
        Ok(self.shelf.write(changes)?)
    }

    fn new_key(&self, subject: Subject, changes: &mut Vec<Change>) -> Result<Secret, VaultError> {
        let secret = key::new_secret()?;
        let wrapped = self.ring.read().newest().wrap(&subject.to_bytes(), &secret)?;
        let held = Held { wrapped: Some(wrapped), protocol: None };
        changes.push(put(Drawer::Keys, rows::of(rows::HELD, subject), held.encode()));
        Ok(secret)
    }

    fn add_documents(
        &self,
        (subject, key): (Subject, &Secret),
        parcel: &Parcel,
        mode: Mode,
        changes: &mut Vec<Change>,
    ) -> Result<(), VaultError> {
        let mut count = self.names(subject)?.len();
        for (name, bytes) in &parcel.documents {
            let row = rows::document(subject, name);
            let there = self.shelf.get(Drawer::Values, &row)?;
            let there =
                there.map(|sealed| seal::open(key, (subject, name), &sealed)).transpose()?;
            match there {
                Some(there) if there == *bytes => continue,
                Some(_) if mode == Mode::Put => {
                    return Err(VaultError::Taken { subject, name: name.clone() });
                }
                Some(_) => {}
                None => count += 1,
            }
            changes.push(put(Drawer::Values, row, seal::seal(key, (subject, name), bytes)?));
        }
        within(subject, count, ("documents", DOCUMENTS))
    }

    fn add_marks(
        &self,
        subject: Subject,
        parcel: &Parcel,
        changes: &mut Vec<Change>,
    ) -> Result<(), VaultError> {
        let mut marks = self.marks(subject)?;
        for mark in parcel.keys.iter().map(|key| key.mark(&self.index)) {
            if marks.contains(&mark) {
                continue;
            }
            marks.push(mark);
            changes.push(put(Drawer::Values, rows::index(&mark, subject), Vec::new()));
            changes.push(put(Drawer::Values, rows::found_by(subject, &mark), Vec::new()));
        }
        within(subject, marks.len(), ("values that it is found by", KEY_FIELDS))
    }

    /// What a subject is found by.
    pub(crate) fn marks(&self, subject: Subject) -> Result<Vec<Mark>, VaultError> {
        let prefix = rows::of(rows::FOUND_BY, subject);
        let rows = self.shelf.list(Drawer::Values, &prefix, None, KEY_FIELDS + 1)?;
        let mark = |key: &[u8]| rows::behind_subject(key).try_into().ok();
        let marks: Option<Vec<Mark>> = rows.iter().map(|(key, _)| mark(key)).collect();
        marks.ok_or(VaultError::Altered { subject, what: "index".to_owned() })
    }

    /// Takes a document out, such as a statement that was used. True if it was there.
    pub fn discard(&self, subject: Subject, name: &DocumentName) -> Result<bool, VaultError> {
        let _writing = self.writing.lock();
        let key = rows::document(subject, name);
        let there = self.shelf.get(Drawer::Values, &key)?.is_some();
        if there {
            self.shelf.write(vec![Change::Remove { drawer: Drawer::Values, key }])?;
        }
        Ok(there)
    }

    /// Takes out a subject with all that is held of it, and leaves no protocol: of what came to nothing, whose
    /// name never was on chain. True if it was held; what is restricted or erased stays so. Its bytes go with the next
    /// erasure, or by [`Vault::end_erasures`].
    pub fn forget(&self, subject: Subject) -> Result<bool, VaultError> {
        let _writing = self.writing.lock();
        let held = self.held(subject)?;
        if held.is_none_or(|held| held.standing() != Standing::Held) {
            return Ok(false);
        }
        let remove = |drawer, key| Change::Remove { drawer, key };
        let mut changes = vec![
            remove(Drawer::Keys, rows::of(rows::HELD, subject)),
            put(Drawer::Keys, rows::of(rows::ERASING, subject), Vec::new()),
        ];
        for (name, _) in self.sealed(subject)? {
            changes.push(remove(Drawer::Values, rows::document(subject, &name)));
        }
        for mark in self.marks(subject)? {
            changes.push(remove(Drawer::Values, rows::index(&mark, subject)));
            changes.push(remove(Drawer::Values, rows::found_by(subject, &mark)));
        }
        self.shelf.write(changes)?;
        Ok(true)
    }

    /// A document; none if there is none of that name.
    pub fn document(
        &self,
        subject: Subject,
        name: &DocumentName,
        view: View,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        let Some(held) = self.held(subject)? else { return Ok(None) };
        let wrapped = held.open_to(subject, view)?;
        let Some(sealed) = self.shelf.get(Drawer::Values, &rows::document(subject, name))? else {
            return Ok(None);
        };
        let key = self.unwrap(subject, wrapped)?;
        seal::open(&key, (subject, name), &sealed).map(Some)
    }

    /// The names of a subject's documents, sorted.
    pub fn names(&self, subject: Subject) -> Result<Vec<DocumentName>, VaultError> {
        let rows = self.sealed(subject)?;
        rows.into_iter().map(|(name, _)| Ok(name)).collect()
    }

    /// A subject's documents with the digests of their sealed bytes, sorted by name: what a protocol lists.
    pub fn listed(&self, subject: Subject) -> Result<Vec<Listed>, VaultError> {
        let listed = |(name, sealed): (_, Vec<u8>)| Listed { name, digest: Hash::of(&sealed) };
        Ok(self.sealed(subject)?.into_iter().map(listed).collect())
    }

    /// A subject's documents as they lie on the shelf.
    pub(crate) fn sealed(
        &self,
        subject: Subject,
    ) -> Result<Vec<(DocumentName, Vec<u8>)>, VaultError> {
        let prefix = rows::of(rows::DOCUMENT, subject);
        let rows = self.shelf.list(Drawer::Values, &prefix, None, DOCUMENTS + 1)?;
        let name = |key: &[u8]| {
            let text = std::str::from_utf8(rows::behind_subject(key)).ok()?;
            DocumentName::new(text).ok()
        };
        let named = |(key, value): (Vec<u8>, Vec<u8>)| Some((name(&key)?, value));
        let all: Option<Vec<_>> = rows.into_iter().map(named).collect();
        all.ok_or(VaultError::Altered { subject, what: "list of documents".to_owned() })
    }

    /// Fields and salts of all claims, in their places.
    pub fn claims(&self, subject: Subject, view: View) -> Result<Vec<HeldClaim>, VaultError> {
        let Some(held) = self.held(subject)? else { return Ok(Vec::new()) };
        let key = self.unwrap(subject, held.open_to(subject, view)?)?;
        let mut claims: Vec<HeldClaim> = Vec::new();
        for (name, sealed) in self.sealed(subject)?.iter().filter(|(name, _)| name.is_claim()) {
            claims.push(parse((subject, name), &seal::open(&key, (subject, name), sealed)?)?);
        }
        claims.sort_by_key(|claim| claim.place);
        Ok(claims)
    }

    /// How the holder is reached.
    pub fn contact(&self, subject: Subject, view: View) -> Result<Option<Contact>, VaultError> {
        self.typed(subject, &DocumentName::contact(), view)
    }

    /// The holder's public key.
    pub fn holder(&self, subject: Subject, view: View) -> Result<Option<PublicKey>, VaultError> {
        self.typed(subject, &DocumentName::holder(), view)
    }

    /// The full fields of a waybill with their salts.
    pub fn waybill(&self, subject: Subject, view: View) -> Result<Option<Vec<Field>>, VaultError> {
        self.typed(subject, &DocumentName::waybill(), view)
    }

    fn typed<T: DeserializeOwned>(
        &self,
        subject: Subject,
        name: &DocumentName,
        view: View,
    ) -> Result<Option<T>, VaultError> {
        let document = self.document(subject, name, view)?;
        document.map(|bytes| parse((subject, name), &bytes)).transpose()
    }

    /// Subjects that are found by a value, in the order of their ids, at most a page. What is restricted is
    /// found too; what is erased is not.
    pub fn find(&self, key: &KeyField) -> Result<Vec<Subject>, VaultError> {
        let prefix = [&[rows::INDEX][..], &key.mark(&self.index)].concat();
        let rows = self.shelf.list(Drawer::Values, &prefix, None, PAGE)?;
        let subjects = rows.iter().map(|(key, _)| rows::subject_at_end(key));
        let subjects: Option<Vec<Subject>> = subjects.collect();
        subjects.ok_or_else(|| VaultError::Damaged("the index names no subject".to_owned()))
    }

    /// Subjects behind one, in the order of their ids, at most `limit` and at most a page.
    pub fn subjects(
        &self,
        after: Option<Subject>,
        limit: usize,
    ) -> Result<Vec<(Subject, Standing)>, VaultError> {
        let after = after.map(|subject| rows::of(rows::HELD, subject));
        let limit = limit.min(PAGE);
        let rows = self.shelf.list(Drawer::Keys, &[rows::HELD], after.as_deref(), limit)?;
        let read = |(key, value): &(Vec<u8>, Vec<u8>)| {
            Some((rows::subject_of(key)?, Held::decode(value)?.standing()))
        };
        let subjects: Option<Vec<_>> = rows.iter().map(read).collect();
        subjects.ok_or_else(|| VaultError::Damaged("a subject's key cannot be read".to_owned()))
    }

    /// How a subject stands; none if nothing was ever held of it.
    pub fn standing(&self, subject: Subject) -> Result<Option<Standing>, VaultError> {
        Ok(self.held(subject)?.map(|held| held.standing()))
    }

    /// The protocol of what became of a subject's data, if anything did.
    pub fn protocol(&self, subject: Subject) -> Result<Option<Protocol>, VaultError> {
        Ok(self.held(subject)?.and_then(|held| held.protocol))
    }

    pub(crate) fn held(&self, subject: Subject) -> Result<Option<Held>, VaultError> {
        let row = self.shelf.get(Drawer::Keys, &rows::of(rows::HELD, subject))?;
        let read = |row: Vec<u8>| {
            let altered = VaultError::Altered { subject, what: "key".to_owned() };
            Held::decode(&row).ok_or(altered)
        };
        row.map(read).transpose()
    }

    pub(crate) fn unwrap(&self, subject: Subject, wrapped: &[u8]) -> Result<Secret, VaultError> {
        let key = self.ring.read().unwrap(&subject.to_bytes(), wrapped);
        key.ok_or_else(|| VaultError::Altered { subject, what: "key".to_owned() })
    }
}

/// A row in the place of one of that key.
pub(crate) fn put(drawer: Drawer, key: Vec<u8>, value: Vec<u8>) -> Change {
    Change::Put { drawer, key, value }
}

fn within(
    subject: Subject,
    count: usize,
    (what, limit): (&'static str, usize),
) -> Result<(), VaultError> {
    if count > limit {
        return Err(VaultError::TooMany { subject, what, limit });
    }
    Ok(())
}

fn parse<T: DeserializeOwned>(
    (subject, name): (Subject, &DocumentName),
    bytes: &[u8],
) -> Result<T, VaultError> {
    let altered = |_| VaultError::Altered { subject, what: format!("document {name}") };
    serde_json::from_slice(bytes).map_err(altered)
}

/// The index key, if this node key wrapped it.
fn open_index(node_key: &NodeKey, wrapped: &[u8]) -> Result<Secret, VaultError> {
    let damaged = || VaultError::Damaged("the index key cannot be opened".to_owned());
    let (found, given) = (key::id_of(wrapped).ok_or_else(damaged)?, node_key.id());
    if found != given {
        return Err(VaultError::WrongKey { found, given });
    }
    node_key.unwrap(rows::INDEX_KEY, wrapped).ok_or_else(damaged)
}

/// Makes the index key of a new vault. A shelf that holds keys without it lost it.
fn begin(shelf: &dyn Shelf, node_key: &NodeKey) -> Result<Secret, VaultError> {
    for drawer in [Drawer::Keys, Drawer::Values] {
        if !shelf.list(drawer, &[], None, 1)?.is_empty() {
            return Err(VaultError::Damaged("its index key is missing".to_owned()));
        }
    }
    let secret = key::new_secret()?;
    let wrapped = node_key.wrap(rows::INDEX_KEY, &secret)?;
    shelf.write(vec![put(Drawer::Keys, rows::INDEX_KEY.to_vec(), wrapped)])?;
    Ok(secret)
}
