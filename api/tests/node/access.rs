// SPDX-License-Identifier: Apache-2.0
//! Who may call what, over real sockets: every cell of the table, credentials that are wrong, and the
//! document that is written from the table.

use std::collections::BTreeSet;
use std::sync::Arc;

use api::access::Class;
use api::access::register::{Register, Wanted};
use api::access::secret::ApiKey;
use api::access::table::{Reach, Row, TABLE};
use chain::Time;
use chain::keys::{PublicKey, SecretKey};
use chain::records::{InterfaceKind, InterfaceScopes};
use chain::text::Name;
use consensus::clock::Clock;
use genesis::demo::Member;
use serde_json::{Value, json};

use crate::agreed;
use crate::described::assert_described;
use crate::http::{Answer, Request, send};
use crate::world::{World, world};

/// Between two looks.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(50);

pub(crate) fn now() -> Time {
    Time(Clock::default().now_ms())
}

pub(crate) fn token_of(world: &World, key: &SecretKey) -> String {
    token::sign(key, &audience(world, "validator-1"), now(), 60).unwrap()
}

fn audience(world: &World, node: &str) -> String {
    token::audience(world.node.genesis().chain_id(), node)
}

pub(crate) fn ask(world: &World, request: Request, secret: Option<&str>) -> Answer {
    let request = match secret {
        Some(secret) => request.with("authorization", format!("Bearer {secret}")),
        None => request,
    };
    let answer = send(world.node.guarded, &request);
    assert_described(&request, &answer);
    answer
}

pub(crate) fn get(world: &World, target: &str, secret: Option<&str>) -> Answer {
    ask(world, Request::get(target), secret)
}

/// An enterprise that has nothing to do with the driver.
pub(crate) fn stranger(world: &World) -> &Member {
    let known = [world.maker, world.application.sponsor];
    let members = world.node.consortium.members.iter();
    let mut enterprises = members.filter(|member| member.name.starts_with("enterprise-"));
    enterprises.find(|member| !known.contains(&member.id)).unwrap()
}

pub(crate) fn member(world: &World, name: &str) -> SecretKey {
    world.node.consortium.member(name).unwrap().key.clone()
}

/// Puts an API key of an organisation among those of the node.
fn api_key(world: &World, number: u8, of: &Member, scopes: InterfaceScopes) -> String {
    key_of(world, number, of, (scopes, false, None))
}

/// The same, with whether it acts by office and what it signs with.
pub(crate) fn key_of(
    world: &World,
    number: u8,
    of: &Member,
    (scopes, by_office, signs_with): (InterfaceScopes, bool, Option<PublicKey>),
) -> String {
    let key = ApiKey::of([number; 48]);
    let (label, organisation) = (Name::new("a test").unwrap(), of.id);
    let wanted = Wanted { label, organisation, scopes, by_office, signs_with, until: None };
    world.node.keys.send_modify(|keys| {
        let mut all: Register = (**keys).clone();
        all.add(&key, wanted, now()).unwrap();
        *keys = Arc::new(all);
    });
    key.reveal()
}

/// Who asks, as the table has it, and to what it is a party.
struct Asker {
    class: Class,
    secret: Option<String>,
    may_verify: bool,
    party_to: &'static [&'static str],
}

const ALL: &[&str] = &[
    "code",
    "person",
    "vehicle",
    "application",
    "matter",
    "waybill",
    "consent",
    "access",
    "affiliation",
    "holder",
];
const ATTESTED: &[&str] = &["person", "vehicle", "application", "matter", "sent"];

fn askers(world: &World) -> Vec<Asker> {
    let scopes = InterfaceScopes::all_of(InterfaceKind::VerificationAndExchange);
    let other = stranger(world);
    let narrow = api_key(world, 1, other, InterfaceScopes::NONE);
    let wide = api_key(world, 2, other, scopes);
    let asker = |class, secret: Option<String>, may_verify, party_to| Asker {
        class,
        secret,
        may_verify,
        party_to,
    };
    let signed = |key: &SecretKey| Some(token_of(world, key));
    vec![
        asker(Class::Public, None, false, &[]),
        asker(Class::Holder, signed(&world.driver), false, ALL),
        asker(Class::Holder, signed(&SecretKey::from_seed(&[99; 32])), false, &[]),
        asker(Class::Business, Some(narrow), false, &[]),
        asker(Class::Business, Some(wide), true, &[]),
        asker(Class::Authority, signed(&member(world, "traffic-police")), false, ATTESTED),
        asker(Class::Node, signed(&member(world, "regulator")), false, &[]),
    ]
}

