// SPDX-License-Identifier: Apache-2.0
//! The two forms of a batch: transactions behind their lengths, and a JSON array. Each is read whole, or as
//! far as its first transaction.

use bytes::{Buf, Bytes};
use chain::limits::{BATCH_BYTES, BATCH_TRANSACTIONS};
use chain::transaction::Transaction;
use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::http::extract::json;
use crate::http::messages;
use crate::http::problem::Problem;

/// How a body of one media type is read.
pub(super) struct Form {
    /// Bytes of a body, at most.
    pub(super) most: usize,
    /// Its first transaction; none if it cannot be read.
    pub(super) first: fn(&Bytes) -> Option<Bytes>,
    /// All of it.
    pub(super) all: fn(Bytes) -> Result<Vec<Item>, Problem>,
}

/// Canonical bytes.
pub(super) static FRAMES: Form =
    Form { most: BATCH_BYTES + BATCH_TRANSACTIONS * 4, first: first_frame, all: frames };

/// JSON, which takes several times the bytes of the canonical encoding.
pub(super) static ITEMS: Form = Form { most: 4 * BATCH_BYTES, first: first_item, all: items };

/// A transaction of a batch as canonical bytes, or why it cannot be read.
pub(super) type Item = Result<Bytes, Problem>;
fn too_many() -> Problem {
    Problem::new(&messages::BATCH_TOO_LARGE).value(BATCH_TRANSACTIONS)
}

/// Transactions behind their lengths, 4 bytes little endian each.
fn frames(mut body: Bytes) -> Result<Vec<Item>, Problem> {
    let malformed = |why: &str| Problem::new(&messages::MALFORMED_TRANSACTION).value(why);
    let mut transactions = Vec::new();
    while body.has_remaining() {
        if transactions.len() == BATCH_TRANSACTIONS {
            return Err(too_many());
        }
        if body.len() < 4 {
            return Err(malformed("the batch ends within a length"));
        }
        let length = body.get_u32_le() as usize;
        if length > body.len() {
            return Err(malformed("the batch ends within a transaction"));
        }
        transactions.push(Ok(body.split_to(length)));
    }
    Ok(transactions)
}

/// The items of a JSON array, each a transaction or what is wrong with it.
fn items(body: Bytes) -> Result<Vec<Item>, Problem> {
    let Array(items) = json(&body)?;
    if items.len() > BATCH_TRANSACTIONS {
        return Err(too_many());
    }
    let read = |item: Box<RawValue>| {
        let transaction: Transaction = json(item.get().as_bytes())?;
        Ok(Bytes::from(transaction.to_bytes()))
    };
    Ok(items.into_iter().map(read).collect())
}

/// The items of an array as they are written; not many more than a batch may have are kept.
struct Array(Vec<Box<RawValue>>);

impl<'de> Deserialize<'de> for Array {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_seq(Items)
    }
}

struct Items;

impl<'de> Visitor<'de> for Items {
    type Value = Array;

    fn expecting(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("an array of transactions")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Array, A::Error> {
        let mut kept = Vec::new();
        while kept.len() <= BATCH_TRANSACTIONS {
            match items.next_element()? {
                Some(item) => kept.push(item),
                None => return Ok(Array(kept)),
            }
        }
        // One too many is enough to know.
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Array(kept))
    }
}

fn first_frame(body: &Bytes) -> Option<Bytes> {
    let (length, rest) = body.split_first_chunk::<4>()?;
    let first = rest.get(..u32::from_le_bytes(*length) as usize)?;
    Some(body.slice_ref(first))
}

fn first_item(body: &Bytes) -> Option<Bytes> {
    let mut first = None;
    // It ends with an error on purpose: what comes behind the first is not looked at.
    let _more = serde_json::Deserializer::from_slice(body).deserialize_seq(First(&mut first));
    let transaction: Transaction = serde_json::from_str(first?.get()).ok()?;
    Some(Bytes::from(transaction.to_bytes()))
}

struct First<'a>(&'a mut Option<Box<RawValue>>);

impl<'de> Visitor<'de> for First<'_> {
    type Value = ();

    fn expecting(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("an array of transactions")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        *self.0 = items.next_element()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use chain::Time;
    use chain::actions::MatterSettle;
    use chain::ids::{MatterId, RecordId};
    use chain::keys::SecretKey;
    use chain::nonce::Nonce;

    use super::*;

    fn transaction(number: u8) -> Transaction {
        let action = MatterSettle { matter: MatterId(RecordId([number; 16])) }.into();
        let key = SecretKey::from_seed(&[number; 32]);
        Transaction::sign(&key, chain::Hash::ZERO, action, Nonce([number; 16]), Time(1))
    }

    fn both() -> [(&'static Form, Bytes); 2] {
        let three: Vec<Transaction> = (1..=3).map(transaction).collect();
        let frame = |t: &Transaction| {
            let bytes = t.to_bytes();
            [&(bytes.len() as u32).to_le_bytes(), bytes.as_slice()].concat()
        };
        let frames: Vec<u8> = three.iter().flat_map(frame).collect();
        let json = serde_json::to_vec(&three).unwrap();
        [(&FRAMES, frames.into()), (&ITEMS, json.into())]
    }

    #[test]
    fn the_first_of_a_batch_is_the_first_of_all() {
        for (form, body) in both() {
            let all = (form.all)(body.clone()).unwrap();
            assert_eq!(all.len(), 3);
            assert_eq!((form.first)(&body).unwrap(), transaction(1).to_bytes());
            assert_eq!(all[0].as_ref().unwrap(), &transaction(1).to_bytes());
        }
    }

    #[test]
    fn what_comes_behind_the_first_is_not_looked_at() {
        for (form, body) in both() {
            let cut = body.slice(..body.len() - 10);
            assert!((form.all)(cut.clone()).is_err());
            assert_eq!((form.first)(&cut).unwrap(), transaction(1).to_bytes());
        }
    }

    #[test]
    fn a_batch_without_a_first_has_none() {
        for body in
            ["", "[]", "[", "[{}]", "{}", "7", "\u{0}\u{0}\u{0}", "\u{7f}\u{7f}\u{7f}\u{7f}x"]
        {
            let body = Bytes::from_static(body.as_bytes());
            assert!((FRAMES.first)(&body).is_none(), "{body:?}");
            assert!((ITEMS.first)(&body).is_none(), "{body:?}");
        }
    }
}
