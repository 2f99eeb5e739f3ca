// SPDX-License-Identifier: Apache-2.0
//! Apply for a code.

use anyhow::{Result, ensure};
use serde_json::json;

use crate::newcomer::newcomer;
use crate::support;

pub(crate) async fn run() -> Result<()> {
    let node = support::node()?;
    let driver = newcomer(node.clone()).await?;
    let seen = node.code(driver.code).await?;
    ensure!(seen.standing == "issued", "the code is {}", seen.standing);
    support::answer(&json!({
        "application": driver.application,
        "code": driver.code,
        "vehicle": driver.vehicle,
        "holder": driver.holder.public(),
        "colour": seen.colour,
        "valid_until": seen.valid_until,
    }))
}
