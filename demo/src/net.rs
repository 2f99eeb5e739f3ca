// SPDX-License-Identifier: Apache-2.0
//! A running node behind the demo's narrow trait, over the client crate.
//! It waits for every verdict and repeats what has none yet, which is safe.

use std::time::Duration;

use chain::hash::Hash;
use chain::ids::{ApplicationId, CodeId, Height, OrganisationId, PersonId, Time};
use chain::keys::PublicKey;
use chain::limits::BATCH_TRANSACTIONS;
use chain::receipt::Outcome;
use chain::records::organisation::Identity;
use chain::records::{Application, Interface, Organisation, Person, Standing, Value};
use client::answers::{AnyRecord, RecordAnswer};
use client::{Client, ClientError};

use crate::node::{CodeSeen, Node, NodeError, Verdict};

/// How often transactions without a verdict are sent again.
const TRIES: u32 = 20;
/// Pause before they are.
const PAUSE: Duration = Duration::from_millis(250);
/// Most applications of one organisation that are read.
const APPLICATIONS: usize = 20_000;

/// A node over HTTP.
#[derive(Clone, Debug)]
pub struct NetNode {
    client: Client,
    chain: Hash,
}

impl NetNode {
    /// Asks the node at an address which chain it is on.
    pub async fn connect(address: &str) -> Result<Self, NodeError> {
        let client = Client::new(address).map_err(no_answer)?;
        let chain = client.status().await.map_err(no_answer)?.chain;
        Ok(Self { client, chain })
    }

    /// The client behind it.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The time of genesis, whose day the invented register describes.
    pub async fn genesis_time(&self) -> Result<Time, NodeError> {
        let item = self.client.header(Height(0)).await.map_err(no_answer)?;
        Ok(item.header.time_ms)
    }
}

/// A verdict that will not change; none while the node is busy or the block is still to come.
fn verdict(found: client::Verdict) -> Option<Verdict> {
    if let Some(receipt) = found.receipt {
        return Some(match receipt.outcome {
            Outcome::Executed { .. } => Verdict::Executed,
            Outcome::Refused { reasons } => {
                Verdict::Refused(reasons.iter().map(|r| r.code.code().to_owned()).collect())
            }
        });
    }
    let problem = found.problem?;
    (!is_passing(problem.status)).then_some(Verdict::NotTaken(problem.code))
}

/// The verdicts that an answer holds so far, one for each of so many transactions.
fn of_answer(
    answer: Result<Vec<client::Verdict>, ClientError>,
    number: usize,
) -> Result<Vec<Option<Verdict>>, NodeError> {
    let verdicts = match answer {
        Ok(verdicts) => verdicts,
        Err(ClientError::Refused(problem)) if is_passing(problem.status) => {
            return Ok(vec![None; number]);
        }
        Err(error) => return Err(no_answer(error)),
    };
    if verdicts.len() != number {
        return Err(NodeError("verdicts and transactions differ in number".to_owned()));
    }
    Ok(verdicts.into_iter().map(verdict).collect())
}

/// True for what another attempt may not meet any more.
fn is_passing(status: u16) -> bool {
    matches!(status, 429 | 502 | 503 | 504)
}

fn no_answer(error: ClientError) -> NodeError {
    NodeError(error.to_string())
}

impl Node for NetNode {
    fn chain_id(&self) -> Hash {
        self.chain
    }

    async fn submit_bytes(&self, encoded: &[&[u8]]) -> Result<Vec<Verdict>, NodeError> {
        let mut verdicts: Vec<Option<Verdict>> = vec![None; encoded.len()];
        for attempt in 0..TRIES {
            if attempt > 0 {
                tokio::time::sleep(PAUSE).await;
            }
            let open: Vec<usize> =
                (0..encoded.len()).filter(|place| verdicts[*place].is_none()).collect();
            for places in open.chunks(BATCH_TRANSACTIONS) {
                let batch: Vec<&[u8]> = places.iter().map(|p| encoded[*p]).collect();
                let answer = self.client.submit_batch(batch.iter().copied(), true).await;
                for (place, found) in places.iter().zip(of_answer(answer, batch.len())?) {
                    verdicts[*place] = found;
                }
            }
            if verdicts.iter().all(Option::is_some) {
                return Ok(verdicts.into_iter().flatten().collect());
            }
        }
        Err(NodeError("transactions were not executed in time".to_owned()))
    }

    async fn submit_once(&self, batch: &[&[u8]]) -> Result<Vec<Option<Verdict>>, NodeError> {
        let answer = self.client.submit_batch_once(batch.iter().copied(), true).await;
        of_answer(answer, batch.len())
    }

    async fn application(&self, id: ApplicationId) -> Result<Option<Application>, NodeError> {
        let found = self.client.application(id).await.map_err(no_answer)?;
        Ok(found.map(|answer| answer.record))
    }

    async fn person(&self, id: PersonId) -> Result<Option<Person>, NodeError> {
        let found = self.client.person(id).await.map_err(no_answer)?;
        Ok(found.map(|answer| answer.record))
    }

    async fn sponsor_keys(&self, code: CodeId) -> Result<Vec<PublicKey>, NodeError> {
        let found = self.client.code(code).await.map_err(no_answer)?;
        let Some(code) = found.record else { return Ok(Vec::new()) };
        let Some(application) = self.application(code.application).await? else {
            return Ok(Vec::new());
        };
        let path = format!("/v1/organisations/{}", application.sponsor);
        let found = self.client.get::<RecordAnswer<Organisation>>(&path, &[]).await;
        Ok(found.map_err(no_answer)?.record.keys)
    }

    async fn code(&self, id: CodeId) -> Result<CodeSeen, NodeError> {
        let answer = self.client.code(id).await.map_err(no_answer)?;
        let standing = match answer.standing.as_str() {
            "issued" => Some(Standing::Issued),
            "suspended" => Some(Standing::Suspended),
            "cancelled" => Some(Standing::Cancelled),
            _ => None,
        };
        Ok(CodeSeen { colour: answer.colour, standing })
    }

    async fn organisation(&self, credit_code: &str) -> Result<Option<Organisation>, NodeError> {
        let all = self.client.organisations().await.map_err(no_answer)?;
        let wanted = |organisation: &Organisation| match &organisation.identity {
            Identity::Open { credit_code: own, .. } => own.to_string() == credit_code,
            Identity::Personal { .. } => false,
        };
        let organisations = all.into_iter().filter_map(|record| match record.value {
            Value::Organisation(organisation) => Some(organisation),
            _ => None,
        });
        Ok(organisations.into_iter().find(wanted))
    }

    async fn applications_of(
        &self,
        sponsor: OrganisationId,
    ) -> Result<Vec<Application>, NodeError> {
        let filter = [("sponsor", sponsor.to_string())];
        let found: Vec<AnyRecord> =
            self.client.list("/v1/applications", &filter, APPLICATIONS).await.map_err(no_answer)?;
        let applications = found.into_iter().filter_map(|record| match record.value {
            Value::Application(application) => Some(application),
            _ => None,
        });
        Ok(applications.collect())
    }

    async fn interfaces(&self) -> Result<Vec<Interface>, NodeError> {
        let found: Vec<AnyRecord> =
            self.client.list("/v1/state/interface", &[], usize::MAX).await.map_err(no_answer)?;
        let interfaces = found.into_iter().filter_map(|record| match record.value {
            Value::Interface(interface) => Some(interface),
            _ => None,
        });
        Ok(interfaces.collect())
    }
}
