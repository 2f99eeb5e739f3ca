// SPDX-License-Identifier: Apache-2.0
//! What a node witnesses of the chain's state, what a holder makes of it, and that nothing else passes.

use crate::common::issue::*;
use crate::common::showing::*;
use crate::common::*;
use chain::actions::*;
use chain::ids::*;
use chain::keys::{PublicKey, SecretKey};
use chain::query::{
    Difference, NotShown, OperatorState, Present, StandingWord, facts_of_code,
    facts_of_organisation, since_shown,
};
use chain::records::organisation::OrganisationKind;
use chain::records::{Colour, Custody, Subject};
use chain::shown::*;
use chain::{Hash, Records, Time, TransactionId};
use proptest::prelude::*;

const HOUR: u64 = 3_600 * SECOND;

fn shows_of(facts: &Facts) -> (CodeState, OperatorState, KeyCustody) {
    match facts.shows {
        ShownWhat::Code { state, operator, custody, .. } => (state, operator, custody),
        ShownWhat::Organisation { .. } => panic!("a code is shown"),
    }
}

#[test]
fn the_facts_of_a_code_are_what_the_chain_says_of_it() {
    let mut world = World::new();
    let driver = world.new_driver("driver", LIGHT);
    let facts = facts_of_code(&world.memory, driver.code, None).unwrap();
    let header = world.memory.header();
    assert_eq!(facts.chain_tag, ChainTag::of(&world.genesis.chain_id()));
    assert_eq!((facts.height, facts.as_of), (header.height, header.time_ms));
    assert_eq!(facts.key, driver.key.public());
    assert_eq!(facts.valid_until, facts.as_of.plus(24 * HOUR), "nothing changes by itself");
    let usual = (CodeState::Blue, OperatorState::None, KeyCustody::Device);
    assert_eq!(shows_of(&facts), usual);
    let same = facts_of_code(&world.memory, driver.code, Some(driver.key.public()));
    assert_eq!(same, Ok(facts));
}

#[test]
fn facts_hold_no_longer_than_the_colour_may_by_itself() {
    let mut world = World::new();
    let driver = world.new_driver("driver", LIGHT);
    world.open_violation(Subject::Person(driver.person), 3);
    let settle_by = world.matter(Subject::Person(driver.person)).settle_by;
    let yellow = facts_of_code(&world.memory, driver.code, None).unwrap();
    assert_eq!(shows_of(&yellow).0, CodeState::Yellow);
    assert_eq!(yellow.valid_until, yellow.as_of.plus(24 * HOUR));
    world.pass_to(Time(settle_by.0 - HOUR));
    let yellow = facts_of_code(&world.memory, driver.code, None).unwrap();
    assert_eq!((shows_of(&yellow).0, yellow.valid_until), (CodeState::Yellow, settle_by));
    world.pass_to(settle_by);
    let red = facts_of_code(&world.memory, driver.code, None).unwrap();
    assert_eq!((shows_of(&red).0, red.as_of), (CodeState::Red, settle_by));
}

#[test]
fn a_code_without_colour_shows_its_standing() {
    let mut world = World::new();
    let driver = world.new_driver("driver", LIGHT);
    let regulator = world.parties.regulator.key.clone();
    world.send(&regulator, CodeSuspend { code: driver.code, reason: word("checked") });
    let facts = facts_of_code(&world.memory, driver.code, None).unwrap();
    assert_eq!(shows_of(&facts).0, CodeState::Suspended);
    assert_eq!(facts.shows.displayed(), None);
    world.send(&driver.key, CodeCancel { code: driver.code, reason: word("left") });
    let facts = facts_of_code(&world.memory, driver.code, None).unwrap();
    assert_eq!(shows_of(&facts).0, CodeState::Cancelled);
}

#[test]
fn an_enterprise_shows_its_code_and_its_badge_by_its_own_keys() {
    let mut world = World::new();
    let code = world.enterprise_code();
    let enterprise = world.parties.enterprise.clone();
    let key = enterprise.key.public();
    let facts = facts_of_code(&world.memory, code, Some(key)).unwrap();
    assert_eq!(shows_of(&facts).2, KeyCustody::Organisation);
    let badge = facts_of_organisation(&world.memory, enterprise.id, key).unwrap();
    let shows = ShownWhat::Organisation { id: enterprise.id, kind: OrganisationKind::Enterprise };
    assert_eq!(badge.shows, shows);
    assert_eq!(badge.valid_until, badge.as_of.plus(24 * HOUR));
}

