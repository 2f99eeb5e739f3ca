// SPDX-License-Identifier: Apache-2.0
//! Applications: asked, corrected, withdrawn, lapsed.

use std::collections::BTreeSet;

use chain::actions::*;
use chain::ids::*;
use chain::keys::PublicKey;
use chain::records::application::WantedOperator;
use chain::records::*;
use chain::refusal::RefusalCode as R;
use chain::{Hash, Time, TransactionId};

use crate::answers::Said;
use crate::world::{Model, Why, Words, bar, unless};

/// An application as it was asked and answered.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) made_by: TransactionId,
    pub(crate) wanted: Wanted,
    pub(crate) sponsor: OrganisationId,
    pub(crate) holder_key: PublicKey,
    pub(crate) custody: Custody,
    pub(crate) prefecture: Prefecture,
    pub(crate) claims: Vec<Claim>,
    pub(crate) corrections: u32,
    pub(crate) asked_at: Time,
    pub(crate) state: ApplicationState,
    pub(crate) ended_at: Option<Time>,
    pub(crate) person: Option<PersonId>,
    pub(crate) vehicle: Option<VehicleId>,
    pub(crate) code: Option<CodeId>,
}

/// Finds the record that a tag names once the block is done.
pub(crate) type Names<'a> = &'a dyn Fn(NameKind, Hash) -> RecordId;

/// A transaction's id and sender, and the words that came with it.
pub(crate) struct Sent<'a> {
    pub(crate) transaction: TransactionId,
    pub(crate) key: PublicKey,
    pub(crate) owner: Owner,
    pub(crate) words: &'a mut Words,
    pub(crate) names: Names<'a>,
}

impl Sent<'_> {
    /// The sending organisation.
    pub(crate) fn organisation(&self) -> Result<OrganisationId, Why> {
        match self.owner {
            Owner::Organisation(id) => Ok(id),
            Owner::Person(_) => Err(vec![R::NotAllowed]),
        }
    }

    /// The first id that the transaction makes.
    pub(crate) fn first(&self) -> RecordId {
        RecordId::made_by(self.transaction, 0)
    }
}

const SPONSORS: [OrganisationKind; 3] =
    [OrganisationKind::Platform, OrganisationKind::Enterprise, OrganisationKind::Regulator];
pub(crate) const OPERATORS: [OrganisationKind; 2] =
    [OrganisationKind::Platform, OrganisationKind::Enterprise];

/// The kinds that may be claimed, and those that must be.
fn kinds(wanted: &Wanted) -> (Vec<CertificateKind>, Vec<CertificateKind>) {
    use CertificateKind::*;
    match wanted {
        Wanted::Vehicle(_) => (vec![VehicleLicence, TransportPermit, Policy], vec![VehicleLicence]),
        Wanted::Code(CodeFor::Enterprise(_)) => {
            (vec![BusinessPermit, BankAccount], vec![BusinessPermit])
        }
        Wanted::Code(CodeFor::Driver { operator, .. }) => {
            let mut may = vec![Identity, DrivingLicence, Qualification, BankAccount];
            if *operator == Some(WantedOperator::Applicant) {
                may.push(BusinessPermit);
            }
            (may, vec![Identity, DrivingLicence])
        }
    }
}

impl Asked {
    /// The vehicles that a driver's application names.
    pub(crate) fn named(&self) -> &[VehicleId] {
        match &self.wanted {
            Wanted::Code(CodeFor::Driver { vehicles, .. }) => vehicles,
            _ => &[],
        }
    }

    pub(crate) fn is_verifying(&self) -> bool {
        self.state == ApplicationState::Verifying
    }

    pub(crate) fn close(&mut self, state: ApplicationState, at: Time) {
        self.state = state;
        self.ended_at = Some(at);
        for claim in self.claims.iter_mut().filter(|c| c.state == ClaimState::Waiting) {
            claim.state = ClaimState::Ended;
        }
    }
}

