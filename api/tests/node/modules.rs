// SPDX-License-Identifier: Apache-2.0
//! Affiliations, and the tables of drivers and vehicles: what is in them, for whom, in which form, and what
//! their readers hear of it later.

use std::sync::OnceLock;

use chain::actions::{
    AffiliationOpen, AffiliationRequest, AffiliationReview, AffiliationVerdict, ConsentGive,
};
use chain::records::{
    Affiliation, CertificateKind, ConsentTerms, ExchangeField, FieldSet, InterfaceKind,
    InterfaceScopes, Purpose,
};
use demo::cast::{self, Player};
use serde_json::{Value, json};

use crate::agreed::{self, ASKER};
use crate::cases::Case;
use crate::http::{Answer, JSON, PROBLEM, Request, exchange, send};
use crate::nodes::now;
use crate::world::{World, ask, world};

const DRIVERS: &str = "/v1/modules/drivers";
const VEHICLES: &str = "/v1/modules/vehicles";

/// API keys of the platform: one for all that it is granted, one without the exchange, one for nothing.
fn keys(world: &World) -> &'static [String; 3] {
    static KEYS: OnceLock<[String; 3]> = OnceLock::new();
    KEYS.get_or_init(|| {
        let all = InterfaceScopes::all_of(InterfaceKind::VerificationAndExchange);
        let modules = InterfaceScopes { modules: true, ..InterfaceScopes::NONE };
        let key = |number, scopes| world.node.api_key(number, ASKER, scopes);
        [key(221, all), key(222, modules), key(223, InterfaceScopes::NONE)]
    })
}

fn by(key: &str, request: Request) -> Request {
    request.with("authorization", format!("Bearer {key}"))
}

fn read(world: &World, target: impl Into<String>) -> Answer {
    ask(world, &by(&keys(world)[0], Request::get(target)))
}

fn with_values(world: &World, target: impl Into<String>) -> Answer {
    ask(world, &by(&keys(world)[0], Request::post(target, JSON, "{}")))
}

/// The one row of a table.
fn row(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let items = answer.json()["items"].as_array().unwrap().clone();
    assert_eq!(items.len(), 1, "{}", answer.text());
    items[0].clone()
}

/// Affiliations and tables, well asked.
pub(crate) fn cases(world: &World) -> Vec<Case> {
    let all = &keys(world)[0];
    let enterprise = world.node.consortium.member(ASKER).unwrap().id;
    let list = format!("/v1/affiliations?enterprise={enterprise}&review=approved&account=opened");
    let of_code = format!("/v1/affiliations?code={}&live=true&limit=2", world.code);
    let one = format!("/v1/affiliations/{}?proof=true", world.agreed.affiliation);
    let mut cases: Vec<Case> =
        [list, of_code, one].map(|target| Case(Request::get(target), 200, "ok")).into();
    let drivers = format!("{DRIVERS}?account=opened&review=approved&limit=2&format=json");
    let vehicles = format!("{VEHICLES}?owned=false&limit=2&fields=plate,vehicle_licence");
    let tables = [
        Request::get(format!("{drivers}&fields=name,identity_number&purpose=engagement")),
        Request::get(format!("{DRIVERS}?code={}&format=csv", world.code)),
        Request::get(&vehicles),
        Request::get(format!("{VEHICLES}?in_order=true&format=csv")),
        Request::post(drivers, JSON, "{}"),
        Request::post(vehicles, JSON, "{}"),
    ];
    cases.extend(tables.map(|request| Case(by(all, request), 200, "ok")));
    cases
}

