// SPDX-License-Identifier: Apache-2.0
//! `dianyun token`: a short-lived token by a registered key, for who asks a node's interface as its owner.

use std::path::PathBuf;

use anyhow::Result;
use chain::genesis::Mode;
use chain::{Hash, Time};
use clap::Args;
use consensus::clock::Clock;
use genesis::KeyFile;
use serde_json::json;
use token::LIFE_S;

use super::keys::Passphrase;
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  token=$(dianyun token --key platform.key --chain \"$chain\" --for validator-1 --passphrase-file secret.txt)
  curl -H \"Authorization: Bearer $token\" https://node.example/v1/waybills

`chain` and `name` of /v1/status are the chain's id and the node's name. The token is a JSON Web Token signed
with EdDSA; whose the key is, and whether it is in force, the chain says.";

/// Sign a token with a key, good for a few minutes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct TokenOf {
    /// The key file.
    #[arg(long)]
    key: PathBuf,
    /// The chain's id.
    #[arg(long)]
    chain: Hash,
    /// The node that is asked, by its name: no other takes it.
    #[arg(long = "for", value_name = "NODE")]
    node: String,
    /// How long it is good.
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=LIFE_S))]
    seconds: u64,
    #[command(flatten)]
    passphrase: Passphrase,
}

impl TokenOf {
    pub(crate) fn run(self, output: Output) -> Result<()> {
        // Whether a test key is good for that chain, the chain says: it is registered there or not.
        let key = KeyFile::read(&self.key)?.open(Mode::Demo, &self.passphrase.unlock())?;
        let now = Time(Clock::default().now_ms());
        let audience = token::audience(self.chain, &self.node);
        let token = token::sign(&key, &audience, now, self.seconds)?;
        output.data(&json!({ "token": token, "public": key.public() }), || token.clone());
        Ok(())
    }
}
