// SPDX-License-Identifier: Apache-2.0
//! Who asks, and which records that is a party to. What a caller may do with a route is in the table; here
//! is what is its own. A question to the chain's records, never to a socket.

use chain::ids::{CodeId, OrganisationId, PersonId, VehicleId};
use chain::keys::PublicKey;
use chain::records::application::CodeFor;
use chain::records::{
    Account, Affiliation, Application, Code, Holder, InterfaceScope, InterfaceScopes, Matter,
    Operator, OrganisationKind, Owner, RecordKey, RecordKind, RegisteredKey, Subject, Value,
    Vehicle, VehicleOwner, Wanted, Waybill, WaybillKind, WaybillState,
};
use chain::rules::senders::needs_grants;
use chain::{Records, Transaction};

use super::table::{Reach, Row};

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Nobody that is known.
    Public,
    /// Whoever reaches an interface that its operator opened to all.
    Open,
    /// An organisation.
    Member(Member),
    /// A holder, or who applies to be one.
    Holder(Holding),
}

/// An organisation that asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Which.
    pub id: OrganisationId,
    /// Its kind.
    pub kind: OrganisationKind,
    /// True if it runs a validator or observer, which hold every block.
    pub runs_a_node: bool,
    /// What it is granted now, and its credential is good for.
    pub scopes: InterfaceScopes,
    /// What its API key is good for; none where it asks by a key of its own, which is good for everything.
    pub key: Option<Narrowed>,
}

/// What an API key is good for at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Narrowed {
    /// What it may do of what grants are for.
    pub scopes: InterfaceScopes,
    /// True if it may do all that its organisation does by its office or because it runs a node.
    pub by_office: bool,
    /// The key in the node's keystore that signs for it.
    pub signs_with: Option<PublicKey>,
}

impl Member {
    /// True if it may do what a scope is for: by a grant on the chain, or by its office where its kind needs none,
    /// and by its credential.
    pub fn may(&self, scope: InterfaceScope) -> bool {
        let is_office = !needs_grants(self.kind);
        let allows = |key: &Narrowed| key.scopes.has(scope) || (is_office && key.by_office);
        (is_office || self.scopes.has(scope)) && self.key.as_ref().is_none_or(allows)
    }

    /// True if its credential is good for what a scope is for, whatever is granted: what is the organisation's own
    /// needs no grant, and an API key for it all the same.
    pub(crate) fn is_keyed_for(&self, scope: InterfaceScope) -> bool {
        self.key.as_ref().is_none_or(|key| key.scopes.has(scope) || key.by_office)
    }

    /// What its credential is good for, without signing: what is done for it later does no more.
    pub(crate) fn narrowed(&self) -> Narrowed {
        Narrowed { scopes: self.scopes, by_office: !self.is_narrowed(), signs_with: None }
    }

    /// True if its credential is not good for what it sees by its office.
    fn is_narrowed(&self) -> bool {
        self.key.as_ref().is_some_and(|key| !key.by_office)
    }
}

/// A person that asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The key that signed.
    pub key: PublicKey,
    /// Whose key it is; none while an application waits.
    pub person: Option<PersonId>,
    /// The person's code.
    pub code: Option<CodeId>,
}

/// The columns of the table: whom a route tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Nobody that is known.
    Public,
    /// A holder.
    Holder,
    /// An enterprise, platform, insurer, bank or service provider.
    Business,
    /// An authority.
    Authority,
    /// A regulator.
    Regulator,
    /// An organisation that runs a validator or observer, or anybody at an open interface.
    Node,
}

impl Class {
    /// All, in the order of the table.
    pub const ALL: [Self; 6] =
        [Self::Public, Self::Holder, Self::Business, Self::Authority, Self::Regulator, Self::Node];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Holder => "holder",
            Self::Business => "business",
            Self::Authority => "authority",
            Self::Regulator => "regulator",
            Self::Node => "node",
        }
    }
}

impl Caller {
    /// Its column in the table.
    pub fn class(&self) -> Class {
        match self {
            Self::Public => Class::Public,
            Self::Open => Class::Node,
            Self::Holder(_) => Class::Holder,
            Self::Member(member) if member.runs_a_node => Class::Node,
            Self::Member(member) => match member.kind {
                OrganisationKind::Regulator => Class::Regulator,
                OrganisationKind::Authority => Class::Authority,
                OrganisationKind::Enterprise
                | OrganisationKind::Platform
                | OrganisationKind::Insurer
                | OrganisationKind::Bank
                | OrganisationKind::ServiceProvider => Class::Business,
            },
        }
    }

