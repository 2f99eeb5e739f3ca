// SPDX-License-Identifier: Apache-2.0
//! A code's standing: suspensions laid and lifted one by one, and an end from which none comes back.

use crate::common::issue::*;
use crate::common::*;
use chain::Action;
use chain::actions::*;
use chain::ids::{CodeId, RecordId};
use chain::limits::SUSPENSIONS;
use chain::query::{StandingWord, code as ask};
use chain::records::{CertificateKind as Kind, CodeFor, Colour, Organisation, Standing, Subject};

fn suspend(code: CodeId, reason: &str) -> CodeSuspend {
    CodeSuspend { code, reason: word(reason) }
}

fn resume(code: CodeId, by: &Party, reason: &str) -> CodeResume {
    CodeResume { code, by: by.id, reason: word(reason) }
}

fn cancel(code: CodeId) -> CodeCancel {
    CodeCancel { code, reason: word("end") }
}

/// A code of nobody.
fn no_code() -> CodeId {
    CodeId::made_by(chain::TransactionId::default())
}

#[test]
fn suspensions_are_lifted_one_by_one_by_who_laid_them() {
    let mut world = World::new();
    let p = world.parties.clone();
    let code = world.new_driver("driver", LIGHT).code;
    world.send(&p.traffic_police.key, suspend(code, "drunk"));
    let suspended = world.code(code);
    assert_eq!((suspended.standing(), suspended.colour), (Standing::Suspended, None));
    assert_eq!(suspended.next_change_at, None);
    world.send(&p.traffic_police.key, suspend(code, "speed"));
    world.send(&p.transport.key, suspend(code, "drunk"));
    assert_eq!(world.code(code).suspensions.len(), 3);
    let again = world.why(&p.traffic_police.key, suspend(code, "drunk"));
    assert_eq!(again, ["already_exists reason"]);
    assert_eq!(
        world.why(&p.transport.key, resume(code, &p.traffic_police, "drunk")),
        ["not_allowed"]
    );
    assert_eq!(
        world.why(&p.transport.key, resume(code, &p.transport, "speed")),
        ["not_suspended reason"]
    );
    world.send(&p.transport.key, resume(code, &p.transport, "drunk"));
    world.send(&p.regulator.key, resume(code, &p.traffic_police, "speed"));
    let answer = ask(&world.memory, code, world.memory.now());
    assert_eq!((answer.standing, answer.colour), (StandingWord::Suspended, None));
    world.send(&p.traffic_police.key, resume(code, &p.traffic_police, "drunk"));
    let answer = ask(&world.memory, code, world.memory.now());
    assert_eq!((answer.standing, answer.colour), (StandingWord::Issued, Some(Colour::Blue)));
}

#[test]
fn regulators_and_authorities_suspend_and_nobody_else() {
    let mut world = World::new();
    let p = world.parties.clone();
    let driver = world.new_driver("driver", LIGHT);
    for other in [&p.insurer, &p.bank, &p.platform, &p.enterprise] {
        assert_eq!(world.why(&other.key, suspend(driver.code, "why")), ["not_allowed"]);
        let lift = resume(driver.code, &p.regulator, "why");
        assert_eq!(world.why(&other.key, lift), ["not_allowed"]);
    }
    assert_eq!(world.why(&driver.key, suspend(driver.code, "why")), ["not_allowed"]);
    assert_eq!(world.why(&p.regulator.key, suspend(no_code(), "why")), ["not_found code"]);
    world.send(&p.regulator.key, suspend(driver.code, "why"));
}

#[test]
fn a_code_has_at_most_eight_suspensions() {
    let mut world = World::new();
    let regulator = world.parties.regulator.key.clone();
    let code = world.new_driver("driver", LIGHT).code;
    for number in 0..SUSPENSIONS {
        world.send(&regulator, suspend(code, &format!("reason_{number}")));
    }
    assert_eq!(world.why(&regulator, suspend(code, "ninth")), ["too_many code"]);
    assert_eq!(
        world.why(&regulator, suspend(code, "reason_0")),
        ["already_exists reason", "too_many code"]
    );
}

#[test]
fn a_suspended_code_keeps_what_came_meanwhile() {
    let mut world = World::new();
    let p = world.parties.clone();
    let driver = world.new_driver("driver", LIGHT);
    world.send(&p.regulator.key, suspend(driver.code, "why"));
    let open = MatterOpen {
        subject: Subject::Person(driver.person),
        kind: chain::records::MatterKind::Violation,
        reference: digest("ticket"),
        points: 3,
        over_limit: false,
        occurred_at: START,
        settle_by: None,
    };
    world.send(&p.traffic_police.key, open);
    assert_eq!(world.colour(driver.code), None);
    world.wait(15 * DAY);
    world.send(&p.regulator.key, resume(driver.code, &p.regulator, "why"));
    assert_eq!(world.colour(driver.code), Some(Colour::Red));
}

