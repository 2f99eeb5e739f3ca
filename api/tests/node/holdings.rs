// SPDX-License-Identifier: Apache-2.0
//! What sponsors leave with their node, over real sockets: it is checked against formats and chain, goes into
//! the vault, and no answer shows a value of it again.

use std::sync::OnceLock;

use api::exchange::holdings::{Holdings, Reading};
use chain::ids::ApplicationId;
use chain::keys::SecretKey;
use demo::cast::{self, Player};
use serde_json::{Value, json};

use crate::agreed::by;
use crate::cases::Case;
use crate::described::assert_described;
use crate::held::PHONE;
use crate::http::{Answer, JSON, Request, send};
use crate::nodes::now;
use crate::world::{World, ask, world};

/// The working key of who sent the driver's application: one of the register's hauliers.
fn sponsor(world: &World) -> SecretKey {
    let target = format!("/v1/organisations/{}", world.application.sponsor);
    let known = ask(world, &Request::get(target)).text();
    let chain = world.node.genesis().chain_id();
    let mut all = (0..cast::ENTERPRISES).map(|index| cast::key(chain, Player::Enterprise(index)));
    all.find(|key| known.contains(&key.public().to_string())).unwrap()
}

/// What the driver's application was made with.
fn left(world: &World) -> &'static Value {
    static LEFT: OnceLock<Value> = OnceLock::new();
    LEFT.get_or_init(|| {
        let reading = Reading { named_case: false, now: now() };
        let held = world.node.held.claims(world.application.id, reading).unwrap();
        let claims: Vec<Value> = (0..)
            .zip(&world.application.claims)
            .map(|(place, claim): (u32, _)| {
                let of_kind = held.iter().find(|one| one.kind == claim.kind).unwrap();
                json!({ "place": place, "kind": claim.kind, "fields": of_kind.fields })
            })
            .collect();
        json!({
            "claims": claims,
            "contact": { "phone": PHONE, "emergency": "滇测家属 16400004321" },
            "holder": world.application.holder_key,
        })
    })
}

fn target(id: &ApplicationId) -> String {
    format!("/v1/applications/{id}/holdings")
}

fn told(world: &World, body: &Value) -> Request {
    let request = Request::post(target(&world.application.id), JSON, body.to_string());
    by(world, &sponsor(world), request)
}

/// The sponsor leaves all of it.
pub(crate) fn leave(world: &World) -> Request {
    told(world, left(world))
}

/// The sponsor looks at what is held.
pub(crate) fn look(world: &World) -> Request {
    by(world, &sponsor(world), Request::get(target(&world.application.id)))
}

fn changed(world: &World, change: impl FnOnce(&mut Value)) -> Value {
    let mut body = left(world).clone();
    change(&mut body);
    body
}

