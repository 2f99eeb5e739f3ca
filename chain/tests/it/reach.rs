// SPDX-License-Identifier: Apache-2.0
//! How far a touch goes: applications that share vehicles form chains of any length, and a touch of one
//! end neither reads nor brings up the other.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::common::issue::*;
use crate::common::waybill::*;
use crate::common::*;
use chain::actions::*;
use chain::event::Event;
use chain::ids::*;
use chain::machine::{Ordered, execute};
use chain::memory::Memory;
use chain::receipt::Outcome;
use chain::records::application::CodeFor;
use chain::records::*;
use chain::transaction::Checked;
use chain::view::{Executed, Stored};
use chain::{Hash, Header, Records, Time, TransactionId, View};

/// Applications of a chain; each names two vehicles and shares one with the next.
const LINKS: usize = 300;
/// More than a touch of one end has to do with.
const FAR: usize = 60;

/// A chain that counts which records are read; its index may lag behind everything.
struct Counted<'a> {
    below: &'a Memory,
    read: RefCell<BTreeSet<RecordKey>>,
    lags: bool,
}

impl Records for Counted<'_> {
    fn header(&self) -> &Header {
        self.below.header()
    }

    fn chain(&self) -> Hash {
        self.below.chain()
    }

    fn record(&self, key: &RecordKey) -> Option<Stored> {
        self.read.borrow_mut().insert(*key);
        self.below.record(key)
    }
}

impl View for Counted<'_> {
    fn header_hash(&self) -> Hash {
        self.below.header_hash()
    }

    fn depth(&self) -> u8 {
        self.below.depth()
    }

    fn bucket(&self, index: u32) -> Vec<(Hash, Hash)> {
        self.below.bucket(index)
    }

    fn tree_node(&self, level: u8, index: u32) -> Hash {
        self.below.tree_node(level, index)
    }

    fn history_node(&self, level: u8, index: u64) -> Hash {
        self.below.history_node(level, index)
    }

    fn due(&self, until: Time, limit: usize) -> Vec<(Time, RecordKey)> {
        if self.lags { Vec::new() } else { self.below.due(until, limit) }
    }

    fn is_recent(&self, valid_until: Time, id: &TransactionId) -> bool {
        self.below.is_recent(valid_until, id)
    }
}

/// A chain of applications made in one block, so that all lapse at one instant; and its vehicles.
fn chained() -> (World, Vec<VehicleId>, Vec<ApplicationId>) {
    let mut world = World::new();
    let vehicles: Vec<_> =
        (0..=LINKS).map(|n| world.new_vehicle(&format!("lorry {n}"), lorry(4_000))).collect();
    let sponsor = world.parties.enterprise.key.clone();
    let mut block: Vec<Checked> = Vec::new();
    for (n, pair) in vehicles.windows(2).enumerate() {
        let name = format!("driver {n}");
        let wanted = CodeFor::Driver { vehicles: pair.to_vec(), operator: None };
        let apply = CodeApply { wanted, ..world.code_apply(&name, LIGHT) };
        let apply = world.stated(apply, &[&key(&name)]);
        block.push(world.sign(&sponsor, apply));
    }
    let outcomes = world.block(&block);
    assert!(outcomes.iter().all(|o| matches!(o, Outcome::Executed { .. })), "{outcomes:?}");
    let made = |checked: &Checked| ApplicationId(World::first_made(checked.id()));
    let applications = block.iter().map(made).collect();
    (world, vehicles, applications)
}

/// Executes one transaction by a regulator over a counted chain: how many records it read, and what it
/// wrote.
fn touch(world: &mut World, action: impl Into<Action>, lags: bool) -> (usize, Executed) {
    let regulator = world.parties.regulator.key.clone();
    let checked = [Some(world.sign(&regulator, action))];
    let view = Counted { below: &world.memory, read: RefCell::default(), lags };
    let ordered = Ordered {
        payload_hash: Hash::ZERO,
        proposed_ms: world.clock,
        config_no: 0,
        transactions: &checked,
    };
    let executed = execute(&view, &ordered);
    assert!(matches!(executed.receipts[0].outcome, Outcome::Executed { .. }));
    let read = view.read.borrow().len();
    (read, executed)
}

