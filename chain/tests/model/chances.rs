// SPDX-License-Identifier: Apache-2.0
//! What the dice decide: parameters of a case, times of blocks, and small choices.

use chain::Time;
use chain::actions::{OrganisationEnd, OrganisationScopes, ParameterSet, PersonKeyRegister};
use chain::ids::*;
use chain::keys::SecretKey;
use chain::records::certificate::*;
use chain::records::*;
use chain::rules::licence;

use crate::common::{DAY, KUNMING, Party, QUJING, SECOND, START, word};
use crate::rng::Rng;
use crate::stage::{Move, Stage};

/// Values at which a parameter decides something.
const VALUES: &[(ParameterName, &[u64])] = &[
    (ParameterName::AnswerMs, &[SECOND, DAY, 40 * DAY]),
    (ParameterName::Corrections, &[0, 1, 2]),
    (ParameterName::ApplicationMs, &[DAY, 7 * DAY]),
    (ParameterName::VehiclesPerDriver, &[1, 2, 8]),
    (ParameterName::DriversPerVehicle, &[1, 2, 8]),
    (ParameterName::SettleViolationMs, &[0, 1, DAY]),
    (ParameterName::SettleBreachMs, &[0, 15 * DAY]),
    (ParameterName::SettleOtherMs, &[0, SECOND]),
    (ParameterName::SettleCertificateMs, &[0, 1, DAY]),
    (ParameterName::CertificateNoticeMs, &[0, 1, DAY]),
    (ParameterName::OfferMs, &[SECOND, DAY]),
    (ParameterName::LoadGraceMs, &[0, 1, SECOND]),
    (ParameterName::SignMs, &[SECOND, DAY]),
    (ParameterName::AgreeMs, &[SECOND, 30 * DAY]),
    (ParameterName::SettlementMs, &[SECOND, DAY]),
    (ParameterName::DisputeMs, &[0, 1, DAY]),
    (ParameterName::DifferencePpm, &[0]),
    (ParameterName::BarringPoints, &[1, 5, 20]),
    (ParameterName::OverLimitMatters, &[0, 1, 2]),
    (ParameterName::OverLimitMonths, &[1, 2]),
    (ParameterName::StepAheadMs, &[0, 1, DAY]),
    (ParameterName::WaybillAccessMs, &[0, 1, SECOND, DAY]),
    (ParameterName::CapacityMs, &[SECOND]),
];

/// Some parameters of a case differ from their defaults. Changes are often announced at short notice.
pub(crate) fn parameters(rng: &mut Rng) -> Vec<(ParameterName, u64)> {
    let mut chosen = vec![(ParameterName::NoticeMs, rng.one(&[0, 1, SECOND, DAY]))];
    for (name, values) in VALUES {
        if rng.percent(10) {
            chosen.push((*name, rng.one(values)));
        }
    }
    if rng.percent(20) {
        // So that a single over-limit matter bars, and not for long.
        chosen.retain(|(name, _)| !OVER_LIMIT.contains(name));
        chosen.extend([(OVER_LIMIT[0], 0), (OVER_LIMIT[1], 1)]);
    }
    chosen
}

const OVER_LIMIT: [ParameterName; 2] =
    [ParameterName::OverLimitMatters, ParameterName::OverLimitMonths];

/// In some cases one parameter is changed until its oldest values are dropped.
pub(crate) fn busy(rng: &mut Rng) -> Option<ParameterName> {
    use ParameterName::*;
    rng.percent(5).then(|| rng.one(&[VehiclesPerDriver, DriversPerVehicle, Corrections]))
}

