// SPDX-License-Identifier: Apache-2.0
//! The steps of a waybill after its acceptance, and who takes them.

use chain::Time;
use chain::actions::*;
use chain::ids::WaybillId;
use chain::records::waybill::*;
use chain::records::*;
use chain::refusal::RefusalCode as R;
use chain::text::Word;

use crate::waybills::Fact;
use crate::world::{Model, Why, bar, unless};

const LOADED: [WaybillState; 3] =
    [WaybillState::Loaded, WaybillState::InTransit, WaybillState::Arrived];

/// What one step is: from which state, in which words, at which time.
type Taken<'a> = (WaybillId, WaybillState, &'a Step);

impl Model {
    fn only(
        &self,
        sender: Owner,
        (id, states): (WaybillId, &[WaybillState]),
        wanted: Side,
    ) -> Result<Waybill, Why> {
        match self.of_side(sender, id, states) {
            Ok((stand, side)) if side == wanted => Ok(stand),
            // The other side may be told so, or that the state is wrong.
            Ok(_) => Err(vec![R::NotAllowed]),
            Err(mut why) => {
                why.push(R::NotAllowed);
                Err(why)
            }
        }
    }

    fn end(
        &mut self,
        id: WaybillId,
        state: WaybillState,
        (by, reason): (Side, &Word),
    ) -> Result<(), Why> {
        self.happens(id, Fact::Over(state, by, reason.clone()));
        Ok(())
    }

    pub(crate) fn withdraw(&mut self, sender: Owner, a: &WaybillWithdraw) -> Result<(), Why> {
        self.only(sender, (a.waybill, &[WaybillState::Offered]), Side::Maker)?;
        self.end(a.waybill, WaybillState::Withdrawn, (Side::Maker, &a.reason))
    }

    pub(crate) fn cancel(&mut self, sender: Owner, a: &WaybillCancel) -> Result<(), Why> {
        let (_, side) = self.of_side(sender, a.waybill, &[WaybillState::Accepted])?;
        self.end(a.waybill, WaybillState::Cancelled, (side, &a.reason))
    }

    pub(crate) fn load(&mut self, sender: Owner, a: &WaybillLoad) -> Result<(), Why> {
        let step = self.step(a.at, a.evidence);
        self.take(sender, (a.waybill, WaybillState::Accepted, &step))?;
        self.happens(a.waybill, Fact::Loaded(step));
        Ok(())
    }

    pub(crate) fn depart(&mut self, sender: Owner, a: &WaybillDepart) -> Result<(), Why> {
        let step = self.step(a.at, a.evidence);
        self.take(sender, (a.waybill, WaybillState::Loaded, &step))?;
        self.happens(a.waybill, Fact::Departed(step));
        Ok(())
    }

    pub(crate) fn arrive(&mut self, sender: Owner, a: &WaybillArrive) -> Result<(), Why> {
        let step = self.step(a.at, a.evidence);
        self.take(sender, (a.waybill, WaybillState::InTransit, &step))?;
        self.happens(a.waybill, Fact::Arrived(step));
        Ok(())
    }

    fn step(&self, at: Time, evidence: chain::Hash) -> Step {
        Step { at, recorded_at: self.now, evidence }
    }

    /// The driver takes a step in time: not before the last one, nor too far ahead. Clocks differ, so
    /// loading may lie before acceptance by as much.
    fn take(&self, sender: Owner, (id, from, step): Taken<'_>) -> Result<(), Why> {
        let stand = self.only(sender, (id, &[from]), Side::Driver)?;
        let ahead = self.parameter(ParameterName::StepAheadMs);
        let last = match (&stand.departed, &stand.loaded, &stand.carrier) {
            (Some(step), _, _) | (None, Some(step), _) => step.at,
            (None, None, Some(carrier)) => Time(carrier.accepted_at.0.saturating_sub(ahead)),
            (None, None, None) => panic!("what is accepted has a carrier"),
        };
        let wrong = step.at < last || step.at > self.now.plus(ahead);
        if wrong { Err(vec![R::StepTime]) } else { Ok(()) }
    }

