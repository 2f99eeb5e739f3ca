// SPDX-License-Identifier: Apache-2.0
//! Moves about applications, certificates and matters.

use chain::Hash;
use chain::actions::*;
use chain::ids::*;
use chain::records::application::WantedOperator;
use chain::records::certificate::VehicleClass;
use chain::records::*;

use crate::common::{DAY, KUNMING, Party, SECOND, START};
use crate::stage::{Move, Stage};

impl Stage {
    fn root(&mut self) -> Hash {
        Hash::of(format!("root {}", self.world.fresh()).as_bytes())
    }

    fn new_claim(&mut self, kind: CertificateKind) -> NewClaim {
        let right = self.attester(kind).id;
        let attester = if self.rng.percent(1) { self.anybody().id } else { right };
        NewClaim { kind, root: self.root(), attester }
    }

    fn claims(&mut self, kinds: &[CertificateKind]) -> Vec<NewClaim> {
        kinds.iter().map(|kind| self.new_claim(*kind)).collect()
    }

    /// A driver's application for these vehicles and this operator, by a sponsor.
    pub(crate) fn code_application(
        &mut self,
        (vehicles, operator): (Vec<VehicleId>, Option<WantedOperator>),
        sponsor: Party,
    ) -> Move {
        use CertificateKind::*;
        let key = self.new_key();
        let mut kinds = vec![Identity, DrivingLicence];
        if self.rng.percent(92) {
            kinds.push(Qualification);
        }
        if self.rng.percent(15) {
            kinds.push(BankAccount);
        }
        if operator == Some(WantedOperator::Applicant) && self.rng.percent(90) {
            kinds.push(BusinessPermit);
        }
        if self.rng.percent(2) {
            kinds.push(self.rng.one(&[Identity, VehicleLicence, BusinessPermit]));
        }
        let mut owners: Vec<Option<Owner>> = vehicles
            .iter()
            .map(|id| self.model.vehicles.get(id).map(|vehicle| vehicle.owner))
            .map(|owner| owner.and_then(|owner| self.model.vehicle_owner(owner)))
            .collect();
        if let Some(WantedOperator::Organisation(id)) = operator {
            owners.push(Some(Owner::Organisation(id)));
        }
        let platform = self.world.parties.platform.id;
        let custody = match self.rng.below(20) {
            0 => Custody::Platform(platform),
            1 => Custody::Platform(sponsor.id),
            _ => Custody::Device,
        };
        let action = CodeApply {
            wanted: CodeFor::Driver { vehicles, operator },
            holder_key: key.public(),
            custody,
            prefecture: if self.rng.percent(30) { self.prefecture() } else { KUNMING },
            claims: self.claims(&kinds),
            statements: Vec::new(),
        };
        let mut words = self.words_of(&owners, &sponsor.key);
        words.push(key);
        Move { sender: sponsor.key, action: action.into(), words }
    }

    fn sponsor(&mut self) -> Party {
        let p = self.world.parties.clone();
        let usual = [p.enterprise.clone(), p.enterprise, p.platform, p.regulator];
        if self.rng.percent(4) { self.anybody() } else { self.rng.one(&usual) }
    }

    pub(crate) fn apply_for_code(&mut self) -> Option<Move> {
        if self.model.applications.values().filter(|a| a.is_verifying()).count() > 6 {
            return None;
        }
        let sponsor = self.sponsor();
        if self.rng.percent(15) {
            return Some(self.enterprise_application(sponsor));
        }
        let count = self.rng.one(&[0, 1, 1, 2, 3]);
        let vehicles = (0..count).filter_map(|_| self.some_vehicle(false)).collect();
        let enterprises =
            [self.world.parties.enterprise.id, self.world.parties.other_enterprise.id];
        let operator = match self.rng.below(10) {
            0..2 => None,
            2..4 => Some(WantedOperator::Applicant),
            4..9 => Some(WantedOperator::Organisation(self.rng.one(&enterprises))),
            _ => Some(WantedOperator::Organisation(self.anybody().id)),
        };
        Some(self.code_application((vehicles, operator), sponsor))
    }

