// SPDX-License-Identifier: Apache-2.0
//! What a user needs to know of a running testnet.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use client::Client;
use genesis::Layout;
use serde_json::{Value, json};

use super::state::{NodeState, State};
use super::{pages, process, roles};
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
    let none = || json!({ "blue": null, "yellow": null, "red": null, "waybill": null });
    let samples = state.samples.map_or_else(none, |samples| json!(samples));
    let keys = keys(dir)?;
    let pages = pages::links(dir, state)?;
    let roles = roles::players(dir, state, &pages)?;
    let card = json!({
        "chain_id": state.chain_id,
        "genesis": Layout::at(dir).genesis_file(),
        "nodes": state.nodes,
        "keys": keys,
        "roles": roles,
        "samples": samples,
        "pages": pages,
    });
    let mut nodes = Vec::new();
    for node in &state.nodes {
        nodes.push(node_lines(dir, node).await);
    }
    output.data(&card, || {
        let mut lines = vec![
            "滇运码测试网 · Dianyun testnet (everybody in it is invented)".to_owned(),
            format!("chain    {}", state.chain_id),
            format!("genesis  {}", Layout::at(dir).genesis_file().display()),
            String::new(),
        ];
        lines.append(&mut nodes);
        lines.push(String::new());
        lines.extend(roles::lines(dir, state, &roles));
        lines.extend(rest(state, &samples));
        lines.extend(pages::lines(&pages));
        lines.join("\n")
    });
    Ok(())
}

async fn node_lines(dir: &Path, node: &NodeState) -> String {
    let log = process::log_file(dir, &node.name);
    let height = height(node).await.map_or_else(|| "-".to_owned(), |height| height.to_string());
    format!(
        "{:<12} {:<9}  height {height}  pid {}\n  API {api}  pages {api}/docs  metrics {api}/metrics\n  \
         folder {}  log {}",
        node.name,
        node.role,
        node.pid,
        node.dir.display(),
        log.display(),
        api = node.api,
    )
}

async fn height(node: &NodeState) -> Option<u64> {
    Some(Client::new(&node.api).ok()?.status().await.ok()?.height.0)
}

fn rest(state: &State, samples: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    if state.samples.is_some() {
        let text = |name: &str| samples[name].as_str().unwrap_or("-").to_owned();
        let all = ["blue", "yellow", "red", "waybill"].map(|name| format!("{name} {}", text(name)));
        lines.push(format!("Samples: {}", all.join("  ")));
    }
    let Some(node) = state.nodes.first() else { return lines };
    let second = match samples["yellow"].as_str() {
        Some(code) => format!("{}/v1/codes/{code}", node.api),
        None => format!("{}/v1/validators", node.api),
    };
    lines.push("Try:".to_owned());
    lines.push(format!("  curl -s {}/v1/status", node.api));
    lines.push(format!("  curl -s {second}"));
    lines.push(format!("  curl -s '{}/v1/waybills?limit=5'", node.api));
    lines
}

/// Says how each node is, running or not.
pub(super) async fn status(dir: &Path, output: Output) -> Result<()> {
    let state = State::read(dir)?;
    let mut nodes = Vec::new();
    for node in &state.nodes {
        let running = process::is_running(node.pid, dir);
        let status = match running {
            true => Client::new(&node.api)?.get::<Value>("/v1/status", &[]).await.ok(),
            false => None,
        };
        let (name, role, api) = (&node.name, &node.role, &node.api);
        nodes.push(json!({
            "name": name, "role": role, "api": api, "running": running, "status": status,
        }));
    }
    let authorities: Vec<Value> = state
        .authorities
        .iter()
        .map(|one| json!({ "name": one.name, "running": process::is_running(one.pid, dir) }))
        .collect();
    let whole = json!({
        "chain_id": state.chain_id, "loaded": state.loaded,
        "nodes": nodes, "authorities": authorities,
    });
    output.data(&whole, || {
        let all = nodes.iter().map(node_line).chain(authorities.iter().map(authority_line));
        all.collect::<Vec<_>>().join("\n")
    });
    Ok(())
}

fn runs(what: &Value) -> &'static str {
    if what["running"] == json!(true) { "running" } else { "stopped" }
}

fn node_line(node: &Value) -> String {
    let status = &node["status"];
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    format!(
        "{:<16} {:<8} {:<12} height {:<8} leader {:<12} {}",
        text(&node["name"]),
        runs(node),
        text(&status["health"]),
        status["height"].as_u64().map_or_else(|| "-".to_owned(), |height| height.to_string()),
        text(&status["leader"]),
        text(&node["api"]),
    )
}

fn authority_line(authority: &Value) -> String {
    format!("{:<16} {}", authority["name"].as_str().unwrap_or_default(), runs(authority))
}
