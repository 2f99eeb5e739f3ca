// SPDX-License-Identifier: Apache-2.0
//! Applying over real sockets: real authorities with sealed inboxes answer, and the code is issued.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use chain::Action;
use chain::actions::Statement;
use chain::ids::ApplicationId;
use chain::keys::SecretKey;
use chain::nonce::Nonce;
use chain::records::application::{ApplicationState, ClaimState};
use chain::records::{Application, Person};
use demo::applicant::Inboxes;
use serde_json::{Value, json};
use vault::{Subject, View};

use crate::access::{self, member, token_of};
use crate::applicant::{
    Applicant, DEAF, answer, answered, application, code, new_phone, ok, papers, record, target_of,
    told, typed, word,
};
use crate::cases::Case;
use crate::http::{Request, begin, send};
use crate::nodes::{now, rand, until};
use crate::world::{self, RUNTIME, World, authorities, connected, world};

/// The requests of the routes, each of which may be sent again.
struct Asked {
    applicant: Applicant,
    draft: Value,
    submit: Request,
    application: ApplicationId,
    /// Somebody whose driving licence was refused, and the application.
    refused: (Applicant, ApplicationId),
}

fn asked_well(world: &World) -> &'static Asked {
    static ASKED: OnceLock<Asked> = OnceLock::new();
    ASKED.get_or_init(|| {
        let node = &world.node;
        let applicant = Applicant::new(node, 0);
        let draft = ok(node.address, "/v1/applying", &applicant.driver());
        let submit = told(&target_of(&draft), &applicant.signed(node, &draft));
        let done = answer(node.address, &submit).json();
        let application = serde_json::from_value(done["application"].clone()).unwrap();
        answered(node, application);
        let other = Applicant::with(node, papers(node, 21).misprinted());
        let id = other.apply(node, &other.driver());
        answered(node, id);
        Asked { applicant, draft, submit, application, refused: (other, id) }
    })
}

fn correction(asked: &Asked) -> Value {
    let (applicant, application) = &asked.refused;
    json!({
        "ticket": applicant.ticket,
        "application": application,
        "place": 1,
        "certificate": typed(&applicant.papers.person)[1],
    })
}

fn key_change(asked: &Asked) -> Value {
    let identity = &asked.applicant.papers.person[0];
    json!({
        "ticket": asked.applicant.ticket,
        "holder_key": SecretKey::from_seed(&[77; 32]).public(),
        "custody": "device",
        "identity_number": identity.value("identityNumber"),
        "name": identity.value("driverName"),
    })
}

/// Every route, well asked. Drafts are few: each is asked for once, and then it is that answer's turn.
pub(crate) fn well_asked(world: &World) -> Vec<Case> {
    let asked = asked_well(world);
    let at = world.node.address;
    let (request, sent) = code(at, &new_phone());
    let phone = json!({ "phone": new_phone() });
    let fresh = Applicant::new(&world.node, 1);
    let checked = json!({ "certificates": typed(&fresh.papers.person) });
    vec![
        Case(told("/v1/applying/codes", &phone), 202, "ok"),
        Case(
            told("/v1/applying/codes/verify", &json!({ "request": request, "code": sent })),
            200,
            "ok",
        ),
        Case(told("/v1/applying/check", &checked), 200, "ok"),
        Case(told("/v1/applying", &fresh.driver()), 201, "ok"),
        Case(asked.submit.clone(), 200, "ok"),
        Case(told("/v1/applying/corrections", &correction(asked)), 201, "ok"),
        Case(told("/v1/applying/keys", &key_change(asked)), 201, "ok"),
    ]
}

