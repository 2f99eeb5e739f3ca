// SPDX-License-Identifier: Apache-2.0
//! The full fields of a waybill, over real sockets: its maker leaves them, both sides read them and open the chain's
//! root with them, for everybody else they are not there, and they are kept no longer than they may be.

use api::keeping::{Strays, due_of, retain};
use chain::Hash;
use chain::actions::{WaybillAccept, WaybillCancel, WaybillOffer, WaybillWithdraw};
use chain::fields::{self, Field};
use chain::ids::{ApplicationId, Prefecture, RecordId, Time, WaybillId};
use chain::query::{self, exchange};
use chain::records::waybill::Offer;
use chain::records::{
    ErasureKind, InterfaceScope, InterfaceScopes, Waybill, WaybillKind, WaybillState,
};
use chain::text::Word;
use demo::sealed::salted;
use serde_json::{Value, json};
use vault::{Contact, Parcel, Standing, Subject};

use crate::access::{ask, key_of};
use crate::agreed::{ASKER, by, submit};
use crate::cases::Case;
use crate::described::assert_described;
use crate::http::{Answer, JSON, Request, send};
use crate::nodes::{now, rand};
use crate::world::{World, world};

const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;

/// A waybill of the platform's, with what opens it.
#[derive(Default)]
pub(crate) struct Cargo {
    pub(crate) id: WaybillId,
    pub(crate) fields: Vec<Field>,
}

/// What is filled in; all of it is invented.
const VALUES: &[(&str, &str)] = &[
    ("SerialNumber", "0000"),
    ("VehicleAmount", "1"),
    ("TransportTypeCode", "1"),
    ("Carrier", "滇测云运网络货运有限公司"),
    ("UnifiedSocialCreditIdentifier", "91539902MA2000E260"),
    ("PermitNumber", "539901000001"),
    ("ConsignmentDateTime", "20261101080000"),
    ("BusinessTypeCode", "1002996"),
    ("Consignor", "滇测远达运输有限公司"),
    ("ConsignorID", "91539902MA2000E260"),
    ("PlaceOfLoading", "昆明市虚构路 1 号"),
    ("LoadingCountrySubdivisionCode", "530100"),
    ("Consignee", "滇测顺捷物流有限公司"),
    ("ConsigneeID", "91539913MA2000E34Q"),
    ("GoodsReceiptPlace", "曲靖市虚构路 2 号"),
    ("ReceiptCountrySubdivisionCode", "530300"),
    ("TotalMonetaryAmount", "1200.000"),
    ("DescriptionOfGoods", "测试货物：瓷砖"),
    ("CargoTypeClassificationCode", "1700"),
    ("GoodsItemGrossWeight", "1000.000"),
];

fn filled(number: &str) -> Vec<Field> {
    let value = |name: &&'static str| {
        let given = VALUES.iter().find(|(known, _)| known == name);
        let value = match *name {
            "OriginalDocumentNumber" | "ShippingNoteNumber" => number,
            _ => given.map_or("", |(_, value)| value),
        };
        (*name, value.to_owned())
    };
    salted(&fields::WAYBILL.iter().map(value).collect::<Vec<_>>())
}

/// The platform offers a waybill to the driver.
fn offered(world: &World) -> Cargo {
    let number = format!("DC{:016X}", u64::from_le_bytes(rand()[..8].try_into().unwrap()));
    let fields = filled(&number);
    let price = fields.iter().find(|field| field.name == "TotalMonetaryAmount").unwrap().digest();
    let now = now();
    let offer = Offer {
        number: Word::new(&number).unwrap(),
        segment: Word::new("0000").unwrap(),
        kind: WaybillKind::Exclusive { code: world.code },
        offer_ends: now.plus(4 * HOUR_MS),
        load_by: now.plus(8 * HOUR_MS),
        deliver_by: now.plus(32 * HOUR_MS),
        goods: 1_700,
        hazardous: false,
        weight_from_kg: 900,
        weight_to_kg: 1_000,
        part_load: false,
        from: Prefecture(5301),
        to: Prefecture(5303),
        consignee: None,
        fields_root: fields::root(fields::WAYBILL, &fields).unwrap(),
        price,
    };
    let made = submit(world, &world.node.key(ASKER), WaybillOffer { offer });
    Cargo { id: WaybillId(RecordId::made_by(made, 0)), fields }
}

