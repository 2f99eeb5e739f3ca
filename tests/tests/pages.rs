// SPDX-License-Identifier: Apache-2.0
//! The web pages in a real browser, against a testnet of invented data: shown on one page, scanned on another.
//! The tests themselves are in `web/test`; pictures of the pages are left in the target folder.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::{Command, Stdio};

use dianyun_tests::testnet::Testnet;

fn web() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("web")
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
    let status = Command::new("npm")
        .args(["test", "--silent"])
        .current_dir(&web)
        .env("DIANYUN_CARD", &card)
        .env("DIANYUN_PICTURES", &pictures)
        .stdin(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "npm test in web/ failed: {status}");
}
