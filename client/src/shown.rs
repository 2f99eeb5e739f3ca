// SPDX-License-Identifier: Apache-2.0
//! Shown codes from a holder's side: a node's word fetched and renewed, signed anew for each moment. A key stays
//! where it is: it signs what is shown and nothing else here.

use std::time::Duration;

use chain::Hash;
use chain::ids::{CodeId, Height, OrganisationId, Time};
use chain::keys::{PublicKey, SecretKey};
use chain::query::{Difference, Present};
use chain::records::Colour;
use chain::shown::{
    Doubt, Facts, ListedWitness, Scan, ShowError, Shown, ShownWhat, Verdict, Verified, Witness,
    WitnessList, Witnessed, verify,
};
use reqwest::Method;
use serde::{Deserialize, Serialize};

use crate::answers::Status;
use crate::error::ClientError;
use crate::http::{Client, json};

/// How old facts become before new ones are asked for, in milliseconds.
const RENEWED_AFTER_MS: u64 = 10 * 60 * 1_000;
/// How long before their end new ones are asked for, in milliseconds.
const RENEWED_BEFORE_MS: u64 = 5 * 60 * 1_000;

/// Looks for a height that another node has executed already, and the time between two.
const LOOKS: u32 = 50;
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// What is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Showing {
    /// A code.
    Code(CodeId),
    /// The badge of an organisation.
    Organisation(OrganisationId),
}

/// A node's word.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct WitnessAnswer {
    /// What the chain says.
    pub facts: Facts,
    /// The node's word for it.
    pub witness: Witness,
}

#[derive(Deserialize)]
struct Validators {
    nodes: Vec<NodeItem>,
}

#[derive(Deserialize)]
struct NodeItem {
    role: String,
    #[serde(flatten)]
    listed: ListedWitness,
}

/// The verdict on what was scanned: a node's, or one made here from a list of witnesses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// `verified` or `unknown`.
    pub verdict: VerdictWord,
    /// Why nothing is known.
    pub reason: Option<Doubt>,
    /// What was shown; none unless verified.
    pub shown: Option<Found>,
    /// Height of the block that a node looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<Height>,
    /// That block's time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Time>,
    /// How it is now, where a node was asked and it is verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<Present>,
    /// What is no longer as it was shown, where a node was asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<Difference>,
}

/// A verdict in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictWord {
    /// It holds.
    Verified,
    /// Nothing is known, whatever it says.
    Unknown,
}

/// What holds of a shown code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// What the chain said when its witnesses signed.
    pub facts: Facts,
    /// The colour to show; none for what has none.
    pub displayed: Option<Colour>,
    /// When the holder signed.
    pub shown_at: Time,
    /// The validators that signed, by number.
    pub witnesses: Vec<u16>,
}

impl Finding {
    /// True if it holds.
    pub fn is_verified(&self) -> bool {
        self.verdict == VerdictWord::Verified
    }

    /// The finding of a scanner without a network.
    pub fn offline(text: &str, scan: &Scan<'_>) -> Self {
        let (verdict, reason, shown) = match verify(text, scan) {
            Verdict::Unknown(doubt) => (VerdictWord::Unknown, Some(doubt), None),
            Verdict::Verified(verified) => {
                let Verified { shown, displayed, witnesses } = *verified;
                let Shown { witnessed, shown_at, .. } = shown;
                let found = Found { facts: witnessed.facts, displayed, shown_at, witnesses };
                (VerdictWord::Verified, None, Some(found))
            }
        };
        let (height, time, now, changed) = (None, None, None, Vec::new());
        Self { verdict, reason, shown, height, time, now, changed }
    }
}

