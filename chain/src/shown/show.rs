// SPDX-License-Identifier: Apache-2.0
//! Showing: facts with their witnesses, signed by the holder for the moment, as a text for a picture.

use std::fmt;
use std::str::FromStr;

use super::facts::{ChainTag, Facts};
use super::packed::{FACTS_BYTES, Malformed, SHOWING_BYTES, WITNESS_BYTES};
use super::witness::Witness;
use crate::data::data;
use crate::domain;
use crate::hash::Hash;
use crate::ids::Time;
use crate::keys::{SecretKey, Signature};
use crate::limits::SHOWN_WITNESSES;

/// What the text of a shown code begins with.
pub const PREFIX: &str = "DYM1:";

/// Longest text: base45 has 3 symbols for 2 bytes.
const LONGEST: usize =
    PREFIX.len() + (FACTS_BYTES + SHOWN_WITNESSES * WITNESS_BYTES + SHOWING_BYTES).div_ceil(2) * 3;

data! {
    /// Facts with the word of 1 to 4 witnesses, in ascending order of their numbers.
    pub struct Witnessed {
        /// The facts.
        pub facts: Facts,
        /// The witnesses.
        pub witnesses: Vec<Witness>,
    }

    /// Witnessed facts as their holder shows them at one moment.
    pub struct Shown {
        /// Facts and witnesses.
        pub witnessed: Witnessed,
        /// When the holder signed; not before the facts.
        pub shown_at: Time,
        /// The holder's signature over all of it.
        pub signature: Signature,
    }
}

/// Why facts are not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShowError {
    /// They are of another chain: ask a node of this one.
    #[error("the facts are of another chain")]
    ForeignChain,
    /// They name another key: ask the node for facts with this key.
    #[error("the facts name another key than the one that would sign")]
    ForeignKey,
    /// They hold no more: ask the node for new ones.
    #[error("the facts hold no more since {0}")]
    Expired(Time),
    /// They are of two moments: ask the second node as of the height of the first.
    #[error("the witnesses speak of different facts")]
    DifferentFacts,
    /// They cannot be written.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

impl Witnessed {
    /// Adds the witnesses of the same facts that another node gave. One that is there already stays as it is.
    pub fn joined(mut self, other: Self) -> Result<Self, ShowError> {
        if self.facts != other.facts {
            return Err(ShowError::DifferentFacts);
        }
        for witness in other.witnesses {
            if self.witnesses.iter().all(|known| known.number != witness.number) {
                self.witnesses.push(witness);
            }
        }
        self.witnesses.sort_by_key(|witness| witness.number);
        self.to_bytes()?;
        Ok(self)
    }

    /// When a holder whose clock says `now` shows them: a clock behind the chain's is overtaken by it.
    pub fn shown_at(&self, now: Time) -> Result<Time, ShowError> {
        let facts = &self.facts;
        let at = now.max(facts.as_of);
        if at >= facts.valid_until { Err(ShowError::Expired(facts.valid_until)) } else { Ok(at) }
    }

    /// ShownWhat them at `now`: signed by the key that they name.
    pub fn show(self, key: &SecretKey, chain: &Hash, now: Time) -> Result<Shown, ShowError> {
        if self.facts.chain_tag != ChainTag::of(chain) {
            return Err(ShowError::ForeignChain);
        }
        if self.facts.key != key.public() {
            return Err(ShowError::ForeignKey);
        }
        let shown_at = self.shown_at(now)?;
        let unsigned = key.sign(&[]);
        let mut shown = Shown { witnessed: self, shown_at, signature: unsigned };
        shown.signature = key.sign(&shown.message(chain)?);
        Ok(shown)
    }
}

impl Shown {
    /// What the holder signs: for a key that is elsewhere.
    pub fn message(&self, chain: &Hash) -> Result<Vec<u8>, Malformed> {
        Ok([domain::SHOWN.0.as_slice(), &chain.0, &self.signed_bytes()?].concat())
    }

    /// True if the holder signed.
    pub fn holds(&self, chain: &Hash) -> bool {
        let key = &self.witnessed.facts.key;
        self.message(chain).is_ok_and(|message| key.verifies(&message, &self.signature))
    }

    /// The text for a picture.
    pub fn to_text(&self) -> Result<String, Malformed> {
        Ok(format!("{PREFIX}{}", base45::encode(self.to_bytes()?)))
    }
}

impl FromStr for Shown {
    type Err = Malformed;

    /// Reads what [`Shown::to_text`] wrote, and nothing that is nearly it.
    fn from_str(text: &str) -> Result<Self, Malformed> {
        let symbols = text.strip_prefix(PREFIX).filter(|_| text.len() <= LONGEST);
        let symbols = symbols.ok_or(Malformed::Text)?;
        let bytes = base45::decode(symbols).map_err(|_| Malformed::Text)?;
        // The decoder takes more forms than the encoder has.
        if base45::encode(&bytes) != symbols {
            return Err(Malformed::Text);
        }
        Self::from_bytes(&bytes)
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text().map_err(|_| fmt::Error)?)
    }
}
