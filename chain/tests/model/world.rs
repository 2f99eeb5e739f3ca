// SPDX-License-Identifier: Apache-2.0
//! What the model knows: plain facts, each in one place. Whatever follows from others (who drives a
//! vehicle, what is under way, which colour) is looked for among all of them, each time anew.

use std::collections::BTreeMap;

use chain::genesis::Genesis;
use chain::ids::*;
use chain::keys::PublicKey;
use chain::records::certificate::{Terms, VehicleClass};
use chain::records::*;
use chain::refusal::RefusalCode as R;
use chain::text::Word;
use chain::{Hash, Time};

use crate::applications::{Asked, OPERATORS};
use crate::exchanges::Given;
use crate::interfaces::Which;
use crate::waybills::Consignment;

/// Why something is refused: every reason that the model sees.
pub(crate) type Why = Vec<R>;

/// A certificate of a subject.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    /// Its id, learnt from the chain after the block that made it.
    pub(crate) id: Option<CertificateId>,
    pub(crate) kind: CertificateKind,
    pub(crate) terms: Terms,
    pub(crate) state: CertificateState,
    /// When it was suspended or revoked, unless it was resumed or attested anew since.
    pub(crate) stopped_at: Option<Time>,
    pub(crate) noticed: bool,
    /// True once its beginning has come.
    pub(crate) begun: bool,
    /// Since when the subject has it on these terms.
    pub(crate) since: Time,
    pub(crate) next: Option<Terms>,
}

/// An organisation of genesis.
#[derive(Clone, Debug)]
pub(crate) struct Org {
    pub(crate) kind: OrganisationKind,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) ended: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Driver {
    pub(crate) tag: Hash,
}

#[derive(Clone, Debug)]
pub(crate) struct Lorry {
    pub(crate) vin: Hash,
    pub(crate) plate: Option<Hash>,
    pub(crate) owner: VehicleOwner,
    /// The last four over-limit matters by when they happened.
    pub(crate) over_limit: Vec<(MatterId, Time)>,
    pub(crate) released_at: Option<Time>,
}

/// A code.
#[derive(Clone, Debug)]
pub(crate) struct Issued {
    pub(crate) holder: Holder,
    pub(crate) application: ApplicationId,
    pub(crate) issued_at: Time,
    pub(crate) cancelled_at: Option<Time>,
    pub(crate) suspensions: Vec<(OrganisationId, Word, Time)>,
    pub(crate) prefecture: Prefecture,
    pub(crate) vehicles: Vec<VehicleId>,
    pub(crate) current: Option<VehicleId>,
    pub(crate) operator: Option<Operator>,
}

/// Everything.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub(crate) now: Time,
    /// The values of each parameter with the instants from which they hold, ascending.
    pub(crate) parameters: BTreeMap<ParameterName, Vec<(Time, u64)>>,
    pub(crate) prefectures: Vec<Prefecture>,
    pub(crate) organisations: BTreeMap<OrganisationId, Org>,
    /// Whose each key is or was, and whether it still signs.
    pub(crate) keys: BTreeMap<PublicKey, (Owner, bool)>,
    pub(crate) persons: BTreeMap<PersonId, Driver>,
    pub(crate) vehicles: BTreeMap<VehicleId, Lorry>,
    /// Which trailer each vehicle draws.
    pub(crate) couplings: BTreeMap<VehicleId, VehicleId>,
    pub(crate) certificates: BTreeMap<Subject, Vec<Held>>,
    pub(crate) matters: BTreeMap<MatterId, Matter>,
    pub(crate) applications: BTreeMap<ApplicationId, Asked>,
    pub(crate) codes: BTreeMap<CodeId, Issued>,
    pub(crate) waybills: BTreeMap<WaybillId, Consignment>,
    /// What each organisation asked for or was granted; a grant stays here when it has ended.
    pub(crate) interfaces: BTreeMap<Which, Interface>,
    /// Who has each person's key in hand.
    pub(crate) custodies: BTreeMap<PublicKey, Custody>,
    pub(crate) consents: BTreeMap<ConsentId, Given>,
    pub(crate) accesses: BTreeMap<AccessId, Access>,
}

/// What changes by itself, in the order in which it does at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    Takeover(Subject, usize),
    Begin(Subject, usize),
    End(Subject, usize),
    Notice(Subject, usize),
    Lapse(ApplicationId),
}

