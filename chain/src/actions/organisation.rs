// SPDX-License-Identifier: Apache-2.0
//! Organisations, their keys, and the parameters.

use super::Statement;
use crate::data::data;
use crate::ids::{OrganisationId, Prefecture, Time};
use crate::keys::PublicKey;
use crate::records::ParameterName;
use crate::records::key::Roles;
use crate::records::organisation::{Identity, OrganisationKind, Scope};
use crate::text::Word;

data! {
    /// A key with its roles.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct KeyGrant {
        /// The key.
        pub key: PublicKey,
        /// What it may do.
        pub roles: Roles,
    }

    /// Sent by a regulator.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct OrganisationAdmit {
        /// Kind.
        pub kind: OrganisationKind,
        /// Credit code and name, or a tag.
        pub identity: Identity,
        /// Prefecture of its seat.
        pub prefecture: Prefecture,
        /// What it may attest.
        pub scopes: Vec<Scope>,
        /// Its first keys, 1 to 8, at least one an admin.
        pub keys: Vec<KeyGrant>,
    }

    /// Sent by a regulator.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct OrganisationScopes {
        /// Which.
        pub organisation: OrganisationId,
        /// What it may attest from now on.
        pub scopes: Vec<Scope>,
    }

    /// Sent by a regulator.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct OrganisationEnd {
        /// Which.
        pub organisation: OrganisationId,
        /// Reason code.
        pub reason: Word,
    }

    /// Sent by an admin of the organisation. The new key states that it is in hand: a key is never
    /// used again, so nobody may take one that is another's.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct KeyAdd {
        /// The new key.
        pub key: PublicKey,
        /// Its roles.
        pub roles: Roles,
        /// The new key's word.
        pub statements: Vec<Statement>,
    }

    /// Sent by an admin of the organisation, or by a person.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct KeyEnd {
        /// The key that ends.
        pub key: PublicKey,
    }

    /// Sent by an admin of the organisation, or by a person. The new key states that it is in hand.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct KeyReplace {
        /// The key that ends.
        pub old: PublicKey,
        /// The key that takes its place, with the same roles or custody.
        pub new: PublicKey,
        /// The new key's word.
        pub statements: Vec<Statement>,
    }

    /// Sent by a regulator.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct ParameterSet {
        /// Which.
        pub name: ParameterName,
        /// New value.
        pub value: u64,
        /// From when: at least `notice_ms` ahead of block time.
        pub from: Time,
    }
}
