// SPDX-License-Identifier: Apache-2.0
//! The block at height 0: the records that genesis names.

use std::collections::BTreeSet;

use super::execute::touched_buckets;
use super::organisation::faults;
use super::overlay::Overlay;
use crate::block::{Header, PROTOCOL};
use crate::event::Event;
use crate::genesis::{FirstOrganisation, Genesis, credit_digest};
use crate::hash::Hash;
use crate::ids::{Height, OrganisationId, Time, TransactionId};
use crate::receipt::Change;
use crate::records::key::Use;
use crate::records::name::{NameKind, UniqueName};
use crate::records::parameters::{Parameter, ParameterValue};
use crate::records::{
    Dossier, Grant, Interface, Organisation, OrganisationKind, Owner, ParameterName, Parameters,
    RecordKey, RecordKind, RegisteredKey,
};
use crate::view::{Executed, Records, Stored, View};
use crate::{merkle, state_tree};

/// Why a genesis cannot begin a chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GenesisError {
    /// Another protocol: use the matching release.
    #[error("protocol {0} is not {PROTOCOL}: use the release that made this genesis")]
    Protocol(u16),
    /// The depth of the state tree is out of range.
    #[error("depth {0} is not between 1 and 24")]
    Depth(u8),
    /// A parameter is named twice or its value is out of range.
    #[error("parameter {0:?} is named twice or out of range")]
    Parameter(ParameterName),
    /// Two organisations have one credit code or tag.
    #[error("two organisations have the credit code or tag of organisation {0}")]
    OrganisationTwice(usize),
    /// An organisation breaks a rule that every new organisation keeps.
    #[error("organisation {0}: {1}")]
    Organisation(usize, &'static str),
    /// A key is used twice.
    #[error("key {0} is used twice")]
    KeyTwice(crate::keys::PublicKey),
    /// Nodes are numbered, named or keyed wrongly, or there is no validator.
    #[error("nodes: {0}")]
    Nodes(String),
    /// Nobody could admit organisations or set parameters.
    #[error("no regulator has a key with the role operate")]
    NoRegulator,
    /// No prefecture, or one twice.
    #[error("prefectures must be at least one, each once")]
    Prefectures,
    /// A secret of tags for what has none, or two for one kind.
    #[error("tag secrets: {0:?} has none, or has it already")]
    TagSecret(NameKind),
}

/// The empty state below genesis.
struct Nothing {
    header: Header,
    empty: Vec<Hash>,
}

impl Records for Nothing {
    fn header(&self) -> &Header {
        &self.header
    }

    fn chain(&self) -> Hash {
        self.header.chain
    }

    fn record(&self, _: &RecordKey) -> Option<Stored> {
        None
    }
}

impl View for Nothing {
    fn header_hash(&self) -> Hash {
        Hash::ZERO
    }

    fn depth(&self) -> u8 {
        (self.empty.len() - 1) as u8
    }

    fn bucket(&self, _: u32) -> Vec<(Hash, Hash)> {
        Vec::new()
    }

    fn tree_node(&self, level: u8, _: u32) -> Hash {
        self.empty[usize::from(level)]
    }

    fn history_node(&self, _: u8, _: u64) -> Hash {
        Hash::ZERO
    }

    fn due(&self, _: Time, _: usize) -> Vec<(Time, RecordKey)> {
        Vec::new()
    }

    fn is_recent(&self, _: Time, _: &TransactionId) -> bool {
        false
    }
}

/// Builds the block at height 0, or says what is wrong with genesis.
pub fn genesis_block(genesis: &Genesis) -> Result<Executed, GenesisError> {
    check(genesis)?;
    let nothing =
        Nothing { header: empty_header(genesis), empty: state_tree::empty_nodes(genesis.depth) };
    let mut overlay = Overlay::new(&nothing, Height(0), 0);
    overlay.put(first_parameters(genesis)?, Event::Genesis, genesis.time);
    let mut keys: BTreeSet<_> = genesis.nodes.iter().map(|node| node.key).collect();
    for (place, first) in genesis.organisations.iter().enumerate() {
        admit(&mut overlay, genesis, (place, first), &mut keys)?;
    }
    let writes = overlay.into_writes();
    let touched = touched_buckets(&nothing, &writes);
    let (state_root, tree_nodes) = state_tree::update(&nothing, &touched);
    let change_leaves: Vec<Hash> = writes.changes.iter().map(Change::leaf).collect();
    let header = Header {
        change_count: change_leaves.len() as u32,
        change_root: merkle::root_of(&change_leaves),
        state_root,
        ..nothing.header
    };
    Ok(Executed {
        header_hash: header.hash(),
        header,
        transactions: Vec::new(),
        receipts: Vec::new(),
        changes: writes.changes,
        written: writes.written,
        newest: writes.newest,
        tree_nodes,
        history_nodes: Vec::new(),
        recent: Vec::new(),
        deadlines: writes.deadlines,
        lists: writes.lists,
    })
}

fn empty_header(genesis: &Genesis) -> Header {
    let empty = merkle::root_of(&[]);
    Header {
        version: PROTOCOL,
        chain: genesis.chain_id(),
        config_no: 0,
        height: Height(0),
        parent_hash: Hash::ZERO,
        time_ms: genesis.time,
        tx_count: 0,
        tx_root: empty,
        receipt_root: empty,
        change_first_seq: 0,
        change_count: 0,
        change_root: empty,
        history_root: empty,
        state_root: empty,
        payload_hash: Hash::ZERO,
    }
}