impl Model {
    /// What genesis says.
    pub(crate) fn new(genesis: &Genesis) -> Self {
        let first = |value| vec![(Time(0), value)];
        let mut parameters: BTreeMap<_, _> =
            ParameterName::ALL.iter().map(|name| (*name, first(name.default_value()))).collect();
        let chosen = genesis.parameters.iter();
        parameters.extend(chosen.map(|choice| (choice.name, first(choice.value))));
        let mut organisations = BTreeMap::new();
        let mut keys = BTreeMap::new();
        let mut certificates = BTreeMap::new();
        let mut interfaces = BTreeMap::new();
        for first in &genesis.organisations {
            let id = Genesis::organisation_id(&first.identity);
            organisations
                .insert(id, Org { kind: first.kind, scopes: first.scopes.clone(), ended: false });
            keys.extend(first.keys.iter().map(|k| (k.key, (Owner::Organisation(id), true))));
            certificates.insert(Subject::Organisation(id), Vec::new());
            for given in &first.interfaces {
                let grant = Grant { terms: given.terms.clone(), from: genesis.time, by: None };
                let dealing =
                    Interface { grant: Some(grant), ..Interface::new(id, given.interface) };
                interfaces.insert((id, given.interface), dealing);
            }
        }
        Self {
            now: genesis.time,
            parameters,
            prefectures: genesis.prefectures.clone(),
            organisations,
            keys,
            persons: BTreeMap::new(),
            vehicles: BTreeMap::new(),
            couplings: BTreeMap::new(),
            certificates,
            matters: BTreeMap::new(),
            applications: BTreeMap::new(),
            codes: BTreeMap::new(),
            waybills: BTreeMap::new(),
            interfaces,
            custodies: BTreeMap::new(),
            consents: BTreeMap::new(),
            accesses: BTreeMap::new(),
        }
    }

    /// A parameter as it was or will be at an instant.
    pub(crate) fn parameter_at(&self, name: ParameterName, at: Time) -> u64 {
        let held = self.parameters[&name].iter().filter(|(from, _)| *from <= at);
        held.max().expect("there is a first value").1
    }

    /// A parameter now.
    pub(crate) fn parameter(&self, name: ParameterName) -> u64 {
        self.parameter_at(name, self.now)
    }

    /// True for an organisation that is there and whose registration has not ended.
    pub(crate) fn is_admitted(&self, id: OrganisationId) -> bool {
        self.organisations.get(&id).is_some_and(|org| !org.ended)
    }

    /// The instant so long after now as a parameter says.
    pub(crate) fn after(&self, name: ParameterName) -> Time {
        self.now.plus(self.parameter(name))
    }

    /// Everything that will change by itself, with its instant, in no order.
    pub(crate) fn all_due(&self) -> Vec<(Time, Due)> {
        let mut due = Vec::new();
        for (subject, held) in &self.certificates {
            for (place, certificate) in held.iter().enumerate() {
                due.extend(self.due_of_certificate(*subject, place, certificate));
            }
        }
        for (id, asked) in &self.applications {
            due.extend(self.lapses_at(asked).map(|at| (at, Due::Lapse(*id))));
        }
        due
    }

    /// Lets time pass: one change after the other, each at its own instant.
    pub(crate) fn pass_to(&mut self, time: Time) {
        assert!(time >= self.now, "time goes forward");
        while let Some((at, due)) = self.all_due().into_iter().min().filter(|d| d.0 <= time) {
            self.now = self.now.max(at);
            match due {
                Due::Takeover(subject, place) => self.take_over(subject, place, at),
                Due::Begin(subject, place) => self.begin(subject, place, at),
                Due::End(subject, place) => self.end_certificate(subject, place, at),
                Due::Notice(subject, place) => self.notice(subject, place),
                Due::Lapse(id) => self.lapse(id, at),
            }
        }
        self.now = time;
    }

    /// Every instant ahead at which something may change by itself.
    pub(crate) fn instants(&self) -> Vec<Time> {
        let mut instants: Vec<Time> = self.all_due().into_iter().map(|(at, _)| at).collect();
        let open = self.matters.values().filter(|m| m.state == MatterState::Open);
        instants.extend(open.map(|matter| matter.settle_by));
        let held = self.certificates.values().flatten();
        instants.extend(held.map(|one| one.terms.valid_from));
        instants.extend(self.waybills.values().flat_map(|w| self.waybill_instants(w)));
        instants.extend(self.consents.values().map(|given| given.terms.until));
        instants.retain(|at| *at > self.now);
        instants.sort();
        instants.dedup();
        instants
    }

    pub(crate) fn owner_of(&self, key: &PublicKey) -> Option<Owner> {
        self.keys.get(key).map(|(owner, _)| *owner)
    }

    /// Whose a vehicle is, as far as its owner is known.
    pub(crate) fn vehicle_owner(&self, owner: VehicleOwner) -> Option<Owner> {
        match owner {
            VehicleOwner::Organisation(id) => Some(Owner::Organisation(id)),
            VehicleOwner::Holder(key) => self.owner_of(&key),
        }
    }

    pub(crate) fn is_of_kind(&self, owner: Owner, kinds: &[OrganisationKind]) -> bool {
        match owner {
            Owner::Organisation(id) => {
                self.is_admitted(id) && kinds.contains(&self.organisations[&id].kind)
            }
            Owner::Person(_) => false,
        }
    }

