// SPDX-License-Identifier: Apache-2.0
//! A demo consortium passes its own check; every way to spoil a genesis file is explained.
#![allow(clippy::unwrap_used)]

use age::secrecy::SecretString;
use chain::genesis::Mode;
use chain::ids::{Prefecture, Time};
use chain::keys::SecretKey;
use chain::records::OrganisationKind;
use genesis::demo::{Consortium, Plan, consortium};
use genesis::keyfile::KeyFileError;
use genesis::layout::{Addresses, Foundation};
use genesis::{GenesisFileError, KeyFile, Layout, Unlock, check, to_json};
use serde_json::{Value, json};

fn demo() -> Consortium {
    consortium(&Plan::testnet(Time(1_790_000_000_000), [7; 32])).unwrap()
}

/// A consortium whose state tree is small enough to build in a blink.
fn small() -> Consortium {
    let plan = Plan { depth: 4, ..Plan::testnet(Time(1_790_000_000_000), [7; 32]) };
    consortium(&plan).unwrap()
}

fn problems(spoil: impl Fn(&mut Value)) -> Vec<String> {
    let mut value = serde_json::to_value(small().genesis).unwrap();
    spoil(&mut value);
    check(&value.to_string()).problems.iter().map(ToString::to_string).collect()
}

#[test]
fn the_demo_consortium_begins_a_chain() {
    let demo = demo();
    let report = check(&to_json(&demo.genesis));
    assert_eq!(report.problems, vec![]);
    assert_eq!(report.warnings, vec![]);
    assert_eq!(report.genesis.unwrap().chain_id(), demo.genesis.chain_id());
    assert!(demo.secrets.are_of(&demo.genesis));
}

#[test]
fn carriers_of_the_demo_have_every_scope_and_offices_need_none() {
    use chain::records::{InterfaceKind, InterfaceScopes};
    for first in demo().genesis.organisations {
        let scopes = |interface| {
            let given = first.interfaces.iter().find(|given| given.interface == interface);
            given.map_or(InterfaceScopes::NONE, |given| given.terms.scopes)
        };
        let [applies, exchanges] = InterfaceKind::ALL.map(scopes);
        let all = InterfaceKind::ALL.map(InterfaceScopes::all_of);
        match first.kind {
            OrganisationKind::Enterprise | OrganisationKind::Platform => {
                assert_eq!([applies, exchanges], all);
            }
            OrganisationKind::Insurer => {
                assert_eq!(applies, InterfaceScopes::NONE);
                assert!(exchanges.verify && exchanges.exchange && !exchanges.waybills);
            }
            _ => assert_eq!(first.interfaces, []),
        }
    }
}

#[test]
fn blanks_and_the_order_of_members_do_not_change_the_chain_id() {
    let genesis = small().genesis;
    let packed = serde_json::to_value(&genesis).unwrap().to_string();
    assert_eq!(check(&packed).genesis.unwrap().chain_id(), genesis.chain_id());
}

#[test]
fn one_seed_gives_one_consortium() {
    assert_eq!(demo().genesis, demo().genesis);
    let other = Plan::testnet(Time(1_790_000_000_000), [8; 32]);
    assert_ne!(consortium(&other).unwrap().genesis.chain_id(), demo().genesis.chain_id());
}

