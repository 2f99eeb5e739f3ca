// SPDX-License-Identifier: Apache-2.0
//! An applicant's client: sends applications, posts fields and salts to the authorities it named,
//! and waits for what becomes of them. It issues nothing itself.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chain::actions::NewClaim;
use chain::ids::{ApplicationId, OrganisationId, RecordId, Time};
use chain::keys::PublicKey;
use chain::limits::BATCH_TRANSACTIONS;
use chain::records::application::{ApplicationState, ClaimState};
use chain::records::{Application, CertificateKind};
use chain::transaction::Transaction;
use futures::StreamExt;

use crate::authority::Role;
use crate::authority::messages::{PolicySold, PolicyWanted, Problem, WhoAmI};
use crate::deposit::{Leaver, Vaults};
use crate::node::{Node, NodeError, Verdict, now};
use crate::sealed::Sealed;
use formats::FormatError;
use sealing::{CLAIMS, ClaimSent, Content, Parcel, Published};

/// How long an application of the demo may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long one request to an inbox may take.
const REQUEST: Duration = Duration::from_secs(30);
/// Between two looks at applications that are under way.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// Applications read at once.
const AT_ONCE: usize = 16;

/// Why the demo's data did not come to be.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The node gave no answer.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// An authority's inbox gave no answer, or refused.
    #[error("the inbox of {role} did not take it: {detail}. Is the authority running?")]
    Inbox {
        /// Whose inbox.
        role: &'static str,
        /// What it said.
        detail: String,
    },
    /// The chain refused a step that must succeed.
    #[error("{step} was refused: {reasons}")]
    Refused {
        /// Which step.
        step: &'static str,
        /// Stable codes.
        reasons: String,
    },
    /// A step took too long.
    #[error("{step} took too long; see the logs of authorities and nodes")]
    TookTooLong {
        /// Which step.
        step: &'static str,
    },
    /// The register cannot be made.
    #[error("the invented register cannot be made: {0}")]
    Register(#[from] FormatError),
    /// Fields do not fit their table, or a text is too long.
    #[error("the invented data do not fit the chain: {0}")]
    Data(String),
}

/// Where an authority is reached.
#[derive(Clone, Debug)]
pub struct InboxAt {
    /// Its organisation.
    pub organisation: OrganisationId,
    /// Its key with the role `attest`, which signs what it publishes.
    pub signer: PublicKey,
    /// Address, such as `http://127.0.0.1:7001`.
    pub url: String,
}

/// The authorities that an applicant knows.
pub type Inboxes = BTreeMap<Role, InboxAt>;

/// An application ready to be sent, with what opens its claims.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The signed application.
    pub transaction: Transaction,
    /// Its claims, in order.
    pub claims: Vec<Sealed>,
    /// Who leaves its data at a vault.
    pub leaver: Leaver,
}

impl Draft {
    /// The id that the application will have.
    pub fn application(&self) -> ApplicationId {
        ApplicationId(RecordId::made_by(self.transaction.id(), 0))
    }
}

/// An applicant's client.
#[derive(Clone)]
pub struct Applicant<N> {
    /// The node that it talks to.
    pub node: N,
    /// The authorities that it knows.
    pub inboxes: Inboxes,
    /// How long an application may take.
    pub patience: Duration,
    /// Where data are left; none of them where there is no vault.
    pub vaults: Option<Vaults>,
    watcher: Option<Watcher>,
    http: reqwest::Client,
}

/// Who is told of every change of an application.
pub type Watcher = Arc<dyn Fn(&Application) + Send + Sync>;

impl<N: Node> Applicant<N> {
    /// A client of a node and these authorities.
    pub fn new(node: N, inboxes: Inboxes) -> Self {
        // The inboxes lie on loopback: no proxy stands between.
        let http = crate::plain(REQUEST);
        Self { node, inboxes, patience: PATIENCE, vaults: None, watcher: None, http }
    }

    /// The same client, which leaves data at these vaults.
    pub fn leaving_at(self, vaults: Option<Vaults>) -> Self {
        Self { vaults, ..self }
    }

    /// The same client, which tells somebody of every change that it sees.
    pub fn watched_by(self, watcher: Watcher) -> Self {
        Self { watcher: Some(watcher), ..self }
    }

    /// The claims that an application makes, each to the authority of its kind.
    pub fn claims(&self, sealed: &[Sealed]) -> Result<Vec<NewClaim>, DemoError> {
        let claim = |one: &Sealed| {
            let attester = self.inbox(one.kind)?.1.organisation;
            Ok(NewClaim { kind: one.kind, root: one.root, attester })
        };
        sealed.iter().map(claim).collect()
    }

    /// Sends applications, posts what opens them, and waits until each is issued or cannot go on.
    pub async fn apply(
        &self,
        step: &'static str,
        drafts: &[Draft],
    ) -> Result<Vec<Application>, DemoError> {
        for some in drafts.chunks(BATCH_TRANSACTIONS) {
            let transactions: Vec<_> = some.iter().map(|d| d.transaction.clone()).collect();
            self.must(step, &transactions).await?;
        }
        self.post(drafts).await?;
        if let Some(vaults) = &self.vaults {
            vaults.leave(self.node.chain_id(), drafts).await?;
        }
        self.wait(step, drafts).await
    }

    /// Submits transactions that must all be executed.
    pub async fn must(
        &self,
        step: &'static str,
        transactions: &[Transaction],
    ) -> Result<(), DemoError> {
        for some in transactions.chunks(BATCH_TRANSACTIONS) {
            for verdict in self.node.submit(some).await? {
                let reasons = match verdict {
                    Verdict::Executed => continue,
                    Verdict::Refused(codes) => codes.join(", "),
                    Verdict::NotTaken(code) => code,
                };
                return Err(DemoError::Refused { step, reasons });
            }
        }
        Ok(())
    }

