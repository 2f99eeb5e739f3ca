// SPDX-License-Identifier: Apache-2.0
//! The whole way of an organisation to an answer: it asks for an interface, a regulator grants it, an
//! operator makes an API key, and a node that asks for credentials takes it until one of them ends.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use chain::ids::OrganisationId;
use client::{Client, ClientError};
use dianyun_tests::testnet::{Testnet, dianyun, succeed};
use dianyun_tests::waiting::until;
use serde_json::Value;

const LIMIT: Duration = Duration::from_secs(30);

struct Scene {
    net: Testnet,
    organisation: OrganisationId,
}

impl Scene {
    fn run(&self, words: &[&str]) -> Value {
        let dir = self.net.dir().display().to_string();
        let printed = succeed([words, &["--json", "--dir", &dir]].concat());
        serde_json::from_str(&printed).unwrap()
    }

    /// Says why it is refused.
    fn fails(&self, words: &[&str]) -> String {
        let dir = self.net.dir().display().to_string();
        let output = dianyun([words, &["--dir", &dir]].concat());
        assert_eq!(output.status.code(), Some(1), "{words:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    fn keys(&self, words: &[&str]) -> Value {
        let dir = self.net.dir().join("observer-1").display().to_string();
        let printed = succeed([&["apikey"], words, &["--json", "--dir", &dir]].concat());
        serde_json::from_str(&printed).unwrap()
    }

    /// The observer, asked with a credential.
    fn observer(&self, secret: &str) -> Client {
        self.net.client(1).with_credentials(secret).unwrap()
    }

    /// Waits until the observer answers an organisation's question with this status.
    async fn answers(&self, secret: &str, path: &str, status: u16) {
        let client = self.observer(secret);
        until(&format!("{path} answers {status}"), LIMIT, || async {
            let got = match client.get::<Value>(path, &[]).await {
                Ok(_) => 200,
                Err(ClientError::Refused(problem)) => problem.status,
                Err(error) => panic!("{error}"),
            };
            (got == status).then_some(())
        })
        .await;
    }
}

const EXCHANGE: &str = "verification_and_exchange";

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_and_a_key_open_the_interface_and_their_end_closes_it() {
    let net = Testnet::up(1, 1);
    let member = "enterprise-1";
    let organisation = net.organisation(member);
    let scene = Scene { net, organisation };
    let id = scene.organisation.to_string();
    let purpose = scene.net.dir().join("purpose.txt");
    std::fs::write(&purpose, "To show drivers what is open on their codes.").unwrap();
    let purpose = purpose.display().to_string();
    let apply = ["interface", "apply", EXCHANGE, "--scopes", "verify", "--by", member, "--purpose"];
    // The demo grants everything from the beginning.
    scene.run(&["interface", "release", EXCHANGE, "--by", member]);
    scene.run(&[&apply[..], &[&purpose]].concat());
    let shown = |scene: &Scene| {
        let all = scene.run(&["interface", "show", &id]);
        let all = all["interfaces"].as_array().unwrap();
        all.iter().find(|one| one["interface"] == EXCHANGE).unwrap().clone()
    };
    assert!(shown(&scene)["request"].is_object() && shown(&scene)["grant"].is_null());

    // Wider than was asked for, or by somebody else: no.
    let wider = ["interface", "grant", &id, EXCHANGE, "--scopes", "verify,exchange"];
    scene.fails(&[&wider[..], &["--by", "regulator"]].concat());
    scene.fails(&["interface", "grant", &id, EXCHANGE, "--by", "insurer"]);
    scene.run(&["interface", "grant", &id, EXCHANGE, "--by", "regulator"]);

    let new = ["new", "--organisation", &id, "--label", "a test", "--scopes", "verify,codes"];
    let made = scene.keys(&new);
    let (secret, name) = (made["key"].as_str().unwrap(), made["id"].as_str().unwrap());
    let whole = "/v1/blocks/0";
    scene.answers(secret, "/v1/vehicles", 200).await;
    scene.answers(secret, whole, 403).await;
    let public = scene.net.client(1).get::<Value>("/v1/vehicles", &[]).await;
    assert!(matches!(public, Err(ClientError::Refused(p)) if p.code == "credentials_needed"));

    // The secret is nowhere in the node's folder.
    let digits = secret.split_once('.').unwrap().1;
    let file = scene.net.dir().join("observer-1/apikeys.toml");
    assert!(!std::fs::read_to_string(&file).unwrap().contains(digits));

    // Both are good while they overlap; the old one alone ends.
    let next = scene.keys(&["rotate", name, "--overlap-hours", "1"]);
    let next = next["key"].as_str().unwrap();
    scene.answers(next, "/v1/vehicles", 200).await;
    scene.answers(secret, "/v1/vehicles", 200).await;
    scene.keys(&["revoke", name]);
    scene.answers(secret, "/v1/vehicles", 401).await;
    scene.answers(next, "/v1/vehicles", 200).await;

    scene.run(&["interface", "revoke", &id, EXCHANGE, "--reason", "misuse", "--by", "regulator"]);
    assert!(shown(&scene)["grant"].is_null());
    let listed = scene.keys(&["list"]);
    assert_eq!(listed.as_array().unwrap().len(), 2, "{listed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_by_a_registered_key_says_who_asks() {
    let net = Testnet::up(1, 1);
    let chain = net.chain().to_string();
    let key = net.dir().join("keys/insurer.key").display().to_string();
    let token =
        ["token", "--key", &key, "--chain", &chain, "--for", "observer-1", "--seconds", "60"];
    let token = succeed(token);
    // The insurer runs the observer, and holds every block anyway.
    let client = net.client(1).with_credentials(&token).unwrap();
    client.get::<Value>("/v1/blocks/0", &[]).await.unwrap();
    let elsewhere = succeed(["token", "--key", &key, "--chain", &chain, "--for", "validator-1"]);
    let client = net.client(1).with_credentials(&elsewhere).unwrap();
    let refused = client.get::<Value>("/v1/blocks/0", &[]).await;
    assert!(matches!(refused, Err(ClientError::Refused(p)) if p.code == "credentials_wrong"));
}