impl Model {
    /// When an application runs out of time: an answer is overdue, or the whole of it.
    pub(crate) fn lapses_at(&self, asked: &Asked) -> Option<Time> {
        let waiting = asked.claims.iter().filter(|claim| claim.state == ClaimState::Waiting);
        let in_all =
            asked.asked_at.plus(self.parameter_at(ParameterName::ApplicationMs, asked.asked_at));
        let first = waiting.map(|claim| claim.answer_by).chain([in_all]).min();
        first.filter(|_| asked.is_verifying())
    }

    pub(crate) fn lapse(&mut self, id: ApplicationId, at: Time) {
        let asked = self.applications.get_mut(&id).expect("found");
        asked.close(ApplicationState::Lapsed, at);
    }

    fn wrong_claim(&self, wanted: &Wanted, prefecture: Prefecture, claim: &NewClaim) -> Why {
        let mut why = Why::new();
        bar(&mut why, !kinds(wanted).0.contains(&claim.kind), R::InvalidField);
        match self.organisations.contains_key(&claim.attester) {
            false => why.push(R::NotFound),
            true => {
                let attests = self.attests(claim.attester, claim.kind, prefecture);
                bar(&mut why, !attests, R::AttesterNotRegistered);
            }
        }
        why
    }

    fn wrong_claims(&self, wanted: &Wanted, prefecture: Prefecture, claims: &[NewClaim]) -> Why {
        let mut why = Why::new();
        bar(&mut why, !self.prefectures.contains(&prefecture), R::InvalidField);
        bar(&mut why, claims.len() > 12, R::TooMany);
        for kind in kinds(wanted).1 {
            bar(&mut why, claims.iter().all(|claim| claim.kind != kind), R::CertificateMissing);
        }
        for (place, claim) in claims.iter().enumerate() {
            why.extend(self.wrong_claim(wanted, prefecture, claim));
            let before = claims[..place].iter().filter(|other| other.kind == claim.kind).count();
            let is_policy = claim.kind == CertificateKind::Policy;
            bar(&mut why, !is_policy && before > 0, R::InvalidField);
            bar(&mut why, is_policy && before >= 8, R::TooMany);
        }
        why
    }

    fn new_claim(&self, claim: &NewClaim) -> Claim {
        Claim {
            kind: claim.kind,
            root: claim.root,
            attester: claim.attester,
            answer_by: self.after(ParameterName::AnswerMs),
            state: ClaimState::Waiting,
        }
    }

    fn make(
        &mut self,
        sent: &Sent<'_>,
        asked: (Wanted, PublicKey, Custody, Prefecture, &[NewClaim]),
    ) {
        let (wanted, holder_key, custody, prefecture, claims) = asked;
        let Owner::Organisation(sponsor) = sent.owner else { panic!("a sponsor sends") };
        let asked = Asked {
            made_by: sent.transaction,
            wanted,
            sponsor,
            holder_key,
            custody,
            prefecture,
            claims: claims.iter().map(|claim| self.new_claim(claim)).collect(),
            corrections: 0,
            asked_at: self.now,
            state: ApplicationState::Verifying,
            ended_at: None,
            person: None,
            vehicle: None,
            code: None,
        };
        self.applications.insert(ApplicationId(sent.first()), asked);
    }

    pub(crate) fn apply_for_code(
        &mut self,
        sent: &mut Sent<'_>,
        action: &CodeApply,
    ) -> Result<(), Why> {
        let sponsor = sent.organisation()?;
        if !self.is_of_kind(sent.owner, &SPONSORS) {
            return Err(vec![R::NotAllowed]);
        }
        let mut why = Why::new();
        if let Custody::Platform(id) = action.custody {
            let is_platform =
                self.is_of_kind(Owner::Organisation(id), &[OrganisationKind::Platform]);
            bar(&mut why, !is_platform, R::InvalidField);
        }
        match &action.wanted {
            CodeFor::Driver { vehicles, operator } => {
                self.ask_driver(&mut why, (&mut *sent, action), (vehicles, *operator));
            }
            CodeFor::Enterprise(id) => {
                let own = self.keys.get(&action.holder_key);
                bar(&mut why, own != Some(&(Owner::Organisation(*id), true)), R::InvalidField);
                match self.organisations.get(id) {
                    None => why.push(R::NotFound),
                    Some(_) => {
                        bar(&mut why, !self.may_operate(*id), R::InvalidField);
                        let has = self.code_of(Holder::Organisation(*id)).is_some();
                        let asks = self.applications.values().any(|other| {
                            other.is_verifying()
                                && other.wanted == Wanted::Code(action.wanted.clone())
                        });
                        bar(&mut why, has || asks, R::SubjectExists);
                    }
                }
                if *id != sponsor {
                    sent.words.owner(&mut why, self, Owner::Organisation(*id));
                }
            }
        }
        let wanted = Wanted::Code(action.wanted.clone());
        why.extend(self.wrong_claims(&wanted, action.prefecture, &action.claims));
        unless(why)?;
        let (key, custody, prefecture) = (action.holder_key, action.custody, action.prefecture);
        self.make(sent, (wanted, key, custody, prefecture, &action.claims));
        Ok(())
    }

