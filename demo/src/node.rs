// SPDX-License-Identifier: Apache-2.0
//! What the demo asks of a node, as a narrow trait: submit, and read back a few records.
//! The network stands behind it; tests put a chain in memory there.

use std::future::Future;
use std::time::{SystemTime, UNIX_EPOCH};

use chain::actions::Action;
use chain::hash::Hash;
use chain::ids::{ApplicationId, CodeId, OrganisationId, PersonId, Time};
use chain::keys::{PublicKey, SecretKey};
use chain::nonce::Nonce;
use chain::records::code::{Colour, Standing};
use chain::records::{Application, Interface, Organisation, Person};
use chain::transaction::Transaction;

/// How long a transaction of the demo may wait for its block.
const VALID_MS: u64 = 5 * 60 * 1_000;

/// What became of a submitted transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Executed in a block.
    Executed,
    /// In a block, and refused for these reasons (stable codes).
    Refused(Vec<String>),
    /// Not taken at all (stable code).
    NotTaken(String),
}

/// A code as a reader sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeSeen {
    /// Its colour; none unless issued.
    pub colour: Option<Colour>,
    /// Where it stands; none while unknown.
    pub standing: Option<Standing>,
}

/// Why a node gave no answer.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the node gave no answer: {0}")]
pub struct NodeError(pub String);

/// A node.
pub trait Node: Clone + Send + Sync + 'static {
    /// The chain that transactions are signed for.
    fn chain_id(&self) -> Hash;

    /// Submits transactions in order and waits until each has its verdict. Safe to repeat.
    fn submit(
        &self,
        transactions: &[Transaction],
    ) -> impl Future<Output = Result<Vec<Verdict>, NodeError>> + Send {
        let encoded: Vec<Vec<u8>> = transactions.iter().map(Transaction::to_bytes).collect();
        async move {
            let slices: Vec<&[u8]> = encoded.iter().map(Vec::as_slice).collect();
            self.submit_bytes(&slices).await
        }
    }

    /// The same with canonical bytes.
    fn submit_bytes(
        &self,
        transactions: &[&[u8]],
    ) -> impl Future<Output = Result<Vec<Verdict>, NodeError>> + Send;

    /// One attempt: none where the node takes no more for now, or the block is still to come.
    fn submit_once(
        &self,
        transactions: &[&[u8]],
    ) -> impl Future<Output = Result<Vec<Option<Verdict>>, NodeError>> + Send;

    /// An application, if the node has executed it.
    fn application(
        &self,
        id: ApplicationId,
    ) -> impl Future<Output = Result<Option<Application>, NodeError>> + Send;

    /// A person, if the node has executed the identity's yes.
    fn person(
        &self,
        id: PersonId,
    ) -> impl Future<Output = Result<Option<Person>, NodeError>> + Send;

    /// The keys of who sponsored the application that led to a code; none without one.
    fn sponsor_keys(
        &self,
        code: CodeId,
    ) -> impl Future<Output = Result<Vec<PublicKey>, NodeError>> + Send;

    /// A code as it is now.
    fn code(&self, id: CodeId) -> impl Future<Output = Result<CodeSeen, NodeError>> + Send;

    /// The organisation of a credit code, if there is one.
    fn organisation(
        &self,
        credit_code: &str,
    ) -> impl Future<Output = Result<Option<Organisation>, NodeError>> + Send;

    /// The applications that an organisation sent.
    fn applications_of(
        &self,
        sponsor: OrganisationId,
    ) -> impl Future<Output = Result<Vec<Application>, NodeError>> + Send;

    /// What every organisation asked for or was granted of interfaces.
    fn interfaces(&self) -> impl Future<Output = Result<Vec<Interface>, NodeError>> + Send;
}

/// The wall clock. Only shells of the demo read it, never the register.
pub fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(since.as_millis() as u64)
}

/// Sixteen random bytes.
pub fn nonce() -> Nonce {
    Nonce(random())
}

/// Random bytes of the system.
///
/// # Panics
/// If the system has no randomness to give: nothing can be signed or hidden then.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if let Err(error) = getrandom::fill(&mut bytes) {
        panic!("the system gives no randomness: {error}");
    }
    bytes
}

/// Signs an action for a chain, good for five minutes from `now`.
pub fn sign(key: &SecretKey, chain: Hash, action: impl Into<Action>, now: Time) -> Transaction {
    Transaction::sign(key, chain, action.into(), nonce(), now.plus(VALID_MS))
}
