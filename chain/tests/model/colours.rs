// SPDX-License-Identifier: Apache-2.0
//! Colours: looked up at each instant among all matters there ever were. And the standing of codes.

use chain::Time;
use chain::actions::*;
use chain::ids::*;
use chain::records::*;
use chain::refusal::RefusalCode as R;
use chain::text::Word;

use crate::waybills::Fact;
use crate::world::{Issued, Model, Why, bar, unless};

const POINTS: [u8; 6] = [0, 1, 3, 5, 10, 20];

impl Model {
    /// Whose matters a code counts: its holder's, its current vehicle's, that one's trailer's.
    pub(crate) fn counted(&self, code: &Issued) -> Vec<Subject> {
        let trailer = code.current.and_then(|vehicle| self.couplings.get(&vehicle).copied());
        let vehicles = [code.current, trailer].into_iter().flatten().map(Subject::Vehicle);
        std::iter::once(code.holder.into()).chain(vehicles).collect()
    }

    /// The matters open now on a subject, in order of their ids.
    pub(crate) fn open_on(&self, subject: Subject) -> Vec<&Matter> {
        let is_open = |m: &&Matter| m.subject == subject && m.state == MatterState::Open;
        self.matters.values().filter(is_open).collect()
    }

    /// The colour of a code now; none unless it is in force.
    pub(crate) fn colour(&self, code: &Issued) -> Option<Colour> {
        if code.cancelled_at.is_some() || !code.suspensions.is_empty() {
            return None;
        }
        let subjects = self.counted(code);
        let open: Vec<&Matter> = subjects.iter().flat_map(|one| self.open_on(*one)).collect();
        if open.iter().any(|matter| self.now >= matter.settle_by) {
            Some(Colour::Red)
        } else if !open.is_empty() {
            Some(Colour::Yellow)
        } else {
            Some(Colour::Blue)
        }
    }

    /// The first instant ahead at which the colour of a code is another than now, with no new
    /// transaction: every instant at which anything happens is tried.
    pub(crate) fn colour_ends(&self, id: CodeId) -> Option<Time> {
        let now = self.colour(&self.codes[&id]);
        let mut later = self.clone();
        loop {
            let at = *later.instants().first()?;
            later.pass_to(at);
            if later.colour(&later.codes[&id]) != now {
                return Some(at);
            }
        }
    }

    fn in_force(&self, id: CodeId) -> Result<&Issued, Why> {
        let code = self.codes.get(&id).ok_or(vec![R::NotFound])?;
        if code.cancelled_at.is_some() { Err(vec![R::CodeNotIssued]) } else { Ok(code) }
    }

    /// The code that an action names, if it is not cancelled.
    pub(crate) fn live(&self, id: CodeId) -> Result<Issued, Why> {
        self.in_force(id).cloned()
    }

    fn flag(&mut self, code: CodeId) {
        for id in self.waybills_of(code) {
            self.happens(id, Fact::Flagged);
        }
    }

    pub(crate) fn suspend_code(&mut self, sender: Owner, action: &CodeSuspend) -> Result<(), Why> {
        let kinds = [OrganisationKind::Regulator, OrganisationKind::Authority];
        let Owner::Organisation(by) = sender else { return Err(vec![R::NotAllowed]) };
        if !self.is_of_kind(sender, &kinds) {
            return Err(vec![R::NotAllowed]);
        }
        let code = self.in_force(action.code)?;
        let mut why = Why::new();
        let laid = code.suspensions.iter().any(|s| s.0 == by && s.1 == action.reason);
        bar(&mut why, laid, R::AlreadyExists);
        bar(&mut why, code.suspensions.len() >= 8, R::TooMany);
        unless(why)?;
        self.flag(action.code);
        let suspension = (by, action.reason.clone(), self.now);
        let code = self.codes.get_mut(&action.code).expect("found");
        code.suspensions.push(suspension);
        Ok(())
    }

    pub(crate) fn resume_code(&mut self, sender: Owner, action: &CodeResume) -> Result<(), Why> {
        let regulates = self.is_of_kind(sender, &[OrganisationKind::Regulator]);
        if sender != Owner::Organisation(action.by) && !regulates {
            return Err(vec![R::NotAllowed]);
        }
        let code = self.in_force(action.code)?;
        let laid = code.suspensions.iter().position(|s| s.0 == action.by && s.1 == action.reason);
        let laid = laid.ok_or(vec![R::NotSuspended])?;
        self.codes.get_mut(&action.code).expect("found").suspensions.remove(laid);
        Ok(())
    }