    /// What a driver's application needs besides its claims: a new key's word, and those of operator
    /// and owners, each once.
    fn ask_driver(
        &self,
        why: &mut Why,
        (sent, action): (&mut Sent<'_>, &CodeApply),
        (vehicles, operator): (&[VehicleId], Option<WantedOperator>),
    ) {
        sent.words.key(why, &action.holder_key);
        bar(why, self.keys.contains_key(&action.holder_key), R::KeyInUse);
        let distinct: BTreeSet<_> = vehicles.iter().collect();
        bar(why, distinct.len() != vehicles.len(), R::InvalidField);
        let most = self.parameter(ParameterName::VehiclesPerDriver);
        bar(why, vehicles.len() as u64 > most, R::TooMany);
        let mut speakers = BTreeSet::new();
        if let Some(WantedOperator::Organisation(id)) = operator {
            match self.organisations.get(&id) {
                None => why.push(R::NotFound),
                Some(_) => bar(why, !self.may_operate(id), R::OperatorInvalid),
            }
            speakers.insert(Owner::Organisation(id));
        }
        for id in vehicles {
            let Some(vehicle) = self.vehicles.get(id) else {
                why.push(R::NotFound);
                continue;
            };
            let own = vehicle.owner == VehicleOwner::Holder(action.holder_key);
            match self.vehicle_owner(vehicle.owner) {
                Some(owner) => drop(speakers.insert(owner)),
                None => bar(why, !own, R::NotAllowed),
            }
            bar(why, self.class_of(*id).is_some_and(|class| class.trailer), R::InvalidField);
            bar(why, self.naming(*id).len() >= 8, R::TooMany);
        }
        speakers.remove(&sent.owner);
        for owner in speakers {
            sent.words.owner(why, self, owner);
        }
    }

    /// The applications for codes that name a vehicle and are verifying.
    pub(crate) fn naming(&self, vehicle: VehicleId) -> Vec<ApplicationId> {
        let names = |asked: &Asked| asked.is_verifying() && asked.named().contains(&vehicle);
        self.applications.iter().filter(|(_, a)| names(a)).map(|(id, _)| *id).collect()
    }

    pub(crate) fn apply_for_vehicle(
        &mut self,
        sent: &mut Sent<'_>,
        action: &VehicleApply,
    ) -> Result<(), Why> {
        let sponsor = sent.organisation()?;
        if !self.is_of_kind(sent.owner, &SPONSORS) {
            return Err(vec![R::NotAllowed]);
        }
        let mut why = Why::new();
        let key = match action.owner {
            VehicleOwner::Organisation(id) => {
                if id != sponsor {
                    sent.words.owner(&mut why, self, Owner::Organisation(id));
                }
                sent.key
            }
            VehicleOwner::Holder(key) => {
                self.word_of_holder(&mut why, sent.words, &key);
                key
            }
        };
        let wanted = Wanted::Vehicle(action.owner);
        why.extend(self.wrong_claims(&wanted, action.prefecture, &action.claims));
        unless(why)?;
        self.make(sent, (wanted, key, Custody::Device, action.prefecture, &action.claims));
        Ok(())
    }

    /// A holder who is named by key speaks by it, or, once it is registered, by any key in force.
    fn word_of_holder(&self, why: &mut Why, words: &mut Words, key: &PublicKey) {
        match self.owner_of(key) {
            Some(owner) => words.owner(why, self, owner),
            None => words.key(why, key),
        }
    }

    pub(crate) fn verifying(&self, id: ApplicationId) -> Result<Asked, Why> {
        let asked = self.applications.get(&id).ok_or(vec![R::NotFound])?;
        if asked.is_verifying() { Ok(asked.clone()) } else { Err(vec![R::ApplicationEnded]) }
    }

    /// Whose what is asked for will be, as far as that is known.
    fn future_owner(&self, asked: &Asked) -> Option<Owner> {
        match &asked.wanted {
            Wanted::Vehicle(owner) => self.vehicle_owner(*owner),
            Wanted::Code(CodeFor::Enterprise(id)) => Some(Owner::Organisation(*id)),
            Wanted::Code(CodeFor::Driver { .. }) => asked.person.map(Owner::Person),
        }
    }

    pub(crate) fn correct(
        &mut self,
        sent: &mut Sent<'_>,
        action: &ClaimCorrect,
    ) -> Result<(), Why> {
        sent.organisation()?;
        let mut asked = self.verifying(action.application)?;
        if sent.owner != Owner::Organisation(asked.sponsor) {
            return Err(vec![R::NotAllowed]);
        }
        let mut why = Why::new();
        match &asked.wanted {
            Wanted::Code(CodeFor::Driver { .. }) => sent.words.key(&mut why, &asked.holder_key),
            Wanted::Vehicle(VehicleOwner::Holder(key)) => {
                self.word_of_holder(&mut why, sent.words, key);
            }
            _ => {
                let owner = self.future_owner(&asked).expect("an organisation");
                if owner != sent.owner {
                    sent.words.owner(&mut why, self, owner);
                }
            }
        }
        let as_it_stands = action.replaces.and_then(|place| asked.claims.get(place as usize));
        if as_it_stands.is_some_and(|claim| {
            let NewClaim { kind, root, attester } = action.claim;
            let same = (claim.kind, claim.root, claim.attester) == (kind, root, attester);
            same && matches!(claim.state, ClaimState::Attested(_))
        }) {
            unless(why)?;
            return self.look_at((action.application, asked), Said::Again);
        }
        let most = self.parameter_at(ParameterName::Corrections, asked.asked_at);
        let used_up = u64::from(asked.corrections) >= most;
        bar(&mut why, used_up, R::CorrectionsUsedUp);
        why.extend(self.wrong_claim(&asked.wanted, asked.prefecture, &action.claim));
        let same = asked.claims.iter().filter(|claim| claim.kind == action.claim.kind).count();
        let is_policy = action.claim.kind == CertificateKind::Policy;
        let new = self.new_claim(&action.claim);
        match action.replaces.map(|place| asked.claims.get_mut(place as usize)) {
            Some(None) => why.push(R::NotFound),
            Some(Some(old)) => {
                let refused = matches!(old.state, ClaimState::Refused { .. });
                bar(&mut why, !refused, R::ClaimNotRefused);
                bar(&mut why, old.kind != new.kind, R::InvalidField);
                *old = new;
            }
            None => {
                bar(&mut why, !is_policy && same > 0, R::InvalidField);
                bar(&mut why, is_policy && same >= 8, R::TooMany);
                bar(&mut why, asked.claims.len() >= 12, R::TooMany);
                asked.claims.push(new);
            }
        }
        unless(why)?;
        asked.corrections += 1;
        self.applications.insert(action.application, asked);
        Ok(())
    }

    pub(crate) fn withdraw_application(
        &mut self,
        sender: Owner,
        action: &ApplicationWithdraw,
    ) -> Result<(), Why> {
        let asked = self.verifying(action.application)?;
        let sponsors = sender == Owner::Organisation(asked.sponsor);
        if !sponsors && self.future_owner(&asked) != Some(sender) {
            return Err(vec![R::NotAllowed]);
        }
        let now = self.now;
        let asked = self.applications.get_mut(&action.application).expect("found");
        asked.close(ApplicationState::Withdrawn, now);
        Ok(())
    }
}