#[test]
fn holder_regulator_and_identity_authority_cancel_a_drivers_code() {
    for name in ["driver", "regulator", "public_security"] {
        let mut world = World::new();
        let p = world.parties.clone();
        let lorry = world.new_vehicle("lorry", lorry(4_000));
        let driver = world.new_crew("driver", LIGHT, &[lorry]);
        for other in [&p.traffic_police, &p.transport, &p.insurer, &p.enterprise, &p.platform] {
            assert_eq!(world.why(&other.key, cancel(driver.code)), ["not_allowed"]);
        }
        let stranger = world.new_driver("stranger", LIGHT);
        assert_eq!(world.why(&stranger.key, cancel(driver.code)), ["not_allowed"]);
        world.send(&key(name), cancel(driver.code));
        let code = world.code(driver.code);
        assert_eq!((code.standing(), code.colour), (Standing::Cancelled, None));
        assert_eq!(code.cancelled_at, Some(world.memory.now()));
        assert_eq!((code.vehicles.len(), code.current, code.next_change_at), (0, None, None));
        assert_eq!(world.person(driver.person).code, None);
        let vehicle = world.vehicle(lorry);
        assert_eq!((vehicle.drivers.len(), vehicle.current_for.len()), (0, 0));
        let answer = ask(&world.memory, driver.code, world.memory.now());
        assert_eq!((answer.standing, answer.colour), (StandingWord::Cancelled, None));
    }
}

#[test]
fn an_enterprises_code_is_cancelled_by_itself_or_a_regulator() {
    for by_regulator in [true, false] {
        let mut world = World::new();
        let p = world.parties.clone();
        let apply = CodeApply {
            wanted: CodeFor::Enterprise(p.enterprise.id),
            holder_key: p.enterprise.key.public(),
            ..world.code_apply("enterprise", &[Kind::BusinessPermit])
        };
        let id = world.apply_with(apply, &[]);
        world.attest_all(id);
        let code = world.application(id).code.unwrap();
        assert_eq!(world.why(&p.public_security.key, cancel(code)), ["not_allowed"]);
        assert_eq!(world.why(&p.other_enterprise.key, cancel(code)), ["not_allowed"]);
        let by = if by_regulator { p.regulator.key } else { p.enterprise.key };
        world.send(&by, cancel(code));
        assert_eq!(world.code(code).standing(), Standing::Cancelled);
        assert_eq!(world.get::<Organisation>(p.enterprise.id.0).code, None);
    }
}

#[test]
fn the_holder_does_not_cancel_with_a_waybill_under_way_but_a_regulator_does() {
    let mut world = World::new();
    let p = world.parties.clone();
    let lorry = world.new_vehicle("lorry", lorry(4_000));
    let driver = world.new_crew("driver", LIGHT, &[lorry]);
    let waybill = world.under_way(&driver);
    assert_eq!(world.why(&driver.key, cancel(driver.code)), ["code_has_waybill code"]);
    world.send(&p.regulator.key, cancel(driver.code));
    assert_eq!(world.code(driver.code).waybills, [waybill]);
    assert_eq!(world.vehicle(lorry).under_way, [waybill]);
}

#[test]
fn a_cancelled_code_never_comes_back() {
    let mut world = World::new();
    let p = world.parties.clone();
    let lorry = world.new_vehicle("lorry", lorry(4_000));
    let driver = world.new_driver("driver", LIGHT);
    let code = driver.code;
    world.send(&p.regulator.key, suspend(code, "why"));
    world.send(&driver.key, cancel(code));
    let set = OperatorSet { code, operator: None, statements: Vec::new() };
    let bind = VehicleBind { code, vehicle: lorry, statements: Vec::new() };
    let actions: Vec<(&chain::keys::SecretKey, Action)> = vec![
        (&driver.key, cancel(code).into()),
        (&p.regulator.key, cancel(code).into()),
        (&p.regulator.key, suspend(code, "again").into()),
        (&p.regulator.key, resume(code, &p.regulator, "why").into()),
        (&driver.key, bind.into()),
        (&driver.key, VehicleUnbind { code, vehicle: lorry }.into()),
        (&driver.key, VehicleChoose { code, vehicle: None }.into()),
        (&driver.key, set.into()),
    ];
    for (key, action) in actions {
        assert_eq!(world.why(key, action.clone()), ["code_not_issued code"], "{action:?}");
    }
    assert_eq!(world.code(code).standing(), Standing::Cancelled);
}

#[test]
fn a_code_that_was_never_issued_is_unknown() {
    let mut world = World::new();
    let regulator = world.parties.regulator.key.clone();
    let answer = ask(&world.memory, no_code(), world.memory.now());
    assert_eq!(
        (answer.standing, answer.colour, answer.record),
        (StandingWord::Unknown, None, None)
    );
    assert_eq!(world.why(&regulator, cancel(no_code())), ["not_found code"]);
    assert_ne!(no_code().record(), RecordId::default());
}
