// SPDX-License-Identifier: Apache-2.0
//! True proofs pass; every forgery is refused, and so is a change of any digit or letter.

#![allow(clippy::unwrap_used)]

mod common;

use chain::actions::{MatterOpen, OrganisationEnd, ParameterSet};
use chain::ids::{Height, OrganisationId, RecordId, TransactionId};
use chain::proof::{Proof, ProofError, Proven, Shows, record_at, transaction, verify};
use chain::records::{MatterKind, ParameterName, RecordKey, RecordKind, Subject};
use chain::{Hash, Header, Records};
use common::*;

struct Scene {
    world: World,
    /// An organisation that gets a matter in block 3.
    key: RecordKey,
    transaction: TransactionId,
}

fn scene() -> Scene {
    let mut world = World::new();
    let enterprise = world.parties.enterprise.id;
    let regulator = world.parties.regulator.key.clone();
    world.block(&[]);
    let set = ParameterSet {
        name: ParameterName::Corrections,
        value: 7,
        from: world.clock.plus(3 * DAY),
    };
    world.send(&regulator, set);
    let open = MatterOpen {
        subject: Subject::Organisation(enterprise),
        kind: MatterKind::Other,
        reference: Hash::of(b"file"),
        points: 0,
        over_limit: false,
        occurred_at: world.memory.now(),
        settle_by: None,
    };
    let transaction = world.send(&regulator, open);
    let other = world.parties.other_enterprise.id;
    world.send(&regulator, OrganisationEnd { organisation: other, reason: word("closed") });
    world.block(&[]);
    let key = RecordKey { kind: RecordKind::Organisation, id: enterprise.0 };
    Scene { world, key, transaction }
}

impl Scene {
    fn header(&self) -> Header {
        self.world.memory.header().clone()
    }

    fn check(&self, proof: &Proof) -> Result<Proven, ProofError> {
        verify(proof, &self.header(), self.world.genesis.depth)
    }

    fn proofs(&self) -> Vec<(&'static str, Proof)> {
        let state = &self.world.memory;
        let newest = state.header().height;
        let unknown = RecordKey { kind: RecordKind::Person, id: RecordId([3; 16]) };
        let made = RecordId::made_by(self.transaction, 0);
        let matter = RecordKey { kind: RecordKind::Matter, id: made };
        vec![
            ("transaction", transaction(state, &self.transaction).unwrap()),
            ("present", record_at(state, &self.key, newest).unwrap()),
            ("replaced", record_at(state, &self.key, Height(1)).unwrap()),
            ("absent", record_at(state, &unknown, newest).unwrap()),
            ("later", record_at(state, &matter, Height(1)).unwrap()),
        ]
    }
}

#[test]
fn true_proofs_pass_also_after_a_trip_through_json() {
    let scene = scene();
    for (name, proof) in scene.proofs() {
        let text = serde_json::to_string(&proof).unwrap();
        let back: Proof = serde_json::from_str(&text).unwrap();
        let proven = scene.check(&back).unwrap();
        match (name, proven) {
            ("transaction", Proven::Transaction { height, .. }) => assert_eq!(height, Height(3)),
            ("present", Proven::Present { until, version, .. }) => {
                assert_eq!((until, version.since), (None, Height(3)));
            }
            ("replaced", Proven::Present { until, version, .. }) => {
                assert_eq!((until, version.since), (Some(Height(3)), Height(0)));
            }
            ("absent", Proven::Absent { before, .. }) => assert_eq!(before, None),
            ("later", Proven::Absent { before, .. }) => assert_eq!(before, Some(Height(3))),
            (name, other) => panic!("{name}: {other:?}"),
        }
    }
}

/// Every digit and letter of every value changed, one at a time.
fn mutations(text: &str) -> Vec<String> {
    let value: serde_json::Value = serde_json::from_str(text).unwrap();
    let mut out = Vec::new();
    let mut paths = Vec::new();
    leaves(&value, String::new(), &mut paths);
    for path in paths {
        let leaf = value.pointer(&path).unwrap();
        let (shown, quoted) = match leaf {
            serde_json::Value::String(text) => (text.clone(), true),
            serde_json::Value::Number(number) => (number.to_string(), false),
            serde_json::Value::Bool(flag) => {
                let mut other = value.clone();
                *other.pointer_mut(&path).unwrap() = serde_json::Value::Bool(!flag);
                out.push(other.to_string());
                continue;
            }
            _ => continue,
        };
        for (at, symbol) in shown.char_indices().filter(|(_, c)| c.is_ascii_alphanumeric()) {
            let other = match symbol {
                '0'..='8' => char::from(symbol as u8 + 1),
                '9' => '0',
                'a'..='e' => char::from(symbol as u8 + 1),
                'f' => '0',
                'z' => 'a',
                'Z' => 'A',
                _ => char::from(symbol as u8 + 1),
            };
            let mut changed = shown.clone();
            changed.replace_range(at..at + 1, &other.to_string());
            let mut whole = value.clone();
            *whole.pointer_mut(&path).unwrap() = if quoted {
                serde_json::Value::String(changed)
            } else {
                match serde_json::from_str(&changed) {
                    Ok(number) => number,
                    Err(_) => continue,
                }
            };
            out.push(whole.to_string());
        }
    }
    out
}

