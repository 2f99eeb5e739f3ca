// SPDX-License-Identifier: Apache-2.0
//! `dianyun matter`: open one on a code's holder, settle it, look at it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use chain::actions::{Action, MatterOpen, MatterSettle};
use chain::ids::{CodeId, MatterId, RecordId};
use chain::receipt::{Outcome, Receipt};
use chain::records::{Holder, MatterKind, Subject};
use chain::{Hash, TransactionId};
use clap::Subcommand;
use client::{Client, Signer, random_nonce};
use genesis::Layout;
use serde_json::{Value, json};

use super::runtime;
use super::testnet::{NodeChoice, State, default_dir};
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  matter=$(dianyun matter open \"$code\")
  dianyun matter open \"$code\" --kind violation --points 3 --by traffic-police
  dianyun matter show \"$matter\"
  dianyun matter settle \"$matter\"

These sign with the keys of a testnet; elsewhere use `dianyun tx sign`.";

/// Open, settle and look at matters.
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum Command {
    /// Open a matter on the holder of a code, with a key of the testnet.
    Open {
        /// The code.
        code: CodeId,
        /// violation, breach or other.
        #[arg(long, default_value = "other", value_parser = kind)]
        kind: MatterKind,
        /// 0, 1, 3, 5, 10 or 20.
        #[arg(long, default_value_t = 0)]
        points: u8,
        /// Who opens it: the short name of an authority or the regulator.
        #[arg(long, default_value = genesis::demo::TRAFFIC_POLICE)]
        by: String,
        /// The testnet's folder.
        #[arg(long, default_value_os_t = default_dir())]
        dir: PathBuf,
    },
    /// Settle a matter.
    Settle {
        /// The matter.
        id: MatterId,
        /// Who settles it: its source or the regulator.
        #[arg(long, default_value = genesis::demo::TRAFFIC_POLICE)]
        by: String,
        /// The testnet's folder.
        #[arg(long, default_value_os_t = default_dir())]
        dir: PathBuf,
    },
    /// Show a matter.
    Show {
        /// The matter.
        id: MatterId,
        #[command(flatten)]
        node: NodeChoice,
    },
}

fn kind(word: &str) -> Result<MatterKind, String> {
    match word {
        "violation" => Ok(MatterKind::Violation),
        "breach" => Ok(MatterKind::Breach),
        "other" => Ok(MatterKind::Other),
        _ => Err("violation, breach or other is needed".to_owned()),
    }
}

impl Command {
    pub(crate) fn run(self, output: Output) -> Result<()> {
        runtime()?.block_on(async {
            match self {
                Self::Open { code, kind, points, by, dir } => {
                    let client = first(&dir)?;
                    let subject = holder(&client, code).await?;
                    let open = MatterOpen {
                        subject,
                        kind,
                        reference: Hash::of(&random_nonce().0),
                        points,
                        over_limit: false,
                        occurred_at: client.status().await?.time,
                        settle_by: None,
                    };
                    let id = send(&dir, &by, Action::MatterOpen(open)).await?;
                    let matter = MatterId(RecordId::made_by(id, 0));
                    output.data(&json!({ "matter": matter }), || matter.to_string());
                    Ok(())
                }
                Self::Settle { id, by, dir } => {
                    send(&dir, &by, Action::MatterSettle(MatterSettle { matter: id })).await?;
                    output.data(&json!({ "matter": id, "settled": true }), || {
                        format!("{id} settled")
                    });
                    Ok(())
                }
                Self::Show { id, node } => {
                    let answer: Value =
                        node.client()?.get(&format!("/v1/matters/{id}"), &[]).await?;
                    output.data(&answer, || pretty(&answer));
                    Ok(())
                }
            }
        })
    }
}

/// JSON for people.
pub(super) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

pub(super) fn first(dir: &Path) -> Result<Client> {
    let state = State::read(dir)?;
    let node = state.nodes.first().context("the testnet has no node")?;
    Ok(Client::new(&node.api)?)
}

async fn holder(client: &Client, code: CodeId) -> Result<Subject> {
    let record = client.code(code).await?.record;
    let record = record.with_context(|| format!("{code} was never issued"))?;
    match record.holder {
        Holder::Person(id) => Ok(Subject::Person(id)),
        Holder::Organisation(id) => Ok(Subject::Organisation(id)),
    }
}

/// Signs with an organisation's key of the testnet, and waits until it is executed.
async fn send(dir: &Path, by: &str, action: Action) -> Result<TransactionId> {
    let layout = Layout::at(dir);
    let genesis = layout.genesis()?;
    let member = layout.member(&genesis, by)?;
    let client = first(dir)?;
    let signer = Signer::new(member.key, genesis.chain_id());
    let transaction = signer.sign(action, client.status().await?.time);
    let answer = client.submit(&transaction).await?;
    accepted(answer.receipt.as_ref())?;
    Ok(answer.id)
}

/// An error with every reason if the state machine refused.
pub(super) fn accepted(receipt: Option<&Receipt>) -> Result<()> {
    match receipt.map(|receipt| &receipt.outcome) {
        Some(Outcome::Refused { reasons }) => {
            let words: Vec<&str> = reasons.iter().map(|reason| reason.code.english()).collect();
            let about = reasons.iter().filter_map(|reason| reason.about.as_ref());
            let about: Vec<&str> = about.map(|about| about.as_str()).collect();
            match about.is_empty() {
                true => bail!("refused: {}", words.join(" ")),
                false => bail!("refused ({}): {}", about.join(", "), words.join(" ")),
            }
        }
        _ => Ok(()),
    }
}
