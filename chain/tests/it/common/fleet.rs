// SPDX-License-Identifier: Apache-2.0
//! Drivers and vehicles of the small world, from application to issued code, and shorthands for what
//! happens to them. It goes through transactions only.

use super::*;
use chain::query::{self, CodeAnswer};
use chain::records::application::WantedOperator;

/// A driver with an issued code.
#[derive(Clone, Debug)]
pub struct Driver {
    pub key: SecretKey,
    pub person: PersonId,
    pub code: CodeId,
}

/// A lorry of this total mass; it may load half of it.
pub fn lorry_class(total_mass_kg: u32) -> VehicleClass {
    VehicleClass {
        vehicle_type: word("H11"),
        total_mass_kg,
        rated_load_kg: total_mass_kg / 2,
        axles: 2,
        trailer: false,
        energy: Energy::Diesel,
        hazardous: false,
        prefecture: KUNMING,
    }
}

/// A trailer of this total mass; it may load half of it.
pub fn trailer_class(total_mass_kg: u32) -> VehicleClass {
    VehicleClass { vehicle_type: word("B11"), trailer: true, ..lorry_class(total_mass_kg) }
}

/// The class that certificates of a kind have unless a test says otherwise.
pub fn usual_class(kind: CertificateKind) -> Class {
    match kind {
        CertificateKind::Identity | CertificateKind::BankAccount => Class::None,
        CertificateKind::DrivingLicence => Class::Licence { classes: licence::A2 },
        CertificateKind::Qualification => Class::Qualification { ordinary: true, hazardous: false },
        CertificateKind::VehicleLicence => Class::Vehicle(lorry_class(18_000)),
        CertificateKind::TransportPermit | CertificateKind::BusinessPermit => {
            Class::Permit { hazardous: false }
        }
        CertificateKind::Policy => Class::Policy { kind: PolicyKind::Compulsory },
    }
}

impl World {
    /// Who attests certificates of a kind.
    pub fn attester(&self, kind: CertificateKind) -> Party {
        match kind {
            CertificateKind::Identity => self.parties.public_security.clone(),
            CertificateKind::DrivingLicence | CertificateKind::VehicleLicence => {
                self.parties.traffic_police.clone()
            }
            CertificateKind::Policy => self.parties.insurer.clone(),
            CertificateKind::BankAccount => self.parties.bank.clone(),
            _ => self.parties.transport.clone(),
        }
    }

    fn claims(&self, kinds: &[CertificateKind]) -> Vec<NewClaim> {
        let claim = |kind: &CertificateKind| NewClaim {
            kind: *kind,
            root: Hash::of(b"fields"),
            attester: self.attester(*kind).id,
        };
        kinds.iter().map(claim).collect()
    }

    /// Lets every attester say yes for ever, to what is always needed last: that issues.
    fn answer_all(&mut self, application: ApplicationId, class: &dyn Fn(CertificateKind) -> Class) {
        let claims = self.application(application).claims;
        for (place, claim) in claims.into_iter().enumerate().rev() {
            let tags = match claim.kind {
                CertificateKind::Identity => 1,
                CertificateKind::VehicleLicence => 2,
                _ => 0,
            };
            let tags = (0..tags).map(|_| Hash::of(&self.fresh().to_le_bytes())).collect();
            let answer = Answer::Yes {
                valid_from: START,
                valid_until: None,
                class: class(claim.kind),
                tags,
            };
            let key = self.attester(claim.kind).key;
            let (claim, root) = (place as u32, claim.root);
            self.send(&key, ClaimAnswer { application, claim, root, answer });
        }
    }

    /// A person applies for a code without vehicle or operator, through the enterprise.
    pub fn apply(&mut self, kinds: &[CertificateKind]) -> ApplicationId {
        let key = key(&format!("applicant {}", self.fresh()));
        let action = CodeApply {
            wanted: CodeFor::Driver { vehicles: Vec::new(), operator: None },
            holder_key: key.public(),
            custody: Custody::Device,
            prefecture: KUNMING,
            claims: self.claims(kinds),
            statements: Vec::new(),
        };
        let sponsor = self.parties.enterprise.key.clone();
        let action = self.stated(action, &[&key]);
        ApplicationId(World::first_made(self.send(&sponsor, action)))
    }