fn check(genesis: &Genesis) -> Result<(), GenesisError> {
    if genesis.protocol != PROTOCOL {
        return Err(GenesisError::Protocol(genesis.protocol));
    }
    if !(1..=24).contains(&genesis.depth) {
        return Err(GenesisError::Depth(genesis.depth));
    }
    let distinct: BTreeSet<_> = genesis.prefectures.iter().collect();
    if distinct.is_empty() || distinct.len() != genesis.prefectures.len() {
        return Err(GenesisError::Prefectures);
    }
    let regulates = |o: &FirstOrganisation| {
        o.kind == OrganisationKind::Regulator && o.keys.iter().any(|grant| grant.roles.operate)
    };
    if !genesis.organisations.iter().any(regulates) {
        return Err(GenesisError::NoRegulator);
    }
    check_tag_secrets(genesis)?;
    check_nodes(genesis)
}

/// At most one for each kind of keyed tag.
fn check_tag_secrets(genesis: &Genesis) -> Result<(), GenesisError> {
    let mut seen = BTreeSet::new();
    for secret in &genesis.tag_secrets {
        let keyed = matches!(secret.kind, NameKind::Identity | NameKind::Vin | NameKind::Plate);
        if !keyed || !seen.insert(secret.kind) {
            return Err(GenesisError::TagSecret(secret.kind));
        }
    }
    Ok(())
}

fn check_nodes(genesis: &Genesis) -> Result<(), GenesisError> {
    let mut numbers = BTreeSet::new();
    let mut names = BTreeSet::new();
    let mut keys = BTreeSet::new();
    let mut validators = 0;
    for node in &genesis.nodes {
        let fresh =
            numbers.insert(node.number) && names.insert(&node.name) && keys.insert(node.key);
        if !fresh || node.number == 0 {
            let what = format!("{} shares its number, name or key, or has number 0", node.name);
            return Err(GenesisError::Nodes(what));
        }
        if node.organisation as usize >= genesis.organisations.len() {
            return Err(GenesisError::Nodes(format!("{} names no organisation", node.name)));
        }
        validators += u32::from(node.role == crate::genesis::NodeRole::Validator);
    }
    if validators == 0 {
        return Err(GenesisError::Nodes("there is no validator".into()));
    }
    Ok(())
}

fn first_parameters(genesis: &Genesis) -> Result<Parameters, GenesisError> {
    let mut seen = BTreeSet::new();
    for choice in &genesis.parameters {
        if !seen.insert(choice.name) || !choice.name.range().contains(&choice.value) {
            return Err(GenesisError::Parameter(choice.name));
        }
    }
    let all = ParameterName::ALL
        .iter()
        .map(|name| {
            let chosen = genesis.parameters.iter().find(|c| c.name == *name).map(|c| c.value);
            let value = chosen.unwrap_or_else(|| name.default_value());
            Parameter { name: *name, values: vec![ParameterValue { from: Time(0), value }] }
        })
        .collect();
    Ok(Parameters { all, prefectures: genesis.prefectures.clone() })
}

fn admit(
    overlay: &mut Overlay<'_, Nothing>,
    genesis: &Genesis,
    (place, first): (usize, &FirstOrganisation),
    keys: &mut BTreeSet<crate::keys::PublicKey>,
) -> Result<(), GenesisError> {
    let id = Genesis::organisation_id(&first.identity);
    if overlay.exists::<Organisation>(id.0) {
        return Err(GenesisError::OrganisationTwice(place));
    }
    if let Some(fault) = faults(first, &genesis.prefectures, genesis.time).first() {
        return Err(GenesisError::Organisation(place, fault.what));
    }
    for grant in &first.keys {
        if !keys.insert(grant.key) {
            return Err(GenesisError::KeyTwice(grant.key));
        }
    }
    write_first(overlay, id, first, genesis.time);
    Ok(())
}

fn write_first(
    overlay: &mut Overlay<'_, Nothing>,
    id: OrganisationId,
    first: &FirstOrganisation,
    at: Time,
) {
    let name = UniqueName {
        kind: NameKind::CreditCode,
        digest: credit_digest(&first.identity),
        target_kind: RecordKind::Organisation,
        target_id: id.0,
        moved_from: None,
    };
    let organisation = Organisation {
        id,
        kind: first.kind,
        identity: first.identity.clone(),
        prefecture: first.prefecture,
        scopes: first.scopes.clone(),
        keys: first.keys.iter().map(|g| g.key).collect(),
        admitted_at: at,
        ended_at: None,
        dossier: Dossier::empty(),
        code: None,
        application: None,
        next_change_at: None,
    };
    overlay.put(organisation, Event::Genesis, at);
    overlay.put(name, Event::Genesis, at);
    for grant in &first.keys {
        let registered = RegisteredKey {
            key: grant.key,
            owner: Owner::Organisation(id),
            uses: Use::Organisation(grant.roles),
            since: at,
            ended_at: None,
        };
        overlay.put(registered, Event::Genesis, at);
    }
    for given in &first.interfaces {
        let grant = Grant { terms: given.terms.clone(), from: at, by: None };
        let record = Interface { grant: Some(grant), ..Interface::new(id, given.interface) };
        overlay.put(record, Event::Genesis, at);
    }
}
