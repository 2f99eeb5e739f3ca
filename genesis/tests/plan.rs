// SPDX-License-Identifier: Apache-2.0
//! A plan becomes a consortium's genesis, keys and folders, or every reason why not.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use age::secrecy::SecretString;
use chain::genesis::{Mode, NodeRole};
use chain::ids::Time;
use chain::keys::SecretKey;
use chain::records::{GrantTerms, InterfaceKind, InterfaceScopes};
use genesis::layout::{Foundation, Layout};
use genesis::plan::{EXAMPLE, found};
use genesis::{GenesisFileError, KeyFile, Unlock};

const NOW: Time = Time(1_790_000_000_000);

fn passphrase(text: &str) -> Option<SecretString> {
    Some(SecretString::from(text.to_owned()))
}

fn follow(text: &str, secret: Option<SecretString>) -> Result<Foundation, GenesisFileError> {
    found(Path::new("plan.toml"), text, NOW, secret)
}

fn problems(text: &str, secret: Option<SecretString>) -> String {
    match follow(text, secret) {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    }
}

/// The example for real: codes outside of region 5399 that nobody has either.
fn production() -> String {
    let codes = [
        ("11539900000000019L", "11539800000000019F"),
        ("11539900000000027F", "11539800000000027A"),
        ("11539900000000035A", "115398000000000355"),
        ("91539901MA2000A12D", "91539801MA2000A128"),
    ];
    let mut text = EXAMPLE.replace("mode = \"demo\"", "mode = \"production\"\ndepth = 4");
    for (invented, other) in codes {
        text = text.replace(invented, other);
    }
    text
}

#[test]
fn the_example_makes_a_demo_with_test_keys() {
    let made = follow(EXAMPLE, None).unwrap();
    assert_eq!((made.genesis.mode, made.genesis.time), (Mode::Demo, NOW));
    let validators = made.genesis.nodes.iter().filter(|n| n.role == NodeRole::Validator);
    assert_eq!((validators.count(), made.genesis.nodes.len()), (4, 5));
    assert!(made.secrets.are_of(&made.genesis));
}

#[test]
fn a_plan_grants_interfaces_for_days_from_genesis_or_leaves_them_out() {
    let time = "depth = 4\ntime = \"2027-01-01T00:00:00.000+08:00\"";
    let made = follow(&production().replace("depth = 4", time), passphrase("x")).unwrap();
    let grants: Vec<_> = made.genesis.organisations.iter().flat_map(|o| &o.interfaces).collect();
    let [insurer] = grants[..] else { panic!("{grants:?}") };
    assert_eq!(insurer.interface, InterfaceKind::VerificationAndExchange);
    let scopes = InterfaceScopes { verify: true, exchange: true, ..InterfaceScopes::NONE };
    let until = "2028-01-01T00:00:00.000+08:00".parse().unwrap();
    assert_eq!(insurer.terms, GrantTerms { scopes, calls_a_minute: 600, until });
    let from = EXAMPLE.find("interfaces = [").unwrap();
    let to = from + EXAMPLE[from..].find("\n]").unwrap() + 3;
    let without = [&EXAMPLE[..from], &EXAMPLE[to..]].concat();
    let made = follow(&without, None).unwrap();
    assert!(made.genesis.organisations.iter().all(|first| first.interfaces.is_empty()));
}

#[test]
fn a_production_plan_makes_folders_whose_keys_open_with_the_passphrase_alone() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::at(dir.path());
    layout.write(&follow(&production(), passphrase("云岭")).unwrap()).unwrap();
    let genesis = layout.genesis().unwrap();
    assert_eq!(genesis.mode, Mode::Production);
    let file = KeyFile::read(&layout.node_dir("validator-3").join("node.key")).unwrap();
    assert!(!file.test_key && !file.is_plain());
    let unlock = Unlock { variable: passphrase("云岭"), ..Unlock::default() };
    assert_eq!(file.open(Mode::Production, &unlock).unwrap().public(), genesis.nodes[2].key);
    assert!(file.open(Mode::Production, &Unlock::default()).is_err());
    let config = std::fs::read_to_string(layout.node_dir("validator-3").join("config.toml"));
    assert!(config.unwrap().contains("\"observer-1\" = \"10.0.0.5:7400\""));
    assert_eq!(layout.member_names().unwrap().len(), 4);
}