/// A waybill that the driver accepted and the platform cancelled: the contract was there.
pub(crate) fn carried(world: &World) -> Cargo {
    let cargo = offered(world);
    submit(world, &world.driver, WaybillAccept { waybill: cargo.id });
    let reason = Word::new("plan_changed").unwrap();
    submit(world, &world.node.key(ASKER), WaybillCancel { waybill: cargo.id, reason });
    cargo
}

/// A waybill that the platform took back: nobody ever accepted it.
pub(crate) fn withdrawn(world: &World) -> Cargo {
    let cargo = offered(world);
    let reason = Word::new("mistake").unwrap();
    submit(world, &world.node.key(ASKER), WaybillWithdraw { waybill: cargo.id, reason });
    cargo
}

fn holdings(id: WaybillId) -> String {
    format!("/v1/waybills/{id}/holdings")
}

fn told(world: &World, Cargo { id, fields }: &Cargo) -> Request {
    left(world, *id, &json!({ "fields": fields }))
}

fn left(world: &World, id: WaybillId, body: &Value) -> Request {
    let request = Request::post(holdings(id), JSON, body.to_string());
    by(world, &world.node.key(ASKER), request)
}

/// The maker leaves the fields.
pub(crate) fn leave(world: &World) -> Request {
    told(world, &world.agreed.carried)
}

/// The maker looks at what is held.
pub(crate) fn look(world: &World) -> Request {
    by(world, &world.node.key(ASKER), Request::get(holdings(world.agreed.carried.id)))
}

/// The driver reads the fields.
pub(crate) fn read(world: &World) -> Request {
    // They are there once they were left.
    assert_eq!(send(world.node.address, &leave(world)).status, 200);
    by(world, &world.driver, fields_of(world.agreed.carried.id))
}

fn fields_of(id: WaybillId) -> Request {
    Request::get(format!("/v1/waybills/{id}/fields"))
}

/// Everything that is refused.
pub(crate) fn badly(world: &World) -> Vec<Case> {
    let carried = &world.agreed.carried;
    let with = |change: &dyn Fn(&mut Value)| {
        let mut body = json!({ "fields": carried.fields });
        change(&mut body["fields"]);
        left(world, carried.id, &body)
    };
    let place = |name: &str| fields::WAYBILL.iter().position(|known| *known == name).unwrap();
    let (weight, remark) = (place("GoodsItemGrossWeight"), place("Remark"));
    let maker = world.node.key(ASKER);
    let (police, regulator) = (world.node.key("traffic-police"), world.node.key("regulator"));
    let unknown = WaybillId(RecordId::made_by(chain::TransactionId(Hash::of(b"nothing")), 0));
    let own = || Request::get(holdings(carried.id));
    let leave = || Request::post(holdings(carried.id), JSON, json!({ "fields": [] }).to_string());
    assert_eq!(send(world.node.address, &told(world, carried)).status, 200);
    vec![
        Case(left(world, carried.id, &json!({})), 400, "missing_field"),
        Case(left(world, carried.id, &json!({ "fields": [], "x": 1 })), 400, "unknown_field"),
        Case(left(world, carried.id, &json!({ "fields": [] })), 400, "field_wrong"),
        Case(with(&|f| f[weight]["value"] = json!("much")), 400, "field_wrong"),
        Case(with(&|f| f[remark]["value"] = json!("另")), 409, "fields_differ"),
        Case(with(&|f| f[0]["salt"] = json!("00".repeat(32))), 409, "fields_differ"),
        Case(left(world, unknown, &json!({ "fields": carried.fields })), 404, "not_found"),
        Case(left(world, world.waybill, &json!({ "fields": carried.fields })), 404, "not_found"),
        Case(by(world, &police, own()), 404, "not_found"),
        Case(by(world, &regulator, own()), 404, "not_found"),
        Case(by(world, &world.driver, own()), 403, "not_allowed"),
        Case(by(world, &world.driver, leave()), 403, "not_allowed"),
        Case(leave(), 403, "not_allowed"),
        Case(by(world, &maker, fields_of(unknown)), 404, "not_found"),
        Case(by(world, &maker, fields_of(world.waybill)), 404, "not_found"),
        Case(by(world, &police, fields_of(carried.id)), 404, "not_found"),
        Case(by(world, &regulator, fields_of(carried.id)), 404, "not_found"),
        Case(fields_of(carried.id), 404, "not_found"),
        // Nobody accepted it: its driver is no party.
        Case(by(world, &world.driver, fields_of(world.agreed.withdrawn.id)), 404, "not_found"),
        // The driver carried this one; nothing of it was ever left.
        Case(by(world, &world.driver, fields_of(world.waybill)), 404, "not_found"),
    ]
}

