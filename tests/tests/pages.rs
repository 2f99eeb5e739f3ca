// SPDX-License-Identifier: Apache-2.0
//! The web pages in a real browser, against a testnet of invented data: shown on one page, scanned on another.
//! The tests themselves are in `web/test`; pictures of the pages are left in the target folder.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::{Command, Stdio};

use demo::cast::{self, Player};
use demo::yunnan::certificates::Certificate;
use dianyun_tests::testnet::{Testnet, succeed};
use genesis::Layout;
use serde_json::{Map, Value, json};

fn web() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("web")
}

/// The fields of a certificate, as they are typed in.
fn typed(paper: &Certificate) -> Value {
    let fields = paper.fields.iter().map(|(name, value)| ((*name).to_owned(), json!(value)));
    Value::Object(fields.collect::<Map<_, _>>())
}

/// Papers of those who apply on the page: newcomers, a driver who lost a phone, and the last haulier.
fn applicants(net: &Testnet) -> Value {
    let dir = net.dir().display().to_string();
    let newcomer = |number: &str, more: &[&str]| -> Value {
        let own = ["testnet", "newcomer", "--json", "--dir", &dir, "--number", number];
        serde_json::from_str(&succeed(own.iter().chain(more))).unwrap()
    };
    let register = cast::register(Layout::at(net.dir()).genesis().unwrap().time);
    let key = |player: Player| cast::key(net.chain(), player);
    let drivers = (2..12).map(|index| {
        let person = register.person(index).unwrap();
        json!({
            "phone": person.mobile,
            "identity": typed(&register.identity(&person)),
            "key": key(Player::Driver(index)).public(),
        })
    });
    let last = cast::ENTERPRISES - 1;
    let haulier = register.enterprise(last).unwrap();
    json!({
        "light": newcomer("0", &[]),
        "misprinted": newcomer("1", &["--refused"]),
        "corrected": newcomer("1", &[]),
        "guest": newcomer("2", &[]),
        "drivers": drivers.collect::<Vec<_>>(),
        "haulier": {
            "credit_code": haulier.uscc,
            "prefecture": haulier.prefecture.code,
            "seed": hex(&key(Player::Enterprise(last)).seed()[..]),
            "business_permit": typed(&register.business_permit(&haulier)),
        },
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_pages_show_and_scan_in_a_browser() {
    let web = web();
    let installed = web.join("node_modules").exists();
    assert!(installed, "run ./scripts/test.sh once: it installs Node's packages and the browser");
    let net = Testnet::up_with_data(2, 1);
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
    let card = net.dir().join("card.json");
    std::fs::write(&card, net.card.to_string()).unwrap();
    let people = net.dir().join("applicants.json");
    std::fs::write(&people, applicants(&net).to_string()).unwrap();
    let status = Command::new("npm")
        .args(["test", "--silent"])
        .current_dir(&web)
        .env("DIANYUN_CARD", &card)
        .env("DIANYUN_APPLICANTS", &people)
        .env("DIANYUN_PICTURES", &pictures)
        .stdin(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "npm test in web/ failed: {status}");
}