    fn enterprise_application(&mut self, sponsor: Party) -> Move {
        let p = self.world.parties.clone();
        let mut enterprise = self.rng.one(&[p.enterprise, p.other_enterprise, p.platform]);
        if self.rng.percent(5) {
            enterprise = self.anybody();
        }
        let key = if self.rng.percent(5) { self.anybody().key } else { enterprise.key.clone() };
        let kinds = [CertificateKind::BusinessPermit, CertificateKind::BankAccount];
        let count = 1 + self.rng.below(2) as usize;
        let action = CodeApply {
            wanted: CodeFor::Enterprise(enterprise.id),
            holder_key: key.public(),
            custody: Custody::Device,
            prefecture: KUNMING,
            claims: self.claims(&kinds[..count]),
            statements: Vec::new(),
        };
        let words = self.words_of(&[Some(Owner::Organisation(enterprise.id))], &sponsor.key);
        Move { sender: sponsor.key, action: action.into(), words }
    }

    /// An application for a vehicle or trailer, by the enterprise.
    pub(crate) fn vehicle_application(&mut self, owner: VehicleOwner, trailer: bool) -> Move {
        use CertificateKind::*;
        let mut kinds = vec![VehicleLicence, TransportPermit];
        if !trailer {
            kinds.push(Policy);
        }
        if !trailer && self.rng.percent(20) {
            kinds.push(Policy);
        }
        let sponsor = self.world.parties.enterprise.clone();
        let action = VehicleApply {
            owner,
            prefecture: KUNMING,
            claims: self.claims(&kinds),
            statements: Vec::new(),
        };
        let mut words = self.words_of(&[self.model.vehicle_owner(owner)], &sponsor.key);
        if let VehicleOwner::Holder(key) = owner
            && self.model.owner_of(&key).is_none()
        {
            words.extend(self.secrets.get(&key).cloned());
        }
        Move { sender: sponsor.key, action: action.into(), words }
    }

    pub(crate) fn apply_for_vehicle(&mut self) -> Option<Move> {
        if self.model.vehicles.len() > 8 {
            return None;
        }
        let p = self.world.parties.clone();
        let holders: Vec<_> = self
            .secrets
            .keys()
            .filter(|k| matches!(self.model.owner_of(k), Some(Owner::Person(_)) | None))
            .copied()
            .collect();
        let owner = match self.rng.pick(&holders).filter(|_| self.rng.percent(30)) {
            Some(key) => VehicleOwner::Holder(key),
            None => {
                let owners = [p.enterprise.clone(), p.enterprise, p.other_enterprise];
                VehicleOwner::Organisation(self.rng.one(&owners).id)
            }
        };
        let trailer = self.rng.percent(30);
        Some(self.vehicle_application(owner, trailer))
    }

    /// Tags as an attester brings them: fresh, or those of somebody known.
    fn tags(&mut self, kind: CertificateKind, known: u64) -> Vec<Hash> {
        let old = self.rng.percent(known);
        let anew = self.rng.percent(70);
        let has_code = |id: PersonId| self.model.code_of(Holder::Person(id)).is_some();
        let persons = self.model.persons.iter().filter(|(id, _)| !anew || !has_code(**id));
        let persons: Vec<Hash> = persons.map(|(_, person)| person.tag).collect();
        let vins: Vec<Hash> = self.model.vehicles.values().map(|v| v.vin).collect();
        let plates: Vec<Hash> = self.model.vehicles.values().filter_map(|v| v.plate).collect();
        let tag = |stage: &mut Self, known: &[Hash]| match stage.rng.pick(known) {
            Some(tag) if old => tag,
            _ => stage.root(),
        };
        match kind {
            CertificateKind::Identity => vec![tag(self, &persons)],
            CertificateKind::VehicleLicence => vec![tag(self, &vins), tag(self, &plates)],
            _ => Vec::new(),
        }
    }

