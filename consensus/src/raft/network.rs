// SPDX-License-Identifier: Apache-2.0
//! openraft's calls to other validators, over the lanes. Heartbeats travel apart from log entries.
//! Never hands openraft an answer that the guard has not looked at.

use super::{
    AppendRequest, AppendResponse, TransferRequest, Types, Vote, VoteRequest, VoteResponse, guard,
    wire,
};
use crate::core::Core;
use crate::judge::{BASE_DIFFERS, CLOCK_AHEAD};
use crate::limits;
use crate::net::{CallError, Lane, NodeNo};
use crate::service::{HEARTBEAT, PRE_VOTE, TRANSFER, VOTE};
use crate::steward::Refusals;
use bytes::{BufMut, Bytes, BytesMut};
use openraft::OptionalSend;
use openraft::errors::{RPCError, ReplicationClosed, StreamingError, Unreachable};
use openraft::network::{RPCOption, RaftNetworkFactory, RaftNetworkV2};
use openraft::raft::{SnapshotResponse, TransferLeaderResponse};
use std::future::Future;
use std::sync::Arc;

type Snapshot = openraft::alias::SnapshotOf<Types, ()>;

/// Makes a link for each validator.
pub(crate) struct Factory {
    pub(crate) core: Arc<Core>,
    pub(crate) refusals: Arc<Refusals>,
}

/// The way to one validator.
pub(crate) struct Link {
    core: Arc<Core>,
    refusals: Arc<Refusals>,
    target: NodeNo,
    heartbeats: bool,
}

impl Factory {
    fn link(&self, target: NodeNo, heartbeats: bool) -> Link {
        let (core, refusals) = (Arc::clone(&self.core), Arc::clone(&self.refusals));
        Link { core, refusals, target, heartbeats }
    }
}

impl RaftNetworkFactory<Types> for Factory {
    type Network = Link;

    async fn new_client(&mut self, target: NodeNo, _: &()) -> Link {
        self.link(target, false)
    }

    async fn new_heartbeat_client(&mut self, target: NodeNo, _: &()) -> Link {
        self.link(target, true)
    }
}

fn failed(error: impl std::error::Error + 'static) -> RPCError<Types> {
    RPCError::Unreachable(Unreachable::new(&error))
}

impl Link {
    async fn call(&self, lane: Lane, parts: Vec<Bytes>) -> Result<Bytes, CallError> {
        let caller = self.core.caller(self.target, lane);
        let caller = caller.ok_or(CallError::Unreachable(self.target))?;
        Ok(caller.call(parts, limits::CALL_TIMEOUT).await?.body)
    }

    async fn ask(&self, kind: u8, request: &VoteRequest) -> Result<VoteResponse, RPCError<Types>> {
        // What this node must not answer to others it does not ask of them either.
        if let Some(answer) = self.core.no_vote(&request.vote, self.target) {
            return Ok(answer);
        }
        if self.core.is_one_of_many_away(self.target) {
            return Err(failed(CallError::Unreachable(self.target)));
        }
        let mut body = BytesMut::with_capacity(64);
        body.put_u8(kind);
        wire::put_vote_request(&mut body, request);
        let answer = self.call(Lane::Control, vec![body.freeze()]).await.map_err(failed)?;
        let answer = wire::read_vote_response(answer);
        let answer = answer.ok_or_else(|| failed(CallError::Malformed(self.target)))?;
        let known = self.known_term();
        guard::check_vote_response(answer, &request.vote, self.target, known).map_err(failed)
    }

    fn known_term(&self) -> u64 {
        self.core.log.get().map_or(0, |log| self.core.known_term(log))
    }

    fn note(&self, error: &CallError) {
        if let CallError::Refused { code: code @ (BASE_DIFFERS | CLOCK_AHEAD), .. } = error {
            self.refusals.refused(self.target, *code);
        }
    }
}

impl RaftNetworkV2<Types> for Link {
    type SnapshotData = ();

    async fn append_entries(
        &mut self,
        request: AppendRequest,
        _: RPCOption,
    ) -> Result<AppendResponse, RPCError<Types>> {
        let malformed = || failed(CallError::Malformed(self.target));
        let mut parts = wire::append_request(&request).ok_or_else(malformed)?;
        let lane = if self.heartbeats { Lane::Control } else { Lane::Append };
        if self.heartbeats {
            parts.insert(0, Bytes::from_static(&[HEARTBEAT]));
        }
        let answer = self.call(lane, parts).await;
        let answer = answer.inspect_err(|error| self.note(error)).map_err(failed)?;
        let response = wire::read_append_response(answer).ok_or_else(malformed)?;
        let known = self.known_term();
        let response = guard::check_append_response(response, &request, known).map_err(failed)?;
        if !request.entries.is_empty() {
            self.refusals.accepted(self.target);
        }
        Ok(response)
    }

    async fn vote(
        &mut self,
        request: VoteRequest,
        _: RPCOption,
    ) -> Result<VoteResponse, RPCError<Types>> {
        self.ask(VOTE, &request).await
    }

    async fn pre_vote(
        &mut self,
        request: VoteRequest,
        _: RPCOption,
    ) -> Result<VoteResponse, RPCError<Types>> {
        self.ask(PRE_VOTE, &request).await
    }

    async fn full_snapshot(
        &mut self,
        _: Vote,
        _: Snapshot,
        _: impl Future<Output = ReplicationClosed> + OptionalSend + 'static,
        _: RPCOption,
    ) -> Result<SnapshotResponse<Types>, StreamingError<Types>> {
        let never = CallError::Unreachable(self.target);
        Err(StreamingError::Unreachable(Unreachable::new(&never)))
    }

    async fn transfer_leader(
        &mut self,
        request: TransferRequest,
        _: RPCOption,
    ) -> Result<TransferLeaderResponse<Types>, RPCError<Types>> {
        let mut body = BytesMut::with_capacity(64);
        body.put_u8(TRANSFER);
        wire::put_transfer(&mut body, &request);
        self.call(Lane::Control, vec![body.freeze()]).await.map_err(failed)?;
        Ok(Ok(()))
    }
}