/// A request of a route by somebody who has no ticket.
pub(crate) fn asked(route: &str) -> Request {
    let nobody = "0".repeat(64);
    let asked = asked_well(world());
    let with = |mut body: Value| {
        body["ticket"] = json!(nobody);
        body
    };
    match route {
        "POST /v1/applying/codes" => told("/v1/applying/codes", &json!({ "phone": "1640" })),
        "POST /v1/applying/codes/verify" => {
            let body = json!({ "request": "0".repeat(32), "code": "000000" });
            told("/v1/applying/codes/verify", &body)
        }
        "POST /v1/applying/check" => {
            let typed = typed(&asked.applicant.papers.person);
            told("/v1/applying/check", &json!({ "certificates": typed }))
        }
        "POST /v1/applying" => told("/v1/applying", &with(asked.applicant.driver())),
        "POST /v1/applying/corrections" => {
            told("/v1/applying/corrections", &with(correction(asked)))
        }
        "POST /v1/applying/keys" => told("/v1/applying/keys", &with(key_change(asked))),
        _ => {
            let body = json!({ "ticket": nobody, "statements": [] });
            told(&target_of(&asked.draft), &body)
        }
    }
}

fn with(body: &Value, path: &str, value: Value) -> Value {
    let mut body = body.clone();
    *body.pointer_mut(path).unwrap() = value;
    body
}

/// Everything that is refused.
pub(crate) fn badly(world: &World) -> Vec<Case> {
    let at = world.node.address;
    let asked = asked_well(world);
    let fresh = Applicant::new(&world.node, 2);
    let driver = fresh.driver();
    let apply = |body: Value, status, code| Case(told("/v1/applying", &body), status, code);
    let changed =
        |path: &str, value: Value, status, code| apply(with(&driver, path, value), status, code);
    let phone = |phone: &str| told("/v1/applying/codes", &json!({ "phone": phone }));
    let late = new_phone();
    let (request, sent) = code(at, &late);
    let wrong = if sent == "000000" { "000001" } else { "000000" };
    let verify = |request: &str, code: &str| {
        told("/v1/applying/codes/verify", &json!({ "request": request, "code": code }))
    };
    let draft = ok(at, "/v1/applying", &driver);
    let submit = |body: Value, status, code| Case(told(&target_of(&draft), &body), status, code);
    let stranger = SecretKey::from_seed(&[55; 32]);
    let forged = json!([word(&world.node, &stranger, &draft)]);
    let mut broken = serde_json::to_value(word(&world.node, &fresh.key, &draft)).unwrap();
    broken["valid_until"] = json!(now().plus(61_000));
    let foreign = with(&correction(asked), "/ticket", json!(fresh.ticket));
    let correct =
        |body: Value, status, code| Case(told("/v1/applying/corrections", &body), status, code);
    let keys = |body: Value, status, code| Case(told("/v1/applying/keys", &body), status, code);
    let other_name = with(&key_change(asked), "/name", json!("滇测无名"));
    vec![
        Case(phone("1640000"), 400, "field_wrong"),
        Case(phone(""), 400, "field_wrong"),
        Case(phone("13800138000"), 400, "field_wrong"),
        Case(phone(&late), 429, "otp_too_soon"),
        Case(phone(DEAF), 502, "sms_failed"),
        Case(verify(&request, wrong), 422, "otp_wrong"),
        Case(verify("0", &sent), 422, "otp_wrong"),
        Case(verify(&"0".repeat(32), &sent), 422, "otp_wrong"),
        Case(told("/v1/applying/check", &json!({ "certificates": [] })), 400, "invalid_field"),
        changed("/ticket", json!("0".repeat(64)), 403, "ticket_needed"),
        changed("/ticket", Value::Null, 403, "ticket_needed"),
        changed("/certificates/0/values/identityNumber", json!("1"), 400, "field_wrong"),
        changed("/certificates/0/values", json!({ "colour": "blue" }), 400, "unknown_field"),
        changed("/certificates", json!([]), 400, "invalid_field"),
        changed("/contact/emergency", json!("x".repeat(201)), 400, "invalid_field"),
        changed(
            "/for",
            json!({ "vehicle": { "holder": stranger.public() } }),
            400,
            "invalid_field",
        ),
        changed("/for", json!({ "ship": {} }), 400, "invalid_field"),
        submit(json!({ "ticket": fresh.ticket, "statements": [] }), 422, "application_refused"),
        submit(json!({ "ticket": fresh.ticket, "statements": forged }), 422, "application_refused"),
        submit(json!({ "ticket": fresh.ticket, "statements": [broken] }), 400, "signature_wrong"),
        submit(json!({ "ticket": asked.applicant.ticket, "statements": [] }), 404, "not_found"),
        submit(
            json!({ "ticket": fresh.ticket, "statements": [], "transaction": world.node.refused() }),
            400,
            "invalid_field",
        ),
        Case(
            told(
                &format!("/v1/applying/{}/submit", "0".repeat(32)),
                &json!({ "ticket": fresh.ticket, "statements": [] }),
            ),
            404,
            "not_found",
        ),
        Case(
            told("/v1/applying/nothing/submit", &json!({ "statements": [] })),
            400,
            "invalid_field",
        ),
        correct(foreign, 404, "not_found"),
        correct(with(&correction(asked), "/place", json!(9)), 409, "claim_differs"),
        // What was attested stays.
        correct(with(&correction(asked), "/place", json!(0)), 409, "claim_differs"),
        keys(other_name, 422, "person_not_matched"),
        keys(with(&key_change(asked), "/identity_number", json!("1")), 422, "person_not_matched"),
    ]
}

