// SPDX-License-Identifier: Apache-2.0
//! What was agreed to, asked for and erased at the one node of the tests, and requests of those who exchange.

use chain::Transaction;
use chain::actions::{
    AffiliationOpen, AffiliationRequest, AffiliationReview, AffiliationVerdict,
    ApplicationWithdraw, CapacityTerms, ConsentGive, ErasurePublish, NewClaim, VehicleApply,
};
use chain::ids::{
    AccessId, AffiliationId, ApplicationId, ConsentId, ErasureId, Prefecture, RecordId, Time,
};
use chain::keys::SecretKey;
use chain::records::{
    Affiliation, CertificateKind, ConsentTerms, Erasure, ErasureKind, ExchangeField, FieldSet,
    Purpose, VehicleOwner,
};
use chain::{Hash, TransactionId};
use serde_json::{Value, json};

use crate::cargo::{self, Cargo};
use crate::held::PHONE;
use crate::http::{JSON, Request, send};
use crate::nodes::{now, rand};
use crate::world::World;

/// Who exchanges at the one node of the tests.
pub(crate) const ASKER: &str = "platform";
/// What the driver agreed to.
pub(crate) const AGREED: FieldSet = FieldSet::of(&[ExchangeField::Name]);

/// Records that came to be when somebody agreed, asked and erased.
#[derive(Default)]
pub(crate) struct Agreed {
    pub(crate) consent: ConsentId,
    pub(crate) access: AccessId,
    pub(crate) erasure: ErasureId,
    pub(crate) affiliation: AffiliationId,
    pub(crate) prompt: Hash,
    /// A waybill that was accepted, and one that never was.
    pub(crate) carried: Cargo,
    pub(crate) withdrawn: Cargo,
}

/// The driver agrees, the platform asks and wishes, and erases what came with an application of its own.
pub(crate) fn agree(world: &World) -> Agreed {
    let (code, until) = (world.code, now().plus(86_400_000));
    let (to, purpose) = (world.node.consortium.member(ASKER).unwrap().id, Purpose::Engagement);
    let terms = ConsentTerms { code, to, purpose, fields: AGREED, until, uses: 1_000 };
    let give = ConsentGive { terms, statements: Vec::new() };
    let given = submit(world, &world.driver, give);
    let seen = send(world.node.address, &exchange(world)).json();
    let wish = send(world.node.address, &wish(world)).json();
    Agreed {
        consent: ConsentId(RecordId::made_by(given, 0)),
        access: serde_json::from_value(seen["access"].clone()).unwrap(),
        erasure: erase(world),
        affiliation: affiliate(world),
        carried: cargo::carried(world),
        withdrawn: cargo::withdrawn(world),
        prompt: serde_json::from_value(wish["id"].clone()).unwrap(),
    }
}

/// The driver asks, and the platform opens the account.
fn affiliate(world: &World) -> AffiliationId {
    let enterprise = world.node.consortium.member(ASKER).unwrap().id;
    let (code, key) = (world.code, world.node.key(ASKER));
    let request = AffiliationRequest { enterprise, code, statements: Vec::new() };
    submit(world, &world.driver, request);
    let affiliation = Affiliation::id_of(enterprise, code);
    let verdict = AffiliationVerdict::Approve;
    submit(world, &key, AffiliationReview { affiliation, verdict });
    submit(world, &key, AffiliationOpen { affiliation });
    affiliation
}

fn erase(world: &World) -> ErasureId {
    let key = world.node.key(ASKER);
    let member = |name: &str| world.node.consortium.member(name).unwrap().id;
    let kind = CertificateKind::VehicleLicence;
    let claim = NewClaim { kind, root: Hash::of(b"nothing"), attester: member("traffic-police") };
    let apply = VehicleApply {
        owner: VehicleOwner::Organisation(member(ASKER)),
        prefecture: Prefecture(5301),
        claims: vec![claim],
        statements: Vec::new(),
    };
    let application = ApplicationId(RecordId::made_by(submit(world, &key, apply), 0));
    submit(world, &key, ApplicationWithdraw { application });
    let (kind, digest) = (ErasureKind::Erased, Hash::of(b"an invented protocol"));
    submit(world, &key, ErasurePublish { application, kind, digest });
    Erasure::id_of(application)
}