#[test]
fn every_spoiled_genesis_is_explained() {
    type Spoil = fn(&mut Value);
    let cases: &[(Spoil, &str)] = &[
        (|g| g["protocol"] = json!(9), "protocol: 9 is not 1"),
        (|g| g["depth"] = json!(0), "depth: 0 is not between"),
        (|g| g["depth"] = json!(25), "depth: 25 is not between"),
        (|g| g["heartbeat_ms"] = json!(1), "heartbeat_ms: 1 ms"),
        (|g| g["time"] = json!("2026-11-24"), "time: \"2026-11-24\" is not"),
        (|g| g["mode"] = json!("test"), "mode: unknown variant"),
        (|g| g["colour"] = json!("blue"), "colour: is not known here"),
        (|g| g["nodes"][0]["port"] = json!(1), "nodes[0].port: is not known here"),
        (|g| g["organisations"][0]["city"] = json!(1), "organisations[0].city: is not known"),
        (|g| g["organisations"][0]["keys"][0]["no"] = json!(1), "organisations[0].keys[0].no"),
        (|g| drop(g.as_object_mut().unwrap().remove("nodes")), "nodes: is missing"),
        (
            |g| drop(g["nodes"][1].as_object_mut().unwrap().remove("key")),
            "nodes[1].key: is missing",
        ),
        (|g| g["nodes"] = json!({}), "nodes: is a list"),
        (|g| g["nodes"][2] = json!(7), "nodes[2]: is an object"),
        (|g| g["nodes"] = json!([]), "nodes: there is no validator"),
        (|g| g["nodes"][1]["number"] = json!(1), "nodes[1].number: 1 is taken"),
        (|g| g["nodes"][0]["number"] = json!(0), "nodes[0].number: numbers begin at 1"),
        (
            |g| g["nodes"][1]["name"] = g["nodes"][0]["name"].clone(),
            "nodes[1].name: validator-1 is",
        ),
        (|g| g["nodes"][1]["name"] = json!(""), "nodes[1].name"),
        (|g| g["nodes"][0]["organisation"] = json!(99), "nodes[0].organisation: 99"),
        (|g| g["nodes"][1]["key"] = g["nodes"][0]["key"].clone(), "nodes[1].key: is the key of"),
        (
            |g| g["nodes"][1]["key"] = g["organisations"][0]["keys"][1]["key"].clone(),
            "nodes[1].key: is the key of organisations[0].keys[1].key too",
        ),
        (|g| g["prefectures"] = json!([]), "prefectures: is empty"),
        (|g| g["prefectures"] = json!([1101]), "prefectures[0]: 1101 is no prefecture"),
        (|g| g["prefectures"][1] = json!(5301), "prefectures[1]: 5301 is listed twice"),
        (|g| g["parameters"][0]["value"] = json!(99_999_999_999_999_u64), "parameters[0]"),
        (|g| g["parameters"][0]["name"] = json!("speed"), "parameters[0].name"),
        (
            |g| g["parameters"] = json!([g["parameters"][0], g["parameters"][0]]),
            "parameters[1]: settle_other_ms is set already in parameters[0]",
        ),
        (|g| g["organisations"][0]["keys"] = json!([]), "organisations[0].keys: 0 keys"),
        (
            |g| g["organisations"][0]["keys"][1]["roles"]["admin"] = json!(false),
            "organisations[0].keys: no key has the role admin",
        ),
        (|g| g["organisations"][0]["kind"] = json!("bank"), "there is no regulator"),
        (
            |g| g["organisations"][0]["prefecture"] = json!(5399),
            "organisations[0].prefecture: 5399",
        ),
        (
            |g| g["organisations"][1]["scopes"][0]["kind"] = json!("policy"),
            "organisations[1].scopes[0].kind: a Authority does not attest Policy",
        ),
        (
            |g| {
                g["organisations"][0]["identity"]["open"]["credit_code"] =
                    json!("11539900000000019K")
            },
            "organisations[0].identity.open.credit_code: \"11539900000000019K\" is not a unified",
        ),
        (
            |g| g["organisations"][1]["identity"] = g["organisations"][0]["identity"].clone(),
            "organisations[1].identity: has the credit code or tag of organisations[0]",
        ),
        (
            |g| g["organisations"][0]["interfaces"] = g["organisations"][5]["interfaces"].clone(),
            "organisations[0].interfaces: a Regulator acts by office",
        ),
        (
            |g| drop(g["organisations"][5].as_object_mut().unwrap().remove("interfaces")),
            "organisations[5].interfaces: is missing",
        ),
        (
            |g| g["organisations"][5]["interfaces"][0]["interface"] = json!("luck"),
            "organisations[5].interfaces[0].interface: unknown variant",
        ),
        (
            |g| {
                g["organisations"][5]["interfaces"][1] =
                    g["organisations"][5]["interfaces"][0].clone()
            },
            "organisations[5].interfaces[1].interface: code_application is granted in interfaces[0]",
        ),
        (
            |g| g["organisations"][5]["interfaces"][0]["terms"]["scopes"]["verify"] = json!(true),
            "organisations[5].interfaces[0].terms.scopes: has to name scopes of code_application",
        ),
        (
            |g| g["organisations"][4]["interfaces"][0]["terms"]["scopes"]["luck"] = json!(true),
            "organisations[4].interfaces[0].terms.scopes",
        ),
        (
            |g| g["organisations"][5]["interfaces"][1]["terms"]["calls_a_minute"] = json!(0),
            "organisations[5].interfaces[1].terms.calls_a_minute: 0 is not between 1 and 600000",
        ),
        (
            |g| g["organisations"][5]["interfaces"][1]["terms"]["until"] = g["time"].clone(),
            "organisations[5].interfaces[1].terms.until",
        ),
        (|g| g["mode"] = json!("production"), "is invented (region 5399)"),
        (
            |g| {
                g["mode"] = json!("production");
                g["nodes"].as_array_mut().unwrap().remove(0);
            },
            "nodes: 3 validators: with fewer than 4",
        ),
        (|g| g["tag_secrets"] = json!([]), "tag_secrets: Vin is there 0 times"),
    ];
    for (spoil, expected) in cases {
        let found = problems(spoil);
        assert!(found.iter().any(|p| p.contains(expected)), "{expected}: {found:#?}");
    }
}