#[test]
fn a_driver_applies_with_a_lorry_of_their_own_until_the_code_is_blue() {
    let world = world();
    let node = &world.node;
    let applicant = Applicant::new(node, 3);
    let lorry = applicant.apply(node, &applicant.lorry());
    let vehicle = answered(node, lorry);
    assert_eq!(vehicle.state, ApplicationState::Issued, "{:?}", vehicle.claims);
    let mut driver = applicant.driver();
    driver["for"]["code"]["driver"]["vehicles"] = json!([vehicle.vehicle.unwrap()]);
    let draft = ok(node.address, "/v1/applying", &driver);
    // Whoever signs computes the roots from the fields.
    let action: Action = serde_json::from_value(draft["action"].clone()).unwrap();
    let Action::CodeApply(apply) = &action else { panic!("{action:?}") };
    for (claim, told) in apply.claims.iter().zip(draft["claims"].as_array().unwrap()) {
        let fields: Vec<chain::fields::Field> =
            serde_json::from_value(told["fields"].clone()).unwrap();
        let root = chain::fields::root(chain::fields::table(claim.kind), &fields).unwrap();
        assert_eq!((claim.root, json!(claim.root)), (root, told["root"].clone()));
    }
    let statement = &draft["statement"];
    let nonce: Nonce = serde_json::from_value(statement["nonce"].clone()).unwrap();
    let until = serde_json::from_value(statement["valid_until"].clone()).unwrap();
    let own = Statement::give(&applicant.key, node.genesis().chain_id(), &action, nonce, until);
    let message = own.message(node.genesis().chain_id(), action.statement_digest());
    assert_eq!(statement["message"], json!(hex::encode(message)));
    let body = json!({ "ticket": applicant.ticket, "statements": [own] });
    let done = answer(node.address, &told(&target_of(&draft), &body));
    assert_eq!(done.status, 200, "{}", done.text());
    // The same again answers the same and sends nothing.
    let again = answer(node.address, &told(&target_of(&draft), &body));
    assert_eq!(again.json(), done.json());
    let id = serde_json::from_value(done.json()["application"].clone()).unwrap();
    let issued = answered(node, id);
    assert_eq!(issued.state, ApplicationState::Issued, "{:?}", issued.claims);
    assert_eq!(json!(issued.code), done.json()["code"]);
    let shown = send(node.address, &Request::get(format!("/v1/codes/{}", issued.code.unwrap())));
    assert_eq!(shown.json()["colour"], json!("blue"), "{}", shown.text());
    let contact = node.vault.contact(Subject::Application(id), View::ordinary(now())).unwrap();
    assert_eq!(contact.unwrap().phone, applicant.phone);
}