    /// Posts every claim to its authority, many in one parcel sealed to it.
    pub async fn post(&self, drafts: &[Draft]) -> Result<(), DemoError> {
        let mut by_role: BTreeMap<Role, Vec<ClaimSent>> = BTreeMap::new();
        for draft in drafts {
            for (claim, sealed) in (0_u32..).zip(&draft.claims) {
                let (role, _) = self.inbox(sealed.kind)?;
                by_role.entry(role).or_default().push(ClaimSent {
                    application: draft.application(),
                    claim,
                    kind: sealed.kind,
                    fields: sealed.fields.clone(),
                });
            }
        }
        for (role, claims) in by_role {
            let to = self.published(role).await?;
            for some in claims.chunks(CLAIMS) {
                let parcel = Parcel::seal(&Content::Claims(some.to_vec()), &to);
                let parcel = parcel.map_err(|error| untold(role, error.to_string()))?;
                self.send(role, "/v1/parcels", &parcel).await?;
            }
        }
        Ok(())
    }

    /// The key that an authority publishes now, signed by the one that the chain has of it.
    pub async fn published(&self, role: Role) -> Result<Published, DemoError> {
        let Some(inbox) = self.inboxes.get(&role) else {
            return Err(DemoError::Data(format!("there is no {}", role.word())));
        };
        let asked = self.http.get(format!("{}/v1/authority", inbox.url)).send().await;
        let answer = asked.map_err(|error| inbox_error(role, error))?;
        let who: WhoAmI = answer.json().await.map_err(|error| inbox_error(role, error))?;
        let of = (self.node.chain_id(), inbox.organisation);
        who.sealed_to.check(of, now()).map_err(|error| untold(role, error.to_string()))?;
        if who.sealed_to.signer != inbox.signer {
            return Err(untold(role, "its key is signed by somebody else".to_owned()));
        }
        Ok(who.sealed_to)
    }

    /// Asks the insurer's counter for a compulsory policy that ends at an instant.
    pub async fn buy_policy(&self, vin: &str, ends: Time) -> Result<PolicySold, DemoError> {
        let wanted = PolicyWanted { vin: vin.to_owned(), ends };
        let answer = self.send(Role::Insurer, "/v1/policies", &wanted).await?;
        answer.json().await.map_err(|error| inbox_error(Role::Insurer, error))
    }

    fn inbox(&self, kind: CertificateKind) -> Result<(Role, &InboxAt), DemoError> {
        let known = Role::of(kind).and_then(|role| self.inboxes.get(&role).map(|at| (role, at)));
        known.ok_or_else(|| DemoError::Data(format!("no authority answers {kind:?}")))
    }

    async fn send(
        &self,
        role: Role,
        path: &str,
        body: &impl serde::Serialize,
    ) -> Result<reqwest::Response, DemoError> {
        let Some(inbox) = self.inboxes.get(&role) else {
            return Err(DemoError::Data(format!("there is no {}", role.word())));
        };
        let request = self.http.post(format!("{}{path}", inbox.url)).json(body);
        let answer = request.send().await.map_err(|error| inbox_error(role, error))?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let problem: Problem = answer.json().await.map_err(|error| inbox_error(role, error))?;
        let detail = format!("{} ({}): {}", problem.title, problem.code, problem.detail);
        Err(DemoError::Inbox { role: role.word(), detail })
    }

    /// Waits until no claim of any application waits any more.
    pub async fn wait(
        &self,
        step: &'static str,
        drafts: &[Draft],
    ) -> Result<Vec<Application>, DemoError> {
        let waiting = self.wait_for_all(drafts);
        let waited = tokio::time::timeout(self.patience, waiting).await;
        waited.map_err(|_| DemoError::TookTooLong { step })?
    }

    async fn wait_for_all(&self, drafts: &[Draft]) -> Result<Vec<Application>, DemoError> {
        let ended: Vec<Result<Application, NodeError>> = futures::stream::iter(drafts)
            .map(|draft| self.wait_for(draft.application()))
            .buffered(AT_ONCE)
            .collect()
            .await;
        Ok(ended.into_iter().collect::<Result<_, _>>()?)
    }

    async fn wait_for(&self, id: ApplicationId) -> Result<Application, NodeError> {
        let mut look = tokio::time::interval(LOOK_AGAIN);
        let mut last = None;
        loop {
            look.tick().await;
            let Some(application) = self.node.application(id).await? else { continue };
            if let Some(watcher) =
                self.watcher.as_ref().filter(|_| Some(&application) != last.as_ref())
            {
                watcher(&application);
                last = Some(application.clone());
            }
            if application.state != ApplicationState::Verifying || is_stuck(&application) {
                return Ok(application);
            }
        }
    }
}

/// Nobody is asked any more, and a claim was refused: only a correction helps.
fn is_stuck(application: &Application) -> bool {
    let waits = application.claims.iter().any(|claim| claim.state == ClaimState::Waiting);
    let refused = |state: &ClaimState| matches!(state, ClaimState::Refused { .. });
    !waits && application.claims.iter().any(|claim| refused(&claim.state))
}

fn untold(role: Role, detail: String) -> DemoError {
    DemoError::Inbox { role: role.word(), detail }
}

fn inbox_error(role: Role, error: reqwest::Error) -> DemoError {
    DemoError::Inbox { role: role.word(), detail: error.to_string() }
}
