// SPDX-License-Identifier: Apache-2.0
//! The life of a testnet as its user sees it: up, again, down, killed, interrupted, removed.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use dianyun_tests::testnet::{Testnet, binary, dianyun, succeed};
use dianyun_tests::waiting::until;
use serde_json::{Value, json};

const LIMIT: Duration = Duration::from_secs(180);

/// A testnet's folder, whose processes end with the value.
struct Net(tempfile::TempDir);

impl Net {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A folder whose name a script might stumble over.
    fn dir(&self) -> String {
        self.0.path().join("滇 运 net").display().to_string()
    }

    fn args<'a>(&'a self, words: &[&'a str], dir: &'a str) -> Vec<&'a str> {
        [&["testnet"], words, &["--dir", dir]].concat()
    }

    fn run(&self, words: &[&str]) -> String {
        let dir = self.dir();
        succeed(self.args(words, &dir))
    }

    fn json(&self, words: &[&str]) -> Value {
        serde_json::from_str(&self.run(&[words, &["--json"]].concat())).unwrap()
    }

    /// Exit code and messages of a run.
    fn outcome(&self, words: &[&str]) -> (i32, String) {
        let dir = self.dir();
        let output = dianyun(self.args(words, &dir));
        let said = String::from_utf8(output.stderr).unwrap();
        (output.status.code().unwrap(), said)
    }

    /// Starts a run in the foreground.
    fn spawn(&self, words: &[&str]) -> Child {
        let dir = self.dir();
        let mut command = Command::new(binary());
        command.args(self.args(words, &dir)).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }
}

impl Drop for Net {
    fn drop(&mut self) {
        let dir = self.dir();
        dianyun(self.args(&["down"], &dir));
    }
}

fn interrupt(child: &Child) {
    let line = format!("kill -INT {}", child.id());
    assert!(Command::new("sh").args(["-c", &line]).status().unwrap().success());
}