/// A request that reaches a row, and the word of what it asks for.
fn request(world: &World, row: &Row) -> (Request, &'static str) {
    let World { code, person, vehicle, waybill, matter, opened, maker, .. } = world;
    let application = world.application.id;
    let (path, what) = match row.route {
        "POST /v1/transactions" | "POST /v1/transactions/batch" => {
            return (submission(world, row.route), "");
        }
        "POST /v1/transactions/sign" => return (crate::guarded::wish(), "signature"),
        "POST /v1/transactions/prepare" => return (crate::cases::wish(world, json!(60)), ""),
        "GET /v1/transactions/{id}" => (format!("/v1/transactions/{opened}"), "sent"),
        "GET /v1/transactions/{id}/proof" => (format!("/v1/transactions/{opened}/proof"), "sent"),
        "GET /v1/blocks/{height}" => ("/v1/blocks/0".to_owned(), ""),
        "GET /v1/blocks/{height}/changes" => ("/v1/blocks/0/changes".to_owned(), ""),
        "GET /v1/headers/{height}" => ("/v1/headers/0".to_owned(), ""),
        "GET /v1/codes/{id}" => (format!("/v1/codes/{code}"), "code"),
        "GET /v1/codes/{id}/proof" => (format!("/v1/codes/{code}/proof"), "code"),
        "GET /v1/codes/{id}/papers" => (format!("/v1/codes/{code}/papers"), "code"),
        "POST /v1/verify" => return (crate::cases::scan(&world.shown()), ""),
        "GET /v1/codes/{id}/witness" => (format!("/v1/codes/{code}/witness"), "code"),
        "GET /v1/organisations/{id}/witness" => (world.badge(), ""),
        "GET /v1/codes/{id}/qr.svg" => (format!("/v1/codes/{code}/qr.svg"), "code"),
        "GET /v1/codes/{id}/history" => (format!("/v1/codes/{code}/history"), "code"),
        "GET /v1/organisations/{id}" => (format!("/v1/organisations/{maker}"), ""),
        "GET /v1/organisations/{id}/interfaces" => {
            (format!("/v1/organisations/{maker}/interfaces"), "")
        }
        "GET /v1/persons/{id}" => (format!("/v1/persons/{person}"), "person"),
        "GET /v1/applications/{id}" => (format!("/v1/applications/{application}"), "application"),
        "GET /v1/vehicles/{id}" => (format!("/v1/vehicles/{vehicle}"), "vehicle"),
        "GET /v1/matters/{id}" => (format!("/v1/matters/{matter}"), "matter"),
        "GET /v1/waybills/{id}" => (format!("/v1/waybills/{waybill}"), "waybill"),
        "GET /v1/records/{kind}/{id}/proof" => {
            (format!("/v1/records/vehicle/{vehicle}/proof"), "vehicle")
        }
        "GET /v1/state/{kind}" => ("/v1/state/vehicle".to_owned(), "vehicle"),
        "GET /v1/consents" => ("/v1/consents".to_owned(), "consent"),
        "GET /v1/consents/{id}" => (format!("/v1/consents/{}", world.agreed.consent), "consent"),
        "GET /v1/codes/{id}/consents" => (format!("/v1/codes/{code}/consents"), "consent"),
        "GET /v1/accesses" => ("/v1/accesses".to_owned(), "access"),
        "GET /v1/accesses/{id}" => (format!("/v1/accesses/{}", world.agreed.access), "access"),
        "GET /v1/codes/{id}/accesses" => (format!("/v1/codes/{code}/accesses"), "access"),
        "GET /v1/affiliations" => ("/v1/affiliations".to_owned(), "affiliation"),
        "GET /v1/affiliations/{id}" => {
            (format!("/v1/affiliations/{}", world.agreed.affiliation), "affiliation")
        }
        "GET /v1/erasures" => ("/v1/erasures".to_owned(), "erasure"),
        "GET /v1/erasures/{id}" => (format!("/v1/erasures/{}", world.agreed.erasure), "erasure"),
        "GET /v1/codes/{id}/prompts" => (format!("/v1/codes/{code}/prompts"), "holder"),
        other if other.contains("/v1/applying") => {
            return (crate::applying::asked(other), "holder");
        }
        _ if is_exchange(row.route) => return (exchanged(world, row.route), "holder"),
        "GET /v1/codes" => ("/v1/codes?limit=200".to_owned(), "code"),
        "GET /v1/applications" => ("/v1/applications?limit=200".to_owned(), "application"),
        "GET /v1/vehicles" => ("/v1/vehicles?limit=200".to_owned(), "vehicle"),
        "GET /v1/matters" => ("/v1/matters?limit=200".to_owned(), "matter"),
        "GET /v1/waybills" => ("/v1/waybills?limit=200".to_owned(), "waybill"),
        "POST /v1/applications/{id}/holdings" => {
            let body = json!({ "holder": world.application.holder_key }).to_string();
            let path = format!("/v1/applications/{application}/holdings");
            return (Request::post(path, crate::http::JSON, body), "");
        }
        "GET /v1/applications/{id}/holdings" => {
            (format!("/v1/applications/{application}/holdings"), "")
        }
        "POST /v1/waybills/{id}/holdings" => {
            let path = format!("/v1/waybills/{waybill}/holdings");
            return (Request::post(path, crate::http::JSON, r#"{"fields":[]}"#), "");
        }
        "GET /v1/waybills/{id}/holdings" => (format!("/v1/waybills/{waybill}/holdings"), ""),
        "GET /v1/waybills/{id}/fields" => {
            let _left = crate::cargo::read(world);
            (format!("/v1/waybills/{}/fields", world.agreed.carried.id), "waybill")
        }
        other if other.contains("/v1/webhooks/{id}") => return (unknown_webhook(other), ""),
        other => (other.strip_prefix("GET ").unwrap().to_owned(), ""),
    };
    (Request::get(path), what)
}

/// A request for a webhook that nobody has.
fn unknown_webhook(route: &'static str) -> Request {
    let (method, path) = route.split_once(' ').unwrap();
    let path = path.replace("{id}", "whk_5t63b7qsg5we2a5gr9hx8w2k4m");
    Request { method, ..Request::post(path, crate::http::JSON, "{}") }
}

fn submission(world: &World, route: &str) -> Request {
    let transaction = world.node.refused().to_bytes();
    let (target, body) = match route.ends_with("batch") {
        true => ("/v1/transactions/batch", crate::cases::frames(&[transaction])),
        false => ("/v1/transactions", transaction),
    };
    Request::post(target, crate::http::BYTES, body)
}

/// What is asked of others' data, or done by a code's holder.
fn is_exchange(route: &str) -> bool {
    ["/v1/exchange", "/v1/consents/requests", "/capacity", "/prompts", "/v1/applying"]
        .iter()
        .any(|part| route.contains(part))
}

/// The request of who may, without its credential.
fn exchanged(world: &World, route: &str) -> Request {
    let request = match route {
        "POST /v1/exchange" => agreed::exchange(world),
        "POST /v1/exchange/prepare" => agreed::prepare(world),
        "POST /v1/exchange/{access}/collect" => agreed::collect(world),
        "GET /v1/exchange/{access}" => agreed::state(world),
        "POST /v1/exchange/capacity" => agreed::enter(world, "0100000000"),
        "POST /v1/exchange/capacity/prepare" => agreed::prepare_entered(world, "0100000000"),
        "POST /v1/consents/requests" => agreed::wish(world),
        "POST /v1/codes/{id}/capacity" => agreed::draw(world),
        "POST /v1/codes/{id}/capacity/sign" => agreed::sign(world).0,
        "POST /v1/codes/{id}/prompts/{prompt}/refuse" => agreed::refuse(world),
        other => panic!("{other}"),
    };
    Request {
        headers: request.headers.into_iter().filter(|(n, _)| *n != "authorization").collect(),
        ..request
    }
}

/// Whether somebody's data may be seen is the chain's to say; that somebody may ask is the table's.
fn assert_may_ask(route: &str, answer: &Answer) {
    let (status, code) = (answer.status, answer.json()["code"].clone());
    assert!(status != 401 && code != "not_allowed", "{route}: {status} {code}");
}

/// Lists answer with what is the caller's; the one object of a route is there or not.
fn is_list(route: &str) -> bool {
    let of_code = ["GET /v1/codes/{id}/consents", "GET /v1/codes/{id}/accesses"];
    let lists = [
        "codes",
        "applications",
        "vehicles",
        "matters",
        "waybills",
        "consents",
        "accesses",
        "erasures",
        "affiliations",
        "webhooks",
    ];
    of_code.contains(&route) || lists.iter().any(|list| route == format!("GET /v1/{list}"))
}

fn assert_cell(world: &World, row: &Row, asker: &Asker) {
    let (request, what) = request(world, row);
    let answer = ask(world, request, asker.secret.as_deref());
    let (reach, class) = (row.of(asker.class), asker.class);
    let sees = match reach {
        Reach::No => false,
        Reach::All => true,
        Reach::Granted => asker.may_verify || asker.party_to.contains(&what),
        Reach::Own => asker.party_to.contains(&what),
    };
    let context = format!("{} by {class:?}: {} {}", row.route, answer.status, answer.text());
    if reach == Reach::No {
        let expected = if class == Class::Public { 401 } else { 403 };
        assert_eq!(answer.status, expected, "{context}");
    } else if is_exchange(row.route) && reach == Reach::All {
        assert_may_ask(row.route, &answer);
    } else if is_list(row.route) || row.route.ends_with("/history") {
        assert_eq!(answer.status, 200, "{context}");
        let items = answer.json()["items"].as_array().unwrap().len();
        assert_eq!(items > 0, sees, "{context}");
    } else if row.route == "POST /v1/transactions/sign" {
        // None of these askers shows an API key that is bound to a signing key.
        assert_eq!(answer.code(), "not_signed_here", "{context}");
    } else if row.route == "GET /v1/transactions/{id}" {
        assert_eq!(answer.status, 200, "the receipt is for who knows the id: {context}");
        assert_eq!(answer.json()["transaction"].is_object(), sees, "{context}");
    } else {
        let is_taken = row.route.starts_with("POST") && answer.status == 202;
        let expected = if sees { 200 } else { 404 };
        assert!(answer.status == expected || is_taken, "{context}");
    }
}

#[test]
fn every_cell_of_the_table_holds() {
    let world = world();
    for asker in askers(world) {
        // Streams have no end, webhooks and tables need a grant: they have tests of their own.
        let needs_grant = |route: &str| route == "POST /v1/webhooks" || route.contains("/modules/");
        let is_file = |route: &str| route.ends_with(".js") || route.ends_with("/{name}");
        let apart =
            |route: &str| route.ends_with("/events") || needs_grant(route) || is_file(route);
        for row in TABLE.iter().filter(|row| !apart(row.route)) {
            assert_cell(world, row, &asker);
        }
    }
}

#[test]
fn every_described_route_has_its_row_and_regulators_see_what_nodes_see() {
    let described: BTreeSet<String> =
        crate::described::operations().into_iter().map(|(name, _)| name).collect();
    let rows: BTreeSet<String> = TABLE.iter().map(|row| row.route.to_owned()).collect();
    let files = ["GET /docs/", "GET /assets/", "GET /service.js"];
    let is_file = |route: &String| files.iter().any(|begin| route.starts_with(begin));
    assert!(rows.difference(&described).all(is_file) && described.is_subset(&rows), "{rows:?}");
    assert_eq!(rows.len(), TABLE.len());
    assert!(TABLE.iter().all(|row| row.of(Class::Regulator) == row.of(Class::Node)));
}

#[test]
fn a_foreign_record_and_one_that_is_not_there_get_the_same_answer() {
    let world = world();
    let secret = token_of(world, &SecretKey::from_seed(&[98; 32]));
    let known = world.person.to_string();
    let absent = format!("{}0", &known[..known.len() - 1]);
    let absent = if absent == known { format!("{}1", &known[..known.len() - 1]) } else { absent };
    for path in ["/v1/persons/ID", "/v1/records/person/ID/proof"] {
        let [known, absent] = [&known, &absent].map(|id| {
            let answer = get(world, &path.replace("ID", id), Some(&secret));
            let text = answer.text().replace(id.as_str(), "ID");
            let mut told: Value = serde_json::from_str(&text).unwrap();
            told["request_id"] = Value::Null;
            (answer.status, told)
        });
        assert_eq!(known, absent);
    }
}

#[test]
fn a_wrong_credential_is_refused_even_where_none_is_needed() {
    let world = world();
    let sign = |audience: &str, at| token::sign(&world.driver, audience, at, 60).unwrap();
    let other_chain = sign(&token::audience(chain::Hash([1; 32]), "validator-1"), now());
    let other_node = sign(&audience(world, "validator-2"), now());
    let old = Time(now().0 - 700_000);
    let expired = sign(&audience(world, "validator-1"), old);
    let unknown = ApiKey::of([77; 48]).reveal();
    for secret in ["", "nonsense", "a.b.c", &other_chain, &other_node, &expired, &unknown] {
        let answer = get(world, "/v1/status", Some(secret));
        assert_eq!((answer.status, answer.code().as_str()), (401, "credentials_wrong"), "{secret}");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        assert!(secret.len() < 20 || !answer.text().contains(secret), "{}", answer.text());
    }
    let basic = Request::get("/v1/status").with("authorization", "Basic YTpi");
    assert_eq!(ask(world, basic, None).code(), "credentials_wrong");
    let twice = Request::get("/v1/status").with("authorization", "Bearer a");
    assert_eq!(ask(world, twice, Some("b")).code(), "credentials_wrong");
}

#[test]
fn a_revoked_api_key_is_refused_and_a_key_is_never_wider_than_the_grant() {
    let world = world();
    let ungranted = world.node.consortium.member("insurer").unwrap();
    let scopes = InterfaceScopes::all_of(InterfaceKind::CodeApplication);
    let secret = api_key(world, 3, ungranted, scopes);
    assert_eq!(get(world, "/v1/status", Some(&secret)).status, 200);
    let waybill = format!("/v1/waybills/{}", world.waybill);
    assert_eq!(get(world, &waybill, Some(&secret)).status, 404);
    let key: ApiKey = secret.parse().unwrap();
    world.node.keys.send_modify(|keys| {
        let mut all: Register = (**keys).clone();
        all.revoke(key.id(), now()).unwrap();
        *keys = Arc::new(all);
    });
    // The node remembers a caller for a second at most.
    let ended = || get(world, "/v1/status", Some(&secret)).status == 401;
    let last = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while !ended() {
        assert!(std::time::Instant::now() < last, "the key goes on");
        std::thread::sleep(PAUSE);
    }
}

#[test]
fn a_transaction_is_shown_to_its_sender_and_its_receipt_to_who_knows_its_id() {
    let world = world();
    let target = format!("/v1/transactions/{}", world.opened);
    let police = token_of(world, &member(world, "traffic-police"));
    let driver = token_of(world, &world.driver);
    for (secret, shown) in [(None, false), (Some(&police), true), (Some(&driver), false)] {
        let answer = get(world, &target, secret.map(String::as_str)).json();
        assert_eq!(answer["transaction"].is_object(), shown);
        assert!(answer["receipt"].is_object());
    }
}

#[test]
fn an_event_stream_shows_a_caller_its_own_changes_alone() {
    let world = world();
    let head = |secret: &str| {
        format!(
            "GET /v1/events HTTP/1.1\r\nhost: localhost\r\nlast-event-id: 0\r\n\
             authorization: Bearer {secret}\r\n\r\n"
        )
    };
    let driver = head(&token_of(world, &world.driver));
    let waybill = world.waybill.to_string();
    let seen = |text: &str| text.contains(&format!("\"id\":\"{waybill}\""));
    let text = crate::http::exchange(world.node.guarded, driver.as_bytes(), seen);
    let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
    let kinds: BTreeSet<String> = data
        .filter_map(|data| serde_json::from_str::<Value>(data).ok())
        .map(|event| event["version"]["kind"].as_str().unwrap().to_owned())
        .collect();
    assert!(!kinds.contains("unique_name"), "{kinds:?}");
    assert!(kinds.contains("waybill") && kinds.contains("code"), "{kinds:?}");
}

/// `DIANYUN_REWRITE=1` writes the document anew.
#[test]
fn the_document_of_the_table_is_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/access.md");
    let text = document();
    if std::env::var_os("DIANYUN_REWRITE").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == text, "docs/access.md is old: run this with DIANYUN_REWRITE=1");
}

