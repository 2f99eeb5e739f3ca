// SPDX-License-Identifier: Apache-2.0
//! Shown codes over real processes: two validators give their word, the holder shows, scanners verify with and
//! without a network; and what a scanner of another make reads from a bad photograph.

#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use std::process::{Command, Output};

use chain::actions::{Action, Answer, ClaimAnswer, CodeApply, MatterOpen, NewClaim};
use chain::ids::{ApplicationId, CodeId, OrganisationId, Prefecture, RecordId, Time};
use chain::records::application::CodeFor;
use chain::records::{CertificateKind, Class, Custody, MatterKind, Subject};
use chain::shown::{Shown, WitnessList};
use chain::{Hash, TransactionId};
use client::picture;
use dianyun_tests::testnet::{Testnet, dianyun, succeed};
use genesis::Layout;
use image::{GrayImage, Luma};
use serde_json::{Value, json};

/// A testnet with the blue code of an enterprise.
struct Scene {
    net: Testnet,
    code: CodeId,
    enterprise: OrganisationId,
}

async fn send(net: &Testnet, who: &str, action: impl Into<Action>) -> TransactionId {
    let client = net.client(0);
    let now = client.status().await.unwrap().time;
    let transaction = net.signer(who).sign(action, now);
    client.submit(&transaction).await.unwrap().id
}

impl Scene {
    async fn build() -> Self {
        let net = Testnet::up(2, 1);
        let (enterprise, transport) =
            (net.organisation("enterprise-1"), net.organisation("transport"));
        let root = Hash::of(b"fields");
        let claim = NewClaim { kind: CertificateKind::BusinessPermit, root, attester: transport };
        let apply = CodeApply {
            wanted: CodeFor::Enterprise(enterprise),
            holder_key: net.signer("enterprise-1").public(),
            custody: Custody::Device,
            prefecture: Prefecture(5301),
            claims: vec![claim],
            statements: Vec::new(),
        };
        let applied = send(&net, "enterprise-1", apply).await;
        let class = Class::Permit { hazardous: false };
        let (valid_from, valid_until) = (Time(0), None);
        let answer = Answer::Yes { valid_from, valid_until, class, tags: Vec::new() };
        let application = ApplicationId(RecordId::made_by(applied, 0));
        send(&net, "transport", ClaimAnswer { application, claim: 0, root, answer }).await;
        Self { net, code: CodeId::made_by(applied), enterprise }
    }

    /// A matter makes the code yellow.
    async fn turn_yellow(&self) {
        let open = MatterOpen {
            subject: Subject::Organisation(self.enterprise),
            kind: MatterKind::Violation,
            reference: Hash::of(b"file"),
            points: 3,
            over_limit: false,
            occurred_at: Time(0),
            settle_by: None,
        };
        send(&self.net, "traffic-police", open).await;
    }

    fn file(&self, name: &str) -> String {
        self.net.dir().join(name).display().to_string()
    }

    fn key_file(&self, member: &str) -> String {
        Layout::at(self.net.dir()).key_file(member).display().to_string()
    }

    /// Where a node's API is.
    fn api(&self, place: usize) -> &str {
        &self.net.nodes[place].api
    }

    /// What the holder's screen shows, as JSON.
    fn make(&self, id: &str, key: &str, more: &[&str]) -> Value {
        let args = ["shown", "make", id, "--key", key, "--json"];
        serde_json::from_str(&succeed(args.iter().chain(more))).unwrap()
    }

    /// The list that a scanner keeps.
    fn witnesses(&self) -> String {
        let (file, genesis) = (self.file("witnesses.json"), self.file("genesis.json"));
        let list = succeed(["shown", "witnesses", "--node", self.api(2), "--json"]);
        let from_genesis = succeed(["shown", "witnesses", "--genesis", &genesis, "--json"]);
        assert_eq!(list, from_genesis, "a node names the validators of genesis");
        assert_eq!(serde_json::from_str::<WitnessList>(&list).unwrap().witnesses.len(), 2);
        std::fs::write(&file, list).unwrap();
        file
    }
}

/// What a scanner wrote, and whether it succeeded.
fn verify(args: &[&str]) -> (Value, bool) {
    let all = ["shown", "verify", "--json"];
    let Output { status, stdout, stderr } = dianyun(all.iter().chain(args));
    let (errors, told) = (String::from_utf8_lossy(&stderr), serde_json::from_slice(&stdout));
    assert!([Some(0), Some(1)].contains(&status.code()), "{errors}");
    (told.unwrap_or_else(|error| panic!("{error}: {errors}")), status.success())
}