    /// The attester of a claim says yes until an instant.
    pub fn say_yes(&mut self, application: ApplicationId, claim: u32, valid_until: Option<Time>) {
        let asked = self.application(application).claims[claim as usize].clone();
        let tags = match asked.kind {
            CertificateKind::Identity => vec![Hash::of(&self.fresh().to_le_bytes())],
            _ => Vec::new(),
        };
        let class = usual_class(asked.kind);
        let answer = Answer::Yes { valid_from: START, valid_until, class, tags };
        let key = self.attester(asked.kind).key;
        self.send(&key, ClaimAnswer { application, claim, root: asked.root, answer });
    }

    /// A vehicle of the enterprise with all that it needs, for ever.
    pub fn vehicle_of(&mut self, class: VehicleClass) -> VehicleId {
        let mut kinds = vec![CertificateKind::VehicleLicence, CertificateKind::TransportPermit];
        if !class.trailer {
            kinds.push(CertificateKind::Policy);
        }
        let enterprise = self.parties.enterprise.clone();
        let action = VehicleApply {
            owner: VehicleOwner::Organisation(enterprise.id),
            prefecture: KUNMING,
            claims: self.claims(&kinds),
            statements: Vec::new(),
        };
        let application = ApplicationId(World::first_made(self.send(&enterprise.key, action)));
        self.answer_all(application, &|kind| match kind {
            CertificateKind::VehicleLicence => Class::Vehicle(class.clone()),
            kind => usual_class(kind),
        });
        self.application(application).vehicle.expect("the vehicle is registered")
    }

    /// A lorry of 18 t of the enterprise.
    pub fn lorry(&mut self) -> VehicleId {
        self.vehicle_of(lorry_class(18_000))
    }

    /// A driver with these vehicles, the first of them current, who drives for the enterprise.
    pub fn driver_with(&mut self, vehicles: &[VehicleId]) -> Driver {
        let operator = WantedOperator::Organisation(self.parties.enterprise.id);
        self.driver_for(vehicles, Some(operator))
    }

    /// A driver with these vehicles and this operator.
    pub fn driver_for(
        &mut self,
        vehicles: &[VehicleId],
        operator: Option<WantedOperator>,
    ) -> Driver {
        use CertificateKind::*;
        let key = key(&format!("driver {}", self.fresh()));
        let mut kinds = vec![Identity, DrivingLicence, Qualification];
        if operator == Some(WantedOperator::Applicant) {
            kinds.push(BusinessPermit);
        }
        let action = CodeApply {
            wanted: CodeFor::Driver { vehicles: vehicles.to_vec(), operator },
            holder_key: key.public(),
            custody: Custody::Device,
            prefecture: KUNMING,
            claims: self.claims(&kinds),
            statements: Vec::new(),
        };
        let sponsor = self.parties.enterprise.key.clone();
        let action = self.stated(action, &[&key]);
        let application = ApplicationId(World::first_made(self.send(&sponsor, action)));
        self.answer_all(application, &usual_class);
        let application = self.application(application);
        let person = application.person.expect("the person is registered");
        let code = application.code.expect("the code is issued");
        Driver { key, person, code }
    }

    /// The enterprise's own code.
    pub fn enterprise_code(&mut self) -> CodeId {
        let enterprise = self.parties.enterprise.clone();
        let action = CodeApply {
            wanted: CodeFor::Enterprise(enterprise.id),
            holder_key: enterprise.key.public(),
            custody: Custody::Device,
            prefecture: KUNMING,
            claims: self.claims(&[CertificateKind::BusinessPermit]),
            statements: Vec::new(),
        };
        let application = ApplicationId(World::first_made(self.send(&enterprise.key, action)));
        self.answer_all(application, &usual_class);
        self.application(application).code.expect("the code is issued")
    }

    /// The enterprise gets its business permit, for ever.
    pub fn permit(&mut self) {
        let enterprise = Subject::Organisation(self.parties.enterprise.id);
        self.attest(enterprise, CertificateKind::BusinessPermit, None);
    }

    /// A driver and a lorry of the enterprise, which has its permit: everything is in order.
    pub fn crew(&mut self) -> (Driver, VehicleId) {
        self.permit();
        let lorry = self.lorry();
        (self.driver_with(&[lorry]), lorry)
    }

    /// A certificate of the usual class that holds from now until an instant: the one of its kind, or
    /// the subject's compulsory policy, is renewed at once.
    pub fn attest(&mut self, subject: Subject, kind: CertificateKind, until: Option<Time>) {
        let now = self.clock;
        self.attest_as(subject, (kind, usual_class(kind)), (now, until));
    }

