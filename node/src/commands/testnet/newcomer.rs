// SPDX-License-Identifier: Apache-2.0
//! `testnet newcomer`: the papers of somebody invented who has no code yet, for who wants to type them in.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};
use chain::ids::RecordId;
use chain::records::name::{NameKind, UniqueName};
use chain::records::{CertificateKind, RecordValue, Value};
use clap::Args;
use client::Client;
use client::answers::AnyRecord;
use demo::cast;
use demo::yunnan::Register;
use demo::yunnan::certificates::Certificate;
use demo::yunnan::newcomer::Papers;
use genesis::Layout;
use genesis::secrets::tag;
use serde_json::{Map, json};

use super::state::State;
use crate::commands::runtime;
use crate::output::Output;

/// Print the papers of an invented driver with a light lorry who has no code yet.
#[derive(Debug, Args)]
pub(crate) struct Newcomer {
    /// Which, counted from 0; without it the first whom the chain does not know.
    #[arg(long)]
    number: Option<u64>,
    /// With a misprint in the driving licence, for which its authority refuses it.
    #[arg(long)]
    refused: bool,
    /// The testnet's folder.
    #[arg(long, default_value_os_t = super::default_dir())]
    dir: std::path::PathBuf,
}

impl Newcomer {
    pub(super) fn run(&self, output: Output) -> Result<()> {
        let dir: &Path = &super::root(&self.dir)?;
        let register = cast::register(Layout::at(dir).genesis()?.time);
        let papers = match self.number {
            Some(number) => register.newcomer(number)?,
            None => runtime()?.block_on(unknown(dir, &register))?,
        };
        let papers = papers.context("the register has no more newcomers: name a smaller number")?;
        let papers = if self.refused { papers.misprinted() } else { papers };
        let whole = json!({
            "phone": papers.phone,
            "person": { "prefecture": papers.prefecture, "certificates": shown(&papers.person)? },
            "vehicle": {
                "prefecture": papers.vehicle_prefecture,
                "certificates": shown(&papers.vehicle)?,
            },
        });
        output.data(&whole, || {
            let phone = format!("手机 phone  {}", papers.phone);
            let all = papers.person.iter().chain(&papers.vehicle);
            std::iter::once(phone).chain(all.flat_map(lines)).collect::<Vec<_>>().join("\n")
        });
        Ok(())
    }
}

/// The first newcomer with an identity whose tag is not on chain.
async fn unknown(dir: &Path, register: &Register) -> Result<Option<Papers>> {
    let state = State::read(dir)?;
    let node = state.validators().next().context("the testnet has no validator")?;
    let client = Client::new(&node.api)?;
    let names: Vec<AnyRecord> = client.list("/v1/state/unique_name", &[], usize::MAX).await?;
    let known = names.into_iter().filter_map(|name| match name.value {
        Value::UniqueName(name) => Some(name.record_id()),
        _ => None,
    });
    let known: BTreeSet<RecordId> = known.collect();
    let secret = Layout::at(dir).secrets()?.identity;
    for number in 0.. {
        let Some(papers) = register.newcomer(number)? else { return Ok(None) };
        let tag = tag(&secret, papers.identity_number().as_bytes());
        if !known.contains(&UniqueName::id_of(NameKind::Identity, &tag)) {
            return Ok(Some(papers));
        }
    }
    Ok(None)
}

fn shown(papers: &[Certificate]) -> Result<serde_json::Value> {
    let mut all = Map::new();
    for paper in papers {
        let fields = paper.fields.iter();
        let fields: Map<String, serde_json::Value> =
            fields.map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        all.insert(word(paper.kind)?, fields.into());
    }
    Ok(all.into())
}

fn word(kind: CertificateKind) -> Result<String> {
    let word = serde_json::to_value(kind)?;
    Ok(word.as_str().context("a kind without a word")?.to_owned())
}

fn lines(paper: &Certificate) -> Vec<String> {
    let head = word(paper.kind).unwrap_or_default();
    let fields = paper.fields.iter().map(|(name, value)| format!("  {name:<32} {value}"));
    std::iter::once(head).chain(fields).collect()
}
