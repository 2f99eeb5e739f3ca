// SPDX-License-Identifier: Apache-2.0
//! A registered key: whose it is, what it may do, and until when. A key is never used again.

use super::{RecordKind, RecordValue, wrapped};
use crate::data::{data, small_data};
use crate::domain;
use crate::hash::Hash;
use crate::ids::{OrganisationId, PersonId, RecordId, Time};
use crate::keys::PublicKey;

small_data! {
    /// Whose a key is.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum Owner {
        /// An organisation's.
        Organisation(OrganisationId),
        /// A person's.
        Person(PersonId),
    }

    /// A role of an organisation's key.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum Role {
        /// Rotates keys.
        Admin,
        /// Sends the organisation's business.
        Operate,
        /// Attests.
        Attest,
    }

    /// Who has a holder's key in hand; every record and answer says so.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum Custody {
        /// Only the holder signs.
        Device,
        /// A platform signs for the holder.
        Platform(OrganisationId),
    }

    /// The roles of an organisation's key.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Roles {
        /// May rotate keys.
        pub admin: bool,
        /// May send the organisation's business.
        pub operate: bool,
        /// May attest.
        pub attest: bool,
    }
}

impl Roles {
    /// Every role.
    pub const ALL: Self = Self { admin: true, operate: true, attest: true };

    /// True if it has the role.
    pub fn has(self, role: Role) -> bool {
        match role {
            Role::Admin => self.admin,
            Role::Operate => self.operate,
            Role::Attest => self.attest,
        }
    }
}

data! {
    /// What a key may do.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum Use {
        /// An organisation's key with its roles.
        Organisation(Roles),
        /// A person's key with its custody.
        Person(Custody),
    }

    /// A registered key.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct RegisteredKey {
        /// The key.
        pub key: PublicKey,
        /// Whose it is.
        pub owner: Owner,
        /// What it may do.
        pub uses: Use,
        /// Since when.
        pub since: Time,
        /// From when on it signs nothing, if that has come.
        pub ended_at: Option<Time>,
    }
}

impl RegisteredKey {
    /// Who has it in hand, if it is a person's.
    pub fn custody(&self) -> Option<Custody> {
        match self.uses {
            Use::Person(custody) => Some(custody),
            Use::Organisation(_) => None,
        }
    }

    /// The id of a key's record.
    pub fn id_of(key: &PublicKey) -> RecordId {
        RecordId(Hash::tagged(domain::KEY_ID, &[&crate::codec::encode(key)]).half())
    }
}

impl RecordValue for RegisteredKey {
    const KIND: RecordKind = RecordKind::RegisteredKey;

    fn record_id(&self) -> RecordId {
        Self::id_of(&self.key)
    }

    wrapped!(RegisteredKey);
}