    /// A yes with which a case begins: to what is asked, for ever, with a class that fits.
    pub(crate) fn good_answer(&mut self, application: ApplicationId, claim: u32) -> Option<Move> {
        let asked = self.model.applications[&application].clone();
        let one = asked.claims[claim as usize].clone();
        let without_policy = asked.claims.iter().all(|c| c.kind != CertificateKind::Policy);
        let class = match one.kind {
            CertificateKind::VehicleLicence => Class::Vehicle(VehicleClass {
                hazardous: false,
                ..self.vehicle_class(without_policy)
            }),
            kind => crate::common::fleet::usual_class(kind),
        };
        let tags = self.tags(one.kind, 0);
        let answer = Answer::Yes { valid_from: START, valid_until: None, class, tags };
        let key = self.party(one.attester).key;
        Some(Move::new(key, ClaimAnswer { application, claim, root: one.root, answer }))
    }

    pub(crate) fn answer(&mut self) -> Option<Move> {
        let mut waiting = self.waiting();
        if self.rng.percent(5) {
            let all = self.model.applications.iter();
            waiting = all
                .flat_map(|(id, a)| (0..a.claims.len() as u32 + 1).map(move |c| (*id, c)))
                .collect();
        }
        let (application, claim) = self.rng.pick(&waiting)?;
        let asked = self.model.applications[&application].clone();
        let one = asked.claims.get(claim as usize).or(asked.claims.first())?.clone();
        let named: Vec<Hash> = match one.kind {
            // The person or vehicle that the application has already, when it is asked again.
            CertificateKind::Identity => {
                asked.person.map(|id| self.model.persons[&id].tag).into_iter().collect()
            }
            _ => Vec::new(),
        };
        let tags = match named.is_empty() || self.rng.percent(10) {
            true => self.tags(one.kind, 40),
            false => named,
        };
        let answer = match self.rng.percent(85) {
            true => Answer::Yes {
                valid_from: if self.rng.percent(90) { START } else { self.beginning_of_term() },
                valid_until: self.end(),
                class: self.class(one.kind),
                tags,
            },
            false => Answer::No { reason: self.reason() },
        };
        let root = if self.rng.percent(2) { self.root() } else { one.root };
        let attester = self.party(one.attester).key;
        let sender = self.sender(Some(attester));
        Some(Move::new(sender, ClaimAnswer { application, claim, root, answer }))
    }

    pub(crate) fn correct(&mut self) -> Option<Move> {
        use CertificateKind::*;
        let added = [Policy, Policy, Qualification, BankAccount];
        let mut places = Vec::new();
        for (id, asked) in self.model.applications.iter().filter(|(_, a)| a.is_verifying()) {
            for (place, claim) in asked.claims.iter().enumerate() {
                if matches!(claim.state, ClaimState::Refused { .. }) {
                    places.push((*id, claim.kind, Some(place as u32)));
                }
            }
            places.push((*id, self.rng.one(&added), None));
        }
        if self.rng.percent(40)
            && let Some(again) = self.ask_again()
        {
            return Some(again);
        }
        let (application, kind, mut replaces) = self.rng.pick(&places)?;
        if self.rng.percent(3) {
            replaces = Some(self.rng.below(5) as u32);
        }
        let claim = self.new_claim(kind);
        Some(self.correction(application, claim, replaces))
    }

    /// An attested claim asked as it stands.
    fn ask_again(&mut self) -> Option<Move> {
        let mut places = Vec::new();
        // Mostly where nothing lacks any more: what lacked was somebody else's.
        let lacking = self.rng.percent(30);
        for (id, asked) in self.model.applications.iter().filter(|(_, a)| a.is_verifying()) {
            if !lacking && !self.model.lacks(asked).is_empty() {
                continue;
            }
            let claims = asked.claims.iter().enumerate();
            let attested = claims.filter(|(_, c)| matches!(c.state, ClaimState::Attested(_)));
            places.extend(attested.map(|(place, claim)| (*id, claim.clone(), place as u32)));
        }
        let (application, claim, place) = self.rng.pick(&places)?;
        let Claim { kind, root, attester, .. } = claim;
        let claim = NewClaim { kind, root, attester };
        Some(self.correction(application, claim, Some(place)))
    }

