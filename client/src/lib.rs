// SPDX-License-Identifier: Apache-2.0
//! The Rust SDK: build and sign, submit safely, read, and verify offline what a node proves.
//!
//! Never in here: a database, the peer-to-peer network, or trust in what a node merely says.

pub mod answers;
mod error;
mod events;
pub mod exchange;
pub mod holdings;
mod http;
mod light;
pub mod picture;
mod read;
pub mod shown;
mod sign;
mod signed;
mod submit;

pub use error::{ClientError, ProblemDetails};
pub use events::{EventStream, NodeEvent};
pub use http::{Client, plain_http};
pub use light::{LightClient, LightError};
pub use sign::{Signer, random_nonce, statement};
pub use submit::Verdict;
