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
use crate::certificates::place_for;
use crate::needs::{lacking_alone, lacking_permit};
use crate::world::{Driver, Held, Issued, Lorry, Model, Why, bar, unless};

/// What was done to an application before it is looked at anew.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Said {
    Yes,
    No,
    /// An attested claim was asked as it stands.
    Again,
}

impl Model {
    pub(crate) fn answer(&mut self, sent: &mut Sent<'_>, action: &ClaimAnswer) -> Result<(), Why> {
        let attester = sent.organisation()?;
        let mut asked = self.verifying(action.application)?;
        let claim = asked.claims.get(action.claim as usize).cloned().ok_or(vec![R::NotFound])?;
        let mut why = Why::new();
        bar(&mut why, claim.attester != attester, R::NotAllowed);
        bar(&mut why, claim.state != ClaimState::Waiting, R::ClaimNotWaiting);
        bar(&mut why, claim.root != action.root, R::RootDiffers);
        let place = action.claim as usize;
        let said = match &action.answer {
            Answer::No { reason } => {
                unless(why)?;
                let state = ClaimState::Refused { at: self.now, reason: reason.clone() };
                asked.claims[place].state = state;
                Said::No
            }
            Answer::Yes { valid_from, valid_until, class, tags } => {
                let dates = (*valid_from, *valid_until);
                let registered = self.attests(attester, claim.kind, asked.prefecture);
                bar(&mut why, !registered, R::AttesterNotRegistered);
                why.extend(self.wrong_terms(claim.kind, dates, class));
                bar(&mut why, *valid_from > self.now, R::InvalidField);
                let count = match claim.kind {
                    CertificateKind::Identity => 1,
                    CertificateKind::VehicleLicence => 2,
                    _ => 0,
                };
                bar(&mut why, tags.len() != count, R::InvalidField);
                unless(why)?;
                self.join(
                    (action.application, &mut asked),
                    (claim.kind, class),
                    (tags, sent.names),
                )?;
                asked.claims[place].state = ClaimState::Attested(Terms {
                    root: claim.root,
                    application: Some(action.application),
                    attester,
                    attested_at: self.now,
                    valid_from: *valid_from,
                    valid_until: *valid_until,
                    class: class.clone(),
                });
                Said::Yes
            }
        };
        self.look_at((action.application, asked), said)
    }

    /// Looks at an application anew: what has ended or is older than another word waits again, and it is
    /// issued if nothing lacks. Who asked again is told what does, unless there is something new to say.
    pub(crate) fn look_at(
        &mut self,
        (id, mut asked): (ApplicationId, Asked),
        said: Said,
    ) -> Result<(), Why> {
        let stale = self.stale(&asked);
        let answer_by = self.after(ParameterName::AnswerMs);
        for place in &stale {
            let claim = &mut asked.claims[*place];
            claim.state = ClaimState::Waiting;
            claim.answer_by = answer_by;
        }
        let lacks = self.lacks(&asked);
        if said == Said::Again && stale.is_empty() && !lacks.is_empty() {
            return Err(lacks);
        }
        if said != Said::No && lacks.is_empty() {
            asked.close(ApplicationState::Issued, self.now);
            self.issue((id, &mut asked))?;
        }
        self.applications.insert(id, asked);
        Ok(())
    }

    /// The attested claims that count no more: they have ended, or would take the place of something
    /// about which there is another word as new as theirs.
    fn stale(&self, asked: &Asked) -> Vec<usize> {
        let subject = Self::subject(asked);
        let mut held = subject.map_or_else(Vec::new, |one| self.held_by(one).to_vec());
        let mut stale = Vec::new();
        for (number, claim) in asked.claims.iter().enumerate() {
            let ClaimState::Attested(terms) = &claim.state else { continue };
            let new = Held::new(claim.kind, terms.clone(), self.now);
            let place = place_for(&held, (claim.kind, None), &terms.class);
            let has_ended = terms.valid_until.is_some_and(|end| self.now >= end);
            let is_older = place.is_some_and(|at| held[at].newest_word() >= terms.attested_at);
            match place {
                _ if has_ended || is_older => stale.push(number),
                Some(place) => held[place] = new,
                None => held.push(new),
            }
        }
        stale
    }

