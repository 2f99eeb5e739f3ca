// SPDX-License-Identifier: Apache-2.0
//! The repository checks itself: crate directions, banned crates and words, file length, dead files.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Who may depend on whom: a strict order of the workspace's crates.
const DIRECTIONS: &[(&str, &[&str])] = &[
    ("chain", &[]),
    ("formats", &["chain"]),
    ("vault", &["chain"]),
    ("sealing", &["chain"]),
    ("genesis", &["chain"]),
    ("client", &["chain"]),
    ("store", &["chain", "vault"]),
    ("demo", &["chain", "formats", "sealing", "client", "genesis"]),
    ("consensus", &["chain", "store"]),
    ("api", &["chain", "formats", "vault", "sealing", "store", "consensus"]),
    (
        "node",
        &["chain", "formats", "vault", "store", "genesis", "client", "demo", "consensus", "api"],
    ),
    ("bench", &["chain"]),
    (
        "tests",
        &[
            "chain",
            "formats",
            "vault",
            "store",
            "genesis",
            "client",
            "demo",
            "consensus",
            "api",
            "node",
        ],
    ),
];

/// Crates that must not be in the tree of what is named first.
const KEPT_OUT: &[(&str, &[&str])] = &[
    ("dianyun-chain", &["tokio", "rocksdb", "libp2p", "getrandom"]),
    ("dianyun-client", &["rocksdb", "libp2p", "openraft"]),
    ("dianyun-formats", &["tokio", "rocksdb", "getrandom"]),
    ("dianyun-vault", &["tokio", "rocksdb", "libp2p", "axum"]),
    ("dianyun-store", &["libp2p", "openraft", "axum"]),
    ("dianyun-consensus", &["axum", "hyper"]),
];

/// What the pure crate must not name.
const IMPURE: &[&str] = &[
    "std::net",
    "std::fs",
    "std::thread",
    "std::time",
    "std::env",
    "HashMap",
    "HashSet",
    "SystemTime",
    "f32",
    "f64",
    "async fn",
    "rayon",
];

/// Words that no source file holds; each is written in two parts so that this file does not.
fn banned_words() -> Vec<String> {
    [
        ("todo", "!("),
        ("unimplemented", "!("),
        ("dbg", "!("),
        ("FIX", "ME"),
        ("TO", "DO:"),
        ("#[ig", "nore"),
        ("allow(dead", "_code"),
        ("allow(unused", ")"),
        ("/wo", "rk/"),
        ("/ro", "ot/"),
        ("thread::sle", "ep(Duration"),
    ]
    .iter()
    .map(|(a, b)| format!("{a}{b}"))
    .collect()
}

/// Most lines of a source file; generated or embedded assets are no source files.
const FILE_LINES: usize = 600;
const LINE_CHARACTERS: usize = 120;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

fn sources(extensions: &[&str]) -> Vec<(String, String)> {
    walkdir::WalkDir::new(root())
        .into_iter()
        .filter_entry(|e| {
            let name = e.file_name().to_string_lossy();
            !(name.starts_with(".git") || name == "target" || name == "node_modules")
        })
        .filter_map(Result::ok)
        .filter(|e| e.file_type().is_file())
        .filter(|e| e.path().extension().is_some_and(|x| extensions.iter().any(|want| x == *want)))
        .map(|e| {
            let name = e.path().strip_prefix(root()).unwrap().display().to_string();
            (name, fs::read_to_string(e.path()).unwrap())
        })
        .collect()
}

fn manifest(path: &Path) -> toml::Table {
    fs::read_to_string(path).unwrap().parse().unwrap()
}

#[test]
fn crates_depend_one_way() {
    for (name, allowed) in DIRECTIONS {
        let manifest = manifest(&root().join(name).join("Cargo.toml"));
        let dependencies = manifest["dependencies"].as_table().unwrap();
        for dependency in dependencies.keys() {
            if let Some(ours) = dependency.strip_prefix("dianyun-") {
                assert!(allowed.contains(&ours), "{name} must not depend on {ours}");
            }
        }
    }
}

#[test]
fn every_crate_of_the_workspace_has_a_direction() {
    let workspace = manifest(&root().join("Cargo.toml"));
    let members: BTreeSet<_> = workspace["workspace"]["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m.as_str().unwrap())
        .collect();
    assert_eq!(members, DIRECTIONS.iter().map(|(name, _)| *name).collect());
}

/// Names of all packages in the lock file, each with its versions.
fn locked() -> BTreeMap<String, Vec<String>> {
    let lock = manifest(&root().join("Cargo.lock"));
    let mut versions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in lock["package"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap().to_owned();
        versions.entry(name).or_default().push(package["version"].as_str().unwrap().to_owned());
    }
    versions
}

/// The normal dependencies of one of our crates with the features that it alone asks for. The lock
/// file would not do: it also lists what options would need that nobody switched on.
fn tree_of(name: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "-e", "normal", "--prefix", "none", "-p", name])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .filter_map(|line| line.split(' ').next().map(str::to_owned))
        .collect()
}

#[test]
fn light_crates_stay_light() {
    for (name, banned) in KEPT_OUT {
        let tree = tree_of(name);
        assert!(tree.contains(*name));
        for crate_name in *banned {
            assert!(!tree.contains(*crate_name), "{name} must not need {crate_name}");
        }
    }
}

