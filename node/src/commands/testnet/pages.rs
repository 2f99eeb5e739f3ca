// SPDX-License-Identifier: Apache-2.0
//! Links to the web pages of a testnet. A link to a show page carries a demo key behind its `#`, which browsers
//! never send: such keys are for invented people alone.

use std::path::Path;

use anyhow::{Context, Result};
use chain::ids::CodeId;
use chain::keys::SecretKey;
use demo::cast::{Player, key};
use genesis::Layout;
use serde_json::{Value, json};

use super::state::State;

/// Whose badge is shown: an officer's.
const OFFICER: &str = genesis::demo::TRAFFIC_POLICE;

/// Whose salesman makes waybills and whose administrator applies for interfaces: the first haulier of genesis.
const HAULIER: &str = "enterprise-1";

/// Who answers requests for interfaces.
const REGULATOR: &str = genesis::demo::REGULATOR;

/// The links, by what they show.
pub(super) fn links(dir: &Path, state: &State) -> Result<Value> {
    let node = state.validators().next().context("there is no validator")?;
    let api = &node.api;
    let code = |page: &str, code: CodeId| {
        let index = *state.holders.get(&code)?;
        let key = key(state.chain_id, Player::Driver(index));
        Some(format!("{api}/{page}#code={code}&key={}", seed(&key)))
    };
    let samples = state.samples;
    let layout = Layout::at(dir);
    let genesis = layout.genesis()?;
    let organisation = |page: &str, name: &str| {
        let member = layout.member(&genesis, name)?;
        anyhow::Ok(format!("{api}/{page}#organisation={}&key={}", member.id, seed(&member.key)))
    };
    let admin = |page: &str, name: &str| {
        let member = layout.member(&genesis, name)?;
        anyhow::Ok(format!("{api}/{page}#admin={}&key={}", member.id, seed(&member.admin)))
    };
    Ok(json!({
        "home": format!("{api}/"),
        "apply": format!("{api}/apply"),
        "scan": format!("{api}/scan"),
        "blue": samples.and_then(|all| code("show", all.blue)),
        "yellow": samples.and_then(|all| code("show", all.yellow)),
        "red": samples.and_then(|all| code("show", all.red)),
        "badge": organisation("show", OFFICER)?,
        "driver": samples.and_then(|all| code("driver", all.blue)),
        "sales": organisation("sales", HAULIER)?,
        "interfaces": admin("interfaces", HAULIER)?,
        "regulator": organisation("interfaces", REGULATOR)?,
    }))
}

fn seed(key: &SecretKey) -> String {
    key.seed().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The links as lines of the card.
pub(super) fn lines(links: &Value) -> Vec<String> {
    let names = [
        ("home", "首页 home"),
        ("apply", "申领 apply"),
        ("scan", "扫码 scan"),
        ("blue", "蓝码 blue"),
        ("yellow", "黄码 yellow"),
        ("red", "红码 red"),
        ("badge", "机构证 badge"),
        ("driver", "司机运单 driver"),
        ("sales", "业务员 salesman"),
        ("interfaces", "接口申领 interfaces"),
        ("regulator", "行管审批 regulator"),
    ];
    let line = |(name, words): (&str, &str)| Some(format!("  {words}  {}", links[name].as_str()?));
    let lines = names.into_iter().filter_map(line);
    std::iter::once("Pages (links hold demo keys):".to_owned()).chain(lines).collect()
}