fn lapse(world: &World, application: ApplicationId) -> Time {
    world.application(application).lapses_at.unwrap()
}

#[test]
fn a_touch_of_one_end_does_not_read_the_other() {
    let (mut world, vehicles, applications) = chained();
    let release = VehicleRelease { vehicle: vehicles[0], reason: word("checked") };
    let (read, _) = touch(&mut world, release.clone(), true);
    assert!(read < FAR, "{read} records were read");
    // All are overdue, and no index has reached them.
    let late = lapse(&world, applications[0]).plus(DAY);
    world.at(late);
    let (read, executed) = touch(&mut world, release, true);
    assert!(read < FAR, "{read} records were read");
    let lapsed = |change: &&chain::receipt::Change| change.version.kind == RecordKind::Application;
    assert_eq!(executed.changes.iter().filter(lapsed).count(), 1, "the one that names it");
}

/// What a vehicle has due before an application that names it lapses comes first in its history.
#[test]
fn an_application_that_lapses_brings_up_its_vehicles_with_it() {
    let (mut world, vehicles, applications) = chained();
    let lapse = lapse(&world, applications[0]);
    let end = Time(lapse.0 - DAY);
    world.attest(Subject::Vehicle(vehicles[1]), CertificateKind::Policy, Some(end));
    world.block(&[]);
    world.at(lapse);
    let release = VehicleRelease { vehicle: vehicles[0], reason: word("checked") };
    let (_, executed) = touch(&mut world, release, true);
    let of_second = executed.changes.iter().filter(|change| change.version.id == vehicles[1].0);
    let events: Vec<_> = of_second.map(|change| (change.event, change.at)).collect();
    assert_eq!(events, [(Event::CertificateEnded, end), (Event::VehicleChanged, lapse)]);
}

/// Every record's value, whenever it was written.
fn values(world: &World) -> BTreeMap<RecordKey, Vec<u8>> {
    let newest = world.memory.newest();
    newest.map(|(key, stored)| (*key, stored.value.encode())).collect()
}

#[test]
fn a_chain_lapses_alike_at_once_and_piece_by_piece() {
    let (mut world, vehicles, applications) = chained();
    let instant = lapse(&world, applications[0]);
    assert!(applications.iter().all(|id| lapse(&world, *id) == instant));
    let maker = world.parties.enterprise.key.clone();
    world.at(Time(instant.0 - 2 * DAY));
    let mut block = Vec::new();
    for _ in 0..850 {
        let offer = world.offer(public());
        let offer = chain::records::waybill::Offer { offer_ends: Time(instant.0 - 1), ..offer };
        block.push(world.sign(&maker, WaybillOffer { offer }));
    }
    world.block(&block);
    let (mut at_once, mut by_touch) = (world.clone(), world.clone());
    at_once.pass_to(Time(instant.0 - 1));
    at_once.pass_to(instant);
    // The index yields some of them with the offers, the rest in the next block.
    world.pass_to(instant);
    world.block(&[]);
    assert_eq!(values(&world), values(&at_once));
    // Or somebody touches one in the middle first.
    by_touch.at(instant);
    let regulator = by_touch.parties.regulator.key.clone();
    by_touch.send(&regulator, VehicleRelease { vehicle: vehicles[150], reason: word("checked") });
    by_touch.block(&[]);
    let released = values(&by_touch).into_iter().filter(|(key, _)| key.id != vehicles[150].0);
    let others = values(&at_once).into_iter().filter(|(key, _)| key.id != vehicles[150].0);
    assert!(released.eq(others));
    for id in vehicles {
        assert_eq!(world.vehicle(id).named_by, []);
        assert_eq!(by_touch.vehicle(id).named_by, []);
    }
    for id in applications {
        assert_eq!(world.application(id).ended_at, Some(instant));
    }
}