impl Stage {
    /// Chooses the time of the next block: soon, on or beside a deadline, or much later.
    pub(crate) fn jump(&mut self) {
        let now = self.model.now;
        let instants = self.model.instants();
        let mut near: Vec<Time> = instants.iter().take(6).copied().collect();
        if self.rng.percent(15) {
            near = self.model.edges();
        }
        let bounds = if self.on_road { [50, 65, 96, 99] } else { [30, 65, 80, 96] };
        let dice = self.rng.below(100);
        let at = if dice < bounds[0] {
            now.plus(1)
        } else if dice < bounds[1] && !near.is_empty() {
            let first = self.rng.percent(60);
            let at = if first { near[0] } else { self.rng.one(&near) };
            Time(at.0 + self.rng.below(3) - 1)
        } else if dice < bounds[2] {
            now.plus(self.rng.below(3_600 * SECOND))
        } else if dice < bounds[3] {
            now.plus(self.rng.below(3 * DAY))
        } else {
            now.plus(self.rng.below(20 * DAY))
        };
        self.world.clock = at.max(now.plus(1));
    }

    pub(crate) fn set_parameter(&mut self) -> Option<Move> {
        let (mut name, mut values) = self.rng.one(VALUES);
        if self.rng.percent(25) {
            // What is asked under one limit is decided under the next.
            let limits = [ParameterName::VehiclesPerDriver, ParameterName::DriversPerVehicle];
            (name, values) = (self.rng.one(&limits), &[1, 2, 3]);
        }
        if let Some(busy) = self.busy {
            (name, values) = (busy, &[1, 2, 3]);
        }
        let default = name.default_value();
        let value = match self.rng.below(20) {
            0 => u64::MAX,
            1..8 => default,
            _ => self.rng.one(values),
        };
        let notice = self.model.parameter(ParameterName::NoticeMs);
        let soon = if self.busy.is_some() { 95 } else { 60 };
        let later = if self.rng.percent(soon) { 0 } else { self.rng.below(5 * DAY) };
        let from = self.about(notice.max(later));
        let regulator = self.world.parties.regulator.key.clone();
        let sender = self.sender(Some(regulator));
        Some(Move::new(sender, ParameterSet { name, value, from }))
    }

    pub(crate) fn end_organisation(&mut self) -> Option<Move> {
        let other = self.world.parties.other_enterprise.id;
        let organisation = if self.rng.percent(60) { other } else { self.anybody().id };
        let (regulator, reason) = (self.world.parties.regulator.key.clone(), self.reason());
        let sender = self.sender(Some(regulator));
        Some(Move::new(sender, OrganisationEnd { organisation, reason }))
    }

    /// An authority attests one kind more, or elsewhere; seldom something less or wrong.
    pub(crate) fn set_scopes(&mut self) -> Option<Move> {
        use CertificateKind::*;
        let p = self.world.parties.clone();
        let party = self.rng.one(&[p.public_security, p.traffic_police, p.transport]);
        let party = if self.rng.percent(5) { self.anybody() } else { party };
        let kinds = [Identity, DrivingLicence, Qualification, VehicleLicence, BusinessPermit];
        let kind = if self.rng.percent(5) { Policy } else { self.rng.one(&kinds) };
        let places = [vec![], vec![KUNMING], vec![QUJING], vec![QUJING, KUNMING]];
        let mut prefectures = self.rng.one(&places);
        if self.rng.percent(3) {
            prefectures.push(self.prefecture());
        }
        let mut scopes = self.model.organisations[&party.id].scopes.clone();
        if self.rng.percent(95) {
            scopes.retain(|scope| scope.kind != kind);
        }
        if self.rng.percent(90) {
            scopes.push(Scope { kind, prefectures });
        }
        let regulator = self.world.parties.regulator.key.clone();
        let (sender, organisation) = (self.sender(Some(regulator)), party.id);
        Some(Move::new(sender, OrganisationScopes { organisation, scopes }))
    }

    /// Somebody who is registered for a kind: mostly who always was.
    pub(crate) fn attester(&mut self, kind: CertificateKind) -> Party {
        let all = self.parties.iter();
        let fit: Vec<Party> =
            all.filter(|p| self.model.attests_somewhere(p.id, kind)).cloned().collect();
        let first = self.world.attester(kind);
        match self.rng.pick(&fit) {
            Some(other) if self.rng.percent(50) => other,
            _ => first,
        }
    }