    pub(crate) fn sign(&mut self, sender: Owner, a: &WaybillSign) -> Result<(), Why> {
        let stand = self.stands(a.waybill)?;
        let consignee = stand.offer.consignee.filter(|id| self.is_admitted(*id));
        let signer = consignee.unwrap_or(stand.maker);
        let mut why = Why::new();
        bar(&mut why, sender != Owner::Organisation(signer), R::NotAllowed);
        bar(&mut why, stand.state != WaybillState::Arrived, R::WaybillState);
        bar(&mut why, a.weight_kg == 0 || a.distance_km == 0, R::InvalidField);
        let most = self.parameter(ParameterName::DifferencePpm);
        let differs = u64::from(a.difference_ppm) > most;
        bar(&mut why, differs && a.reason.is_none(), R::ReasonMissing);
        unless(why)?;
        let signing = Signing {
            at: self.now,
            weight_kg: a.weight_kg,
            distance_km: a.distance_km,
            difference_ppm: a.difference_ppm,
            reason: a.reason,
            by_silence: false,
        };
        self.happens(a.waybill, Fact::Signed(signing));
        Ok(())
    }

    pub(crate) fn abort(&mut self, sender: Owner, a: &WaybillAbort) -> Result<(), Why> {
        let (stand, by) = self.of_side(sender, a.waybill, &LOADED)?;
        if stand.abort.is_some() {
            return Err(vec![R::ProposalOpen]);
        }
        let until = self.after(ParameterName::AgreeMs);
        let abort = Abort { by, reason: a.reason.clone(), until };
        self.happens(a.waybill, Fact::AbortProposed(abort));
        Ok(())
    }

    pub(crate) fn agree_abort(&mut self, sender: Owner, a: &WaybillAbortAgree) -> Result<(), Why> {
        let (stand, side) = self.of_side(sender, a.waybill, &LOADED)?;
        match stand.abort {
            Some(abort) if abort.by != side => {
                self.end(a.waybill, WaybillState::Aborted, (abort.by, &abort.reason))
            }
            _ => Err(vec![R::NoProposal]),
        }
    }

    pub(crate) fn settle(&mut self, sender: Owner, a: &WaybillSettle) -> Result<(), Why> {
        let stand = self.only(sender, (a.waybill, &[WaybillState::Signed]), Side::Maker)?;
        let mut why = Why::new();
        bar(&mut why, stand.dispute.is_some(), R::DisputeOpen);
        bar(&mut why, stand.settlement.is_some(), R::ProposalOpen);
        unless(why)?;
        let (proposed_at, stands_at) = (self.now, self.after(ParameterName::SettlementMs));
        let (amount, payment) = (a.amount, a.payment);
        let settlement = Settlement { proposed_at, amount, payment, stands_at };
        self.happens(a.waybill, Fact::SettlementProposed(settlement));
        Ok(())
    }

    pub(crate) fn agree(&mut self, sender: Owner, a: &WaybillSettleAgree) -> Result<(), Why> {
        let stand = self.only(sender, (a.waybill, &[WaybillState::Signed]), Side::Driver)?;
        let mut why = Why::new();
        bar(&mut why, stand.dispute.is_some(), R::DisputeOpen);
        bar(&mut why, stand.settlement.is_none(), R::NoProposal);
        unless(why)?;
        self.happens(a.waybill, Fact::SettlementAgreed);
        Ok(())
    }

    pub(crate) fn dispute(&mut self, sender: Owner, a: &WaybillDispute) -> Result<(), Why> {
        use WaybillState::*;
        let states = [Accepted, Loaded, InTransit, Arrived, Signed, Settled];
        let (stand, by) = self.of_side(sender, a.waybill, &states)?;
        let mut why = Why::new();
        bar(&mut why, stand.dispute.is_some(), R::DisputeOpen);
        let late = stand.signed.is_some_and(|signed| {
            let window = self.parameter_at(ParameterName::DisputeMs, signed.at);
            self.now >= signed.at.plus(window)
        });
        bar(&mut why, late, R::DisputeTooLate);
        unless(why)?;
        let (reason, opened_at) = (a.reason.clone(), self.now);
        let dispute = Dispute { by, reason, opened_at, maker_ends: false, driver_ends: false };
        self.happens(a.waybill, Fact::Disputed(dispute));
        Ok(())
    }

    pub(crate) fn end_of_dispute(
        &mut self,
        sender: Owner,
        a: &WaybillDisputeEnd,
    ) -> Result<(), Why> {
        let stand = self.stands(a.waybill)?;
        let every = [stand.state];
        let side = match self.of_side(sender, a.waybill, &every) {
            Ok((_, side)) => Some(side),
            Err(_) if self.is_of_kind(sender, &[OrganisationKind::Regulator]) => None,
            Err(why) => return Err(why),
        };
        if stand.dispute.is_none() {
            return Err(vec![R::NoDispute]);
        }
        self.happens(a.waybill, Fact::DisputeEnded(side));
        Ok(())
    }
}
