// SPDX-License-Identifier: Apache-2.0
//! Every route, well and badly asked: one table for the tests and for the recorded examples.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use chain::actions::MatterSettle;
use chain::limits::BATCH_TRANSACTIONS;
use chain::records::{InterfaceKind, InterfaceScopes};
use serde_json::{Value, json};

use crate::agreed;
use crate::cargo;
use crate::holdings;
use crate::http::{BYTES, JSON, Request};
use crate::world::{World, ask, newest};

/// A request, the status of its answer, and the code of a problem or "ok".
pub(crate) struct Case(pub(crate) Request, pub(crate) u16, pub(crate) &'static str);

fn get(target: impl Into<String>) -> Case {
    Case(Request::get(target), 200, "ok")
}

fn bad(target: impl Into<String>, status: u16, code: &'static str) -> Case {
    Case(Request::get(target), status, code)
}

pub(crate) fn frames(transactions: &[Vec<u8>]) -> Vec<u8> {
    let frame = |bytes: &Vec<u8>| [&(bytes.len() as u32).to_le_bytes(), bytes.as_slice()].concat();
    transactions.iter().flat_map(frame).collect()
}

/// A wish to settle a matter, good for so many seconds.
pub(crate) fn wish(world: &World, valid_for_s: Value) -> Request {
    let action = chain::Action::from(MatterSettle { matter: world.matter });
    let sender = world.node.key("traffic-police").public();
    let body = json!({ "sender": sender, "action": action, "valid_for_s": valid_for_s });
    Request::post("/v1/transactions/prepare", JSON, body.to_string())
}

/// What was scanned.
pub(crate) fn scan(text: &str) -> Request {
    Request::post("/v1/verify", JSON, json!({ "text": text }).to_string())
}

/// Every route, well asked.
pub(crate) fn well_asked(world: &World) -> Vec<Case> {
    let World { code, person, vehicle, waybill, maker, matter, opened, .. } = world;
    let (application, sponsor) = (world.application.id, world.application.sponsor);
    let settled = world.node.sign("traffic-police", MatterSettle { matter: *matter });
    let batch = [&world.node.refused(), &world.node.refused()];
    let height = newest(world)["height"].as_u64().unwrap();
    let time = newest(world)["time"].as_str().unwrap().replace('+', "%2B");
    let block = ask(world, &Request::get(format!("/v1/transactions/{opened}"))).json();
    let block = block["height"].as_u64().unwrap();
    let mut cases = vec![
        Case(wish(world, json!(60)), 200, "ok"),
        get(format!("/v1/codes/{code}?proof=true")),
        get(format!("/v1/codes/{code}?at_height={height}&proof=false")),
        get(format!("/v1/codes/{code}?at_time={time}&proof=true")),
        get(format!("/v1/codes/{code}?at_height=0&proof=true")),
        get(format!("/v1/codes/{code}/papers")),
        get(format!("/v1/codes/{code}/history?limit=1")),
        get(format!("/v1/codes/{code}/proof?at_height={height}")),
        get(format!("/v1/codes/{code}/proof?at_time={time}")),
        get(format!("/v1/codes/{code}/qr.svg")),
        get(format!("/v1/codes/{code}/witness?key={}&at_height={height}", world.driver.public())),
        get(world.badge()),
        Case(scan(&world.shown()), 200, "ok"),
        get("/v1/codes?limit=1"),
        get(format!("/v1/codes?operator={maker}")),
        get(format!("/v1/organisations/{maker}?proof=true")),
        get(format!("/v1/organisations/{maker}/interfaces")),
        get("/v1/interfaces?requested=false&granted=true&limit=2"),
        get("/v1/organisations?limit=2"),
        get(format!("/v1/persons/{person}?proof=true")),
        get(format!("/v1/applications/{application}?proof=true")),
        get(format!("/v1/applications?sponsor={sponsor}&state=issued&limit=2")),
        get(format!("/v1/vehicles/{vehicle}?proof=true")),
        get("/v1/vehicles?limit=2"),
        get(format!("/v1/matters/{matter}?proof=true")),
        get(format!("/v1/matters?person={person}&state=open&limit=2")),
        get(format!("/v1/waybills/{waybill}?proof=true")),
        get(format!("/v1/waybills?maker={maker}&code={code}&state=settled&limit=2")),
        get(
            "/v1/waybills?state=settled,in_transit&kind=exclusive&part_load=false&from=5301&to=5303",
        ),
        get(format!("/v1/waybills?open_to={code}&goods=500&offered_since={time}&limit=2")),
        get(format!("/v1/waybills?offered_until={time}&goods=1601")),
        get("/v1/parameters?proof=true"),
        get(format!("/v1/records/waybill/{waybill}/proof?at_height={height}")),
        get(format!("/v1/records/parameters/{}/proof", "0".repeat(32))),
        get("/v1/blocks?limit=2"),
        get(format!("/v1/blocks/{block}?limit=2")),
        get("/v1/blocks/0"),
        get("/v1/blocks/latest"),
        get(format!("/v1/blocks/{block}/changes?limit=2")),
        get("/v1/headers/latest"),
        get(format!("/v1/headers/{height}")),
        get(format!("/v1/transactions/{opened}")),
        get(format!("/v1/transactions/{opened}/proof")),
        get("/v1/status"),
        get("/v1/validators"),
        get("/v1/genesis"),
        get("/metrics"),
        get("/livez"),
        get("/readyz"),
        get("/openapi.json"),
        get("/docs"),
        get("/docs/errors"),
        get("/"),
        get(format!("/show?code={code}")),
        get(format!("/show?organisation={maker}")),
        get("/scan"),
        get(format!("/driver?code={code}")),
        get(format!("/sales?organisation={maker}")),
        get("/waybill"),
        get("/apply"),
        get(format!("/interfaces?organisation={maker}")),
    ];
    cases.extend(
        [exchanged, webhooks, crate::modules::cases, crate::applying::well_asked]
            .into_iter()
            .flat_map(|of| of(world)),
    );
    let ordered = "/v1/transactions?wait=ordered";
    let batch_bytes = frames(&[world.node.refused().to_bytes(), vec![1, 2, 3]]);
    let refused = world.node.refused().to_bytes();
    cases.extend([
        Case(Request::post(ordered, JSON, text(&settled)), 200, "ok"),
        Case(Request::post("/v1/transactions?wait=final", BYTES, refused), 200, "ok"),
        Case(Request::post("/v1/transactions/batch?wait=ordered", JSON, text(&batch)), 200, "ok"),
        Case(Request::post("/v1/transactions/batch?wait=final", BYTES, batch_bytes), 200, "ok"),
    ]);
    for kind in chain::records::RecordKind::ALL {
        cases.push(get(format!("/v1/state/{}?limit=1", kind.word())));
    }
    cases
}

/// Consents, accesses, erasures and the exchange, well asked.
fn exchanged(world: &World) -> Vec<Case> {
    let (code, agreed) = (world.code, &world.agreed);
    let to = world.node.consortium.member(agreed::ASKER).unwrap().id;
    let (sign, _) = agreed::sign(world);
    let digits = agreed::shown(world);
    let mut cases = vec![
        get(format!("/v1/consents?to={to}&state=in_force&limit=2")),
        get(format!("/v1/consents/{}?proof=true", agreed.consent)),
        get(format!("/v1/codes/{code}/consents?limit=1")),
        get(format!("/v1/accesses?by={to}&limit=1")),
        get(format!("/v1/accesses/{}?proof=true", agreed.access)),
        get(format!("/v1/codes/{code}/accesses?limit=1")),
        get("/v1/erasures?limit=1"),
        get(format!("/v1/erasures/{}?proof=true", agreed.erasure)),
    ];
    let requests = [
        agreed::exchange(world),
        agreed::prepare(world),
        agreed::collect(world),
        agreed::state(world),
        agreed::prepare_entered(world, &digits),
        agreed::enter(world, &digits),
        agreed::wish(world),
        agreed::draw(world),
        sign,
        agreed::prompts(world),
        agreed::refuse(world),
        holdings::leave(world),
        holdings::look(world),
        cargo::leave(world),
        cargo::look(world),
        cargo::read(world),
    ];
    cases.extend(requests.map(|request| Case(request, 200, "ok")));
    cases
}

/// An API key of the platform, which is granted all there is; and one that is for its own records alone.
fn platform(world: &World) -> &'static [String; 2] {
    static KEYS: OnceLock<[String; 2]> = OnceLock::new();
    KEYS.get_or_init(|| {
        let all = InterfaceScopes::all_of(InterfaceKind::VerificationAndExchange);
        let key = |number, scopes| world.node.api_key(number, "platform", scopes);
        [key(201, all), key(202, InterfaceScopes::NONE)]
    })
}

