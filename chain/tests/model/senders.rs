// SPDX-License-Identifier: Apache-2.0
//! Who has business with an action at all, before anything about its object is asked.

use chain::Action as A;
use chain::records::OrganisationKind as K;
use chain::records::Owner;
use chain::refusal::RefusalCode as R;

use crate::interfaces::asks;
use crate::world::{Model, Why};

impl Model {
    /// Every key of the model's organisations has every role, so that the kind alone decides.
    pub(crate) fn may_send(&self, owner: Owner, action: &A) -> Result<(), Why> {
        let may = match owner {
            Owner::Person(_) => is_for_persons(action),
            Owner::Organisation(id) => is_for(self.organisations[&id].kind, action),
        };
        match owner {
            _ if !may => Err(vec![R::NotAllowed]),
            Owner::Person(_) => Ok(()),
            Owner::Organisation(id) => self.may_begin(id, action),
        }
    }
}

fn is_for_persons(action: &A) -> bool {
    matches!(
        action,
        A::WaybillAccept(_)
            | A::WaybillDecline(_)
            | A::WaybillLoad(_)
            | A::WaybillDepart(_)
            | A::WaybillArrive(_)
            | A::WaybillSettleAgree(_)
            | A::WaybillCancel(_)
            | A::WaybillAbort(_)
            | A::WaybillAbortAgree(_)
            | A::WaybillDispute(_)
            | A::WaybillDisputeEnd(_)
            | A::WaybillSwap(_)
            | A::WaybillSwapAgree(_)
            | A::ApplicationWithdraw(_)
            | A::CodeCancel(_)
            | A::VehicleBind(_)
            | A::VehicleUnbind(_)
            | A::VehicleChoose(_)
            | A::TrailerCouple(_)
            | A::TrailerUncouple(_)
            | A::OperatorSet(_)
            | A::ConsentGive(_)
            | A::ConsentRevoke(_)
    )
}

fn is_for(kind: K, action: &A) -> bool {
    let carries = matches!(kind, K::Enterprise | K::Platform);
    let attests = matches!(kind, K::Authority | K::Insurer | K::Bank);
    let rules = kind == K::Regulator;
    match action {
        A::WaybillAccept(_)
        | A::WaybillDecline(_)
        | A::WaybillLoad(_)
        | A::WaybillDepart(_)
        | A::WaybillArrive(_)
        | A::WaybillSettleAgree(_)
        | A::VehicleChoose(_) => false,
        A::WaybillOffer(_)
        | A::WaybillWithdraw(_)
        | A::WaybillSettle(_)
        | A::WaybillCancel(_)
        | A::WaybillAbort(_)
        | A::WaybillAbortAgree(_)
        | A::WaybillDispute(_)
        | A::WaybillSwap(_)
        | A::WaybillSwapAgree(_)
        | A::OperatorSet(_)
        | A::ConsentRevoke(_)
        | A::ConsentUse(_) => carries,
        A::ConsentGive(_) => carries || rules,
        A::WaybillDisputeEnd(_) | A::CodeApply(_) | A::VehicleApply(_) | A::ClaimCorrect(_) => {
            carries || rules
        }
        A::ClaimAnswer(_) | A::CertificateAttest(_) => attests,
        A::CertificateSuspend(_)
        | A::CertificateResume(_)
        | A::CertificateRevoke(_)
        | A::MatterExtend(_)
        | A::MatterSettle(_)
        | A::MatterVoid(_) => attests || rules,
        A::PersonKeyRegister(_) => kind == K::Authority,
        A::CodeSuspend(_) | A::CodeResume(_) | A::MatterOpen(_) => rules || kind == K::Authority,
        A::CodeCancel(_) => rules || carries || kind == K::Authority,
        A::ParameterSet(_)
        | A::OrganisationScopes(_)
        | A::OrganisationEnd(_)
        | A::VehicleRelease(_)
        | A::InterfaceGrant(_)
        | A::InterfaceRefuse(_)
        | A::InterfaceRevoke(_) => rules,
        A::InterfaceApply(_) | A::InterfaceWithdraw(_) | A::InterfaceRelease(_) => asks(kind),
        A::ApplicationWithdraw(_)
        | A::VehicleBind(_)
        | A::VehicleUnbind(_)
        | A::TrailerCouple(_)
        | A::TrailerUncouple(_)
        | A::WaybillSign(_)
        | A::AccessRecord(_) => true,
        other => panic!("{} is not modelled", other.word()),
    }
}
