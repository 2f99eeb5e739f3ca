// SPDX-License-Identifier: Apache-2.0
//! An insurer asks for a driver's data: without a consent it gets none, with one it gets values that it checks
//! against the chain, and after the driver took it back none again. The driver sees who saw what. The data lie at the
//! platform's node; the insurer asks at its own.

use std::future::Future;
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use chain::actions::{ConsentGive, ConsentRevoke};
use chain::ids::{ConsentId, RecordId};
use chain::proof::Proof;
use chain::records::{
    ConsentTerms, DataSubject, ExchangeField, FieldSet, OrganisationKind, Purpose, Value,
};
use client::answers::AnyRecord;
use client::exchange::{Exchanged, Wish};
use client::{Client, ClientError, LightClient};
use serde_json::json;

use crate::applied::{applied, asking, office_of};
use crate::support::{self, Desk};

const HOUR_MS: u64 = 3_600_000;
const FIELDS: [ExchangeField; 3] =
    [ExchangeField::Name, ExchangeField::Validity, ExchangeField::DrivingLicence];

/// What the node answers when it gives nothing.
fn refusal(answer: Result<Exchanged, ClientError>) -> Result<String> {
    match answer {
        Err(ClientError::Refused(problem)) => Ok(problem.code),
        Err(error) => Err(error.into()),
        Ok(_) => bail!("the node gave what nobody agreed to"),
    }
}

/// Asks again for a while: a block takes a moment to be everywhere.
async fn eventually<T, F: Future<Output = Result<T>>>(ask: impl Fn() -> F) -> Result<T> {
    for _ in 0..20 {
        if let Ok(found) = ask().await {
            return Ok(found);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    ask().await
}

/// That the chain has the commitments, a proof says, under a header of another node.
async fn proven(found: &Exchanged, node: &Client, headers: &Client) -> Result<()> {
    let light = LightClient::new(&support::genesis()?);
    for one in &found.certificates {
        let key = one.subject.key();
        let path = format!("/v1/records/{}/{}/proof", key.kind.word(), key.id_text());
        let proof: Proof = node.proof(&path, None).await?;
        let height = proof.anchor.height;
        let trusted = headers.header(height).await?.header;
        let Some(Value::Person(person)) = light.record(&proof, &trusted, (key, height))? else {
            bail!("the proof is about something else");
        };
        let mut held = person.dossier.certificates.iter();
        let is_it = held.any(|held| held.kind == one.kind && held.terms.root == one.root);
        ensure!(is_it, "the chain has no such {:?}", one.kind);
    }
    Ok(())
}

pub(crate) async fn run() -> Result<()> {
    let node = support::node()?;
    let who = applied().await?;
    let insurer = office_of(&node, OrganisationKind::Insurer).await?;
    let asker = Client::new(&support::environment("DIANYUN_INSURER_NODE")?)?;
    let asker = asking(&asker, &insurer.key).await?;
    let fields: FieldSet = FIELDS.into_iter().collect();
    let (about, purpose) = (DataSubject::Code(who.code), Purpose::InsuranceQuote);
    let wish = Wish { about, fields, purpose: Some(purpose), waybill: None, case: None };
    let before = refusal(asker.exchange(&wish).await)?;

    let mut desk = Desk::at(node.clone()).await?;
    let terms = ConsentTerms {
        code: who.code,
        to: insurer.organisation.id,
        purpose,
        fields,
        until: desk.now.plus(HOUR_MS),
        uses: 3,
    };
    let given = desk.send(&who.holder, ConsentGive { terms, statements: Vec::new() }).await?;
    let consent = ConsentId(RecordId::made_by(given, 0));
    let found = eventually(|| async { Ok(asker.exchange(&wish).await?) }).await?;
    ensure!(found.holds(), "a value does not open its commitment");
    proven(&found, &node, &asker).await?;
    let mut opened = found.certificates.iter().flat_map(|one| &one.fields);
    let is_named = opened.any(|field| field.name == "driverName" && !field.value.is_empty());
    ensure!(is_named, "the name is missing");

    let path = format!("/v1/codes/{}/accesses", who.code);
    let seen: Vec<AnyRecord> = who.node.list(&path, &[], 10).await?;
    ensure!(seen.len() == 1, "the driver sees {} accesses", seen.len());
    desk.send(&who.holder, ConsentRevoke { consent }).await?;
    let after = eventually(|| async { refusal(asker.exchange(&wish).await) }).await?;
    support::answer(&json!({
        "code": who.code,
        "before": before,
        "opened": found.certificates.len(),
        "seen_by_the_driver": seen.len(),
        "after": after,
    }))
}
