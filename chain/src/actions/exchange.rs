// SPDX-License-Identifier: Apache-2.0
//! Consents, accesses and erasures: record, then release.

use super::Statement;
use crate::codec;
use crate::data::data;
use crate::domain;
use crate::hash::Hash;
use crate::ids::{ApplicationId, CodeId, ConsentId, OrganisationId, Time, TransactionId};
use crate::keys::SecretKey;
use crate::nonce::Nonce;
use crate::records::access::Basis;
use crate::records::consent::ConsentTerms;
use crate::records::erasure::ErasureKind;
use crate::records::field_set::FieldSet;
use crate::records::subject::DataSubject;

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

    /// Sent by the holder: from here on, within the block too, it gives no access, and what was recorded on
    /// it and not answered yet is not answered, though it is used up or past its end.
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

    /// What a driver's node says once the digits were entered: who entered them, and what for. Without
    /// it, whoever sees the holder's word pass could use it first, and be recorded as who was shown it.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Release {
        /// Id of the holder's word ([`Statement::id`]).
        pub word: TransactionId,
        /// Who entered the digits.
        pub by: OrganisationId,
        /// Digest of the request that the driver's node answers.
        pub request: Hash,
    }

    /// Sent by the enterprise or platform that was shown the digits, with the holder's word on the terms
    /// alone, and the word of the driver's node on who entered the digits. It becomes a consent that is
    /// used, and an access, in one.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct ConsentUse {
        /// What the app signed.
        pub terms: CapacityTerms,
        /// The sender's organisation: who entered the digits.
        pub by: OrganisationId,
        /// Digest of the request that the driver's node answers.
        pub request: Hash,
        /// The word of the driver's node on a [`Release`]: by a key with the role `operate` of the
        /// organisation that sponsored the code's application.
        pub release: Statement,
        /// The holder's word, good for 5 minutes (`capacity_ms`).
        pub statements: Vec<Statement>,
    }

    /// Sent by who asks: refused unless the basis holds in this block.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct AccessRecord {
        /// Whose data: a code's, or by office those of a vehicle or an application too.
        pub about: DataSubject,
        /// What it rests on.
        pub basis: Basis,
        /// Which fields.
        pub fields: FieldSet,
        /// Digest of the request that the vault's node answers.
        pub request: Hash,
    }

    /// Sent by the sponsor of an application, whose node holds the data that came with it, or by a regulator
    /// once the sponsor's registration has ended: when the code is cancelled, the vehicle is nobody's or has
    /// other data, or the application is over without either. What a waybill that ended lately or a dispute
    /// still needs may be restricted only.
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

impl Release {
    /// What the node's statement is about: a tagged digest that no action has.
    pub fn digest(&self) -> Hash {
        Hash::tagged(domain::RELEASE, &[&codec::encode(self)])
    }

    /// The word of the driver's node, by a key of the organisation that runs it.
    pub fn sign(
        &self,
        node: &SecretKey,
        chain: Hash,
        nonce: Nonce,
        valid_until: Time,
    ) -> Statement {
        Statement::about(node, chain, self.digest(), (nonce, valid_until))
    }
}

impl ConsentUse {
    /// What the word of the driver's node has to be about. It takes one holder's word: the first counts.
    pub fn released(&self, chain: Hash) -> Release {
        let digest = self.terms.digest();
        let word = self.statements.first().map(|word| word.id(chain, digest)).unwrap_or_default();
        Release { word, by: self.by, request: self.request }
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