    pub(crate) fn cancel_code(&mut self, sender: Owner, action: &CodeCancel) -> Result<(), Why> {
        let code = self.in_force(action.code)?;
        if sender == owner_of(code.holder) {
            if !self.waybills_of(action.code).is_empty() {
                return Err(vec![R::CodeHasWaybill]);
            }
        } else {
            let at_death = matches!(code.holder, Holder::Person(_))
                && matches!(sender, Owner::Organisation(id)
                    if self.attests(id, CertificateKind::Identity, code.prefecture));
            if !at_death && !self.is_of_kind(sender, &[OrganisationKind::Regulator]) {
                return Err(vec![R::NotAllowed]);
            }
        }
        self.put_an_end(action.code);
        Ok(())
    }

    fn put_an_end(&mut self, id: CodeId) {
        self.flag(id);
        let now = self.now;
        let code = self.codes.get_mut(&id).expect("found");
        code.cancelled_at = Some(now);
        code.vehicles = Vec::new();
        code.current = None;
    }

    /// A regulator ends a registration: the organisation's own code ends with it.
    pub(crate) fn end_organisation(
        &mut self,
        sender: Owner,
        action: &OrganisationEnd,
    ) -> Result<(), Why> {
        if !self.is_of_kind(sender, &[OrganisationKind::Regulator]) {
            return Err(vec![R::NotAllowed]);
        }
        let mut why = Why::new();
        let own = sender == Owner::Organisation(action.organisation);
        bar(&mut why, own, R::InvalidField);
        bar(&mut why, !self.is_admitted(action.organisation), R::OrganisationEnded);
        unless(why)?;
        self.organisations.get_mut(&action.organisation).expect("found").ended = true;
        if let Some(code) = self.code_of(Holder::Organisation(action.organisation)) {
            self.put_an_end(code);
        }
        if let Owner::Organisation(by) = sender {
            self.close_interfaces(action.organisation, (by, &action.reason));
        }
        Ok(())
    }

    /// A regulator says what an organisation attests from now on.
    pub(crate) fn set_scopes(
        &mut self,
        sender: Owner,
        action: &OrganisationScopes,
    ) -> Result<(), Why> {
        if !self.is_of_kind(sender, &[OrganisationKind::Regulator]) {
            return Err(vec![R::NotAllowed]);
        }
        if !self.is_admitted(action.organisation) {
            return Err(vec![R::OrganisationEnded]);
        }
        let kind = self.organisations[&action.organisation].kind;
        let fits = |scope: &Scope| match scope.kind {
            CertificateKind::Policy => kind == OrganisationKind::Insurer,
            CertificateKind::BankAccount => kind == OrganisationKind::Bank,
            _ => kind == OrganisationKind::Authority,
        };
        let known = |scope: &Scope| scope.prefectures.iter().all(|p| self.prefectures.contains(p));
        let kinds = |kind| action.scopes.iter().filter(|scope| scope.kind == kind).count();
        let twice = |scope: &Scope| {
            let places = scope.prefectures.iter().collect::<std::collections::BTreeSet<_>>();
            kinds(scope.kind) > 1 || places.len() < scope.prefectures.len()
        };
        if !action.scopes.iter().all(|scope| fits(scope) && known(scope) && !twice(scope)) {
            return Err(vec![R::InvalidField]);
        }
        let organisation = self.organisations.get_mut(&action.organisation).expect("found");
        organisation.scopes.clone_from(&action.scopes);
        Ok(())
    }

    /// A regulator announces a value; one for the same instant is replaced. Where there are too many,
    /// one that is over already is forgotten, as if the next had held from the beginning.
    pub(crate) fn set_parameter(
        &mut self,
        sender: Owner,
        action: &ParameterSet,
    ) -> Result<(), Why> {
        if !self.is_of_kind(sender, &[OrganisationKind::Regulator]) {
            return Err(vec![R::NotAllowed]);
        }
        let mut why = Why::new();
        bar(&mut why, !action.name.range().contains(&action.value), R::InvalidField);
        let earliest = self.after(ParameterName::NoticeMs).max(self.now.plus(1));
        bar(&mut why, action.from < earliest, R::NoticeTooShort);
        let mut values = self.parameters[&action.name].clone();
        values.retain(|(from, _)| *from != action.from);
        values.push((action.from, action.value));
        values.sort();
        if values.len() > 16 {
            bar(&mut why, values[1].0 > self.now, R::TooMany);
            values.remove(0);
            values[0].0 = Time(0);
        }
        unless(why)?;
        self.parameters.insert(action.name, values);
        Ok(())
    }