#[test]
fn banned_crates_are_not_in_the_tree() {
    let versions = locked();
    let has = |name: &str, bad: &dyn Fn(&str) -> bool| {
        versions.get(name).into_iter().flatten().any(|v| bad(v))
    };
    assert!(!has("bincode", &|v| v.starts_with("3.")));
    assert!(!has("rustls-pemfile", &|_| true));
    assert!(!has("serde_yml", &|_| true));
    assert!(!has("raft", &|_| true));
    assert!(!has("h2", &|v| {
        let parts: Vec<u32> = v.split('.').map(|p| p.parse().unwrap_or(0)).collect();
        parts < vec![0, 4, 16]
    }));
}

#[test]
fn source_files_are_short_and_say_their_licence() {
    for (name, text) in sources(&["rs", "sh"]) {
        assert!(text.lines().count() <= FILE_LINES, "{name} has {} lines", text.lines().count());
        let head: String = text.lines().take(2).collect();
        assert!(head.contains("SPDX-License-Identifier: Apache-2.0"), "{name} has no SPDX line");
        for (number, line) in text.lines().enumerate() {
            let long = line.chars().count() > LINE_CHARACTERS && !line.contains('"');
            assert!(!long, "{name}:{} is too long", number + 1);
        }
    }
}

#[test]
fn banned_words_are_nowhere() {
    for (name, text) in sources(&["rs", "sh", "md", "toml"]) {
        for word in banned_words() {
            // What several test binaries share is used by each of them in part.
            let shared = word.starts_with("allow") && name.ends_with("common/mod.rs");
            assert!(shared || !text.contains(&word), "{name} holds {word:?}");
        }
    }
}

#[test]
fn the_pure_crate_names_nothing_impure() {
    for (name, text) in sources(&["rs"]) {
        if !name.starts_with("chain/src") {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap();
            for word in IMPURE {
                assert!(!code.contains(word), "{name}:{} names {word}", number + 1);
            }
        }
    }
}

#[test]
fn only_the_store_knows_rocksdb_and_only_consensus_knows_libp2p() {
    for (name, text) in sources(&["rs"]) {
        let code = |word: &str| text.lines().any(|l| l.split("//").next().unwrap().contains(word));
        // The null chain is a bound of the disk: it puts its values into RocksDB itself.
        let may = ["store", "tests", "bench/src/null.rs"];
        if !may.iter().any(|may| name.starts_with(may)) {
            assert!(!code("rocksdb::"), "{name} names rocksdb");
        }
        if !name.starts_with("consensus") && !name.starts_with("tests") {
            assert!(!code("libp2p::") && !code("openraft::"), "{name} names libp2p or openraft");
        }
    }
}

#[test]
fn no_source_file_is_dead() {
    let all = sources(&["rs"]);
    let text: BTreeMap<_, _> = all.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
    for (name, _) in &all {
        let path = Path::new(name);
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let folder = path.parent().unwrap();
        let is_root = ["lib", "main", "build"].contains(&stem)
            || folder.ends_with("tests")
            || folder.ends_with("benches")
            || folder.ends_with("examples");
        if is_root {
            continue;
        }
        let (module, home) = if stem == "mod" {
            (folder.file_name().unwrap().to_str().unwrap(), folder.parent().unwrap())
        } else {
            (stem, folder)
        };
        let own = format!("{}.rs", home.display());
        let parents = ["mod.rs", "lib.rs", "main.rs"]
            .iter()
            .map(|f| home.join(f).display().to_string())
            .chain([own]);
        let declared = parents
            .filter_map(|p| text.get(p.as_str()).copied())
            .any(|t| t.contains(&format!("mod {module};")));
        let by_test_root = all
            .iter()
            .filter(|(n, _)| Path::new(n).parent() == Some(home))
            .any(|(_, t)| t.contains(&format!("mod {module};")));
        assert!(declared || by_test_root, "{name} is in no module");
    }
}

#[test]
fn every_exit_code_that_the_binary_names_is_on_the_page_of_errors() {
    let main = fs::read_to_string(root().join("node/src/main.rs")).unwrap();
    let page = fs::read_to_string(root().join("docs/errors.md")).unwrap();
    let told = main.split("Exit codes:\n").nth(1).unwrap().split("\";").next().unwrap();
    assert!(told.lines().count() > 3);
    for line in told.lines() {
        let (number, meaning) = line.trim().split_once(' ').unwrap();
        let row = format!("| `{number}` | {} |", meaning.trim());
        assert!(page.contains(&row), "docs/errors.md lacks {row}");
    }
}

#[test]
fn documents_that_scripts_and_users_rely_on_are_there() {
    for name in [
        "README.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "LICENSE",
        "deny.toml",
        "rustfmt.toml",
        "rust-toolchain.toml",
        ".ci/run",
        "docs/proofs.md",
        "docs/errors.md",
        "docs/operating.md",
        "docs/metrics.md",
        "docs/pages.md",
        "docs/openapi.json",
        "scripts/testnet.sh",
        "scripts/test.sh",
    ] {
        assert!(root().join(name).exists(), "{name} is missing");
    }
}
