// SPDX-License-Identifier: Apache-2.0
//! What nodes say of themselves once a second, as bytes. Pure.

use bytes::{BufMut, Bytes, BytesMut};
use chain::Hash;
use chain::block::PROTOCOL;
use chain::ids::Height;

use crate::raft::wire::Reader;

/// One node's word to another: who it is, how far it is, and what it remembers of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Greeting {
    /// The protocol that it speaks.
    pub(crate) protocol: u16,
    /// Its chain.
    pub(crate) chain: Hash,
    /// Drawn at its start: numbers of another start are not compared.
    pub(crate) start: u64,
    /// Its number since the start: greetings may overtake each other.
    pub(crate) number: u64,
    /// The highest term that it voted in or learnt of.
    pub(crate) term: u64,
    /// Who leads, as far as it knows; 0 stands for nobody.
    pub(crate) leader: Option<u64>,
    /// The height that it executed.
    pub(crate) height: Height,
    /// The index after the last entry of its log; 0 for one without a part in Raft.
    pub(crate) log_end: u64,
    /// The term of the last entry of its log.
    pub(crate) last_term: u64,
    /// The index after the last entry that is committed and that it holds durably.
    pub(crate) kept_end: u64,
    /// Its operator lets it come back with a log that lacks what it once held.
    pub(crate) rejoins: bool,
    /// The highest `kept_end` that the other ever named to it.
    pub(crate) remembered: u64,
}

impl Greeting {
    /// As bytes: protocol (2), chain (32), start, number, term, leader, height, log end, last
    /// term, kept end (8 each), rejoins (1), remembered (8).
    pub(crate) fn encode(&self) -> Bytes {
        let mut out = BytesMut::with_capacity(120);
        out.put_u16_le(self.protocol);
        out.put_slice(&self.chain.0);
        out.put_u64_le(self.start);
        out.put_u64_le(self.number);
        out.put_u64_le(self.term);
        out.put_u64_le(self.leader.unwrap_or(0));
        out.put_u64_le(self.height.0);
        out.put_u64_le(self.log_end);
        out.put_u64_le(self.last_term);
        out.put_u64_le(self.kept_end);
        out.put_u8(u8::from(self.rejoins));
        out.put_u64_le(self.remembered);
        out.freeze()
    }

    /// Reads one; none if the bytes are not exactly one. Of another protocol only the first two
    /// fields are read, since the rest may be laid out in another way.
    pub(crate) fn decode(body: Bytes) -> Option<Self> {
        let mut reader = Reader(body);
        let protocol = u16::from_le_bytes([reader.u8()?, reader.u8()?]);
        let chain = Hash(reader.hash()?);
        if protocol != PROTOCOL {
            return Some(Self { protocol, chain, ..Self::EMPTY });
        }
        let (start, number) = (reader.u64()?, reader.u64()?);
        let (term, leader) = (reader.u64()?, reader.u64()?);
        let height = Height(reader.u64()?);
        let (log_end, last_term, kept_end) = (reader.u64()?, reader.u64()?, reader.u64()?);
        let (rejoins, remembered) = (reader.flag()?, reader.u64()?);
        let leader = Some(leader).filter(|number| *number != 0);
        let who = Self { protocol, chain, start, number, rejoins, remembered, ..Self::EMPTY };
        reader.end(Self { term, leader, height, log_end, last_term, kept_end, ..who })
    }

    /// One that says nothing.
    pub(crate) const EMPTY: Self = Self {
        protocol: PROTOCOL,
        chain: Hash::ZERO,
        start: 0,
        number: 0,
        term: 0,
        leader: None,
        height: Height(0),
        log_end: 0,
        last_term: 0,
        kept_end: 0,
        rejoins: false,
        remembered: 0,
    };
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_greeting_is_read_as_it_was_said(
            chain: [u8; 32], numbers: [u64; 8], leader in prop::option::of(1..u64::MAX),
            rejoins: bool, cut in 0..99usize,
        ) {
            let [start, number, term, height, log_end, last_term, kept_end, remembered] = numbers;
            let said = Greeting {
                protocol: PROTOCOL, chain: Hash(chain), start, number, term, leader, height: Height(height),
                log_end, last_term, kept_end, rejoins, remembered,
            };
            let bytes = said.encode();
            prop_assert_eq!(Greeting::decode(bytes.clone()), Some(said));
            prop_assert_eq!(Greeting::decode(bytes.slice(..cut)), None);
            let longer = [&bytes[..], &[0]].concat();
            prop_assert_eq!(Greeting::decode(longer.into()), None);
        }
    }

    #[test]
    fn another_protocol_is_recognised_whatever_follows() {
        let mut bytes = Greeting { protocol: PROTOCOL + 1, ..Greeting::EMPTY }.encode().to_vec();
        bytes.extend([1; 7]);
        let read = Greeting::decode(bytes.into()).unwrap();
        assert_eq!(read.protocol, PROTOCOL + 1);
    }
}
