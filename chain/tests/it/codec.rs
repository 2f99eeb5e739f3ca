// SPDX-License-Identifier: Apache-2.0
//! The canonical codec under arbitrary values and arbitrary bytes: one value has one encoding, whatever
//! else comes is refused, and nothing panics or reserves what was never sent.
//!
//! Values are made by decoding: a source hands out whatever bytes a type asks for, and when the type
//! refuses them the last ones are drawn again. So no type needs a recipe of its own.

use std::fmt::Debug;

use bincode::de::read::Reader;
use bincode::error::DecodeError;
use chain::actions::Statement;
use chain::block::{Header, Proposal, Seal};
use chain::codec::{self, CodecError, Decode, Encode};
use chain::ids::CodeId;
use chain::limits::{TRANSACTION_BYTES, VALUE_BYTES};
use chain::receipt::{Change, Outcome, Receipt, Version};
use chain::records::*;
use chain::{Action, Genesis, Hash, Transaction, TransactionId};
use proptest::prelude::*;

/// Numbers that follow from a seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.iter_mut().for_each(|byte| *byte = self.next() as u8);
    }

    /// Bytes for something of this length: often what such a thing may be.
    fn bytes_for(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        match length {
            0 => {}
            // A bool, an option, a small number; or any byte.
            1 if self.below(4) > 0 => bytes[0] = self.below(3) as u8,
            // The number of a variant, or a scheme; or any number.
            4 if self.below(8) > 0 => {
                let bound = self.one(&[1, 2, 4, 12, 96]);
                bytes.copy_from_slice(&(self.below(bound) as u32).to_le_bytes());
            }
            // How many there are; or an instant.
            8 if self.below(8) > 0 => {
                let bound = self.one(&[2, 3, 4, 41, 1 << 48]);
                bytes.copy_from_slice(&self.below(bound).to_le_bytes());
            }
            16 if self.below(2) > 0 => {
                let hash = Hash::of(&self.next().to_le_bytes());
                bytes.copy_from_slice(&CodeId::made_by(TransactionId(hash)).record().0);
            }
            18 if self.below(2) > 0 => {
                let code = crate::common::credit_code(self.below(1_000_000) as u32);
                bytes.copy_from_slice(code.as_bytes());
            }
            _ if self.below(2) > 0 => {
                bytes.iter_mut().for_each(|b| *b = b'a' + self.below(26) as u8)
            }
            _ => self.fill(&mut bytes),
        }
        bytes
    }

    fn one(&mut self, from: &[u64]) -> u64 {
        from[self.below(from.len() as u64) as usize]
    }
}

/// Hands out the reads of a tape, then fresh ones, and keeps them all.
struct Source<'a> {
    dice: &'a mut Dice,
    tape: &'a mut Vec<Vec<u8>>,
    place: usize,
}

impl Reader for Source<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> Result<(), DecodeError> {
        if self.place == self.tape.len() {
            let fresh = self.dice.bytes_for(bytes.len());
            self.tape.push(fresh);
        }
        let kept = &self.tape[self.place];
        self.place += 1;
        if kept.len() != bytes.len() {
            return Err(DecodeError::Other("what came before was drawn again"));
        }
        bytes.copy_from_slice(kept);
        Ok(())
    }
}

/// Any value of a type, with the bytes that it was read from.
pub(crate) fn any_of<T: Decode<()>>(seed: u64) -> (T, Vec<u8>) {
    let config = bincode::config::standard()
        .with_little_endian()
        .with_fixed_int_encoding()
        .with_limit::<VALUE_BYTES>();
    let mut dice = Dice(seed);
    let mut tape: Vec<Vec<u8>> = Vec::new();
    for round in 1_u64.. {
        let mut source = Source { dice: &mut dice, tape: &mut tape, place: 0 };
        if let Ok(value) = bincode::decode_from_reader::<T, _, _>(&mut source, config) {
            let used = source.place;
            tape.truncate(used);
            return (value, tape.concat());
        }
        // The last bytes were wrong; now and then it is those before them.
        let back = if round % 16 == 0 { 8 } else { 1 + dice.below(2) as usize };
        tape.truncate(tape.len().saturating_sub(back));
        assert!(round < 100_000, "no value found");
    }
    unreachable!("the loop ends by itself")
}

