// SPDX-License-Identifier: Apache-2.0
//! Every limit and default time of this crate on one page.
//! Never holds rules of the chain: those limits live in `dianyun_chain::limits`.

use std::time::Duration;

/// Largest frame on a stream between nodes; its length is checked before a byte is allocated.
pub(crate) const FRAME_BYTES: usize = 8 << 20;
/// Largest frame on the control lane (heartbeats, votes, greetings).
pub(crate) const CONTROL_FRAME_BYTES: usize = 64 << 10;
/// Largest question or answer between the interfaces of two nodes.
pub(crate) const EXCHANGE_BYTES: usize = 256 << 10;
/// Largest frame on the exchange lane: one of those behind its head.
pub(crate) const EXCHANGE_FRAME_BYTES: usize = EXCHANGE_BYTES + 64;
/// Questions of one peer that are answered at once after a pause.
pub(crate) const EXCHANGE_BURST: u32 = 100;
/// Questions of one peer that are answered in a second, in the long run.
pub(crate) const EXCHANGE_A_SECOND: u32 = 50;
/// Longest that this node works on an answer: less than after which its stream counts as stalled.
pub(crate) const EXCHANGE_ANSWER: Duration = Duration::from_secs(7);
/// Longest that this node waits for one.
pub(crate) const EXCHANGE_WAIT: Duration = Duration::from_secs(8);
/// Log entries read for one replication message or one step of applying: at least one entry.
pub(crate) const READ_BYTES: usize = 4 << 20;
/// Entries in one replication message.
pub(crate) const APPEND_ENTRIES: u64 = 64;
/// Append messages under way to one peer before the first is answered.
pub(crate) const APPEND_PIPELINE: usize = 16;
/// Unary calls under way on one lane to one peer.
pub(crate) const CALLS_IN_FLIGHT: usize = 64;
/// Calls of one peer served at the same time on one lane.
pub(crate) const CALLS_SERVED: usize = 8;
/// Live streams of one peer on one lane; a further one replaces the oldest.
pub(crate) const STREAMS_PER_LANE: usize = 2;
/// Established connections with one peer (both may dial at once).
pub(crate) const CONNECTIONS_PER_PEER: u32 = 4;
/// Inbound connections whose handshake is not finished.
pub(crate) const PENDING_CONNECTIONS: u32 = 32;
/// Established connections beyond one for each registered peer.
pub(crate) const SPARE_CONNECTIONS: u32 = 16;

/// Newest log entries kept in memory.
pub(crate) const CACHED_ENTRIES: usize = 256;
/// Bytes of the newest log entries kept in memory: three of the largest proposals.
pub(crate) const CACHED_BYTES: usize = 16 << 20;
/// Identities of verified transactions remembered from ingress to execution.
pub(crate) const VERIFIED_IDS: usize = 100_000;
/// Work about so many bytes of transactions is done on the async threads: some ten transactions.
pub(crate) const SMALL_BYTES: usize = 4 << 10;
/// Signatures checked in one batch on one thread.
pub(crate) const VERIFY_BATCH: usize = 128;

/// Transactions waiting on one node.
pub(crate) const POOL_COUNT: usize = 50_000;
/// Bytes of transactions waiting on one node.
pub(crate) const POOL_BYTES: usize = 64 << 20;
/// Transactions of one sender key that wait on the node where they were submitted: two of the largest batches.
pub(crate) const POOL_PER_SENDER: usize = 2_000;
/// A class takes in while it holds less than so many times what is free: alone it has seven eighths, two
/// have seven fifteenths each, and there is always room for one that comes.
pub(crate) const POOL_SHARE: usize = 7;
/// Keys that the state executed here does not know hold at most this part, all together.
pub(crate) const POOL_STRANGERS: usize = 16;
/// Classes that persons are put in, each with a share of its own.
pub(crate) const PERSON_CLASSES: u8 = 16;
/// Keys whose owners are remembered.
pub(crate) const KNOWN_OWNERS: usize = 20_000;
/// So many transactions may wait on all nodes together however slow blocks are; on one at least as many
/// as the largest batch has.
pub(crate) const QUEUE_COUNT: usize = 12_000;
/// More may wait on one node while blocks take them within this time.
pub(crate) const QUEUE_TIME: Duration = Duration::from_secs(1);
/// Transactions in one message that forwards submissions to the leader.
pub(crate) const FORWARD_COUNT: usize = 1_000;
/// Bytes of transactions in one message that forwards submissions to the leader.
pub(crate) const FORWARD_BYTES: usize = 2 << 20;
/// A forwarded transaction that is not executed after this time is forwarded again.
pub(crate) const FORWARD_AGAIN: Duration = Duration::from_secs(5);

/// Transactions of a proposal where the node's operator wants no other number.
pub(crate) const PROPOSAL_COUNT: usize = 1_000;
/// Proposals made and not yet executed here before the proposer waits.
pub(crate) const PROPOSALS_AHEAD: usize = 4;
/// Time from the first waiting transaction to a proposal while none is under way and transactions come
/// in crowds.
pub(crate) const LINGER: Duration = Duration::from_millis(4);
/// Transactions of a block that make a crowd.
pub(crate) const CROWD: u32 = 16;

/// Bytes of blocks in one answer of block sync (at least one block).
pub(crate) const SYNC_BYTES: usize = 4 << 20;
/// Blocks in one answer of block sync.
pub(crate) const SYNC_BLOCKS: usize = 256;

/// A proposal whose time is further ahead of the local clock is refused.
pub(crate) const CLOCK_AHEAD_MS: u64 = 10_000;
/// A leader further from the median of all clocks gives the lead away.
pub(crate) const CLOCK_OFF_MS: i64 = 5_000;
/// A leader refused for this long by so many that it cannot commit lets the lead go.
pub(crate) const REFUSED_FOR: Duration = Duration::from_secs(3);
/// A leader whom no majority answered for this long does not count as one.
pub(crate) const NO_QUORUM: Duration = Duration::from_secs(3);
/// A leader that gives its lead away in vain asks for it again after this long.
pub(crate) const HEIR_AGAIN: Duration = Duration::from_secs(3);
/// An alarm of one kind by one peer is told once in this time.
pub(crate) const ALARM_EVERY: Duration = Duration::from_secs(10);
/// Without a known leader for this long, submissions are refused.
pub(crate) const LEADERLESS: Duration = Duration::from_secs(5);

/// Heartbeat of the leader.
pub(crate) const HEARTBEAT_MS: u64 = 100;
/// Shortest election timeout. It runs once the leader's lease is over, which is as long as the longest
/// one: a leader is replaced after a second of silence at least.
pub(crate) const ELECTION_MIN_MS: u64 = 400;
/// Longest election timeout.
pub(crate) const ELECTION_MAX_MS: u64 = 600;
/// Greeting (clock, height, log position) between connected peers.
pub(crate) const GREET_EVERY: Duration = Duration::from_secs(1);
/// A term may be this far ahead of the highest that is known, more than elections reach in a year of
/// nothing else; and so often would somebody have to be believed to bring terms to their end that it
/// takes tens of years.
pub(crate) const TERMS_AHEAD: u64 = 1 << 24;
/// A call that is not answered within this time fails.
pub(crate) const CALL_TIMEOUT: Duration = Duration::from_secs(5);
/// A stream whose oldest request is not answered within this time is closed.
pub(crate) const STREAM_STALL: Duration = Duration::from_secs(10);
/// Pause between two attempts to reach a peer.
pub(crate) const DIAL_EVERY: Duration = Duration::from_millis(500);
