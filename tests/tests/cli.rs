// SPDX-License-Identifier: Apache-2.0
//! The command line without a network: usage, keys, genesis, configuration, signing.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use dianyun_tests::testnet::{binary, dianyun};
use serde_json::{Value, json};

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn with_environment(args: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(binary());
    command.args(args).envs(variables.iter().copied()).stdin(Stdio::null());
    command.output().unwrap()
}

/// Runs it, expects success, and gives what it wrote as JSON.
fn json_of(args: &[&str]) -> Value {
    let output = dianyun(args.iter().copied().chain(["--json"]));
    assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Runs it, expects exit code 1 and nothing that is not JSON on standard output; its messages.
fn fails(args: &[&str]) -> String {
    let output = dianyun(args);
    assert_eq!(output.status.code(), Some(1), "{args:?}: {}", text(&output.stderr));
    text(&output.stderr)
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn at(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn write(&self, name: &str, content: &str) -> String {
        std::fs::write(self.0.path().join(name), content).unwrap();
        self.at(name)
    }

    /// An invented network of so many validators, which nobody starts.
    fn network(&self, validators: &str) -> String {
        let dir = self.at("net");
        json_of(&["genesis", "new", "--dir", &dir, "--validators", validators]);
        dir
    }
}

#[test]
fn wrong_usage_ends_with_2_and_says_so_on_standard_error() {
    let cases: &[&[&str]] = &[
        &[],
        &["nonsense"],
        &["node"],
        &["node", "run", "--colour"],
        &["code", "show"],
        &["code", "show", "53X"],
        &["testnet", "up", "--validators", "many"],
        &["testnet", "up", "--data", "real"],
        &["testnet", "kill"],
        &["keys", "new", "--name", "a"],
        &["keys", "new", "--name", "a", "--out", "b", "--test", "--passphrase-file", "c"],
        &["genesis", "new", "--dir", "a", "--plan", "b", "--validators", "4"],
        &["header", "1", "--of", "proof.json"],
        &["tx", "show", "ABC"],
        &["bench", "--clients", "some"],
        &["completions", "cobol"],
    ];
    for args in cases {
        let output = dianyun(*args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{args:?}");
    }
}

#[test]
fn help_of_every_command_teaches_by_examples() {
    let whole = text(&dianyun(["--help"]).stdout);
    assert!(whole.contains("Exit codes:") && whole.contains("NO_COLOR"), "{whole}");
    let listed = whole.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands: Vec<&str> = listed
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    assert!(commands.len() > 12, "{commands:?}");
    for command in commands {
        let output = dianyun([command, "--help"]);
        let help =
            text(&output.stdout) + &text(&dianyun([command, first_of(command), "--help"]).stdout);
        assert!(output.status.success() && help.contains("Examples:"), "{command}: {help}");
    }
}

/// A command whose examples stand below its only or first verb.
fn first_of(command: &str) -> &'static str {
    match command {
        "node" | "authority" => "run",
        "config" => "show",
        _ => "",
    }
}

#[test]
fn completions_are_written_for_every_shell_and_a_reader_may_go_away() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = dianyun(["completions", shell]);
        assert!(output.status.success() && text(&output.stdout).contains("testnet"), "{shell}");
    }
    let mut child = Command::new(binary())
        .args(["completions", "bash"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
}

fn seed_in(file: &str) -> String {
    let content: toml::Table = std::fs::read_to_string(file).unwrap().parse().unwrap();
    content["seed"].as_str().unwrap().to_owned()
}

#[test]
fn keys_are_made_shown_listed_sealed_and_opened_and_no_secret_is_printed() {
    let folder = Folder::new();
    let (old, new) = (folder.write("old", "云岭\n"), folder.write("new", "another\n"));
    let (trial, real) = (folder.at("trial.key"), folder.at("real.key"));
    let mut said = String::new();
    let mut run = |args: &[&str], code: i32| {
        let output = dianyun(args);
        let both = text(&output.stdout) + &text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {both}");
        said.push_str(&both);
        both
    };
    run(&["keys", "new", "--name", "trial", "--out", &trial, "--test"], 0);
    run(&["keys", "new", "--name", "real", "--out", &real, "--passphrase-file", &old], 0);
    let again = run(&["keys", "new", "--name", "real", "--out", &real, "--test"], 1);
    assert!(again.contains("exists"), "a key that is there stays: {again}");
    let none = run(&["keys", "new", "--name", "none", "--out", &folder.at("none.key")], 1);
    assert!(none.contains("--passphrase-file") && none.contains("DIANYUN_PASSPHRASE"), "{none}");
    assert!(run(&["keys", "show", &trial], 0).contains("TEST KEY, plain"));
    assert!(run(&["keys", "show", &real], 0).contains("key, sealed"));
    run(&["keys", "show", &real, "--unlock", "--passphrase-file", &old], 0);
    run(&["keys", "show", &real, "--unlock", "--passphrase-file", &new], 1);
    let change = ["keys", "encrypt", &real, "--old-passphrase-file", &old];
    run(&[&change[..], &["--passphrase-file", &new]].concat(), 0);
    run(&["keys", "show", &real, "--unlock", "--passphrase-file", &new], 0);
    let plain = run(&["keys", "decrypt", &real, "--passphrase-file", &new], 1);
    assert!(plain.contains("no test key"), "{plain}");
    let seed = seed_in(&trial);
    assert!(run(&["keys", "encrypt", &trial, "--passphrase-file", &new], 0).contains("sealed"));
    assert!(!std::fs::read_to_string(&trial).unwrap().contains(&seed));
    run(&["keys", "decrypt", &trial, "--passphrase-file", &new], 0);
    assert_eq!(seed_in(&trial), seed);
    assert!(run(&["keys", "list", &folder.at("")], 0).lines().count() == 2);
    assert!(!said.contains(&seed) && !said.contains("云岭"), "{said}");
}

#[test]
fn a_genesis_that_is_wrong_is_explained_field_by_field_at_once() {
    let folder = Folder::new();
    let file = format!("{}/genesis.json", folder.network("4"));
    assert_eq!(json_of(&["genesis", "check", &file])["sound"], json!(true));
    let good: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let cases: Vec<(Value, Vec<&str>)> = vec![
        (json!({ "colour": "blue", "depth": "deep" }), vec!["colour", "depth"]),
        (json!({ "depth": 40, "heartbeat_ms": 1 }), vec!["depth", "heartbeat_ms"]),
        (json!({ "nodes": [], "prefectures": [] }), vec!["nodes", "prefectures"]),
        (json!({ "organisations": [] }), vec!["organisations", "nodes[0].organisation"]),
        (json!({ "parameters": [{ "name": "corrections", "value": 999 }] }), vec!["parameters[0]"]),
        (json!({ "mode": "production" }), vec!["organisations[0].identity.open.credit_code"]),
    ];
    for (changes, fields) in cases {
        let mut spoiled = good.clone();
        for (name, value) in changes.as_object().unwrap() {
            spoiled[name] = value.clone();
        }
        let path = folder.write("spoiled.json", &spoiled.to_string());
        let output = dianyun(["genesis", "check", &path, "--json"]);
        assert_eq!(output.status.code(), Some(1));
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let problems = report["problems"].as_array().unwrap();
        for field in fields {
            let named = problems.iter().any(|problem| problem["at"] == field);
            assert!(named, "{field}: {report}");
        }
    }
    assert!(fails(&["genesis", "check", &folder.at("none.json")]).contains("cannot read"));
}

#[test]
fn a_plan_makes_a_consortium_in_a_new_folder_alone() {
    let folder = Folder::new();
    let example = text(&dianyun(["genesis", "example"]).stdout);
    let plan = folder
        .write("plan.toml", &example.replace("mode = \"demo\"", "mode = \"demo\"\ndepth = 6"));
    let secret = folder.write("secret", "passphrase\n");
    let dir = folder.at("yunnan");
    let new = ["genesis", "new", "--dir", &dir, "--plan", &plan, "--passphrase-file", &secret];
    let made = json_of(&new);
    let checked = json_of(&["genesis", "check", &format!("{dir}/observer-1/genesis.json")]);
    assert_eq!(made["chain_id"], checked["chain_id"]);
    let keys = json_of(&["keys", "list", &dir]);
    let sealed = keys.as_array().unwrap().iter().filter(|key| key["sealed"] == json!(true));
    assert_eq!((sealed.count(), keys.as_array().unwrap().len()), (23, 23));
    // Each node has a vault key beside its own, and the key of who runs it.
    let vaults = keys.as_array().unwrap().iter().filter(|key| key["vault_key"] == json!(true));
    assert_eq!(vaults.count(), 5);
    let config = std::fs::read_to_string(format!("{dir}/observer-1/config.toml")).unwrap();
    for line in ["[vault]\nkey = \"vault.key\"", "consortium_key = \"consortium.secret\""] {
        assert!(config.contains(line), "{config}");
    }
    assert!(fails(&new).contains("is not empty"));
    let wrong = folder.write("wrong.toml", &example.replace("10.0.0.3:7400", "there"));
    let other = folder.at("other");
    let why = fails(&["genesis", "new", "--dir", &other, "--plan", &wrong]);
    assert!(why.contains("nodes[2].p2p"), "{why}");
    assert!(!Path::new(&other).exists(), "nothing is left of a plan that is wrong");
}

fn settings(args: &[&str], variables: &[(&str, &str)]) -> BTreeMap<String, (Value, String)> {
    let output = with_environment(&[args, &["--json"]].concat(), variables);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let list: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let of = |one: &Value| {
        let word = |name: &str| one[name].as_str().unwrap().to_owned();
        (word("key"), (one["value"].clone(), word("origin")))
    };
    list.iter().map(of).collect()
}

#[test]
fn every_setting_has_a_value_and_an_origin_and_later_ones_win() {
    let folder = Folder::new();
    let node = format!("{}/validator-1", folder.network("1"));
    let show = ["config", "show", "--dir", &node];
    let variables = [
        ("DIANYUN__API__LIMITS__READS_PER_CORE", "64"),
        ("DIANYUN__P2P__LISTEN", "127.0.0.1:1"),
        ("DIANYUN__P2P__PEERS__OBSERVER-1", "127.0.0.1:3"),
    ];
    let flags = ["--p2p-listen", "127.0.0.1:2"];
    let found = settings(&[&show[..], &flags].concat(), &variables);
    let of = |key: &str| (found[key].0.clone(), found[key].1.as_str());
    assert_eq!(
        of("api.limits.reads_per_core"),
        (json!(64), "DIANYUN__API__LIMITS__READS_PER_CORE")
    );
    assert_eq!(of("p2p.listen"), (json!("127.0.0.1:2"), "--p2p-listen"));
    assert_eq!(of("p2p.peers.observer-1").0, json!("127.0.0.1:3"));
    assert_eq!(of("api.limits.streams"), (json!(256), "default"));
    assert!(found["genesis"].1.ends_with("config.toml"), "{found:?}");
    let lines = text(&dianyun(show.iter().chain(&["--origin"])).stdout);
    assert!(lines.contains("api.limits.streams = 256  (default)"), "{lines}");
}

#[test]
fn a_configuration_that_cannot_be_meant_is_refused_with_one_message() {
    let folder = Folder::new();
    let node = format!("{}/validator-1", folder.network("1"));
    const CLOSED: (&str, &str) = ("DIANYUN__API__ALLOW_OPEN_API_WITHOUT_CREDENTIALS", "false");
    /// Flags, variables, and what the message says.
    type Case<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], &'a str);
    let cases: &[Case] = &[
        (&[], &[("DIANYUN__COLOUR", "blue")], "colour (from DIANYUN__COLOUR) is no setting"),
        (&[], &[("DIANYUN__API__LIMITS__READ", "1")], "api.limits.read (from DIANYUN__"),
        (&[], &[("DIANYUN__API__LIMITS__READS_PER_CORE", "many")], "cannot be used"),
        (&[], &[("DIANYUN__API__LIMITS__READS_PER_CORE", "0")], "api.limits.reads_per_core is 0"),
        (&[], &[("DIANYUN__CONSENSUS__PROPOSAL_TRANSACTIONS", "5001")], "name 1 to 5000"),
        (&[], &[("DIANYUN__CONSENSUS__PROPOSAL_TRANSACTIONS", "0")], "of 0 transactions cannot be"),
        (&[], &[("DIANYUN__GENESIS", "none.json")], "genesis names"),
        (&[], &[("DIANYUN__KEY", "none.key")], "key names"),
        (&["--passphrase-file", "none"], &[], "passphrase_file names"),
        (&["--api-listen", "0.0.0.0:0"], &[CLOSED], "api.allow_open_api_without_credentials"),
        (&[], &[CLOSED, ("DIANYUN__API__LISTEN", "192.0.2.1:80")], "not a loopback address"),
        (&[], &[("DIANYUN__API__TLS__KEY", "none.pem")], "cannot be used"),
    ];
    for (flags, variables, expected) in cases {
        for verb in [&["node", "run", "--dir"][..], &["config", "show", "--dir"]] {
            let args = [verb, &[node.as_str()], flags].concat();
            let output = with_environment(&args, variables);
            let said = text(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "{args:?}: {said}");
            assert!(said.contains(expected) && output.stdout.is_empty(), "{expected}: {said}");
        }
    }
    let elsewhere = fails(&["node", "run", "--dir", &folder.at("")]);
    assert!(elsewhere.contains("config.toml is not there"), "{elsewhere}");
    let file = PathBuf::from(&node).join("config.toml");
    let good = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("colour = 1\n{good}")).unwrap();
    let said = fails(&["config", "show", "--dir", &node]);
    assert!(said.contains("colour (from ") && said.contains("config.toml"), "{said}");
}