    /// A person has a new key after the old one was lost.
    pub(crate) fn register_key(&mut self) -> Option<Move> {
        let persons: Vec<PersonId> = self.model.persons.keys().copied().collect();
        let person = self.rng.pick(&persons)?;
        let mut key = self.new_key();
        if self.rng.percent(5) {
            key = self.anybody().key;
        }
        let custody = match self.rng.below(10) {
            0 => Custody::Platform(self.anybody().id),
            1 => Custody::Platform(self.world.parties.platform.id),
            _ => Custody::Device,
        };
        let right = self.attester(CertificateKind::Identity).key;
        let sender = self.sender(Some(right));
        let words = if self.rng.percent(97) { vec![key.clone()] } else { Vec::new() };
        let (key, statements) = (key.public(), Vec::new());
        let action = PersonKeyRegister { person, key, custody, statements };
        Some(Move { sender, action: action.into(), words })
    }

    /// The next block's time, as far as a sender can know.
    pub(crate) fn now(&self) -> Time {
        self.world.clock
    }

    /// An instant at a distance of now, or beside it.
    pub(crate) fn about(&mut self, ms: u64) -> Time {
        let at = self.now().plus(ms).0;
        let off = if self.rng.percent(20) { self.rng.below(3) } else { 1 };
        Time((at + off).saturating_sub(1))
    }

    /// Any party of genesis.
    pub(crate) fn anybody(&mut self) -> Party {
        self.rng.one(&self.parties)
    }

    pub(crate) fn party(&self, id: OrganisationId) -> Party {
        let found = self.parties.iter().find(|party| party.id == id);
        found.expect("an organisation of genesis").clone()
    }

    /// The right sender mostly, else anybody who has a key.
    pub(crate) fn sender(&mut self, right: Option<SecretKey>) -> SecretKey {
        match right.filter(|_| self.rng.percent(95)) {
            Some(key) => key,
            None => {
                let all: Vec<SecretKey> = self.secrets.values().cloned().collect();
                self.rng.one(&all)
            }
        }
    }

    /// Keys that give the words of owners other than the sender's; now and then one lacks or is new.
    pub(crate) fn words_of(
        &mut self,
        owners: &[Option<Owner>],
        sender: &SecretKey,
    ) -> Vec<SecretKey> {
        let mut owners: Vec<Owner> = owners.iter().flatten().copied().collect();
        owners.sort();
        owners.dedup();
        let own = self.model.owner_of(&sender.public());
        owners.retain(|owner| Some(*owner) != own);
        let mut keys: Vec<SecretKey> =
            owners.into_iter().filter_map(|owner| self.key_of(owner)).collect();
        if self.rng.percent(3) {
            keys.pop();
        }
        if self.rng.percent(2) {
            keys.push(self.anybody().key);
        }
        keys
    }

    pub(crate) fn prefecture(&mut self) -> Prefecture {
        self.rng.one(&[KUNMING, KUNMING, KUNMING, QUJING, QUJING, Prefecture(9_999)])
    }

    /// When something ends: never, soon, or in a while; seldom at or before now.
    pub(crate) fn end(&mut self) -> Option<Time> {
        let now = self.now();
        match self.rng.below(20) {
            0..8 => None,
            8 => Some(now),
            9 => Some(now.plus(1)),
            10..13 => Some(now.plus(self.rng.below(DAY))),
            13..17 => Some(now.plus(self.rng.below(20 * DAY))),
            _ => Some(now.plus(30 * DAY + self.rng.below(40 * DAY))),
        }
    }

