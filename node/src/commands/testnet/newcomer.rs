// SPDX-License-Identifier: Apache-2.0
//! `testnet newcomer`: the papers of somebody invented who has no code yet, for who wants to type them in.

use std::path::Path;

use anyhow::{Context, Result};
use chain::records::CertificateKind;
use clap::Args;
use demo::cast;
use demo::yunnan::certificates::Certificate;
use genesis::Layout;
use serde_json::{Map, Value, json};

use crate::output::Output;

/// Print the papers of an invented driver with a light lorry who has no code yet.
#[derive(Debug, Args)]
pub(crate) struct Newcomer {
    /// Which: counted from 0.
    #[arg(long, default_value_t = 0)]
    number: u64,
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
        let papers = register.newcomer(self.number)?;
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

fn shown(papers: &[Certificate]) -> Result<Value> {
    let mut all = Map::new();
    for paper in papers {
        let fields = paper.fields.iter();
        let fields: Map<String, Value> =
            fields.map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        all.insert(word(paper.kind)?, Value::Object(fields));
    }
    Ok(Value::Object(all))
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