const ABOUT: &str = "\
# Who may call what

Written from the table in `api/src/access/table.rs`; a test asks for every cell. Whether a transaction is good, the
state machine says ([actions.md](actions.md)).

- **public**: no credentials. **holder**: a token by a person's key. **business**: an enterprise, platform, insurer,
  bank or service provider. **node**: an organisation that runs a validator or observer, which holds every block
  anyway; or anybody, where the operator opened the interface.
- **all**: everything on that route. **own**: what the caller is a party to: its subject, maker, holder, owner,
  operator, sponsor, attester or source; a public offer is everybody's own who may see waybills. What is not the
  caller's is not there for it: the answer is that of a record that never was. **–**: 401 without credentials, 403 with.
- **own; all if granted `verify`**: a grant of the interface `verification_and_exchange` on the chain that names the
  scope `verify`, and an API key that is not narrower.
- On the routes of the exchange, **all** means that one may ask: what is seen, the chain says for each code
  ([exchange.md](exchange.md)); an open interface knows nobody, so there one asks with credentials too. **own** is what
  the code's holder does at the node that holds the data.
- Organisations, parameters and the keys of organisations are named in the clear. A registered key is proven to whoever
  can name it. A code's standing and colour are for whoever can name it; its record, with it the proof, and how it stood
  more than a minute ago are for its parties, for those who are granted `verify`, regulators and nodes.