    fn correction(
        &mut self,
        application: ApplicationId,
        claim: NewClaim,
        replaces: Option<u32>,
    ) -> Move {
        let asked = self.model.applications[&application].clone();
        let right = self.party(asked.sponsor).key;
        let sender = self.sender(Some(right));
        let words = match &asked.wanted {
            Wanted::Code(CodeFor::Driver { .. }) => {
                self.secrets.get(&asked.holder_key).cloned().into_iter().collect()
            }
            Wanted::Vehicle(VehicleOwner::Holder(key)) if self.model.owner_of(key).is_none() => {
                self.secrets.get(key).cloned().into_iter().collect()
            }
            Wanted::Vehicle(owner) => self.words_of(&[self.model.vehicle_owner(*owner)], &sender),
            Wanted::Code(CodeFor::Enterprise(id)) => {
                self.words_of(&[Some(Owner::Organisation(*id))], &sender)
            }
        };
        let action = ClaimCorrect { application, claim, replaces, statements: Vec::new() };
        Move { sender, action: action.into(), words }
    }

    pub(crate) fn withdraw_application(&mut self) -> Option<Move> {
        let all = self.model.applications.iter();
        let old = self.rng.percent(10);
        let open: Vec<_> =
            all.filter(|(_, a)| old || a.is_verifying()).map(|(id, _)| *id).collect();
        let application = self.rng.pick(&open)?;
        let asked = self.model.applications[&application].clone();
        let holder = asked.person.and_then(|id| self.key_of(Owner::Person(id)));
        let right = holder.filter(|_| self.rng.percent(50));
        let right = right.unwrap_or_else(|| self.party(asked.sponsor).key);
        let sender = self.sender(Some(right));
        Some(Move::new(sender, ApplicationWithdraw { application }))
    }

    /// An attestation that holds for ever.
    pub(crate) fn attestation(
        &mut self,
        subject: Subject,
        (kind, class): (CertificateKind, Class),
    ) -> CertificateAttest {
        CertificateAttest {
            subject,
            kind,
            renews: None,
            prefecture: KUNMING,
            root: self.root(),
            valid_from: START,
            valid_until: None,
            class,
        }
    }

    pub(crate) fn attest(&mut self) -> Option<Move> {
        use CertificateKind::*;
        let subject = self.some_subject()?;
        let kinds: &[CertificateKind] = match subject {
            Subject::Person(_) => {
                &[Identity, DrivingLicence, DrivingLicence, Qualification, BusinessPermit]
            }
            Subject::Vehicle(_) => &[VehicleLicence, TransportPermit, Policy, Policy],
            Subject::Organisation(_) => &[BusinessPermit, BankAccount],
        };
        let kind = if self.rng.percent(3) { Identity } else { self.rng.one(kinds) };
        let mut class = self.class(kind);
        let held = self.model.held_by(subject).to_vec();
        // A licence says mostly what it said, or vehicles would turn into trailers all the time.
        if let Some(old) = held.iter().find(|c| c.kind == kind)
            && self.rng.percent(75)
        {
            class = old.terms.class.clone();
        }
        let same: Vec<_> =
            held.iter().filter(|c| c.kind == kind && c.terms.class == class).collect();
        let renewing = if kind == Policy { 50 } else { 20 };
        let renews = match self.rng.percent(renewing) {
            true => self.rng.pick(&same).and_then(|c| c.id),
            false if self.rng.percent(2) => self.rng.pick(&held).and_then(|c| c.id),
            false => None,
        };
        let mut valid_from = self.beginning_of_term();
        let ends = same.iter().filter_map(|old| old.terms.valid_until).max();
        if let Some(end) = ends
            && self.rng.percent(50)
        {
            // A renewal in time: it takes over just when the old one ends, beside it, or after a gap.
            valid_from = chain::Time(end.0 + self.rng.one(&[0, 0, 1, SECOND, DAY]));
        }
        let valid_until = match self.end() {
            Some(end) if end <= valid_from && self.rng.percent(95) => Some(valid_from.plus(DAY)),
            end => end,
        };
        let prefecture = if self.rng.percent(3) { self.prefecture() } else { KUNMING };
        let terms = self.attestation(subject, (kind, class));
        let action = CertificateAttest { renews, prefecture, valid_from, valid_until, ..terms };
        let right = self.attester(kind).key;
        let sender = self.sender(Some(right));
        Some(Move::new(sender, action))
    }

