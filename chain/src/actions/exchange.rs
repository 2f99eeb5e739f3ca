// SPDX-License-Identifier: Apache-2.0
//! Consents, accesses and erasures: record, then release.

use super::Statement;
use crate::codec;
use crate::data::data;
use crate::domain;
use crate::hash::Hash;
use crate::ids::{ApplicationId, CodeId, ConsentId, Time};
use crate::keys::SecretKey;
use crate::nonce::Nonce;
use crate::records::access::Basis;
use crate::records::consent::ConsentTerms;
use crate::records::erasure::ErasureKind;
use crate::records::field_set::FieldSet;

data! {
    /// Sent by the holder of the code, or by a sponsor (platform, enterprise, regulator) with the
    /// holder's word. Each sensitive field is agreed to by a consent that names it alone.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct ConsentGive {
        /// What is agreed to.
        pub terms: ConsentTerms,
        /// The holder's word.
        pub statements: Vec<Statement>,
    }

    /// Sent by the holder: from here on, within the block too, it gives no access.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct ConsentRevoke {
        /// Which.
        pub consent: ConsentId,
    }

    /// What a driver's app signs when it shows a verification code (运力验证码). Who will be shown it is
    /// not known then: whoever has the digits uses it, once.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct CapacityTerms {
        /// Whose.
        pub code: CodeId,
        /// Which fields; a sensitive one stands alone.
        pub fields: FieldSet,
        /// Digest of the ten digits behind a salt that the driver's node keeps.
        pub shown: Hash,
    }

    /// Sent by the enterprise or platform that was shown the digits, with the holder's word on the terms
    /// alone (not on the request). It becomes a consent that is used, and an access, in one.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct ConsentUse {
        /// What the app signed.
        pub terms: CapacityTerms,
        /// Digest of the request that the driver's node answers.
        pub request: Hash,
        /// The holder's word, good for 5 minutes (`capacity_ms`).
        pub statements: Vec<Statement>,
    }

    /// Sent by who asks: refused unless the basis holds in this block.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct AccessRecord {
        /// About whose code.
        pub code: CodeId,
        /// What it rests on.
        pub basis: Basis,
        /// Which fields.
        pub fields: FieldSet,
        /// Digest of the request that the vault's node answers.
        pub request: Hash,
    }

    /// Sent by the sponsor of an application, whose node holds the data that came with it: once the code
    /// is cancelled, the vehicle bound to nobody, or the application over without either.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct ErasurePublish {
        /// Which application.
        pub application: ApplicationId,
        /// What became of the data.
        pub kind: ErasureKind,
        /// Digest of the node's protocol of the erasure.
        pub digest: Hash,
    }
}

impl CapacityTerms {
    /// What the holder's statement is about: a tagged digest that no other action has.
    pub fn digest(&self) -> Hash {
        Hash::tagged(domain::CAPACITY, &[&codec::encode(self)])
    }

    /// The holder's word as the driver's app signs it.
    pub fn sign(
        &self,
        holder: &SecretKey,
        chain: Hash,
        nonce: Nonce,
        valid_until: Time,
    ) -> Statement {
        Statement::about(holder, chain, self.digest(), (nonce, valid_until))
    }
}
