// SPDX-License-Identifier: Apache-2.0
//! Applications for codes and vehicles.

use super::Statement;
use crate::data::data;
use crate::hash::Hash;
use crate::ids::{ApplicationId, OrganisationId, Prefecture, Time};
use crate::keys::PublicKey;
use crate::records::application::CodeFor;
use crate::records::certificate::{CertificateKind, Class};
use crate::records::key::Custody;
use crate::records::vehicle::VehicleOwner;
use crate::text::Word;

data! {
    /// A certificate to be attested.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct NewClaim {
        /// Its kind.
        pub kind: CertificateKind,
        /// RFC 6962 root over the digests of its fields.
        pub root: Hash,
        /// Who is asked.
        pub attester: OrganisationId,
    }

    /// Sent by a sponsor (platform, enterprise, regulator). A driver's holder key gives its word, and
    /// so do the operator and the owners of the vehicles where they are not the sponsor. An enterprise
    /// holds its code by a key of its own, and gives its word where it is not the sponsor.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct CodeApply {
        /// For whom.
        pub wanted: CodeFor,
        /// The holder's key.
        pub holder_key: PublicKey,
        /// Who has it in hand.
        pub custody: Custody,
        /// Home prefecture.
        pub prefecture: Prefecture,
        /// Certificates to be attested.
        pub claims: Vec<NewClaim>,
        /// Words of the holder and, where needed, the operator.
        pub statements: Vec<Statement>,
    }

    /// Sent by the owner or a sponsor; where a holder is the owner, with the holder key's word.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct VehicleApply {
        /// Owner.
        pub owner: VehicleOwner,
        /// Prefecture of registration.
        pub prefecture: Prefecture,
        /// Certificates to be attested.
        pub claims: Vec<NewClaim>,
        /// The holder's word.
        pub statements: Vec<Statement>,
    }

    /// Sent by the attester of a claim.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct ClaimAnswer {
        /// Which application.
        pub application: ApplicationId,
        /// Place of the claim in it, from 0.
        pub claim: u32,
        /// Root of the claim that is answered.
        pub root: Hash,
        /// Yes or no.
        pub answer: Answer,
    }

    /// An attester's answer.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum Answer {
        /// Attested.
        Yes {
            /// From when it holds; not ahead, since what is issued must hold at once.
            valid_from: Time,
            /// When it ends; none for ever.
            valid_until: Option<Time>,
            /// Class bits.
            class: Class,
            /// Identity: the tag of the number. Vehicle licence: the tags of VIN and plate. Else none.
            tags: Vec<Hash>,
        },
        /// Refused.
        No {
            /// Reason code.
            reason: Word,
        },
    }

    /// Sent by the sponsor with the holder's word. A claim that is attested, asked as it stands, issues
    /// what lacked something else until now.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct ClaimCorrect {
        /// Which application.
        pub application: ApplicationId,
        /// The claim as it is asked anew; it takes the place of the refused one of its kind, or is added.
        pub claim: NewClaim,
        /// Place of the refused claim, or of the attested one that is asked as it stands; none adds one.
        pub replaces: Option<u32>,
        /// The holder's word.
        pub statements: Vec<Statement>,
    }

    /// Sent by the sponsor, or the holder or owner where one is registered.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct ApplicationWithdraw {
        /// Which.
        pub application: ApplicationId,
    }
}
