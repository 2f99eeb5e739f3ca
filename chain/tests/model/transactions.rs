// SPDX-License-Identifier: Apache-2.0
//! One transaction by the model: done, or refused and nothing changed.

use chain::ids::MatterId;
use chain::records::Owner;
use chain::refusal::RefusalCode as R;
use chain::{Action, Checked};

use crate::applications::{Names, Sent};
use crate::world::{Model, Why, Words};

impl Model {
    /// What becomes of a transaction, and what it changes.
    pub(crate) fn run(&mut self, checked: &Checked, names: Names<'_>) -> Result<(), Why> {
        let before = self.clone();
        let result = self.attempt(checked, names);
        if result.is_err() {
            *self = before;
        }
        result
    }

    fn attempt(&mut self, checked: &Checked, names: Names<'_>) -> Result<(), Why> {
        let (transaction, key) = (checked.id(), checked.transaction().sender);
        let Some((owner, true)) = self.keys.get(&key).copied() else {
            return Err(vec![R::UnknownKey]);
        };
        if let Owner::Organisation(id) = owner
            && !self.is_admitted(id)
        {
            return Err(vec![R::OrganisationEnded]);
        }
        if self.is_orphaned(&key) {
            return Err(vec![R::OrganisationEnded]);
        }
        let action = &checked.transaction().action;
        self.may_send(owner, action)?;
        let mut words = Words(action.statements().iter().map(|word| word.signer).collect());
        let mut sent = Sent { transaction, key, owner, words: &mut words, names };
        self.act(&mut sent, action)?;
        if words.0.is_empty() { Ok(()) } else { Err(vec![R::StatementUnexpected]) }
    }

    fn act(&mut self, sent: &mut Sent<'_>, action: &Action) -> Result<(), Why> {
        let owner = sent.owner;
        match action {
            Action::ParameterSet(a) => self.set_parameter(owner, a),
            Action::OrganisationScopes(a) => self.set_scopes(owner, a),
            Action::PersonKeyRegister(a) => self.register_anew(sent, a),
            Action::OrganisationEnd(a) => self.end_organisation(owner, a),
            Action::CodeApply(a) => self.apply_for_code(sent, a),
            Action::VehicleApply(a) => self.apply_for_vehicle(sent, a),
            Action::ClaimAnswer(a) => self.answer(sent, a),
            Action::ClaimCorrect(a) => self.correct(sent, a),
            Action::ApplicationWithdraw(a) => self.withdraw_application(owner, a),
            Action::CodeSuspend(a) => self.suspend_code(owner, a),
            Action::CodeResume(a) => self.resume_code(owner, a),
            Action::CodeCancel(a) => self.cancel_code(owner, a),
            Action::VehicleBind(a) => self.bind(sent, a),
            Action::VehicleUnbind(a) => self.unbind(owner, a),
            Action::VehicleChoose(a) => self.choose(owner, a),
            Action::TrailerCouple(a) => self.couple(sent, a),
            Action::TrailerUncouple(a) => self.uncouple(owner, a),
            Action::OperatorSet(a) => self.set_operator(sent, a),
            Action::CertificateAttest(a) => self.attest(sent.organisation()?, a),
            Action::CertificateSuspend(a) => self.suspend_certificate(sent.organisation()?, a),
            Action::CertificateResume(a) => self.resume_certificate(sent.organisation()?, a),
            Action::CertificateRevoke(a) => self.revoke_certificate(sent.organisation()?, a),
            Action::MatterOpen(a) => self.open_matter((owner, MatterId(sent.first())), a),
            Action::MatterExtend(a) => self.extend_matter(owner, a),
            Action::MatterSettle(a) => self.settle_matter(owner, a),
            Action::MatterVoid(a) => self.void_matter(owner, a),
            Action::VehicleRelease(a) => self.release_vehicle(owner, a),
            Action::WaybillOffer(a) => self.offer(sent, &a.offer),
            Action::WaybillAccept(a) => self.accept(owner, a),
            Action::WaybillDecline(a) => self.decline(owner, a),
            Action::WaybillWithdraw(a) => self.withdraw(owner, a),
            Action::WaybillCancel(a) => self.cancel(owner, a),
            Action::WaybillLoad(a) => self.load(owner, a),
            Action::WaybillDepart(a) => self.depart(owner, a),
            Action::WaybillArrive(a) => self.arrive(owner, a),
            Action::WaybillSign(a) => self.sign(owner, a),
            Action::WaybillAbort(a) => self.abort(owner, a),
            Action::WaybillAbortAgree(a) => self.agree_abort(owner, a),
            Action::WaybillSettle(a) => self.settle(owner, a),
            Action::WaybillSettleAgree(a) => self.agree(owner, a),
            Action::WaybillDispute(a) => self.dispute(owner, a),
            Action::WaybillDisputeEnd(a) => self.end_of_dispute(owner, a),
            Action::InterfaceApply(a) => self.ask(sent.organisation()?, a),
            Action::InterfaceWithdraw(a) => self.take_back((sent.organisation()?, a.interface)),
            Action::InterfaceGrant(a) => self.say_yes(sent.organisation()?, a),
            Action::InterfaceRefuse(a) => self.say_no(sent.organisation()?, a),
            Action::InterfaceRevoke(a) => self.revoke(sent.organisation()?, a),
            Action::InterfaceRelease(a) => self.give_back((sent.organisation()?, a.interface)),
            Action::WaybillSwap(a) => self.swap(sent, a),
            Action::WaybillSwapAgree(a) => self.agree_swap(sent, a),
            Action::ConsentGive(a) => self.consent(sent, a),
            Action::ConsentRevoke(a) => self.revoke_consent(sent, a),
            Action::ConsentUse(a) => self.use_shown(sent, a),
            Action::AccessRecord(a) => self.access(sent, a),
            other => panic!("{} is not modelled", other.word()),
        }
    }
}