fn by(request: Request, secret: &str) -> Request {
    request.with("authorization", format!("Bearer {secret}"))
}

/// A wish for a webhook with an address that no other has, and of which nothing happens.
fn hook_wish() -> Value {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    json!({ "url": format!("http://127.0.0.1:9/{count}"), "kinds": ["erasure"] })
}

fn told(target: impl Into<String>, body: &Value) -> Request {
    Request::post(target, JSON, body.to_string())
}

fn new_hook(world: &World, wish: &Value) -> String {
    let request = by(told("/v1/webhooks", wish), &platform(world)[0]);
    ask(world, &request).json()["webhook"]["id"].as_str().unwrap().to_owned()
}

/// The one webhook that stays.
fn hook(world: &World) -> &'static (String, Value) {
    static HOOK: OnceLock<(String, Value)> = OnceLock::new();
    HOOK.get_or_init(|| {
        let wish = hook_wish();
        (new_hook(world, &wish), wish)
    })
}

fn webhooks(world: &World) -> Vec<Case> {
    let (id, key) = (&hook(world).0, &platform(world)[0]);
    let path = |rest: &str| format!("/v1/webhooks/{id}{rest}");
    let spare = format!("/v1/webhooks/{}", new_hook(world, &hook_wish()));
    let requests = [
        told("/v1/webhooks", &hook_wish()),
        Request::get("/v1/webhooks"),
        Request::get(path("")),
        Request::get(path("/deliveries?state=waiting&limit=2")),
        Request::get(path("/deliveries?state=dead")),
        Request::get(path("/deliveries?state=done")),
        told(path("/rotate"), &json!({ "overlap_hours": 1 })),
        told(path("/test"), &json!({})),
        told(path("/replay"), &json!({ "dead": true })),
        told(path("/replay"), &json!({ "from": 0 })),
        Request { method: "DELETE", ..Request::get(spare) },
    ];
    requests.into_iter().map(|request| Case(by(request, key), 200, "ok")).collect()
}

