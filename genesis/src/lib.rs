// SPDX-License-Identifier: Apache-2.0
//! The genesis file, key files, tag secrets, and the folders of a local testnet.
//! Never opens a socket: whoever lays out a testnet says which ports its nodes take.

pub mod check;
pub mod demo;
mod error;
mod file;
pub mod keyfile;
pub mod layout;
pub mod plan;
pub mod private;
pub mod secrets;
pub mod unlock;
pub mod vaultkey;

pub use age::secrecy::SecretString;
pub use check::{Report, check};
pub use error::GenesisFileError;
pub use file::{load, parse, to_json};
pub use keyfile::{KeyFile, KeyFileError, new_key};
pub use layout::Layout;
pub use secrets::TagSecrets;
pub use unlock::Unlock;
pub use vaultkey::VaultKeyFile;
