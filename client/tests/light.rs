// SPDX-License-Identifier: Apache-2.0
//! A light client's answers follow from proof and header alone, and only to the question asked. The
//! proofs are those of `docs/vectors/proofs.json`.

#![allow(clippy::unwrap_used)]

use chain::ids::{CodeId, Height, TransactionId};
use chain::proof::{Proof, ProofError, Proven};
use chain::records::{Colour, RecordKey, RecordKind, Standing, Value};
use chain::{Genesis, Hash, Header, Time};
use client::{LightClient, LightError};
use serde_json::Value as Json;

struct Vectors {
    json: Json,
    light: LightClient,
    trusted: Header,
}

fn vectors() -> Vectors {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/vectors/proofs.json");
    let json: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let genesis: Genesis = serde_json::from_value(json["genesis"].clone()).unwrap();
    let trusted = serde_json::from_value(json["trusted"].clone()).unwrap();
    Vectors { light: LightClient::new(&genesis), trusted, json }
}

impl Vectors {
    fn proof(&self, name: &str) -> Proof {
        let all = self.json["true"].as_array().unwrap();
        let found = all.iter().find(|one| one["name"] == name).unwrap();
        serde_json::from_value(found["proof"].clone()).unwrap()
    }

    /// The record that a proof is about.
    fn key(&self, proof: &Proof) -> RecordKey {
        match self.light.check(proof, &self.trusted).unwrap() {
            Proven::Present { version, .. } => version.key(),
            Proven::Absent { key, .. } => key,
            other => panic!("{other:?} is about no record"),
        }
    }

    fn record(&self, name: &str, at: u64) -> Result<Option<Value>, LightError> {
        let proof = self.proof(name);
        let key = self.key(&proof);
        self.light.record(&proof, &self.trusted, (key, Height(at)))
    }
}

#[test]
fn a_record_has_its_value_at_the_heights_that_its_proof_reaches() {
    let vectors = vectors();
    let colour = |name, at| match vectors.record(name, at) {
        Ok(Some(Value::Code(code))) => code.colour,
        other => panic!("{name} at {at}: {other:?}"),
    };
    assert_eq!(colour("replaced code", 3), Some(Colour::Blue));
    assert_eq!(colour("present code", 4), Some(Colour::Yellow));
    assert_eq!(colour("present code", 7), Some(Colour::Yellow));
    for (name, at) in [("replaced code", 4), ("present code", 3), ("present code", 8)] {
        assert_eq!(vectors.record(name, at), Err(LightError::OtherHeight(Height(at))), "{name}");
    }
}

#[test]
fn a_record_is_absent_before_it_was_made_or_for_good() {
    let vectors = vectors();
    assert_eq!(vectors.record("later code", 2), Ok(None));
    assert_eq!(vectors.record("later code", 3), Err(LightError::OtherHeight(Height(3))));
    assert_eq!(vectors.record("absent person", 7), Ok(None));
}

#[test]
fn a_colour_follows_from_the_code_and_a_time_until_its_next_change() {
    let vectors = vectors();
    let proof = vectors.proof("present code");
    let Ok(Some(Value::Code(code))) = vectors.record("present code", 7) else {
        panic!("a code is there")
    };
    let ask = |at| vectors.light.colour(&proof, &vectors.trusted, (code.id, at));
    let now = vectors.trusted.time_ms;
    let next = code.next_change_at.unwrap();
    let yellow = Ok(Some((Standing::Issued, Some(Colour::Yellow))));
    assert_eq!(ask(now), yellow);
    assert_eq!(ask(Time(next.0 - 1)), yellow);
    for unknown in [next, Time(now.0 - 1)] {
        assert_eq!(ask(unknown), Err(LightError::NoColour(unknown)));
    }
    let replaced = vectors.proof("replaced code");
    let asked = vectors.light.colour(&replaced, &vectors.trusted, (code.id, now));
    assert_eq!(asked, Err(LightError::NoColour(now)), "an older version tells nothing of now");
}

