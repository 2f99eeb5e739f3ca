// SPDX-License-Identifier: Apache-2.0
//! Tags: one that is known joins its record, so that nobody sheds matters by applying anew.

use std::collections::BTreeMap;

use crate::common::issue::*;
use crate::common::*;
use chain::actions::*;
use chain::block::Header;
use chain::event::Event;
use chain::ids::{ApplicationId, CodeId, RecordId, VehicleId};
use chain::limits::{BUCKET_CHOSEN, BUCKET_ENTRIES, BUCKET_VERIFIED};
use chain::machine::{Ordered, execute};
use chain::memory::Memory;
use chain::receipt::Outcome;
use chain::records::{
    ApplicationState as State, CertificateKind as Kind, CodeFor, Colour, Erasure, ErasureKind,
    Interface, InterfaceKind, MatterKind, NameKind, RecordKey, RecordKind, RegisteredKey, Subject,
    UniqueName, VehicleOwner,
};
use chain::refusal::RefusalCode;
use chain::state_tree::bucket_of;
use chain::view::Stored;
use chain::{Checked, Hash, Past, Records, Time, TransactionId, View};

/// The driver applies again with another key.
fn again(world: &mut World, name: &str, new_key: &str) -> ApplicationId {
    let apply = CodeApply { holder_key: key(new_key).public(), ..world.code_apply(name, LIGHT) };
    world.apply_with(apply, &[&key(new_key)])
}

fn violation(subject: Subject, at: Time) -> MatterOpen {
    MatterOpen {
        kind: MatterKind::Violation,
        subject,
        reference: digest("ticket"),
        points: 3,
        over_limit: false,
        occurred_at: at,
        settle_by: None,
    }
}

#[test]
fn a_person_with_a_code_that_is_not_cancelled_gets_no_second_one() {
    let mut world = World::new();
    let p = world.parties.clone();
    let driver = world.new_driver("driver", LIGHT);
    let id = again(&mut world, "driver", "new");
    let refused = |world: &mut World| {
        let yes = world.yes(id, 0);
        let answer = world.yes_to(id, 0, yes);
        world.why(&p.public_security.key, answer)
    };
    assert_eq!(refused(&mut world), ["subject_exists identity"]);
    let reason = word("wanted");
    world.send(&p.regulator.key, CodeSuspend { code: driver.code, reason });
    assert_eq!(refused(&mut world), ["subject_exists identity"]);
    world.send(&p.regulator.key, CodeCancel { code: driver.code, reason: word("end") });
    world.attest_all(id);
    let second = world.application(id);
    assert_eq!(second.person, Some(driver.person));
    assert_ne!(second.code, Some(driver.code));
}

#[test]
fn a_person_has_one_application_that_is_verifying() {
    let mut world = World::new();
    let p = world.parties.clone();
    let first = world.applied("driver", LIGHT);
    let second = again(&mut world, "driver", "new");
    world.attest_as_usual(first, 0);
    let yes = world.yes(second, 0);
    let answer = world.yes_to(second, 0, yes);
    assert_eq!(world.why(&p.public_security.key, answer), ["subject_exists identity"]);
    world.send(&p.enterprise.key, ApplicationWithdraw { application: first });
    world.attest_all(second);
    assert_eq!(world.application(second).state, State::Issued);
}

#[test]
fn nobody_sheds_a_red_code_by_applying_anew() {
    let mut world = World::new();
    let p = world.parties.clone();
    let driver = world.new_driver("driver", LIGHT);
    let subject = Subject::Person(driver.person);
    let open = violation(subject, world.clock);
    world.send(&p.traffic_police.key, open);
    let red = world.memory.now().plus(15 * DAY);
    world.pass_to(red);
    assert_eq!(world.colour(driver.code), Some(Colour::Red));
    world.send(&driver.key, CodeCancel { code: driver.code, reason: word("tired") });
    assert_eq!(world.colour(driver.code), None);
    let id = again(&mut world, "driver", "new");
    world.attest_all(id);
    let code = world.application(id).code.unwrap();
    assert_eq!(world.colour(code), Some(Colour::Red));
    assert_eq!(world.person(driver.person).keys, [key("new").public()]);
    let old: RegisteredKey = world.get(RegisteredKey::id_of(&driver.key.public()));
    assert_eq!(old.ended_at, Some(world.memory.now()));
    let choose = VehicleChoose { code, vehicle: None };
    assert_eq!(world.why(&driver.key, choose), ["unknown_key"]);
}

