// SPDX-License-Identifier: Apache-2.0
//! Actions: what a transaction asks for, one file a family. Plain data; the rules are in `machine`.

pub mod affiliation;
pub mod application;
pub mod binding;
pub mod certificate;
pub mod code;
pub mod exchange;
pub mod interface;
pub mod matter;
pub mod organisation;
pub mod person;
pub mod waybill;

use crate::codec;
use crate::data::data;
use crate::domain;
use crate::hash::Hash;
use crate::ids::{Time, TransactionId};
use crate::keys::{PublicKey, SecretKey, Signature};
use crate::nonce::Nonce;
use crate::text::Word;

pub use affiliation::*;
pub use application::*;
pub use binding::*;
pub use certificate::*;
pub use code::*;
pub use exchange::*;
pub use interface::*;
pub use matter::*;
pub use organisation::*;
pub use person::*;
pub use waybill::*;

data! {
    /// A second party's word inside somebody else's transaction; good once.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Statement {
        /// Whose word.
        pub signer: PublicKey,
        /// Random, 16 bytes.
        pub nonce: Nonce,
        /// Until when it is good: at most 10 minutes ahead of block time.
        pub valid_until: Time,
        /// Over tag, chain, digest of the action, nonce and `valid_until`.
        pub signature: Signature,
    }
}

impl Statement {
    /// Gives `signer`'s word on an action, whose own statements do not count.
    pub fn give(
        signer: &SecretKey,
        chain: Hash,
        action: &Action,
        nonce: Nonce,
        valid_until: Time,
    ) -> Self {
        Self::about(signer, chain, action.statement_digest(), (nonce, valid_until))
    }

    /// Gives `signer`'s word on what has this digest.
    pub(crate) fn about(
        signer: &SecretKey,
        chain: Hash,
        digest: Hash,
        (nonce, valid_until): (Nonce, Time),
    ) -> Self {
        let message = statement_message(chain, digest, nonce, valid_until);
        Self { signer: signer.public(), nonce, valid_until, signature: signer.sign(&message) }
    }

    /// The bytes that are signed: 104 bytes.
    pub fn message(&self, chain: Hash, action: Hash) -> Vec<u8> {
        statement_message(chain, action, self.nonce, self.valid_until)
    }

    /// What makes it good only once: the hash of what is signed and by whom.
    pub fn id(&self, chain: Hash, action: Hash) -> TransactionId {
        let message = self.message(chain, action);
        TransactionId(Hash::tagged(domain::STATEMENT, &[&message, &codec::encode(&self.signer)]))
    }
}

fn statement_message(chain: Hash, action: Hash, nonce: Nonce, valid_until: Time) -> Vec<u8> {
    let mut message = domain::STATEMENT.0.to_vec();
    message.extend_from_slice(&chain.0);
    message.extend_from_slice(&action.0);
    message.extend_from_slice(&nonce.0);
    message.extend_from_slice(&valid_until.0.to_le_bytes());
    message
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident, $word:literal $(, $stated:ident)?;)*) => {
        data! {
            /// What a transaction asks for. The order is part of the format: append only.
            pub enum Action {
                $($(#[$doc])* $name($name),)*
            }
        }

        /// The places of actions in the format.
        #[derive(Clone, Copy)]
        enum Place {
            $($name,)*
        }

        impl codec::Encode for Action {
            fn encode<E: bincode::enc::Encoder>(
                &self,
                encoder: &mut E,
            ) -> Result<(), bincode::error::EncodeError> {
                match self {
                    $(Self::$name(action) => {
                        (Place::$name as u32).encode(encoder)?;
                        action.encode(encoder)
                    })*
                }
            }
        }

        impl<C> codec::Decode<C> for Action {
            fn decode<D: bincode::de::Decoder<Context = C>>(
                decoder: &mut D,
            ) -> Result<Self, bincode::error::DecodeError> {
                let place = u32::decode(decoder)?;
                $(if place == Place::$name as u32 {
                    return codec::Decode::decode(decoder).map(Self::$name);
                })*
                Err(bincode::error::DecodeError::Other("no such action"))
            }
        }

        impl Action {
            /// Every action's word in JSON.
            pub const WORDS: &[&str] = &[$($word),*];

            /// Its word in JSON.
            pub fn word(&self) -> &'static str {
                match self { $(Self::$name(_) => $word,)* }
            }

            /// Its place in the format, counted from 0.
            pub fn place(&self) -> usize {
                match self { $(Self::$name(_) => Place::$name as usize,)* }
            }

            /// The statements that it carries.
            pub fn statements(&self) -> &[Statement] {
                match self {
                    $($(Self::$name(action) => &action.$stated,)?)*
                    _ => &[],
                }
            }

            /// The same action with other statements; unchanged if it carries none.
            pub fn with_statements(mut self, statements: Vec<Statement>) -> Self {
                match &mut self {
                    $($(Self::$name(action) => action.$stated = statements,)?)*
                    _ => {}
                }
                self
            }
        }

        $(impl From<$name> for Action {
            fn from(action: $name) -> Self {
                Self::$name(action)
            }
        })*
    };
}