/// Bytes are refused, or they are the one encoding of what they say.
fn canonical_or_refused<T: Encode + Decode<()>>(bytes: &[u8]) -> Result<bool, TestCaseError> {
    match codec::decode::<T>(bytes, VALUE_BYTES) {
        Ok(value) => {
            prop_assert_eq!(hex::encode(codec::encode(&value)), hex::encode(bytes));
            Ok(true)
        }
        Err(_) => Ok(false),
    }
}

/// A value and its bytes are each other's.
fn there_and_back<T: Encode + Decode<()> + PartialEq + Debug>(
    seed: u64,
) -> Result<(), TestCaseError> {
    let (value, bytes) = any_of::<T>(seed);
    prop_assert_eq!(&codec::encode(&value), &bytes, "what was read is not what is written");
    prop_assert_eq!(&codec::decode::<T>(&bytes, VALUE_BYTES).unwrap(), &value);
    prop_assert_eq!(&codec::decode_trusted::<T>(&bytes).unwrap(), &value);
    let exact = codec::decode::<T>(&bytes, bytes.len());
    prop_assert!(exact.is_ok(), "exactly the limit");
    let limit = bytes.len() - 1;
    let over = CodecError::Oversize { actual: bytes.len(), limit };
    prop_assert_eq!(codec::decode::<T>(&bytes, limit).unwrap_err(), over);
    Ok(())
}

/// What is cut short or goes on is refused.
fn neither_more_nor_less<T: Encode + Decode<()> + Debug>(seed: u64) -> Result<(), TestCaseError> {
    let (_, bytes) = any_of::<T>(seed);
    for cut in 0..bytes.len() {
        let short = codec::decode::<T>(&bytes[..cut], VALUE_BYTES);
        prop_assert!(matches!(short, Err(CodecError::Malformed(_))), "cut at {cut}: {short:?}");
    }
    for more in [&[0][..], &[1], &[0; 9], &bytes] {
        let long = [&bytes, more].concat();
        let error = codec::decode::<T>(&long, VALUE_BYTES).unwrap_err();
        prop_assert_eq!(error, CodecError::Trailing(more.len()));
    }
    Ok(())
}

/// One change anywhere gives another value's encoding, or nothing.
fn changed_anywhere<T: Encode + Decode<()> + PartialEq>(seed: u64) -> Result<(), TestCaseError> {
    let (value, bytes) = any_of::<T>(seed);
    let mut dice = Dice(!seed);
    for _ in 0..40 {
        let mut other = bytes.clone();
        let place = dice.below(bytes.len() as u64) as usize;
        match dice.below(5) {
            0 => other[place] ^= 1 << dice.below(8),
            1 => other[place] = dice.next() as u8,
            2 => drop(other.remove(place)),
            3 => other.insert(place, dice.below(3) as u8),
            _ => {
                let from = dice.below(bytes.len() as u64) as usize;
                other.swap(place, from);
            }
        }
        canonical_or_refused::<T>(&other)?;
        if other != bytes
            && let Ok(another) = codec::decode::<T>(&other, VALUE_BYTES)
        {
            prop_assert!(another != value, "two encodings of one value");
        }
    }
    Ok(())
}

/// A length that nothing could fill is refused before anything is reserved for it: at these sizes
/// reserving would end the process.
fn vast_lengths<T: Encode + Decode<()>>(seed: u64) -> Result<(), TestCaseError> {
    let (_, bytes) = any_of::<T>(seed);
    let mut dice = Dice(seed ^ 1);
    let lengths = [u64::MAX, 1 << 63, u64::MAX / 2, 1 << 52, 1 << 48, VALUE_BYTES as u64 + 1];
    for start in 0..bytes.len().saturating_sub(7) {
        let mut other = bytes.clone();
        let length = dice.one(&lengths);
        other[start..start + 8].copy_from_slice(&length.to_le_bytes());
        canonical_or_refused::<T>(&other)?;
    }
    Ok(())
}

