// SPDX-License-Identifier: Apache-2.0
//! Interfaces by the model: who asked for what, who has it, and what is begun without.

use chain::Action as A;
use chain::Time;
use chain::actions::*;
use chain::ids::OrganisationId;
use chain::limits::{CALLS_A_MINUTE, GRANT_LEAST_MS, GRANT_MOST_MS};
use chain::records::*;
use chain::refusal::RefusalCode as R;
use chain::text::Word;

use crate::common::interface::some;
use crate::common::{DAY, Party, SECOND, whole};
use crate::stage::{Move, Stage};
use crate::world::{Model, Why, bar, unless};

/// Whose record of which interface.
pub(crate) type Which = (OrganisationId, InterfaceKind);

/// Does a set name the scope that is asked for?
type Names = fn(&InterfaceScopes) -> bool;

use InterfaceKind::{CodeApplication, VerificationAndExchange};

/// What an action begins or asks for, by its interface and the scope that says so.
fn begins(action: &A) -> Option<(InterfaceKind, Names)> {
    match action {
        A::CodeApply(_) | A::ConsentGive(_) => Some((CodeApplication, |scopes| scopes.codes)),
        A::VehicleApply(_) => Some((CodeApplication, |scopes| scopes.vehicles)),
        A::WaybillOffer(_) => Some((VerificationAndExchange, |scopes| scopes.waybills)),
        A::ConsentUse(_) | A::AccessRecord(_) => {
            Some((VerificationAndExchange, |scopes| scopes.exchange))
        }
        _ => None,
    }
}

/// True for those who do nothing by office.
pub(crate) fn asks(kind: OrganisationKind) -> bool {
    !matches!(kind, OrganisationKind::Regulator | OrganisationKind::Authority)
}

impl Model {
    /// What is granted now: a grant that was written may have ended since.
    pub(crate) fn granted(&self, which: Which) -> Option<&Grant> {
        let grant = self.interfaces.get(&which)?.grant.as_ref()?;
        Some(grant).filter(|grant| grant.terms.until > self.now)
    }

    /// The ends of grants that are not far ahead.
    pub(crate) fn grant_ends(&self) -> Vec<Time> {
        let held = self.interfaces.keys().filter_map(|which| self.granted(*which));
        let soon = self.now.plus(30 * DAY);
        held.map(|grant| grant.terms.until).filter(|until| *until <= soon).collect()
    }

    /// May an organisation begin what an action begins?
    pub(crate) fn may_begin(&self, id: OrganisationId, action: &A) -> Result<(), Why> {
        let Some((interface, named)) = begins(action) else { return Ok(()) };
        let is_own = match action {
            A::CodeApply(a) => a.wanted == CodeFor::Enterprise(id),
            A::VehicleApply(a) => a.owner == VehicleOwner::Organisation(id),
            A::ConsentGive(a) => {
                let code = self.codes.get(&a.terms.code);
                code.is_some_and(|code| code.holder == Holder::Organisation(id))
            }
            _ => false,
        };
        if is_own {
            return Ok(());
        }
        let has = self.granted((id, interface)).is_some_and(|grant| named(&grant.terms.scopes));
        if has || !asks(self.organisations[&id].kind) { Ok(()) } else { Err(vec![R::GrantMissing]) }
    }

    /// What is wrong with terms, whoever names them.
    fn wrong(&self, interface: InterfaceKind, terms: &GrantTerms) -> Why {
        let s = &terms.scopes;
        let (first, second) =
            (s.codes || s.vehicles, s.verify || s.exchange || s.waybills || s.modules);
        let fits = match interface {
            CodeApplication => first && !second,
            VerificationAndExchange => second && !first,
        };
        let mut why = Why::new();
        bar(&mut why, !fits, R::InvalidField);
        let calls = terms.calls_a_minute;
        bar(&mut why, calls == 0 || calls > CALLS_A_MINUTE, R::InvalidField);
        let ahead = terms.until.0.saturating_sub(self.now.0);
        bar(&mut why, !(GRANT_LEAST_MS..=GRANT_MOST_MS).contains(&ahead), R::InvalidField);
        why
    }

    fn dealing(&mut self, which: Which) -> Result<&mut Interface, Why> {
        self.interfaces.get_mut(&which).ok_or_else(|| vec![R::NotFound])
    }

