// SPDX-License-Identifier: Apache-2.0
//! Every command of the README's first page runs, in its order, as a newcomer would type it; the page in Chinese
//! has the same ones.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::{Command, Stdio};

/// The commands in the blocks that are marked as shell.
fn commands(text: &str) -> String {
    let mut out = String::from("set -euo pipefail\n");
    let mut inside = false;
    for line in text.lines() {
        match line {
            "```sh" => inside = true,
            "```" => inside = false,
            line if inside => {
                out.push_str(line);
                out.push('\n');
            }
            _ => {}
        }
    }
    out
}

#[test]
fn the_first_page_can_be_followed_from_top_to_bottom() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let script = commands(&std::fs::read_to_string(root.join("README.md")).unwrap());
    assert!(script.contains("code apply") && script.contains("proof verify"), "{script}");
    let home = tempfile::tempdir().unwrap();
    let run = |script: &str| {
        Command::new("bash")
            .args(["-c", script])
            .current_dir(root)
            .env("XDG_STATE_HOME", home.path())
            .stdin(Stdio::null())
            .output()
            .unwrap()
    };
    let output = run(&script);
    // Whatever happened, nothing keeps running.
    run("./scripts/testnet.sh down");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}\n{errors}", output.status);
    for state in [
        "public-security  is asked for identity",
        "public-security  attests identity",
        "traffic-police   attests vehicle_licence",
        "insurer          attests policy",
        "is issued",
        "Agree",
    ] {
        assert!(errors.contains(state), "{state} is shown: {errors}");
    }
    let shown = String::from_utf8_lossy(&output.stdout);
    let of_commands = ["yellow", "red", "blue", "\"holds\": true", "executed_per_second"];
    let of_examples = ["\"holder\"", "\"proven_at\""];
    for word in of_commands.into_iter().chain(of_examples) {
        assert!(shown.contains(word), "{word} is shown: {shown}");
    }
}

#[test]
fn the_chinese_page_has_the_same_commands_in_the_same_order() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let of = |name: &str| commands(&std::fs::read_to_string(root.join(name)).unwrap());
    assert_eq!(of("README.zh-CN.md"), of("README.md"));
}
