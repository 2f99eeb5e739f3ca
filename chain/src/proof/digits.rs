// SPDX-License-Identifier: Apache-2.0
//! What is hashed, as a proof file has it: pairs of lower-case hexadecimal digits. One value has one
//! text; upper case, odd lengths and bytes that do not encode back to themselves are refused.

/// Serde of plain bytes.
pub(super) mod bytes {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::text::hex_bytes;

    pub(in crate::proof) fn serialize<S: Serializer>(
        bytes: &[u8],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(bytes))
    }

    pub(in crate::proof) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        hex_bytes(&text).map_err(serde::de::Error::custom)
    }
}

/// Serde of a value by its canonical bytes.
pub(super) mod canonical {
    use serde::{Deserializer, Serializer};

    use crate::codec::{self, Decode, Encode};
    use crate::limits::VALUE_BYTES;

    pub(in crate::proof) fn serialize<T: Encode, S: Serializer>(
        value: &T,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        super::bytes::serialize(&codec::encode(value), serializer)
    }

    pub(in crate::proof) fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
    where
        T: Encode + Decode<()>,
        D: Deserializer<'de>,
    {
        let bytes = super::bytes::deserialize(deserializer)?;
        codec::decode(&bytes, VALUE_BYTES).map_err(serde::de::Error::custom)
    }
}

/// Reads a value or `null`: a member that is missing is refused, unlike by serde's own reader.
pub(super) fn or_null<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: serde::Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    serde::Deserialize::deserialize(deserializer)
}
