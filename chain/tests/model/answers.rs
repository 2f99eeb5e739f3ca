// SPDX-License-Identifier: Apache-2.0
//! Attesters' answers, and what the last one that is needed leads to.

use chain::Hash;
use chain::actions::*;
use chain::ids::*;
use chain::keys::PublicKey;
use chain::records::application::WantedOperator;
use chain::records::certificate::Terms;
use chain::records::*;
use chain::refusal::RefusalCode as R;

use crate::applications::{Asked, Names, Sent};
use crate::needs::{lacking_alone, lacking_permit};
use crate::world::{Driver, Held, Issued, Lorry, Model, Why, bar, unless};

impl Model {
    pub(crate) fn answer(&mut self, sent: &mut Sent<'_>, action: &ClaimAnswer) -> Result<(), Why> {
        let attester = sent.organisation()?;
        let mut asked = self.verifying(action.application)?;
        let claim = asked.claims.get(action.claim as usize).cloned().ok_or(vec![R::NotFound])?;
        let mut why = Why::new();
        bar(&mut why, claim.attester != attester, R::NotAllowed);
        bar(&mut why, claim.state != ClaimState::Waiting, R::ClaimNotWaiting);
        bar(&mut why, claim.root != action.root, R::RootDiffers);
        unless(why)?;
        let place = action.claim as usize;
        let said_yes = match &action.answer {
            Answer::No { reason } => {
                let state = ClaimState::Refused { at: self.now, reason: reason.clone() };
                asked.claims[place].state = state;
                false
            }
            Answer::Yes { valid_from, valid_until, class, tags } => {
                let dates = (*valid_from, *valid_until);
                let mut why = self.wrong_terms(claim.kind, dates, class);
                bar(&mut why, *valid_from > self.now, R::InvalidField);
                let count = match claim.kind {
                    CertificateKind::Identity => 1,
                    CertificateKind::VehicleLicence => 2,
                    _ => 0,
                };
                bar(&mut why, tags.len() != count, R::InvalidField);
                unless(why)?;
                self.join((action.application, &mut asked), claim.kind, (tags, sent.names))?;
                if asked.vehicle.is_some_and(|id| self.turns(Subject::Vehicle(id), class)) {
                    return Err(vec![R::InvalidField]);
                }
                asked.claims[place].state = ClaimState::Attested(Terms {
                    root: claim.root,
                    attester,
                    attested_at: self.now,
                    valid_from: *valid_from,
                    valid_until: *valid_until,
                    class: class.clone(),
                });
                true
            }
        };
        let answer_by = self.after(ParameterName::AnswerMs);
        for claim in &mut asked.claims {
            let ClaimState::Attested(terms) = &claim.state else { continue };
            if terms.valid_until.is_some_and(|end| self.now >= end) {
                claim.state = ClaimState::Waiting;
                claim.answer_by = answer_by;
            }
        }
        if said_yes && self.is_complete(&asked) {
            asked.close(ApplicationState::Issued, self.now);
            self.issue((action.application, &mut asked))?;
        }
        self.applications.insert(action.application, asked);
        Ok(())
    }