fn leaves(value: &serde_json::Value, path: String, out: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(fields) => {
            for (name, inner) in fields {
                leaves(inner, format!("{path}/{name}"), out);
            }
        }
        serde_json::Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                leaves(inner, format!("{path}/{index}"), out);
            }
        }
        _ => out.push(path),
    }
}

#[test]
fn a_change_of_any_digit_or_letter_in_any_value_is_refused() {
    let scene = scene();
    for (name, proof) in scene.proofs() {
        let text = serde_json::to_string(&proof).unwrap();
        let all = mutations(&text);
        assert!(all.len() > 300, "{name}: {} mutations", all.len());
        for changed in all {
            let passes = serde_json::from_str::<Proof>(&changed)
                .is_ok_and(|proof| scene.check(&proof).is_ok());
            assert!(!passes, "{name}: {changed}");
        }
    }
}

#[test]
fn forgeries_are_refused() {
    let scene = scene();
    let proofs: std::collections::BTreeMap<_, _> = scene.proofs().into_iter().collect();
    let header = scene.header();
    let depth = scene.world.genesis.depth;
    let present = &proofs["present"];
    assert!(verify(present, &header, depth + 1).is_err(), "another depth");
    let mut earlier = scene.world.memory.clone();
    earlier.run(earlier.now().plus(1), &[]);
    assert!(verify(present, earlier.header(), depth).is_err(), "another header");
    for (name, proof) in &proofs {
        for shorten in [true, false] {
            let mut text = serde_json::to_value(proof).unwrap();
            change_paths(&mut text, shorten);
            let forged: Proof = serde_json::from_value(text).unwrap();
            assert!(scene.check(&forged).is_err(), "{name}: paths, shortened: {shorten}");
        }
    }
    let (Shows::Present { record, bucket }, Shows::Replaced { record: old, successor }) =
        (present.shows.clone(), proofs["replaced"].shows.clone())
    else {
        panic!("kinds of proofs");
    };
    let with = |shows| Proof { shows, ..present.clone() };
    let version = &record.version;
    let claimed_absent =
        Shows::Absent { key: version.key(), bucket: bucket.clone() };
    assert_eq!(scene.check(&with(claimed_absent)), Err(ProofError::There));
    let old_as_current = Shows::Present { record: old, bucket: bucket.clone() };
    assert_eq!(scene.check(&with(old_as_current)), Err(ProofError::NotThere));
    let current_as_old = Shows::Replaced { record: record.clone(), successor: successor.clone() };
    assert_eq!(scene.check(&with(current_as_old)), Err(ProofError::Successor));
    let second_as_first = Shows::Later { first: successor };
    assert_eq!(scene.check(&with(second_as_first)), Err(ProofError::Change));
    let Shows::Absent { bucket: elsewhere, .. } = proofs["absent"].shows.clone() else {
        panic!("kinds of proofs");
    };
    assert!(scene.check(&with(Shows::Present { record, bucket: elsewhere })).is_err());
}

fn change_paths(value: &mut serde_json::Value, shorten: bool) {
    match value {
        serde_json::Value::Object(fields) => {
            for (name, inner) in fields {
                match inner {
                    serde_json::Value::Array(path) if name.ends_with("path") => {
                        if shorten && path.pop().is_some() {
                            continue;
                        }
                        path.push(serde_json::Value::String("00".repeat(32)));
                    }
                    inner => change_paths(inner, shorten),
                }
            }
        }
        serde_json::Value::Array(items) => {
            items.iter_mut().for_each(|inner| change_paths(inner, shorten));
        }
        _ => {}
    }
}

#[test]
fn an_organisation_id_is_its_records() {
    let scene = scene();
    let id = OrganisationId(scene.key.id);
    assert_eq!(scene.world.parties.enterprise.id, id);
}