#[test]
fn all_problems_are_listed_at_once() {
    let shape = problems(|g| {
        g["depth"] = json!("deep");
        g["nodes"][0]["role"] = json!("king");
        g["nodes"][0]["number"] = json!("first");
        g["organisations"][2]["keys"][0]["key"] = json!("ED25519:AA");
    });
    assert_eq!(shape.len(), 4, "{shape:#?}");
    let meaning = problems(|g| {
        g["depth"] = json!(0);
        g["nodes"][0]["number"] = json!(0);
        g["organisations"][0]["prefecture"] = json!(5399);
    });
    assert_eq!(meaning.len(), 3, "{meaning:#?}");
}

#[test]
fn a_text_that_is_no_json_says_where() {
    let report = check("{\"protocol\": 1,");
    assert!(report.problems[0].to_string().contains("line 1"), "{:?}", report.problems);
}

fn addresses(count: u16) -> Vec<Addresses> {
    let at = |port| format!("127.0.0.1:{port}").parse().unwrap();
    (0..count).map(|i| Addresses { api: at(20_000 + 2 * i), p2p: at(20_001 + 2 * i) }).collect()
}

#[test]
fn a_layout_reads_back_what_was_written() {
    let dir = tempfile::tempdir().unwrap();
    let (layout, demo) = (Layout::at(dir.path().join("net")), small());
    layout.write(&Foundation::demo(&demo, &addresses(5))).unwrap();
    let genesis = layout.genesis().unwrap();
    assert_eq!(genesis, demo.genesis);
    assert_eq!(layout.secrets().unwrap(), demo.secrets);
    let insurer = layout.member(&genesis, "insurer").unwrap();
    assert_eq!(insurer.id, demo.member("insurer").unwrap().id);
    assert_eq!(layout.member_names().unwrap().len(), demo.members.len());
    let config =
        std::fs::read_to_string(layout.node_dir("observer-1").join("config.toml")).unwrap();
    assert!(config.contains("\"validator-4\" = \"127.0.0.1:20007\""), "{config}");
    let again = layout.write(&Foundation::demo(&demo, &addresses(5)));
    assert!(matches!(again, Err(GenesisFileError::Occupied(_))));
}

#[test]
fn a_plan_without_a_validator_or_with_too_many_nodes_is_refused() {
    for (validators, observers) in [(0, 1), (30, 3), (u32::MAX, u32::MAX)] {
        let plan = Plan { validators, observers, ..Plan::testnet(Time(1), [0; 32]) };
        assert!(matches!(consortium(&plan), Err(GenesisFileError::Plan(_))));
    }
}

#[test]
fn an_enterprise_of_the_plan_takes_the_place_of_the_invented_ones() {
    let mut plan = Plan::testnet(Time(1), [0; 32]);
    plan.enterprises.push(genesis::demo::Enterprise {
        credit_code: "91539906MA0FRT998J".parse().unwrap(),
        name: "滇测广茂物流有限公司".parse().unwrap(),
        prefecture: Prefecture(5307),
    });
    let made = consortium(&plan).unwrap();
    assert!(made.member("enterprise-1").is_some() && made.member("enterprise-2").is_none());
}

fn passphrase(text: &str) -> Unlock {
    Unlock { variable: Some(SecretString::from(text.to_owned())), ..Unlock::default() }
}

