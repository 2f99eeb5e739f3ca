// SPDX-License-Identifier: Apache-2.0
//! A small world for tests of the state machine: a genesis with one organisation of each kind, blocks
//! at chosen times, drivers and vehicles with issued codes. It goes through transactions only.

// Each test binary takes what it needs of this module.
#![allow(dead_code, unreachable_pub, unused_imports, clippy::unwrap_used)]

pub mod edge;
pub mod exchange;
pub mod fleet;
pub mod forge;
pub mod forgeries;
pub mod interface;
pub mod issue;
pub mod scene;
pub mod showing;
pub mod swap;
pub mod waybill;

use chain::actions::*;
use chain::gb32100::{CreditCode, check_symbol};
use chain::genesis::{FirstGrant, FirstOrganisation, GenesisNode, Mode, NodeRole, ParameterChoice};
use chain::ids::*;
use chain::keys::{PublicKey, SecretKey};
use chain::memory::Memory;
use chain::nonce::Nonce;
use chain::receipt::Outcome;
use chain::records::certificate::{CertificateKind, Class, Energy, PolicyKind, VehicleClass};
use chain::records::key::Roles;
use chain::records::organisation::{Identity, OrganisationKind, Scope};
use chain::records::*;
use chain::refusal::RefusalCode;
use chain::rules::licence;
use chain::transaction::{Checked, Decoded};
use chain::{Action, Genesis, Hash, Records, Time, Transaction, TransactionId, View};

/// One second in milliseconds.
pub const SECOND: u64 = 1_000;
/// One day in milliseconds.
pub const DAY: u64 = 86_400 * SECOND;
/// When the world begins: 2026-11-24T12:00:00+08:00.
pub const START: Time = Time(1_795_492_800_000);
/// When the grants of genesis end.
pub const GRANTS_END: Time = Time(START.0 + 1_096 * DAY);
/// The prefecture where everything happens.
pub const KUNMING: Prefecture = Prefecture(5301);
/// Another prefecture.
pub const QUJING: Prefecture = Prefecture(5303);

/// An organisation and a key of it with every role.
#[derive(Clone, Debug)]
pub struct Party {
    pub id: OrganisationId,
    pub key: SecretKey,
}

/// The organisations of genesis.
#[derive(Clone, Debug)]
pub struct Parties {
    pub regulator: Party,
    pub public_security: Party,
    pub traffic_police: Party,
    pub transport: Party,
    pub insurer: Party,
    pub bank: Party,
    pub platform: Party,
    pub enterprise: Party,
    pub other_enterprise: Party,
}

/// The world: a chain in memory and who acts on it.
#[derive(Clone, Debug)]
pub struct World {
    pub memory: Memory,
    pub genesis: Genesis,
    pub parties: Parties,
    /// The time of the next block.
    pub clock: Time,
    count: u64,
}

/// A key by its name.
pub fn key(name: &str) -> SecretKey {
    SecretKey::from_seed(&Hash::of(name.as_bytes()).0)
}

/// A word.
pub fn word(text: &str) -> chain::text::Word {
    text.parse().unwrap()
}

/// A valid credit code by its number.
pub fn credit_code(number: u32) -> CreditCode {
    let body = format!("91539901MA{number:06}");
    "0123456789X"
        .chars()
        .filter_map(|inner| {
            let symbols = format!("{body}{inner}");
            let check = char::from(check_symbol(symbols.as_bytes())?);
            format!("{symbols}{check}").parse().ok()
        })
        .next()
        .unwrap()
}

fn scopes(kinds: &[CertificateKind]) -> Vec<Scope> {
    kinds.iter().map(|kind| Scope { kind: *kind, prefectures: Vec::new() }).collect()
}

