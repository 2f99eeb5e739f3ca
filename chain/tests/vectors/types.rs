// SPDX-License-Identifier: Apache-2.0
//! The chain's own types by the names that the page gives their layouts.

use chain::actions::*;
use chain::block::{BlockRef, Header, Proposal, Seal, SealVote};
use chain::codec::{self, Decode, Encode};
use chain::event::Event;
use chain::genesis::{
    FirstGrant, FirstOrganisation, Genesis, GenesisNode, Mode, NodeRole, ParameterChoice, TagSecret,
};
use chain::limits::VALUE_BYTES;
use chain::receipt::{Change, Outcome, Receipt, Version};
use chain::records::RecordKind;
use chain::records::access::*;
use chain::records::affiliation::*;
use chain::records::application::*;
use chain::records::certificate::*;
use chain::records::code::*;
use chain::records::consent::*;
use chain::records::erasure::*;
use chain::records::interface::*;
use chain::records::key::*;
use chain::records::matter::*;
use chain::records::name::*;
use chain::records::organisation::*;
use chain::records::parameters::*;
use chain::records::person::*;
use chain::records::subject::*;
use chain::records::vehicle::*;
use chain::records::waybill::*;
use chain::refusal::{Reason, RefusalCode};
use chain::transaction::Transaction;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Canonical bytes of a JSON value, and that value as it is written again.
type Encoded = Result<(Vec<u8>, Value), String>;

/// What the chain does with a type.
pub(crate) struct Known {
    pub(crate) name: &'static str,
    /// The canonical bytes of a JSON value.
    pub(crate) encode: fn(&Value) -> Encoded,
    /// The JSON of canonical bytes.
    pub(crate) decode: fn(&[u8]) -> Result<Value, String>,
}

fn encode<T: Encode + Serialize + DeserializeOwned>(json: &Value) -> Encoded {
    let value: T = serde_json::from_value(json.clone()).map_err(|error| error.to_string())?;
    Ok((codec::encode(&value), serde_json::to_value(&value).unwrap()))
}

fn decode<T: Encode + Decode<()> + Serialize>(bytes: &[u8]) -> Result<Value, String> {
    let value: T = codec::decode(bytes, VALUE_BYTES).map_err(|error| error.to_string())?;
    Ok(serde_json::to_value(&value).unwrap())
}

macro_rules! known {
    ($($name:ident)*) => {
        /// All types that the page lays out.
        pub(crate) const ALL: &[Known] = &[$(Known {
            name: stringify!($name),
            encode: encode::<$name>,
            decode: decode::<$name>,
        }),*];
    };
}

/// How many variants the chain has where it lists them.
pub(crate) fn counts() -> Vec<(&'static str, usize)> {
    vec![
        ("Event", Event::ALL.len()),
        ("RefusalCode", RefusalCode::ALL.len()),
        ("ParameterName", ParameterName::ALL.len()),
        ("RecordKind", RecordKind::ALL.len()),
        ("Action", Action::WORDS.len()),
    ]
}

known! {
    Abort Action Answer Application ApplicationState ApplicationWithdraw BlockRef Carrier
    Certificate CertificateAttest CertificateKind CertificateResume CertificateRevoke
    CertificateState CertificateSuspend Change Claim ClaimAnswer ClaimCorrect ClaimState
    Class Code CodeApply CodeCancel CodeFor CodeResume CodeSuspend Colour Custody Dispute
    Dossier Energy Event FirstGrant FirstOrganisation Genesis GenesisNode Grant GrantDenial
    GrantRequest GrantTerms Header Holder Identity Interface InterfaceApply InterfaceGrant
    InterfaceKind InterfaceRefuse InterfaceRelease InterfaceRevoke InterfaceScopes
    InterfaceWithdraw KeyAdd KeyEnd KeyGrant KeyReplace Matter MatterExtend MatterKind MatterOpen MatterSettle
    MatterSource MatterState MatterVoid Mode NameKind NewClaim NodeRole Offer OpenMatter
    Operator OperatorSet Organisation OrganisationAdmit OrganisationEnd OrganisationKind
    OrganisationScopes Outcome OverLimit Owner Parameter ParameterChoice ParameterName
    ParameterSet ParameterValue Parameters Person PersonKeyRegister PolicyKind Proposal
    PublicLimits Reason Receipt RecordKind RefusalCode RegisteredKey Roles Scope Seal
    SealVote Settlement Side Signing Statement Step Subject Summary Suspension Swap Swapped TagSecret
    Terms TrailerCouple TrailerUncouple Transaction UniqueName Use Vehicle VehicleApply
    VehicleBind VehicleChoose VehicleClass VehicleOwner VehicleRelease VehicleUnbind Version
    Wanted WantedOperator Waybill WaybillAbort WaybillAbortAgree WaybillAccept WaybillArrive
    WaybillCancel WaybillDecline WaybillDepart WaybillDispute WaybillDisputeEnd WaybillKind
    WaybillLoad WaybillOffer WaybillSettle WaybillSettleAgree WaybillSign WaybillState
    WaybillSwap WaybillSwapAgree WaybillWithdraw
    Access AccessRecord Account Affiliation AffiliationEnd AffiliationEnding AffiliationOpen
    AffiliationRequest AffiliationReview AffiliationSide Basis CapacityTerms Consent ConsentGive
    ConsentRevoke ConsentState ConsentTerms ConsentUse Erasure ErasureKind ErasurePublish
    DataSubject Purpose Release Review AffiliationVerdict
}
