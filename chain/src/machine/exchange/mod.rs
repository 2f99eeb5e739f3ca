// SPDX-License-Identifier: Apache-2.0
//! Consents, accesses and erasures: `consent` is given and revoked, `access` is recorded on a `basis`,
//! `erasure` shuts what is kept or destroyed. Nothing here ever sees a value.

mod access;
pub(crate) mod basis;
mod consent;
pub(crate) mod erasure;

pub(super) use access::{record, use_shown};
pub(super) use consent::{end, give, revoke};
pub(super) use erasure::publish_erasure;