#[test]
fn who_applied_follows_the_application_by_the_key_that_signed() {
    let world = world();
    let node = &world.node;
    let asked = asked_well(world);
    let target = format!("/v1/applications/{}", asked.application);
    let own = access::get(world, &target, Some(&token_of(world, &asked.applicant.key)));
    assert_eq!(own.status, 200, "{}", own.text());
    let nobody = SecretKey::from_seed(&[56; 32]);
    assert_eq!(access::get(world, &target, Some(&token_of(world, &nobody))).status, 404);
    let head = format!(
        "GET /v1/events HTTP/1.1\r\nhost: localhost\r\nlast-event-id: 0\r\n\
         authorization: Bearer {}\r\n\r\n",
        token_of(world, &asked.applicant.key)
    );
    let id = asked.application.to_string();
    let seen = |text: &str| text.contains(&format!("\"id\":\"{id}\""));
    crate::http::exchange(node.guarded, head.as_bytes(), seen);
}

#[test]
fn a_refused_claim_is_corrected_and_the_code_is_issued() {
    let node = &world().node;
    let applicant = Applicant::with(node, papers(node, 4).misprinted());
    let draft = ok(node.address, "/v1/applying", &applicant.driver());
    let first = told(&target_of(&draft), &applicant.signed(node, &draft));
    let sent = answer(node.address, &first).json();
    let id: ApplicationId = serde_json::from_value(sent["application"].clone()).unwrap();
    let refused = answered(node, id);
    let reason = |claim: &ClaimState| match claim {
        ClaimState::Refused { reason, .. } => Some(reason.to_string()),
        _ => None,
    };
    let place = refused.claims.iter().position(|claim| reason(&claim.state).is_some()).unwrap();
    assert_eq!(reason(&refused.claims[place].state).unwrap(), "field_differs");
    let right = papers(node, 4);
    let body = json!({
        "ticket": applicant.ticket,
        "application": id,
        "place": place,
        "certificate": typed(&right.person)[place],
    });
    let draft = ok(node.address, "/v1/applying/corrections", &body);
    let unsigned = json!({ "ticket": applicant.ticket, "statements": [] });
    let before = node.vault.listed(Subject::Application(id)).unwrap();
    let wordless = answer(node.address, &told(&target_of(&draft), &unsigned));
    assert_eq!(wordless.code(), "application_refused", "{}", wordless.text());
    let held = || node.vault.claims(Subject::Application(id), View::ordinary(now())).unwrap();
    let value = |place: usize| held()[place].fields.last().unwrap().value.clone();
    assert_eq!(node.vault.listed(Subject::Application(id)).unwrap().len(), before.len());
    let name = |place: usize| {
        let fields = &held()[place].fields;
        fields.iter().find(|field| field.name == "issuingOrganizations").unwrap().value.clone()
    };
    assert!(name(place).ends_with('局'), "what was refused is there again: {}", value(place));
    let done = applicant.submit(node, &draft);
    assert_eq!(done.status, 200, "{}", done.text());
    assert_eq!(answered(node, id).state, ApplicationState::Issued);
    assert!(!name(place).ends_with('局'));
    // What was corrected since is not written over by who sends the first draft again.
    assert_eq!(answer(node.address, &first).json(), sent);
    assert!(!name(place).ends_with('局'));
}

