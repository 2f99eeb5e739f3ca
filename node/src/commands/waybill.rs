// SPDX-License-Identifier: Apache-2.0
//! `dianyun waybill`: run one in a testnet, swap its vehicle, look at one, draw its code.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chain::Action;
use chain::actions::{WaybillSwap, WaybillSwapAgree};
use chain::ids::{CodeId, VehicleId, WaybillId};
use chain::records::waybill::Side;
use chain::text::Word;
use clap::{Args, Subcommand};
use client::{Signer, picture};
use demo::cast;
use demo::net::NetNode;
use demo::scenario::trips::Step;
use demo::scenario::{Driver, side_key, trip_until};
use serde_json::{Value, json};

use super::matter::{accepted, pretty};
use super::runtime;
use super::shown::write;
use super::testnet::{NodeChoice, State, address, default_dir};
use crate::output::{Output, say};

const EXAMPLES: &str = "\
Examples:
  waybill=$(dianyun waybill run \"$(dianyun code apply)\")
  dianyun waybill show \"$waybill\"
  dianyun waybill show \"$waybill\" --node observer-1
  dianyun waybill run \"$code\" --until depart
  dianyun waybill code \"$waybill\" --at https://node.example --png waybill.png
  dianyun waybill swap \"$waybill\" \"$vehicle\" && dianyun waybill agree \"$waybill\" \"$vehicle\"

`run`, `swap` and `agree` sign with the keys of a testnet; elsewhere use `dianyun tx sign`.";

/// Run waybills, swap their vehicles, look at them, draw their codes.
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum Command {
    /// Run a waybill of a driver who applied with `code apply` through all its steps.
    Run {
        /// The driver's code.
        code: CodeId,
        /// The last step: offer, accept, load, depart, arrive, sign, settle or agree.
        #[arg(long, default_value = "agree", value_parser = step)]
        until: Step,
        /// The testnet's folder.
        #[arg(long, default_value_os_t = default_dir())]
        dir: PathBuf,
    },
    /// Propose that another vehicle, which is bound to the driver's code, takes over under way.
    Swap {
        /// The waybill.
        id: WaybillId,
        /// The vehicle.
        vehicle: VehicleId,
        /// Who proposes it: driver or maker.
        #[arg(long, default_value = "driver", value_parser = side)]
        by: Side,
        /// Reason code.
        #[arg(long, default_value = "breakdown")]
        reason: Word,
        /// The testnet's folder.
        #[arg(long, default_value_os_t = default_dir())]
        dir: PathBuf,
    },
    /// Agree to the vehicle that the other side proposed.
    Agree {
        /// The waybill.
        id: WaybillId,
        /// The vehicle.
        vehicle: VehicleId,
        /// Who agrees: driver or maker.
        #[arg(long, default_value = "maker", value_parser = side)]
        by: Side,
        /// The testnet's folder.
        #[arg(long, default_value_os_t = default_dir())]
        dir: PathBuf,
    },
    /// Print the link that is a waybill's code, and draw it. Parties see the waybill behind it, nobody else.
    Code(Code),
    /// Show a waybill.
    Show {
        /// The waybill.
        id: WaybillId,
        #[command(flatten)]
        node: NodeChoice,
    },
}

/// The code of a waybill.
#[derive(Debug, Args)]
pub(crate) struct Code {
    /// The waybill.
    id: WaybillId,
    /// The node that the link leads to, as phones reach it; without it the testnet's first.
    #[arg(long, value_name = "ADDRESS")]
    at: Option<String>,
    /// Write the picture as SVG to this file.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Write the picture as PNG to this file.
    #[arg(long, value_name = "FILE")]
    png: Option<PathBuf>,
    /// Width and height of the picture.
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..=8_192))]
    pixels: u32,
    /// The testnet's folder.
    #[arg(long, default_value_os_t = default_dir())]
    dir: PathBuf,
}

