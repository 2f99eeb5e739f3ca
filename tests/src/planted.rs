// SPDX-License-Identifier: Apache-2.0
//! Personal values that no node may ever write or say in the clear.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use futures::StreamExt;
use serde_json::Value;
use walkdir::WalkDir;

use crate::testnet::Testnet;

/// Values, each with what it is.
#[derive(Clone, Debug, Default)]
pub struct Planted(pub Vec<(&'static str, String)>);

impl Planted {
    /// Asserts it of everything below a folder, file by file; how many files there are.
    ///
    /// # Panics
    /// If one holds any.
    pub fn assert_nowhere(&self, dir: &Path) -> usize {
        let files = WalkDir::new(dir).into_iter().map(Result::unwrap);
        let files: Vec<_> = files.filter(|entry| entry.file_type().is_file()).collect();
        for file in &files {
            // Files of a running database come and go.
            if let Ok(bytes) = std::fs::read(file.path()) {
                self.assert_not_in(&file.path().display().to_string(), &bytes);
            }
        }
        files.len()
    }

    /// Asserts that bytes hold none of them, nor its hexadecimal form.
    ///
    /// # Panics
    /// If they do.
    pub fn assert_not_in(&self, what: &str, bytes: &[u8]) {
        for (name, value) in &self.0 {
            let hex: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
            for text in [value.as_str(), &hex] {
                assert!(!holds(bytes, text.as_bytes()), "{what} holds the planted {name}");
            }
        }
    }

    /// Asserts it of what nodes say over their interface: bodies, changes, metrics, events.
    ///
    /// # Panics
    /// If one says any.
    pub async fn assert_not_said(&self, net: &Testnet) {
        let height = net.converged().await;
        // The validators of a testnet ask nobody for credentials; observers have the same blocks.
        for node in net.nodes.iter().filter(|node| node.role == "validator") {
            for path in ["/metrics".to_owned(), "/v1/status".to_owned()] {
                self.assert_not_in(&path, &fetched(&format!("{}{path}", node.api)).await);
            }
            for at in 0..=height.0 {
                for part in ["", "/changes"] {
                    let path = format!("/v1/blocks/{at}{part}?limit=200");
                    self.assert_not_in(&path, &fetched(&format!("{}{path}", node.api)).await);
                }
            }
        }
        let mut events = net.client(0).events(Some(0)).await.unwrap();
        let newest: Value = net.client(0).get("/v1/headers/latest", &[]).await.unwrap();
        let last = newest["header"]["change_first_seq"].as_u64().unwrap();
        while let Some(event) = events.next().await {
            let event = event.unwrap();
            self.assert_not_in("an event", format!("{event:?}").as_bytes());
            if event.seq + 1 >= last {
                break;
            }
        }
    }
}

async fn fetched(url: &str) -> Vec<u8> {
    let http = client::plain_http().unwrap().build().unwrap();
    let answer = http.get(url).send().await.unwrap();
    assert!(answer.status().is_success(), "{url}: {}", answer.status());
    answer.bytes().await.unwrap().to_vec()
}

fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|part| part == wanted)
}