#[test]
fn who_hangs_up_while_it_is_sent_is_applied_for_all_the_same() {
    let node = &world().node;
    let applicant = Applicant::new(node, 11);
    let draft = ok(node.address, "/v1/applying", &applicant.driver());
    let submit = told(&target_of(&draft), &applicant.signed(node, &draft));
    let phone = vault::KeyField::new(vault::KeyKind::Phone, &applicant.phone);
    let found = || node.vault.find(&phone).unwrap().first().copied();
    let line = begin(node.address, &submit);
    until("it is in the vault", found);
    drop(line);
    let Some(Subject::Application(id)) = found() else { panic!("it is not in the vault") };
    until("it is on chain", || record::<Application>(node, format!("/v1/applications/{id}")));
    assert_eq!(answered(node, id).state, ApplicationState::Issued);
    let again = answer(node.address, &submit);
    assert_eq!((again.status, again.json()["application"].clone()), (200, json!(id)));
}

#[test]
fn a_node_whose_organisation_may_not_apply_for_others_says_so_at_once() {
    let node = RUNTIME.block_on(world::observer());
    let asked = told("/v1/applying/codes", &json!({ "phone": new_phone() }));
    let closed = answer(node.address, &asked);
    assert_eq!((closed.status, closed.code().as_str()), (503, "applying_closed"));
}

#[test]
fn what_the_chain_refuses_leaves_nothing_in_the_vault() {
    let node = &world().node;
    let applicant = Applicant::new(node, 5);
    let draft = ok(node.address, "/v1/applying", &applicant.driver());
    let held = || node.vault.find(&vault::KeyField::new(vault::KeyKind::Phone, &applicant.phone));
    assert!(held().unwrap().is_empty(), "a draft lies in memory alone");
    let unsigned = json!({ "ticket": applicant.ticket, "statements": [] });
    let refused = answer(node.address, &told(&target_of(&draft), &unsigned));
    assert_eq!((refused.status, refused.code().as_str()), (422, "application_refused"));
    assert!(refused.text().contains("statement_missing"), "{}", refused.text());
    assert!(held().unwrap().is_empty(), "nor is anybody found by it");
    // The same draft with the holder's word goes on.
    assert_eq!(applicant.submit(node, &draft).status, 200);
}

#[test]
fn a_lost_key_is_replaced_and_signs_nothing_any_more() {
    let world = world();
    let node = &world.node;
    let applicant = Applicant::new(node, 6);
    let id = applicant.apply(node, &applicant.driver());
    let person = answered(node, id).person.unwrap();
    let new = SecretKey::from_seed(&[rand(), rand()].concat().try_into().unwrap());
    let identity = &applicant.papers.person[0];
    let body = json!({
        "ticket": applicant.ticket,
        "holder_key": new.public(),
        "custody": "device",
        "identity_number": identity.value("identityNumber"),
        "name": identity.value("driverName"),
    });
    let draft = ok(node.address, "/v1/applying/keys", &body);
    assert_eq!(draft["claims"], json!([]), "whoever has the phone is shown no values");
    let submit = |key: &SecretKey| {
        let body = json!({ "ticket": applicant.ticket, "statements": [word(node, key, &draft)] });
        answer(node.address, &told(&target_of(&draft), &body))
    };
    let stolen = submit(&applicant.key);
    assert_eq!((stolen.status, stolen.code().as_str()), (422, "key_change_refused"));
    let done = submit(&new);
    assert_eq!((done.status, done.json()["person"].clone()), (200, json!(person)));
    let found: Person = record(node, format!("/v1/persons/{person}")).unwrap();
    assert_eq!(found.keys, [new.public()]);
    let old = access::get(
        world,
        &format!("/v1/persons/{person}"),
        Some(&token_of(world, &applicant.key)),
    );
    assert_eq!(old.status, 401, "{}", old.text());
    let own = access::get(world, &format!("/v1/persons/{person}"), Some(&token_of(world, &new)));
    assert_eq!(own.status, 200, "{}", own.text());
}