- An API key that is not for `waybills` gets no waybill's fields, one that is not for `codes` or `vehicles` leaves
  nothing of applications, although these are the organisation's own.
- An enterprise with the scope `modules` is a party to code, person and vehicles of a driver while it has an open
  account of that driver, and the tables under `/v1/modules` are its own ([modules.md](modules.md)).
- Webhooks are those that the organisation has at this node; to register or use one, a business needs a grant with the
  scope `modules`.
- The transaction itself behind `GET /v1/transactions/{id}` is for its sender, regulators and nodes; the receipt is for
  whoever knows its id.
- An API key of a regulator or of an organisation that runs a node gets as far as one of a business, unless it was made
  to act by office (`dianyun apikey new --office`). A node signs for an API key that is bound to a signing key
  (`--sign-with`) what the key's scopes allow: `codes` (codes, operators), `vehicles`, `waybills`, `exchange` (consents,
  accesses, erasures), `modules` (affiliations); all else by office. It changes no keys and no registrations.
- Requests are counted by the interface: those for records of others by the grant of `verification_and_exchange`, each
  transaction by the grant that its action needs, all else by the larger rate. A batch counts as many as it holds.

";

fn document() -> String {
    let words: Vec<&str> = Class::ALL.iter().map(|class| class.word()).collect();
    let mut text = format!("{ABOUT}| route | {} |\n|---|{}\n", words.join(" | "), "---|".repeat(6));
    for row in TABLE {
        let cells: Vec<&str> = Class::ALL.iter().map(|class| row.of(*class).word()).collect();
        text.push_str(&format!("| `{}` | {} |\n", row.route, cells.join(" | ")));
    }
    text
}
