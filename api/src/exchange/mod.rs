// SPDX-License-Identifier: Apache-2.0
//! Exchange of data between nodes: record, then release. What may be seen, the chain says; here requests are
//! made, recorded, asked, answered from what the node holds, and checked. Values are never kept or logged.

mod answer;
mod asker;
mod capacity;
mod compare;
mod gather;
mod holder;
pub mod holdings;
mod pending;
mod seal;
mod several;
mod tries;
mod wishes;

use std::sync::{Arc, Weak};
use std::time::Duration;

use bytes::Bytes;
use chain::Genesis;
use chain::exchange::{Answer, KeyField, KeyedField, NotAnswered, Question};
use chain::ids::{OrganisationId, Time};
use chain::keys::SecretKey;
use chain::nonce::Nonce;
use chain::records::Role;
use consensus::clock::Clock;
use consensus::{Answers, Handle};
use futures::future::BoxFuture;
use store::Store;

pub(crate) use answer::ExchangeAnswer;
pub(crate) use asker::{Begun, Wanted};
pub(crate) use capacity::{Offered, Refusal as CapacityRefusal};
pub(crate) use wishes::{Prompt, Prompts, Wished};

use crate::access::signing::signs_for;
use capacity::Offers;
use holdings::Holdings;
use pending::Pending;
use tries::Tries;

/// Whatever might tell a right guess from a wrong one is answered no sooner than this.
const FLOOR: Duration = Duration::from_millis(300);

/// What an exchange is made of.
pub struct Parts {
    /// The node's store.
    pub store: Store,
    /// The running node.
    pub handle: Handle,
    /// Its genesis.
    pub genesis: Arc<Genesis>,
    /// What the node holds.
    pub holdings: Arc<dyn Holdings>,
    /// Keys of organisations for which this node signs what they ask; each organisation is whose key it is on
    /// chain.
    pub keys: Vec<SecretKey>,
    /// The key that holders' nodes share for key fields; without it there are no wishes by key field.
    pub consortium_key: Option<[u8; 32]>,
}

/// The exchange of a node.
pub struct Exchange {
    parts: Parts,
    pending: Pending,
    offers: Offers,
    /// Wrong tries of those who ask here.
    asked: Tries<OrganisationId>,
    /// Wrong tries of those who ask elsewhere about what is held here, each through a node: who runs one can name
    /// whomever it likes, and is counted itself.
    answered: Tries<(u32, OrganisationId)>,
    answered_nodes: Tries<u32>,
    prompts: Arc<Prompts>,
}

/// Answers other nodes for as long as the exchange is there.
struct Door(Weak<Exchange>);

impl Answers for Door {
    fn answer(&self, from: u32, question: Bytes) -> BoxFuture<'static, Bytes> {
        let exchange = self.0.upgrade();
        Box::pin(async move {
            let answer = match (exchange, Question::from_bytes(&question)) {
                (Some(exchange), Ok(question)) => exchange.answer(from, question).await,
                (None, _) => Answer::NotHere,
                (Some(_), Err(error)) => {
                    tracing::warn!(from, %error, "a question is not understood");
                    Answer::Not(NotAnswered::NotUnderstood)
                }
            };
            Bytes::from(answer.to_bytes())
        })
    }
}

impl Exchange {
    /// Starts answering other nodes.
    pub fn start(parts: Parts) -> Arc<Self> {
        let handle = parts.handle.clone();
        let exchange = Arc::new(Self {
            parts,
            pending: Pending::default(),
            offers: Offers::default(),
            asked: Tries::new(tries::MOST),
            answered: Tries::new(tries::MOST),
            answered_nodes: Tries::new(tries::MOST_OF_NODE),
            prompts: Arc::new(Prompts::default()),
        });
        handle.answer_with(Arc::new(Door(Arc::downgrade(&exchange))));
        exchange
    }

    async fn answer(self: Arc<Self>, from: u32, question: Question) -> Answer {
        match question {
            Question::Fields { access, request } => self.disclose(access, request).await,
            Question::Shown(entered) => {
                let begun = tokio::time::Instant::now();
                let is_heard = !self.answered_nodes.is_locked(from, self.now());
                let found = if is_heard { self.shown(from, entered).await } else { None };
                tokio::time::sleep_until(begun + FLOOR).await;
                match found {
                    Some(shown) => Answer::Shown(Box::new(shown)),
                    None if is_heard => Answer::Wrong,
                    // That of others was wrong: whose this is need not be.
                    None => Answer::NotHere,
                }
            }
            Question::Wish(wish) => {
                let begun = tokio::time::Instant::now();
                self.hear(from, wish).await;
                tokio::time::sleep_until(begun + FLOOR).await;
                Answer::Heard
            }
        }
    }

    /// The instant for questions to the chain: not before its newest block.
    pub(crate) fn now(&self) -> Time {
        Time(Clock::default().now_ms()).max(self.parts.store.header().time_ms)
    }

    fn chain(&self) -> chain::Hash {
        self.parts.store.header().chain
    }

    /// The numbers of the nodes that an organisation runs.
    fn nodes_of(&self, organisation: OrganisationId) -> Vec<u32> {
        nodes_of(&self.parts.genesis, organisation)
    }

    /// The key with which this node signs for an organisation, if it has one that may still send its business.
    pub(crate) fn signing_key(&self, organisation: OrganisationId) -> Option<SecretKey> {
        let (at, now) = (self.parts.store.latest(), self.now());
        let may_sign =
            |key: &&SecretKey| signs_for(&at, &key.public(), (organisation, Role::Operate), now);
        self.parts.keys.iter().find(may_sign).cloned()
    }

    /// A key field keyed with the consortium's key, if this node has it.
    pub(crate) fn keyed(&self, key: &KeyField) -> Option<KeyedField> {
        self.parts.consortium_key.as_ref().map(|shared| key.keyed(shared))
    }

    /// The names of the nodes that an organisation runs.
    pub(crate) fn names_of(&self, organisation: OrganisationId) -> Vec<String> {
        let run = self.nodes_of(organisation);
        let nodes = self.parts.genesis.nodes.iter().filter(|node| run.contains(&node.number));
        nodes.map(|node| node.name.to_string()).collect()
    }

    /// The prompts of the holders whose data are here.
    pub(crate) fn prompts(&self) -> &Arc<Prompts> {
        &self.prompts
    }
}

fn nodes_of(genesis: &Genesis, organisation: OrganisationId) -> Vec<u32> {
    let runs = |place: u32| {
        let runner = genesis.organisations.get(place as usize);
        runner.is_some_and(|one| Genesis::organisation_id(&one.identity) == organisation)
    };
    let nodes = genesis.nodes.iter().filter(|node| runs(node.organisation));
    nodes.map(|node| node.number).collect()
}

/// 16 bytes that nobody can guess; none if the system has none.
pub(crate) fn fresh() -> Option<Nonce> {
    random().map(Nonce)
}

/// Bytes that nobody can guess; none if the system has none.
pub(crate) fn random<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).ok().map(|()| bytes)
}
