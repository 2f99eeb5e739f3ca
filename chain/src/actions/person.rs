// SPDX-License-Identifier: Apache-2.0
//! A person's keys.

use super::Statement;
use crate::data::data;
use crate::ids::PersonId;
use crate::keys::PublicKey;
use crate::records::key::Custody;

data! {
    /// Sent by an authority that attests identities in the prefecture of the person's code or
    /// application, after it verified the person again. All other keys of the person end in this block.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct PersonKeyRegister {
        /// Who.
        pub person: PersonId,
        /// The new key.
        pub key: PublicKey,
        /// Who has it in hand.
        pub custody: Custody,
        /// The new key's word.
        pub statements: Vec<Statement>,
    }
}
