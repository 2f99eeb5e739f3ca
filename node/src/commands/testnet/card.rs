// SPDX-License-Identifier: Apache-2.0
//! What a user needs to know of a running testnet.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use client::Client;
use genesis::Layout;
use serde_json::{Value, json};

use super::process;
use super::state::{NodeState, State};
use crate::output::Output;

/// The keys of the demo, by the short names of their organisations.
fn keys(dir: &Path) -> Result<BTreeMap<String, String>> {
    let layout = Layout::at(dir);
    let names = layout.member_names()?;
    let path = |name: &String| layout.key_file(name).display().to_string();
    Ok(names.iter().map(|name| (name.clone(), path(name))).collect())
}

/// Shows the card of a testnet that is up.
pub(super) async fn show(dir: &Path, state: &State, output: Output) -> Result<()> {
    let samples = state
        .samples
        .map_or(json!({ "blue": null, "yellow": null, "red": null, "waybill": null }), |samples| {
            json!(samples)
        });
    let card = json!({
        "chain_id": state.chain_id,
        "genesis": Layout::at(dir).genesis_file(),
        "nodes": state.nodes,
        "keys": keys(dir)?,
        "samples": samples,
    });
    let mut heights = Vec::new();
    for node in &state.nodes {
        heights.push(height(node).await);
    }
    output.data(&card, || text(dir, state, &heights, &samples));
    Ok(())
}

async fn height(node: &NodeState) -> Option<u64> {
    Some(Client::new(&node.api).ok()?.status().await.ok()?.height.0)
}

fn text(dir: &Path, state: &State, heights: &[Option<u64>], samples: &Value) -> String {
    let mut lines = vec![format!("滇运码测试网 · Dianyun testnet  chain {}", state.chain_id)];
    for (node, height) in state.nodes.iter().zip(heights) {
        let height = height.map_or_else(|| "-".to_owned(), |height| height.to_string());
        lines.push(format!(
            "  {:<12} {:<9} height {height:<6} {api}  docs {api}/docs  metrics {api}/metrics  \
             pid {} {}",
            node.name,
            node.role,
            node.pid,
            node.dir.display(),
            api = node.api,
        ));
    }
    lines.push(format!("Demo keys (test keys only): {}", dir.join("keys").display()));
    if let Some(node) = state.nodes.first() {
        let code = samples["yellow"].as_str().unwrap_or("53XXXXXXXXXXXXX");
        lines.push("Try:".to_owned());
        lines.push(format!("  curl -s {}/v1/status", node.api));
        lines.push(format!("  curl -s {}/v1/codes/{code}", node.api));
        lines.push(format!("  curl -s '{}/v1/waybills?limit=5'", node.api));
    }
    lines.join("\n")
}

/// Says how each node is, running or not.
pub(super) async fn status(dir: &Path, output: Output) -> Result<()> {
    let state = State::read(dir)?;
    let mut nodes = Vec::new();
    for node in &state.nodes {
        let running = process::is_running(node.pid);
        let status = match running {
            true => Client::new(&node.api)?.get::<Value>("/v1/status", &[]).await.ok(),
            false => None,
        };
        nodes.push(json!({ "name": node.name, "running": running, "status": status }));
    }
    output.data(&nodes, || {
        let line = |node: &Value| {
            let status = &node["status"];
            format!(
                "{:<12} {:<8} {:<12} height {:<8} leader {}",
                node["name"].as_str().unwrap_or_default(),
                if node["running"] == json!(true) { "running" } else { "stopped" },
                status["health"].as_str().unwrap_or("-"),
                status["height"],
                status["leader"].as_str().unwrap_or("-"),
            )
        };
        nodes.iter().map(line).collect::<Vec<_>>().join("\n")
    });
    Ok(())
}