fn is_unknown(found: &(Value, bool), reason: &str) {
    let expected = json!({ "verdict": "unknown", "reason": reason, "shown": null });
    let (told, succeeded) = found;
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&told[name], value, "{told}");
    }
    assert!(!succeeded);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_shown_scanned_and_told_to_have_changed() {
    let scene = Scene::build().await;
    let (code, key) = (scene.code.to_string(), scene.key_file("enterprise-1"));
    let (list, png, svg) = (scene.witnesses(), scene.file("code.png"), scene.file("code.svg"));
    let nodes = ["--node", scene.api(0), "--node", scene.api(1)];
    let pictures = ["--png", &png, "--svg", &svg, "--pixels", "500"];
    let made = scene.make(&code, &key, &[nodes.as_slice(), &pictures].concat());
    let text = made["text"].as_str().unwrap();

    let (told, verified) = verify(&[text, "--witnesses", &list, "--threshold", "2"]);
    assert!(verified, "{told}");
    assert_eq!(told["shown"]["displayed"], "blue");
    assert_eq!(told["shown"]["witnesses"], json!([1, 2]));
    assert_eq!(told["shown"]["facts"], made["facts"]);
    assert_eq!(verify(&["--image", &png, "--witnesses", &list]).0, told, "read from the picture");
    assert!(std::fs::read_to_string(&svg).unwrap().starts_with("<svg "));

    scene.turn_yellow().await;
    let (told, verified) = verify(&[text, "--witnesses", &list]);
    assert!(verified && told["shown"]["displayed"] == "blue", "it still holds: {told}");
    let (told, verified) = verify(&[text, "--node", scene.api(0)]);
    assert!(verified, "{told}");
    assert_eq!(told["changed"], json!(["colour"]));
    assert_eq!(told["now"]["code"]["displayed"], "yellow");
    let made = scene.make(&code, &key, &["--node", scene.api(0)]);
    assert_eq!(made["displayed"], "yellow");
    assert_eq!(made["text"].as_str().unwrap().len(), 311);

    scanned_late(text, &list);
    foreign(&scene, text);
}

/// A photographed screen, and one whose facts hold no more.
fn scanned_late(text: &str, list: &str) {
    let shown: Shown = text.parse().unwrap();
    let at = |time: Time| verify(&[text, "--witnesses", list, "--at", &time.to_string()]);
    assert!(at(shown.shown_at.plus(120_000)).1, "two minutes are allowed");
    is_unknown(&at(shown.shown_at.plus(120_001)), "shown_too_long_ago");
    is_unknown(&at(shown.witnessed.facts.valid_until), "expired");
}