    /// Somebody attests for ever what a driver, vehicle, trailer or operator lacks.
    pub(crate) fn heal(&mut self) -> Option<Move> {
        use CertificateKind::*;
        let code = self.some_code()?;
        let code = self.model.codes[&code].clone();
        let mut wanted = Vec::new();
        for subject in self.model.counted(&code) {
            let kinds: &[CertificateKind] = match subject {
                Subject::Person(_) => &[Identity, DrivingLicence, Qualification],
                Subject::Vehicle(_) => &[TransportPermit, Policy],
                Subject::Organisation(_) => &[BusinessPermit],
            };
            wanted.extend(kinds.iter().map(|kind| (subject, *kind)));
        }
        wanted.extend(code.operator.map(|operator| (operator.into(), BusinessPermit)));
        if self.rng.percent(40) {
            wanted.clear();
        }
        for asked in self.model.applications.values().filter(|asked| asked.is_verifying()) {
            if let Wanted::Code(CodeFor::Driver { operator, .. }) = &asked.wanted
                && let Some(WantedOperator::Organisation(id)) = operator
            {
                wanted.push((Subject::Organisation(*id), BusinessPermit));
            }
            wanted.extend(asked.named().iter().map(|id| (Subject::Vehicle(*id), Policy)));
        }
        wanted.retain(|(subject, kind)| {
            let held = self.model.held_by(*subject);
            !held.iter().any(|one| one.kind == *kind && one.holds(self.model.now))
        });
        let (subject, kind) = self.rng.pick(&wanted)?;
        let terms = self.attestation(subject, (kind, crate::common::fleet::usual_class(kind)));
        Some(Move::new(self.world.attester(kind).key, terms))
    }

    /// A certificate in a state, of a subject that is likely to count.
    fn certificate(&mut self, state: CertificateState) -> Option<(Subject, CertificateId, Party)> {
        let any = self.rng.percent(8);
        let asking = self.asking();
        let of_asking = !asking.is_empty() && self.rng.percent(25);
        let mut found = Vec::new();
        for (subject, held) in &self.model.certificates {
            if of_asking && !asking.contains(subject) {
                continue;
            }
            for one in held.iter().filter(|one| any || one.state == state) {
                found.push((*subject, one.id?, one.terms.attester));
            }
        }
        let (subject, id, attester) = self.rng.pick(&found)?;
        let regulator = self.world.parties.regulator.clone();
        let ended = !self.model.is_admitted(attester);
        let right = if ended { regulator } else { self.party(attester) };
        Some((subject, id, right))
    }

    pub(crate) fn suspend_certificate(&mut self) -> Option<Move> {
        let (subject, certificate, attester) = self.certificate(CertificateState::Valid)?;
        let (sender, reason) = (self.sender(Some(attester.key)), self.reason());
        Some(Move::new(sender, CertificateSuspend { subject, certificate, reason }))
    }

    pub(crate) fn resume_certificate(&mut self) -> Option<Move> {
        let (subject, certificate, attester) = self.certificate(CertificateState::Suspended)?;
        let sender = self.sender(Some(attester.key));
        Some(Move::new(sender, CertificateResume { subject, certificate }))
    }

