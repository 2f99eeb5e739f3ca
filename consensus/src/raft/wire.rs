// SPDX-License-Identifier: Apache-2.0
//! Messages between nodes as bytes: little-endian, fixed layouts, payloads never copied.
//! Never accepts trailing bytes, a count that the frame cannot hold, or an unknown tag.

use super::disk;
use super::payload::Payload;
use super::{
    AppendRequest, AppendResponse, Entry, EntryPayload, LogId, TransferRequest, Vote, VoteRequest,
    VoteResponse, log_id, membership, term_of,
};
use crate::net::NodeNo;
use bytes::{Buf, BufMut, Bytes, BytesMut};
use std::collections::BTreeSet;

/// Reads fields off the front of a message.
pub(crate) struct Reader(pub(crate) Bytes);

impl Reader {
    pub(crate) fn u8(&mut self) -> Option<u8> {
        (!self.0.is_empty()).then(|| self.0.get_u8())
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        (self.0.len() >= 4).then(|| self.0.get_u32_le())
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        (self.0.len() >= 8).then(|| self.0.get_u64_le())
    }

    pub(crate) fn flag(&mut self) -> Option<bool> {
        match self.u8()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    pub(crate) fn hash(&mut self) -> Option<[u8; 32]> {
        let bytes = self.take(32)?;
        <[u8; 32]>::try_from(&bytes[..]).ok()
    }

    pub(crate) fn take(&mut self, length: usize) -> Option<Bytes> {
        (self.0.len() >= length).then(|| self.0.split_to(length))
    }

    /// A length of four bytes, then that many bytes.
    pub(crate) fn bytes(&mut self) -> Option<Bytes> {
        let length = self.u32()?;
        self.take(usize::try_from(length).ok()?)
    }

    /// A count of things that take at least `least` bytes each.
    pub(crate) fn count(&mut self, least: usize) -> Option<usize> {
        let count = usize::try_from(self.u32()?).ok()?;
        (count.checked_mul(least.max(1))? <= self.0.len()).then_some(count)
    }

    /// The value, if nothing is left behind it.
    pub(crate) fn end<T>(self, value: T) -> Option<T> {
        self.0.is_empty().then_some(value)
    }

    fn position(&mut self) -> Option<Option<LogId>> {
        let present = self.flag()?;
        let id = log_id(self.u64()?, self.u64()?);
        Some(present.then_some(id))
    }

    fn vote(&mut self) -> Option<Vote> {
        let (term, node, committed) = (self.u64()?, self.u64()?, self.flag()?);
        Some(if committed { Vote::new_committed(term, node) } else { Vote::new(term, node) })
    }
}

/// Counts and lengths of what fits a frame fit four bytes.
pub(crate) fn put_count(to: &mut BytesMut, count: usize) {
    to.put_u32_le(u32::try_from(count).unwrap_or(u32::MAX));
}

fn put_position(to: &mut BytesMut, position: Option<&LogId>) {
    to.put_u8(u8::from(position.is_some()));
    to.put_u64_le(position.map_or(0, term_of));
    to.put_u64_le(position.map_or(0, |id| id.index));
}

fn put_vote(to: &mut BytesMut, vote: &Vote) {
    to.put_u64_le(vote.leader_id.term);
    to.put_u64_le(vote.leader_id.voted_for);
    to.put_u8(u8::from(vote.committed));
}

/// The kind and bytes of a payload; none for a membership that genesis cannot have made.
pub(crate) fn payload_parts(payload: &EntryPayload) -> Option<(u8, Bytes)> {
    match payload {
        EntryPayload::Blank => Some((disk::BLANK, Bytes::new())),
        EntryPayload::Normal(payload) => Some((disk::PROPOSAL, payload.bytes().clone())),
        EntryPayload::Membership(members) => {
            let [voters] = &members.get_joint_config()[..] else { return None };
            if *members != membership(voters) {
                return None;
            }
            let mut bytes = BytesMut::with_capacity(voters.len() * 8);
            voters.iter().for_each(|voter| bytes.put_u64_le(*voter));
            Some((disk::MEMBERSHIP, bytes.freeze()))
        }
    }
}

/// The voters of a membership entry: ascending numbers.
pub(crate) fn voters(bytes: &Bytes) -> Option<BTreeSet<NodeNo>> {
    if bytes.is_empty() || !bytes.len().is_multiple_of(8) {
        return None;
    }
    let mut reader = Reader(bytes.clone());
    let mut voters = BTreeSet::new();
    while let Some(voter) = reader.u64() {
        if voters.last().is_some_and(|last| *last >= voter) {
            return None;
        }
        voters.insert(voter);
    }
    Some(voters)
}

/// An append request as parts of a frame; none if it holds a membership of another kind.
pub(crate) fn append_request(request: &AppendRequest) -> Option<Vec<Bytes>> {
    let mut head = BytesMut::with_capacity(80);
    put_vote(&mut head, &request.vote);
    put_position(&mut head, request.prev_log_id.as_ref());
    put_position(&mut head, request.leader_commit.as_ref());
    put_count(&mut head, request.entries.len());
    let mut parts = Vec::with_capacity(1 + request.entries.len() * 2);
    for entry in &request.entries {
        let (kind, payload) = payload_parts(&entry.payload)?;
        head.put_u64_le(term_of(&entry.log_id));
        head.put_u64_le(entry.log_id.index);
        head.put_u8(kind);
        put_count(&mut head, payload.len());
        parts.push(head.split().freeze());
        parts.push(payload);
    }
    if !head.is_empty() {
        parts.push(head.freeze());
    }
    Some(parts)
}

/// Reads an append request.
pub(crate) fn read_append_request(body: Bytes) -> Option<AppendRequest> {
    let mut reader = Reader(body);
    let vote = reader.vote()?;
    let prev_log_id = reader.position()?;
    let leader_commit = reader.position()?;
    let count = reader.count(21)?;
    let mut entries = Vec::with_capacity(count);
    for _ in 0..count {
        entries.push(read_entry(&mut reader)?);
    }
    reader.end(AppendRequest { vote, prev_log_id, entries, leader_commit })
}

fn read_entry(reader: &mut Reader) -> Option<Entry> {
    let id = log_id(reader.u64()?, reader.u64()?);
    let kind = reader.u8()?;
    let bytes = reader.bytes()?;
    let payload = match kind {
        disk::BLANK if bytes.is_empty() => EntryPayload::Blank,
        disk::PROPOSAL => EntryPayload::Normal(Payload::new(bytes)),
        disk::MEMBERSHIP => EntryPayload::Membership(membership(&voters(&bytes)?)),
        _ => return None,
    };
    Some(Entry { log_id: id, payload })
}

/// An answer to an append request.
pub(crate) fn append_response(response: &AppendResponse) -> Bytes {
    let mut bytes = BytesMut::with_capacity(18);
    match response {
        AppendResponse::Success => bytes.put_u8(0),
        AppendResponse::PartialSuccess(matched) => {
            bytes.put_u8(1);
            put_position(&mut bytes, matched.as_ref());
        }
        AppendResponse::Conflict => bytes.put_u8(2),
        AppendResponse::HigherVote(vote) => {
            bytes.put_u8(3);
            put_vote(&mut bytes, vote);
        }
    }
    bytes.freeze()
}

/// Reads an answer to an append request.
pub(crate) fn read_append_response(body: Bytes) -> Option<AppendResponse> {
    let mut reader = Reader(body);
    let response = match reader.u8()? {
        0 => AppendResponse::Success,
        1 => AppendResponse::PartialSuccess(reader.position()?),
        2 => AppendResponse::Conflict,
        3 => AppendResponse::HigherVote(reader.vote()?),
        _ => return None,
    };
    reader.end(response)
}

/// A request for a vote.
pub(crate) fn put_vote_request(to: &mut BytesMut, request: &VoteRequest) {
    put_vote(to, &request.vote);
    put_position(to, request.last_log_id.as_ref());
    to.put_u8(u8::from(request.leadership_transfer));
}

/// Reads a request for a vote.
pub(crate) fn read_vote_request(mut reader: Reader) -> Option<VoteRequest> {
    let vote = reader.vote()?;
    let mut request = VoteRequest::new(vote, reader.position()?);
    request.leadership_transfer = reader.flag()?;
    reader.end(request)
}

/// An answer to a request for a vote.
pub(crate) fn vote_response(response: &VoteResponse) -> Bytes {
    let mut bytes = BytesMut::with_capacity(40);
    put_vote(&mut bytes, &response.vote);
    put_position(&mut bytes, response.last_log_id.as_ref());
    bytes.put_u8(u8::from(response.vote_granted));
    bytes.freeze()
}

/// Reads an answer to a request for a vote.
pub(crate) fn read_vote_response(body: Bytes) -> Option<VoteResponse> {
    let mut reader = Reader(body);
    let vote = reader.vote()?;
    let last = reader.position()?;
    let granted = reader.flag()?;
    reader.end(VoteResponse::new(vote, last, granted))
}

/// The word that a leader gives its lead away.
pub(crate) fn put_transfer(to: &mut BytesMut, request: &TransferRequest) {
    put_vote(to, request.from_leader());
    to.put_u64_le(*request.to_node_id());
    put_position(to, request.last_log_id());
}

/// Reads the word that a leader gives its lead away.
pub(crate) fn read_transfer(mut reader: Reader) -> Option<TransferRequest> {
    let request = TransferRequest::new(reader.vote()?, reader.u64()?, reader.position()?);
    reader.end(request)
}

#[cfg(test)]
mod tests;
