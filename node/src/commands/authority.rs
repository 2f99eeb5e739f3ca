// SPDX-License-Identifier: Apache-2.0
//! `dianyun authority run`: one authority of the demo, a process with its own key and inbox.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap::Subcommand;
use demo::authority::{self, Role, Setup};
use demo::cast;
use demo::net::NetNode;
use genesis::Layout;

use super::{runtime, told_to_stop};
use crate::logs;

const EXAMPLES: &str = "\
Examples:
  dianyun authority run --role insurer --dir NET --node http://127.0.0.1:8080 \\
    --listen 127.0.0.1:7001

`dianyun testnet up` starts all four. The inbox takes sealed parcels at POST /v1/parcels
and says who it is, and by which key they are sealed to it, at GET /v1/authority.";

/// Play an authority of the demo.
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum Command {
    /// Serve an inbox and answer what comes, until Ctrl-C or SIGTERM.
    Run {
        /// Who: public-security, traffic-police, transport or insurer.
        #[arg(long, value_parser = role)]
        role: Role,
        /// The testnet's folder.
        #[arg(long)]
        dir: PathBuf,
        /// The node that it talks to, such as http://127.0.0.1:8080.
        #[arg(long)]
        node: String,
        /// Where its inbox listens: a loopback address.
        #[arg(long)]
        listen: SocketAddr,
    },
}

fn role(word: &str) -> Result<Role, String> {
    Role::from_word(word).ok_or_else(|| {
        "one of public-security, traffic-police, transport, insurer is needed".to_owned()
    })
}

impl Command {
    pub(crate) fn run(self) -> Result<()> {
        let Self::Run { role, dir, node, listen } = self;
        ensure!(listen.ip().is_loopback(), "an inbox of the demo listens on loopback alone");
        logs::start()?;
        runtime()?.block_on(async {
            let layout = Layout::at(&dir);
            let genesis = layout.genesis()?;
            let member = layout.member(&genesis, role.word())?;
            let node = NetNode::connect(&node).await?;
            let setup = Setup {
                role,
                organisation: member.id,
                key: member.key,
                secrets: layout.secrets()?,
                register: cast::register(genesis.time),
                people: cast::PEOPLE,
            };
            let listener = tokio::net::TcpListener::bind(listen).await;
            let listener = listener.with_context(|| format!("cannot listen on {listen}"))?;
            Ok(authority::serve(setup, node, listener, told_to_stop()).await?)
        })
    }
}
