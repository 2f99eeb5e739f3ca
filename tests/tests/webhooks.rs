// SPDX-License-Identifier: Apache-2.0
//! A webhook by the command line: added, tested, delivered to, replayed, given a new secret, removed.

#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dianyun_tests::testnet::{Testnet, dianyun, succeed};
use dianyun_tests::waiting::until;
use serde_json::Value;

const LIMIT: Duration = Duration::from_secs(30);
const MEMBER: &str = "enterprise-1";

/// A receiver that takes everything: its address, and what came.
fn receiver() -> (String, Arc<Mutex<Vec<Value>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/hook", listener.local_addr().unwrap());
    let came = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&came);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut length = 0;
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if line.trim().is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            kept.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
            stream.write_all(b"HTTP/1.1 204 Taken\r\nconnection: close\r\n\r\n").unwrap();
        }
    });
    (address, came)
}

struct Scene {
    net: Testnet,
    credentials: String,
}

impl Scene {
    fn run(&self, words: &[&str]) -> Value {
        let dir = self.net.dir().display().to_string();
        let printed = succeed([words, &["--json", "--dir", &dir]].concat());
        serde_json::from_str(&printed).unwrap()
    }

    fn hook(&self, words: &[&str]) -> Value {
        let file = ["--credentials-file", &self.credentials];
        self.run(&[&["webhook"], words, &file].concat())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_handled_by_commands_from_its_first_message_to_its_end() {
    let net = Testnet::up(1, 0);
    let node = net.dir().join("validator-1").display().to_string();
    let organisation = net.organisation(MEMBER).to_string();
    let made = ["apikey", "new", "--organisation", &organisation, "--label", "tms"];
    let made = [&made[..], &["--scopes", "modules", "--json", "--dir", &node]].concat();
    let made: Value = serde_json::from_str(&succeed(made)).unwrap();
    let credentials = net.dir().join("credentials");
    std::fs::write(&credentials, made["key"].as_str().unwrap()).unwrap();
    let client = net.client(0).with_credentials(made["key"].as_str().unwrap()).unwrap();
    until("the node takes the key", LIMIT, || async { client.status().await.ok() }).await;
    let scene = Scene { net, credentials: credentials.display().to_string() };
    let (address, came) = receiver();
    let added = scene.hook(&["add", &address, "--kinds", "interface"]);
    assert!(added["secret"].as_str().unwrap().starts_with("whsec_"));
    let id = added["webhook"]["id"].as_str().unwrap();
    let said = scene.hook(&["test", id]);
    assert!(said["delivered"] == true && said["status"] == 204, "{said}");
    let purpose = scene.net.dir().join("purpose.txt");
    std::fs::write(&purpose, "To apply for codes.").unwrap();
    let purpose = purpose.display().to_string();
    let apply = ["interface", "apply", "code_application", "--scopes", "codes"];
    scene.run(&[&apply[..], &["--purpose", &purpose, "--by", MEMBER]].concat());
    let done = until("it is delivered", LIMIT, || async {
        let done = scene.hook(&["deliveries", id, "--state", "done"]);
        done["items"].as_array().unwrap().first().cloned()
    })
    .await;
    let last = came.lock().unwrap().last().unwrap().clone();
    assert_eq!(last["type"], "interface_requested");
    assert_eq!(last["sequence"], done["sequence"]);
    let from = done["sequence"].to_string();
    scene.hook(&["replay", id, "--from", &from]);
    until("it is delivered again", LIMIT, || async {
        (scene.hook(&["show", id])["delivered"] == 2).then_some(())
    })
    .await;
    let rotated = scene.hook(&["rotate", id, "--overlap-hours", "1"]);
    assert_ne!(rotated["secret"], added["secret"]);
    assert!(rotated["webhook"]["old_secret_until"].is_string());
    scene.hook(&["remove", id]);
    assert_eq!(scene.hook(&["list"]), serde_json::json!([]));
    let dir = scene.net.dir().display().to_string();
    let file = ["--credentials-file", &scene.credentials, "--dir", &dir];
    let gone = dianyun([&["webhook", "show", id][..], &file].concat());
    assert_eq!(gone.status.code(), Some(1));
}