#[test]
fn only_a_key_in_force_of_the_holder_is_witnessed() {
    let mut world = World::new();
    let p = world.parties.clone();
    let driver = world.new_driver("driver", LIGHT);
    let ask = |world: &World, key: &SecretKey| {
        facts_of_code(&world.memory, driver.code, Some(key.public()))
    };
    assert_eq!(ask(&world, &p.enterprise.key), Err(NotShown::KeyNotHeld));
    let (new, custody) = (key("new"), Custody::Platform(p.platform.id));
    let register = PersonKeyRegister {
        person: driver.person,
        key: new.public(),
        custody,
        statements: Vec::new(),
    };
    let stated = world.stated(register, &[&new]);
    world.send(&p.public_security.key, stated);
    assert_eq!(ask(&world, &driver.key), Err(NotShown::KeyNotHeld), "the lost one");
    assert_eq!(shows_of(&ask(&world, &new).unwrap()).2, KeyCustody::Platform);
    let badge = |key: &SecretKey, id| facts_of_organisation(&world.memory, id, key.public());
    assert_eq!(badge(&new, p.bank.id), Err(NotShown::KeyNotHeld));
    assert!(badge(&p.bank.key, p.bank.id).is_ok());
}

#[test]
fn what_there_is_not_is_not_witnessed() {
    let mut world = World::new();
    let p = world.parties.clone();
    let nobody = CodeId::made_by(TransactionId(Hash::of(b"nobody")));
    assert_eq!(facts_of_code(&world.memory, nobody, None), Err(NotShown::Unknown));
    let none = OrganisationId(RecordId([7; 16]));
    let badge = |world: &World, id| facts_of_organisation(&world.memory, id, p.bank.key.public());
    assert_eq!(badge(&world, none), Err(NotShown::Unknown));
    world.send(
        &p.regulator.key,
        OrganisationEnd { organisation: p.bank.id, reason: word("closed") },
    );
    assert_eq!(badge(&world, p.bank.id), Err(NotShown::Unknown), "its registration has ended");
}

#[test]
fn what_changed_since_is_told_by_name() {
    let mut world = World::new();
    let p = world.parties.clone();
    let driver = world.new_driver("driver", LIGHT);
    let facts = facts_of_code(&world.memory, driver.code, None).unwrap();
    let since = |world: &World| since_shown(&world.memory, &facts);
    let (present, differences) = since(&world);
    assert_eq!(differences, []);
    let Present::Code { standing, colour, displayed, operator, .. } = present else {
        panic!("a code was shown")
    };
    assert_eq!((standing, operator), (StandingWord::Issued, OperatorState::None));
    assert_eq!((colour, displayed), (Some(Colour::Blue), Some(Colour::Blue)));
    world.open_violation(Subject::Person(driver.person), 3);
    assert_eq!(since(&world).1, [Difference::Colour]);
    world.send(&p.regulator.key, CodeSuspend { code: driver.code, reason: word("checked") });
    assert_eq!(since(&world).1, [Difference::Standing, Difference::Colour]);
    let new = key("new");
    let register = PersonKeyRegister {
        person: driver.person,
        key: new.public(),
        custody: Custody::Device,
        statements: Vec::new(),
    };
    let stated = world.stated(register, &[&new]);
    world.send(&p.public_security.key, stated);
    let all = [Difference::Standing, Difference::Colour, Difference::Key];
    assert_eq!(since(&world).1, all);
}

#[test]
fn a_badge_tells_when_its_organisation_or_key_is_gone() {
    let mut world = World::new();
    let p = world.parties.clone();
    let facts = facts_of_organisation(&world.memory, p.bank.id, p.bank.key.public()).unwrap();
    let kind = Some(OrganisationKind::Bank);
    let admitted = Present::Organisation { kind, admitted: true };
    assert_eq!(since_shown(&world.memory, &facts), (admitted, vec![]));
    world.send(
        &p.regulator.key,
        OrganisationEnd { organisation: p.bank.id, reason: word("closed") },
    );
    let (present, differences) = since_shown(&world.memory, &facts);
    assert_eq!(present, Present::Organisation { kind, admitted: false });
    assert!(differences.contains(&Difference::Standing), "{differences:?}");
}

