// SPDX-License-Identifier: Apache-2.0
//! The canonical encoding: bincode 2 with fixed-width little-endian integers, and nowhere else.
//!
//! One value has one encoding. Decoding refuses trailing bytes, oversize, and anything that does not
//! encode back to the same bytes. Golden vectors fix the format, so that the crate could be replaced.

use bincode::config::{Configuration, Fixint, Limit, LittleEndian};
pub use bincode::{Decode, Encode};

use crate::limits::VALUE_BYTES;

type Config = Configuration<LittleEndian, Fixint, Limit<VALUE_BYTES>>;

const CONFIG: Config = bincode::config::standard()
    .with_little_endian()
    .with_fixed_int_encoding()
    .with_limit::<VALUE_BYTES>();

/// Why bytes are not a canonical value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// More bytes than the limit for this value: send less.
    #[error("{actual} bytes are more than the {limit} allowed")]
    Oversize {
        /// Bytes given.
        actual: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// The bytes end early or hold a value out of range.
    #[error("not a canonical value: {0}")]
    Malformed(String),
    /// Bytes follow the value.
    #[error("{0} bytes follow the value")]
    Trailing(usize),
    /// The value has another encoding than these bytes.
    #[error("the value does not encode back to the same bytes")]
    NotCanonical,
}

/// Encodes a value.
///
/// # Panics
/// If the value is larger than [`VALUE_BYTES`]: every type that is encoded is bounded below that.
pub fn encode<T: Encode>(value: &T) -> Vec<u8> {
    match bincode::encode_to_vec(value, CONFIG) {
        Ok(bytes) => bytes,
        Err(error) => panic!("a bounded value did not encode: {error}"),
    }
}

/// Decodes a value of at most `limit` bytes, and only its canonical encoding.
pub fn decode<T: Encode + Decode<()>>(bytes: &[u8], limit: usize) -> Result<T, CodecError> {
    if bytes.len() > limit {
        return Err(CodecError::Oversize { actual: bytes.len(), limit });
    }
    let (value, used) = bincode::decode_from_slice::<T, _>(bytes, CONFIG)
        .map_err(|error| CodecError::Malformed(error.to_string()))?;
    if used != bytes.len() {
        return Err(CodecError::Trailing(bytes.len() - used));
    }
    if encode(&value) != bytes {
        return Err(CodecError::NotCanonical);
    }
    Ok(value)
}

/// Decodes a value that this process wrote itself, without the second look of [`decode`].
pub fn decode_trusted<T: Decode<()>>(bytes: &[u8]) -> Result<T, CodecError> {
    bincode::decode_from_slice::<T, _>(bytes, CONFIG)
        .map(|(value, _)| value)
        .map_err(|error| CodecError::Malformed(error.to_string()))
}
