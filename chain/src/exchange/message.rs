// SPDX-License-Identifier: Apache-2.0
//! Questions between nodes and their answers, in canonical bytes behind the number of their layout.
//! Whatever a peer sends is decoded here and nowhere else.

use super::digits::Digits;
use super::key_field::{KeyField, KeyedField};
use super::request::Request;
use crate::actions::{CapacityTerms, Statement};
use crate::codec::{self, CodecError, Decode, Encode};
use crate::data::data;
use crate::hash::Hash;
use crate::ids::{AccessId, CodeId, OrganisationId, Time};
use crate::nonce::Nonce;
use crate::records::consent::Purpose;
use crate::records::field_set::FieldSet;
use crate::refusal::Reason;
use crate::text::Name;

/// Number of this layout.
const LAYOUT: u16 = 1;
/// Largest message, in bytes.
pub const MESSAGE_BYTES: usize = 256 * 1024;

/// What a node asks another.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Question {
    /// The fields of an access that is on chain.
    Fields {
        /// Which.
        access: AccessId,
        /// The request that it is the record of.
        request: Request,
    },
    /// The statement behind a verification code that was shown.
    Shown(Entered),
    /// A wish for a consent, to be shown to the holder.
    Wish(Wish),
}

/// Digits that were shown, as somebody entered them.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Entered {
    /// The digits.
    pub digits: Digits,
    /// Something of the driver's that the asker knows anyway.
    pub key: KeyField,
    /// Who entered them.
    pub by: OrganisationId,
    /// The key to which the answer is to be sealed, as the request will have it.
    pub receiver: Hash,
    /// The nonce of the request.
    pub nonce: Nonce,
}

impl Entered {
    /// The request that follows, once it is known what the digits open: asker and holder's node make the
    /// same.
    pub fn request(&self, chain: Hash, terms: &CapacityTerms) -> Request {
        Request {
            chain,
            about: terms.code.into(),
            basis: None,
            fields: terms.fields,
            receiver: self.receiver,
            nonce: self.nonce,
            digits: Some(self.digits),
        }
    }
}

data! {
    /// Whose consent is wished for.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum WishAbout {
        /// The holder's of this code.
        Code(CodeId),
        /// Whoever this key field is of.
        Key(KeyedField),
    }

    /// A wish for a consent.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Wish {
        /// Random: a wish that is sent again is the same.
        pub id: Hash,
        /// Who wishes.
        pub by: OrganisationId,
        /// Whose consent.
        pub about: WishAbout,
        /// What for.
        pub purpose: Purpose,
        /// Which fields.
        pub fields: FieldSet,
        /// Until when the consent would hold.
        pub until: Time,
        /// How often it could be used.
        pub uses: u32,
        /// Words to the holder.
        pub text: Option<Name>,
    }
}

/// What was disclosed, sealed to the receiver of the request (RFC 9180).
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub struct Sealed {
    /// The encapsulated key.
    pub key: [u8; 32],
    /// The sealed bytes of a [`super::Disclosed`].
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed {} bytes", self.bytes.len())
    }
}

/// What a driver's app signed when it showed a verification code, and its node when that was entered.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Shown {
    /// The terms.
    pub terms: CapacityTerms,
    /// The holder's word on them.
    pub statement: Statement,
    /// The node's word on who entered the digits, and with which request.
    pub release: Statement,
}

/// Why an access is not answered.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum NotAnswered {
    /// The node has not executed the access yet.
    NotReached,
    /// The request is not the one that the access is the record of.
    OtherRequest,
    /// The chain's rules are against it by now.
    Refused(Vec<Reason>),
    /// What there is does not fit into one answer: ask for fewer fields.
    TooLarge,
    /// The question is none of this layout.
    NotUnderstood,
    /// The node cannot read what it holds at the moment.
    Trouble,
}

/// What a node answers.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Answer {
    /// What it holds of it.
    Sealed(Sealed),
    /// It holds nothing of it.
    NotHere,
    /// It does not answer.
    Not(NotAnswered),
    /// The digits and the key field are right.
    Shown(Box<Shown>),
    /// They are not, or are not any more, or it was tried too often: it does not say which.
    Wrong,
    /// The wish was heard. It does not say whether there is anybody to be asked.
    Heard,
}

fn pack<T: Encode>(value: &T) -> Vec<u8> {
    codec::encode(&(LAYOUT, value))
}

fn unpack<T: Encode + Decode<()>>(bytes: &[u8]) -> Result<T, CodecError> {
    let (layout, value): (u16, T) = codec::decode(bytes, MESSAGE_BYTES)?;
    match layout {
        LAYOUT => Ok(value),
        other => Err(CodecError::Malformed(format!("layout {other}"))),
    }
}

impl Question {
    /// Its bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        pack(self)
    }

    /// Reads a question; an error if it is none of this layout.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CodecError> {
        unpack(bytes)
    }
}

impl Answer {
    /// Its bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        pack(self)
    }

    /// Reads an answer; an error if it is none of this layout.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CodecError> {
        unpack(bytes)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn messages_read_back_and_another_layout_or_a_torn_one_is_refused() {
        let access = AccessId::default();
        let request = Request {
            chain: Hash::ZERO,
            about: CodeId::made_by(crate::TransactionId(Hash::of(b"application"))).into(),
            basis: None,
            fields: FieldSet::LEAST,
            receiver: Hash::of(b"key"),
            nonce: crate::nonce::Nonce([1; 16]),
            digits: Digits::new(1, 2),
        };
        let question = Question::Fields { access, request };
        let bytes = question.to_bytes();
        assert_eq!(Question::from_bytes(&bytes).unwrap(), question);
        let mut other = bytes.clone();
        other[0] = 2;
        assert!(Question::from_bytes(&other).is_err());
        for end in 0..bytes.len() {
            assert!(Question::from_bytes(&bytes[..end]).is_err(), "{end}");
        }
        let answer = Answer::Not(NotAnswered::TooLarge);
        assert_eq!(Answer::from_bytes(&answer.to_bytes()).unwrap(), answer);
        assert!(Answer::from_bytes(&bytes).is_err());
    }
}