/// The same, badly asked.
pub(crate) fn bad_cases(world: &World) -> Vec<Case> {
    let [all, modules, nothing] = keys(world);
    let enterprise = world.node.consortium.member(ASKER).unwrap().id;
    let get = |query: &str| Request::get(format!("{DRIVERS}{query}"));
    let post = |query: &str| Request::post(format!("{DRIVERS}{query}"), JSON, "{}");
    let both = format!("/v1/affiliations?enterprise={enterprise}&code={}", world.code);
    let unknown = "/v1/affiliations/aff_5t63b7qsg5we2a5gr9hx8w2k4m";
    let mut cases = vec![
        Case(Request::get(both), 400, "fields_exclusive"),
        Case(Request::get(unknown), 404, "not_found"),
        Case(Request::get("/v1/affiliations?review=lost"), 400, "invalid_field"),
        Case(Request::get("/v1/affiliations?limit=201"), 400, "invalid_field"),
        Case(Request::get("/v1/affiliations?cursor=00ff"), 400, "invalid_cursor"),
        // An open interface does not know whose table is meant.
        Case(get(""), 403, "not_allowed"),
        Case(by(nothing, get("")), 403, "grant_needed"),
        Case(by(nothing, post("")), 403, "grant_needed"),
        Case(by(modules, post("")), 403, "access_refused"),
        Case(by(all, post("?limit=51")), 400, "invalid_field"),
        Case(by(all, Request::get(format!("{VEHICLES}?vehicle=veh_1"))), 400, "invalid_field"),
        Case(by(all, Request::get(format!("{VEHICLES}?fields=phone"))), 400, "invalid_field"),
    ];
    let wrong = ["fields=bank_account", "fields=", "format=xml", "colour=green", "limit=0"];
    for query in wrong.map(|query| format!("?{query}")) {
        cases.push(Case(by(all, get(&query)), 400, "invalid_field"));
    }
    for table in [DRIVERS, VEHICLES] {
        let request = Request::get(format!("{table}?cursor=00ff"));
        cases.push(Case(by(all, request), 400, "invalid_cursor"));
    }
    cases
}

#[test]
fn tables_and_lists_answer_as_they_are_described_well_and_badly_asked() {
    let world = world();
    for Case(request, status, code) in cases(world).into_iter().chain(bad_cases(world)) {
        let answer = ask(world, &request);
        let found = if answer.media() == PROBLEM { answer.code() } else { "ok".to_owned() };
        let context = format!("{} {}: {}", request.method, request.target, answer.text());
        assert_eq!((answer.status, found.as_str()), (status, code), "{context}");
    }
}

