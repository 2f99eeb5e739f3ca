// SPDX-License-Identifier: Apache-2.0
//! Finding a subject by what an asker knows: an identity number, a phone, a plate. The shelf holds keyed
//! hashes alone, so that it cannot be tried against guesses without the index key.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::key::Secret;
use crate::rows::Mark;

/// What kind of value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// A resident's identity number.
    IdentityNumber,
    /// A mobile number.
    Phone,
    /// A plate, without its colour.
    Plate,
}

impl KeyKind {
    fn byte(self) -> u8 {
        match self {
            Self::IdentityNumber => 1,
            Self::Phone => 2,
            Self::Plate => 3,
        }
    }
}

/// A value that subjects are found by; wiped when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyField {
    kind: KeyKind,
    text: Zeroizing<String>,
}

impl KeyField {
    /// A value as somebody typed it: blanks around it and lower case do not matter.
    pub fn new(kind: KeyKind, text: &str) -> Self {
        Self { kind, text: Zeroizing::new(text.trim().to_ascii_uppercase()) }
    }

    /// HMAC-SHA-256 under the index key over kind (1) ‖ value.
    pub(crate) fn mark(&self, key: &Secret) -> Mark {
        let mut mac = match Hmac::<Sha256>::new_from_slice(key.as_slice()) {
            Ok(mac) => mac,
            Err(_) => unreachable!("HMAC takes keys of any length"),
        };
        mac.update(&[self.kind.byte()]);
        mac.update(self.text.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for KeyField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyField {:?}", self.kind)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::key::new_secret;

    #[test]
    fn a_mark_follows_from_key_kind_and_value() {
        let (key, other) = (new_secret().unwrap(), new_secret().unwrap());
        let of = |kind, text| KeyField::new(kind, text);
        let number = of(KeyKind::IdentityNumber, "53990319880808008X");
        assert_eq!(number.mark(&key), number.mark(&key));
        assert_eq!(
            of(KeyKind::IdentityNumber, " 53990319880808008x ").mark(&key),
            number.mark(&key)
        );
        assert_ne!(number.mark(&other), number.mark(&key));
        assert_ne!(of(KeyKind::Phone, "53990319880808008X").mark(&key), number.mark(&key));
        assert!(!format!("{number:?}").contains("5399"));
    }
}