    fn join(
        &mut self,
        (id, asked): (ApplicationId, &mut Asked),
        (kind, class): (CertificateKind, &Class),
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
            bar(&mut why, self.turns(Subject::Vehicle(vehicle), class), R::InvalidField);
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
    pub(crate) fn subject(asked: &Asked) -> Option<Subject> {
        match &asked.wanted {
            Wanted::Vehicle(_) => asked.vehicle.map(Subject::Vehicle),
            Wanted::Code(CodeFor::Enterprise(id)) => Some(Subject::Organisation(*id)),
            Wanted::Code(CodeFor::Driver { .. }) => asked.person.map(Subject::Person),
        }
    }

    /// What lacks with what was attested. It takes the place of what was there of its kind, except that
    /// policies come beside each other; what waits or was refused hides all of its kind.
    pub(crate) fn lacks(&self, asked: &Asked) -> Why {
        let before = Self::subject(asked).map_or(&[][..], |subject| self.held_by(subject));
        let hides = |claim: &Claim| {
            let attested = matches!(claim.state, ClaimState::Attested(_));
            claim.kind != CertificateKind::Policy || !attested
        };
        let hidden = |kind| asked.claims.iter().any(|claim| claim.kind == kind && hides(claim));
        let before = before.iter().filter(|held| !hidden(held.kind)).cloned();
        let new = asked.claims.iter().filter_map(|claim| match &claim.state {
            ClaimState::Attested(terms) => Some(Held::new(claim.kind, terms.clone(), self.now)),
            _ => None,
        });
        let held: Vec<Held> = before.chain(new).collect();
        match &asked.wanted {
            Wanted::Vehicle(_) => lacking_alone(&held, self.now),
            Wanted::Code(CodeFor::Enterprise(id)) => {
                let mut why = lacking_permit(&held, self.now);
                bar(&mut why, !self.is_admitted(*id), R::OrganisationEnded);
                why
            }
            Wanted::Code(CodeFor::Driver { vehicles, operator }) => {
                let operator = operator.map(|operator| match operator {
                    WantedOperator::Applicant => held.as_slice(),
                    WantedOperator::Organisation(id) => {
                        self.held_by_operator(Some(Operator::Organisation(id))).unwrap_or_default()
                    }
                });
                let lacks = |id: Option<VehicleId>| self.lacking_for((&held, id), operator, false);
                match vehicles.is_empty() {
                    true => lacks(None),
                    false => vehicles.iter().flat_map(|id| lacks(Some(*id))).collect(),
                }
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
                self.register((asked.holder_key, asked.custody), person)?;
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

    /// An identity authority of a person's home verified the person again: a new key, and no other.
    pub(crate) fn register_anew(
        &mut self,
        sent: &mut Sent<'_>,
        action: &PersonKeyRegister,
    ) -> Result<(), Why> {
        let (authority, person) = (sent.organisation()?, action.person);
        if !self.attests_somewhere(authority, CertificateKind::Identity) {
            return Err(vec![R::NotAllowed]);
        }
        if !self.persons.contains_key(&person) {
            return Err(vec![R::NotFound]);
        }
        let code = self.code_of(Holder::Person(person)).map(|id| self.codes[&id].prefecture);
        let mut asking = self.applications.values().filter(|a| a.is_verifying());
        let asked = asking.find(|a| a.person == Some(person)).map(|a| a.prefecture);
        let strange = |home| !self.attests(authority, CertificateKind::Identity, home);
        let mut why = Why::new();
        bar(&mut why, code.or(asked).is_some_and(strange), R::AttesterNotRegistered);
        if let Custody::Platform(id) = action.custody {
            let platform = self.is_of_kind(Owner::Organisation(id), &[OrganisationKind::Platform]);
            bar(&mut why, !platform, R::InvalidField);
        }
        bar(&mut why, self.keys.contains_key(&action.key), R::KeyInUse);
        sent.words.key(&mut why, &action.key);
        unless(why)?;
        self.register((action.key, action.custody), person)
    }

    /// A person's new key; all others end.
    fn register(
        &mut self,
        (key, custody): (PublicKey, Custody),
        person: PersonId,
    ) -> Result<(), Why> {
        if self.keys.contains_key(&key) {
            return Err(vec![R::KeyInUse]);
        }
        let owner = Owner::Person(person);
        self.keys.values_mut().filter(|(whose, _)| *whose == owner).for_each(|k| k.1 = false);
        self.keys.insert(key, (owner, true));
        self.custodies.insert(key, custody);
        Ok(())
    }
}
