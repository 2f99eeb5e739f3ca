// SPDX-License-Identifier: Apache-2.0
//! Applicants and attesters: applications made and answered through transactions, up to issued codes.
//! An applicant is a name; roots and tags follow from it.

use super::fleet::usual_class;
pub use super::fleet::{Driver, lorry_class as lorry, trailer_class as trailer};
use super::*;
use chain::records::application::WantedOperator;
use chain::records::waybill::Offer;

/// A yes with its dates, class bits and tags.
#[derive(Clone, Debug)]
pub struct Yes {
    pub valid_from: Time,
    pub valid_until: Option<Time>,
    pub class: Class,
    pub tags: Vec<Hash>,
}

/// The digest of a text.
pub fn digest(text: &str) -> Hash {
    Hash::of(text.as_bytes())
}

/// A lorry for hazardous goods.
pub fn tanker(total_mass_kg: u32) -> VehicleClass {
    VehicleClass { hazardous: true, ..lorry(total_mass_kg) }
}

/// The classes of a driving licence by their names.
pub fn licence_of(names: &str) -> Class {
    let classes = names.split(' ').map(|name| licence::class(name).unwrap()).fold(0, |a, b| a | b);
    Class::Licence { classes }
}

/// The class bits that a kind has unless a test says otherwise.
pub fn class_of(kind: CertificateKind) -> Class {
    match kind {
        CertificateKind::VehicleLicence => Class::Vehicle(lorry(4_495)),
        kind => usual_class(kind),
    }
}

/// Claims of a driver whose vehicle is exempt.
pub const LIGHT: &[CertificateKind] = &[CertificateKind::Identity, CertificateKind::DrivingLicence];
/// Claims of a driver of a heavy vehicle.
pub const HEAVY: &[CertificateKind] =
    &[CertificateKind::Identity, CertificateKind::DrivingLicence, CertificateKind::Qualification];

impl World {
    /// An organisation of genesis by its id.
    #[track_caller]
    pub fn party(&self, id: OrganisationId) -> Party {
        let p = &self.parties;
        [
            &p.regulator,
            &p.public_security,
            &p.traffic_police,
            &p.transport,
            &p.insurer,
            &p.bank,
            &p.platform,
            &p.enterprise,
            &p.other_enterprise,
        ]
        .into_iter()
        .find(|party| party.id == id)
        .expect("an organisation of genesis")
        .clone()
    }

    /// A claim of an applicant.
    pub fn claim(&self, kind: CertificateKind, name: &str) -> NewClaim {
        let root = digest(&format!("{name} {}", kind.word()));
        NewClaim { kind, root, attester: self.attester(kind).id }
    }

    /// Claims of an applicant.
    pub fn claims_of(&self, kinds: &[CertificateKind], name: &str) -> Vec<NewClaim> {
        kinds.iter().map(|kind| self.claim(*kind, name)).collect()
    }

    /// What a driver applies for: the key is the name's.
    pub fn code_apply(&self, name: &str, kinds: &[CertificateKind]) -> CodeApply {
        CodeApply {
            wanted: CodeFor::Driver { vehicles: Vec::new(), operator: None },
            holder_key: key(name).public(),
            custody: Custody::Device,
            prefecture: KUNMING,
            claims: self.claims_of(kinds, name),
            statements: Vec::new(),
        }
    }

    /// What an enterprise applies for as a vehicle's owner.
    pub fn vehicle_apply(&self, name: &str, kinds: &[CertificateKind]) -> VehicleApply {
        VehicleApply {
            owner: VehicleOwner::Organisation(self.parties.enterprise.id),
            prefecture: KUNMING,
            claims: self.claims_of(kinds, name),
            statements: Vec::new(),
        }
    }

    /// The enterprise sends an application with the words of keys.
    #[track_caller]
    pub fn apply_with(&mut self, action: impl Into<Action>, words: &[&SecretKey]) -> ApplicationId {
        let action = self.stated(action, words);
        let sponsor = self.parties.enterprise.key.clone();
        ApplicationId(Self::first_made(self.send(&sponsor, action)))
    }

    /// A driver's application, sent by the enterprise.
    #[track_caller]
    pub fn applied(&mut self, name: &str, kinds: &[CertificateKind]) -> ApplicationId {
        let action = self.code_apply(name, kinds);
        self.apply_with(action, &[&key(name)])
    }

