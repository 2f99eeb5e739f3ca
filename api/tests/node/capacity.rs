// SPDX-License-Identifier: Apache-2.0
//! Verification codes across nodes: drawn, signed and shown by the driver, entered once by who was shown them;
//! guessing gets nobody anywhere.

use std::time::{Duration, Instant};

use chain::ids::Time;
use chain::records::{CertificateKind, ExchangeField, FieldSet};
use serde_json::{Value, json};

use crate::exchange::{FIELDS, network, value};
use crate::held::PHONE;
use crate::nodes::{ASKED, HOLDER, Network, now};

/// A verification code that the driver shows.
fn shown(net: &Network, fields: FieldSet) -> String {
    let (driver, code) = (&net.driver.key, net.driver.code);
    let target = format!("/v1/codes/{code}/capacity");
    let drawn = net.post(HOLDER, driver, &target, &json!({ "fields": fields }));
    assert_eq!(drawn.status, 200, "{}", drawn.text());
    let drawn = drawn.json();
    let terms: chain::actions::CapacityTerms =
        serde_json::from_value(drawn["terms"].clone()).unwrap();
    let nonce = serde_json::from_value(drawn["nonce"].clone()).unwrap();
    let until = Time(now().0 + 60_000);
    let statement = terms.sign(driver, net.consortium.genesis.chain_id(), nonce, until);
    let body = json!({ "terms": terms, "statement": statement });
    let signed = net.post(HOLDER, driver, &format!("{target}/sign"), &body);
    assert_eq!(signed.status, 200, "{}", signed.text());
    drawn["digits"].as_str().unwrap().to_owned()
}

fn enter(
    net: &Network,
    by: &str,
    digits: &str,
    (kind, value): (&str, &str),
) -> crate::http::Answer {
    let body = json!({ "digits": digits, "key": { "kind": kind, "value": value } });
    net.post(ASKED, &net.key(by), "/v1/exchange/capacity", &body)
}

#[test]
fn who_is_shown_a_verification_code_sees_the_fields_at_once_and_once() {
    let net = network();
    let plate = net.nodes[HOLDER].held.values(CertificateKind::VehicleLicence, "vehicleNumber");
    let digits = shown(&net, FIELDS);
    assert!(digits.starts_with(&format!("{:02}", net.consortium.genesis.nodes[HOLDER].number)));
    let seen = enter(&net, "enterprise-2", &digits, ("plate", &plate[0]));
    assert_eq!(seen.status, 200, "{}", seen.text());
    let seen = seen.json();
    assert!(value(&seen, "identity", "driverName").is_some());
    assert_eq!(seen["basis"]["consent"]["purpose"], "capacity_check");
    assert_eq!(seen["custody"], "device");
    // The statement is good once, for nobody else.
    let again = enter(&net, "enterprise-3", &digits, ("phone", PHONE));
    assert_eq!((again.status, again.code().as_str()), (403, "access_refused"));
    // A statement by anybody else's key, or one that lasts for too long, is none.
    let target = format!("/v1/codes/{}/capacity", net.driver.code);
    let drawn = net.post(HOLDER, &net.driver.key, &target, &json!({ "fields": FIELDS })).json();
    let terms: chain::actions::CapacityTerms =
        serde_json::from_value(drawn["terms"].clone()).unwrap();
    let chain = net.consortium.genesis.chain_id();
    let nonce = chain::nonce::Nonce([5; 16]);
    let soon = Time(now().0 + 60_000);
    let late = Time(now().0 + 3_600_000);
    let by_other = terms.sign(&net.key("platform"), chain, nonce, soon);
    for statement in [by_other, terms.sign(&net.driver.key, chain, nonce, late)] {
        let body = json!({ "terms": terms, "statement": statement });
        let answer = net.post(HOLDER, &net.driver.key, &format!("{target}/sign"), &body);
        assert_eq!(answer.code(), "statement_refused");
    }
    // Nobody but the holder draws any.
    let answer = net.post(HOLDER, &net.key("platform"), &target, &json!({ "fields": FIELDS }));
    assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"));
    let together = FieldSet::of(&[ExchangeField::Name, ExchangeField::IdentityNumber]);
    let answer = net.post(HOLDER, &net.driver.key, &target, &json!({ "fields": together }));
    assert_eq!(answer.code(), "invalid_field");
}

#[test]
fn five_wrong_tries_lock_code_and_asker_and_every_no_is_the_same() {
    let net = network();
    let digits = shown(&net, FIELDS);
    let wrong_digits = format!("{}00000000", &digits[..2]);
    let no_node = "9900000000";
    let mut answers = Vec::new();
    let tries = [
        (digits.as_str(), ("phone", "16400009999")),
        (digits.as_str(), ("plate", "云A99999")),
        (&wrong_digits, ("phone", PHONE)),
        (no_node, ("phone", PHONE)),
        (digits.as_str(), ("identity_number", "539901198506150019")),
        // From here on the asker is locked, right or wrong.
        (digits.as_str(), ("phone", PHONE)),
    ];
    for (digits, key) in tries {
        let begun = Instant::now();
        let answer = enter(&net, "insurer", digits, key);
        assert!(begun.elapsed() >= Duration::from_millis(600));
        let mut told = answer.json();
        told["request_id"] = Value::Null;
        answers.push((answer.status, told));
    }
    assert_eq!((answers[0].0, answers[0].1["code"].clone()), (403, json!("capacity_wrong")));
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    // The code was tried three times: others may still enter it, and two misses more end it.
    for _ in 0..2 {
        assert_eq!(enter(&net, "platform", &digits, ("phone", "16400009999")).status, 403);
    }
    assert_eq!(enter(&net, "enterprise-3", &digits, ("phone", PHONE)).code(), "capacity_wrong");
    let fresh = shown(&net, FIELDS);
    assert_eq!(enter(&net, "insurer", &fresh, ("phone", PHONE)).code(), "capacity_wrong");
    assert_eq!(enter(&net, "enterprise-3", &fresh, ("phone", PHONE)).status, 200);
}