#[test]
fn a_phone_that_came_with_an_earlier_application_takes_nobodys_code() {
    let world = world();
    let node = &world.node;
    // A thief has a copy of the papers, applies first, and an authority attests the identity.
    let thief = Applicant::with(node, papers(node, 12).misprinted());
    let first = answered(node, thief.apply(node, &thief.driver()));
    assert!(matches!(first.claims[0].state, ClaimState::Attested(_)) && first.person.is_some());
    let withdrawn = chain::actions::ApplicationWithdraw { application: first.id };
    let body = serde_json::to_string(&node.sign("regulator", withdrawn)).unwrap();
    let target = "/v1/transactions?wait=ordered";
    let sent = send(node.address, &Request::post(target, crate::http::JSON, body));
    assert!(sent.json()["receipt"]["outcome"]["executed"].is_object(), "{}", sent.text());
    let driver = Applicant::new(node, 12);
    let issued = answered(node, driver.apply(node, &driver.driver()));
    assert_eq!((issued.state, issued.person), (ApplicationState::Issued, first.person));
    let identity = &driver.papers.person[0];
    let wish = |ticket: &str| {
        json!({
            "ticket": ticket,
            "holder_key": thief.key.public(),
            "custody": "device",
            "identity_number": identity.value("identityNumber"),
            "name": identity.value("driverName"),
        })
    };
    let tell = |ticket: &str| answer(node.address, &told("/v1/applying/keys", &wish(ticket)));
    assert_eq!(tell(&thief.ticket).code(), "person_not_matched");
    assert_eq!(tell(&driver.ticket).status, 201, "the driver's own phone");
}

#[test]
fn who_has_a_code_is_told_so_by_the_authority() {
    let node = &world().node;
    let first = Applicant::new(node, 22);
    assert_eq!(answered(node, first.apply(node, &first.driver())).state, ApplicationState::Issued);
    let again = Applicant::new(node, 22);
    let told = answered(node, again.apply(node, &again.driver()));
    let refused = told.claims.iter().any(|claim| {
        matches!(&claim.state, ClaimState::Refused { reason, .. } if reason.as_str() == "subject_exists")
    });
    assert!(refused, "{:?}", told.claims);
}

#[test]
fn five_wrong_guesses_at_a_person_end_the_ticket() {
    let world = world();
    let at = world.node.address;
    let asked = asked_well(world);
    let thief = Applicant::new(&world.node, 7);
    let guess = with(&key_change(asked), "/ticket", json!(thief.ticket));
    for _ in 0..5 {
        let wrong = answer(at, &told("/v1/applying/keys", &guess));
        assert_eq!(wrong.code(), "person_not_matched", "another phone: {}", wrong.text());
    }
    let ended = answer(at, &told("/v1/applying/keys", &guess));
    assert_eq!(ended.code(), "ticket_needed");
}

#[test]
fn a_code_ends_with_the_fifth_wrong_try_and_whatever_is_wrong_answers_alike() {
    let at = world().node.address;
    let (request, sent) = code(at, &new_phone());
    let wrong = if sent == "000000" { "000001" } else { "000000" };
    let tell = |request: &str, code: &str| {
        let body = json!({ "request": request, "code": code });
        let mut problem = answer(at, &told("/v1/applying/codes/verify", &body)).json();
        problem.as_object_mut().unwrap().remove("request_id");
        problem
    };
    let unknown = tell(&"0".repeat(32), &sent);
    assert_eq!(unknown["code"], json!("otp_wrong"));
    for _ in 0..5 {
        let begun = Instant::now();
        assert_eq!(tell(&request, wrong), unknown);
        assert!(begun.elapsed() >= Duration::from_millis(300), "no sooner than others");
    }
    assert_eq!(tell(&request, &sent), unknown, "it is over");
}

