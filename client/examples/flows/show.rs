// SPDX-License-Identifier: Apache-2.0
//! Show and scan: a driver shows a new code on a validator's word, somebody scans it without a network, and asks
//! a node afterwards what has changed.

use anyhow::{Context, Result, ensure};
use chain::shown::Scan;
use client::Client;
use client::shown::{Finding, Screen, Showing};
use serde_json::json;

use crate::newcomer::newcomer;
use crate::support::{self, Desk};

pub(crate) async fn run() -> Result<()> {
    let node = support::node()?;
    let other = Client::new(&support::environment("DIANYUN_HEADERS")?)?;
    let driver = newcomer(node.clone()).await?;

    // The screen: a validator's word now and then, the holder's signature every minute.
    let Desk { chain, now, .. } = Desk::at(node.clone()).await?;
    let mut screen = Screen::new(Showing::Code(driver.code), driver.holder, chain);
    screen.renew(&[node]).await?;
    let text = screen.show(now)?.to_text().context("it does not fit a picture")?;

    // The scanner: a list that it keeps, and no network.
    let list = other.witnesses().await?;
    let finding = Finding::offline(&text, &Scan { list: &list, threshold: 1, now });
    ensure!(finding.is_verified(), "unknown: {:?}", finding.reason);

    // Once there is a network again.
    let asked = other.verify_shown(&text, 1).await?;
    ensure!(asked.is_verified() && asked.changed.is_empty(), "{:?}", asked.changed);
    let found = finding.shown.context("what is verified shows something")?;
    support::answer(&json!({
        "verdict": finding.verdict, "displayed": found.displayed, "witnesses": found.witnesses,
        "valid_until": found.facts.valid_until, "now": asked.now, "symbols": text.len(),
    }))
}
