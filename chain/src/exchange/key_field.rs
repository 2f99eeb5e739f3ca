// SPDX-License-Identifier: Apache-2.0
//! What a person or vehicle can be found by: an identity number, a phone number or a plate. In the clear it
//! goes to one node only; to all of them only keyed, so that a node learns nothing of whom it does not know.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::data::{data, small_data};
use crate::domain;
use crate::hash::Hash;
use crate::text::Word;

small_data! {
    /// The kinds of key fields.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum KeyKind {
        /// 身份证号码.
        IdentityNumber,
        /// 联系电话.
        Phone,
        /// 车牌号.
        Plate,
    }
}

/// A key field as somebody wrote it: 1 to 40 bytes, never printed by `Debug`.
#[derive(
    Clone, PartialEq, Eq, bincode::Encode, bincode::Decode, serde::Serialize, serde::Deserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct KeyField {
    /// Its kind.
    pub kind: KeyKind,
    /// Its value.
    pub value: Word,
}

data! {
    /// A key field that is keyed: HMAC-SHA-256(key, tag ‖ kind (4 bytes) ‖ value).
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct KeyedField {
        /// Its kind.
        pub kind: KeyKind,
        /// The keyed value.
        pub digest: Hash,
    }
}

impl fmt::Debug for KeyField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyField {:?}", self.kind)
    }
}

impl KeyField {
    /// The value in its one form: no space around it, ASCII letters as capitals.
    pub fn plain(&self) -> String {
        self.value.as_str().trim().to_ascii_uppercase()
    }

    /// The field keyed with a consortium's key.
    pub fn keyed(&self, key: &[u8; 32]) -> KeyedField {
        let kind = crate::codec::encode(&self.kind);
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
            unreachable!("HMAC takes keys of any length");
        };
        for part in [&domain::KEYED.0[..], &kind, self.plain().as_bytes()] {
            mac.update(part);
        }
        KeyedField { kind: self.kind, digest: Hash(mac.finalize().into_bytes().into()) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_key_field_has_one_form_and_its_kind_and_key_count() {
        let field = |kind, value| KeyField { kind, value: Word::new(value).unwrap() };
        let upper = field(KeyKind::IdentityNumber, "53990319880808008X");
        let lower = field(KeyKind::IdentityNumber, " 53990319880808008x ");
        assert_eq!(upper.keyed(&[1; 32]), lower.keyed(&[1; 32]));
        assert_ne!(upper.keyed(&[1; 32]), upper.keyed(&[2; 32]));
        let other = field(KeyKind::Phone, "53990319880808008X");
        assert_ne!(upper.keyed(&[1; 32]).digest, other.keyed(&[1; 32]).digest);
        assert!(!format!("{upper:?}").contains("5399"));
    }
}