    /// What an attester says yes to by default.
    pub fn yes(&self, application: ApplicationId, claim: u32) -> Yes {
        let asked = &self.application(application).claims[claim as usize];
        let root = hex::encode(asked.root.0);
        let tags = match asked.kind {
            CertificateKind::Identity => vec![digest(&root)],
            CertificateKind::VehicleLicence => {
                vec![digest(&format!("vin {root}")), digest(&format!("plate {root}"))]
            }
            _ => Vec::new(),
        };
        Yes { valid_from: START, valid_until: None, class: class_of(asked.kind), tags }
    }

    /// The key of who is asked for a claim.
    pub fn asked(&self, application: ApplicationId, claim: u32) -> SecretKey {
        let attester = self.application(application).claims[claim as usize].attester;
        self.party(attester).key
    }

    /// An answer to a claim as it stands.
    pub fn reply(&self, application: ApplicationId, claim: u32, answer: Answer) -> ClaimAnswer {
        let root = self.application(application).claims[claim as usize].root;
        ClaimAnswer { application, claim, root, answer }
    }

    /// A yes to a claim as it stands.
    pub fn yes_to(&self, application: ApplicationId, claim: u32, yes: Yes) -> ClaimAnswer {
        let Yes { valid_from, valid_until, class, tags } = yes;
        self.reply(application, claim, Answer::Yes { valid_from, valid_until, class, tags })
    }

    /// Who is asked says yes.
    #[track_caller]
    pub fn attest_claim(&mut self, application: ApplicationId, claim: u32, yes: Yes) {
        let (attester, action) =
            (self.asked(application, claim), self.yes_to(application, claim, yes));
        self.send(&attester, action);
    }

    /// Who is asked says yes with what is usual.
    #[track_caller]
    pub fn attest_as_usual(&mut self, application: ApplicationId, claim: u32) {
        let yes = self.yes(application, claim);
        self.attest_claim(application, claim, yes);
    }

    /// Who is asked says no.
    #[track_caller]
    pub fn refuse_claim(&mut self, application: ApplicationId, claim: u32) {
        let answer = Answer::No { reason: word("unreadable") };
        let (attester, action) =
            (self.asked(application, claim), self.reply(application, claim, answer));
        self.send(&attester, action);
    }

    /// Every claim that waits gets its yes while the application is verifying.
    #[track_caller]
    pub fn attest_all(&mut self, id: ApplicationId) {
        for claim in 0..self.application(id).claims.len() as u32 {
            let application = self.application(id);
            let waits = application.claims[claim as usize].state == ClaimState::Waiting;
            if application.state == ApplicationState::Verifying && waits {
                self.attest_as_usual(id, claim);
            }
        }
    }

    /// The enterprise gets a vehicle's or trailer's record, with all that it needs.
    #[track_caller]
    pub fn new_vehicle(&mut self, name: &str, class: VehicleClass) -> VehicleId {
        let enterprise = self.parties.enterprise.clone();
        self.vehicle_owned(name, class, (VehicleOwner::Organisation(enterprise.id), enterprise.key))
    }

    /// An owner gets a vehicle's or trailer's record, with all that it needs; the enterprise sends.
    #[track_caller]
    pub fn vehicle_owned(
        &mut self,
        name: &str,
        class: VehicleClass,
        (owner, owners_key): (VehicleOwner, SecretKey),
    ) -> VehicleId {
        let mut needed = vec![(CertificateKind::VehicleLicence, Class::Vehicle(class.clone()))];
        if class.hazardous || class.total_mass_kg > 4_500 {
            let permit = Class::Permit { hazardous: class.hazardous };
            needed.push((CertificateKind::TransportPermit, permit));
        }
        let mut policies = vec![PolicyKind::Compulsory];
        policies.extend(class.hazardous.then_some(PolicyKind::CarrierLiability));
        policies.retain(|_| !class.trailer);
        let policy = |kind| (CertificateKind::Policy, Class::Policy { kind });
        needed.extend(policies.into_iter().map(policy));
        let kinds: Vec<_> = needed.iter().map(|(kind, _)| *kind).collect();
        let action = VehicleApply { owner, ..self.vehicle_apply(name, &kinds) };
        let is_sponsor = owners_key.public() == self.parties.enterprise.key.public();
        let words = if is_sponsor { vec![] } else { vec![&owners_key] };
        let id = self.apply_with(action, &words);
        for (claim, (_, class)) in needed.into_iter().enumerate() {
            let yes = Yes { class, ..self.yes(id, claim as u32) };
            self.attest_claim(id, claim as u32, yes);
        }
        let application = self.application(id);
        assert_eq!(application.state, ApplicationState::Issued);
        application.vehicle.expect("issued")
    }

