// SPDX-License-Identifier: Apache-2.0
//! Genesis: what the chain begins with. The hash of its canonical bytes is the chain id.

use crate::actions::{KeyGrant, OrganisationAdmit};
use crate::codec::{self, CodecError};
use crate::data::{data, small_data};
use crate::domain;
use crate::hash::Hash;
use crate::ids::{OrganisationId, Prefecture, RecordId, Time};
use crate::keys::PublicKey;
use crate::limits::VALUE_BYTES;
use crate::records::ParameterName;
use crate::records::interface::{GrantTerms, InterfaceKind};
use crate::records::name::{NameKind, UniqueName};
use crate::records::organisation::{Identity, OrganisationKind, Scope};
use crate::text::Word;

small_data! {
    /// What a chain is for.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum Mode {
        /// Invented people only.
        Demo,
        /// Real people only; test keys are refused.
        Production,
    }

    /// What a node does.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum NodeRole {
        /// Orders and executes.
        Validator,
        /// Follows and serves reads.
        Observer,
    }
}

data! {
    /// A parameter that differs from its default.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct ParameterChoice {
        /// Which.
        pub name: ParameterName,
        /// Its value from the beginning.
        pub value: u64,
    }

    /// An organisation that is there from the beginning.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct FirstOrganisation {
        /// Kind.
        pub kind: OrganisationKind,
        /// Credit code and name, or a tag.
        pub identity: Identity,
        /// Prefecture of its seat.
        pub prefecture: Prefecture,
        /// What it may attest.
        pub scopes: Vec<Scope>,
        /// Its keys.
        pub keys: Vec<KeyGrant>,
        /// The interfaces that it is granted from the beginning; each at most once.
        pub interfaces: Vec<FirstGrant>,
    }

    /// An interface that is granted from the beginning: no regulator was there to be asked.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct FirstGrant {
        /// Which interface.
        pub interface: InterfaceKind,
        /// What is granted.
        pub terms: GrantTerms,
    }

    /// A node that may speak: identity is this key, never an address.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct GenesisNode {
        /// Its number, from 1; never used again.
        pub number: u32,
        /// Its name, such as `validator-1`.
        pub name: Word,
        /// Validator or observer.
        pub role: NodeRole,
        /// Its key: libp2p identity, and what signs proposals.
        pub key: PublicKey,
        /// Which organisation runs it, by its place in `organisations`.
        pub organisation: u32,
    }

    /// The common secret of the attesters of a kind of tag, as a commitment and a test.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct TagSecret {
        /// Which tags: identity, vin or plate.
        pub kind: NameKind,
        /// SHA-256 of its tag and the secret.
        pub commitment: Hash,
        /// HMAC-SHA-256 of the bytes `test` under the secret.
        pub test_tag: Hash,
    }

    /// What the chain begins with.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Genesis {
        /// Protocol number: 1.
        pub protocol: u16,
        /// Name of the network.
        pub name: Word,
        /// Demo or production.
        pub mode: Mode,
        /// Time of genesis.
        pub time: Time,
        /// Depth of the state tree, 1 to 24; 18 by default.
        pub depth: u8,
        /// How long the leader stays idle before it proposes an empty block, ms.
        pub heartbeat_ms: u32,
        /// Parameters that differ from their defaults.
        pub parameters: Vec<ParameterChoice>,
        /// Prefectures that may be named.
        pub prefectures: Vec<Prefecture>,
        /// Organisations.
        pub organisations: Vec<FirstOrganisation>,
        /// Validators and observers.
        pub nodes: Vec<GenesisNode>,
        /// Secrets of tags.
        pub tag_secrets: Vec<TagSecret>,
    }
}

impl Genesis {
    /// The chain id: tagged hash of the canonical bytes.
    pub fn chain_id(&self) -> Hash {
        Hash::tagged(domain::GENESIS, &[&codec::encode(self)])
    }

    /// Decodes canonical bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CodecError> {
        codec::decode(bytes, VALUE_BYTES)
    }

    /// Canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        codec::encode(self)
    }

    /// The id that genesis gives to an organisation: it follows from its credit code or tag.
    pub fn organisation_id(identity: &Identity) -> OrganisationId {
        OrganisationId(UniqueName::id_of(NameKind::CreditCode, &credit_digest(identity)))
    }
}

impl From<OrganisationAdmit> for FirstOrganisation {
    fn from(admitted: OrganisationAdmit) -> Self {
        let OrganisationAdmit { kind, identity, prefecture, scopes, keys } = admitted;
        Self { kind, identity, prefecture, scopes, keys, interfaces: Vec::new() }
    }
}

/// The digest under which a credit code is unique.
pub fn credit_digest(identity: &Identity) -> Hash {
    match identity {
        Identity::Open { credit_code, .. } => Hash::of(credit_code.as_bytes()),
        Identity::Personal { tag } => *tag,
    }
}

/// The id of a record that neither genesis nor a transaction chose.
pub fn automatic_id(parts: &[&[u8]]) -> RecordId {
    RecordId(Hash::tagged(domain::AUTOMATIC_ID, parts).half())
}