    pub(crate) fn revoke_certificate(&mut self) -> Option<Move> {
        let states =
            [CertificateState::Valid, CertificateState::Suspended, CertificateState::Ended];
        let state = self.rng.one(&states);
        let (subject, certificate, attester) = self.certificate(state)?;
        let (sender, reason) = (self.sender(Some(attester.key)), self.reason());
        Some(Move::new(sender, CertificateRevoke { subject, certificate, reason }))
    }

    pub(crate) fn open_matter(&mut self) -> Option<Move> {
        let mut subject = self.some_subject()?;
        if self.rng.percent(2) {
            subject = Subject::Person(PersonId(RecordId([7; 16])));
        }
        let kinds = [MatterKind::Violation, MatterKind::Breach, MatterKind::Other];
        let kind = match self.rng.percent(3) {
            true => MatterKind::StudyShortfall,
            false => self.rng.one(&kinds),
        };
        let time = self.model.parameter(match kind {
            MatterKind::Breach => ParameterName::SettleBreachMs,
            MatterKind::Other => ParameterName::SettleOtherMs,
            _ => ParameterName::SettleViolationMs,
        });
        let settle_by = match self.rng.below(10) {
            0..6 => None,
            6..9 => Some(self.about(time)),
            _ => Some(self.about(time + 2 * DAY)),
        };
        let ago = self.rng.one(&[0, 0, 1, DAY, 20 * DAY]);
        let now = self.now();
        let occurred_at = match self.rng.percent(3) {
            true => now.plus(1),
            false => chain::Time(now.0 - ago),
        };
        let on_vehicle = matches!(subject, Subject::Vehicle(_));
        let action = MatterOpen {
            subject,
            kind,
            reference: self.root(),
            points: self.rng.one(&[0, 0, 1, 1, 3, 5, 10, 20, 2]),
            over_limit: self.rng.percent(if on_vehicle { 50 } else { 3 }),
            occurred_at,
            settle_by,
        };
        let p = self.world.parties.clone();
        let source = self.rng.one(&[p.traffic_police, p.transport, p.regulator]).key;
        let sender = self.sender(Some(source));
        Some(Move::new(sender, action))
    }

    /// An open matter (seldom one that has ended), and who may end it.
    fn matter(&mut self, own: u64) -> Option<(Matter, Party)> {
        let any = self.rng.percent(5);
        let automatic = self.rng.percent(own);
        let all = self.model.matters.values();
        let found: Vec<Matter> = all
            .filter(|m| any || m.state == MatterState::Open)
            .filter(|m| automatic || !m.source.automatic)
            .cloned()
            .collect();
        let matter = self.rng.pick(&found)?;
        let regulator = self.world.parties.regulator.clone();
        let source = self.party(matter.source.organisation);
        let party = if self.rng.percent(20) { regulator } else { source };
        Some((matter, party))
    }

    pub(crate) fn extend_matter(&mut self) -> Option<Move> {
        let (matter, source) = self.matter(40)?;
        let settle_by = match self.rng.below(4) {
            0 => chain::Time(matter.settle_by.0 + self.rng.below(2)),
            1 => self.about(0),
            2 => self.about(SECOND),
            _ => matter.settle_by.max(self.now()).plus(self.rng.below(10 * DAY)),
        };
        let (sender, reason) = (self.sender(Some(source.key)), self.reason());
        Some(Move::new(sender, MatterExtend { matter: matter.id, settle_by, reason }))
    }

    pub(crate) fn settle_matter(&mut self) -> Option<Move> {
        let (matter, source) = self.matter(10)?;
        let sender = self.sender(Some(source.key));
        Some(Move::new(sender, MatterSettle { matter: matter.id }))
    }

    pub(crate) fn void_matter(&mut self) -> Option<Move> {
        let (matter, source) = self.matter(40)?;
        let (sender, reason) = (self.sender(Some(source.key)), self.reason());
        Some(Move::new(sender, MatterVoid { matter: matter.id, reason }))
    }
}
