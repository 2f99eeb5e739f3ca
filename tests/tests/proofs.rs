// SPDX-License-Identifier: Apache-2.0
//! Proofs over real processes: fetched from one node, verified with a header from another or from a
//! file; and each forgery, made by editing the file, is refused by the command.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::Output;

use chain::actions::{Action, Answer, ClaimAnswer, CodeApply, MatterOpen, NewClaim};
use chain::ids::{ApplicationId, CodeId, Height, Prefecture, RecordId, Time};
use chain::records::application::CodeFor;
use chain::records::{CertificateKind, Class, Custody, MatterKind, Subject};
use chain::{Hash, TransactionId};
use client::Signer;
use dianyun_tests::testnet::{Testnet, dianyun, succeed};
use genesis::Layout;
use genesis::demo::Member;
use serde_json::{Value, json};

/// A testnet with a yellow code: which transactions made it, and in which blocks.
struct Scene {
    net: Testnet,
    code: CodeId,
    applied: TransactionId,
    issued_at: Height,
    yellow_at: Height,
}

fn member(net: &Testnet, name: &str) -> Member {
    let layout = Layout::at(net.dir());
    layout.member(&layout.genesis().unwrap(), name).unwrap()
}

/// Sends an action of a member to the validator; the transaction and the height of its block.
async fn send(net: &Testnet, who: &Member, action: impl Into<Action>) -> (TransactionId, Height) {
    let client = net.client(0);
    let now = client.status().await.unwrap().time;
    let transaction = Signer::new(who.key.clone(), net.chain()).sign(action, now);
    let answer = client.submit(&transaction).await.unwrap();
    (answer.id, answer.height.unwrap())
}

impl Scene {
    /// An enterprise applies for its code, the transport authority attests the permit, and a matter
    /// makes the code yellow.
    async fn build() -> Self {
        let net = Testnet::up(1, 1);
        let (enterprise, transport) = (member(&net, "enterprise-1"), member(&net, "transport"));
        let root = Hash::of(b"fields");
        let apply = CodeApply {
            wanted: CodeFor::Enterprise(enterprise.id),
            holder_key: enterprise.key.public(),
            custody: Custody::Device,
            prefecture: Prefecture(5301),
            claims: vec![NewClaim {
                kind: CertificateKind::BusinessPermit,
                root,
                attester: transport.id,
            }],
            statements: Vec::new(),
        };
        let (applied, _) = send(&net, &enterprise, apply).await;
        let yes = ClaimAnswer {
            application: ApplicationId(RecordId::made_by(applied, 0)),
            claim: 0,
            root,
            answer: Answer::Yes {
                valid_from: Time(0),
                valid_until: None,
                class: Class::Permit { hazardous: false },
                tags: Vec::new(),
            },
        };
        let (_, issued_at) = send(&net, &transport, yes).await;
        let matter = |id| MatterOpen {
            subject: Subject::Organisation(id),
            kind: MatterKind::Violation,
            reference: Hash::of(b"file"),
            points: 3,
            over_limit: false,
            occurred_at: Time(0),
            settle_by: None,
        };
        let police = member(&net, "traffic-police");
        let (_, yellow_at) = send(&net, &police, matter(enterprise.id)).await;
        // One more block, so that all of the above lies in the history of the newest header.
        send(&net, &police, matter(member(&net, "enterprise-2").id)).await;
        let code = CodeId::made_by(applied);
        Self { net, code, applied, issued_at, yellow_at }
    }

    fn dir(&self) -> String {
        self.net.dir().display().to_string()
    }

    /// Fetches a proof from the validator.
    fn get(&self, id: &str, at: Option<Height>) -> Value {
        let mut args = vec!["proof", "get", id, "--node", &self.net.nodes[0].api];
        let height = at.map(|height| height.to_string());
        if let Some(height) = &height {
            args.extend(["--at-height", height]);
        }
        serde_json::from_str(&succeed(args)).unwrap()
    }

    fn write(&self, name: &str, value: &Value) -> PathBuf {
        let file = self.net.dir().join(name);
        std::fs::write(&file, value.to_string()).unwrap();
        file
    }

    /// Verifies a proof with the observer's header and further arguments.
    fn verify(&self, proof: &Value, more: &[&str]) -> Output {
        let file = self.write("proof.json", proof).display().to_string();
        let dir = self.dir();
        let mut args = vec!["proof", "verify", &file, "--json", "--dir", &dir];
        args.extend(["--node", &self.net.nodes[1].api]);
        args.extend(more);
        dianyun(args)
    }

    #[track_caller]
    fn holds(&self, proof: &Value, more: &[&str]) -> Value {
        let output = self.verify(proof, more);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(shown["holds"], true);
        shown
    }

    #[track_caller]
    fn refused(&self, why: &str, proof: &Value, more: &[&str]) {
        let output = self.verify(proof, more);
        assert!(!output.status.success(), "{why} passes");
        assert!(output.stdout.is_empty(), "{why}: nothing is shown of what does not hold");
        assert!(!output.stderr.is_empty(), "{why}: it says why");
    }
}