/// The organisations of genesis in order: name, kind, what they attest.
fn organisations() -> Vec<(&'static str, OrganisationKind, Vec<Scope>)> {
    use CertificateKind as C;
    use OrganisationKind as O;
    vec![
        ("regulator", O::Regulator, vec![]),
        ("public_security", O::Authority, scopes(&[C::Identity])),
        ("traffic_police", O::Authority, scopes(&[C::DrivingLicence, C::VehicleLicence])),
        (
            "transport",
            O::Authority,
            scopes(&[C::Qualification, C::TransportPermit, C::BusinessPermit]),
        ),
        ("insurer", O::Insurer, scopes(&[C::Policy])),
        ("bank", O::Bank, scopes(&[C::BankAccount])),
        ("platform", O::Platform, vec![]),
        ("enterprise", O::Enterprise, vec![]),
        ("other_enterprise", O::Enterprise, vec![]),
    ]
}

/// Every scope of both interfaces for those who carry, as long as a grant may last.
fn interfaces(kind: OrganisationKind) -> Vec<FirstGrant> {
    if !matches!(kind, OrganisationKind::Platform | OrganisationKind::Enterprise) {
        return Vec::new();
    }
    let first = |interface| FirstGrant { interface, terms: whole(interface, GRANTS_END) };
    InterfaceKind::ALL.map(first).to_vec()
}

/// Every scope of an interface at a rate of a thousand.
pub fn whole(interface: InterfaceKind, until: Time) -> GrantTerms {
    GrantTerms { scopes: InterfaceScopes::all_of(interface), calls_a_minute: 1_000, until }
}

/// The genesis of the world with some parameters that differ.
pub fn genesis(parameters: &[(ParameterName, u64)]) -> Genesis {
    let organisations = organisations()
        .into_iter()
        .enumerate()
        .map(|(place, (name, kind, scopes))| FirstOrganisation {
            kind,
            identity: Identity::Open {
                credit_code: credit_code(place as u32 + 1),
                name: name.parse().unwrap(),
            },
            prefecture: KUNMING,
            scopes,
            keys: vec![KeyGrant { key: key(name).public(), roles: Roles::ALL }],
            interfaces: interfaces(kind),
        })
        .collect();
    Genesis {
        protocol: 1,
        name: word("test"),
        mode: Mode::Demo,
        time: START,
        depth: 10,
        heartbeat_ms: 5_000,
        parameters: parameters
            .iter()
            .map(|(name, value)| ParameterChoice { name: *name, value: *value })
            .collect(),
        prefectures: vec![KUNMING, QUJING],
        organisations,
        nodes: vec![GenesisNode {
            number: 1,
            name: word("validator-1"),
            role: NodeRole::Validator,
            key: key("validator-1").public(),
            organisation: 0,
        }],
        tag_secrets: Vec::new(),
    }
}

impl World {
    /// A world with default parameters.
    pub fn new() -> Self {
        Self::with(&[])
    }

    /// A world with some parameters that differ.
    pub fn with(parameters: &[(ParameterName, u64)]) -> Self {
        let genesis = genesis(parameters);
        let party = |name: &str| {
            let place = organisations().iter().position(|(n, _, _)| *n == name).unwrap();
            let id = Genesis::organisation_id(&genesis.organisations[place].identity);
            Party { id, key: key(name) }
        };
        let parties = Parties {
            regulator: party("regulator"),
            public_security: party("public_security"),
            traffic_police: party("traffic_police"),
            transport: party("transport"),
            insurer: party("insurer"),
            bank: party("bank"),
            platform: party("platform"),
            enterprise: party("enterprise"),
            other_enterprise: party("other_enterprise"),
        };
        let memory = Memory::new(&genesis).unwrap();
        Self { memory, genesis, parties, clock: START.plus(SECOND), count: 0 }
    }

