// SPDX-License-Identifier: Apache-2.0
//! How a subject stands, the row that says so, and who may still look.

use chain::ids::Time;
use chain::records::ErasureKind;

use crate::error::VaultError;
use crate::protocol::Protocol;
use crate::subject::Subject;

/// How a subject stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its data are held.
    Held,
    /// They are kept because the law requires it.
    Restricted {
        /// Until then. From then on they are shown to nobody at all.
        until: Time,
    },
    /// Its key is destroyed.
    Erased {
        /// When.
        at: Time,
    },
}

/// How far a reader reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Whoever has a basis.
    Ordinary,
    /// A regulator for a named case: restricted data too.
    Case,
}

/// Who looks, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// How far they reach.
    pub reach: Reach,
    /// Block time.
    pub now: Time,
}

impl View {
    /// Somebody with a basis.
    pub fn ordinary(now: Time) -> Self {
        Self { reach: Reach::Ordinary, now }
    }

    /// A regulator for a named case.
    pub fn case(now: Time) -> Self {
        Self { reach: Reach::Case, now }
    }
}

/// What the drawer of keys says of a subject.
pub(crate) struct Held {
    /// The wrapped key; none once it is destroyed.
    pub(crate) wrapped: Option<Vec<u8>>,
    /// What became of the data, if anything did.
    pub(crate) protocol: Option<Protocol>,
}

const VERSION: u8 = 1;

impl Held {
    /// Version (1) ‖ length of the wrapped key (4) ‖ wrapped key ‖ protocol. No key: length 0.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let wrapped = self.wrapped.as_deref().unwrap_or_default();
        let protocol = self.protocol.as_ref().map(Protocol::to_json).unwrap_or_default();
        let length = (wrapped.len() as u32).to_le_bytes();
        [&[VERSION][..], &length, wrapped, &protocol].concat()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (version, rest) = bytes.split_first()?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let (wrapped, protocol) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        if *version != VERSION || (wrapped.is_empty() && protocol.is_empty()) {
            return None;
        }
        let protocol = match protocol {
            [] => None,
            bytes => Some(serde_json::from_slice(bytes).ok()?),
        };
        let wrapped = (!wrapped.is_empty()).then(|| wrapped.to_vec());
        Some(Self { wrapped, protocol })
    }

    pub(crate) fn standing(&self) -> Standing {
        match &self.protocol {
            None => Standing::Held,
            Some(Protocol { kind: ErasureKind::Restricted { until }, .. }) => {
                Standing::Restricted { until: *until }
            }
            Some(Protocol { kind: ErasureKind::Erased, at, .. }) => Standing::Erased { at: *at },
        }
    }

    /// The wrapped key for somebody who looks.
    pub(crate) fn open_to(&self, subject: Subject, view: View) -> Result<&[u8], VaultError> {
        match self.standing() {
            Standing::Restricted { until } if view.reach != Reach::Case || view.now >= until => {
                Err(VaultError::Restricted { subject, until })
            }
            _ => self.key(subject),
        }
    }

    /// The wrapped key, unless it is destroyed.
    pub(crate) fn key(&self, subject: Subject) -> Result<&[u8], VaultError> {
        match (&self.wrapped, self.standing()) {
            (_, Standing::Erased { at }) => Err(VaultError::Erased { subject, at }),
            (Some(wrapped), _) => Ok(wrapped),
            (None, _) => Err(VaultError::Altered { subject, what: "key".to_owned() }),
        }
    }
}
