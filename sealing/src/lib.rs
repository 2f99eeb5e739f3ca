// SPDX-License-Identifier: Apache-2.0
//! What is encrypted to one receiver: HPKE as nodes and authorities use it, the keys that authorities publish, and
//! the parcels that are sent to them. No sockets, no files; who may be sent what is not decided here.

mod hpke;
mod parcel;
mod published;

pub use hpke::{Purpose, Receiver, SealError, seal};
pub use parcel::{CLAIMS, ClaimSent, Content, KeyChange, PARCEL_BYTES, Parcel, ParcelError};
pub use published::{Published, PublishedError};