#[test]
fn a_driver_is_a_row_with_what_the_chain_says_and_values_only_under_a_basis() {
    let world = world();
    let seen = row(&read(world, DRIVERS));
    assert_eq!(seen["affiliation"], json!(world.agreed.affiliation));
    assert_eq!((&seen["account"], &seen["review"]), (&json!("opened"), &json!("approved")));
    assert_eq!((&seen["code"], &seen["asked_by"]), (&json!(world.code), &json!("driver")));
    let chain = &seen["chain"];
    assert_eq!(chain["person"], json!(world.person));
    assert_eq!(chain["vehicle"], json!(world.vehicle));
    let kinds: Vec<&str> = chain["certificates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["kind"].as_str().unwrap())
        .collect();
    assert!(kinds.contains(&"identity") && kinds.contains(&"driving_licence"), "{kinds:?}");
    let code = ask(world, &Request::get(format!("/v1/codes/{}", world.code))).json();
    for what in ["standing", "colour", "displayed", "valid_until", "custody"] {
        assert_eq!(chain[what], code[what], "{what}");
    }
    // The name was agreed to and not asked for; the rest was not agreed to; a remark nobody keeps.
    let reason = |values: &Value, cell: &str| values[cell]["reason"].as_str().unwrap().to_owned();
    let values = &seen["values"];
    assert!(values["driverName"]["value"].is_null() && seen["accesses"] == json!([]));
    assert_eq!(reason(values, "driverName"), "not_asked");
    assert_eq!(reason(values, "telephone"), "fields_beyond_basis");
    assert_eq!(reason(values, "vehicleNumber"), "fields_beyond_basis");
    assert_eq!(reason(values, "remark"), "not_kept");
    assert_eq!(reason(values, "drivingLicense"), "not_asked");
    // Asked for, it is there, recorded, and the rest is empty still.
    let seen = row(&with_values(world, DRIVERS));
    let name = world.node.held.values(CertificateKind::Identity, "driverName").remove(0);
    let values = &seen["values"];
    assert_eq!(values["driverName"], json!({ "value": name }));
    assert_eq!(reason(values, "telephone"), "fields_beyond_basis");
    let accesses = seen["accesses"].as_array().unwrap();
    assert_eq!(accesses.len(), 1);
    let access = format!("/v1/accesses/{}", accesses[0].as_str().unwrap());
    let access = ask(world, &Request::get(access)).json();
    assert_eq!(access["record"]["fields"], json!(["name"]));
    assert_eq!(access["record"]["about"], json!({ "code": world.code }));
    // The next reading has it no more: nothing was kept.
    let seen = row(&read(world, DRIVERS));
    assert!(!seen.to_string().contains(&name));
}

#[test]
fn a_driver_who_waits_shows_no_more_than_everybody_sees() {
    let world = world();
    let member = "enterprise-3";
    let enterprise = world.node.consortium.member(member).unwrap().id;
    let ask_for = AffiliationRequest { enterprise, code: world.code, statements: Vec::new() };
    agreed::submit(world, &world.driver, ask_for);
    let scopes = InterfaceScopes::all_of(InterfaceKind::VerificationAndExchange);
    let key = world.node.api_key(224, member, scopes);
    let seen = row(&ask(world, &by(&key, Request::get(DRIVERS))));
    assert_eq!((&seen["account"], &seen["review"]), (&json!("none"), &json!("waiting")));
    assert!(seen["chain"]["displayed"].is_string());
    for what in ["person", "vehicle", "trailer"] {
        assert!(seen["chain"][what].is_null(), "{what}");
    }
    assert_eq!(seen["chain"]["certificates"], json!([]));
    assert_eq!(seen["values"]["driverName"], json!({ "reason": "no_basis" }));
    let vehicles = ask(world, &by(&key, Request::get(VEHICLES))).json();
    let is_drivers =
        |row: &Value| row["vehicle"] == json!(world.vehicle) && row["owned"] == json!(false);
    assert!(!vehicles["items"].as_array().unwrap().iter().any(is_drivers));
    // Each enterprise has its own affiliation, and the driver both.
    let of = |key: &str, query: &str| {
        let request = by(key, Request::get(format!("/v1/affiliations{query}")));
        send(world.node.guarded, &request).json()["items"].as_array().unwrap().clone()
    };
    let ids = |items: Vec<Value>| -> Vec<Value> { items.iter().map(|i| i["id"].clone()).collect() };
    let own = json!(Affiliation::id_of(enterprise, world.code));
    for query in [String::new(), format!("?code={}", world.code)] {
        assert_eq!(ids(of(&key, &query)), std::slice::from_ref(&own));
    }
    assert_eq!(ids(of(&key, "?account=opened")), Vec::<Value>::new());
    let token = crate::access::token_of(world, &world.driver);
    let both = [json!(world.agreed.affiliation), own];
    let of_driver = ids(of(&token, ""));
    assert!(both.iter().all(|one| of_driver.contains(one)));
    let opened = ids(of(&token, "?account=opened"));
    assert!(opened.contains(&both[0]) && !opened.contains(&both[1]));
}

/// The driver agrees to something for a member.
fn agree(world: &World, member: &str, fields: &[ExchangeField]) {
    let to = world.node.consortium.member(member).unwrap().id;
    let (code, until) = (world.code, now().plus(3_600_000));
    let (purpose, fields) = (Purpose::Carriage, FieldSet::of(fields));
    let terms = ConsentTerms { code, to, purpose, fields, until, uses: 1 };
    agreed::submit(world, &world.driver, ConsentGive { terms, statements: Vec::new() });
}

#[test]
fn each_value_comes_under_the_basis_that_holds_for_it_and_once_for_one_use() {
    use ExchangeField::{IdentityNumber, Name, Phone, Plate, VehicleLicence};
    let world = world();
    let member = "enterprise-2";
    let enterprise = world.node.consortium.member(member).unwrap().id;
    let ask_for = AffiliationRequest { enterprise, code: world.code, statements: Vec::new() };
    agreed::submit(world, &world.driver, ask_for);
    for fields in [&[Name, Plate][..], &[Phone], &[IdentityNumber]] {
        agree(world, member, fields);
    }
    let scopes = InterfaceScopes::all_of(InterfaceKind::VerificationAndExchange);
    let key = world.node.api_key(226, member, scopes);
    let held = |kind, name: &str| json!({ "value": world.node.held.values(kind, name).remove(0) });
    let table = format!(
        "{DRIVERS}?purpose=carriage&fields=name,phone,plate,identity_number,identity&limit=50"
    );
    // A look uses nothing and says what would be answered.
    let seen = row(&ask(world, &by(&key, Request::get(&table))));
    assert_eq!(seen["values"]["telephone"], json!({ "reason": "not_asked" }));
    assert_eq!(seen["values"]["sex"], json!({ "reason": "fields_beyond_basis" }));
    let seen = row(&ask(world, &by(&key, Request::post(&table, JSON, "{}"))));
    let values = &seen["values"];
    assert_eq!(values["driverName"], held(CertificateKind::Identity, "driverName"));
    assert_eq!(values["drivingLicense"], held(CertificateKind::Identity, "identityNumber"));
    assert_eq!(values["vehicleNumber"], held(CertificateKind::VehicleLicence, "vehicleNumber"));
    assert_eq!(values["telephone"], json!({ "value": crate::held::PHONE }));
    assert_eq!(values["sex"], json!({ "reason": "fields_beyond_basis" }));
    assert_eq!(seen["accesses"].as_array().unwrap().len(), 3);
    // Each consent was good for one use.
    let seen = row(&ask(world, &by(&key, Request::post(&table, JSON, "{}"))));
    assert_eq!(seen["values"]["driverName"], json!({ "reason": "no_basis" }));
    assert_eq!(seen["accesses"], json!([]));
    // The vehicle of a driver whose account is open is told of, and asked about by its driver's code.
    let affiliation = Affiliation::id_of(enterprise, world.code);
    let verdict = AffiliationVerdict::Approve;
    let office = world.node.key(member);
    agreed::submit(world, &office, AffiliationReview { affiliation, verdict });
    agreed::submit(world, &office, AffiliationOpen { affiliation });
    agree(world, member, &[Plate, VehicleLicence]);
    let table = format!(
        "{VEHICLES}?vehicle={}&purpose=carriage&fields=plate,vehicle_licence,transport_permit",
        world.vehicle
    );
    let seen = row(&ask(world, &by(&key, Request::post(table, JSON, "{}"))));
    let values = &seen["values"];
    assert_eq!(values["vehicleNumber"], held(CertificateKind::VehicleLicence, "vehicleNumber"));
    assert_eq!(values["vin"], held(CertificateKind::VehicleLicence, "vin"));
    let permit = &values["roadTransportCertificateNumber"];
    assert_eq!(*permit, json!({ "reason": "fields_beyond_basis" }));
}

#[test]
fn the_table_is_for_who_has_the_modules_and_shows_its_own_alone() {
    let world = world();
    for (secret, status, code) in [
        (None, 401, "credentials_needed"),
        (Some(crate::access::token_of(world, &world.driver)), 403, "not_allowed"),
        (Some(keys(world)[2].clone()), 403, "grant_needed"),
    ] {
        for table in [DRIVERS, VEHICLES] {
            let request = Request::get(table);
            let request = match &secret {
                Some(secret) => by(secret, request),
                None => request,
            };
            let answer = send(world.node.guarded, &request);
            assert_eq!((answer.status, answer.code().as_str()), (status, code), "{table}");
        }
    }
    // Regulators and authorities need no grant, and have no drivers.
    for office in ["regulator", "traffic-police"] {
        let token = crate::access::token_of(world, &world.node.key(office));
        for table in [DRIVERS, VEHICLES] {
            let answer = send(world.node.guarded, &by(&token, Request::get(table)));
            assert_eq!((answer.status, &answer.json()["items"]), (200, &json!([])), "{office}");
        }
    }
}

#[test]
fn vehicles_are_the_enterprises_own_and_those_of_its_drivers_each_once() {
    let world = world();
    let seen = row(&read(world, format!("{VEHICLES}?vehicle={}", world.vehicle)));
    assert_eq!((&seen["owned"], &seen["drivers"]), (&json!(false), &json!([world.code])));
    let record = ask(world, &Request::get(format!("/v1/vehicles/{}", world.vehicle))).json();
    let licence = &record["record"]["dossier"]["certificates"][0]["terms"]["class"]["vehicle"];
    assert_eq!(&seen["class"], licence);
    let kinds = seen["certificates"].as_array().unwrap().iter();
    assert!(kinds.clone().any(|one| one["policy"] == "compulsory"));
    assert_eq!(seen["values"]["vin"], json!({ "reason": "not_asked" }));
    // The owner has it as its own, whoever drives it.
    let owner = &record["record"]["owner"]["organisation"];
    let chain = world.node.genesis().chain_id();
    let offices = (0..cast::ENTERPRISES).map(|index| cast::key(chain, Player::Enterprise(index)));
    let mut keys = offices.map(|key| crate::access::token_of(world, &key));
    let owns = |key: &String| {
        let request = Request::get(format!("{VEHICLES}?vehicle={}", world.vehicle));
        let answer = send(world.node.guarded, &by(key, request));
        answer.status == 200 && answer.json()["items"][0]["owned"] == true
    };
    let key = keys.find(owns).unwrap_or_else(|| panic!("{owner} has its vehicle"));
    let whole = format!("{VEHICLES}?owned=true&vehicle_type=");
    let kind = licence["vehicle_type"].as_str().unwrap();
    let its = ask(world, &by(&key, Request::get(format!("{whole}{kind}")))).json();
    let its = its["items"].as_array().unwrap().clone();
    let its: Vec<&Value> = its.iter().filter(|r| r["vehicle"] == json!(world.vehicle)).collect();
    assert_eq!(its.len(), 1);
    assert_eq!(its[0]["owned"], json!(true));
    let other = ask(world, &by(&key, Request::get(format!("{whole}X99")))).json();
    assert_eq!(other["items"], json!([]));
    // Page by page nothing is shown twice or left out.
    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let target = format!("{VEHICLES}?limit=1{cursor}");
        let page = ask(world, &by(&key, Request::get(target))).json();
        assert!(page["items"].as_array().unwrap().len() <= 1);
        paged.extend(page["items"].as_array().unwrap().iter().map(|r| r["vehicle"].clone()));
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let whole = ask(world, &by(&key, Request::get(VEHICLES))).json();
    let whole = whole["items"].as_array().unwrap().iter().map(|row| row["vehicle"].clone());
    assert_eq!(paged, whole.collect::<Vec<_>>());
}

#[test]
fn a_table_as_csv_is_what_spreadsheets_in_chinese_read() {
    let world = world();
    let target = format!("{DRIVERS}?code={}", world.code);
    let request = by(&keys(world)[0], Request::get(&target)).with("accept", "text/csv");
    let answer = ask(world, &request);
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"drivers.csv\"");
    let text = answer.text();
    assert!(text.starts_with("\u{feff}开户状态,审核状态,司机姓名,身份证号码,联系电话,"), "{text}");
    let line = text.lines().nth(1).unwrap();
    assert!(line.starts_with("已开户,已通过,,,,,,,,20"), "{line}");
    assert!(line.contains(&world.code.to_string()) && line.contains("telephone="), "{line}");
    assert!(text.ends_with("\r\n") && text.lines().count() == 2);
    // In English, with a value that was asked for.
    let request = by(&keys(world)[0], Request::post(format!("{target}&format=csv"), JSON, "{}"));
    let text = ask(world, &request.with("accept-language", "en")).text();
    let name = world.node.held.values(CertificateKind::Identity, "driverName").remove(0);
    assert!(text.starts_with("\u{feff}account,review,driverName,drivingLicense,telephone,"));
    assert!(
        text.lines().nth(1).unwrap().starts_with(&format!("opened,approved,{name},")),
        "{text}"
    );
    // JSON is what is answered to who says nothing.
    assert_eq!(read(world, &target).media(), JSON);
}