impl Code {
    fn run(&self, output: Output) -> Result<()> {
        let first = |state: &State| Some(state.nodes.first()?.api.clone());
        let at = address(self.at.as_deref(), &self.dir, first)?;
        let link = format!("{}/waybill#id={}", at.trim_end_matches('/'), self.id);
        if let Some(file) = &self.svg {
            write(file, picture::svg(&link, self.pixels)?.as_bytes())?;
        }
        if let Some(file) = &self.png {
            write(file, &picture::png(&link, self.pixels)?)?;
        }
        output.data(&json!({ "waybill": self.id, "link": link }), || link.clone());
        Ok(())
    }
}

fn step(word: &str) -> Result<Step, String> {
    let found = Step::ALL.into_iter().find(|step| format!("{step:?}").to_lowercase() == word);
    found.ok_or_else(|| "a step is needed, such as accept or depart".to_owned())
}

fn side(word: &str) -> Result<Side, String> {
    match word {
        "driver" => Ok(Side::Driver),
        "maker" => Ok(Side::Maker),
        _ => Err("driver or maker is needed".to_owned()),
    }
}

impl Command {
    pub(crate) fn run(self, output: Output) -> Result<()> {
        runtime()?.block_on(async {
            match self {
                Self::Run { code, until, dir } => {
                    let id = run(&dir, code, until).await?;
                    output.data(&json!({ "waybill": id }), || id.to_string());
                }
                Self::Swap { id, vehicle, by, reason, dir } => {
                    let swap = WaybillSwap { waybill: id, vehicle, reason };
                    send(&dir, (id, by), swap.into()).await?;
                    let done = json!({ "waybill": id, "proposed": vehicle });
                    output.data(&done, || format!("{vehicle} proposed for {id}"));
                }
                Self::Agree { id, vehicle, by, dir } => {
                    let agree = WaybillSwapAgree { waybill: id, vehicle };
                    send(&dir, (id, by), agree.into()).await?;
                    let done = json!({ "waybill": id, "agreed": vehicle });
                    output.data(&done, || format!("{vehicle} agreed to for {id}"));
                }
                Self::Code(code) => code.run(output)?,
                Self::Show { id, node } => {
                    let answer: Value =
                        node.client()?.get(&format!("/v1/waybills/{id}"), &[]).await?;
                    output.data(&answer, || pretty(&answer));
                }
            }
            Ok(())
        })
    }
}

async fn connect(state: &State) -> Result<NetNode> {
    let node = state.validators().next().context("there is no validator")?;
    Ok(NetNode::connect(&node.api).await?)
}

async fn run(dir: &Path, code: CodeId, until: Step) -> Result<WaybillId> {
    let state = State::read(dir)?;
    let found = state.drivers.iter().find(|driver| driver.code == code);
    let found = found.context("this code's key is not here: take one that `code apply` printed")?;
    let driver = Driver {
        index: found.index,
        code,
        person: found.person,
        vehicle: found.vehicle,
        key: cast::key(state.chain_id, cast::Player::Driver(found.index)),
    };
    let settings = state.settings(dir, connect(&state).await?)?;
    Ok(trip_until(&settings, &driver, until, &|step| say(format!("{step:?}"))).await?)
}

/// Signs as a side of a waybill with a key of the testnet, and waits until it is executed.
async fn send(dir: &Path, (id, by): (WaybillId, Side), action: Action) -> Result<()> {
    let state = State::read(dir)?;
    let node = connect(&state).await?;
    let client = node.client().clone();
    let found = client.waybill(id).await?;
    let waybill = found.with_context(|| format!("there is no waybill {id}"))?.record;
    let person = match &waybill.carrier {
        Some(carrier) => client.person(carrier.person).await?,
        None => None,
    };
    let keys = person.map(|answer| answer.record.keys).unwrap_or_default();
    let settings = state.settings(dir, node)?;
    let key = side_key(&settings, &waybill, &keys, by).await?;
    let signer = Signer::new(key, state.chain_id);
    let transaction = signer.sign(action, client.status().await?.time);
    let answer = client.submit(&transaction).await?;
    accepted(answer.receipt.as_ref())
}
