// SPDX-License-Identifier: Apache-2.0
//! A request: what an access is the record of. The chain holds its digest alone; the node that answers gets
//! it whole, and sees that it is the one.

use super::digits::Digits;
use crate::codec;
use crate::data::data;
use crate::domain;
use crate::hash::Hash;
use crate::nonce::Nonce;
use crate::records::Access;
use crate::records::access::Basis;
use crate::records::field_set::FieldSet;
use crate::records::subject::DataSubject;

data! {
    /// What an asker's node asks a holder's node. Layout 1.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Request {
        /// The chain's id.
        pub chain: Hash,
        /// Whose data.
        pub about: DataSubject,
        /// What it rests on; none for a verification code, whose consent its own transaction makes.
        pub basis: Option<Basis>,
        /// Which fields.
        pub fields: FieldSet,
        /// Public key (X25519, 32 bytes) to which the answer is sealed; made for this request alone.
        pub receiver: Hash,
        /// Random, 16 bytes: it hides what the digest is of.
        pub nonce: Nonce,
        /// The digits that were shown, for a verification code.
        pub digits: Option<Digits>,
    }
}

impl Request {
    /// What the access holds of it: SHA-256(tag ‖ canonical bytes).
    pub fn digest(&self) -> Hash {
        Hash::tagged(domain::REQUEST, &[&codec::encode(self)])
    }

    /// True if an access is the record of it.
    pub fn is_of(&self, access: &Access) -> bool {
        let same = self.about == access.about && self.fields == access.fields;
        let on = self.basis.as_ref().is_none_or(|basis| *basis == access.basis);
        same && on && self.digest() == access.request
    }
}