/// Everything that is refused.
pub(crate) fn badly(world: &World) -> Vec<Case> {
    let case = |body: Value, status, code| Case(told(world, &body), status, code);
    let with =
        |path: &str, value: Value| changed(world, |body| *body.pointer_mut(path).unwrap() = value);
    let twice = |body: &mut Value| {
        let first = body["claims"][0].clone();
        body["claims"].as_array_mut().unwrap().push(first);
    };
    let number = left(world)["claims"][0]["fields"].as_array().unwrap();
    let number = number.iter().position(|field| field["name"] == "identityNumber").unwrap();
    let number = format!("/claims/0/fields/{number}/value");
    let other = |key: &SecretKey| by(world, key, Request::get(target(&world.application.id)));
    let unknown = format!("{}", world.application.id);
    let unknown = unknown.replace(&unknown[unknown.len() - 3..], "000");
    // Something else is held already.
    assert_eq!(send(world.node.address, &leave(world)).status, 200);
    vec![
        case(json!({}), 400, "invalid_field"),
        case(json!({ "fields": [] }), 400, "unknown_field"),
        case(with(&number, json!("539903198808080081")), 400, "field_wrong"),
        case(with("/contact/phone", json!("1640000")), 400, "field_wrong"),
        case(with("/contact/phone", json!("")), 400, "field_wrong"),
        case(with("/contact/emergency", json!("a\nb")), 400, "invalid_field"),
        case(with("/contact/emergency", json!("x".repeat(201))), 400, "invalid_field"),
        case(changed(world, |b| b["contact"]["email"] = json!("nobody")), 400, "invalid_field"),
        case(changed(world, twice), 400, "invalid_field"),
        case(with("/claims/0/place", json!(7)), 409, "claim_differs"),
        case(with("/claims/0/place", json!(1)), 409, "claim_differs"),
        case(with("/claims/0/fields/0/salt", json!("00".repeat(32))), 409, "claim_differs"),
        case(with("/holder", json!(world.node.key("regulator").public())), 409, "claim_differs"),
        case(with("/contact/phone", json!("16400001235")), 409, "holdings_taken"),
        Case(other(&world.node.key("platform")), 404, "not_found"),
        Case(other(&world.node.key("regulator")), 404, "not_found"),
        Case(other(&world.driver), 403, "not_allowed"),
        Case(
            by(
                world,
                &sponsor(world),
                Request::get(format!("/v1/applications/{unknown}/holdings")),
            ),
            404,
            "not_found",
        ),
    ]
}

fn answer(world: &World, request: &Request) -> Answer {
    let answer = send(world.node.address, request);
    assert_described(request, &answer);
    answer
}

#[test]
fn a_sponsor_leaves_data_and_sees_names_and_digests_alone() {
    let world = world();
    let first = answer(world, &leave(world));
    assert_eq!(first.status, 200, "{}", first.text());
    let told = first.json();
    assert_eq!((told["state"].clone(), told["at"].clone()), (json!("held"), Value::Null));
    let names = told["documents"].as_array().unwrap().iter().map(|one| one["name"].clone());
    let names: Vec<Value> = names.collect();
    let claims = (0..world.application.claims.len()).map(|place| json!(format!("claim/{place}")));
    let expected: Vec<Value> = claims.chain([json!("contact"), json!("holder")]).collect();
    assert_eq!(names, expected);
    // The same again changes not a byte, and looking shows the same.
    assert_eq!(answer(world, &leave(world)).json(), told);
    let looked = answer(world, &look(world));
    assert_eq!(looked.json(), told);
    for claim in left(world)["claims"].as_array().unwrap() {
        for field in claim["fields"].as_array().unwrap() {
            let (value, salt) = (field["value"].as_str().unwrap(), field["salt"].as_str().unwrap());
            let is_told = value.len() > 7 && looked.text().contains(value);
            assert!(!is_told && !looked.text().contains(salt), "{}", field["name"]);
        }
    }
}

#[test]
fn a_wrong_field_is_named_with_what_is_wrong_in_both_languages() {
    let world = world();
    let body = changed(world, |body| body["contact"]["phone"] = json!("1640000"));
    for (language, words) in [("en", "contact.phone"), ("zh", "contact.phone")] {
        let request = told(world, &body).with("accept-language", language);
        let problem = answer(world, &request).json();
        assert_eq!(problem["field"], json!("contact.phone"));
        let detail = problem["detail"].as_str().unwrap();
        let is_chinese = detail.chars().any(|symbol| symbol > '\u{4e00}');
        assert!(detail.contains(words) && is_chinese == (language == "zh"), "{detail}");
        assert!(!detail.contains("1640000"), "{detail}");
    }
}

#[test]
fn everything_that_is_refused_has_its_code_and_changes_nothing() {
    let world = world();
    let before = answer(world, &leave(world)).json();
    for Case(request, status, code) in badly(world) {
        let answer = answer(world, &request);
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{}", answer.text());
    }
    assert_eq!(answer(world, &look(world)).json(), before);
}