fn members(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn running(status: &Value) -> usize {
    let all = ["nodes", "authorities"].iter().flat_map(|what| status[what].as_array().unwrap());
    all.filter(|one| one["running"] == json!(true)).count()
}

const UP: [&str; 8] = ["up", "--detach", "--data", "none", "--validators", "1", "--observers", "0"];

#[test]
fn where_nothing_is_down_and_reset_do_nothing_and_status_says_how_to_start() {
    let net = Net::new();
    assert_eq!(net.json(&["down"]), json!({ "stopped": [] }));
    assert_eq!(net.json(&["reset"]), json!({ "removed": false }));
    let (code, said) = net.outcome(&["status"]);
    assert!(code == 1 && said.contains("testnet up"), "{code} {said}");
    std::fs::create_dir_all(net.dir()).unwrap();
    let mine = Path::new(&net.dir()).join("thesis.txt");
    std::fs::write(&mine, "three years of work").unwrap();
    for words in [&["reset"][..], &UP] {
        let (code, said) = net.outcome(words);
        assert!(code == 1 && said.contains("holds no testnet"), "{code} {said}");
    }
    assert!(mine.exists(), "what is no testnet stays");
}

#[test]
fn the_card_has_these_members_and_up_again_shows_the_same() {
    let net = Net::new();
    let card = net.json(&UP);
    let expected = ["chain_id", "genesis", "keys", "nodes", "pages", "roles", "samples"];
    assert_eq!(members(&card), BTreeSet::from(expected));
    let expected = ["api", "dir", "name", "p2p", "pid", "role"];
    assert_eq!(members(&card["nodes"][0]), BTreeSet::from(expected));
    let expected = ["blue", "red", "waybill", "yellow"];
    assert_eq!(members(&card["samples"]), BTreeSet::from(expected));
    let expected = ["authority", "enterprise", "insurer", "platform", "regulator"];
    assert_eq!(members(&card["roles"]), BTreeSet::from(expected), "nobody drives without data");
    let all = expected.iter().flat_map(|role| card["roles"][role].as_array().unwrap());
    let named: BTreeSet<&str> = all.clone().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(named, members(&card["keys"]), "everybody has a role");
    for one in all {
        assert_eq!(one["key"], card["keys"][one["name"].as_str().unwrap()]);
        assert!(Path::new(one["key"].as_str().unwrap()).is_file(), "{one}");
    }
    assert_eq!(net.json(&UP), card, "it runs already");
    let (code, said) = net.outcome(&["up", "--detach", "--validators", "4"]);
    assert!(code == 1 && said.contains("testnet reset"), "another network is there: {said}");
    let text = net.run(&["up", "--detach"]);
    for role in expected {
        let key = card["roles"][role][0]["key"].as_str().unwrap();
        let is_it = |line: &str| line.contains(&format!(" {role}  {key}"));
        assert_eq!(text.lines().filter(|line| is_it(line)).count(), 1, "{role}: {text}");
    }
    let token = text.lines().find_map(|line| line.strip_prefix("  dianyun token ")).unwrap();
    // The folder's name has blanks in it.
    let (before, rest) = token.split_once('\'').unwrap();
    let (key, after) = rest.split_once('\'').unwrap();
    let words = before.split_whitespace().chain([key]).chain(after.split_whitespace());
    let made = dianyun(std::iter::once("token").chain(words));
    assert!(made.status.success(), "{token}");
    let curls: Vec<&str> = text.lines().filter(|line| line.starts_with("  curl ")).collect();
    assert_eq!(curls.len(), 3, "{text}");
    for curl in curls {
        let line = curl.replace("curl -s", "curl -sf");
        let output = Command::new("sh").args(["-c", &line]).output().unwrap();
        assert!(output.status.success(), "{line}");
        assert!(serde_json::from_slice::<Value>(&output.stdout).is_ok(), "{line}");
    }
    let folder = card["nodes"][0]["dir"].as_str().unwrap();
    let second = dianyun(["node", "run", "--dir", folder]);
    let said = String::from_utf8(second.stderr).unwrap();
    assert_eq!(second.status.code(), Some(1), "{said}");
    assert!(said.contains("another process uses"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_was_stopped_or_killed_comes_up_with_its_data() {
    let net = Net::new();
    let card = net.json(&UP);
    let before = net.json(&["status"]);
    assert_eq!(running(&before), 5, "{before}");
    assert_eq!(net.json(&["down"])["stopped"].as_array().unwrap().len(), 5);
    assert_eq!(net.json(&["down"]), json!({ "stopped": [] }), "again is no failure");
    assert_eq!(running(&net.json(&["status"])), 0);
    let log = net.run(&["logs", "validator-1"]);
    let last: Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
    assert_eq!(last["message"], "stopped", "it ended by itself: {log}");
    let again = net.json(&UP);
    assert_eq!(again["chain_id"], card["chain_id"]);
    for name in ["validator-1", "insurer"] {
        assert_eq!(net.json(&["kill", name]), json!({ "killed": name }));
        assert_eq!(running(&net.json(&["status"])), 4);
        assert_eq!(net.json(&["start", name])["started"], name);
        assert_eq!(running(&net.json(&["status"])), 5);
        let (code, said) = net.outcome(&["start", name]);
        assert!(code == 1 && said.contains("runs already"), "{said}");
    }
    net.run(&["kill", "validator-1"]);
    assert_eq!(net.json(&UP)["chain_id"], card["chain_id"], "up starts what is missing");
    let (code, said) = net.outcome(&["kill", "validator-9"]);
    assert!(code == 1 && said.contains("only validator-1, public-security"), "{said}");
    let height = |status: &Value| status["nodes"][0]["status"]["height"].as_u64();
    until("the chain goes on", LIMIT, || async {
        let now = net.json(&["status"]);
        (height(&now)? > height(&before)?).then_some(())
    })
    .await;
    assert_eq!(net.json(&["reset"]), json!({ "removed": true }));
    assert!(!Path::new(&net.dir()).exists());
}

#[test]
fn ctrl_c_stops_a_network_in_the_foreground() {
    let net = Net::new();
    let mut up = net.spawn(&["up", "--data", "none", "--validators", "1", "--observers", "0"]);
    let mut lines = BufReader::new(up.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("/v1/waybills")), "the card is shown");
    assert_eq!(running(&net.json(&["status"])), 5);
    interrupt(&up);
    assert!(up.wait().unwrap().success());
    assert_eq!(running(&net.json(&["status"])), 0);
}

#[test]
fn an_interrupted_up_leaves_nothing_running_and_the_next_one_begins_anew() {
    let net = Net::new();
    let mut up = net.spawn(&["up", "--validators", "1", "--observers", "0"]);
    let mut lines = BufReader::new(up.stderr.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().starts_with("[3/")), "it begins to load");
    interrupt(&up);
    assert_eq!(up.wait().unwrap().code(), Some(1));
    let status = net.json(&["status"]);
    assert_eq!((running(&status), &status["loaded"]), (0, &json!(false)));
    let card = net.json(&UP);
    assert_ne!(card["chain_id"], status["chain_id"]);
    assert_eq!(running(&net.json(&["status"])), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_validator_whose_data_folder_was_emptied_catches_up() {
    let net = Testnet::up(5, 0);
    let height = net.converged().await;
    net.kill("validator-5");
    let data = net.dir().join("validator-5/data");
    std::fs::remove_dir_all(&data).unwrap();
    std::fs::create_dir(&data).unwrap();
    net.start("validator-5");
    let client = net.client(4);
    until("it has what the others have", LIMIT, || async {
        let status = client.status().await.ok()?;
        (status.health == "ready" && status.height >= height).then_some(())
    })
    .await;
    let height = net.converged().await;
    net.assert_same_headers(height).await;
}
