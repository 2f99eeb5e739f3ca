// SPDX-License-Identifier: Apache-2.0
//! The names of events: what a change says happened. Append only.

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident, $word:literal;)*) => {
        crate::data::small_data! {
            /// What happened to a record.
            #[derive(bincode::Encode, bincode::Decode)]
            pub enum Event {
                $($(#[$doc])* $name,)*
            }
        }

        impl Event {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Its word in JSON and on the event stream.
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }
    };
}

events! {
    /// Written by genesis.
    Genesis, "genesis";
    /// A parameter has a new value ahead.
    ParameterSet, "parameter_set";
    /// An organisation was admitted.
    OrganisationAdmitted, "organisation_admitted";
    /// An organisation's record changed.
    OrganisationChanged, "organisation_changed";
    /// An organisation's registration ended.
    OrganisationEnded, "organisation_ended";
    /// A key was registered.
    KeyRegistered, "key_registered";
    /// A key ended.
    KeyEnded, "key_ended";
    /// A unique name was given.
    NameGiven, "name_given";
    /// A unique name names another record now.
    NameMoved, "name_moved";
    /// A person's record came to be.
    PersonRegistered, "person_registered";
    /// A person's record changed.
    PersonChanged, "person_changed";
    /// A vehicle's record came to be.
    VehicleRegistered, "vehicle_registered";
    /// A vehicle's record changed.
    VehicleChanged, "vehicle_changed";
    /// A vehicle lost its plate to another.
    PlateMoved, "plate_moved";
    /// An application was made.
    ApplicationMade, "application_made";
    /// A claim was attested.
    ClaimAttested, "claim_attested";
    /// A claim was refused.
    ClaimRefused, "claim_refused";
    /// A claim was corrected or added.
    ClaimCorrected, "claim_corrected";
    /// An application led to its code or vehicle.
    ApplicationIssued, "application_issued";
    /// An application's time ran out.
    ApplicationLapsed, "application_lapsed";
    /// An application was withdrawn.
    ApplicationWithdrawn, "application_withdrawn";
    /// A code was issued.
    CodeIssued, "code_issued";
    /// A code changed, but not its colour.
    CodeChanged, "code_changed";
    /// A code became blue.
    CodeBlue, "code_blue";
    /// A code became yellow.
    CodeYellow, "code_yellow";
    /// A code became red.
    CodeRed, "code_red";
    /// A code was suspended.
    CodeSuspended, "code_suspended";
    /// A suspension of a code was lifted.
    CodeResumed, "code_resumed";
    /// A code was cancelled.
    CodeCancelled, "code_cancelled";
    /// A certificate was attested or renewed.
    CertificateAttested, "certificate_attested";
    /// A certificate is near its end.
    CertificateNotice, "certificate_notice";
    /// A renewal took over.
    CertificateRenewed, "certificate_renewed";
    /// A certificate ended.
    CertificateEnded, "certificate_ended";
    /// A certificate was suspended.
    CertificateSuspended, "certificate_suspended";
    /// A certificate's suspension ended.
    CertificateResumed, "certificate_resumed";
    /// A certificate was revoked.
    CertificateRevoked, "certificate_revoked";
    /// A matter was opened.
    MatterOpened, "matter_opened";
    /// A matter got a later time to settle.
    MatterExtended, "matter_extended";
    /// A matter was settled.
    MatterSettled, "matter_settled";
    /// A matter was voided.
    MatterVoided, "matter_voided";
    /// A waybill was offered.
    WaybillOffered, "waybill_offered";
    /// A waybill was accepted.
    WaybillAccepted, "waybill_accepted";
    /// A waybill was declined.
    WaybillDeclined, "waybill_declined";
    /// A waybill was withdrawn.
    WaybillWithdrawn, "waybill_withdrawn";
    /// A waybill's offer lapsed.
    WaybillLapsed, "waybill_lapsed";
    /// A waybill was cancelled.
    WaybillCancelled, "waybill_cancelled";
    /// A waybill was loaded.
    WaybillLoaded, "waybill_loaded";
    /// A waybill departed.
    WaybillDeparted, "waybill_departed";
    /// A waybill arrived.
    WaybillArrived, "waybill_arrived";
    /// A waybill was signed for.
    WaybillSigned, "waybill_signed";
    /// An abort was proposed, or a proposal lapsed.
    WaybillAbortChanged, "waybill_abort_changed";
    /// A waybill was aborted.
    WaybillAborted, "waybill_aborted";
    /// A settlement was proposed.
    WaybillSettlementProposed, "waybill_settlement_proposed";
    /// A waybill was settled.
    WaybillSettled, "waybill_settled";
    /// A dispute was opened.
    WaybillDisputed, "waybill_disputed";
    /// A dispute was ended, by one side or for good.
    WaybillDisputeChanged, "waybill_dispute_changed";
    /// A waybill's code was suspended or cancelled while it was under way.
    WaybillFlagged, "waybill_flagged";
    /// An organisation applied for an interface.
    InterfaceRequested, "interface_requested";
    /// An application for an interface was withdrawn.
    InterfaceWithdrawn, "interface_withdrawn";
    /// An interface was granted.
    InterfaceGranted, "interface_granted";
    /// An application for an interface was refused.
    InterfaceRefused, "interface_refused";
    /// A grant of an interface was revoked.
    InterfaceRevoked, "interface_revoked";
    /// A grant of an interface was given back.
    InterfaceReleased, "interface_released";
    /// A grant of an interface ended.
    InterfaceEnded, "interface_ended";
    /// A swap of the vehicle was proposed, agreed to before other waybills, or a proposal lapsed.
    WaybillSwapChanged, "waybill_swap_changed";
    /// Another vehicle took over.
    WaybillSwapped, "waybill_swapped";
    /// A consent was given.
    ConsentGiven, "consent_given";
    /// A consent was used.
    ConsentUsed, "consent_used";
    /// A consent was used for the last time.
    ConsentUsedUp, "consent_used_up";
    /// A consent was revoked.
    ConsentRevoked, "consent_revoked";
    /// A consent's time ran out.
    ConsentEnded, "consent_ended";
    /// An access was recorded.
    AccessRecorded, "access_recorded";
    /// An erasure was published.
    ErasurePublished, "erasure_published";
    /// An affiliation was asked for.
    AffiliationRequested, "affiliation_requested";
    /// An affiliation was approved.
    AffiliationApproved, "affiliation_approved";
    /// An affiliation was refused.
    AffiliationRefused, "affiliation_refused";
    /// An affiliation's account was opened.
    AffiliationOpened, "affiliation_opened";
    /// An affiliation was ended by one side.
    AffiliationEnded, "affiliation_ended";
}