/// An application for a vehicle whose licence bears these tags.
fn vehicle_with(world: &mut World, name: &str, (vin, plate): (&str, &str)) -> ApplicationId {
    let apply = world.vehicle_apply(name, &[Kind::VehicleLicence, Kind::Policy]);
    let id = world.apply_with(apply, &[]);
    let yes = Yes { tags: vec![digest(vin), digest(plate)], ..world.yes(id, 0) };
    world.attest_claim(id, 0, yes);
    id
}

fn plate(world: &World, plate: &str) -> UniqueName {
    world.get(UniqueName::id_of(NameKind::Plate, &digest(plate)))
}

fn vehicle(world: &World, id: ApplicationId) -> VehicleId {
    world.application(id).vehicle.unwrap()
}

#[test]
fn a_vehicle_has_one_application_that_is_verifying_and_outlives_it() {
    let mut world = World::new();
    let p = world.parties.clone();
    let first = vehicle_with(&mut world, "first", ("vin", "plate"));
    let apply = world.vehicle_apply("second", &[Kind::VehicleLicence, Kind::Policy]);
    let second = world.apply_with(apply, &[]);
    let yes = Yes { tags: vec![digest("vin"), digest("plate")], ..world.yes(second, 0) };
    let answer = world.yes_to(second, 0, yes.clone());
    assert_eq!(world.why(&p.traffic_police.key, answer), ["subject_exists vehicle_licence"]);
    world.attest_all(first);
    world.attest_claim(second, 0, yes);
    assert_eq!(vehicle(&world, first), vehicle(&world, second));
}

#[test]
fn a_known_vin_joins_and_its_owner_is_replaced_while_matters_go_on() {
    let mut world = World::new();
    let p = world.parties.clone();
    let first = vehicle_with(&mut world, "first", ("vin", "plate"));
    world.attest_all(first);
    let lorry = vehicle(&world, first);
    let open = violation(Subject::Vehicle(lorry), world.clock);
    world.send(&p.traffic_police.key, open);
    let sold = VehicleApply {
        owner: VehicleOwner::Organisation(p.other_enterprise.id),
        ..world.vehicle_apply("sold", &[Kind::VehicleLicence, Kind::Policy])
    };
    let sold = world.apply_with(sold, &[&p.other_enterprise.key]);
    let yes = Yes { tags: vec![digest("vin"), digest("new plate")], ..world.yes(sold, 0) };
    world.attest_claim(sold, 0, yes);
    let owner = |world: &World| world.vehicle(lorry).owner;
    assert_eq!(owner(&world), VehicleOwner::Organisation(p.enterprise.id));
    world.attest_all(sold);
    assert_eq!(owner(&world), VehicleOwner::Organisation(p.other_enterprise.id));
    assert_eq!(world.vehicle(lorry).dossier.matters.len(), 1);
    assert_eq!(world.vehicle(lorry).plate_tag, Some(digest("new plate")));
}

#[test]
fn a_plate_moves_to_the_vin_attested_last_and_the_event_names_both() {
    let mut world = World::new();
    let first = vehicle_with(&mut world, "first", ("vin one", "plate"));
    let old = vehicle(&world, first);
    assert_eq!(
        (plate(&world, "plate").target_id, plate(&world, "plate").moved_from),
        (old.0, None)
    );
    let second = vehicle_with(&mut world, "second", ("vin two", "plate"));
    let new = vehicle(&world, second);
    assert_ne!(old, new);
    let name = plate(&world, "plate");
    assert_eq!((name.target_id, name.moved_from), (new.0, Some(old)));
    assert_eq!(world.vehicle(old).plate_tag, None);
    assert_eq!(world.vehicle(new).plate_tag, Some(digest("plate")));
    let changes = world.memory.changes_at(world.memory.header().height);
    let events: Vec<_> = changes.iter().map(|change| change.event).collect();
    assert!(events.contains(&Event::NameMoved) && events.contains(&Event::PlateMoved));
}

#[test]
fn a_vehicle_that_has_another_plate_by_now_keeps_it_when_its_old_one_moves() {
    let mut world = World::new();
    let first = vehicle_with(&mut world, "first", ("vin one", "old plate"));
    world.attest_all(first);
    let replated = vehicle_with(&mut world, "replated", ("vin one", "new plate"));
    assert_eq!(vehicle(&world, first), vehicle(&world, replated));
    let second = vehicle_with(&mut world, "second", ("vin two", "old plate"));
    assert_eq!(world.vehicle(vehicle(&world, first)).plate_tag, Some(digest("new plate")));
    assert_eq!(world.vehicle(vehicle(&world, second)).plate_tag, Some(digest("old plate")));
    assert_eq!(plate(&world, "new plate").target_id, vehicle(&world, first).0);
}

