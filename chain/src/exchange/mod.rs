// SPDX-License-Identifier: Apache-2.0
//! What nodes say to each other when data are exchanged: requests, what is disclosed, and how it is
//! checked. Bytes and rules alone: who asks whom, waits and seals is the interface's business.

mod digits;
mod disclosed;
mod key_field;
mod message;
mod request;

pub use digits::{Digits, shown_digest};
pub use disclosed::{Disclosed, DisclosedCertificate, Opened, Untrue, check, disclose};
pub use key_field::{KeyField, KeyKind, KeyedField};
pub use message::{
    Answer, Entered, MESSAGE_BYTES, NotAnswered, Question, Sealed, Shown, Wish, WishAbout,
};
pub use request::Request;
