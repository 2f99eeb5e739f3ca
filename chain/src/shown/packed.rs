// SPDX-License-Identifier: Apache-2.0
//! Bytes of a shown code: packed big-endian fields without lengths or padding. One value has one form; whatever
//! else is read is refused. Not the canonical codec: a picture has room for some 200 bytes.

use super::facts::{ChainTag, CodeState, Facts, KeyCustody, ShownWhat};
use super::show::{Shown, Witnessed};
use super::witness::Witness;
use crate::ids::{CodeId, Height, OrganisationId, RecordId, Time};
use crate::keys::{PublicKey, Scheme, Signature};
use crate::limits::{SHOWN_VALID_MS, SHOWN_WITNESSES};
use crate::query::OperatorState;
use crate::records::organisation::OrganisationKind;

/// Bytes of facts.
pub const FACTS_BYTES: usize = 70;
/// Bytes of one witness.
pub const WITNESS_BYTES: usize = 66;
/// Bytes behind facts and witnesses: when it is shown, and the holder's signature.
pub const SHOWING_BYTES: usize = 68;

/// Version 1 of the layout in the high half, what is shown in the low one.
const CODE: u8 = 0x11;
const ORGANISATION: u8 = 0x12;
/// Heights and times have 6 bytes.
const LONGEST: u64 = (1 << 48) - 1;

const OPERATORS: [OperatorState; 3] =
    [OperatorState::None, OperatorState::Valid, OperatorState::Invalid];

const KINDS: [OrganisationKind; 7] = [
    OrganisationKind::Regulator,
    OrganisationKind::Authority,
    OrganisationKind::Enterprise,
    OrganisationKind::Platform,
    OrganisationKind::Insurer,
    OrganisationKind::Bank,
    OrganisationKind::ServiceProvider,
];

/// Why something is no shown code, or cannot be written as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Not `DYM1:` and base45 in its one form.
    #[error("a shown code is DYM1: and base45 in its one form")]
    Text,
    /// Too short, too long, or between two lengths.
    #[error("no number of witnesses has that length")]
    Length,
    /// Another version, or neither a code nor an organisation.
    #[error("the version, or what is shown, is not known")]
    What,
    /// A flag that is not known or not used.
    #[error("a flag is not known")]
    Flags,
    /// Not the id of a code.
    #[error("the id is none")]
    Id,
    /// A height or time that is too large.
    #[error("a height or time is out of range")]
    Range,
    /// It holds for no time, or for longer than 24 hours.
    #[error("it holds for no time, or for too long")]
    Validity,
    /// No witness, too many, or not in strictly ascending order of their numbers from 1.
    #[error("witnesses are 1 to 4, in ascending order of their numbers")]
    Witnesses,
    /// It is shown before its facts, or not while they hold.
    #[error("it is shown when its facts do not hold")]
    ShownAt,
}

impl Facts {
    /// Their bytes: what witnesses sign.
    pub fn to_bytes(&self) -> Result<[u8; FACTS_BYTES], Malformed> {
        let mut out = Vec::with_capacity(FACTS_BYTES);
        let (what, flags, id) = what(&self.shows);
        out.push(what);
        out.extend(self.chain_tag.0);
        out.push(flags);
        out.extend(id.0);
        out.extend(six(self.height.0)?);
        out.extend(six(self.as_of.0)?);
        let holds = self.valid_until.since(self.as_of);
        if !(1..=SHOWN_VALID_MS).contains(&holds) {
            return Err(Malformed::Validity);
        }
        out.extend(four(holds)?);
        out.extend(self.key.bytes);
        out.try_into().map_err(|_| Malformed::Length)
    }

    /// Reads what [`Facts::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8; FACTS_BYTES]) -> Result<Self, Malformed> {
        let mut reader = Reader(bytes);
        let [what] = reader.take()?;
        let chain_tag = ChainTag(reader.take()?);
        let [flags] = reader.take()?;
        let shows = shows(what, flags, RecordId(reader.take()?))?;
        let height = Height(reader.number::<6>()?);
        let as_of = time(reader.number::<6>()?)?;
        let holds = reader.number::<4>()?;
        if !(1..=SHOWN_VALID_MS).contains(&holds) {
            return Err(Malformed::Validity);
        }
        let valid_until = time(as_of.0 + holds)?;
        let key = PublicKey::ed25519(reader.take()?);
        Ok(Self { chain_tag, shows, height, as_of, valid_until, key })
    }
}

