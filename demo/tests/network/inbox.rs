// SPDX-License-Identifier: Apache-2.0
//! What an authority's inbox takes, and what it says to bad input.
#![allow(clippy::unwrap_used)]

use crate::common::{Network, plain};
use chain::actions::{PersonKeyRegister, Statement};
use chain::ids::{ApplicationId, PersonId, RecordId};
use chain::keys::SecretKey;
use chain::records::{Custody, Person};
use demo::applicant::Applicant;
use demo::authority::Role;
use demo::authority::messages::{Problem, WhoAmI};
use demo::cast;
use demo::node::{Node, nonce, now};
use demo::scenario::{Size, newcomer};
use demo::sealed::seal;
use sealing::{ClaimSent, Content, KeyChange, PARCEL_BYTES, Parcel, Published, Receiver};
use serde_json::{Value, json};
use std::sync::Arc;

fn claim(network: &Network) -> ClaimSent {
    let register = cast::register(network.consortium.genesis.time);
    let sealed = seal(&register.identity(&register.person(1).unwrap())).unwrap();
    let application = ApplicationId(RecordId([9; 16]));
    ClaimSent { application, claim: 0, kind: sealed.kind, fields: sealed.fields }
}

async fn published(network: &Network, role: Role) -> Published {
    let applicant = Applicant::new(network.node.clone(), network.inboxes.clone());
    applicant.published(role).await.unwrap()
}

/// Content as JSON, sealed to an authority.
async fn sealed(network: &Network, role: Role, content: Content) -> Value {
    let to = published(network, role).await;
    serde_json::to_value(Parcel::seal(&content, &to).unwrap()).unwrap()
}