/// Why something is not shown.
#[derive(Debug, thiserror::Error)]
pub enum ShowingError {
    /// The node did not give its word.
    #[error(transparent)]
    Node(#[from] ClientError),
    /// The facts cannot be shown by this key now.
    #[error(transparent)]
    Show(#[from] ShowError),
    /// The node spoke of something else than what was asked: do not use it.
    #[error("the node speaks of something else than what was asked for")]
    Other,
}

impl Client {
    /// The node's word for a code or badge as shown by a key; as of a height so that several give it for the same.
    pub async fn witness(
        &self,
        showing: Showing,
        key: &PublicKey,
        at: Option<Height>,
    ) -> Result<Witnessed, ClientError> {
        let path = match showing {
            Showing::Code(id) => format!("/v1/codes/{id}/witness"),
            Showing::Organisation(id) => format!("/v1/organisations/{id}/witness"),
        };
        let mut query = vec![("key", key.to_string())];
        query.extend(at.map(|height| ("at_height", height.to_string())));
        let WitnessAnswer { facts, witness } = self.get(&path, &query).await?;
        Ok(Witnessed { facts, witnesses: vec![witness] })
    }

    /// The node's verdict on a scanned text, with what has changed since it was witnessed.
    pub async fn verify_shown(&self, text: &str, threshold: usize) -> Result<Finding, ClientError> {
        let body = serde_json::json!({ "text": text, "threshold": threshold });
        let build = || Ok(self.request(Method::POST, "/v1/verify")?.json(&body));
        json(self.send_safely(build).await?).await
    }

    /// The validators, whose word counts, as this node names them: trust it for that, or take the genesis.
    pub async fn witnesses(&self) -> Result<WitnessList, ClientError> {
        let Status { chain, .. } = self.status().await?;
        let Validators { nodes } = self.get("/v1/validators", &[]).await?;
        let validators = nodes.into_iter().filter(|node| node.role == "validator");
        Ok(WitnessList { chain, witnesses: validators.map(|node| node.listed).collect() })
    }
}

/// A holder's screen: keeps facts and their witnesses, and shows them at any moment.
#[derive(Debug)]
pub struct Screen {
    showing: Showing,
    key: SecretKey,
    chain: Hash,
    witnessed: Option<Witnessed>,
}

impl Screen {
    /// A screen that shows something of a chain by a key.
    pub fn new(showing: Showing, key: SecretKey, chain: Hash) -> Self {
        Self { showing, key, chain, witnessed: None }
    }

    /// What it shows, as it was last witnessed.
    pub fn witnessed(&self) -> Option<&Witnessed> {
        self.witnessed.as_ref()
    }

    /// Asks nodes for their word, all for the same height: the first says which.
    pub async fn renew(&mut self, nodes: &[Client]) -> Result<(), ShowingError> {
        let mut whole: Option<Witnessed> = None;
        for node in nodes {
            let at = whole.as_ref().map(|whole| whole.facts.height);
            let word = self.reached(node, at).await?;
            whole = Some(match whole {
                Some(whole) => whole.joined(word)?,
                None => word,
            });
        }
        let witnessed = whole.ok_or(ShowingError::Other)?;
        if !self.is_mine(&witnessed.facts) {
            return Err(ShowingError::Other);
        }
        self.witnessed = Some(witnessed);
        Ok(())
    }

    /// A node's word, once it has executed the height that another named.
    async fn reached(&self, node: &Client, at: Option<Height>) -> Result<Witnessed, ClientError> {
        let key = self.key.public();
        for _ in 1..LOOKS {
            match node.witness(self.showing, &key, at).await {
                Err(error) if error.code() == Some("height_not_reached") => {
                    tokio::time::sleep(LOOK_AGAIN).await;
                }
                other => return other,
            }
        }
        node.witness(self.showing, &key, at).await
    }

    fn is_mine(&self, facts: &Facts) -> bool {
        let same = match facts.shows {
            ShownWhat::Code { id, .. } => self.showing == Showing::Code(id),
            ShownWhat::Organisation { id, .. } => self.showing == Showing::Organisation(id),
        };
        same && facts.key == self.key.public()
    }

    /// ShownWhat it at `now`, by what was last witnessed and without a network. To be done anew every minute.
    pub fn show(&self, now: Time) -> Result<Shown, ShowingError> {
        let witnessed = self.witnessed.clone().ok_or(ShowingError::Other)?;
        Ok(witnessed.show(&self.key, &self.chain, now)?)
    }

    /// ShownWhat it at `now`, after asking nodes anew where the facts grow old. A network that fails is no trouble
    /// while they hold.
    pub async fn show_fresh(&mut self, nodes: &[Client], now: Time) -> Result<Shown, ShowingError> {
        if self.is_old(now) {
            match self.renew(nodes).await {
                Err(ShowingError::Node(error)) if error.is_passing() && self.holds(now) => {}
                other => other?,
            }
        }
        self.show(now)
    }

    fn is_old(&self, now: Time) -> bool {
        self.witnessed.as_ref().is_none_or(|Witnessed { facts, .. }| {
            now.since(facts.as_of) >= RENEWED_AFTER_MS
                || facts.valid_until.since(now) <= RENEWED_BEFORE_MS
        })
    }

    fn holds(&self, now: Time) -> bool {
        self.witnessed.as_ref().is_some_and(|witnessed| now < witnessed.facts.valid_until)
    }
}