/// The proof with one of its values replaced.
fn with(proof: &Value, pointer: &str, value: Value) -> Value {
    let mut proof = proof.clone();
    *proof.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer} is there")) = value;
    proof
}

/// The text at a place with its last digit changed; an empty one, as of a bucket without entries, with a
/// byte in it.
fn bent(proof: &Value, pointer: &str) -> Value {
    let mut text = proof.pointer(pointer).unwrap().as_str().unwrap().to_owned();
    match text.pop() {
        Some('0') => text.push('1'),
        Some(_) => text.push('0'),
        None => text.push_str("00"),
    }
    with(proof, pointer, json!(text))
}

/// The path at a place without its last hash, or with one more.
fn path(proof: &Value, pointer: &str, longer: bool) -> Value {
    let mut path = proof.pointer(pointer).unwrap().as_array().unwrap().clone();
    if longer {
        path.push(json!("00".repeat(32)));
    } else {
        path.pop().expect("a path to shorten");
    }
    with(proof, pointer, json!(path))
}

/// Every place of a text or number in the file.
fn places(value: &Value, at: &str, out: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, inner)| places(inner, &format!("{at}/{name}"), out));
        }
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(i, inner)| places(inner, &format!("{at}/{i}"), out));
        }
        Value::Null => {}
        _ => out.push(at.to_owned()),
    }
}

/// A header as a node answers it, in a file.
async fn header_file(scene: &Scene, proof: &Value) -> PathBuf {
    let height = Height(proof["anchor"]["height"].as_u64().unwrap());
    let item = scene.net.client(1).header(height).await.unwrap();
    scene.write("header.json", &serde_json::to_value(item.header).unwrap())
}

/// Verifies with a header and a genesis from files alone: no node is asked, none need be up.
fn verify_offline(file: &Path, header: &Path, genesis: &Path) -> bool {
    let text = |path: &Path| path.display().to_string();
    let (file, header, genesis) = (text(file), text(header), text(genesis));
    let args = ["proof", "verify", &file, "--header", &header, "--genesis", &genesis];
    dianyun(args).status.success()
}

#[tokio::test(flavor = "multi_thread")]
async fn true_proofs_of_one_node_hold_under_the_header_of_another_and_forged_ones_do_not() {
    let scene = Scene::build().await;
    let code = scene.code.to_string();
    let person = format!("per_{}", "3".repeat(26));
    let present = scene.get(&code, None);
    let replaced = scene.get(&code, Some(scene.issued_at));
    let later = scene.get(&code, Some(Height(scene.issued_at.0 - 1)));
    let absent = scene.get(&person, None);
    let transaction = scene.get(&scene.applied.to_string(), None);
    scene.net.converged().await;

    true_ones(&scene, [&present, &replaced, &later, &absent, &transaction]);
    questions(&scene, [&present, &replaced, &later, &absent, &transaction]);
    forged(&scene, [&present, &replaced, &later, &absent, &transaction]);
    for proof in [&present, &replaced, &later, &absent, &transaction] {
        let mut all = Vec::new();
        places(proof, "", &mut all);
        for place in all {
            let changed = match proof.pointer(&place).unwrap() {
                Value::String(_) => bent(proof, &place),
                number => with(proof, &place, json!(number.as_u64().unwrap() + 1)),
            };
            scene.refused(&format!("a change at {place}"), &changed, &[]);
        }
    }
    offline(&scene, &present).await;
}

fn true_ones(scene: &Scene, [present, replaced, later, absent, transaction]: [&Value; 5]) {
    let shown = scene.holds(present, &[]);
    assert_eq!((&shown["standing"], &shown["colour"]), (&json!("issued"), &json!("yellow")));
    assert_eq!(shown["since"], json!(scene.yellow_at));
    assert_eq!(shown["value"]["code"]["id"], json!(scene.code));
    let shown = scene.holds(replaced, &[]);
    assert_eq!(shown["since"], json!(scene.issued_at));
    assert_eq!(shown["until"], json!(scene.yellow_at));
    assert_eq!(shown["value"]["code"]["colour"], "blue");
    let shown = scene.holds(later, &[]);
    assert_eq!((&shown["absent"], &shown["before"]), (&json!("code"), &json!(scene.issued_at)));
    let shown = scene.holds(absent, &[]);
    assert_eq!((&shown["absent"], &shown["before"]), (&json!("person"), &Value::Null));
    let shown = scene.holds(transaction, &[]);
    assert_eq!(shown["transaction"], json!(scene.applied));
    assert_eq!(shown["action"], "code_apply");
    let interface = format!("{}/code_application", member(&scene.net, "enterprise-1").id);
    let public = member(&scene.net, "transport").key.public().to_string();
    for id in ["parameters".to_owned(), public, interface] {
        let proof = scene.get(&id, Some(Height(0)));
        assert_eq!(scene.holds(&proof, &["--at-height", "0"])["since"], 0, "{id}");
    }
}

