// SPDX-License-Identifier: Apache-2.0
//! The state machine that openraft applies committed entries to: the executor over the store.
//! Never makes a snapshot: a new node replays the log.

use super::log::{Log, payload_bytes};
use super::{Entry, EntryPayload, LogId, Types, log_id, membership, term_of};
use crate::core::Core;
use crate::net::NodeNo;
use crate::offload::offload;
use futures::{Stream, StreamExt};
use openraft::storage::{EntryResponder, RaftStateMachine};
use openraft::{OptionalSend, RaftSnapshotBuilder};
use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use store::Position;

type SnapshotMeta = openraft::alias::SnapshotMetaOf<Types>;
type Snapshot = openraft::alias::SnapshotOf<Types, ()>;
type StoredMembership = openraft::alias::StoredMembershipOf<Types>;

/// Applies entries in order, off the async threads.
pub(crate) struct Machine {
    core: Arc<Core>,
    log: Log,
    voters: BTreeSet<NodeNo>,
}

/// Refuses to build what is never built.
pub(crate) struct NoSnapshots;

fn unsupported() -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, "snapshots are not made: the log is kept whole")
}

impl Machine {
    pub(crate) fn new(core: Arc<Core>, log: Log, voters: BTreeSet<NodeNo>) -> Self {
        Self { core, log, voters }
    }

    async fn one(&self, entry: Entry) -> io::Result<()> {
        let (core, index) = (Arc::clone(&self.core), entry.log_id.index);
        let position = Position { term: term_of(&entry.log_id), index };
        let applied = offload(payload_bytes(&entry), move || match &entry.payload {
            EntryPayload::Normal(payload) => core.execute(position, payload).map(|_| ()),
            EntryPayload::Blank | EntryPayload::Membership(_) => {
                core.store.pass(position).map_err(Into::into)
            }
        });
        let applied = applied.await.map_err(io::Error::other)?;
        self.log.set_committed(index);
        applied.map_err(|halt| {
            self.core.stop_for(halt.to_string());
            io::Error::other(halt)
        })
    }
}

impl RaftStateMachine<Types> for Machine {
    type SnapshotData = ();
    type SnapshotBuilder = NoSnapshots;

    async fn applied_state(&mut self) -> io::Result<(Option<LogId>, StoredMembership)> {
        let Some(applied) = self.core.store.applied() else {
            return Ok((None, StoredMembership::default()));
        };
        // The membership of genesis is the first entry, and the only one of its kind.
        let first = self.log.term_at(0).map(|term| log_id(term, 0));
        let members = StoredMembership::new(first, membership(&self.voters));
        Ok((Some(log_id(applied.term, applied.index)), members))
    }

    async fn apply<S>(&mut self, mut entries: S) -> io::Result<()>
    where
        S: Stream<Item = io::Result<EntryResponder<Types>>> + Unpin + OptionalSend,
    {
        while let Some(next) = entries.next().await {
            let (entry, responder) = next?;
            self.one(entry).await?;
            if let Some(responder) = responder {
                responder.send(());
            }
        }
        Ok(())
    }

    async fn get_snapshot_builder(&mut self) -> Self::SnapshotBuilder {
        NoSnapshots
    }

    async fn install_snapshot(&mut self, _: &SnapshotMeta, (): ()) -> io::Result<()> {
        Err(unsupported())
    }

    async fn get_current_snapshot(&mut self) -> io::Result<Option<Snapshot>> {
        Ok(None)
    }
}

impl RaftSnapshotBuilder<Types> for NoSnapshots {
    type SnapshotData = ();

    async fn build_snapshot(&mut self) -> io::Result<Snapshot> {
        Err(unsupported())
    }
}