fn bad_webhooks(world: &World) -> Vec<Case> {
    let ((id, wish), [key, narrow]) = (hook(world), platform(world));
    let path = |rest: &str| format!("/v1/webhooks/{id}{rest}");
    let unknown = "/v1/webhooks/whk_5t63b7qsg5we2a5gr9hx8w2k4m";
    let new = |body: Value, status, code| Case(by(told("/v1/webhooks", &body), key), status, code);
    let changed = |rest: &str, body: Value, code| Case(by(told(path(rest), &body), key), 400, code);
    let mut cases = vec![
        bad("/v1/webhooks", 403, "not_allowed"),
        Case(by(told("/v1/webhooks", &hook_wish()), narrow), 403, "grant_needed"),
        Case(by(told(path("/test"), &json!({})), narrow), 403, "grant_needed"),
        Case(by(Request::get(unknown), key), 404, "not_found"),
        Case(by(Request::get("/v1/webhooks/whk_1"), key), 400, "invalid_field"),
        Case(by(told(format!("{unknown}/rotate"), &json!({})), key), 404, "not_found"),
        Case(by(Request::get(path("/deliveries?state=lost")), key), 400, "invalid_field"),
        Case(by(Request::get(path("/deliveries?cursor=00")), key), 400, "invalid_cursor"),
        Case(
            by(Request::post("/v1/webhooks", "text/plain", "{}"), key),
            415,
            "unsupported_media_type",
        ),
        new(wish.clone(), 409, "webhook_exists"),
        new(json!({}), 400, "missing_field"),
        new(json!({ "url": "https://tms.example/", "colour": 1 }), 400, "unknown_field"),
        new(json!({ "url": "https://tms.example/", "kinds": ["lorry"] }), 400, "invalid_field"),
        new(json!({ "url": "https://tms.example/", "from": 1u64 << 40 }), 400, "invalid_field"),
        changed("/replay", json!({}), "missing_field"),
        changed("/replay", json!({ "dead": false }), "invalid_field"),
        changed("/replay", json!({ "dead": true, "from": 1 }), "fields_exclusive"),
        changed("/replay", json!({ "from": 1u64 << 40 }), "invalid_field"),
        changed("/rotate", json!({ "overlap_hours": 169 }), "invalid_field"),
    ];
    let urls = ["", "ftp://127.0.0.1/", "http://10.0.0.1/", "https://[fe80::1]/", "http://a:b@c/"];
    cases.extend(urls.map(|url| new(json!({ "url": url }), 400, "invalid_field")));
    cases
}