/// By the list of another chain, and of another list of this one.
fn foreign(scene: &Scene, text: &str) {
    let other = scene.file("other");
    succeed(["genesis", "new", "--dir", &other, "--validators", "1"]);
    let genesis = PathBuf::from(&other).join("genesis.json").display().to_string();
    is_unknown(&verify(&[text, "--genesis", &genesis]), "foreign_chain");
    let mut list: Value =
        serde_json::from_str(&std::fs::read_to_string(scene.file("witnesses.json")).unwrap())
            .unwrap();
    list["witnesses"].as_array_mut().unwrap().pop();
    let file = scene.file("one.json");
    std::fs::write(&file, list.to_string()).unwrap();
    assert!(verify(&[text, "--witnesses", &file]).1, "one known witness is enough");
    let both = verify(&[text, "--witnesses", &file, "--threshold", "2"]);
    is_unknown(&both, "unknown_witness");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_shows_a_badge_and_an_observer_gives_no_word() {
    let scene = Scene::build().await;
    let police = scene.net.organisation("traffic-police").to_string();
    let key = scene.key_file("traffic-police");
    let made = scene.make(&police, &key, &["--node", scene.api(1)]);
    let text = made["text"].as_str().unwrap();
    let (told, verified) = verify(&[text, "--node", scene.api(2)]);
    assert!(verified, "an observer verifies: {told}");
    let organisation = json!({ "id": police, "kind": "authority" });
    assert_eq!(told["shown"]["facts"]["shows"]["organisation"], organisation);
    assert_eq!(told["shown"]["displayed"], Value::Null, "a badge has no colour");
    assert_eq!(told["now"]["organisation"]["admitted"], true);

    let refused = |args: &[&str]| {
        let output = dianyun(["shown", "make"].iter().chain(args));
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    let by_observer = refused(&[&police, "--key", &key, "--node", scene.api(2)]);
    assert!(by_observer.contains("not_a_witness"), "{by_observer}");
    let code = scene.code.to_string();
    let by_other = refused(&[&code, "--key", &key, "--node", scene.api(0)]);
    assert!(by_other.contains("key_not_held"), "{by_other}");
    let nobody = CodeId::made_by(TransactionId(Hash::of(b"nobody"))).to_string();
    let of_nobody = refused(&[&nobody, "--key", &key, "--node", scene.api(0)]);
    assert!(of_nobody.contains("not_found"), "{of_nobody}");
}

/// The first shown code of the vectors, with one witness.
fn text() -> String {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/vectors/shown.json");
    let vectors: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    vectors["accept"][0]["text"].as_str().unwrap().to_owned()
}

/// A picture turned about its middle, on white that has room for all of it.
fn tilted(picture: &GrayImage, degrees: f32) -> GrayImage {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let side = picture.width() as f32;
    let room = (side * (sin.abs() + cos.abs())).ceil();
    let pixel = |x: i64, y: i64| {
        let inside = |at: i64| u32::try_from(at).ok().filter(|at| *at < picture.width());
        inside(x).zip(inside(y)).map_or(255.0, |(x, y)| f32::from(picture.get_pixel(x, y).0[0]))
    };
    GrayImage::from_fn(room as u32, room as u32, |x, y| {
        let (x, y) = (x as f32 - room / 2.0, y as f32 - room / 2.0);
        let (x, y) = (x * cos + y * sin + side / 2.0, y * cos - x * sin + side / 2.0);
        let (left, top) = (x.floor(), y.floor());
        let (right, low) = (x - left, y - top);
        let (left, top) = (left as i64, top as i64);
        let upper = pixel(left, top) * (1.0 - right) + pixel(left + 1, top) * right;
        let lower = pixel(left, top + 1) * (1.0 - right) + pixel(left + 1, top + 1) * right;
        Luma([(upper * (1.0 - low) + lower * low).round() as u8])
    })
}

#[test]
fn a_scanner_reads_a_small_blurred_and_tilted_picture() {
    let text = text();
    assert_eq!(text.len(), 311);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("photograph.png");
    let blurred = image::imageops::blur(&picture::grey(&text, 300).unwrap(), 1.0);
    tilted(&blurred, 10.0).save(&file).unwrap();
    let read = Command::new("zbarimg").args(["--raw", "--quiet"]).arg(&file).output();
    let read = read.expect("zbarimg can be started: scripts/test.sh installs zbar-tools");
    assert_eq!(String::from_utf8(read.stdout).unwrap().trim_end_matches('\n'), text);
    assert_eq!(picture::read(&std::fs::read(&file).unwrap()).unwrap(), text, "and so do we");
}

#[test]
fn what_is_no_picture_of_one_code_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name).display().to_string();
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let white = GrayImage::from_pixel(300, 300, Luma([255]));
    let one = picture::grey("DYM1:A", 300).unwrap();
    let two = GrayImage::from_fn(600, 300, |x, y| *one.get_pixel(x % 300, y));
    let png = |image: &GrayImage| {
        let mut bytes = std::io::Cursor::new(Vec::new());
        image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    };
    let whole = png(&one);
    for (path, why) in [
        (file("text.png", b"no picture"), "no PNG or JPEG"),
        (file("short.png", &whole[..whole.len() / 2]), "no PNG or JPEG"),
        (file("white.png", &png(&white)), "no QR code"),
        (file("two.png", &png(&two)), "several QR codes"),
    ] {
        let output = dianyun(["shown", "verify", "--image", &path]);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && errors.contains(why), "{path}: {errors}");
    }
}

#[test]
fn wrong_usage_of_shown_is_told() {
    for args in [
        vec!["shown", "make", "53X"],
        vec!["shown", "make", "org_1"],
        vec!["shown", "verify"],
        vec!["shown", "verify", "DYM1:", "--image", "a.png"],
        vec!["shown", "verify", "DYM1:", "--threshold", "5"],
        vec!["shown", "verify", "DYM1:", "--witnesses", "a", "--node", "b"],
    ] {
        let output = dianyun(&args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list.json").display().to_string();
    std::fs::write(&list, "{}").unwrap();
    let output = dianyun(["shown", "verify", "DYM1:", "--witnesses", &list]);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("no list of witnesses"), "{errors}");
}