#[test]
fn a_sealed_key_opens_with_its_passphrase_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("node.key");
    let key = SecretKey::from_seed(&[3; 32]);
    let sealed = KeyFile::seal("node", &key, SecretString::from("云岭".to_owned())).unwrap();
    sealed.write_new(&path).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("BEGIN AGE ENCRYPTED FILE") && !text.contains(&hex::encode([3; 32])));
    let file = KeyFile::read(&path).unwrap();
    let opened = file.open(Mode::Production, &passphrase("云岭")).unwrap();
    assert_eq!(opened.public(), key.public());
    for unlock in [passphrase("other"), Unlock::default()] {
        let error = file.open(Mode::Demo, &unlock).unwrap_err();
        assert!(matches!(error, KeyFileError::Sealed { .. }), "{error}");
    }
    let from_file = dir.path().join("pass");
    std::fs::write(&from_file, "云岭\n").unwrap();
    let unlock = Unlock { file: Some(from_file), ..Unlock::default() };
    assert!(file.open(Mode::Demo, &unlock).is_ok());
    let credentials = dir.path().join("credentials");
    std::fs::create_dir(&credentials).unwrap();
    std::fs::write(credentials.join("dianyun-passphrase"), "云岭").unwrap();
    let unlock = Unlock { credentials: Some(credentials), ..Unlock::default() };
    assert!(file.open(Mode::Demo, &unlock).is_ok());
}

#[test]
fn a_test_key_says_so_and_is_refused_in_production() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("node.key");
    KeyFile::test("node", &SecretKey::from_seed(&[4; 32])).write_new(&path).unwrap();
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("# TEST KEY"));
    let file = KeyFile::read(&path).unwrap();
    assert!(file.open(Mode::Demo, &Unlock::default()).is_ok());
    let error = file.open(Mode::Production, &passphrase("x")).unwrap_err();
    assert!(matches!(error, KeyFileError::TestKey(_)));
}

#[test]
fn a_key_file_that_others_may_read_or_that_is_there_already_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("node.key");
    let file = KeyFile::test("node", &SecretKey::from_seed(&[5; 32]));
    file.write_new(&path).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(matches!(file.write_new(&path), Err(KeyFileError::Io { .. })));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(KeyFile::read(&path), Err(KeyFileError::Readable(_))));
}

#[test]
fn no_message_about_a_key_file_shows_what_it_holds() {
    let dir = tempfile::tempdir().unwrap();
    let (path, seed) = (dir.path().join("node.key"), hex::encode([6; 32]));
    KeyFile::test("node", &SecretKey::from_seed(&[6; 32])).write_new(&path).unwrap();
    let good = std::fs::read_to_string(&path).unwrap();
    assert!(good.contains(&seed));
    let cases = [
        good.replace(&format!("\"{seed}\""), &format!("\"{seed}")),
        good.replace(&seed, &format!("{seed}00")),
        good.replace("seed =", "sead ="),
        good.replace("test_key = true", "test_key = false"),
    ];
    for text in cases {
        std::fs::write(&path, text).unwrap();
        let error = KeyFile::read(&path).and_then(|f| f.open(Mode::Demo, &Unlock::default()));
        let message = format!("{0} {0:?}", error.unwrap_err());
        assert!(!message.contains(&seed), "{message}");
    }
}

#[test]
fn a_key_gets_another_passphrase_and_only_a_test_key_is_ever_plain() {
    let dir = tempfile::tempdir().unwrap();
    let key = SecretKey::from_seed(&[8; 32]);
    let secret = |text: &str| SecretString::from(text.to_owned());
    let real = KeyFile::seal("node", &key, secret("old")).unwrap();
    let path = dir.path().join("node.key");
    real.write_new(&path).unwrap();
    real.sealed_again(&passphrase("old"), secret("new")).unwrap().replace(&path).unwrap();
    let again = KeyFile::read(&path).unwrap();
    assert!(again.open(Mode::Production, &passphrase("new")).is_ok());
    assert!(again.open(Mode::Production, &passphrase("old")).is_err());
    assert!(matches!(again.plain(&passphrase("new")), Err(KeyFileError::NeverPlain(_))));
    let test = KeyFile::test("node", &key).sealed_again(&Unlock::default(), secret("x")).unwrap();
    assert!(test.test_key && !test.is_plain());
    assert!(matches!(test.open(Mode::Production, &passphrase("x")), Err(KeyFileError::TestKey(_))));
    assert!(test.plain(&passphrase("x")).unwrap().is_plain());
}