actions! {
    /// A regulator admits an organisation.
    OrganisationAdmit, "organisation_admit";
    /// A regulator sets what an organisation may attest.
    OrganisationScopes, "organisation_scopes";
    /// A regulator ends an organisation's registration.
    OrganisationEnd, "organisation_end";
    /// An admin adds a key to its organisation.
    KeyAdd, "key_add", statements;
    /// An admin ends a key of its organisation, or a person one of its own but the last.
    KeyEnd, "key_end";
    /// An admin or a person puts a new key in the place of an old one.
    KeyReplace, "key_replace", statements;
    /// A regulator sets a parameter from an instant on.
    ParameterSet, "parameter_set";
    /// The identity authority registers a new key for a person verified again.
    PersonKeyRegister, "person_key_register", statements;
    /// A sponsor applies for a code.
    CodeApply, "code_apply", statements;
    /// A sponsor or owner applies for a vehicle's record.
    VehicleApply, "vehicle_apply", statements;
    /// An attester answers a claim.
    ClaimAnswer, "claim_answer";
    /// A sponsor corrects a refused claim, or adds one that has become necessary.
    ClaimCorrect, "claim_correct", statements;
    /// A sponsor or holder withdraws an application.
    ApplicationWithdraw, "application_withdraw";
    /// An authority suspends a code.
    CodeSuspend, "code_suspend";
    /// An authority lifts its suspension, a regulator any.
    CodeResume, "code_resume";
    /// The holder, a regulator or the identity authority cancels a code.
    CodeCancel, "code_cancel";
    /// A vehicle is bound to a code.
    VehicleBind, "vehicle_bind", statements;
    /// A vehicle is unbound from a code.
    VehicleUnbind, "vehicle_unbind";
    /// The holder chooses the current vehicle, or none.
    VehicleChoose, "vehicle_choose";
    /// A trailer is coupled to a vehicle.
    TrailerCouple, "trailer_couple", statements;
    /// A trailer is uncoupled.
    TrailerUncouple, "trailer_uncouple";
    /// The operator of a code is set.
    OperatorSet, "operator_set", statements;
    /// An attester adds a certificate to a known subject, or renews one.
    CertificateAttest, "certificate_attest";
    /// The attester suspends a certificate.
    CertificateSuspend, "certificate_suspend";
    /// The attester ends a suspension.
    CertificateResume, "certificate_resume";
    /// The attester revokes a certificate for good.
    CertificateRevoke, "certificate_revoke";
    /// A source opens a matter.
    MatterOpen, "matter_open";
    /// The source gives a later time to settle.
    MatterExtend, "matter_extend";
    /// The source or a regulator settles a matter.
    MatterSettle, "matter_settle";
    /// The source or a regulator voids a matter.
    MatterVoid, "matter_void";
    /// A regulator releases a vehicle from its over-limit matters.
    VehicleRelease, "vehicle_release";
    /// An enterprise or platform offers a waybill.
    WaybillOffer, "waybill_offer";
    /// A driver accepts a waybill.
    WaybillAccept, "waybill_accept";
    /// A driver declines an exclusive waybill.
    WaybillDecline, "waybill_decline";
    /// The maker withdraws a waybill that nobody accepted.
    WaybillWithdraw, "waybill_withdraw";
    /// Either side cancels a waybill that is not loaded.
    WaybillCancel, "waybill_cancel";
    /// The driver loads.
    WaybillLoad, "waybill_load";
    /// The driver departs.
    WaybillDepart, "waybill_depart";
    /// The driver arrives.
    WaybillArrive, "waybill_arrive";
    /// The consignee or maker signs for it.
    WaybillSign, "waybill_sign";
    /// One side proposes to abort.
    WaybillAbort, "waybill_abort";
    /// The other side agrees to abort.
    WaybillAbortAgree, "waybill_abort_agree";
    /// The maker proposes a settlement.
    WaybillSettle, "waybill_settle";
    /// The driver agrees to the settlement.
    WaybillSettleAgree, "waybill_settle_agree";
    /// Either side opens a dispute.
    WaybillDispute, "waybill_dispute";
    /// Either side, or a regulator, ends a dispute.
    WaybillDisputeEnd, "waybill_dispute_end";
    /// An organisation applies for an interface, or for another grant of it.
    InterfaceApply, "interface_apply";
    /// An organisation withdraws what it applied for.
    InterfaceWithdraw, "interface_withdraw";
    /// A regulator grants what was applied for, or less.
    InterfaceGrant, "interface_grant";
    /// A regulator refuses what was applied for.
    InterfaceRefuse, "interface_refuse";
    /// A regulator ends a grant at once.
    InterfaceRevoke, "interface_revoke";
    /// An organisation gives its grant back.
    InterfaceRelease, "interface_release";
    /// One side proposes that another vehicle takes over.
    WaybillSwap, "waybill_swap";
    /// The other side agrees to that vehicle.
    WaybillSwapAgree, "waybill_swap_agree";
    /// A holder consents to an access.
    ConsentGive, "consent_give", statements;
    /// A holder revokes a consent.
    ConsentRevoke, "consent_revoke";
    /// An enterprise uses a verification code that it was shown.
    ConsentUse, "consent_use", statements;
    /// An organisation records an access.
    AccessRecord, "access_record";
    /// A holder's node publishes an erasure.
    ErasurePublish, "erasure_publish";
    /// A driver or an enterprise asks for an affiliation.
    AffiliationRequest, "affiliation_request", statements;
    /// The enterprise reviews an affiliation.
    AffiliationReview, "affiliation_review";
    /// The enterprise opens the account of an affiliation.
    AffiliationOpen, "affiliation_open";
    /// Either side ends an affiliation.
    AffiliationEnd, "affiliation_end";
}

