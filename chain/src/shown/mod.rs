// SPDX-License-Identifier: Apache-2.0
//! The shown code (`domain.md` section 9): what a holder shows on a screen, and what whoever scans it can tell
//! without a network. Layout: `docs/showing.md`.
//!
//! *Facts* are what the chain says of a code or an organisation; *witnesses*, nodes of genesis, sign them; the
//! holder signs them anew each time that they are *shown*. What cannot be verified is unknown, never a colour.

mod facts;
mod packed;
mod scan;
mod show;
mod witness;

pub use facts::{ChainTag, CodeState, Facts, KeyCustody, ShownWhat};
pub use packed::{FACTS_BYTES, Malformed, SHOWING_BYTES, WITNESS_BYTES};
pub use scan::{Doubt, Scan, Verdict, Verified, verify};
pub use show::{PREFIX, ShowError, Shown, Witnessed};
pub use witness::{ListedWitness, Witness, WitnessKey, WitnessList};