    fn join(
        &mut self,
        (id, asked): (ApplicationId, &mut Asked),
        kind: CertificateKind,
        (tags, names): (&[Hash], Names<'_>),
    ) -> Result<(), Why> {
        let elsewhere = |model: &Self, is_it: &dyn Fn(&Asked) -> bool| {
            model.applications.iter().any(|(other, a)| *other != id && a.is_verifying() && is_it(a))
        };
        let mut why = Why::new();
        if kind == CertificateKind::Identity {
            let known = self.persons.iter().find(|(_, p)| p.tag == tags[0]).map(|(id, _)| *id);
            let person = known.unwrap_or_else(|| PersonId(names(NameKind::Identity, tags[0])));
            let has = self.code_of(Holder::Person(person)).is_some();
            let asks = elsewhere(self, &|other| other.person == Some(person));
            bar(&mut why, has || asks, R::SubjectExists);
            bar(&mut why, asked.person.is_some_and(|before| before != person), R::InvalidField);
            unless(why)?;
            asked.person = Some(person);
            self.persons.insert(person, Driver { tag: tags[0] });
            self.certificates.entry(Subject::Person(person)).or_default();
        } else if let (CertificateKind::VehicleLicence, Wanted::Vehicle(owner)) =
            (kind, &asked.wanted)
        {
            let known = self.vehicles.iter().find(|(_, v)| v.vin == tags[0]).map(|(id, _)| *id);
            let vehicle = known.unwrap_or_else(|| VehicleId(names(NameKind::Vin, tags[0])));
            let asks = elsewhere(self, &|other| other.vehicle == Some(vehicle));
            bar(&mut why, asks, R::SubjectExists);
            bar(&mut why, asked.vehicle.is_some_and(|before| before != vehicle), R::InvalidField);
            unless(why)?;
            asked.vehicle = Some(vehicle);
            for other in self.vehicles.values_mut().filter(|v| v.plate == Some(tags[1])) {
                other.plate = None;
            }
            let new = Lorry {
                vin: tags[0],
                plate: None,
                owner: *owner,
                over_limit: Vec::new(),
                released_at: None,
            };
            self.vehicles.entry(vehicle).or_insert(new).plate = Some(tags[1]);
            self.certificates.entry(Subject::Vehicle(vehicle)).or_default();
        }
        Ok(())
    }

    /// Whose certificates an application is about, once that is known.
    fn subject(asked: &Asked) -> Option<Subject> {
        match &asked.wanted {
            Wanted::Vehicle(_) => asked.vehicle.map(Subject::Vehicle),
            Wanted::Code(CodeFor::Enterprise(id)) => Some(Subject::Organisation(*id)),
            Wanted::Code(CodeFor::Driver { .. }) => asked.person.map(Subject::Person),
        }
    }

    /// True if nothing lacks with what was attested in the place of what was there of those kinds.
    fn is_complete(&self, asked: &Asked) -> bool {
        let Some(subject) = Self::subject(asked) else { return false };
        let claimed = |kind| asked.claims.iter().any(|claim| claim.kind == kind);
        let before = self.held_by(subject).iter().filter(|held| !claimed(held.kind)).cloned();
        let new = asked.claims.iter().filter_map(|claim| {
            let ClaimState::Attested(terms) = &claim.state else { return None };
            Some(Held {
                id: None,
                kind: claim.kind,
                terms: terms.clone(),
                state: CertificateState::Valid,
                noticed: false,
                since: self.now,
                next: None,
            })
        });
        let held: Vec<Held> = before.chain(new).collect();
        match &asked.wanted {
            Wanted::Vehicle(_) => lacking_alone(&held, self.now).is_empty(),
            Wanted::Code(CodeFor::Enterprise(id)) => {
                self.is_admitted(*id) && lacking_permit(&held, self.now).is_empty()
            }
            Wanted::Code(CodeFor::Driver { vehicles, operator }) => {
                let operator = operator.map(|operator| match operator {
                    WantedOperator::Applicant => held.as_slice(),
                    WantedOperator::Organisation(id) => {
                        self.held_by_operator(Some(Operator::Organisation(id))).unwrap_or_default()
                    }
                });
                let alone = self.lacking_for((&held, None), operator, false).is_empty();
                let fits = |id: &VehicleId| {
                    self.lacking_for((&held, Some(*id)), operator, false).is_empty()
                };
                if vehicles.is_empty() { alone } else { vehicles.iter().all(fits) }
            }
        }
    }

    fn issue(&mut self, (id, asked): (ApplicationId, &mut Asked)) -> Result<(), Why> {
        let subject = Self::subject(asked).expect("a complete one is about somebody");
        for claim in asked.claims.clone() {
            let ClaimState::Attested(terms) = claim.state else { continue };
            if self.turns(subject, &terms.class) {
                return Err(vec![R::InvalidField]);
            }
            if !self.put(subject, (claim.kind, None), terms) {
                return Err(vec![R::TooMany]);
            }
        }
        let holder = match &asked.wanted {
            Wanted::Vehicle(owner) => {
                let vehicle = asked.vehicle.expect("a complete one has it");
                self.vehicles.get_mut(&vehicle).expect("found").owner = *owner;
                return Ok(());
            }
            Wanted::Code(CodeFor::Enterprise(id)) => Holder::Organisation(*id),
            Wanted::Code(CodeFor::Driver { .. }) => {
                let person = asked.person.expect("a complete one has it");
                self.register(asked.holder_key, person)?;
                Holder::Person(person)
            }
        };
        let operator = match &asked.wanted {
            Wanted::Code(CodeFor::Driver { operator, .. }) => *operator,
            _ => None,
        };
        let code_id = CodeId::made_by(asked.made_by);
        asked.code = Some(code_id);
        let mut code = Issued {
            holder,
            application: id,
            issued_at: self.now,
            cancelled_at: None,
            suspensions: Vec::new(),
            prefecture: asked.prefecture,
            vehicles: Vec::new(),
            current: asked.named().first().copied(),
            operator: operator.and_then(|o| asked.person.map(|person| o.resolve(person))),
        };
        for vehicle in asked.named() {
            unless(self.bars_to_bind(&code, *vehicle, asked.asked_at))?;
            code.vehicles.push(*vehicle);
        }
        self.codes.insert(code_id, code);
        Ok(())
    }

    /// A person's new key; all others end.
    fn register(&mut self, key: PublicKey, person: PersonId) -> Result<(), Why> {
        if self.keys.contains_key(&key) {
            return Err(vec![R::KeyInUse]);
        }
        let owner = Owner::Person(person);
        self.keys.values_mut().filter(|(whose, _)| *whose == owner).for_each(|k| k.1 = false);
        self.keys.insert(key, (owner, true));
        Ok(())
    }
}
