// SPDX-License-Identifier: Apache-2.0
//! What the modules of an enterprise show: its drivers, and its vehicles with those of its drivers, each once.

use crate::common::fleet::{Driver, lorry_class, trailer_class};
use crate::common::*;
use chain::actions::*;
use chain::ids::*;
use chain::query::modules::{VehiclePlace, driver, vehicles};
use chain::query::{VehicleOf, VehiclePage};
use chain::records::*;

/// The driver asks, and the other enterprise opens the account.
fn open(world: &mut World, driver: &Driver) -> AffiliationId {
    let enterprise = world.parties.other_enterprise.clone();
    let affiliation = Affiliation::id_of(enterprise.id, driver.code);
    let (code, statements) = (driver.code, Vec::new());
    world.send(&driver.key, AffiliationRequest { enterprise: enterprise.id, code, statements });
    let verdict = AffiliationVerdict::Approve;
    world.send(&enterprise.key, AffiliationReview { affiliation, verdict });
    world.send(&enterprise.key, AffiliationOpen { affiliation });
    affiliation
}

fn page(world: &World, of: OrganisationId, from: VehiclePlace, limit: usize) -> VehiclePage {
    vehicles(&world.memory, of, from, (limit, world.memory.now()), &|_| true)
}

/// All pages of so many.
fn all(world: &World, of: OrganisationId, limit: usize) -> Vec<VehicleOf> {
    let (mut found, mut from) = (Vec::new(), VehiclePlace::Owned(None));
    loop {
        let page = page(world, of, from, limit);
        assert!(page.items.len() <= limit);
        found.extend(page.items);
        match page.next {
            Some(next) => from = next,
            None => return found,
        }
    }
}

fn ids(found: &[VehicleOf]) -> Vec<VehicleId> {
    found.iter().map(|one| one.vehicle.id).collect()
}

/// A lorry with a trailer and two drivers, the first of whom has another lorry; one lorry of the other
/// enterprise.
struct Scene {
    world: World,
    lorry: VehicleId,
    trailer: VehicleId,
    second: VehicleId,
    own: VehicleId,
    drivers: [Driver; 2],
}

fn scene() -> Scene {
    let mut world = World::new();
    world.permit();
    let p = world.parties.clone();
    let (lorry, second) = (world.lorry(), world.lorry());
    let trailer = world.vehicle_of(trailer_class(10_000));
    let couple = TrailerCouple { vehicle: lorry, trailer, statements: Vec::new() };
    world.send(&p.enterprise.key, couple);
    let drivers = [world.driver_with(&[lorry, second]), world.driver_with(&[lorry])];
    let owner = (VehicleOwner::Organisation(p.other_enterprise.id), p.other_enterprise.key);
    let own = world.vehicle_owned("own", lorry_class(18_000), owner);
    Scene { world, lorry, trailer, second, own, drivers }
}

#[test]
fn vehicles_are_an_enterprises_own_then_those_of_its_drivers_each_once_on_whatever_pages() {
    let Scene { mut world, lorry, trailer, second, own, drivers } = scene();
    let of = world.parties.other_enterprise.id;
    assert_eq!(ids(&all(&world, of, 10)), [own]);
    for driver in &drivers {
        open(&mut world, driver);
    }
    for limit in 1..=5 {
        assert_eq!(ids(&all(&world, of, limit)), [own, lorry, trailer, second], "{limit}");
    }
    let [first, other] = drivers.map(|driver| driver.code);
    let drivers_of: Vec<Vec<CodeId>> =
        all(&world, of, 10).into_iter().map(|one| one.drivers).collect();
    let both = vec![first, other];
    assert_eq!(drivers_of, [vec![], both.clone(), both, vec![]]);
    // Whoever owns them all has no driver among these.
    let owner = world.parties.enterprise.id;
    let owned = all(&world, owner, 2);
    assert_eq!(ids(&owned), [lorry, second, trailer]);
    assert!(owned.iter().all(|one| one.drivers.is_empty()));
}

#[test]
fn vehicles_go_with_the_account_of_the_driver_who_brought_them() {
    let Scene { mut world, lorry, trailer, own, drivers, .. } = scene();
    let enterprise = world.parties.other_enterprise.clone();
    let affiliation = open(&mut world, &drivers[0]);
    open(&mut world, &drivers[1]);
    world.send(&enterprise.key, AffiliationEnd { affiliation, reason: word("plans") });
    let found = all(&world, enterprise.id, 1);
    assert_eq!(ids(&found), [own, lorry, trailer]);
    assert_eq!(found[1].drivers, [drivers[1].code]);
}

#[test]
fn a_filter_leaves_out_and_ends_no_page_early() {
    let Scene { mut world, trailer, drivers, .. } = scene();
    let of = world.parties.other_enterprise.id;
    for driver in &drivers {
        open(&mut world, driver);
    }
    let is_trailer = |one: &VehicleOf| one.vehicle.class().is_some_and(|class| class.trailer);
    let (from, most) = (VehiclePlace::Owned(None), (1, world.memory.now()));
    let page = vehicles(&world.memory, of, from, most, &is_trailer);
    assert_eq!(ids(&page.items), [trailer]);
}

#[test]
fn a_drivers_certificates_are_seen_while_the_account_is_open() {
    let Scene { mut world, drivers: [one, _], .. } = scene();
    let enterprise = world.parties.other_enterprise.clone();
    let id = Affiliation::id_of(enterprise.id, one.code);
    assert_eq!(driver(&world.memory, id, world.memory.now()), None);
    let (code, statements) = (one.code, Vec::new());
    world.send(&one.key, AffiliationRequest { enterprise: enterprise.id, code, statements });
    let seen = |world: &World| driver(&world.memory, id, world.memory.now()).expect("is there");
    let waits = seen(&world);
    assert!(!waits.is_opened() && waits.certificates.is_empty());
    assert_eq!(waits.code.colour, Some(Colour::Blue));
    let verdict = AffiliationVerdict::Approve;
    world.send(&enterprise.key, AffiliationReview { affiliation: id, verdict });
    assert!(seen(&world).certificates.is_empty());
    world.send(&enterprise.key, AffiliationOpen { affiliation: id });
    let opened = seen(&world);
    let held: Person = world.get(one.person.0);
    assert!(opened.is_opened() && opened.certificates == held.dossier.certificates);
    world.send(&one.key, AffiliationEnd { affiliation: id, reason: word("plans") });
    assert!(seen(&world).certificates.is_empty());
}