    /// A number that was not given before.
    pub fn fresh(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    fn nonce(&mut self) -> Nonce {
        Nonce(Hash::of(format!("nonce {}", self.fresh()).as_bytes()).half())
    }

    /// Lets the next block be at this time.
    pub fn at(&mut self, time: Time) -> &mut Self {
        assert!(time > self.memory.now(), "blocks go forward in time");
        self.clock = time;
        self
    }

    /// Lets the next block be so much later.
    pub fn wait(&mut self, ms: u64) -> &mut Self {
        self.clock = self.clock.plus(ms);
        self
    }

    /// Runs an empty block at this time: what is due happens.
    pub fn pass_to(&mut self, time: Time) {
        self.at(time).block(&[]);
    }

    /// Puts the words of keys into an action, good at the next block.
    pub fn stated(&mut self, action: impl Into<Action>, keys: &[&SecretKey]) -> Action {
        let action = action.into();
        let (chain, until) = (self.memory.chain(), self.clock.plus(SECOND));
        let statements = keys
            .iter()
            .map(|key| Statement::give(key, chain, &action, self.nonce(), until))
            .collect();
        action.with_statements(statements)
    }

    /// Signs an action for the next block.
    pub fn sign(&mut self, key: &SecretKey, action: impl Into<Action>) -> Checked {
        let (chain, until) = (self.memory.chain(), self.clock.plus(SECOND));
        let transaction = Transaction::sign(key, chain, action.into(), self.nonce(), until);
        Decoded::from_bytes(transaction.to_bytes(), chain).unwrap().check().unwrap()
    }

    /// Runs a block of these transactions at the clock's time and moves the clock by a millisecond.
    pub fn block(&mut self, transactions: &[Checked]) -> Vec<Outcome> {
        let ordered: Vec<_> = transactions.iter().cloned().map(Some).collect();
        let executed = self.memory.run(self.clock, &ordered);
        self.clock = executed.header.time_ms.plus(1);
        executed.receipts.into_iter().map(|receipt| receipt.outcome).collect()
    }

    /// Sends one transaction in a block of its own; what became of it.
    pub fn attempt(
        &mut self,
        key: &SecretKey,
        action: impl Into<Action>,
    ) -> (TransactionId, Outcome) {
        let checked = self.sign(key, action);
        let id = checked.id();
        let outcome = self.block(&[checked]).pop().expect("the transaction counts");
        (id, outcome)
    }

    /// Sends one transaction that must be executed.
    #[track_caller]
    pub fn send(&mut self, key: &SecretKey, action: impl Into<Action>) -> TransactionId {
        let (id, outcome) = self.attempt(key, action);
        assert!(matches!(outcome, Outcome::Executed { .. }), "{outcome:?}");
        id
    }

    /// Sends one transaction that must be refused; why.
    #[track_caller]
    pub fn refused(&mut self, key: &SecretKey, action: impl Into<Action>) -> Vec<RefusalCode> {
        match self.attempt(key, action).1 {
            Outcome::Refused { reasons } => reasons.into_iter().map(|r| r.code).collect(),
            Outcome::Executed { .. } => panic!("this should have been refused"),
        }
    }

    /// A record as it was last written.
    #[track_caller]
    pub fn get<T: RecordValue + Clone>(&self, id: RecordId) -> T {
        self.memory.get(id).expect("there is such a record")
    }

    /// A code as it was last written.
    #[track_caller]
    pub fn code(&self, id: CodeId) -> Code {
        self.get(id.record())
    }

    /// The colour last written of a code.
    #[track_caller]
    pub fn colour(&self, id: CodeId) -> Option<Colour> {
        self.code(id).colour
    }

    /// A person as it was last written.
    #[track_caller]
    pub fn person(&self, id: PersonId) -> Person {
        self.get(id.0)
    }

    /// A vehicle as it was last written.
    #[track_caller]
    pub fn vehicle(&self, id: VehicleId) -> Vehicle {
        self.get(id.0)
    }

    /// An application as it was last written.
    #[track_caller]
    pub fn application(&self, id: ApplicationId) -> Application {
        self.get(id.0)
    }

    /// The id of the first record that a transaction made.
    pub fn first_made(transaction: TransactionId) -> RecordId {
        RecordId::made_by(transaction, 0)
    }
}
