// SPDX-License-Identifier: Apache-2.0
//! What a guarded node keeps back, over real sockets: by lists, proofs, the past, streams, and what it signs.

use chain::Transaction;
use chain::actions::{MatterSettle, WaybillWithdraw};
use chain::ids::{RecordId, WaybillId};
use chain::keys::SecretKey;
use chain::records::{InterfaceScope, InterfaceScopes, RegisteredKey};
use chain::text::Word;
use serde_json::{Value, json};

use crate::access::{ask, get, key_of, member, stranger, token_of};
use crate::http::{JSON, Request};
use crate::world::{World, newest, world};

/// A wish to withdraw a waybill that there is not.
pub(crate) fn wish() -> Request {
    let action = chain::Action::from(WaybillWithdraw {
        waybill: WaybillId(RecordId([9; 16])),
        reason: Word::new("no_need").unwrap(),
    });
    signing(&action)
}

fn signing(action: &chain::Action) -> Request {
    Request::post("/v1/transactions/sign", JSON, json!({ "action": action }).to_string())
}

/// What the description shows of signing.
pub(crate) fn example(world: &World) -> Value {
    let (enterprise, wish) = (stranger(world), wish());
    let waybills = InterfaceScopes::NONE.with(InterfaceScope::Waybills);
    let with = Some(enterprise.key.public());
    let secret = key_of(world, 41, enterprise, (waybills, false, with));
    let answer = ask(world, wish.clone(), Some(&secret)).json();
    let request: Value = serde_json::from_slice(&wish.body).unwrap();
    json!({ "request": request, "answers": { "200": { "ok": answer } } })
}

fn page(world: &World, target: &str, secret: &str) -> (usize, bool) {
    let answer = get(world, target, Some(secret)).json();
    (answer["items"].as_array().unwrap().len(), answer["next"].is_string())
}

#[test]
fn a_filter_tells_nothing_of_waybills_that_are_not_the_callers() {
    let world = world();
    let World { maker, code, .. } = world;
    let foreign = token_of(world, &stranger(world).key);
    for filter in [format!("maker={maker}"), format!("code={code}"), "state=settled".to_owned()] {
        let target = format!("/v1/waybills?{filter}&limit=1");
        assert_eq!(page(world, &target, &foreign), (0, false), "{target}");
        let own = token_of(world, &world.driver);
        assert_eq!(page(world, &target, &own).0, 1, "{target}");
    }
}

#[test]
fn what_is_open_to_a_code_is_told_to_its_parties_alone() {
    let world = world();
    let target = format!("/v1/waybills?open_to={}", world.code);
    let foreign = token_of(world, &stranger(world).key);
    assert_eq!(get(world, &target, Some(&foreign)).status, 404);
    assert_eq!(get(world, &target, Some(&token_of(world, &world.driver))).status, 200);
}

#[test]
fn the_proof_of_a_transaction_is_for_who_may_see_the_transaction() {
    let world = world();
    let target = format!("/v1/transactions/{}/proof", world.opened);
    let foreign = token_of(world, &stranger(world).key);
    let police = token_of(world, &member(world, "traffic-police"));
    for (secret, status) in [(None, 401), (Some(&foreign), 404), (Some(&police), 200)] {
        assert_eq!(get(world, &target, secret.map(String::as_str)).status, status);
    }
}

#[test]
fn a_code_is_verified_by_everybody_now_and_its_past_is_for_parties() {
    let world = world();
    let nobody = chain::ids::CodeId::made_by(chain::TransactionId(chain::Hash::of(b"nobody")));
    let driver = token_of(world, &world.driver);
    let height = &newest(world)["height"];
    for code in [world.code, nobody] {
        let path = format!("/v1/codes/{code}");
        assert_eq!(get(world, &path, None).status, 200, "{path}");
        let new = format!("{path}?at_height={height}");
        assert_eq!(get(world, &new, None).status, 200, "{new}");
    }
    let answer = get(world, &format!("/v1/codes/{}", world.code), None).json();
    assert!(answer["record"].is_null() && answer["version"].is_object());
    let own = get(world, &format!("/v1/codes/{}", world.code), Some(&driver)).json();
    assert!(own["record"].is_object());
}