impl Witnessed {
    /// Bytes of facts and witnesses.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Malformed> {
        let mut out = self.facts.to_bytes()?.to_vec();
        let ascending = self.witnesses.windows(2).all(|pair| pair[0].number < pair[1].number);
        let some = (1..=SHOWN_WITNESSES).contains(&self.witnesses.len());
        if !ascending || !some || self.witnesses[0].number == 0 {
            return Err(Malformed::Witnesses);
        }
        for witness in &self.witnesses {
            out.extend(witness.number.to_be_bytes());
            out.extend(witness.signature.bytes);
        }
        Ok(out)
    }

    /// Reads what [`Witnessed::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Malformed> {
        let (facts, rest) = bytes.split_first_chunk().ok_or(Malformed::Length)?;
        let (witnesses, rest) = rest.as_chunks::<WITNESS_BYTES>();
        if !rest.is_empty() {
            return Err(Malformed::Length);
        }
        let facts = Facts::from_bytes(facts)?;
        let witnesses = witnesses.iter().map(witness).collect::<Result<Vec<_>, _>>()?;
        let ascending = witnesses.windows(2).all(|pair| pair[0].number < pair[1].number);
        let some = (1..=SHOWN_WITNESSES).contains(&witnesses.len());
        let numbered = witnesses.first().is_some_and(|first| first.number > 0);
        let sound = ascending && some && numbered;
        sound.then_some(Self { facts, witnesses }).ok_or(Malformed::Witnesses)
    }
}

impl Shown {
    /// Bytes of all that the holder signs.
    pub fn signed_bytes(&self) -> Result<Vec<u8>, Malformed> {
        let facts = &self.witnessed.facts;
        let mut out = self.witnessed.to_bytes()?;
        if self.shown_at < facts.as_of || self.shown_at >= facts.valid_until {
            return Err(Malformed::ShownAt);
        }
        out.extend(four(self.shown_at.since(facts.as_of))?);
        Ok(out)
    }

    /// All its bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Malformed> {
        let mut out = self.signed_bytes()?;
        out.extend(self.signature.bytes);
        Ok(out)
    }

    /// Reads what [`Shown::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Malformed> {
        let (witnessed, showing) =
            bytes.split_last_chunk::<SHOWING_BYTES>().ok_or(Malformed::Length)?;
        let witnessed = Witnessed::from_bytes(witnessed)?;
        let mut reader = Reader(showing);
        let shown_at = time(witnessed.facts.as_of.0 + reader.number::<4>()?)?;
        if shown_at >= witnessed.facts.valid_until {
            return Err(Malformed::ShownAt);
        }
        let signature = signature(reader.take()?);
        Ok(Self { witnessed, shown_at, signature })
    }
}

/// First byte, flags and id of what is shown.
fn what(shows: &ShownWhat) -> (u8, u8, RecordId) {
    match shows {
        ShownWhat::Code { id, state, operator, custody } => {
            let operator = match operator {
                OperatorState::None => 0,
                OperatorState::Valid => 1,
                OperatorState::Invalid => 2,
            };
            let flags = *state as u8 | operator << 3 | (*custody as u8) << 5;
            (CODE, flags, id.record())
        }
        ShownWhat::Organisation { id, kind } => (ORGANISATION, *kind as u8, id.0),
    }
}

/// Reads what [`what`] gave.
fn shows(what: u8, flags: u8, id: RecordId) -> Result<ShownWhat, Malformed> {
    fn at<T: Copy>(all: &[T], place: u8) -> Result<T, Malformed> {
        all.get(usize::from(place)).copied().ok_or(Malformed::Flags)
    }
    match what {
        CODE => {
            let state = at(&CodeState::ALL, flags & 7)?;
            let operator = at(&OPERATORS, flags >> 3 & 3)?;
            let custody = at(&KeyCustody::ALL, flags >> 5)?;
            let read = CodeId::from_record(id).ok().filter(|read| read.record() == id);
            let id = read.ok_or(Malformed::Id)?;
            Ok(ShownWhat::Code { id, state, operator, custody })
        }
        ORGANISATION => {
            Ok(ShownWhat::Organisation { id: OrganisationId(id), kind: at(&KINDS, flags)? })
        }
        _ => Err(Malformed::What),
    }
}

fn witness(bytes: &[u8; WITNESS_BYTES]) -> Result<Witness, Malformed> {
    let mut reader = Reader(bytes);
    let number = u16::from_be_bytes(reader.take()?);
    Ok(Witness { number, signature: signature(reader.take()?) })
}

fn signature(bytes: [u8; 64]) -> Signature {
    Signature { scheme: Scheme::Ed25519, bytes }
}

fn time(ms: u64) -> Result<Time, Malformed> {
    let time = Time(ms);
    (time <= Time::LAST).then_some(time).ok_or(Malformed::Range)
}

fn six(number: u64) -> Result<[u8; 6], Malformed> {
    let [_, _, bytes @ ..] = number.to_be_bytes();
    (number <= LONGEST).then_some(bytes).ok_or(Malformed::Range)
}

fn four(number: u64) -> Result<[u8; 4], Malformed> {
    u32::try_from(number).map(u32::to_be_bytes).map_err(|_| Malformed::Range)
}

/// Takes fields one after the other.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (field, rest) = self.0.split_first_chunk().ok_or(Malformed::Length)?;
        self.0 = rest;
        Ok(*field)
    }

    /// An unsigned number of up to 8 bytes.
    fn number<const N: usize>(&mut self) -> Result<u64, Malformed> {
        let bytes = self.take::<N>()?;
        Ok(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }
}
