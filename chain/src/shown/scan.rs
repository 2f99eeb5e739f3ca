// SPDX-License-Identifier: Apache-2.0
//! Scanning: the verdict on a shown code, from it and a list of witnesses alone. What is past its time or
//! unverifiable is unknown, never a colour; a picture of a screen is recognised as old.

use super::facts::ChainTag;
use super::show::{Shown, Witnessed};
use super::witness::WitnessList;
use crate::data::small_data;
use crate::ids::Time;
use crate::limits::SHOWN_APART_MS;
use crate::records::Colour;

/// What a scanner goes by.
#[derive(Clone, Copy, Debug)]
pub struct Scan<'a> {
    /// The chain, and whose word counts.
    pub list: &'a WitnessList,
    /// How many of them must have signed; none counts as one.
    pub threshold: usize,
    /// The scanner's clock.
    pub now: Time,
}

impl<'a> Scan<'a> {
    /// One witness of the list is enough.
    pub fn new(list: &'a WitnessList, now: Time) -> Self {
        Self { list, threshold: 1, now }
    }
}

/// A shown code that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// It.
    pub shown: Shown,
    /// The colour to show: blue with an invalid operator is yellow; none for what has no colour.
    pub displayed: Option<Colour>,
    /// The witnesses of the list that signed.
    pub witnesses: Vec<u16>,
}

small_data! {
    /// Why something shown is unknown. Of several reasons the first of this list is told.
    #[derive(thiserror::Error)]
    pub enum Doubt {
        /// No shown code at all.
        #[error("it is no shown code")]
        Malformed,
        /// Of another chain.
        #[error("it is of another chain")]
        ForeignChain,
        /// Too few witnesses that are on the list.
        #[error("too few of its witnesses are on the list")]
        UnknownWitness,
        /// A signature of a witness on the list, or of the holder, does not hold.
        #[error("a signature does not hold")]
        BadSignature,
        /// Its facts hold no more.
        #[error("it holds no more")]
        Expired,
        /// It was signed more than 2 minutes ago: a picture of a screen, or a clock that is wrong.
        #[error("it was shown too long ago: a picture, or a wrong clock")]
        ShownTooLongAgo,
        /// It was signed more than 2 minutes from now: one of the clocks is wrong.
        #[error("it is shown in the future: a wrong clock")]
        ShownInFuture,
    }
}

impl Doubt {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::ForeignChain => "foreign_chain",
            Self::UnknownWitness => "unknown_witness",
            Self::BadSignature => "bad_signature",
            Self::Expired => "expired",
            Self::ShownTooLongAgo => "shown_too_long_ago",
            Self::ShownInFuture => "shown_in_future",
        }
    }
}

/// What a scanner tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    Verified(Box<Verified>),
    /// Nothing is known, and why.
    Unknown(Doubt),
}

/// The verdict on a scanned text.
pub fn verify(text: &str, scan: &Scan<'_>) -> Verdict {
    match check(text, scan) {
        Ok(verified) => Verdict::Verified(Box::new(verified)),
        Err(doubt) => Verdict::Unknown(doubt),
    }
}

fn check(text: &str, scan: &Scan<'_>) -> Result<Verified, Doubt> {
    let shown: Shown = text.parse().map_err(|_| Doubt::Malformed)?;
    let chain = &scan.list.chain;
    if shown.witnessed.facts.chain_tag != ChainTag::of(chain) {
        return Err(Doubt::ForeignChain);
    }
    let witnesses = witnesses(&shown.witnessed, scan)?;
    if !shown.holds(chain) {
        return Err(Doubt::BadSignature);
    }
    in_time(&shown, scan.now)?;
    let displayed = shown.witnessed.facts.shows.displayed();
    Ok(Verified { shown, displayed, witnesses })
}

/// The witnesses that are on the list: enough of them, and each must have signed.
fn witnesses(witnessed: &Witnessed, scan: &Scan<'_>) -> Result<Vec<u16>, Doubt> {
    let (facts, list) = (&witnessed.facts, scan.list);
    let listed = witnessed.witnesses.iter();
    let listed: Vec<_> =
        listed.filter_map(|witness| Some((witness, list.key_of(witness.number)?))).collect();
    if listed.len() < scan.threshold.max(1) {
        return Err(Doubt::UnknownWitness);
    }
    let hold = listed.iter().all(|(witness, key)| witness.holds(&list.chain, facts, key));
    let numbers = listed.iter().map(|(witness, _)| witness.number);
    hold.then(|| numbers.collect()).ok_or(Doubt::BadSignature)
}

fn in_time(shown: &Shown, now: Time) -> Result<(), Doubt> {
    if now >= shown.witnessed.facts.valid_until {
        Err(Doubt::Expired)
    } else if now.since(shown.shown_at) > SHOWN_APART_MS {
        Err(Doubt::ShownTooLongAgo)
    } else if shown.shown_at.since(now) > SHOWN_APART_MS {
        Err(Doubt::ShownInFuture)
    } else {
        Ok(())
    }
}