async fn post(url: &str, body: Vec<u8>) -> (u16, Option<Problem>) {
    let answer = plain().post(url).body(body).send().await.unwrap();
    let status = answer.status().as_u16();
    let media = answer.headers()["content-type"].to_str().unwrap().to_owned();
    let text = answer.text().await.unwrap();
    let problem: Option<Problem> = serde_json::from_str(&text).ok();
    assert_eq!(problem.is_some(), media == "application/problem+json", "{text}");
    (status, problem)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inbox_says_whose_it_is_and_takes_claims_of_its_kinds() {
    let network = Network::start().await;
    let inbox = &network.inboxes[&Role::PublicSecurity];
    let asked = plain().get(format!("{}/v1/authority", inbox.url)).send().await.unwrap();
    let who: WhoAmI = asked.json().await.unwrap();
    assert_eq!((who.organisation, who.role.as_str()), (inbox.organisation, "public-security"));
    let parcel = sealed(&network, Role::PublicSecurity, Content::Claims(vec![claim(&network)]));
    let url = format!("{}/v1/parcels", inbox.url);
    let (status, problem) = post(&url, parcel.await.to_string().into_bytes()).await;
    assert_eq!((status, problem.is_none()), (202, true));
    let application = ApplicationId(RecordId([9; 16]));
    let url = format!("{}/v1/claims/{application}/0", inbox.url);
    let standing: Value = plain().get(url).send().await.unwrap().json().await.unwrap();
    assert_eq!(standing, json!({"state": "waiting"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_somebody_else_published_is_not_sealed_to() {
    let network = Network::start().await;
    let mut inboxes = network.inboxes.clone();
    let stranger = SecretKey::from_seed(&[3; 32]).public();
    inboxes.get_mut(&Role::PublicSecurity).unwrap().signer = stranger;
    let insurer = inboxes[&Role::Insurer].url.clone();
    inboxes.get_mut(&Role::Transport).unwrap().url = insurer;
    let applicant = Applicant::new(network.node.clone(), inboxes);
    let wrong = applicant.published(Role::PublicSecurity).await.unwrap_err().to_string();
    assert!(wrong.contains("signed by somebody else"), "{wrong}");
    let wrong = applicant.published(Role::Transport).await.unwrap_err().to_string();
    assert!(wrong.contains("another authority"), "{wrong}");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_gets_a_problem_that_names_the_field() {
    let network = Network::start().await;
    let url = |role: Role, path: &str| format!("{}{path}", network.inboxes[&role].url);
    let good = claim(&network);
    let bytes = |role: Role, content: Content| {
        let parcel = sealed(&network, role, content);
        async { parcel.await.to_string().into_bytes() }
    };
    let police = Role::PublicSecurity;
    let mut wrong_order = good.clone();
    wrong_order.fields.swap(0, 1);
    let mut too_few = good.clone();
    too_few.fields.pop();
    let whole = sealed(&network, police, Content::Claims(vec![good.clone()])).await;
    let changed = |name: &str, value: Value| {
        let mut body = whole.clone();
        body[name] = value;
        body.to_string().into_bytes()
    };
    let unknown = changed("colour", "blue".into());
    let other_key = changed("to", Value::from(Receiver::fresh().public().to_string()));
    let no_base64 = changed("sealed", "%".into());
    let tampered = changed("sealed", whole["encapsulated"].clone());
    let plain = json!({"claims": [good.clone()]}).to_string().into_bytes();
    let claims = |claims: Vec<ClaimSent>| bytes(police, Content::Claims(claims));
    let for_insurer = bytes(Role::Insurer, Content::Claims(vec![good.clone()])).await;
    let inbox = url(police, "/v1/parcels");
    let cases = [
        (&inbox, b"{".to_vec(), 400, "inbox_malformed"),
        (&inbox, unknown, 400, "inbox_malformed"),
        (&inbox, plain, 400, "inbox_malformed"),
        (&inbox, other_key, 422, "key_unknown"),
        (&inbox, no_base64, 400, "parcel_not_opened"),
        (&inbox, tampered, 400, "parcel_not_opened"),
        (&inbox, claims(Vec::new()).await, 400, "inbox_malformed"),
        (&inbox, claims(vec![wrong_order]).await, 422, "fields_wrong"),
        (&inbox, claims(vec![too_few]).await, 422, "fields_wrong"),
        (&inbox, vec![b' '; PARCEL_BYTES + 1], 413, "inbox_too_large"),
        (&url(Role::Insurer, "/v1/parcels"), for_insurer, 422, "kind_not_ours"),
        (&url(Role::Transport, "/v1/policies"), b"{}".to_vec(), 404, "inbox_not_found"),
        (&url(Role::Insurer, "/v1/claims"), Vec::new(), 404, "inbox_not_found"),
    ];
    for (place, (url, body, status, code)) in cases.into_iter().enumerate() {
        let (found, problem) = post(url, body).await;
        let found = (found, problem.unwrap().code);
        assert_eq!(found, (status, code.to_owned()), "case {place}: {url}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_whose_device_is_lost_gets_a_new_key_and_nobody_else_does() {
    let network = Network::start().await;
    let size = Size::OFFICES;
    let driver = newcomer(&network.settings(size), Arc::new(|_: &_| ())).await.unwrap();
    let register = cast::register(network.consortium.genesis.time);
    let papers = |index| seal(&register.identity(&register.person(index).unwrap())).unwrap().fields;
    let own = (cast::NEWCOMERS..cast::PEOPLE)
        .find(|index| {
            cast::key(network.node.chain_id(), cast::Player::Driver(*index)).public()
                == driver.key.public()
        })
        .unwrap();
    let key = SecretKey::from_seed(&[5; 32]);
    // Who sent the driver's application.
    let office = cast::Player::Enterprise(own % cast::ENTERPRISES);
    let sponsor = cast::key(network.node.chain_id(), office);
    let vouched = |voucher: SecretKey, person: PersonId, fields, signer: &SecretKey| {
        let custody = Custody::Device;
        let statements = Vec::new();
        let mut register = PersonKeyRegister { person, key: key.public(), custody, statements };
        let (chain, until) = (network.node.chain_id(), now().plus(60_000));
        let word = Statement::give(signer, chain, &register.clone().into(), nonce(), until);
        register.statements = vec![word];
        let sponsor = Statement::give(&voucher, chain, &register.clone().into(), nonce(), until);
        Content::KeyChange(Box::new(KeyChange { register, sponsor, fields }))
    };
    let change = |person: PersonId, fields, signer: &SecretKey| {
        vouched(sponsor.clone(), person, fields, signer)
    };
    let send = |role: Role, content: Content| {
        let network = &network;
        async move {
            let url = format!("{}/v1/parcels", network.inboxes[&role].url);
            let body = sealed(network, role, content).await.to_string().into_bytes();
            let (status, problem) = post(&url, body).await;
            (status, problem.map(|problem| (problem.code, problem.detail)))
        }
    };
    let refused = |detail: &str| Some(("key_change_refused".to_owned(), detail.to_owned()));
    let police = Role::PublicSecurity;
    let somebody = change(driver.person, papers(own + 1), &key);
    assert_eq!(send(police, somebody).await, (422, refused("person_differs")));
    let nobody = change(PersonId(RecordId([9; 16])), papers(own), &key);
    assert_eq!(send(police, nobody).await, (422, refused("person_differs")));
    let mut false_fields = papers(own);
    false_fields[0].value.push('1');
    let forged = change(driver.person, false_fields, &key);
    let (status, problem) = send(police, forged).await;
    assert_eq!((status, problem.unwrap().0.as_str()), (422, "key_change_refused"));
    let unsigned = change(driver.person, papers(own), &driver.key);
    assert_eq!(send(police, unsigned).await, (422, refused("statement_missing")));
    let thief = vouched(key.clone(), driver.person, papers(own), &key);
    assert_eq!(send(police, thief).await, (422, refused("sponsor_missing")));
    let elsewhere = change(driver.person, papers(own), &key);
    let (status, problem) = send(Role::Transport, elsewhere).await;
    assert_eq!((status, problem.unwrap().0.as_str()), (422, "kind_not_ours"));
    let keys = || {
        let found: Person = network.node.memory.lock().unwrap().get(driver.person.0).unwrap();
        found.keys
    };
    assert_eq!(keys(), [driver.key.public()], "nothing has changed");
    assert_eq!(send(police, change(driver.person, papers(own), &key)).await, (200, None));
    assert_eq!(keys(), [key.public()], "the old key signs nothing any more");
}