    /// A driver without vehicle and operator.
    #[track_caller]
    pub fn new_driver(&mut self, name: &str, kinds: &[CertificateKind]) -> Driver {
        let action = self.code_apply(name, kinds);
        self.driver_of(name, action, &[])
    }

    /// A driver with these vehicles of the enterprise, which operates them.
    #[track_caller]
    pub fn new_crew(
        &mut self,
        name: &str,
        kinds: &[CertificateKind],
        vehicles: &[VehicleId],
    ) -> Driver {
        let operator = Some(WantedOperator::Organisation(self.parties.enterprise.id));
        let wanted = CodeFor::Driver { vehicles: vehicles.to_vec(), operator };
        let action = CodeApply { wanted, ..self.code_apply(name, kinds) };
        self.driver_of(name, action, &[])
    }

    /// The driver whose application this is, sent with the words of the driver and of others.
    #[track_caller]
    pub fn driver_of(&mut self, name: &str, action: CodeApply, words: &[&SecretKey]) -> Driver {
        let key = key(name);
        let words: Vec<_> = std::iter::once(&key).chain(words.iter().copied()).collect();
        let application = self.apply_with(action, &words);
        self.attest_all(application);
        let issued = self.application(application);
        assert_eq!(issued.state, ApplicationState::Issued);
        let (person, code) = (issued.person.expect("issued"), issued.code.expect("issued"));
        Driver { key, person, code }
    }

    /// An action by which the usual attester attests a certificate of a subject for ever.
    pub fn attestation(&self, subject: Subject, kind: CertificateKind) -> CertificateAttest {
        CertificateAttest {
            subject,
            kind,
            renews: None,
            prefecture: KUNMING,
            root: digest(kind.word()),
            valid_from: START,
            valid_until: None,
            class: class_of(kind),
        }
    }

    /// The usual attester attests something of a subject.
    #[track_caller]
    pub fn attested(&mut self, action: CertificateAttest) {
        let attester = self.attester(action.kind).key;
        self.send(&attester, action);
    }

    /// The enterprise offers a driver a light load, and the driver accepts.
    #[track_caller]
    pub fn under_way(&mut self, driver: &Driver) -> WaybillId {
        let now = self.clock;
        let offer = Offer {
            number: word(&format!("N{}", self.fresh())),
            segment: word("0000"),
            kind: WaybillKind::Exclusive { code: driver.code },
            offer_ends: now.plus(DAY),
            load_by: now.plus(2 * DAY),
            deliver_by: now.plus(3 * DAY),
            goods: 500,
            hazardous: false,
            weight_from_kg: 500,
            weight_to_kg: 1_000,
            part_load: false,
            from: KUNMING,
            to: QUJING,
            consignee: None,
            fields_root: digest("fields"),
            price: digest("price"),
        };
        let enterprise = self.parties.enterprise.key.clone();
        let waybill = WaybillId(Self::first_made(self.send(&enterprise, WaybillOffer { offer })));
        self.send(&driver.key, WaybillAccept { waybill });
        waybill
    }

    /// Sends what must be refused, which must change nothing but the receipt. Each reason is its code
    /// and, where there is one, what it is about.
    #[track_caller]
    pub fn why(&mut self, key: &SecretKey, action: impl Into<Action>) -> Vec<String> {
        let before = self.memory.header().state_root;
        let Outcome::Refused { reasons } = self.attempt(key, action).1 else {
            panic!("this should have been refused")
        };
        let header = self.memory.header();
        assert_eq!(
            (header.state_root, header.change_count),
            (before, 0),
            "a refusal changed state"
        );
        reasons
            .into_iter()
            .map(|reason| match reason.about {
                Some(about) => format!("{} {about}", reason.code.code()),
                None => reason.code.code().to_owned(),
            })
            .collect()
    }
}