#[test]
fn every_wrong_field_is_told_at_once_in_both_languages() {
    let world = world();
    let applicant = Applicant::new(&world.node, 8);
    let mut typed = typed(&applicant.papers.person);
    typed[0]["values"]["identityNumber"] = json!("53990019900101001X");
    typed[1]["values"]["vehicleClass"] = json!("Z9");
    let body = json!({ "certificates": typed });
    let told = ok(world.node.address, "/v1/applying/check", &body);
    let wrong = told["wrong"].as_array().unwrap();
    let fields: Vec<_> = wrong
        .iter()
        .map(|one| (one["certificate"].as_u64().unwrap(), one["field"].as_str().unwrap()))
        .collect();
    assert!(fields.contains(&(0, "identityNumber")), "{told}");
    assert!(fields.contains(&(1, "vehicleClass")), "{told}");
    for one in wrong {
        let is_chinese = one["zh"].as_str().unwrap().chars().any(|symbol| symbol > '\u{4e00}');
        assert!(is_chinese && !one["en"].as_str().unwrap().is_empty());
        assert!(!one.to_string().contains("53990019900101001X"));
    }
    let right = ok(
        world.node.address,
        "/v1/applying/check",
        &json!({ "certificates": self::typed(&applicant.papers.person) }),
    );
    assert_eq!(right["wrong"], json!([]));
}

#[test]
fn an_organisation_applies_for_others_with_its_own_signature() {
    let world = world();
    let node = &world.node;
    let applicant = Applicant::new(node, 9);
    let mut wish = applicant.driver();
    wish["ticket"] = Value::Null;
    wish["contact"]["phone"] = json!(applicant.phone);
    let regulator = member(world, "regulator");
    let tell = |target: &str, body: &Value| {
        access::ask(world, told(target, body), Some(&token_of(world, &regulator)))
    };
    let mut phoneless = wish.clone();
    phoneless["contact"] = json!({});
    assert_eq!(tell("/v1/applying", &phoneless).code(), "field_wrong");
    let draft = tell("/v1/applying", &wish).json();
    let statements = vec![word(node, &applicant.key, &draft)];
    let action: Action = serde_json::from_value(draft["action"].clone()).unwrap();
    let unsigned = tell(&target_of(&draft), &json!({ "statements": statements }));
    assert_eq!(unsigned.code(), "not_signed_here", "no API key is bound: {}", unsigned.text());
    let other = node.refused_by("regulator");
    let body = json!({ "statements": [], "transaction": other });
    assert_eq!(tell(&target_of(&draft), &body).code(), "claim_differs");
    let chain = node.genesis().chain_id();
    let action = action.with_statements(statements);
    let signed =
        chain::Transaction::sign(&regulator, chain, action, Nonce(rand()), now().plus(60_000));
    let body = json!({ "statements": [], "transaction": signed });
    let done = tell(&target_of(&draft), &body);
    assert_eq!(done.status, 200, "{}", done.text());
    let id = serde_json::from_value(done.json()["application"].clone()).unwrap();
    assert_eq!(answered(node, id).state, ApplicationState::Issued);
    let stranger = &access::stranger(world).name;
    let narrow = node.api_key(91, stranger, chain::records::InterfaceScopes::NONE);
    let none = access::ask(world, told("/v1/applying", &wish), Some(&narrow));
    assert_eq!(none.code(), "ticket_needed", "its key is not for codes");
}

#[test]
fn claims_reach_an_authority_that_was_away_and_a_node_that_started_anew_carries_them() {
    let limits = api::config::Limits::default();
    let (node, net) = RUNTIME.block_on(async {
        let node = world::node(1, limits).await;
        let net = connected(node.address).await;
        (node, net)
    });
    // Nobody takes parcels yet: the port is there, and connections wait.
    let applicant = Applicant::new(&node, 10);
    let id = applicant.apply(&node, &applicant.driver());
    assert!(application(&node, id).claims.iter().all(|one| one.state == ClaimState::Waiting));
    drop(net);
    let node = RUNTIME.block_on(node.restarted(&Default::default()));
    let _inboxes: Inboxes = RUNTIME.block_on(async {
        let net = connected(node.address).await;
        authorities(&node.consortium, &net, &node.counters).await
    });
    assert_eq!(answered(&node, id).state, ApplicationState::Issued);
}