    /// True for an admitted enterprise or platform.
    pub(crate) fn may_operate(&self, id: OrganisationId) -> bool {
        self.is_of_kind(Owner::Organisation(id), &OPERATORS)
    }

    /// The code of a holder that is not cancelled.
    pub(crate) fn code_of(&self, holder: Holder) -> Option<CodeId> {
        let own =
            |(_, code): &(&CodeId, &Issued)| code.holder == holder && code.cancelled_at.is_none();
        self.codes.iter().find(own).map(|(id, _)| *id)
    }

    /// What the licence of a vehicle says, in force or not.
    pub(crate) fn class_of(&self, vehicle: VehicleId) -> Option<&VehicleClass> {
        let held = self.certificates.get(&Subject::Vehicle(vehicle))?;
        let licence = held.iter().find(|c| c.kind == CertificateKind::VehicleLicence)?;
        match &licence.terms.class {
            Class::Vehicle(class) => Some(class),
            _ => None,
        }
    }

    /// The codes that a vehicle is bound to.
    pub(crate) fn drivers_of(&self, vehicle: VehicleId) -> Vec<CodeId> {
        let bound = self.codes.iter().filter(|(_, code)| code.vehicles.contains(&vehicle));
        bound.map(|(id, _)| *id).collect()
    }

    /// The waybills under way that a vehicle or trailer carries.
    pub(crate) fn loads_of(&self, vehicle: VehicleId) -> Vec<WaybillId> {
        self.under_way(|carrier| carrier.vehicle == vehicle || carrier.trailer == Some(vehicle))
    }

    /// True for a person's key that a platform has in hand which there is no more.
    pub(crate) fn is_orphaned(&self, key: &PublicKey) -> bool {
        match self.custodies.get(key) {
            Some(Custody::Platform(id)) => !self.is_admitted(*id),
            _ => false,
        }
    }

    /// When the last waybill of some that were under way ceased to be.
    pub(crate) fn carried_until(&self, whose: impl Fn(&waybill::Carrier) -> bool) -> Option<Time> {
        let stands = self.waybills.values().map(|one| self.stand(one, self.now));
        let own = stands.filter(|stand| stand.carrier.as_ref().is_some_and(&whose));
        own.filter(|stand| !stand.is_under_way()).filter_map(|stand| ceased(&stand)).max()
    }

    /// How many disputes are open on what a code carries or carried.
    pub(crate) fn disputes_of(&self, code: CodeId) -> u32 {
        let stands = self.waybills.values().map(|one| self.stand(one, self.now));
        let disputed = stands.filter(|stand| stand.dispute.is_some());
        let own = |stand: &Waybill| stand.carrier.as_ref().is_some_and(|c| c.code == code);
        disputed.filter(own).count() as u32
    }

    /// The waybills under way of a code.
    pub(crate) fn waybills_of(&self, code: CodeId) -> Vec<WaybillId> {
        self.under_way(|carrier| carrier.code == code)
    }

    fn under_way(&self, whose: impl Fn(&waybill::Carrier) -> bool) -> Vec<WaybillId> {
        let is_so = |(_, one): &(&WaybillId, &Consignment)| {
            let stand = self.stand(one, self.now);
            stand.is_under_way() && stand.carrier.as_ref().is_some_and(&whose)
        };
        self.waybills.iter().filter(is_so).map(|(id, _)| *id).collect()
    }
}

/// Adds a reason if something is so.
pub(crate) fn bar(why: &mut Why, is_so: bool, code: R) {
    if is_so {
        why.push(code);
    }
}

/// Nothing against it, or why not.
pub(crate) fn unless(why: Why) -> Result<(), Why> {
    if why.is_empty() { Ok(()) } else { Err(why) }
}

/// The words of others that came with a transaction.
pub(crate) struct Words(pub(crate) Vec<PublicKey>);

/// When a waybill that somebody carried arrived, or ended before.
fn ceased(stand: &Waybill) -> Option<Time> {
    stand.arrived.as_ref().map(|step| step.recorded_at).or(stand.ended_at)
}

impl Words {
    /// Takes the word of a key.
    pub(crate) fn key(&mut self, why: &mut Why, key: &PublicKey) {
        self.first(why, |other| other == key);
    }

    /// Takes the word of an owner, by any key of it that still signs.
    pub(crate) fn owner(&mut self, why: &mut Why, model: &Model, owner: Owner) {
        match owner {
            Owner::Organisation(id) if !model.is_admitted(id) => why.push(R::OrganisationEnded),
            _ => self.first(why, |key| {
                model.keys.get(key) == Some(&(owner, true)) && !model.is_orphaned(key)
            }),
        }
    }

    fn first(&mut self, why: &mut Why, wanted: impl Fn(&PublicKey) -> bool) {
        match self.0.iter().position(wanted) {
            Some(place) => drop(self.0.remove(place)),
            None => why.push(R::StatementMissing),
        }
    }
}