#[test]
fn a_node_refuses_a_key_that_is_not_its_own() {
    let folder = Folder::new();
    let net = folder.network("1");
    let key = format!("{net}/keys/regulator.key");
    let run = ["node", "run", "--dir", &format!("{net}/validator-1")];
    let output = with_environment(&run, &[("DIANYUN__KEY", &key)]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("is not in genesis"), "{said}");
}

#[test]
fn every_setting_is_in_the_operators_handbook() {
    let folder = Folder::new();
    let node = format!("{}/validator-1", folder.network("1"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let handbook = std::fs::read_to_string(root.join("docs/operating.md")).unwrap();
    let found = settings(&["config", "show", "--dir", &node], &[]);
    assert!(found.len() > 15, "{found:?}");
    for (key, (value, origin)) in found {
        let key = if key.starts_with("p2p.peers.") { "p2p.peers.NAME" } else { &key };
        let row = handbook.lines().find(|line| line.starts_with(&format!("| `{key}` |")));
        let row = row.unwrap_or_else(|| panic!("{key} is not in docs/operating.md"));
        if origin == "default" && !value.is_null() {
            let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            assert!(row.contains(&format!("`{shown}`")), "{key} is {shown} by default: {row}");
        }
    }
}

#[test]
fn an_action_is_signed_offline_for_the_chain_of_a_genesis() {
    let folder = Folder::new();
    let net = folder.network("1");
    let (genesis, key) = (format!("{net}/genesis.json"), format!("{net}/keys/regulator.key"));
    let action = json!({ "matter_settle": { "matter": "mat_00000000000000000000000000" } });
    let file = folder.write("action.json", &action.to_string());
    let sign = ["tx", "sign", &file, "--key", &key, "--genesis", &genesis];
    let signed = json_of(&sign);
    assert_eq!(signed["chain"], json_of(&["genesis", "check", &genesis])["chain_id"]);
    assert_eq!(signed["action"], action);
    let transaction: chain::Transaction = serde_json::from_value(signed).unwrap();
    let bytes = transaction.to_bytes();
    let decoded = chain::transaction::Decoded::from_bytes(bytes, transaction.chain).unwrap();
    assert!(decoded.check().is_ok(), "the signature holds");
    let cases = [
        (json!({ "matter_settle": { "matter": "mat_1" } }), "is no action in JSON"),
        (
            json!({ "matter_settle": { "matter": action["matter_settle"]["matter"], "x": 1 } }),
            "`x`",
        ),
        (json!({ "luck": {} }), "unknown variant `luck`"),
    ];
    for (action, expected) in cases {
        folder.write("action.json", &action.to_string());
        let said = fails(&sign);
        assert!(said.contains(expected), "{expected}: {said}");
    }
    folder.write("action.json", &action.to_string());
    assert!(fails(&[&sign[..], &["--valid-for", "601"]].concat()).contains("1 to 600"));
}

#[test]
fn a_waybills_code_is_its_link_and_a_picture_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let png = folder.path().join("code.png").display().to_string();
    let id = "way_4x388n5jhvhpbhkxx768c45cr7";
    let at = "https://node.example/";
    let found = json_of(&["waybill", "code", id, "--at", at, "--png", &png]);
    let link = format!("https://node.example/waybill#id={id}");
    assert_eq!(found, json!({ "waybill": id, "link": link }));
    assert_eq!(client::picture::read(&std::fs::read(&png).unwrap()).unwrap(), link);
}

#[test]
fn the_script_says_how_to_use_it_from_any_folder_without_building() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("scripts/testnet.sh");
    let folder = Folder::new();
    for word in ["--help", "help", "-h"] {
        let mut command = Command::new("bash");
        command.arg(&script).arg(word).current_dir(folder.0.path()).stdin(Stdio::null());
        // A folder without a build: nothing in it may be needed.
        let output = command.env("CARGO_TARGET_DIR", folder.at("none")).output().unwrap();
        let said = text(&output.stdout);
        assert!(output.status.success() && output.stderr.is_empty(), "{word}");
        let usage = "[up|down|status|reset] [--validators N] [--observers N]";
        assert!(said.contains(usage) && said.contains("--data none|demo"), "{said}");
    }
    for verb in ["status", "down", "reset"] {
        let mut command = Command::new("bash");
        command.arg(&script).arg(verb).current_dir(folder.0.path()).stdin(Stdio::null());
        let output = command.env("CARGO_TARGET_DIR", folder.at("none")).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{verb}");
        assert!(text(&output.stderr).contains("is not built yet"), "{verb}");
    }
}