    /// Class bits of a kind; seldom of another.
    pub(crate) fn class(&mut self, kind: CertificateKind) -> Class {
        let usual = !self.rng.percent(3);
        match kind {
            _ if !usual => self.rng.one(&[Class::None, Class::Licence { classes: 0 }]),
            CertificateKind::Identity | CertificateKind::BankAccount => Class::None,
            CertificateKind::DrivingLicence => {
                let classes = [licence::A2, licence::A2, licence::A2, licence::B2, licence::C1];
                Class::Licence { classes: self.rng.one(&classes) }
            }
            CertificateKind::Qualification => Class::Qualification {
                ordinary: !self.rng.percent(10),
                hazardous: self.rng.percent(30),
            },
            CertificateKind::VehicleLicence => {
                let trailer = self.rng.percent(25);
                Class::Vehicle(self.vehicle_class(trailer))
            }
            CertificateKind::TransportPermit | CertificateKind::BusinessPermit => {
                Class::Permit { hazardous: self.rng.percent(30) }
            }
            CertificateKind::Policy => {
                let kinds =
                    [PolicyKind::Compulsory, PolicyKind::CarrierLiability, PolicyKind::Cargo];
                Class::Policy { kind: self.rng.one(&kinds) }
            }
        }
    }

    pub(crate) fn vehicle_class(&mut self, trailer: bool) -> VehicleClass {
        let total_mass_kg = match trailer {
            true => self.rng.one(&[1_500, 9_000]),
            false => self.rng.one(&[4_495, 4_500, 4_501, 18_000, 18_000, 18_000]),
        };
        VehicleClass {
            vehicle_type: word(self.rng.one(&["H11", "H31"])),
            total_mass_kg,
            rated_load_kg: total_mass_kg / 2,
            axles: 2,
            trailer,
            energy: Energy::Diesel,
            hazardous: self.rng.percent(8),
            prefecture: self.rng.one(&[KUNMING, QUJING]),
        }
    }

    /// From when something holds: since long, now, or (seldom) later.
    pub(crate) fn beginning_of_term(&mut self) -> Time {
        let now = self.now();
        match self.rng.below(20) {
            0..14 => START,
            14..18 => now,
            18 => now.plus(1),
            _ => now.plus(self.rng.below(10 * DAY)),
        }
    }

    /// The codes that are not cancelled; seldom all of them.
    pub(crate) fn some_code(&mut self) -> Option<CodeId> {
        let any = self.rng.percent(5);
        let live = self.model.codes.iter().filter(|(_, c)| any || c.cancelled_at.is_none());
        let live: Vec<CodeId> = live.map(|(id, _)| *id).collect();
        self.rng.pick(&live)
    }

    /// A vehicle or trailer.
    pub(crate) fn some_vehicle(&mut self, trailer: bool) -> Option<VehicleId> {
        let any = self.rng.percent(5);
        let is_trailer = |id| self.model.class_of(id).is_some_and(|class| class.trailer);
        let all = self.model.vehicles.keys().copied();
        let fit: Vec<VehicleId> = all.filter(|id| any || is_trailer(*id) == trailer).collect();
        self.rng.pick(&fit)
    }

    /// Those about whom an application is verifying.
    pub(crate) fn asking(&self) -> Vec<Subject> {
        let all = self.model.applications.values().filter(|asked| asked.is_verifying());
        all.filter_map(crate::world::Model::subject).collect()
    }

    /// Any subject: those that codes count are likelier.
    pub(crate) fn some_subject(&mut self) -> Option<Subject> {
        let asking = self.asking();
        if self.rng.percent(20)
            && let Some(subject) = self.rng.pick(&asking)
        {
            return Some(subject);
        }
        if self.rng.percent(60)
            && let Some(code) = self.some_code()
        {
            let counted = self.model.counted(&self.model.codes[&code]);
            return self.rng.pick(&counted);
        }
        let all: Vec<Subject> = self.model.certificates.keys().copied().collect();
        self.rng.pick(&all)
    }

    /// A reason code; few, so that they meet.
    pub(crate) fn reason(&mut self) -> chain::text::Word {
        word(self.rng.one(&["inquiry", "plans", "mistake"]))
    }
}
