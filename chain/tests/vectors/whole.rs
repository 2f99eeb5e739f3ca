// SPDX-License-Identifier: Apache-2.0
//! Whole proofs: true ones with what they show, forged ones with the reason, files that are none; and
//! the colours of codes at times.

use chain::ids::{Height, Time};
use chain::proof::{Proof, Proven, colour, verify};
use chain::records::code::{Code, Suspension};
use chain::records::{RecordValue, Summary};
use chain::{Hash, Header, Past};
use serde_json::{Value, json};

use crate::common::forgeries::{all, honest};
use crate::common::scene::{Scene, scene};
use crate::common::{SECOND, word};
use crate::golden::{bytes_of, keep};

/// What a verifier says of a true proof.
fn shown(proven: &Proven) -> Value {
    match proven {
        Proven::Transaction { height, transaction, receipt } => {
            json!({ "height": height, "transaction": transaction, "receipt": receipt })
        }
        Proven::Present { version, value, until } => {
            let value = serde_json::to_value(value.as_ref()).unwrap();
            json!({ "version": version, "value": value, "until": until })
        }
        Proven::Absent { key, before } => {
            json!({ "kind": key.kind, "id": hex::encode(key.id.0), "before": before })
        }
    }
}

/// The heights, up to one above the anchor, for which a proof answers.
fn heights(proven: &Proven, header: &Header) -> Vec<u64> {
    (0..=header.height.0 + 1).filter(|at| proven.answers(Height(*at), header)).collect()
}

fn truths(scene: &Scene) -> Vec<Value> {
    let header = scene.header();
    let of_scene = scene.proofs().into_iter().map(|(name, proof)| {
        let proven = verify(&proof, &header, scene.depth()).unwrap();
        let heights = heights(&proven, &header);
        json!({ "name": name, "proof": proof, "shows": shown(&proven), "heights": heights })
    });
    let of_tools = honest(scene).into_iter().enumerate().map(|(place, honest)| {
        let proven = verify(&honest.proof, &honest.header, honest.depth).unwrap();
        let heights = heights(&proven, &honest.header);
        json!({
            "name": format!("true proof {place} under a header of its own"),
            "header": honest.header, "proof": honest.proof, "shows": shown(&proven),
            "heights": heights,
        })
    });
    // A bucket with all 4,096 entries is tested, and too long to be kept.
    of_scene.chain(of_tools).filter(is_short).collect()
}

fn is_short(vector: &Value) -> bool {
    vector.to_string().len() < 40_000
}

fn forged(scene: &Scene) -> Vec<Value> {
    all()
        .into_iter()
        .map(|(name, forge, why)| {
            let forged = forge(scene);
            let refused = verify(&forged.proof, &forged.header, forged.depth).unwrap_err();
            assert_eq!(refused, why, "{name}");
            json!({
                "name": name.replace('_', " "), "header": forged.header, "depth": forged.depth,
                "proof": forged.proof, "reason": why.to_string(),
            })
        })
        .filter(is_short)
        .collect()
}

/// A true proof's file with one thing in it that no file has.
fn unreadable(scene: &Scene) -> Vec<Value> {
    let file = |name: &str| serde_json::to_value(scene.proof(name)).unwrap();
    let bent = |why: &str, name: &str, bend: &dyn Fn(&mut Value)| {
        let mut file = file(name);
        bend(&mut file);
        assert!(serde_json::from_value::<Proof>(file.clone()).is_err(), "{why}");
        json!({ "why": why, "file": file })
    };
    let upper = |value: &mut Value| *value = json!(value.as_str().unwrap().to_uppercase());
    let longer = |value: &mut Value| *value = json!(format!("{}00", value.as_str().unwrap()));
    let shorter = |value: &mut Value| {
        let text = value.as_str().unwrap();
        *value = json!(text[..text.len() - 1]);
    };
    vec![
        bent("a member that is not named", "present code", &|file| file["more"] = json!(1)),
        bent("a member in a part that is not named", "present code", &|file| {
            file["shows"]["present"]["record"]["more"] = json!(1);
        }),
        bent("a count in the file", "present code", &|file| file["depth"] = json!(10)),
        bent("two things shown", "present code", &|file| {
            file["shows"]["later"] = json!({});
        }),
        bent("a member that is missing", "present code", &|file| {
            file["shows"]["present"].as_object_mut().unwrap().remove("bucket");
        }),
        bent("no block, which would be null", "first transaction of three", &|file| {
            file["shows"]["transaction"].as_object_mut().unwrap().remove("block");
        }),
        bent("no block of a change, which would be null", "replaced organisation", &|file| {
            file["shows"]["replaced"]["successor"].as_object_mut().unwrap().remove("block");
        }),
        bent("a chain in upper case", "present code", &|file| upper(&mut file["chain"])),
        bent("a value in upper case", "present code", &|file| {
            upper(&mut file["shows"]["present"]["record"]["value"]);
        }),
        bent("a sibling in upper case", "present code", &|file| {
            upper(&mut file["shows"]["present"]["bucket"]["path"][0]);
        }),
        bent("half a byte", "present code", &|file| {
            shorter(&mut file["shows"]["present"]["bucket"]["bytes"]);
        }),
        bent("a version that goes on", "present code", &|file| {
            longer(&mut file["shows"]["present"]["record"]["version"]);
        }),
        bent("a receipt that goes on", "refused transaction", &|file| {
            longer(&mut file["shows"]["transaction"]["receipt"]);
        }),
        bent("a header that goes on", "replaced code", &|file| {
            longer(&mut file["shows"]["replaced"]["successor"]["block"]["header"]);
        }),
        bent("a change that goes on", "replaced code", &|file| {
            longer(&mut file["shows"]["replaced"]["successor"]["change"]);
        }),
        bent("a key of no kind", "absent person", &|file| {
            file["shows"]["absent"]["key"] = json!(format!("00{}", "03".repeat(16)));
        }),
        bent("a height as text", "present code", &|file| file["anchor"]["height"] = json!("7")),
    ]
}