/// A key that is the world's only validator.
fn witness(world: &World) -> WitnessKey {
    WitnessKey::of(&world.genesis, &validator(1)).unwrap()
}

#[test]
fn what_a_validator_witnessed_and_the_holder_showed_is_verified() {
    let mut world = World::new();
    let driver = world.new_driver("driver", LIGHT);
    let facts = facts_of_code(&world.memory, driver.code, None).unwrap();
    let witnesses = vec![witness(&world).witness(&facts).unwrap()];
    let (chain, now) = (world.genesis.chain_id(), facts.as_of.plus(5 * SECOND));
    let shown = Witnessed { facts, witnesses }.show(&driver.key, &chain, now).unwrap();
    let text = shown.to_text().unwrap();
    let list = WitnessList::of(&world.genesis);
    let Verdict::Verified(verified) = verify(&text, &Scan::new(&list, now)) else {
        panic!("it is verified")
    };
    assert_eq!((verified.shown, verified.displayed), (shown, Some(Colour::Blue)));
    assert_eq!(verified.witnesses, [1]);
}

#[test]
fn observers_and_strangers_are_no_witnesses() {
    let mut genesis = genesis(&[]);
    assert!(WitnessKey::of(&genesis, &key("stranger")).is_none());
    assert!(WitnessKey::of(&genesis, &validator(1)).is_some());
    genesis.nodes[0].role = chain::genesis::NodeRole::Observer;
    assert!(WitnessKey::of(&genesis, &validator(1)).is_none());
    assert_eq!(WitnessList::of(&genesis).witnesses, []);
}

fn witnessed(by: &[u16]) -> Witnessed {
    let raw = Raw::of(&facts(blue())).by(by).bytes();
    Witnessed::from_bytes(&raw[..raw.len() - SHOWING_BYTES]).unwrap()
}

#[test]
fn witnesses_of_the_same_facts_are_joined() {
    let both = witnessed(&[3]).joined(witnessed(&[1])).unwrap();
    assert_eq!(both, witnessed(&[1, 3]));
    assert_eq!(both.clone().joined(witnessed(&[3])).unwrap(), both, "one that is there stays");
    let later = Facts { height: Height(1_235), ..facts(blue()) };
    let other = Witnessed { facts: later, witnesses: Vec::new() };
    assert_eq!(both.clone().joined(other), Err(ShowError::DifferentFacts));
    let all = both.joined(witnessed(&[2])).unwrap().joined(witnessed(&[4])).unwrap();
    let five = all.joined(witnessed(&[5]));
    assert_eq!(five, Err(ShowError::Malformed(Malformed::Witnesses)));
}

#[test]
fn facts_are_shown_by_their_key_on_their_chain_while_they_hold() {
    let show = |key: &SecretKey, chain: &Hash, now| witnessed(&[1]).show(key, chain, now);
    let (holder, chain) = (holder(), chain());
    assert_eq!(show(&key("another"), &chain, SHOWN_AT), Err(ShowError::ForeignKey));
    let other = Hash::of(b"another chain");
    assert_eq!(show(&holder, &other, SHOWN_AT), Err(ShowError::ForeignChain));
    assert_eq!(show(&holder, &chain, UNTIL), Err(ShowError::Expired(UNTIL)));
    let early = show(&holder, &chain, Time(AS_OF.0 - 30 * SECOND)).unwrap();
    assert_eq!(early.shown_at, AS_OF, "a clock behind the chain's is overtaken by it");
    let last = show(&holder, &chain, Time(UNTIL.0 - 1)).unwrap();
    assert_eq!(last.shown_at, Time(UNTIL.0 - 1));
}

