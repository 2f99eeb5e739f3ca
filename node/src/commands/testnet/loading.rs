// SPDX-License-Identifier: Apache-2.0
//! Loads a new testnet, and looks whether every node says the same of the samples.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use chain::records::Colour;
use client::Client;
use demo::net::NetNode;
use demo::scenario::{self, Progress, Samples, Settings, Size};
use tokio::sync::mpsc::unbounded_channel;

use super::state::State;
use crate::output::Steps;

/// Steps of loading and looking.
pub(super) const STEPS: u64 = scenario::STEPS.len() as u64 + 1;

const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Loads the invented Yunnan.
pub(super) async fn load(dir: &Path, state: &mut State, steps: &Steps) -> Result<()> {
    let node = state.validators().next().context("there is no validator")?;
    let settings = state.settings(dir, NetNode::connect(&node.api).await?)?;
    let settings = Settings { size: Size::DEMO, ..settings };
    let (tell, mut told) = unbounded_channel::<Progress>();
    let progress = move |step| {
        // Nobody listens any more once it is interrupted.
        let _gone = tell.send(step);
    };
    let loading = async move { scenario::load(&settings, &progress).await };
    tokio::pin!(loading);
    let loaded = loop {
        tokio::select! {
            biased;
            Some(Progress { english, chinese, .. }) = told.recv() => {
                steps.next(&format!("{chinese} · {english}"));
            }
            loaded = &mut loading => break loaded?,
        }
    };
    state.samples = loaded.samples;
    state.holders = loaded.holders;
    state.write(dir)?;
    steps.next("各节点核对样例 · every node says the same of the samples");
    match state.samples {
        Some(samples) => check(state, samples).await,
        None => Ok(()),
    }
}

async fn check(state: &State, samples: Samples) -> Result<()> {
    let wanted = [
        (samples.blue, Colour::Blue),
        (samples.yellow, Colour::Yellow),
        (samples.red, Colour::Red),
    ];
    for node in &state.nodes {
        let client = Client::new(&node.api)?;
        for (code, colour) in wanted {
            let started = Instant::now();
            while client.code(code).await?.colour != Some(colour) {
                let in_time = started.elapsed() < PATIENCE;
                ensure!(in_time, "{} does not see {code} {colour:?}", node.name);
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        }
    }
    Ok(())
}
