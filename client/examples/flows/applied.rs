// SPDX-License-Identifier: Apache-2.0
//! An invented driver applies at the node of a platform, which keeps what opens the commitments: the papers are
//! checked, the driver's own key gives its word, the platform's key sends it, and the testnet's authorities answer.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use chain::Action;
use chain::fields::{self, Field};
use chain::ids::{ApplicationId, CodeId};
use chain::keys::SecretKey;
use chain::records::application::{ApplicationState, ClaimState};
use chain::records::{CertificateKind, OrganisationKind};
use client::{Client, Signer};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::{self, Office, offices, random};

type Papers = BTreeMap<CertificateKind, BTreeMap<String, String>>;

/// How often an application is looked at, and after how long.
const LOOKS: usize = 300;
const PAUSE: Duration = Duration::from_millis(200);

/// What `dianyun testnet newcomer --json` prints, as far as it is needed here.
#[derive(Deserialize)]
struct Newcomer {
    phone: String,
    person: Person,
}

#[derive(Deserialize)]
struct Person {
    prefecture: u16,
    certificates: Papers,
}

/// What the node made ready.
#[derive(Deserialize)]
struct Draft {
    draft: String,
    action: Action,
    claims: Vec<Claim>,
}

#[derive(Deserialize)]
struct Claim {
    fields: Vec<Field>,
}

#[derive(Deserialize)]
struct Done {
    application: ApplicationId,
    code: CodeId,
}

/// Who applied.
pub(crate) struct Applied {
    /// The code.
    pub(crate) code: CodeId,
    /// The driver's key.
    pub(crate) holder: SecretKey,
    /// The node that keeps the data, asked by the driver.
    pub(crate) node: Client,
}

/// The organisation of a kind whose key is in hand.
pub(crate) async fn office_of(node: &Client, kind: OrganisationKind) -> Result<Office> {
    let mut all = offices(node).await?.into_iter();
    let found = all.find(|office| office.organisation.kind == kind);
    found.with_context(|| format!("the keys have no {kind:?} among them"))
}

/// A node asked in the name of a key. Its name is taken from itself, which is good enough for the nodes of a testnet on
/// this machine; elsewhere take it from genesis.
pub(crate) async fn asking(at: &Client, key: &SecretKey) -> Result<Client> {
    let status = at.status().await?;
    Ok(at.clone().signed_by(key, status.chain, &status.name)?)
}

/// From papers to an issued code.
pub(crate) async fn applied() -> Result<Applied> {
    let newcomer: Newcomer = serde_json::from_str(&support::environment("DIANYUN_PAPERS")?)?;
    let platform = office_of(&support::node()?, OrganisationKind::Platform).await?;
    let at = Client::new(&support::environment("DIANYUN_PLATFORM_NODE")?)?;
    let node = asking(&at, &platform.key).await?;
    let holder = SecretKey::from_seed(&random()?);
    let papers = newcomer.person.certificates;
    let typed = |(kind, values): (&CertificateKind, &BTreeMap<String, String>)| json!({ "kind": kind, "values": values });
    let wish = json!({
        "for": { "code": { "driver": { "vehicles": [], "operator": null } } },
        "holder_key": holder.public(),
        "custody": "device",
        "prefecture": newcomer.person.prefecture,
        "certificates": papers.iter().map(typed).collect::<Vec<Value>>(),
        "contact": { "phone": newcomer.phone },
    });
    let draft: Draft = node.post("/v1/applying", &wish).await?;
    check(&draft, &papers, &holder)?;
    let newest = node.newest_header().await?.header;
    let word = client::statement(&holder, newest.chain, &draft.action, newest.time_ms);
    let action = draft.action.clone().with_statements(vec![word.clone()]);
    let signed = Signer::new(platform.key, newest.chain).sign(action, newest.time_ms);
    let target = format!("/v1/applying/{}/submit", draft.draft);
    let body = json!({ "statements": [word], "transaction": signed });
    let done: Done = node.post(&target, &body).await?;
    let node = asking(&at, &holder).await?;
    issued(&node, done.application).await?;
    Ok(Applied { code: done.code, holder, node })
}

/// Nothing is signed that was not meant: holder, kinds and every value are those that were sent.
fn check(draft: &Draft, papers: &Papers, holder: &SecretKey) -> Result<()> {
    let Action::CodeApply(apply) = &draft.action else { bail!("the node prepared another action") };
    ensure!(apply.holder_key == holder.public(), "the node prepared it for another key");
    ensure!(apply.claims.len() == papers.len(), "a certificate more or less");
    for (claim, told) in apply.claims.iter().zip(&draft.claims) {
        let typed = papers.get(&claim.kind).context("a certificate that was not sent")?;
        let value = |name: &str| typed.get(name).map_or("", String::as_str);
        let is_meant = told.fields.iter().all(|field| field.value == value(&field.name));
        let root = fields::root(fields::table(claim.kind), &told.fields)?;
        ensure!(is_meant && root == claim.root, "{:?} is not what was sent", claim.kind);
    }
    Ok(())
}

/// Follows an application by the holder's own token until its code is issued.
async fn issued(node: &Client, id: ApplicationId) -> Result<()> {
    for _ in 0..LOOKS {
        if let Some(found) = node.application(id).await? {
            let mut claims = found.record.claims.iter();
            let refused = claims.find(|claim| matches!(claim.state, ClaimState::Refused { .. }));
            if let Some(claim) = refused {
                bail!("{:?} was refused: {:?}", claim.kind, claim.state);
            }
            if found.record.state == ApplicationState::Issued {
                return Ok(());
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
    bail!("the authorities did not answer in time")
}