fn answer(world: &World, request: &Request) -> Answer {
    let answer = send(world.node.address, request);
    assert_described(request, &answer);
    answer
}

#[test]
fn the_maker_leaves_the_fields_and_both_sides_open_the_root_with_them() {
    let world = world();
    let carried = &world.agreed.carried;
    let first = answer(world, &leave(world));
    assert_eq!(first.status, 200, "{}", first.text());
    let told = first.json();
    assert_eq!((told["state"].clone(), told["at"].clone()), (json!("held"), Value::Null));
    assert_eq!(told["documents"].as_array().unwrap().len(), 1);
    assert_eq!(told["documents"][0]["name"], json!("waybill"));
    // The same again changes not a byte, and looking shows the same: no value, no salt.
    assert_eq!(answer(world, &leave(world)).json(), told);
    let looked = answer(world, &look(world));
    assert_eq!(looked.json(), told);
    for field in &carried.fields {
        assert!(!looked.text().contains(&field.salt.to_string()), "{}", field.name);
        assert!(field.value.len() < 5 || !looked.text().contains(&field.value), "{}", field.name);
    }
    for key in [world.node.key(ASKER), world.driver.clone()] {
        let told = answer(world, &by(world, &key, fields_of(carried.id)));
        assert_eq!(told.status, 200, "{}", told.text());
        let fields: Vec<Field> = serde_json::from_value(told.json()["fields"].clone()).unwrap();
        assert_eq!(fields, carried.fields);
        let root = fields::root(fields::WAYBILL, &fields).unwrap();
        assert_eq!(told.json()["fields_root"], json!(root));
        assert_eq!(root, waybill(world, carried.id).offer.fields_root);
    }
}

#[test]
fn everything_that_is_refused_has_its_code_and_changes_nothing() {
    let world = world();
    let before = answer(world, &leave(world)).json();
    for Case(request, status, code) in badly(world) {
        let answer = answer(world, &request);
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{}", answer.text());
        let text = answer.text();
        assert!(!text.contains("瓷砖") && !text.contains("much"), "{text}");
    }
    assert_eq!(answer(world, &look(world)).json(), before);
}

fn waybill(world: &World, id: WaybillId) -> Waybill {
    query::typed::<Waybill, _>(&world.node.store.latest(), id.0, now()).unwrap().value
}

#[test]
fn the_driver_is_told_until_the_basis_is_over() {
    let world = world();
    let carried = waybill(world, world.agreed.carried.id);
    let (ended, at) = (carried.ended_at.unwrap(), world.node.store.latest());
    let window = 30 * DAY_MS;
    assert!(exchange::is_between(&at, &carried, Time(ended.0 + window - 1)));
    assert!(!exchange::is_between(&at, &carried, ended.plus(window)));
    let withdrawn = waybill(world, world.agreed.withdrawn.id);
    assert!(!exchange::is_between(&at, &withdrawn, now()));
}

#[test]
fn fields_are_kept_three_years_and_what_was_paid_for_ten_for_the_law_alone() {
    let world = world();
    let (settled, ended) = {
        let waybill = waybill(world, world.agreed.carried.id);
        let ended = waybill.ended_at.unwrap();
        (Waybill { state: WaybillState::Settled, ..waybill }, ended)
    };
    let (three, ten) = (1_096 * DAY_MS, 3_653 * DAY_MS);
    let until = ended.plus(ten);
    for (days, state, due) in [
        (three - 1, WaybillState::Settled, None),
        (three, WaybillState::Settled, Some(ErasureKind::Restricted { until })),
        (ten - 1, WaybillState::Settled, Some(ErasureKind::Restricted { until })),
        (ten, WaybillState::Settled, Some(ErasureKind::Erased)),
        (three - 1, WaybillState::Cancelled, None),
        (three, WaybillState::Cancelled, Some(ErasureKind::Erased)),
    ] {
        let waybill = Waybill { state, ..settled.clone() };
        assert_eq!(due_of(&waybill, ended.plus(days)), due, "{days} {state:?}");
    }
    let open = Waybill { ended_at: None, ..settled };
    assert_eq!(due_of(&open, ended.plus(2 * ten)), None);
}

