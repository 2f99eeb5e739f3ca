// SPDX-License-Identifier: Apache-2.0
//! Documents: their names, and what those of a fixed name hold. Nothing personal is ever printed.

use std::fmt;

use chain::fields::Field;
use chain::records::certificate::CertificateKind;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::error::VaultError;

/// Longest name of a document, in bytes.
const NAME_BYTES: usize = 80;

/// The name of a document: 1 to 80 of a to z, 0 to 9, `_`, `-`, `.` and `/`. Never personal: it lies in the
/// clear, and in the protocol of an erasure.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct DocumentName(String);

impl DocumentName {
    /// A name, if it is one.
    pub fn new(text: &str) -> Result<Self, VaultError> {
        let allowed = |symbol: u8| {
            symbol.is_ascii_lowercase() || symbol.is_ascii_digit() || b"_-./".contains(&symbol)
        };
        if (1..=NAME_BYTES).contains(&text.len()) && text.bytes().all(allowed) {
            return Ok(Self(text.to_owned()));
        }
        Err(VaultError::Name(text.chars().take(NAME_BYTES).collect()))
    }

    /// Fields and salts of the claim in a place of an application.
    pub fn claim(place: u32) -> Self {
        Self(format!("{CLAIMS}{place}"))
    }

    /// Phone and other ways to reach the holder.
    pub fn contact() -> Self {
        Self("contact".to_owned())
    }

    /// The holder's public key.
    pub fn holder() -> Self {
        Self("holder".to_owned())
    }

    /// The full fields of a waybill with their salts.
    pub fn waybill() -> Self {
        Self("waybill".to_owned())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True for the fields of a claim.
    pub(crate) fn is_claim(&self) -> bool {
        self.0.starts_with(CLAIMS)
    }
}

/// What the names of claims begin with.
const CLAIMS: &str = "claim/";

impl fmt::Display for DocumentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for DocumentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for DocumentName {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::new(&text).map_err(serde::de::Error::custom)
    }
}

/// Fields and salts of a claim. Wiped when it is dropped.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldClaim {
    /// Its place in the application.
    pub place: u32,
    /// Kind of certificate.
    pub kind: CertificateKind,
    /// All fields of the kind's table, in its order.
    pub fields: Vec<Field>,
}

impl fmt::Debug for HeldClaim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HeldClaim {} {:?}", self.place, self.kind)
    }
}

impl Drop for HeldClaim {
    fn drop(&mut self) {
        for field in &mut self.fields {
            field.value.zeroize();
            field.salt.0.zeroize();
        }
    }
}

/// How the holder is reached: in no certificate, and so never on chain, not even as a commitment.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Mobile number.
    pub phone: String,
    /// Mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Where they live now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Whom to call in an emergency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency: Option<String>,
}

impl Contact {
    /// By phone alone.
    pub fn new(phone: &str) -> Self {
        Self { phone: phone.to_owned(), email: None, address: None, emergency: None }
    }
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Contact")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_plain_words() {
        for text in ["claim/0", "contact", "capacity/00ff", "a-b_c.d"] {
            assert!(DocumentName::new(text).is_ok(), "{text}");
        }
        for text in ["", "Claim", "滇", "a b", "a\0", &"x".repeat(81)] {
            assert!(matches!(DocumentName::new(text), Err(VaultError::Name(_))), "{text}");
        }
    }
}
