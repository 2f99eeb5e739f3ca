// SPDX-License-Identifier: Apache-2.0
//! The secrets that all attesters of a kind share, so that two bureaus give one person one tag.
//! Genesis holds commitments and test tags; the secrets lie in files that only attesters have.

use std::path::Path;

use chain::domain;
use chain::genesis::TagSecret;
use chain::hash::Hash;
use chain::records::NameKind;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::error::GenesisFileError;
use crate::keyfile::{KeyFileError, new_key};
use crate::private;

/// What the test tag in genesis is made of.
pub const TEST: &[u8] = b"test";
const NOTE: &str =
    "# Tag secrets of Dianyun Chain: whoever has them can test guesses at numbers.\n";

/// The three secrets; none is printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TagSecrets {
    /// Of identity numbers.
    pub identity: [u8; 32],
    /// Of VINs.
    pub vin: [u8; 32],
    /// Of plates with their colours.
    pub plate: [u8; 32],
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    identity: String,
    vin: String,
    plate: String,
}

impl std::fmt::Debug for TagSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TagSecrets")
    }
}

impl TagSecrets {
    /// New secrets from the system's random source.
    pub fn new() -> Result<Self, KeyFileError> {
        let one = || new_key().map(|key| key.seed());
        Ok(Self { identity: one()?, vin: one()?, plate: one()? })
    }
}

/// HMAC-SHA-256 of a normalised number under a secret.
pub fn tag(secret: &[u8; 32], normalised: &[u8]) -> Hash {
    let mut mac = match Hmac::<Sha256>::new_from_slice(secret) {
        Ok(mac) => mac,
        Err(_) => unreachable!("HMAC takes keys of any length"),
    };
    mac.update(normalised);
    Hash(mac.finalize().into_bytes().into())
}

/// What genesis says of a secret.
pub fn committed(kind: NameKind, secret: &[u8; 32]) -> TagSecret {
    TagSecret {
        kind,
        commitment: Hash::tagged(domain::TAG_SECRET, &[secret]),
        test_tag: tag(secret, TEST),
    }
}

impl TagSecrets {
    /// The commitments in genesis.
    pub fn committed(&self) -> Vec<TagSecret> {
        vec![
            committed(NameKind::Identity, &self.identity),
            committed(NameKind::Vin, &self.vin),
            committed(NameKind::Plate, &self.plate),
        ]
    }

    /// True if these are the secrets that genesis commits to.
    pub fn are_of(&self, genesis: &chain::Genesis) -> bool {
        self.committed().iter().all(|own| genesis.tag_secrets.contains(own))
    }

    /// Writes a new file with mode 0600.
    pub fn write_new(&self, path: &Path) -> Result<(), GenesisFileError> {
        let written = Written {
            identity: hex::encode(self.identity),
            vin: hex::encode(self.vin),
            plate: hex::encode(self.plate),
        };
        let wrong = |detail| GenesisFileError::Secrets { path: path.to_owned(), detail };
        let body = toml::to_string(&written).map_err(|error| wrong(error.to_string()))?;
        private::write_new(path, &format!("{NOTE}{body}")).map_err(GenesisFileError::io(path))
    }

    /// Reads a file that nobody else may read.
    pub fn read(path: &Path) -> Result<Self, GenesisFileError> {
        let wrong = |detail: String| GenesisFileError::Secrets { path: path.to_owned(), detail };
        if private::foreign_bits(path).map_err(GenesisFileError::io(path))? != 0 {
            return Err(wrong("may be read by others: chmod 600 it".into()));
        }
        let text = std::fs::read_to_string(path).map_err(GenesisFileError::io(path))?;
        // No error quotes what it found: that may be a secret.
        let written: Written =
            toml::from_str(&text).map_err(|error| wrong(error.message().to_owned()))?;
        let bytes = |text: &str| {
            let expected = "a secret of 64 lower-case hexadecimal digits";
            chain::text::hex_array(text, expected)
                .map_err(|_| wrong(format!("each of the three is {expected}")))
        };
        Ok(Self {
            identity: bytes(&written.identity)?,
            vin: bytes(&written.vin)?,
            plate: bytes(&written.plate)?,
        })
    }
}