    /// The same with class and dates.
    pub fn attest_as(
        &mut self,
        subject: Subject,
        (kind, class): (CertificateKind, Class),
        (valid_from, valid_until): (Time, Option<Time>),
    ) {
        let renews = (kind == CertificateKind::Policy)
            .then(|| self.find(subject, |c| c.terms.class == class))
            .flatten()
            .map(|certificate| certificate.id);
        let action = CertificateAttest {
            subject,
            kind,
            renews,
            prefecture: KUNMING,
            root: Hash::of(b"fields anew"),
            valid_from,
            valid_until,
            class,
        };
        let key = self.attester(kind).key;
        self.send(&key, action);
    }

    /// A subject's certificates and matters as they were last written.
    pub fn dossier(&self, subject: Subject) -> Dossier {
        match subject {
            Subject::Person(id) => self.person(id).dossier,
            Subject::Vehicle(id) => self.vehicle(id).dossier,
            Subject::Organisation(id) => self.get::<Organisation>(id.0).dossier,
        }
    }

    fn find(&self, subject: Subject, wanted: impl Fn(&Certificate) -> bool) -> Option<Certificate> {
        self.dossier(subject).certificates.into_iter().find(wanted)
    }

    /// The certificate of a kind.
    #[track_caller]
    pub fn certificate(&self, subject: Subject, kind: CertificateKind) -> Certificate {
        self.find(subject, |c| c.kind == kind).expect("there is such a certificate")
    }

    /// The matters that are open on a subject, in order of their ids.
    pub fn matters(&self, subject: Subject) -> Vec<Matter> {
        let listed = self.dossier(subject).matters;
        listed.into_iter().map(|listed| self.get(listed.id.0)).collect()
    }

    /// The one matter that is open on a subject.
    #[track_caller]
    pub fn matter(&self, subject: Subject) -> Matter {
        let mut matters = self.matters(subject);
        assert_eq!(matters.len(), 1, "{matters:?}");
        matters.remove(0)
    }

    /// A violation as the traffic police opens it.
    pub fn violation(&self, subject: Subject, points: u8) -> MatterOpen {
        MatterOpen {
            subject,
            kind: MatterKind::Violation,
            reference: Hash::of(b"file"),
            points,
            over_limit: false,
            occurred_at: self.clock,
            settle_by: None,
        }
    }

    /// The traffic police opens a violation.
    pub fn open_violation(&mut self, subject: Subject, points: u8) -> MatterId {
        let action = self.violation(subject, points);
        self.open_matter(action)
    }

    /// The traffic police opens a matter.
    pub fn open_matter(&mut self, action: MatterOpen) -> MatterId {
        let police = self.parties.traffic_police.key.clone();
        MatterId(World::first_made(self.send(&police, action)))
    }

    /// The answer about a code at an instant that is not before the newest block.
    pub fn answer(&self, code: CodeId, at: Time) -> CodeAnswer {
        query::code(&self.memory, code, at)
    }

    /// Sends one transaction that must be refused and leave no trace; each reason and what it is about.
    #[track_caller]
    pub fn reasons(
        &mut self,
        key: &SecretKey,
        action: impl Into<Action>,
    ) -> Vec<(RefusalCode, String)> {
        let mut without = self.clone();
        let outcome = self.attempt(key, action).1;
        without.block(&[]);
        let (header, without) = (self.memory.header(), without.memory.header());
        assert_eq!(header.state_root, without.state_root, "a refusal changes nothing");
        assert_eq!(header.change_root, without.change_root, "a refusal writes nothing");
        let Outcome::Refused { reasons } = outcome else {
            panic!("this should have been refused");
        };
        let about = |r: chain::refusal::Reason| r.about.map_or_else(String::new, |w| w.to_string());
        reasons.into_iter().map(|reason| (reason.code, about(reason))).collect()
    }

    /// Expects one transaction to be refused for exactly these reasons, in order.
    #[track_caller]
    pub fn refuses(
        &mut self,
        key: &SecretKey,
        action: impl Into<Action>,
        expected: &[(RefusalCode, &str)],
    ) {
        let reasons = self.reasons(key, action);
        let found: Vec<_> = reasons.iter().map(|(code, about)| (*code, about.as_str())).collect();
        assert_eq!(found, expected);
    }
}