bincode::impl_borrow_decode!(Action);

impl Action {
    /// What a statement is about: the digest of this action without its statements. Of a verification
    /// code the holder signs the terms alone, before it is known who will use it.
    pub fn statement_digest(&self) -> Hash {
        if let Self::ConsentUse(action) = self {
            return action.terms.digest();
        }
        let bare = if self.statements().is_empty() {
            codec::encode(self)
        } else {
            codec::encode(&self.clone().with_statements(Vec::new()))
        };
        Hash::tagged(domain::STATEMENT_ACTION, &[&bare])
    }

    /// The reason code that it gives, if it gives one.
    pub fn reason(&self) -> Option<&Word> {
        match self {
            Self::OrganisationEnd(a) => Some(&a.reason),
            Self::CodeSuspend(a) => Some(&a.reason),
            Self::CodeResume(a) => Some(&a.reason),
            Self::CodeCancel(a) => Some(&a.reason),
            Self::CertificateSuspend(a) => Some(&a.reason),
            Self::CertificateRevoke(a) => Some(&a.reason),
            Self::MatterExtend(a) => Some(&a.reason),
            Self::MatterVoid(a) => Some(&a.reason),
            Self::VehicleRelease(a) => Some(&a.reason),
            Self::WaybillDecline(a) => Some(&a.reason),
            Self::WaybillWithdraw(a) => Some(&a.reason),
            Self::WaybillCancel(a) => Some(&a.reason),
            Self::WaybillAbort(a) => Some(&a.reason),
            Self::WaybillDispute(a) => Some(&a.reason),
            Self::WaybillSwap(a) => Some(&a.reason),
            Self::InterfaceRefuse(a) => Some(&a.reason),
            Self::InterfaceRevoke(a) => Some(&a.reason),
            Self::AffiliationEnd(a) => Some(&a.reason),
            Self::ClaimAnswer(a) => match &a.answer {
                Answer::No { reason } => Some(reason),
                Answer::Yes { .. } => None,
            },
            Self::AffiliationReview(a) => match &a.verdict {
                AffiliationVerdict::Refuse { reason } => Some(reason),
                AffiliationVerdict::Approve => None,
            },
            _ => None,
        }
    }

    /// Every word that it carries on a chain, with the digest of what each is about: its statements, and
    /// the word of a driver's node.
    pub fn said(&self, chain: Hash) -> Vec<(&Statement, Hash)> {
        let mut said = Vec::new();
        if !self.statements().is_empty() {
            let digest = self.statement_digest();
            said.extend(self.statements().iter().map(|word| (word, digest)));
        }
        if let Self::ConsentUse(action) = self {
            said.push((&action.release, action.released(chain).digest()));
        }
        said
    }
}