fn all<T: Encode + Decode<()> + PartialEq + Debug>(seed: u64) -> Result<(), TestCaseError> {
    there_and_back::<T>(seed)?;
    neither_more_nor_less::<T>(seed)?;
    changed_anywhere::<T>(seed)?;
    vast_lengths::<T>(seed)
}

macro_rules! of_types {
    ($($test:ident: $($type:ty),+;)*) => {
        proptest! {
            #![proptest_config(ProptestConfig::with_cases(16))]
            $(
                #[test]
                fn $test(seed in any::<u64>(), noise in prop::collection::vec(any::<u8>(), 0..400)) {
                    $(
                        all::<$type>(seed)?;
                        canonical_or_refused::<$type>(&noise)?;
                    )+
                }
            )*
        }
    };
}

of_types! {
    actions: Action, Statement;
    transactions: Transaction;
    headers_and_proposals: Header, Proposal, Seal;
    receipts_and_changes: Receipt, Outcome, Change, Version;
    parameters_and_organisations: Parameters, Organisation, RegisteredKey, UniqueName, Interface;
    persons_and_vehicles: Person, Vehicle;
    applications_and_codes: Application, Code;
    matters_and_waybills: Matter, Waybill;
    consents_and_accesses: Consent, Access, Erasure, Affiliation;
    geneses: Genesis;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_record_decodes_as_its_own_kind_and_its_value_keeps_its_bytes(seed in any::<u64>()) {
        let (waybill, bytes) = any_of::<Waybill>(seed);
        let value = Value::from(waybill);
        prop_assert_eq!(&value.encode(), &bytes);
        for kind in RecordKind::ALL {
            let read = Value::decode(*kind, &bytes);
            if let Ok(read) = read {
                prop_assert_eq!(read.key().kind, *kind);
                prop_assert_eq!(&read.encode(), &bytes);
            } else {
                prop_assert!(*kind != RecordKind::Waybill);
            }
        }
    }

    /// The first 16 KiB are all that a transaction may have.
    #[test]
    fn a_transaction_is_not_looked_at_beyond_its_limit(seed in any::<u64>()) {
        let (_, bytes) = any_of::<Transaction>(seed);
        let long = [bytes, vec![0; TRANSACTION_BYTES]].concat();
        let error = codec::decode::<Transaction>(&long, TRANSACTION_BYTES).unwrap_err();
        let over = CodecError::Oversize { actual: long.len(), limit: TRANSACTION_BYTES };
        prop_assert_eq!(error, over);
    }
}

/// A list that claims more than a value may have is refused for that, however short the bytes are.
#[test]
fn a_length_over_the_limit_is_named_as_such() {
    for length in [VALUE_BYTES as u64 + 1, 1 << 40, u64::MAX] {
        let bytes = [&length.to_le_bytes()[..], &[0; 64]].concat();
        for error in [
            codec::decode::<Vec<u8>>(&bytes, VALUE_BYTES).unwrap_err(),
            codec::decode::<Vec<Vec<u8>>>(&bytes, VALUE_BYTES).unwrap_err(),
            codec::decode::<Vec<Statement>>(&bytes, VALUE_BYTES).unwrap_err(),
            codec::decode::<chain::text::Word>(&bytes, VALUE_BYTES).unwrap_err(),
        ] {
            let CodecError::Malformed(why) = &error else { panic!("{error}") };
            assert!(why.contains("LimitExceeded"), "{length}: {why}");
        }
    }
}

/// Every kind of action is drawn, or the tests above would say little.
#[test]
fn every_action_and_record_is_drawn() {
    let mut words: Vec<&str> = (0..4_000).map(|seed| any_of::<Action>(seed).0.word()).collect();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), Action::WORDS.len());
    let (full, empty): (Vec<_>, Vec<_>) =
        (0..200).map(|seed| any_of::<Waybill>(seed).0).partition(|w| w.carrier.is_some());
    assert!(full.len() > 20 && empty.len() > 20);
}
