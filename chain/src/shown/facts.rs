// SPDX-License-Identifier: Apache-2.0
//! What a shown code says: of a code or of an organisation, as of a block, for how long, and whose key shows it.

use std::fmt;
use std::str::FromStr;

use crate::data::{data, small_data};
use crate::hash::Hash;
use crate::ids::{CodeId, Height, OrganisationId, Time};
use crate::keys::PublicKey;
use crate::limits::SHOWN_VALID_MS;
use crate::query::{OperatorState, StandingWord, code};
use crate::records::organisation::OrganisationKind;
use crate::records::{Colour, Custody};
use crate::text::{TextError, hex_array, text_serde};

/// The first 4 bytes of a chain id: which chain a shown code is of. Signatures cover the whole id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChainTag(pub [u8; 4]);

impl ChainTag {
    /// The tag of a chain.
    pub fn of(chain: &Hash) -> Self {
        let [a, b, c, d, ..] = chain.0;
        Self([a, b, c, d])
    }
}

impl fmt::Display for ChainTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for ChainTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ChainTag {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        hex_array(text, "the first 8 digits of a chain id").map(Self)
    }
}

text_serde!(ChainTag, "the first 8 digits of a chain id", r"^[0-9a-f]{8}$", "ba7816bf");

small_data! {
    /// How a code stands: its colour if it is issued, else its standing. Its number is part of the format.
    pub enum CodeState {
        /// Issued and blue.
        Blue,
        /// Issued and yellow.
        Yellow,
        /// Issued and red.
        Red,
        /// Suspended: it has no colour.
        Suspended,
        /// Cancelled for good.
        Cancelled,
    }

    /// Who has the key in hand that shows. Its number is part of the format.
    pub enum KeyCustody {
        /// An organisation its own.
        Organisation,
        /// The holder alone.
        Device,
        /// A platform that signs for the holder.
        Platform,
    }

    /// What is shown.
    pub enum ShownWhat {
        /// A code.
        Code {
            /// Its id.
            id: CodeId,
            /// How it stands.
            state: CodeState,
            /// The state of its operator.
            operator: OperatorState,
            /// Who has the key in hand that shows it.
            custody: KeyCustody,
        },
        /// The badge of an organisation: an officer or an enterprise says who it is. Scanning is mutual.
        Organisation {
            /// Its id.
            id: OrganisationId,
            /// Its kind.
            kind: OrganisationKind,
        },
    }
}

impl CodeState {
    /// All of them, in the order of the format.
    pub const ALL: [Self; 5] =
        [Self::Blue, Self::Yellow, Self::Red, Self::Suspended, Self::Cancelled];

    /// The state that standing and colour make; none for a code that there is not.
    pub fn of(standing: StandingWord, colour: Option<Colour>) -> Option<Self> {
        match (standing, colour) {
            (StandingWord::Issued, Some(Colour::Blue)) => Some(Self::Blue),
            (StandingWord::Issued, Some(Colour::Yellow)) => Some(Self::Yellow),
            (StandingWord::Issued, Some(Colour::Red)) => Some(Self::Red),
            (StandingWord::Suspended, _) => Some(Self::Suspended),
            (StandingWord::Cancelled, _) => Some(Self::Cancelled),
            (StandingWord::Issued, None) | (StandingWord::Unknown, _) => None,
        }
    }

    /// Its standing.
    pub fn standing(self) -> StandingWord {
        match self {
            Self::Blue | Self::Yellow | Self::Red => StandingWord::Issued,
            Self::Suspended => StandingWord::Suspended,
            Self::Cancelled => StandingWord::Cancelled,
        }
    }

    /// Its colour; none unless issued.
    pub fn colour(self) -> Option<Colour> {
        match self {
            Self::Blue => Some(Colour::Blue),
            Self::Yellow => Some(Colour::Yellow),
            Self::Red => Some(Colour::Red),
            Self::Suspended | Self::Cancelled => None,
        }
    }
}

impl KeyCustody {
    /// All of them, in the order of the format.
    pub const ALL: [Self; 3] = [Self::Organisation, Self::Device, Self::Platform];
}

impl From<Custody> for KeyCustody {
    fn from(custody: Custody) -> Self {
        match custody {
            Custody::Device => Self::Device,
            Custody::Platform(_) => Self::Platform,
        }
    }
}

impl ShownWhat {
    /// The colour to show: blue with an invalid operator is shown as yellow; none for what has no colour.
    pub fn displayed(&self) -> Option<Colour> {
        match self {
            Self::Code { state, operator, .. } => code::displayed(state.colour(), *operator),
            Self::Organisation { .. } => None,
        }
    }
}

data! {
    /// The facts: what witnesses sign.
    pub struct Facts {
        /// Which chain says so.
        pub chain_tag: ChainTag,
        /// Of what, and how it is.
        pub shows: ShownWhat,
        /// Height of the block that was read.
        pub height: Height,
        /// That block's time.
        pub as_of: Time,
        /// From this instant on it is unknown: not after the next change by itself, nor 24 hours after `as_of`.
        pub valid_until: Time,
        /// The holder's key, whose signature shows them.
        pub key: PublicKey,
    }
}

impl Facts {
    /// Until when facts are good that were read from a block of `as_of`, and change next by themselves then.
    pub fn until(as_of: Time, next_change: Option<Time>) -> Time {
        let longest = as_of.plus(SHOWN_VALID_MS);
        next_change.map_or(longest, |next| next.min(longest))
    }
}