    /// How far it gets with a route. An API key that is not for what its organisation does by office gets as far
    /// as one of a business.
    pub fn reach(&self, row: &Row) -> Reach {
        match (self, row.of(self.class())) {
            (Self::Member(member), Reach::All) if member.is_narrowed() => row.of(Class::Business),
            (_, reach) => reach,
        }
    }

    /// True if it holds every block anyway, and its credential is good for that.
    pub fn holds_all(&self) -> bool {
        let is_narrowed = matches!(self, Self::Member(member) if member.is_narrowed());
        matches!(self.class(), Class::Node | Class::Regulator) && !is_narrowed
    }

    /// True if it sent a transaction.
    pub fn is_sender<R: Records + ?Sized>(&self, records: &R, sent: &Transaction) -> bool {
        let id = RegisteredKey::id_of(&sent.sender);
        let found = records.record(&RecordKey { kind: RecordKind::RegisteredKey, id });
        match found.map(|found| found.value) {
            Some(Value::RegisteredKey(key)) => self.is_owner(key.owner),
            _ => false,
        }
    }

    /// True if it is granted to read certificates and matters of others, or does so by office.
    pub fn may_verify(&self) -> bool {
        match self {
            Self::Open => true,
            Self::Member(member) => {
                member.scopes.verify
                    || (member.key.is_some()
                        && !needs_grants(member.kind)
                        && member.may(InterfaceScope::Verify))
            }
            Self::Public | Self::Holder(_) => false,
        }
    }

    /// True if a registered key is its own.
    pub fn is_owner(&self, owner: Owner) -> bool {
        match self {
            Self::Public => false,
            Self::Open => true,
            Self::Member(member) => owner == Owner::Organisation(member.id),
            Self::Holder(holding) => holding.person.is_some_and(|id| owner == Owner::Person(id)),
        }
    }

    /// True if it is a party to a record: its subject, maker, holder, owner, operator, attester or
    /// source. What is in every header, or named in the clear, is everybody's own.
    pub fn is_party<R: Records + ?Sized>(&self, records: &R, value: &Value) -> bool {
        let parties = Parties { records };
        match (self, value) {
            (_, Value::Parameters(_) | Value::Organisation(_) | Value::Interface(_)) => true,
            // Keys of organisations are named in the clear; whose a person's key is, only that person is shown.
            (_, Value::RegisteredKey(key)) => {
                matches!(key.owner, Owner::Organisation(_)) || self.is_owner(key.owner)
            }
            (Self::Public, _) => false,
            (Self::Open, _) => true,
            (Self::Member(member), value) => parties.member(member, value),
            (Self::Holder(holding), value) => parties.holder(holding, value),
        }
    }
}

/// True if an application that somebody else sends is for this organisation's own code or vehicle.
fn is_for(own: OrganisationId, application: &Application) -> bool {
    match &application.wanted {
        Wanted::Code(CodeFor::Enterprise(id)) => *id == own,
        Wanted::Vehicle(VehicleOwner::Organisation(id)) => *id == own,
        _ => false,
    }
}

struct Parties<'a, R: ?Sized> {
    records: &'a R,
}