    pub(crate) fn open_matter(
        &mut self,
        (sender, id): (Owner, MatterId),
        action: &MatterOpen,
    ) -> Result<(), Why> {
        let kinds = [OrganisationKind::Authority, OrganisationKind::Regulator];
        let Owner::Organisation(organisation) = sender else { return Err(vec![R::NotAllowed]) };
        if !self.is_of_kind(sender, &kinds) {
            return Err(vec![R::NotAllowed]);
        }
        let mut why = Why::new();
        let time = match action.kind {
            MatterKind::Violation => Some(ParameterName::SettleViolationMs),
            MatterKind::Breach => Some(ParameterName::SettleBreachMs),
            MatterKind::Other => Some(ParameterName::SettleOtherMs),
            _ => None,
        };
        bar(&mut why, time.is_none(), R::MatterAutomatic);
        bar(&mut why, !POINTS.contains(&action.points), R::InvalidField);
        let on_vehicle = matches!(action.subject, Subject::Vehicle(_));
        bar(&mut why, action.over_limit && !on_vehicle, R::InvalidField);
        bar(&mut why, action.occurred_at > self.now, R::InvalidField);
        let earliest = time.map_or(self.now, |name| self.after(name));
        bar(&mut why, action.settle_by.is_some_and(|by| by < earliest), R::InvalidField);
        bar(&mut why, !self.certificates.contains_key(&action.subject), R::NotFound);
        bar(&mut why, self.open_on(action.subject).len() >= 64, R::TooMany);
        unless(why)?;
        if let Subject::Vehicle(vehicle) = action.subject
            && action.over_limit
        {
            let kept = &mut self.vehicles.get_mut(&vehicle).expect("found").over_limit;
            kept.push((id, action.occurred_at));
            kept.sort_by_key(|(_, at)| *at);
            if kept.len() > 4 {
                kept.remove(0);
            }
        }
        let matter = Matter {
            id,
            kind: action.kind,
            subject: action.subject,
            source: MatterSource { organisation, automatic: false, certificate: None },
            reference: action.reference,
            points: action.points,
            over_limit: action.over_limit,
            occurred_at: action.occurred_at,
            opened_at: self.now,
            settle_by: action.settle_by.unwrap_or(earliest),
            extension: None,
            state: MatterState::Open,
            ended_at: None,
            end_reason: None,
        };
        self.matters.insert(id, matter);
        Ok(())
    }

    /// An open matter on which the sender has a word: its source, or a regulator where one may.
    fn own_matter(
        &self,
        sender: Owner,
        id: MatterId,
        regulators_may: bool,
    ) -> Result<&Matter, Why> {
        let matter = self.matters.get(&id).ok_or(vec![R::NotFound])?;
        let regulates = self.is_of_kind(sender, &[OrganisationKind::Regulator]);
        let may = sender == Owner::Organisation(matter.source.organisation)
            || regulates && (regulators_may || matter.source.automatic);
        let mut why = Why::new();
        bar(&mut why, !may, R::NotAllowed);
        bar(&mut why, matter.state != MatterState::Open, R::MatterEnded);
        unless(why).map(|()| matter)
    }

    pub(crate) fn extend_matter(
        &mut self,
        sender: Owner,
        action: &MatterExtend,
    ) -> Result<(), Why> {
        let matter = self.own_matter(sender, action.matter, false)?;
        if action.settle_by <= matter.settle_by || action.settle_by <= self.now {
            return Err(vec![R::InvalidField]);
        }
        let matter = self.matters.get_mut(&action.matter).expect("found");
        matter.settle_by = action.settle_by;
        matter.extension = Some(action.reason.clone());
        Ok(())
    }

    pub(crate) fn settle_matter(
        &mut self,
        sender: Owner,
        action: &MatterSettle,
    ) -> Result<(), Why> {
        if self.own_matter(sender, action.matter, true)?.source.automatic {
            return Err(vec![R::MatterAutomatic]);
        }
        self.end_matter(action.matter, MatterState::Settled, None);
        Ok(())
    }

    pub(crate) fn void_matter(&mut self, sender: Owner, action: &MatterVoid) -> Result<(), Why> {
        self.own_matter(sender, action.matter, true)?;
        for lorry in self.vehicles.values_mut() {
            lorry.over_limit.retain(|(matter, _)| *matter != action.matter);
        }
        self.end_matter(action.matter, MatterState::Void, Some(action.reason.clone()));
        Ok(())
    }

    fn end_matter(&mut self, id: MatterId, state: MatterState, end_reason: Option<Word>) {
        let ended_at = Some(self.now);
        let matter = self.matters.get_mut(&id).expect("found");
        *matter = Matter { state, ended_at, end_reason, ..matter.clone() };
    }

    pub(crate) fn release_vehicle(
        &mut self,
        sender: Owner,
        action: &VehicleRelease,
    ) -> Result<(), Why> {
        if !self.is_of_kind(sender, &[OrganisationKind::Regulator]) {
            return Err(vec![R::NotAllowed]);
        }
        let now = self.now;
        let lorry = self.vehicles.get_mut(&action.vehicle).ok_or(vec![R::NotFound])?;
        lorry.released_at = Some(now);
        Ok(())
    }
}

/// The owner whose word is a holder's.
pub(crate) fn owner_of(holder: Holder) -> Owner {
    match holder {
        Holder::Person(id) => Owner::Person(id),
        Holder::Organisation(id) => Owner::Organisation(id),
    }
}