#[test]
fn a_plate_attested_again_for_its_vehicle_does_not_move() {
    let mut world = World::new();
    let first = vehicle_with(&mut world, "first", ("vin", "plate"));
    world.attest_all(first);
    vehicle_with(&mut world, "again", ("vin", "plate"));
    assert_eq!(plate(&world, "plate").moved_from, None);
    assert_eq!(world.vehicle(vehicle(&world, first)).plate_tag, Some(digest("plate")));
}

#[test]
fn a_code_that_was_bound_to_no_vehicle_stays_with_its_person_alone() {
    let mut world = World::new();
    let driver = world.new_driver("driver", LIGHT);
    let code = world.code(driver.code);
    assert_eq!((code.current, code.trailer, code.of_vehicle), (None, None, None));
    let wanted = world.application(code.application).wanted;
    let none = CodeFor::Driver { vehicles: Vec::new(), operator: None };
    assert_eq!(wanted, chain::records::Wanted::Code(none));
}

/// A chain with records put over it, or a bucket that is full: what no short test reaches.
struct Disturbed<'a> {
    below: &'a Memory,
    records: BTreeMap<RecordKey, Stored>,
    filled: BTreeMap<u32, usize>,
}

impl Disturbed<'_> {
    /// Fills the bucket of a record.
    fn fill(&mut self, kind: RecordKind, id: RecordId, entries: usize) {
        let bucket = bucket_of(&RecordKey { kind, id }.state_key(), self.depth());
        self.filled.insert(bucket, entries);
    }
}

impl Records for Disturbed<'_> {
    fn header(&self) -> &Header {
        self.below.header()
    }

    fn chain(&self) -> Hash {
        self.below.chain()
    }

    fn record(&self, key: &RecordKey) -> Option<Stored> {
        self.records.get(key).cloned().or_else(|| self.below.record(key))
    }
}

impl View for Disturbed<'_> {
    fn header_hash(&self) -> Hash {
        self.below.header_hash()
    }

    fn depth(&self) -> u8 {
        self.below.depth()
    }

    fn bucket(&self, index: u32) -> Vec<(Hash, Hash)> {
        let mut bucket = self.below.bucket(index);
        if let Some(entries) = self.filled.get(&index) {
            bucket.resize(*entries, (Hash([255; 32]), Hash::ZERO));
        }
        bucket
    }

    fn tree_node(&self, level: u8, index: u32) -> Hash {
        self.below.tree_node(level, index)
    }

    fn history_node(&self, level: u8, index: u64) -> Hash {
        self.below.history_node(level, index)
    }

    fn due(&self, until: Time, limit: usize) -> Vec<(Time, RecordKey)> {
        self.below.due(until, limit)
    }

    fn is_recent(&self, valid_until: Time, id: &TransactionId) -> bool {
        self.below.is_recent(valid_until, id)
    }
}