#[test]
fn the_proof_of_a_code_holds_its_record_and_is_for_who_may_see_that() {
    let world = world();
    let nobody = chain::ids::CodeId::made_by(chain::TransactionId(chain::Hash::of(b"nobody")));
    let driver = token_of(world, &world.driver);
    let foreign = key_of(world, 63, stranger(world), (InterfaceScopes::NONE, false, None));
    let regulator = token_of(world, &member(world, "regulator"));
    let hex = world.code.to_string();
    for (path, statuses) in [
        (format!("/v1/codes/{hex}?proof=true"), [401, 403, 200, 200]),
        (format!("/v1/codes/{hex}/proof"), [401, 404, 200, 200]),
        (format!("/v1/records/code/{hex}/proof"), [404, 404, 200, 200]),
        // That there is none is no secret.
        (format!("/v1/codes/{nobody}?proof=true"), [200; 4]),
    ] {
        let secrets = [None, Some(&foreign), Some(&driver), Some(&regulator)];
        for (secret, status) in secrets.into_iter().zip(statuses) {
            let answer = get(world, &path, secret.map(String::as_str));
            assert_eq!(answer.status, status, "{path} {}", secret.is_some());
        }
    }
}

#[test]
fn a_persons_key_is_proven_to_who_names_it() {
    let world = world();
    let id = hex::encode(RegisteredKey::id_of(&world.driver.public()).0);
    let target = format!("/v1/records/registered_key/{id}/proof");
    assert_eq!(get(world, &target, None).status, 200);
}

#[test]
fn the_summary_names_sender_and_end_and_leaves_nothing_out() {
    let world = world();
    let answer = ask(world, crate::cases::wish(world, json!(60)), None).json();
    let (summary, transaction) = (&answer["summary"], &answer["transaction"]);
    assert_eq!(summary["sender"], transaction["sender"]);
    assert_eq!(summary["valid_until"], transaction["valid_until"]);
    let fields = summary["fields"].as_array().unwrap();
    assert!(fields.contains(&json!({"field": "matter", "value": world.matter.to_string()})));
}

#[test]
fn an_api_key_of_a_regulator_sees_all_only_if_it_acts_by_office() {
    let world = world();
    let regulator = world.node.consortium.member("regulator").unwrap();
    let narrow = key_of(world, 21, regulator, (InterfaceScopes::NONE, false, None));
    let verify = InterfaceScopes::NONE.with(InterfaceScope::Verify);
    let verify = key_of(world, 22, regulator, (verify, false, None));
    let office = key_of(world, 23, regulator, (InterfaceScopes::NONE, true, None));
    let person = format!("/v1/persons/{}", world.person);
    for (secret, block, one) in [(narrow, 403, 404), (verify, 403, 200), (office, 200, 200)] {
        assert_eq!(get(world, "/v1/blocks/0", Some(&secret)).status, block);
        assert_eq!(get(world, &person, Some(&secret)).status, one);
    }
}

#[test]
fn the_node_signs_what_the_scopes_of_a_bound_api_key_allow() {
    let world = world();
    let enterprise = stranger(world);
    let key = enterprise.key.public();
    let waybills = InterfaceScopes::NONE.with(InterfaceScope::Waybills);
    let foreign = member(world, "insurer").public();
    let unknown = SecretKey::from_seed(&[97; 32]).public();
    let secret = |number, scopes, with| key_of(world, number, enterprise, (scopes, false, with));
    let cases = [
        (secret(31, waybills, Some(key)), 200, ""),
        (secret(32, InterfaceScopes::NONE, Some(key)), 403, "scope_missing"),
        (secret(33, waybills, None), 409, "not_signed_here"),
        (secret(34, waybills, Some(foreign)), 409, "not_signed_here"),
        (secret(35, waybills, Some(unknown)), 409, "not_signed_here"),
        (token_of(world, &enterprise.key), 409, "not_signed_here"),
    ];
    for (secret, status, code) in cases {
        let answer = ask(world, wish(), Some(&secret));
        let told = answer.json();
        assert_eq!(answer.status, status, "{told}");
        assert_eq!(told["code"].as_str().unwrap_or_default(), code);
        if status == 200 {
            let signed: Transaction = serde_json::from_value(told["transaction"].clone()).unwrap();
            assert_eq!((signed.sender, json!(signed.id())), (key, told["id"].clone()));
            assert!(key.verifies(&signed.message(), &signed.signature));
        }
    }
    let bound = key_of(world, 36, enterprise, (waybills, false, Some(key)));
    let settle = chain::Action::from(MatterSettle { matter: world.matter });
    assert_eq!(ask(world, signing(&settle), Some(&bound)).code(), "scope_missing");
    assert_eq!(ask(world, wish(), None).status, 401);
}

#[test]
fn a_stream_behind_a_change_that_is_far_from_written_is_refused() {
    let world = world();
    let request = Request::get("/v1/events").with("last-event-id", "18446744073709551614");
    let answer = ask(world, request, Some(&token_of(world, &world.driver)));
    assert_eq!(answer.code(), "height_not_reached");
}