#[test]
fn whole_proofs_are_as_the_vectors_say() {
    let scene = scene();
    let memory = &scene.world.memory;
    let headers: Vec<Header> =
        (0..=7).map(|height| memory.header_at(Height(height)).unwrap()).collect();
    let hashes: Vec<Hash> = headers.iter().map(Header::hash).collect();
    assert_eq!(headers.last(), Some(&scene.header()));
    keep(
        "proofs.json",
        &json!({
            "genesis": scene.world.genesis,
            "genesis_bytes": bytes_of(&scene.world.genesis),
            "headers": headers,
            "header_hashes": hashes,
            "trusted": scene.header(),
            "true": truths(&scene),
            "forged": forged(&scene),
            "unreadable": unreadable(&scene),
        }),
    );
}

fn sums(open: u32, earliest_settle_by: Option<Time>) -> Summary {
    let digest = Hash::of(&open.to_le_bytes());
    let (most_points, earliest_certificate_change) = (0, None);
    Summary { open, earliest_settle_by, most_points, earliest_certificate_change, digest }
}

/// Codes that differ in one thing: what it is, the code, and how far behind the header it is asked.
fn cases(scene: &Scene, now: Time) -> Vec<(&'static str, Code, Time)> {
    let base = Code { own: sums(0, None), next_change_at: None, ..scene.world.get(scene.code.id) };
    let (soon, later) = (now.plus(10 * SECOND), now.plus(20 * SECOND));
    let yellow = Code { own: sums(1, Some(later)), next_change_at: Some(later), ..base.clone() };
    let red = Code { own: sums(2, Some(now)), ..base.clone() };
    let by = scene.world.parties.regulator.id;
    let suspensions = vec![Suspension { by, reason: word("checked"), at: now }];
    let suspended = Code { suspensions, ..yellow.clone() };
    let cancelled = Code { cancelled_at: Some(now), ..suspended.clone() };
    let of_vehicle = Code { of_vehicle: Some(sums(1, Some(later))), ..base.clone() };
    let of_trailer = Code {
        of_vehicle: Some(sums(1, Some(later))),
        of_trailer: Some(sums(1, Some(soon))),
        ..base.clone()
    };
    let to_change = Code { next_change_at: Some(soon), ..base.clone() };
    vec![
        ("blue at the header's time", base.clone(), now),
        ("blue long after, with nothing to come", base.clone(), now.plus(1 << 40)),
        ("before the header's time", base, Time(now.0 - 1)),
        ("yellow at the header's time", yellow.clone(), now),
        ("yellow until the last millisecond", yellow.clone(), Time(later.0 - 1)),
        ("at next_change_at", yellow.clone(), later),
        ("after next_change_at", yellow, Time(later.0 + 1)),
        ("red from settle_by on, the header's time", red.clone(), now),
        ("red before the header's time", red, Time(now.0 - 1)),
        ("suspended has no colour", suspended.clone(), now),
        ("suspended at next_change_at", suspended, later),
        ("cancelled before suspended", cancelled, now),
        ("yellow by the vehicle", of_vehicle.clone(), now),
        ("the vehicle's millisecond before settle_by", of_vehicle.clone(), Time(later.0 - 1)),
        ("red by the vehicle at settle_by", of_vehicle, later),
        ("yellow before the trailer's settle_by", of_trailer.clone(), Time(soon.0 - 1)),
        ("red by the trailer at settle_by", of_trailer, soon),
        ("a certificate that changes soon, before", to_change.clone(), Time(soon.0 - 1)),
        ("a certificate that changes soon, then", to_change, soon),
    ]
}

#[test]
fn colours_follow_from_code_and_time_as_the_vectors_say() {
    let scene = scene();
    let header = scene.header();
    let version = scene.version(3);
    let vectors: Vec<Value> = cases(&scene, header.time_ms)
        .into_iter()
        .map(|(name, code, at)| {
            let value = code.into_value();
            let bytes = hex::encode(value.encode());
            let (version, value) = (version.clone(), Box::new(value));
            let proven = Proven::Present { version, value, until: None };
            let seen = colour(&proven, &header, at);
            json!({
                "name": name, "code": bytes, "header_time": header.time_ms, "at": at,
                "known": seen.is_some(),
                "standing": seen.map(|(standing, _)| standing),
                "colour": seen.and_then(|(_, colour)| colour),
            })
        })
        .collect();
    keep("colours.json", &Value::Array(vectors));
}