impl<R: Records + ?Sized> Parties<'_, R> {
    fn member(&self, member: &Member, value: &Value) -> bool {
        let own = member.id;
        let attests = |dossier: &chain::records::Dossier| {
            dossier.certificates.iter().any(|held| held.terms.attester == own)
        };
        match value {
            Value::Person(person) => {
                let drives = |code| self.has_driver(member, code);
                attests(&person.dossier) || person.code.is_some_and(drives)
            }
            Value::Vehicle(vehicle) => {
                let is_its = owns(own, vehicle) || attests(&vehicle.dossier);
                is_its || self.has_driver_of(member, vehicle)
            }
            Value::Code(code) => {
                operates(own, code) || lays(own, code) || self.has_driver(member, code.id)
            }
            Value::Application(application) => {
                let asked = application.claims.iter().any(|claim| claim.attester == own);
                application.sponsor == own || asked || is_for(own, application)
            }
            Value::Matter(matter) => {
                matter.source.organisation == own || self.concerns_member(own, matter)
            }
            Value::Waybill(waybill) => {
                let named = waybill.maker == own || waybill.offer.consignee == Some(own);
                named || (member.scopes.waybills && is_open_to_all(waybill))
            }
            Value::Consent(consent) => {
                consent.terms.to == own
                    || consent.sponsor == Some(own)
                    || consent.holder == Holder::Organisation(own)
            }
            Value::Access(access) => {
                access.by == own || access.holder == Some(Holder::Organisation(own))
            }
            Value::Erasure(erasure) => erasure.by == own,
            Value::Affiliation(affiliation) => affiliation.enterprise == own,
            _ => false,
        }
    }

    fn holder(&self, holding: &Holding, value: &Value) -> bool {
        let Some(own) = holding.person else {
            return matches!(value, Value::Application(a) if a.holder_key == holding.key);
        };
        match value {
            Value::Person(person) => person.id == own,
            Value::Vehicle(vehicle) => drives(holding, vehicle),
            Value::Code(code) => code.holder == Holder::Person(own),
            Value::Application(application) => {
                application.person == Some(own) || application.holder_key == holding.key
            }
            Value::Matter(matter) => self.concerns_holder(own, holding, matter),
            Value::Waybill(waybill) => carries(own, holding, waybill) || is_open_to_all(waybill),
            Value::Consent(consent) => consent.holder == Holder::Person(own),
            Value::Access(access) => access.holder == Some(Holder::Person(own)),
            Value::Affiliation(affiliation) => Some(affiliation.code) == holding.code,
            _ => false,
        }
    }

    /// True if it has the modules, and an open account of the driver: then it follows what the chain says of
    /// the driver in the clear, to the end of the code itself.
    fn has_driver(&self, member: &Member, code: CodeId) -> bool {
        let id = Affiliation::id_of(member.id, code).0;
        let key = RecordKey { kind: RecordKind::Affiliation, id };
        let found = || self.records.record(&key).map(|stored| stored.value);
        let is_open = |value: &Value| match value {
            Value::Affiliation(one) => one.is_live() && one.account == Account::Opened,
            _ => false,
        };
        member.scopes.modules && found().as_ref().is_some_and(is_open)
    }

    /// The same of a driver of a vehicle, or of what a trailer is coupled to.
    fn has_driver_of(&self, member: &Member, vehicle: &Vehicle) -> bool {
        if !member.scopes.modules {
            return false;
        }
        let puller = vehicle.coupled.and_then(|id| self.vehicle(id));
        let pullers = puller.map_or_else(Vec::new, |puller| puller.drivers);
        vehicle.drivers.iter().chain(&pullers).any(|code| self.has_driver(member, *code))
    }

    fn concerns_member(&self, own: OrganisationId, matter: &Matter) -> bool {
        match matter.subject {
            Subject::Organisation(id) => id == own,
            Subject::Vehicle(id) => self.vehicle(id).is_some_and(|vehicle| owns(own, &vehicle)),
            Subject::Person(_) => false,
        }
    }

    fn concerns_holder(&self, own: PersonId, holding: &Holding, matter: &Matter) -> bool {
        match matter.subject {
            Subject::Person(id) => id == own,
            Subject::Vehicle(id) => self.vehicle(id).is_some_and(|v| drives(holding, &v)),
            Subject::Organisation(_) => false,
        }
    }

    fn vehicle(&self, id: VehicleId) -> Option<Vehicle> {
        match self.records.record(&RecordKey { kind: RecordKind::Vehicle, id: id.0 })?.value {
            Value::Vehicle(vehicle) => Some(vehicle),
            _ => None,
        }
    }
}

fn owns(own: OrganisationId, vehicle: &Vehicle) -> bool {
    vehicle.owner == VehicleOwner::Organisation(own)
}

fn drives(holding: &Holding, vehicle: &Vehicle) -> bool {
    let owns = vehicle.owner == VehicleOwner::Holder(holding.key);
    owns || holding.code.is_some_and(|code| vehicle.drivers.contains(&code))
}

fn operates(own: OrganisationId, code: &Code) -> bool {
    code.holder == Holder::Organisation(own) || code.operator == Some(Operator::Organisation(own))
}

fn lays(own: OrganisationId, code: &Code) -> bool {
    code.suspensions.iter().any(|suspension| suspension.by == own)
}

fn carries(own: PersonId, holding: &Holding, waybill: &Waybill) -> bool {
    let carrier = waybill.carrier.as_ref().is_some_and(|carrier| carrier.person == own);
    let offered = match &waybill.offer.kind {
        WaybillKind::Exclusive { code } => Some(*code) == holding.code,
        WaybillKind::Public(_) => false,
    };
    carrier || offered
}

/// A public offer is for every driver to see while it lasts.
fn is_open_to_all(waybill: &Waybill) -> bool {
    waybill.state == WaybillState::Offered && matches!(waybill.offer.kind, WaybillKind::Public(_))
}