#[test]
fn an_enterprise_with_the_modules_hears_of_its_drivers_and_no_other_does() {
    let world = world();
    let open = world.node.violation(world.person, now());
    let body = serde_json::to_string(&open).unwrap();
    let answer = ask(world, &Request::post("/v1/transactions?wait=ordered", JSON, body)).json();
    let told = format!("\"height\":{},", answer["height"]);
    let head = format!(
        "GET /v1/events HTTP/1.1\r\nhost: localhost\r\nlast-event-id: 0\r\n\
         authorization: Bearer {}\r\n\r\n",
        keys(world)[1]
    );
    let is_in = |text: &str| {
        let mut of_block = text.lines().filter(|line| line.contains(&told));
        of_block.any(|line| line.contains(&world.person.to_string()))
    };
    assert!(is_in(&exchange(world.node.guarded, head.as_bytes(), is_in)));
    let person = format!("/v1/persons/{}", world.person);
    let vehicle = format!("/v1/vehicles/{}", world.vehicle);
    let papers = format!("/v1/codes/{}/papers", world.code);
    for (key, status) in [(&keys(world)[1], 200), (&keys(world)[2], 404)] {
        for target in [&person, &vehicle, &papers] {
            let answer = send(world.node.guarded, &by(key, Request::get(target.as_str())));
            assert_eq!(answer.status, status, "{target}");
        }
    }
}
