// SPDX-License-Identifier: Apache-2.0
//! True proofs pass; every forgery is refused, and so is a change of any digit or letter.

use crate::common::scene::{Scene, scene};
use crate::common::*;
use chain::ids::Height;
use chain::proof::{Proof, Proven, colour, verify};
use chain::records::{Colour, Standing};
use chain::{Header, Time};

fn check(scene: &Scene, proof: &Proof) -> Proven {
    verify(proof, &scene.header(), scene.depth()).unwrap()
}

/// A proof as it is after a trip through its file.
fn through_json(proof: &Proof) -> Proof {
    serde_json::from_str(&serde_json::to_string(proof).unwrap()).unwrap()
}

#[test]
fn true_proofs_pass_also_after_a_trip_through_json() {
    let scene = scene();
    for (name, proof) in scene.proofs() {
        let proven = check(&scene, &through_json(&proof));
        let shown = match &proven {
            Proven::Transaction { height, .. } => ("transaction", *height, None),
            Proven::Present { until: None, version, .. } => ("present", version.since, None),
            Proven::Present { until, version, .. } => ("replaced", version.since, *until),
            Proven::Absent { before: None, .. } => ("absent", Height(0), None),
            Proven::Absent { before, .. } => ("later", Height(0), *before),
        };
        let expected = match name {
            "transaction with a statement" => ("transaction", Height(2), None),
            "first transaction of three" | "refused transaction" => {
                ("transaction", Height(4), None)
            }
            "present code" => ("present", Height(4), None),
            "present organisation" => ("present", Height(5), None),
            "present parameters" | "present key" => ("present", Height(0), None),
            "replaced code" => ("replaced", Height(3), Some(Height(4))),
            "replaced organisation" => ("replaced", Height(0), Some(Height(5))),
            "absent person" => ("absent", Height(0), None),
            "later code" => ("later", Height(0), Some(Height(3))),
            "later matter" => ("later", Height(0), Some(Height(4))),
            other => panic!("{other} is not expected"),
        };
        assert_eq!(shown, expected, "{name}");
    }
}

/// Which heights, of 0 to one above the anchor, each proof answers for.
#[test]
fn a_proof_answers_for_its_own_heights_alone() {
    let scene = scene();
    for (name, heights) in [
        ("transaction with a statement", 2..=2),
        ("present code", 4..=7),
        ("replaced code", 3..=3),
        ("replaced organisation", 0..=4),
        ("absent person", 0..=7),
        ("later code", 0..=2),
    ] {
        let proven = check(&scene, &scene.proof(name));
        for at in 0..=8 {
            let answers = proven.answers(Height(at), &scene.header());
            assert_eq!(answers, heights.contains(&at), "{name} at {at}");
        }
    }
}

/// For each height the chain's own proof answers, and shows what stood then.
#[test]
fn every_height_of_a_record_has_a_proof_that_answers_for_it() {
    let scene = scene();
    for key in [scene.code, scene.matter, scene.unknown] {
        for at in 0..=7 {
            let proven = check(&scene, &scene.record_at(&key, at));
            assert!(proven.answers(Height(at), &scene.header()), "{key:?} at {at}");
        }
    }
}

/// The colour of the code, which is yellow since block 4 and red from `settle_by` on.
#[test]
fn a_colour_is_known_from_the_headers_time_until_the_next_change() {
    let scene = scene();
    let header = scene.header();
    let present = check(&scene, &scene.proof("present code"));
    let (now, due) = (header.time_ms, scene.settle_by);
    for (at, expected) in [
        (Time(now.0 - 1), None),
        (now, Some((Standing::Issued, Some(Colour::Yellow)))),
        (Time(due.0 - 1), Some((Standing::Issued, Some(Colour::Yellow)))),
        (due, None),
        (due.plus(1), None),
    ] {
        assert_eq!(colour(&present, &header, at), expected, "{at}");
    }
}

#[test]
fn a_colour_turns_red_at_settle_by_once_a_block_says_so() {
    let mut scene = scene();
    scene.world.pass_to(scene.settle_by);
    let header = scene.header();
    let proof = scene.record_at(&scene.code, header.height.0);
    let proven = verify(&proof, &header, scene.depth()).unwrap();
    let red = Some((Standing::Issued, Some(Colour::Red)));
    assert_eq!(colour(&proven, &header, header.time_ms), red);
    assert_eq!(header.time_ms, scene.settle_by);
    assert_eq!(colour(&proven, &header, scene.settle_by.plus(400 * DAY)), red);
}

#[test]
fn only_a_code_that_still_stands_has_a_colour() {
    let scene = scene();
    let header = scene.header();
    for name in ["replaced code", "present organisation", "absent person", "later code"] {
        let proven = check(&scene, &scene.proof(name));
        assert_eq!(colour(&proven, &header, header.time_ms), None, "{name}");
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
            if symbol.is_ascii_lowercase() {
                let mut upper = shown.clone();
                upper.replace_range(at..at + 1, &symbol.to_ascii_uppercase().to_string());
                let mut whole = value.clone();
                *whole.pointer_mut(&path).unwrap() = serde_json::Value::String(upper);
                out.push(whole.to_string());
            }
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
    let (header, depth): (Header, u8) = (scene.header(), scene.depth());
    for (name, proof) in scene.proofs() {
        let text = serde_json::to_string(&proof).unwrap();
        let all = mutations(&text);
        assert!(all.len() > 300, "{name}: {} mutations", all.len());
        for changed in all {
            let passes = serde_json::from_str::<Proof>(&changed)
                .is_ok_and(|proof| verify(&proof, &header, depth).is_ok());
            assert!(!passes, "{name}: {changed}");
        }
    }
}