#[test]
fn what_is_kept_long_enough_is_erased_and_takes_nothing_again() {
    let world = world();
    let withdrawn = &world.agreed.withdrawn;
    let (vault, at) = (&world.node.vault, world.node.store.latest());
    assert_eq!(answer(world, &told(world, withdrawn)).status, 200);
    assert_eq!(retain(vault, (&at, now()), withdrawn.id).unwrap(), None);
    let late = now().plus(1_097 * DAY_MS);
    let protocol = retain(vault, (&at, late), withdrawn.id).unwrap().unwrap();
    assert_eq!(protocol.kind, ErasureKind::Erased);
    // Once is enough.
    assert_eq!(retain(vault, (&at, late), withdrawn.id).unwrap(), None);
    let maker = world.node.key(ASKER);
    let seen = answer(world, &by(world, &maker, Request::get(holdings(withdrawn.id)))).json();
    assert_eq!((seen["state"].clone(), seen["documents"].clone()), (json!("erased"), json!([])));
    let gone = answer(world, &by(world, &maker, fields_of(withdrawn.id)));
    assert_eq!((gone.status, gone.code().as_str()), (404, "not_found"));
    let again = answer(world, &told(world, withdrawn));
    assert_eq!((again.status, again.code().as_str()), (410, "data_erased"));
    // What the chain has nothing of is left alone.
    let stray = WaybillId(RecordId::made_by(chain::TransactionId(Hash::of(b"stray")), 0));
    vault.put(Subject::Waybill(stray), &Parcel::new().waybill(&withdrawn.fields)).unwrap();
    assert_eq!(retain(vault, (&at, late), stray).unwrap(), None);
}

#[test]
fn what_never_came_onto_the_chain_is_taken_out_once_it_cannot_come_any_more() {
    const MINUTE_MS: u64 = 60_000;
    let world = world();
    let (vault, at, start) = (&world.node.vault, world.node.store.latest(), now());
    let made_by = |text: &[u8]| RecordId::made_by(chain::TransactionId(Hash::of(text)), 0);
    let (never, known) = (ApplicationId(made_by(b"never sent")), world.application.id);
    let contact = Contact::new("16400000777");
    vault.put(Subject::Application(never), &Parcel::new().contact(&contact)).unwrap();
    let mut strays = Strays::default();
    let mut look = |id, minutes: u64| {
        let later = start.plus(minutes * MINUTE_MS);
        strays.look((vault, id, Standing::Held), (&at, later), start).unwrap()
    };
    for minutes in [0, 10] {
        assert!(!look(never, minutes) && !look(known, minutes), "{minutes}");
    }
    assert!(!look(known, 11), "the chain has it");
    assert!(look(never, 11), "nothing from before can be executed now");
    assert_eq!(vault.standing(Subject::Application(never)).unwrap(), None);
    assert!(!strays.are_any());
}

#[test]
fn an_api_key_that_is_not_for_waybills_reads_and_leaves_no_fields() {
    let world = world();
    let maker = world.node.consortium.member(ASKER).unwrap();
    let id = world.agreed.withdrawn.id;
    let key = |number, scope| {
        key_of(world, number, maker, (InterfaceScopes::NONE.with(scope), false, None))
    };
    let (narrow, fit) = (key(61, InterfaceScope::Verify), key(62, InterfaceScope::Waybills));
    for request in [fields_of(id), Request::get(holdings(id))] {
        let answer = ask(world, request.clone(), Some(&narrow));
        assert_eq!((answer.status, answer.code().as_str()), (403, "scope_missing"));
        assert_ne!(ask(world, request, Some(&fit)).status, 403);
    }
}