/// What becomes of the last yes of an application over a disturbed chain.
fn last_yes(world: &mut World, disturb: impl Fn(&mut Disturbed<'_>, CodeId)) -> Outcome {
    let id = world.applied("driver", LIGHT);
    world.attest_as_usual(id, 1);
    let code = CodeId::made_by(world.application(id).made_by);
    let yes = world.yes(id, 0);
    let (attester, answer) = (world.asked(id, 0), world.yes_to(id, 0, yes));
    let checked = [Some(world.sign(&attester, answer))];
    let mut view =
        Disturbed { below: &world.memory, records: BTreeMap::new(), filled: BTreeMap::new() };
    disturb(&mut view, code);
    executed_over(&view, world.clock, &checked)
}

/// What becomes of the one transaction of a block over a disturbed chain.
fn executed_over(view: &Disturbed<'_>, at: Time, checked: &[Option<Checked>]) -> Outcome {
    let ordered =
        Ordered { payload_hash: Hash::ZERO, proposed_ms: at, config_no: 0, transactions: checked };
    let executed = execute(view, &ordered);
    let refused = matches!(executed.receipts[0].outcome, Outcome::Refused { .. });
    assert_eq!(refused, executed.changes.is_empty());
    executed.receipts[0].outcome.clone()
}

#[test]
fn a_code_id_that_is_taken_refuses_the_last_yes() {
    let mut world = World::new();
    let other = world.new_driver("other", LIGHT);
    let key_of = |id: CodeId| RecordKey { kind: RecordKind::Code, id: id.record() };
    let taken = world.memory.record(&key_of(other.code)).unwrap();
    let outcome = last_yes(&mut world, |view, code| {
        view.records.insert(key_of(code), taken.clone());
    });
    let Outcome::Refused { reasons } = outcome else { panic!("refused") };
    assert_eq!(reasons[0].code, RefusalCode::CodeIdTaken);
}

#[test]
fn a_record_whose_bucket_is_full_is_not_made() {
    let outcome = last_yes(&mut World::new(), |view, _| {
        view.filled = (0..1 << view.depth()).map(|bucket| (bucket, BUCKET_ENTRIES)).collect();
    });
    let Outcome::Refused { reasons } = outcome else { panic!("refused") };
    assert_eq!(reasons[0].code, RefusalCode::BucketFull);
    let undisturbed = last_yes(&mut World::new(), |_, _| {});
    assert!(matches!(undisturbed, Outcome::Executed { .. }));
}

/// The ids of a name, a code and a key do not follow from the nonce of who sends the last yes.
#[test]
fn a_full_bucket_keeps_out_nobody_who_cannot_choose_the_id() {
    let mut world = World::new();
    let id = world.applied("driver", LIGHT);
    let tag = world.yes(id, 0).tags[0];
    let name = UniqueName::id_of(NameKind::Identity, &tag);
    let own_key = RegisteredKey::id_of(&key("driver").public());
    let outcome = |of_key: usize| {
        let mut world = World::new();
        // With other nonces no other record falls into one of these buckets.
        world.fresh();
        last_yes(&mut world, |view, code| {
            view.fill(RecordKind::UniqueName, name, BUCKET_VERIFIED - 1);
            view.fill(RecordKind::Code, code.record(), BUCKET_VERIFIED - 1);
            view.fill(RecordKind::RegisteredKey, own_key, of_key);
        })
    };
    let allowed = outcome(BUCKET_CHOSEN - 1);
    assert!(matches!(allowed, Outcome::Executed { .. }), "{allowed:?}");
    let Outcome::Refused { reasons } = outcome(BUCKET_CHOSEN) else { panic!("refused") };
    assert_eq!(reasons[0].code, RefusalCode::BucketFull, "another key can be taken");
}

#[test]
fn an_interface_is_applied_for_however_full_its_bucket_is() {
    let mut world = World::new();
    let insurer = world.parties.insurer.clone();
    let interface = InterfaceKind::VerificationAndExchange;
    let request = world.usual_request(interface);
    let checked = [Some(world.sign(&insurer.key, request))];
    let mut view =
        Disturbed { below: &world.memory, records: BTreeMap::new(), filled: BTreeMap::new() };
    let id = Interface::id_of(insurer.id, interface);
    view.fill(RecordKind::Interface, id, BUCKET_VERIFIED - 1);
    let outcome = executed_over(&view, world.clock, &checked);
    assert!(matches!(outcome, Outcome::Executed { .. }), "{outcome:?}");
}

/// An id that follows from the sponsor's own nonce is bounded; that of what attesters issued is not.
#[test]
fn an_erasure_of_what_led_to_nothing_does_not_fill_a_bucket_and_that_of_a_code_finds_its_place() {
    for issued in [true, false] {
        let mut world = World::new();
        let sponsor = world.parties.enterprise.key.clone();
        let application = if issued {
            let driver = world.new_driver("driver", LIGHT);
            world.send(&driver.key, CodeCancel { code: driver.code, reason: word("plans") });
            world.code(driver.code).application
        } else {
            let application = world.applied("driver", LIGHT);
            world.send(&sponsor, ApplicationWithdraw { application });
            application
        };
        let (kind, digest) = (ErasureKind::Erased, Hash::of(b"protocol"));
        let publish = world.sign(&sponsor, ErasurePublish { application, kind, digest });
        let mut view =
            Disturbed { below: &world.memory, records: BTreeMap::new(), filled: BTreeMap::new() };
        view.fill(RecordKind::Erasure, Erasure::id_of(application).0, BUCKET_ENTRIES);
        let outcome = executed_over(&view, world.clock, &[Some(publish)]);
        match outcome {
            Outcome::Executed { .. } => assert!(issued),
            Outcome::Refused { reasons } => {
                assert_eq!((issued, reasons[0].code), (false, RefusalCode::BucketFull));
            }
        }
    }
}
