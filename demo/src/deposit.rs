// SPDX-License-Identifier: Apache-2.0
//! Leaving what an application was made with at the sponsor's node, so that it can be exchanged. A sponsor
//! without a node of its own leaves it where the demo's data are loaded.

use std::collections::BTreeMap;
use std::time::Duration;

use chain::Hash;
use chain::ids::OrganisationId;
use chain::keys::{PublicKey, SecretKey};
use client::holdings::{ClaimLeft, ContactLeft, HoldingsLeft};
use client::{Client, ClientError};
use futures::StreamExt;

use crate::applicant::{DemoError, Draft};
use crate::node::NodeError;

/// Applications left at once.
const AT_ONCE: usize = 8;
/// How often an application is looked for at a node that has not executed it yet.
const TRIES: u32 = 200;
const PAUSE: Duration = Duration::from_millis(50);

/// A node with a vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaultAt {
    /// Its name in genesis.
    pub name: String,
    /// Address, such as `http://127.0.0.1:8080`.
    pub url: String,
}

/// The vaults of a network.
#[derive(Clone, Debug)]
pub struct Vaults {
    /// Of organisations that run a node.
    pub own: BTreeMap<OrganisationId, VaultAt>,
    /// Of all others.
    pub shared: VaultAt,
}

/// Who leaves an application's data, and what is left beside its claims.
#[derive(Clone)]
pub struct Leaver {
    /// The sponsor.
    pub sponsor: OrganisationId,
    /// Its working key.
    pub key: SecretKey,
    /// The holder's key.
    pub holder: Option<PublicKey>,
    /// The holder's phone.
    pub phone: Option<String>,
}

impl std::fmt::Debug for Leaver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Leaver {}", self.sponsor)
    }
}

impl Vaults {
    /// Leaves the data of applications that are on chain.
    pub(crate) async fn leave(&self, chain: Hash, drafts: &[Draft]) -> Result<(), DemoError> {
        let all = futures::stream::iter(drafts).map(|draft| self.leave_one(chain, draft));
        let done: Vec<Result<(), DemoError>> = all.buffer_unordered(AT_ONCE).collect().await;
        done.into_iter().collect()
    }

    async fn leave_one(&self, chain: Hash, draft: &Draft) -> Result<(), DemoError> {
        let Leaver { sponsor, key, holder, phone } = &draft.leaver;
        let at = self.own.get(sponsor).unwrap_or(&self.shared);
        let claims = (0_u32..).zip(&draft.claims).map(|(place, sealed)| ClaimLeft {
            place,
            kind: sealed.kind,
            fields: sealed.fields.clone(),
        });
        let contact = phone.clone();
        let contact =
            contact.map(|phone| ContactLeft { phone, email: None, address: None, emergency: None });
        let left = HoldingsLeft { claims: claims.collect(), contact, holder: *holder };
        let no_answer = |error: ClientError| NodeError(error.to_string());
        let client = Client::new(&at.url).map_err(no_answer)?;
        let client = client.signed_by(key, chain, &at.name).map_err(no_answer)?;
        for _ in 0..TRIES {
            match client.leave_holdings(draft.application(), &left).await {
                Ok(_) => return Ok(()),
                // That node has not executed the application yet.
                Err(ClientError::Refused(problem)) if problem.code == "not_found" => {
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error @ ClientError::Unreachable { .. }) => return away(&error),
                Err(error) => return Err(no_answer(error).into()),
            }
        }
        Err(DemoError::TookTooLong { step: "leaving data at a vault" })
    }
}

/// A node that is down keeps nobody from a code: only nothing of it is exchanged.
fn away(error: &ClientError) -> Result<(), DemoError> {
    tracing::warn!(%error, "data are not left at a vault");
    Ok(())
}