#[test]
fn a_public_key_in_the_plan_stands_for_a_secret_that_stays_elsewhere() {
    let own = SecretKey::from_seed(&[9; 32]).public();
    let with_key = format!("name = \"validator-2\"\nkey = \"{own}\"");
    let text = EXAMPLE.replace("name = \"validator-2\"", &with_key);
    let made = follow(&text, None).unwrap();
    assert_eq!(made.genesis.nodes[1].key, own);
    assert!(made.nodes[1].is_none() && made.nodes[0].is_some());
    let dir = tempfile::tempdir().unwrap();
    Layout::at(dir.path()).write(&made).unwrap();
    assert!(!dir.path().join("validator-2/node.key").exists());
    assert!(dir.path().join("validator-1/node.key").exists());
}

#[test]
fn every_wrong_plan_is_explained_by_its_field() {
    let without = |from: &str, to: &str| production().replace(from, to);
    let observers = |count: usize| {
        let mut text = production();
        for n in (4 - count + 1)..=4 {
            let node = format!("name = \"validator-{n}\"\nrole = \"validator\"");
            text = text.replace(&node, &node.replace("\"validator\"", "\"observer\""));
        }
        text
    };
    let cases = [
        (observers(1), "nodes: 3 validators"),
        (observers(3), "nodes: 1 validators"),
        (without("115398000000000355", "115398000000000350"), "identity.open.credit_code: \"11539"),
        (without("11539800000000019F", "11539900000000019L"), "is invented (region 5399)"),
        (without("11539800000000027A", "11539800000000019F"), "organisations[1].identity: has the"),
        (
            without("kind = \"insurer\"", "kind = \"shop\""),
            "organisations[3].kind: unknown variant",
        ),
        (without("kind = \"regulator\"", "kind = \"platform\""), "there is no regulator"),
        (without("attests = [\"policy\"]", "attests = [\"luck\"]"), "organisations[3].scopes[0]"),
        (without("\"exchange\"]", "\"luck\"]"), "organisations[3].interfaces[0].terms.scopes"),
        (without("\"exchange\"]", "7]"), "organisations[3].interfaces[0].terms.scopes"),
        (without("\"exchange\"]", "\"codes\"]"), "terms.scopes: has to name scopes of"),
        (without("calls_a_minute = 600", "calls_a_minute = -1"), "terms.calls_a_minute: invalid"),
        (without("days = 365", "days = 1097"), "organisations[3].interfaces[0].terms.until:"),
        (without("days = 365", "days = -1"), "organisations[3].interfaces[0].terms.until:"),
        (without("days = 365", "weeks = 3"), "unknown field `weeks`"),
        (without("10.0.0.2:7400", "validator-2"), "nodes[1].p2p: \"validator-2\" is no address"),
        (without("10.0.0.2:7400", "10.0.0.1:7400"), "nodes[1].p2p: is taken"),
        (without("name = \"validator-1\"", "name = \"../up\""), "nodes[0].name: \"../up\" becomes"),
        (
            without("name = \"validator-2\"", "name = \"validator-1\""),
            "nodes[1].name: validator-1 is",
        ),
        (
            without("short = \"insurer\"", "short = \"regulator\""),
            "organisations[3].short: regulator",
        ),
        (
            without("organisation = \"regulator\"", "organisation = \"king\""),
            "\"king\" is the `short`",
        ),
        (without("settle_other_ms = 1296000000", "speed = 3"), "parameters[0].name"),
        (without("settle_other_ms = 1296000000", "corrections = 101"), "corrections is 101"),
        (without("depth = 4", "depth = 77"), "depth: 77 is not between 1 and 24"),
        (without("depth = 4", "time = \"tomorrow\""), "time: \"tomorrow\" is not"),
        (without("depth = 4", "colour = 1"), "unknown field `colour`"),
        (without("depth = 4", "prefectures = [1101]"), "prefectures[0]: 1101 is no prefecture"),
    ];
    for (text, expected) in cases {
        let found = problems(&text, passphrase("x"));
        assert!(found.contains(expected), "{expected}: {found}");
    }
    let open = problems(&production(), None);
    assert!(open.contains("mode: production keys are sealed"), "{open}");
}

#[test]
fn all_that_is_wrong_with_a_plan_is_said_at_once() {
    let text = production()
        .replace("10.0.0.2:7400", "nowhere")
        .replace("depth = 4", "depth = 99")
        .replace("kind = \"insurer\"", "kind = \"shop\"");
    let found = problems(&text, None);
    // What depends on another value can only be said once that one is right.
    assert!(
        ["nodes[1].p2p", "organisations[3].kind", "mode:"].iter().all(|w| found.contains(w)),
        "{found}"
    );
}
