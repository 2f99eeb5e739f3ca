// SPDX-License-Identifier: Apache-2.0
//! Who plays which role in a testnet, and with which demo key: an organisation by a file, a driver by the link to
//! their page, which holds their key.

use std::path::Path;

use anyhow::{Context, Result};
use chain::Genesis;
use chain::records::OrganisationKind as Kind;
use genesis::Layout;
use serde_json::{Map, Value, json};

use super::state::State;

/// Every role, its word in the card and how it is called. A role that nobody has here has no line.
const ROLES: [(Kind, &str, &str); 7] = [
    (Kind::Regulator, "regulator", "监管部门 regulator"),
    (Kind::Authority, "authority", "发证部门 authority"),
    (Kind::Enterprise, "enterprise", "物流企业 enterprise"),
    (Kind::Platform, "platform", "互联网平台 platform"),
    (Kind::Insurer, "insurer", "保险机构 insurer"),
    (Kind::Bank, "bank", "银行 bank"),
    (Kind::ServiceProvider, "service_provider", "服务机构 service provider"),
];

/// The players by their roles.
pub(super) fn players(dir: &Path, state: &State, pages: &Value) -> Result<Value> {
    let layout = Layout::at(dir);
    let genesis = layout.genesis()?;
    let mut members = Vec::new();
    for name in layout.member_names()? {
        let member = layout.member(&genesis, &name)?;
        let is_it = |id| id == member.id;
        let mut all = genesis.organisations.iter();
        let found = all.find(|one| is_it(Genesis::organisation_id(&one.identity)));
        members.push((found.context("a key of nobody in genesis")?.kind, member));
    }
    let mut roles = Map::new();
    for (kind, word, _) in ROLES {
        let with = members.iter().filter(|(own, _)| *own == kind).map(|(_, member)| {
            let key = layout.key_file(&member.name);
            json!({ "name": member.name, "organisation": member.id, "key": key })
        });
        let with: Vec<Value> = with.collect();
        if !with.is_empty() {
            roles.insert(word.to_owned(), Value::Array(with));
        }
    }
    if let Some(samples) = state.samples {
        let driver = json!({ "code": samples.blue, "page": pages["driver"] });
        roles.insert("driver".to_owned(), json!([driver]));
    }
    Ok(Value::Object(roles))
}

/// One line for each role: the first of those who have it, and the names of the others.
pub(super) fn lines(dir: &Path, state: &State, roles: &Value) -> Vec<String> {
    let of = |word: &str| roles[word].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut lines = vec!["Demo keys (test keys), by role:".to_owned()];
    for (_, word, called) in ROLES {
        let with = of(word);
        let Some((first, others)) = with.split_first() else { continue };
        let others: Vec<String> = others.iter().map(|other| text(&other["name"])).collect();
        let others = match others.is_empty() {
            true => String::new(),
            false => format!("  (also {})", others.join(", ")),
        };
        lines.push(format!("  {called}  {}{others}", text(&first["key"])));
    }
    if let Some(driver) = of("driver").first() {
        lines.push(format!("  司机 driver  {}", text(&driver["page"])));
    }
    // The last node is the one that asks for credentials, where there is an observer.
    if let Some(node) = state.nodes.last() {
        let key = Layout::at(dir).key_file(genesis::demo::INSURER);
        lines.push(
            "Credentials of a role, good for minutes (`dianyun apikey` makes lasting ones):"
                .to_owned(),
        );
        lines.push(format!(
            "  dianyun token --key '{}' --chain {} --for {}",
            key.display(),
            state.chain_id,
            node.name
        ));
    }
    lines
}
