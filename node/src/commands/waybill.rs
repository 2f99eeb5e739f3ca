// SPDX-License-Identifier: Apache-2.0
//! `dianyun waybill`: run one from offer to settlement in a testnet, look at one.

use std::path::PathBuf;

use anyhow::{Context, Result};
use chain::ids::{CodeId, WaybillId};
use clap::Subcommand;
use demo::cast;
use demo::net::NetNode;
use demo::scenario::{Driver, trip};
use serde_json::{Value, json};

use super::matter::pretty;
use super::runtime;
use super::testnet::{NodeChoice, State, default_dir};
use crate::output::{Output, say};

const EXAMPLES: &str = "\
Examples:
  waybill=$(dianyun waybill run \"$(dianyun code apply)\")
  dianyun waybill show \"$waybill\"
  dianyun waybill show \"$waybill\" --node observer-1";

/// Run and look at waybills.
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum Command {
    /// Run a waybill of a driver who applied with `code apply` through all its steps.
    Run {
        /// The driver's code.
        code: CodeId,
        /// The testnet's folder.
        #[arg(long, default_value_os_t = default_dir())]
        dir: PathBuf,
    },
    /// Show a waybill.
    Show {
        /// The waybill.
        id: WaybillId,
        #[command(flatten)]
        node: NodeChoice,
    },
}

impl Command {
    pub(crate) fn run(self, output: Output) -> Result<()> {
        runtime()?.block_on(async {
            match self {
                Self::Run { code, dir } => {
                    let state = State::read(&dir)?;
                    let found = state.drivers.iter().find(|driver| driver.code == code);
                    let found = found.context(
                        "this code's key is not here: take one that `code apply` printed",
                    )?;
                    let node = state.validators().next().context("there is no validator")?;
                    let node = NetNode::connect(&node.api).await?;
                    let driver = Driver {
                        index: found.index,
                        code,
                        person: found.person,
                        vehicle: found.vehicle,
                        key: cast::key(state.chain_id, cast::Player::Driver(found.index)),
                    };
                    let settings = state.settings(&dir, node)?;
                    let id = trip(&settings, &driver, &|step| say(format!("{step:?}"))).await?;
                    output.data(&json!({ "waybill": id }), || id.to_string());
                    Ok(())
                }
                Self::Show { id, node } => {
                    let answer: Value =
                        node.client()?.get(&format!("/v1/waybills/{id}"), &[]).await?;
                    output.data(&answer, || pretty(&answer));
                    Ok(())
                }
            }
        })
    }
}
