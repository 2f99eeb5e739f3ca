// SPDX-License-Identifier: Apache-2.0
//! Who may ask: credentials, rates, and the table of who may call what. What an organisation may do is the
//! chain's word; an API key or a token only says who asks, and never widens it.

mod caller;
mod client;
pub(crate) mod credentials;
pub(crate) mod guard;
pub(crate) mod rates;
pub mod register;
pub mod secret;
pub mod signing;
pub mod table;

pub use caller::{Caller, Class, Holding, Member, Narrowed};
