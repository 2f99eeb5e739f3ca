// SPDX-License-Identifier: Apache-2.0
//! Show what a code stands as, and verify it without trusting the node that says so.
//! asked of; `DIANYUN_GENESIS`: the genesis file of the chain; `DIANYUN_CODE`: the id of a code.

use std::time::Duration;

use anyhow::{Result, bail};
use chain::ids::CodeId;
use chain::proof::Proof;
use chain::records::{Operator, RecordKey, RecordKind, Subject};
use client::{Client, LightClient, LightError};
use serde_json::json;

use crate::support;

/// How often to ask again while a new block comes between two questions.
const ATTEMPTS: usize = 20;

async fn proof(node: &Client, key: &RecordKey) -> Result<Proof> {
    let word = key.kind.word();
    Ok(node.proof(&format!("/v1/records/{word}/{}/proof", key.id_text()), None).await?)
}

pub(crate) async fn run() -> Result<()> {
    let node = support::node()?;
    let headers = Client::new(&support::environment("DIANYUN_HEADERS")?)?;
    let light = LightClient::new(&support::genesis()?);
    let code: CodeId = support::environment("DIANYUN_CODE")?.parse()?;
    for _ in 0..ATTEMPTS {
        let shown = proof(&node, &RecordKey { kind: RecordKind::Code, id: code.record() }).await?;
        let Ok(trusted) = headers.header(shown.anchor.height).await else {
            tokio::time::sleep(Duration::from_millis(250)).await;
            continue;
        };
        let trusted = trusted.header;
        let operator = node.code(code).await?.record.and_then(|record| record.operator);
        let operator = match operator.map(|operator: Operator| Subject::from(operator).key()) {
            Some(key) => Some(proof(&node, &key).await?),
            None => None,
        };
        // From here on nothing is asked of the node.
        match light.displayed((&shown, operator.as_ref()), &trusted, (code, trusted.time_ms)) {
            Ok(Some(seen)) => {
                return support::answer(&json!({
                    "id": code, "holds": true, "height": trusted.height, "as_of": trusted.time_ms,
                    "standing": seen.standing, "colour": seen.colour,
                }));
            }
            Ok(None) => bail!("there is no such code"),
            // A block came between the two proofs.
            Err(LightError::Proof(_)) => continue,
            Err(error) => return Err(error.into()),
        }
    }
    bail!("blocks came too fast for two proofs under one header")
}