/// A true proof is no answer to a question that it does not answer.
fn questions(scene: &Scene, [present, replaced, later, absent, transaction]: [&Value; 5]) {
    let anchor = |proof: &Value| proof["anchor"]["height"].as_u64().unwrap();
    let (issued, yellow) = (scene.issued_at.0, scene.yellow_at.0);
    let of_transaction = scene.holds(transaction, &[])["height"].as_u64().unwrap();
    for (name, proof, answers, silent) in [
        ("present", present, vec![yellow, anchor(present)], vec![issued, anchor(present) + 1]),
        ("replaced", replaced, vec![issued, yellow - 1], vec![issued - 1, yellow]),
        ("later", later, vec![0, issued - 1], vec![issued]),
        ("absent", absent, vec![0, anchor(absent)], vec![anchor(absent) + 1]),
        ("transaction", transaction, vec![of_transaction], vec![of_transaction + 1]),
    ] {
        for at in answers {
            scene.holds(proof, &["--at-height", &at.to_string()]);
        }
        for at in silent {
            scene.refused(&format!("{name} at {at}"), proof, &["--at-height", &at.to_string()]);
        }
    }
    let shown = scene.holds(present, &[]);
    let code = &shown["value"]["code"];
    let due: Time = code["next_change_at"].as_str().unwrap().parse().unwrap();
    let now: Time = shown["as_of"].as_str().unwrap().parse().unwrap();
    for at in [now, Time(due.0 - 1)] {
        let shown = scene.holds(present, &["--at-time", &at.to_string()]);
        assert_eq!((&shown["colour"], &shown["as_of"]), (&json!("yellow"), &json!(at)));
    }
    for at in [Time(now.0 - 1), due] {
        scene.refused("a colour that is not known", present, &["--at-time", &at.to_string()]);
    }
    for proof in [replaced, later, absent, transaction] {
        scene.refused("no code that stands", proof, &["--at-time", &now.to_string()]);
    }
}

fn forged(scene: &Scene, [present, replaced, later, absent, transaction]: [&Value; 5]) {
    let refused = |why: &str, proof: Value| scene.refused(why, &proof, &[]);
    let shows = |proof: &Value, shows: Value| with(proof, "/shows", shows);
    refused("another value", bent(present, "/shows/present/record/value"));
    refused("another version", bent(present, "/shows/present/record/version"));
    let height = present["anchor"]["height"].as_u64().unwrap();
    refused("another height", with(present, "/anchor/height", json!(height - 1)));
    for longer in [false, true] {
        for (proof, pointer) in [
            (present, "/shows/present/bucket/path"),
            (replaced, "/shows/replaced/successor/block/path"),
            (absent, "/shows/absent/bucket/path"),
            (later, "/shows/later/first/block/path"),
            (transaction, "/shows/transaction/block/path"),
        ] {
            refused(&format!("{pointer}, longer: {longer}"), path(proof, pointer, longer));
        }
    }
    let bucket = &absent["shows"]["absent"]["bucket"];
    let record = &present["shows"]["present"]["record"];
    let claim = json!({ "present": { "record": record, "bucket": bucket } });
    refused("an absent key claimed present", shows(absent, claim));
    let version = record["version"].as_str().unwrap();
    let bucket = &present["shows"]["present"]["bucket"];
    let claim = json!({ "absent": { "key": version[..34], "bucket": bucket } });
    refused("a present key claimed absent", shows(present, claim));
    let old = &replaced["shows"]["replaced"]["record"];
    let claim = json!({ "present": { "record": old, "bucket": bucket } });
    refused("a replaced version claimed current", shows(present, claim));
    let successor = &replaced["shows"]["replaced"]["successor"];
    let claim = json!({ "replaced": { "record": record, "successor": successor } });
    refused("a current version claimed replaced", shows(replaced, claim));
    let claim = json!({ "later": { "first": successor } });
    refused("a second version claimed the first", shows(replaced, claim));
    let mut more = present.clone();
    more["note"] = json!("not verified");
    refused("what is not verified", more);
    let upper = present["chain"].as_str().unwrap().to_uppercase();
    refused("digits in upper case", with(present, "/chain", json!(upper)));
}

async fn offline(scene: &Scene, present: &Value) {
    let header = header_file(scene, present).await;
    let file = scene.write("present.json", present);
    let genesis = scene.net.dir().join("genesis.json");
    assert!(verify_offline(&file, &header, &genesis));
    let wrong: Value = serde_json::from_str(&std::fs::read_to_string(&header).unwrap()).unwrap();
    let wrong = scene.write("wrong.json", &bent(&wrong, "/state_root"));
    assert!(!verify_offline(&file, &wrong, &genesis), "another header");
    let mut deeper: Value =
        serde_json::from_str(&std::fs::read_to_string(&genesis).unwrap()).unwrap();
    deeper["depth"] = json!(deeper["depth"].as_u64().unwrap() + 1);
    let deeper = scene.write("deeper.json", &deeper);
    assert!(!verify_offline(&file, &header, &deeper), "another depth is another genesis");
}
