// SPDX-License-Identifier: Apache-2.0
//! From a committed log entry to a block: judged by rules that every node applies alike, executed,
//! written in one batch. Never looks at a clock.

use chain::block::Proposal;
use chain::ids::Height;
use chain::limits::{PROPOSAL_BYTES, PROPOSAL_TRANSACTIONS};
use chain::machine::{Ordered, execute};
use chain::view::Executed;
use store::{Position, StoreError};

use crate::core::{Core, count};
use crate::raft::payload::Payload;
use crate::verify;

/// Why a committed entry could not be executed: this node takes no further part.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Halt {
    /// The state here differs from the proposer's, which others followed.
    #[error(
        "the header at height {0} differs from that of a committed proposal: this node's state is \
         wrong. Move its data folder away, and start it with `dianyun node run --rejoin`: it fetches the chain \
         from its peers"
    )]
    BaseDiffers(Height),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Core {
    /// Executes the proposal at a place in the log. None: it makes no block.
    pub(crate) fn execute(
        &self,
        position: Position,
        payload: &Payload,
    ) -> Result<Option<Executed>, Halt> {
        let executed = self.run(payload)?;
        match &executed {
            Some(executed) => {
                self.store.apply(position, executed)?;
                *self.processed.lock() = executed.header.payload_hash;
                self.follow(executed);
            }
            None => {
                count(&self.counts.refused_proposals);
                self.store.pass(position)?;
                *self.processed.lock() = Proposal::payload_hash(payload.bytes());
                self.wake.notify_waiters();
            }
        }
        payload.forget_proposal();
        Ok(executed)
    }

    /// Runs a proposal on the newest state without writing anything.
    pub(crate) fn run(&self, payload: &Payload) -> Result<Option<Executed>, Halt> {
        let Some(proposal) = payload.proposal() else {
            tracing::warn!("a proposal is not canonical");
            return Ok(None);
        };
        if let Some(reason) = self.refusal(&proposal)? {
            tracing::warn!(reason, "a proposal makes no block");
            return Ok(None);
        }
        let decoded = verify::decode(&proposal.transactions, self.chain);
        let transactions = self.verifier.check(decoded);
        let ordered = Ordered {
            payload_hash: Proposal::payload_hash(payload.bytes()),
            proposed_ms: proposal.proposed_ms,
            config_no: proposal.config_no,
            transactions: &transactions,
        };
        Ok(Some(execute(&self.store.current(), &ordered)))
    }

    /// Why a proposal makes no block, by what every node knows alike.
    fn refusal(&self, proposal: &Proposal) -> Result<Option<&'static str>, Halt> {
        let header = self.store.header();
        if proposal.chain != self.chain {
            return Ok(Some("another chain"));
        }
        if proposal.config_no != header.config_no {
            return Ok(Some("another set of validators"));
        }
        if proposal.prev_payload_hash != header.payload_hash {
            return Ok(Some("it does not follow the last proposal"));
        }
        let bytes: usize = proposal.transactions.iter().map(Vec::len).sum();
        if proposal.transactions.len() > PROPOSAL_TRANSACTIONS || bytes > PROPOSAL_BYTES {
            return Ok(Some("too large"));
        }
        let is_validator = |key| {
            let mut nodes = self.genesis.nodes.iter();
            nodes.any(|n| n.key == key && n.role == chain::genesis::NodeRole::Validator)
        };
        if !is_validator(proposal.proposer) || !proposal.is_signed() {
            return Ok(Some("not signed by a validator"));
        }
        if proposal.base.height > header.height {
            return Ok(Some("its base is not executed"));
        }
        match self.store.hash_at(proposal.base.height) {
            Some(hash) if hash == proposal.base.hash => Ok(None),
            _ => Err(Halt::BaseDiffers(proposal.base.height)),
        }
    }
}