    fn request(&mut self, which: Which, number: u64) -> Result<GrantRequest, Why> {
        let dealing = self.dealing(which)?;
        let asked = dealing.request.clone().ok_or_else(|| vec![R::NoRequest])?;
        if dealing.requests == number { Ok(asked) } else { Err(vec![R::RequestDiffers]) }
    }

    pub(crate) fn ask(&mut self, id: OrganisationId, a: &InterfaceApply) -> Result<(), Why> {
        unless(self.wrong(a.interface, &a.terms))?;
        let request =
            GrantRequest { terms: a.terms.clone(), purpose: a.purpose, asked_at: self.now };
        let fresh = || Interface::new(id, a.interface);
        let dealing = self.interfaces.entry((id, a.interface)).or_insert_with(fresh);
        dealing.requests += 1;
        dealing.request = Some(request);
        Ok(())
    }

    pub(crate) fn take_back(&mut self, which: Which) -> Result<(), Why> {
        let dealing = self.dealing(which)?;
        dealing.request.take().map(drop).ok_or_else(|| vec![R::NoRequest])
    }

    pub(crate) fn say_yes(&mut self, by: OrganisationId, a: &InterfaceGrant) -> Result<(), Why> {
        let which = (a.organisation, a.interface);
        let asked = self.request(which, a.request)?.terms;
        let mut why = self.wrong(a.interface, &a.terms);
        let each =
            |s: InterfaceScopes| [s.codes, s.vehicles, s.verify, s.exchange, s.waybills, s.modules];
        let mut both = each(a.terms.scopes).into_iter().zip(each(asked.scopes));
        let wider = both.any(|(given, wanted)| given && !wanted);
        bar(&mut why, wider, R::GrantTooWide);
        bar(&mut why, a.terms.calls_a_minute > asked.calls_a_minute, R::GrantTooWide);
        bar(&mut why, a.terms.until > asked.until, R::GrantTooWide);
        unless(why)?;
        let (from, dealing) = (self.now, self.dealing(which)?);
        dealing.request = None;
        dealing.grant = Some(Grant { terms: a.terms.clone(), from, by: Some(by) });
        Ok(())
    }

    pub(crate) fn say_no(&mut self, by: OrganisationId, a: &InterfaceRefuse) -> Result<(), Why> {
        let which = (a.organisation, a.interface);
        self.request(which, a.request)?;
        self.deny(which, false, (by, &a.reason));
        self.take_back(which)
    }

    pub(crate) fn revoke(&mut self, by: OrganisationId, a: &InterfaceRevoke) -> Result<(), Why> {
        let which = (a.organisation, a.interface);
        self.give_back(which)?;
        self.deny(which, true, (by, &a.reason));
        Ok(())
    }

    pub(crate) fn give_back(&mut self, which: Which) -> Result<(), Why> {
        let held = self.granted(which).is_some();
        let dealing = self.dealing(which)?;
        dealing.grant = None;
        if held { Ok(()) } else { Err(vec![R::NoGrant]) }
    }

    fn deny(&mut self, which: Which, revoked: bool, (by, reason): (OrganisationId, &Word)) {
        let denied = GrantDenial { revoked, at: self.now, by, reason: reason.clone() };
        self.interfaces.get_mut(&which).expect("it asked or was granted").denied = Some(denied);
    }

    /// All that an organisation was granted or asks for ends with its registration.
    pub(crate) fn close_interfaces(
        &mut self,
        id: OrganisationId,
        (by, reason): (OrganisationId, &Word),
    ) {
        for interface in [CodeApplication, VerificationAndExchange] {
            let which = (id, interface);
            let held = self.granted(which).is_some();
            let Some(dealing) = self.interfaces.get_mut(&which) else { continue };
            dealing.grant = None;
            let asked = dealing.request.take().is_some();
            if held || asked {
                self.deny(which, held, (by, reason));
            }
        }
    }
}

impl Stage {
    /// Who may ask, mostly those whose grants a case cannot do without.
    fn asking_party(&mut self) -> Party {
        let p = self.world.parties.clone();
        match self.rng.below(20) {
            0 => self.anybody(),
            1 => p.insurer,
            2 => p.bank,
            3..6 => p.platform,
            6..9 => p.other_enterprise,
            _ => p.enterprise,
        }
    }