pub(crate) fn submit(
    world: &World,
    key: &SecretKey,
    action: impl Into<chain::actions::Action>,
) -> TransactionId {
    let (chain, until) = (world.node.genesis().chain_id(), Time(now().0 + 60_000));
    let signed = Transaction::sign(key, chain, action.into(), chain::nonce::Nonce(rand()), until);
    let body = serde_json::to_string(&signed).unwrap();
    let answer = send(world.node.address, &Request::post(ORDERED, JSON, body)).json();
    assert!(answer["receipt"]["outcome"]["executed"].is_object(), "{answer}");
    signed.id()
}

const ORDERED: &str = "/v1/transactions?wait=ordered";

/// A request with a token of a key.
pub(crate) fn by(world: &World, key: &SecretKey, request: Request) -> Request {
    let token = crate::access::token_of(world, key);
    request.with("authorization", format!("Bearer {token}"))
}

fn post(world: &World, key: &SecretKey, target: &str, body: Value) -> Request {
    by(world, key, Request::post(target, JSON, body.to_string()))
}

fn platform(world: &World) -> SecretKey {
    world.node.key(ASKER)
}

fn asked(world: &World) -> Value {
    json!({ "about": { "code": world.code }, "fields": AGREED, "purpose": "engagement" })
}

/// The platform asks for what the driver agreed to.
pub(crate) fn exchange(world: &World) -> Request {
    post(world, &platform(world), "/v1/exchange", asked(world))
}

/// The same, signed elsewhere.
pub(crate) fn prepare(world: &World) -> Request {
    let key = platform(world);
    let body = json!({ "sender": key.public(), "wish": asked(world) });
    post(world, &key, "/v1/exchange/prepare", body)
}

/// The platform collects by its access again.
pub(crate) fn collect(world: &World) -> Request {
    let target = format!("/v1/exchange/{}/collect", world.agreed.access);
    post(world, &platform(world), &target, json!({}))
}

/// The platform looks at its access.
pub(crate) fn state(world: &World) -> Request {
    by(world, &platform(world), Request::get(format!("/v1/exchange/{}", world.agreed.access)))
}

/// The platform wishes for a consent.
pub(crate) fn wish(world: &World) -> Request {
    let body = json!({
        "code": world.code, "purpose": "carriage", "fields": AGREED,
        "until": now().plus(3_600_000), "uses": 1, "text": "请同意",
    });
    post(world, &platform(world), "/v1/consents/requests", body)
}

fn capacity(world: &World) -> String {
    format!("/v1/codes/{}/capacity", world.code)
}

/// The driver draws a verification code.
pub(crate) fn draw(world: &World) -> Request {
    post(world, &world.driver, &capacity(world), json!({ "fields": AGREED }))
}

/// The driver signs one that was just drawn; its digits.
pub(crate) fn sign(world: &World) -> (Request, String) {
    let drawn = send(world.node.address, &draw(world)).json();
    let terms: CapacityTerms = serde_json::from_value(drawn["terms"].clone()).unwrap();
    let nonce = serde_json::from_value(drawn["nonce"].clone()).unwrap();
    let (chain, until) = (world.node.genesis().chain_id(), Time(now().0 + 240_000));
    let statement = terms.sign(&world.driver, chain, nonce, until);
    let body = json!({ "terms": terms, "statement": statement });
    let request = post(world, &world.driver, &format!("{}/sign", capacity(world)), body);
    (request, drawn["digits"].as_str().unwrap().to_owned())
}

/// Digits that the driver shows.
pub(crate) fn shown(world: &World) -> String {
    let (request, digits) = sign(world);
    assert_eq!(send(world.node.address, &request).status, 200);
    digits
}

fn entered(digits: &str) -> Value {
    json!({ "digits": digits, "key": { "kind": "phone", "value": PHONE } })
}

/// The platform enters digits.
pub(crate) fn enter(world: &World, digits: &str) -> Request {
    post(world, &platform(world), "/v1/exchange/capacity", entered(digits))
}

/// The same, signed elsewhere.
pub(crate) fn prepare_entered(world: &World, digits: &str) -> Request {
    let key = platform(world);
    let body = json!({ "sender": key.public(), "entered": entered(digits) });
    post(world, &key, "/v1/exchange/capacity/prepare", body)
}

/// The driver looks at who wishes.
pub(crate) fn prompts(world: &World) -> Request {
    by(world, &world.driver, Request::get(format!("/v1/codes/{}/prompts", world.code)))
}

/// The driver says no.
pub(crate) fn refuse(world: &World) -> Request {
    let target = format!("/v1/codes/{}/prompts/{}/refuse", world.code, world.agreed.prompt);
    post(world, &world.driver, &target, json!({}))
}
