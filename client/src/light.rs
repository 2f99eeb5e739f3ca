// SPDX-License-Identifier: Apache-2.0
//! The light client: a question, a proof as a node gave it, a header that the caller trusts; the
//! answer. Offline, and never an answer to another question: a true proof about another record, another
//! transaction or another height is refused like a false one.

use chain::ids::{CodeId, Height, Time, TransactionId};
use chain::proof::{Displayed, Proof, ProofError, Proven, colour, display, operator_of, verify};
use chain::receipt::Receipt;
use chain::records::{Colour, RecordKey, RecordKind, Standing, Value};
use chain::{Genesis, Hash, Header};

/// What a light client knows of its chain. It comes from the genesis file alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LightClient {
    chain: Hash,
    depth: u8,
}

/// Why a proof is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LightError {
    /// The trusted header is of another chain: take the genesis file of that chain.
    #[error("the header is of another chain than the genesis: take the genesis file of that chain")]
    OtherChain,
    /// The proof does not hold.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// It holds, and is about something else: ask for the proof of what is wanted.
    #[error("the proof holds, but is about something else: ask for the proof of what is wanted")]
    SomethingElse,
    /// It holds, and does not reach this height: ask for a proof at it.
    #[error("the proof holds, but does not answer for height {0}: ask for one at that height")]
    OtherHeight(Height),
    /// The code has an operator: ask for the proof of its record too.
    #[error("the code has an operator: ask for the proof of the operator's record too")]
    NoOperator,
    /// It holds, and the colour may have changed by that time: ask for a newer proof.
    #[error("the proof holds, but tells no colour at {0}: ask for a newer one")]
    NoColour(Time),
}

impl LightClient {
    /// A light client of the chain that a genesis begins.
    pub fn new(genesis: &Genesis) -> Self {
        Self { chain: genesis.chain_id(), depth: genesis.depth }
    }

    /// Whatever a proof shows.
    pub fn check(&self, proof: &Proof, trusted: &Header) -> Result<Proven, LightError> {
        if trusted.chain != self.chain {
            return Err(LightError::OtherChain);
        }
        Ok(verify(proof, trusted, self.depth)?)
    }

    /// The block and the receipt of a transaction.
    pub fn transaction(
        &self,
        proof: &Proof,
        trusted: &Header,
        id: TransactionId,
    ) -> Result<(Height, Receipt), LightError> {
        match self.check(proof, trusted)? {
            Proven::Transaction { height, receipt, .. } if receipt.transaction == id => {
                Ok((height, receipt))
            }
            _ => Err(LightError::SomethingElse),
        }
    }

    /// The value of a record as it stood at a height up to the header's; none where there was no such
    /// record.
    pub fn record(
        &self,
        proof: &Proof,
        trusted: &Header,
        (key, at): (RecordKey, Height),
    ) -> Result<Option<Value>, LightError> {
        let proven = self.about(proof, trusted, key)?;
        if !proven.answers(at, trusted) {
            return Err(LightError::OtherHeight(at));
        }
        match proven {
            Proven::Present { value, .. } => Ok(Some(*value)),
            _ => Ok(None),
        }
    }

    /// Standing and colour of a code at a time from the header's on; none where there is no such code.
    pub fn colour(
        &self,
        proof: &Proof,
        trusted: &Header,
        (code, at): (CodeId, Time),
    ) -> Result<Option<(Standing, Option<Colour>)>, LightError> {
        let key = RecordKey { kind: RecordKind::Code, id: code.record() };
        match self.about(proof, trusted, key)? {
            Proven::Absent { before: None, .. } if at == trusted.time_ms => Ok(None),
            proven => match colour(&proven, trusted, at) {
                Some(seen) => Ok(Some(seen)),
                None => Err(LightError::NoColour(at)),
            },
        }
    }

    /// What a code shows together with its operator, whose proof under the same header comes second
    /// where the code has one; none where there is no such code.
    pub fn displayed(
        &self,
        (proof, operator): (&Proof, Option<&Proof>),
        trusted: &Header,
        (code, at): (CodeId, Time),
    ) -> Result<Option<Displayed>, LightError> {
        let key = RecordKey { kind: RecordKind::Code, id: code.record() };
        let proven = self.about(proof, trusted, key)?;
        if matches!(proven, Proven::Absent { before: None, .. }) && at == trusted.time_ms {
            return Ok(None);
        }
        let operator = match operator_of(&proven) {
            Some(key) => Some(self.about(operator.ok_or(LightError::NoOperator)?, trusted, key)?),
            None => None,
        };
        let seen = display(&proven, operator.as_ref(), trusted, at);
        seen.map(Some).ok_or(LightError::NoColour(at))
    }

    fn about(
        &self,
        proof: &Proof,
        trusted: &Header,
        wanted: RecordKey,
    ) -> Result<Proven, LightError> {
        let proven = self.check(proof, trusted)?;
        let shown = match &proven {
            Proven::Present { version, .. } => Some(version.key()),
            Proven::Absent { key, .. } => Some(*key),
            Proven::Transaction { .. } => None,
        };
        if shown == Some(wanted) { Ok(proven) } else { Err(LightError::SomethingElse) }
    }
}