    /// Somebody asks for what it has not, seldom for what it has.
    pub(crate) fn ask_for_interface(&mut self) -> Option<Move> {
        let party = self.asking_party();
        let interface = self.rng.one(&InterfaceKind::ALL);
        let which = (party.id, interface);
        let asked = self.model.interfaces.get(&which).is_some_and(|one| one.request.is_some());
        if (asked || self.model.granted(which).is_some()) && self.rng.percent(90) {
            return None;
        }
        let terms = self.terms(interface);
        let purpose = chain::Hash::of(b"purpose");
        let sender = self.sender(Some(party.key));
        Some(Move::new(sender, InterfaceApply { interface, terms, purpose }))
    }

    /// Terms as somebody asks for them: mostly all scopes, seldom wrong.
    fn terms(&mut self, interface: InterfaceKind) -> GrantTerms {
        let ahead = match self.rng.below(20) {
            0 => GRANT_LEAST_MS - self.rng.below(2),
            1 => GRANT_MOST_MS + self.rng.below(2),
            2..5 => DAY,
            5..9 => 20 * DAY,
            _ => GRANT_MOST_MS - DAY,
        };
        let until = self.about(ahead);
        let mut terms = whole(interface, until);
        if self.rng.percent(15) {
            let one = self.rng.one(&InterfaceScope::ALL);
            terms.scopes = some(&[one]);
        }
        if self.rng.percent(5) {
            terms.calls_a_minute = self.rng.one(&[0, 1, CALLS_A_MINUTE, CALLS_A_MINUTE + 1]);
        }
        terms
    }

    /// A regulator grants what is open, or less, or refuses it; seldom what is not open any more.
    pub(crate) fn answer_interface(&mut self) -> Option<Move> {
        let any = self.rng.percent(2);
        let all = self.model.interfaces.iter();
        let open: Vec<Which> =
            all.filter(|(_, one)| any || one.request.is_some()).map(|(which, _)| *which).collect();
        let (organisation, interface) = self.rng.pick(&open)?;
        let dealing = self.model.interfaces[&(organisation, interface)].clone();
        let request =
            if self.rng.percent(3) { dealing.requests.saturating_sub(1) } else { dealing.requests };
        let sender = self.sender(Some(self.world.parties.regulator.key.clone()));
        if self.rng.percent(12) {
            let reason = self.reason();
            let no = InterfaceRefuse { organisation, interface, request, reason };
            return Some(Move::new(sender, no));
        }
        let mut terms = match dealing.request {
            Some(asked) => asked.terms,
            None => self.terms(interface),
        };
        match self.rng.below(30) {
            0 => terms.until = terms.until.plus(1),
            1 => terms.calls_a_minute = terms.calls_a_minute.saturating_add(1),
            2 => terms.scopes = whole(interface, terms.until).scopes,
            3 => terms.until = self.about(10 * SECOND + GRANT_LEAST_MS),
            4 => terms.calls_a_minute = 1,
            5 => terms.scopes = some(&[self.rng.one(&InterfaceScope::ALL)]),
            _ => {}
        }
        Some(Move::new(sender, InterfaceGrant { organisation, interface, request, terms }))
    }

    /// Somebody who holds something; seldom anybody.
    fn holder_of_grant(&mut self) -> Option<(Party, InterfaceKind)> {
        let any = self.rng.percent(5);
        let all = self.model.interfaces.keys().copied();
        let fit: Vec<Which> = all.filter(|one| any || self.model.granted(*one).is_some()).collect();
        let (id, interface) = self.rng.pick(&fit)?;
        Some((self.party(id), interface))
    }

    pub(crate) fn revoke_interface(&mut self) -> Option<Move> {
        let (party, interface) = self.holder_of_grant()?;
        let (organisation, reason) = (party.id, self.reason());
        let sender = self.sender(Some(self.world.parties.regulator.key.clone()));
        Some(Move::new(sender, InterfaceRevoke { organisation, interface, reason }))
    }

    pub(crate) fn release_interface(&mut self) -> Option<Move> {
        let (party, interface) = self.holder_of_grant()?;
        let sender = self.sender(Some(party.key));
        Some(Move::new(sender, InterfaceRelease { interface }))
    }

    pub(crate) fn withdraw_interface(&mut self) -> Option<Move> {
        let any = self.rng.percent(20);
        let all = self.model.interfaces.iter();
        let open: Vec<Which> =
            all.filter(|(_, one)| any || one.request.is_some()).map(|(which, _)| *which).collect();
        let (id, interface) = self.rng.pick(&open)?;
        let sender = self.sender(Some(self.party(id).key));
        Some(Move::new(sender, InterfaceWithdraw { interface }))
    }
}