#[test]
fn what_is_shown_follows_from_the_code_and_its_operator_as_the_vectors_say() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/vectors/operators.json");
    let json: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let genesis: Genesis = serde_json::from_value(json["genesis"].clone()).unwrap();
    let light = LightClient::new(&genesis);
    let mut unknown = 0;
    for case in json["cases"].as_array().unwrap() {
        let trusted: Header = serde_json::from_value(case["trusted"].clone()).unwrap();
        let code: Proof = serde_json::from_value(case["code"].clone()).unwrap();
        let operator: Option<Proof> = serde_json::from_value(case["operator"].clone()).unwrap();
        let at: Time = serde_json::from_value(case["at"].clone()).unwrap();
        let Proven::Present { version, .. } = light.check(&code, &trusted).unwrap() else {
            panic!("a code is there")
        };
        let id = CodeId::from_record(version.id).unwrap();
        let name = &case["name"];
        match light.displayed((&code, operator.as_ref()), &trusted, (id, at)) {
            Ok(shown) => {
                let shown = shown.unwrap();
                assert_eq!(case["known"], true, "{name}");
                assert_eq!(case["standing"], serde_json::to_value(shown.standing).unwrap());
                assert_eq!(case["colour"], serde_json::to_value(shown.colour).unwrap(), "{name}");
                assert_eq!(case["state"], serde_json::to_value(shown.operator).unwrap(), "{name}");
                assert_eq!(case["until"], serde_json::to_value(shown.until).unwrap(), "{name}");
            }
            Err(error) => {
                unknown += 1;
                assert_eq!(case["known"], false, "{name}: {error}");
            }
        }
    }
    assert!(unknown > 3);
}

#[test]
fn a_transaction_is_in_its_block_with_its_receipt() {
    let vectors = vectors();
    let proof = vectors.proof("refused transaction");
    let Ok(Proven::Transaction { receipt, .. }) = vectors.light.check(&proof, &vectors.trusted)
    else {
        panic!("a transaction is shown")
    };
    let id = receipt.transaction;
    let answer = vectors.light.transaction(&proof, &vectors.trusted, id);
    assert_eq!(answer, Ok((Height(4), receipt)));
}

#[test]
fn a_true_proof_about_something_else_is_no_answer() {
    let vectors = vectors();
    let (light, trusted) = (&vectors.light, &vectors.trusted);
    let code = vectors.proof("present code");
    let other = TransactionId(Hash::of(b"another"));
    assert_eq!(light.transaction(&code, trusted, other), Err(LightError::SomethingElse));
    let transaction = vectors.proof("refused transaction");
    assert_eq!(light.transaction(&transaction, trusted, other), Err(LightError::SomethingElse));
    let person = vectors.key(&vectors.proof("absent person"));
    let asked = light.record(&code, trusted, (person, trusted.height));
    assert_eq!(asked, Err(LightError::SomethingElse));
    let organisation = vectors.proof("present organisation");
    let id = CodeId::from_record(vectors.key(&code).id).unwrap();
    let asked = light.colour(&organisation, trusted, (id, trusted.time_ms));
    assert_eq!(asked, Err(LightError::SomethingElse));
    let twin = RecordKey { kind: RecordKind::Person, id: vectors.key(&code).id };
    let asked = light.record(&code, trusted, (twin, trusted.height));
    assert_eq!(asked, Err(LightError::SomethingElse), "the same id in another kind");
}

#[test]
fn a_forged_proof_and_a_header_of_another_chain_prove_nothing() {
    let vectors = vectors();
    for forged in vectors.json["forged"].as_array().unwrap() {
        let header: Header = serde_json::from_value(forged["header"].clone()).unwrap();
        let proof: Proof = serde_json::from_value(forged["proof"].clone()).unwrap();
        if forged["depth"] == vectors.json["genesis"]["depth"] {
            assert!(vectors.light.check(&proof, &header).is_err(), "{}", forged["name"]);
        }
    }
    let proof = vectors.proof("present code");
    let foreign = Header { chain: Hash::of(b"another chain"), ..vectors.trusted.clone() };
    assert_eq!(vectors.light.check(&proof, &foreign), Err(LightError::OtherChain));
    let later = Header { height: vectors.trusted.height.next(), ..vectors.trusted.clone() };
    let asked = vectors.light.check(&proof, &later);
    assert_eq!(asked, Err(LightError::Proof(ProofError::Anchor(Height(7)))));
}
