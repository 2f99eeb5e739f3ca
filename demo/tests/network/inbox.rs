// SPDX-License-Identifier: Apache-2.0
//! What an authority's inbox takes, and what it says to bad input.
#![allow(clippy::unwrap_used)]

use crate::common::{Network, plain};
use chain::actions::NewClaim;
use chain::ids::{ApplicationId, RecordId};
use demo::authority::Role;
use demo::authority::messages::{BODY_BYTES, ClaimSent, ClaimsSent, Problem, WhoAmI};
use demo::cast;
use demo::sealed::seal;
use serde_json::{Value, json};

fn claims(network: &Network) -> Value {
    let register = cast::register(network.consortium.genesis.time);
    let sealed = seal(&register.identity(&register.person(1).unwrap())).unwrap();
    let claim = NewClaim {
        kind: sealed.kind,
        root: sealed.root,
        attester: network.inboxes[&Role::PublicSecurity].organisation,
    };
    let sent = ClaimSent {
        application: ApplicationId(RecordId([9; 16])),
        claim: 0,
        kind: claim.kind,
        fields: sealed.fields,
    };
    serde_json::to_value(ClaimsSent { claims: vec![sent] }).unwrap()
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
    let who: WhoAmI = plain()
        .get(format!("{}/v1/authority", inbox.url))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!((who.organisation, who.role.as_str()), (inbox.organisation, "public-security"));
    let url = format!("{}/v1/claims", inbox.url);
    let (status, problem) = post(&url, claims(&network).to_string().into_bytes()).await;
    assert_eq!((status, problem.is_none()), (202, true));
    let application = ApplicationId(RecordId([9; 16]));
    let standing: Value =
        plain().get(format!("{url}/{application}/0")).send().await.unwrap().json().await.unwrap();
    assert_eq!(standing, json!({"state": "waiting"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_gets_a_problem_that_names_the_field() {
    let network = Network::start().await;
    let url = |role: Role, path: &str| format!("{}{path}", network.inboxes[&role].url);
    let good = claims(&network);
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut body = good.clone();
        change(&mut body);
        body.to_string().into_bytes()
    };
    let wrong_order = changed(&|body| {
        body["claims"][0]["fields"].as_array_mut().unwrap().swap(0, 1);
    });
    let too_few = changed(&|body| {
        body["claims"][0]["fields"].as_array_mut().unwrap().pop();
    });
    let unknown = changed(&|body| body["claims"][0]["colour"] = "blue".into());
    let short_salt = changed(&|body| body["claims"][0]["fields"][0]["salt"] = "00".into());
    let none = json!({"claims": []}).to_string().into_bytes();
    let good = good.to_string().into_bytes();
    let police = url(Role::PublicSecurity, "/v1/claims");
    let cases = [
        (&police, b"{".to_vec(), 400, "inbox_malformed"),
        (&police, unknown, 400, "inbox_malformed"),
        (&police, short_salt, 400, "inbox_malformed"),
        (&police, none, 400, "inbox_malformed"),
        (&police, wrong_order, 422, "fields_wrong"),
        (&police, too_few, 422, "fields_wrong"),
        (&police, vec![b' '; BODY_BYTES + 1], 413, "inbox_too_large"),
        (&url(Role::Insurer, "/v1/claims"), good, 422, "kind_not_ours"),
        (&url(Role::Transport, "/v1/policies"), b"{}".to_vec(), 404, "inbox_not_found"),
        (&url(Role::Insurer, "/v1/none"), Vec::new(), 404, "inbox_not_found"),
    ];
    for (url, body, status, code) in cases {
        let (found, problem) = post(url, body).await;
        assert_eq!((found, problem.unwrap().code.as_str()), (status, code), "{url}");
    }
}