pub(crate) fn text(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

/// Every route, badly asked.
pub(crate) fn badly_asked(world: &World) -> Vec<Case> {
    let World { code, waybill, vehicle, person, .. } = world;
    let id = "5t63b7qsg5we2a5gr9hx8w2k4m";
    let mut cases = Vec::new();
    // Whatever takes parameters refuses one that it does not know.
    for Case(request, ..) in well_asked(world) {
        let (path, _) = request.target.split_once('?').unwrap_or((&request.target, ""));
        if path.starts_with("/v1/") {
            let target = format!("{path}?colours=blue");
            cases.push(Case(Request { target, ..request }, 400, "unknown_field"));
        }
    }
    for list in [
        "organisations",
        "applications",
        "vehicles",
        "matters",
        "waybills",
        "codes",
        "blocks",
        "consents",
        "accesses",
        "erasures",
    ] {
        for query in ["limit=0", "limit=201", "limit=-1", "limit=x", "limit=1&limit=2"] {
            cases.push(bad(format!("/v1/{list}?{query}"), 400, "invalid_field"));
        }
        cases.push(bad(format!("/v1/{list}?cursor=00ff"), 400, "invalid_cursor"));
    }
    let kinds = [
        ("organisations", "org"),
        ("persons", "per"),
        ("applications", "app"),
        ("vehicles", "veh"),
        ("matters", "mat"),
        ("waybills", "way"),
        ("consents", "con"),
        ("accesses", "acc"),
        ("erasures", "era"),
    ];
    for (kind, prefix) in kinds {
        let other = if prefix == "org" { "per" } else { "org" };
        cases.extend([
            bad(format!("/v1/{kind}/{prefix}_{id}"), 404, "not_found"),
            bad(format!("/v1/{kind}/{prefix}_{id}?proof=true"), 404, "not_found"),
            bad(format!("/v1/{kind}/{other}_{id}"), 400, "invalid_field"),
            bad(format!("/v1/{kind}/{prefix}_{}", id.to_uppercase()), 400, "invalid_field"),
            bad(format!("/v1/{kind}/%ff"), 400, "invalid_field"),
        ]);
    }
    let past = [format!("/v1/codes/{code}"), format!("/v1/codes/{code}/proof")];
    let past = past.into_iter().chain([
        format!("/v1/waybills/{waybill}"),
        format!("/v1/records/waybill/{waybill}/proof"),
        "/v1/parameters".to_owned(),
    ]);
    for path in past {
        let now = "2026-11-24T12:00:00.000%2B08:00";
        cases.extend([
            bad(format!("{path}?at_height=1&at_time={now}"), 400, "fields_exclusive"),
            bad(format!("{path}?at_height=999999999"), 404, "height_not_reached"),
            bad(format!("{path}?at_time=2999-01-01T00:00:00%2B08:00"), 404, "height_not_reached"),
            bad(format!("{path}?at_time=1999-01-01T00:00:00%2B08:00"), 404, "before_genesis"),
            bad(format!("{path}?at_time=yesterday"), 400, "invalid_field"),
            bad(format!("{path}?at_height=-1"), 400, "invalid_field"),
        ]);
    }
    let none = "0".repeat(64);
    let nobody = chain::ids::CodeId::made_by(chain::TransactionId(chain::Hash::of(b"nobody")));
    cases.extend([
        bad(format!("/v1/codes/{code}?proof=1"), 400, "invalid_field"),
        bad("/v1/codes/530000000000000", 400, "invalid_field"),
        bad(format!("/v1/codes/{code}/history?limit=0"), 400, "invalid_field"),
        bad(format!("/v1/codes/{code}/history?cursor=zz"), 400, "invalid_cursor"),
        bad("/v1/codes/53/qr.svg", 400, "invalid_field"),
        bad(format!("/v1/records/lorry/{waybill}/proof"), 400, "invalid_field"),
        bad(format!("/v1/records/vehicle/{waybill}/proof"), 400, "invalid_field"),
        bad("/v1/state/lorry", 400, "invalid_field"),
        bad(format!("/v1/matters?person={person}&vehicle={vehicle}"), 400, "fields_exclusive"),
        bad("/v1/matters?state=lost", 400, "invalid_field"),
        bad("/v1/waybills?state=offered,lost", 400, "invalid_field"),
        bad("/v1/waybills?kind=secret", 400, "invalid_field"),
        bad("/v1/waybills?goods=99", 400, "invalid_field"),
        bad("/v1/waybills?part_load=perhaps", 400, "invalid_field"),
        bad("/v1/waybills?offered_since=yesterday", 400, "invalid_field"),
        bad(format!("/v1/waybills?open_to={nobody}"), 404, "not_found"),
        bad("/v1/blocks/999999999", 404, "height_not_reached"),
        bad("/v1/blocks/999999999/changes", 404, "height_not_reached"),
        bad("/v1/blocks/latest/changes?cursor=00", 400, "invalid_cursor"),
        bad("/v1/blocks/newest", 400, "invalid_field"),
        bad("/v1/blocks/+1", 400, "invalid_field"),
        bad("/v1/headers/999999999", 404, "height_not_reached"),
        bad("/v1/headers/18446744073709551616", 400, "invalid_field"),
        bad(format!("/v1/transactions/{none}"), 404, "not_found"),
        bad(format!("/v1/transactions/{none}/proof"), 404, "not_found"),
        bad(format!("/v1/transactions/{}", none.replace('0', "F")), 400, "invalid_field"),
        Case(Request::get("/v1/events").with("last-event-id", "x"), 400, "invalid_field"),
        bad("/v1/events?colour=blue", 400, "unknown_field"),
        Case(Request::get("/v1/status").with("host", "evil.example"), 403, "host_not_allowed"),
    ]);
    let badly = [badly_shown, badly_exchanged, crate::modules::bad_cases, crate::applying::badly];
    cases.extend(badly.into_iter().flat_map(|of| of(world)));
    for seconds in [json!(0), json!(601), json!(-1), json!("60")] {
        cases.push(Case(wish(world, seconds), 400, "invalid_field"));
    }
    cases.extend(bad_webhooks(world));
    cases.extend(holdings::badly(world));
    cases.extend(cargo::badly(world));
    cases.extend(badly_submitted(world));
    cases
}

/// What is not witnessed, and scans that are no such thing.
fn badly_shown(world: &World) -> Vec<Case> {
    let World { code, maker, driver, .. } = world;
    let nobody = chain::ids::CodeId::made_by(chain::TransactionId(chain::Hash::of(b"nobody")));
    let (own, other) = (driver.public(), world.node.key("insurer").public());
    let none = "org_5t63b7qsg5we2a5gr9hx8w2k4m";
    let (of_code, of_maker) =
        (format!("/v1/codes/{code}/witness"), format!("/v1/organisations/{maker}/witness"));
    let posted = |body: Value| Request::post("/v1/verify", JSON, body.to_string());
    let threshold = |count: Value| posted(json!({ "text": "", "threshold": count }));
    vec![
        bad(format!("/v1/codes/{nobody}/witness"), 404, "not_found"),
        bad(format!("/v1/codes/{nobody}/witness?key={own}"), 404, "not_found"),
        bad(format!("/v1/organisations/{none}/witness?key={own}"), 404, "not_found"),
        bad(format!("{of_code}?key={other}"), 409, "key_not_held"),
        bad(format!("{of_maker}?key={own}"), 409, "key_not_held"),
        bad(format!("{of_code}?key=mine"), 400, "invalid_field"),
        bad(of_maker, 400, "missing_field"),
        bad(format!("{of_code}?at_height=999999999"), 404, "height_not_reached"),
        bad(format!("{of_code}?at_height=0"), 409, "witnessed_too_late"),
        Case(posted(json!({})), 400, "missing_field"),
        Case(posted(json!({ "text": 7 })), 400, "invalid_field"),
        Case(posted(json!({ "text": "", "colour": "blue" })), 400, "unknown_field"),
        Case(threshold(json!(0)), 400, "invalid_field"),
        Case(threshold(json!(5)), 400, "invalid_field"),
        Case(Request::post("/v1/verify", "text/plain", "DYM1:"), 415, "unsupported_media_type"),
        Case(Request::post("/v1/verify", JSON, vec![b' '; 200_000]), 413, "body_too_large"),
    ]
}

/// Transactions and batches that are not taken.
fn badly_submitted(world: &World) -> Vec<Case> {
    let (one, batch) = ("/v1/transactions", "/v1/transactions/batch");
    let signed = world.node.refused();
    let changed = |change: fn(&mut Value)| {
        let mut transaction = json!(signed);
        change(&mut transaction);
        text(&transaction)
    };
    let post = |target: &str, media: &str, body: Vec<u8>, status, code| {
        Case(Request::post(target, media, body), status, code)
    };
    let json_cases: [(String, u16, &str); 9] = [
        ("{".to_owned(), 400, "malformed_json"),
        (String::new(), 400, "malformed_json"),
        (format!("{} x", text(&signed)), 400, "malformed_json"),
        (changed(|t| t["colour"] = json!("blue")), 400, "unknown_field"),
        (changed(|t| t["action"] = json!({ "fly": {} })), 400, "invalid_field"),
        (changed(|t| drop(t.as_object_mut().unwrap().remove("nonce"))), 400, "missing_field"),
        (changed(|t| t["version"] = json!(2)), 400, "transaction_version"),
        (changed(|t| t["chain"] = json!("0".repeat(64))), 400, "wrong_chain"),
        (changed(|t| t["nonce"] = json!("0".repeat(32))), 400, "signature_wrong"),
    ];
    let json_cases = json_cases.into_iter();
    let mut cases: Vec<Case> = json_cases
        .map(|(body, status, code)| post(one, JSON, body.into_bytes(), status, code))
        .collect();
    let mut trailing = signed.to_bytes();
    trailing.push(0);
    let many = frames(&vec![signed.to_bytes(); BATCH_TRANSACTIONS + 1]);
    cases.extend([
        post(&format!("{one}?wait=forever"), BYTES, signed.to_bytes(), 400, "invalid_field"),
        post(one, BYTES, trailing, 400, "transaction_malformed"),
        post(one, BYTES, vec![0; 20_000], 413, "transaction_too_large"),
        post(one, JSON, vec![b' '; 200_000], 413, "body_too_large"),
        post(one, "text/plain", signed.to_bytes(), 415, "unsupported_media_type"),
        post(one, "", signed.to_bytes(), 415, "unsupported_media_type"),
        post(batch, JSON, b"[]".to_vec(), 400, "empty_batch"),
        post(batch, BYTES, Vec::new(), 400, "empty_batch"),
        post(batch, BYTES, vec![9, 0, 0], 400, "transaction_malformed"),
        post(batch, BYTES, vec![9, 0, 0, 0, 1], 400, "transaction_malformed"),
        post(batch, BYTES, many, 413, "batch_too_large"),
        post(batch, BYTES, vec![0; 5 << 20], 413, "body_too_large"),
        post(batch, JSON, text(&signed).into_bytes(), 400, "invalid_field"),
        post(batch, "text/csv", Vec::new(), 415, "unsupported_media_type"),
    ]);
    cases
}

/// The exchange, badly asked.
fn badly_exchanged(world: &World) -> Vec<Case> {
    let key = world.node.key(agreed::ASKER);
    let post = |target: &str, body: Value| {
        agreed::by(world, &key, Request::post(target, JSON, body.to_string()))
    };
    let wish = |changed: &str, to: Value| {
        let mut body: Value = serde_json::from_slice(&agreed::wish(world).body).unwrap();
        body[changed] = to;
        post("/v1/consents/requests", body)
    };
    let both = json!({ "kind": "phone", "value": "16400000001" });
    let foreign = "acc_5t63b7qsg5we2a5gr9hx8w2k4m";
    let asked =
        json!({ "about": { "code": world.code }, "fields": ["plate"], "purpose": "engagement" });
    let wrong = json!({ "digits": "123", "key": both });
    let refuse = format!("/v1/codes/{}/prompts/{}/refuse", world.code, "0".repeat(64));
    let driver = |request| agreed::by(world, &world.driver, request);
    let draw =
        Request::post(format!("/v1/codes/{}/capacity", world.code), JSON, r#"{"fields":[]}"#);
    vec![
        Case(post("/v1/exchange", asked), 403, "fields_beyond_basis"),
        Case(
            post("/v1/exchange", json!({ "about": { "code": world.code } })),
            400,
            "missing_field",
        ),
        Case(post("/v1/exchange/capacity", wrong), 400, "invalid_field"),
        Case(post(&format!("/v1/exchange/{foreign}/collect"), json!({})), 404, "not_found"),
        Case(
            agreed::by(world, &key, Request::get(format!("/v1/exchange/{foreign}"))),
            404,
            "not_found",
        ),
        Case(wish("key", both), 400, "fields_exclusive"),
        Case(wish("fields", json!(["name", "track"])), 400, "invalid_field"),
        Case(wish("uses", json!(0)), 400, "invalid_field"),
        Case(wish("until", json!("2020-01-01T00:00:00+08:00")), 400, "invalid_field"),
        Case(Request::get(format!("/v1/codes/{}/prompts", world.code)), 404, "not_found"),
        Case(driver(Request::post(refuse, JSON, "{}")), 404, "not_found"),
        Case(driver(draw), 400, "invalid_field"),
        Case(
            Request::post("/v1/exchange", JSON, agreed::exchange(world).body),
            401,
            "credentials_needed",
        ),
    ]
}