#[test]
fn what_cannot_be_written_is_not() {
    let facts = facts(blue());
    let cases = [
        (Facts { height: Height(1 << 48), ..facts.clone() }, Malformed::Range),
        (Facts { as_of: Time(1 << 48), ..facts.clone() }, Malformed::Range),
        (Facts { valid_until: AS_OF, ..facts.clone() }, Malformed::Validity),
        (Facts { valid_until: AS_OF.plus(24 * HOUR + 1), ..facts.clone() }, Malformed::Validity),
    ];
    for (facts, why) in cases {
        assert_eq!(facts.to_bytes(), Err(why));
    }
    for witnesses in [vec![], vec![2, 1], vec![1, 1], vec![0]] {
        let signature = validator(1).sign(b"");
        let witnesses = witnesses.into_iter().map(|number| Witness { number, signature });
        let witnessed = Witnessed { facts: facts.clone(), witnesses: witnesses.collect() };
        assert_eq!(witnessed.to_bytes(), Err(Malformed::Witnesses));
    }
}

/// Any facts that can be written.
fn any_facts() -> impl Strategy<Value = Facts> {
    let code = (0_usize..5, 0_usize..3, 0_usize..3, any::<[u8; 32]>());
    let code = code.prop_map(|(state, operator, custody, seed)| ShownWhat::Code {
        id: CodeId::made_by(TransactionId(Hash(seed))),
        state: CodeState::ALL[state],
        operator: [OperatorState::Valid, OperatorState::Invalid, OperatorState::None][operator],
        custody: KeyCustody::ALL[custody],
    });
    let kinds = [OrganisationKind::Regulator, OrganisationKind::Platform, OrganisationKind::Bank];
    let badge = (0_usize..3, any::<[u8; 16]>()).prop_map(move |(kind, id)| {
        ShownWhat::Organisation { id: OrganisationId(RecordId(id)), kind: kinds[kind] }
    });
    let last = Time::LAST.0 - 24 * HOUR;
    let times = (0_u64..1 << 48, 0..=last, 1..=24 * HOUR);
    (prop_oneof![code, badge], times, any::<[u8; 4]>(), any::<[u8; 32]>()).prop_map(
        |(shows, (height, as_of, holds), tag, key)| Facts {
            chain_tag: ChainTag(tag),
            shows,
            height: Height(height),
            as_of: Time(as_of),
            valid_until: Time(as_of + holds),
            key: PublicKey::ed25519(key),
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn facts_are_read_back_as_they_were_written(facts in any_facts()) {
        let bytes = facts.to_bytes().unwrap();
        prop_assert_eq!(Facts::from_bytes(&bytes).unwrap(), facts.clone());
        let json = serde_json::to_string(&facts).unwrap();
        prop_assert_eq!(serde_json::from_str::<Facts>(&json).unwrap(), facts);
    }

    #[test]
    fn whatever_is_read_has_one_form(bytes in proptest::collection::vec(any::<u8>(), 0..480), by in 1_usize..5) {
        let numbers: Vec<u16> = (1..=by as u16).collect();
        let mut near = Raw::of(&facts(blue())).by(&numbers).bytes();
        for (place, byte) in bytes.iter().enumerate().take(3) {
            let at = usize::from(*byte) * (place + 1) % near.len();
            near[at] = bytes[bytes.len() - 1 - place];
        }
        for bytes in [bytes, near] {
            if let Ok(shown) = Shown::from_bytes(&bytes) {
                prop_assert_eq!(shown.to_bytes().unwrap(), bytes.clone());
                prop_assert_eq!(shown.to_text().unwrap(), text_of(&bytes));
            }
        }
    }

    #[test]
    fn no_text_makes_a_scanner_stumble(text in "\\PC{0,700}", symbols in "[0-9A-Z $%*+./:-]{0,700}") {
        let list = list();
        for text in [text.clone(), format!("DYM1:{text}"), format!("DYM1:{symbols}")] {
            prop_assert_eq!(verify(&text, &Scan::new(&list, SHOWN_AT)), Verdict::Unknown(Doubt::Malformed));
        }
    }

    #[test]
    fn one_bit_that_differs_is_noticed(place in 0_usize..204, bit in 0_u8..8) {
        let mut bytes = Raw::of(&facts(blue())).bytes();
        bytes[place] ^= 1 << bit;
        let verdict = verify(&text_of(&bytes), &Scan::new(&list(), SHOWN_AT));
        prop_assert!(matches!(verdict, Verdict::Unknown(_)), "{verdict:?}");
    }
}
