// SPDX-License-Identifier: Apache-2.0
//! `dianyun interface`: an organisation applies for an interface, a regulator grants, refuses or revokes.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use chain::actions::{
    Action, InterfaceApply, InterfaceGrant, InterfaceRefuse, InterfaceRelease, InterfaceRevoke,
    InterfaceWithdraw,
};
use chain::ids::{OrganisationId, Time};
use chain::records::interface::GrantTerms;
use chain::records::{Interface, InterfaceKind, InterfaceScope, InterfaceScopes};
use chain::text::Word;
use chain::{Hash, TransactionId};
use clap::{Args, Subcommand};
use client::{Client, Signer};
use genesis::{KeyFile, Layout};
use serde_json::{Value, json};

use super::keys::Passphrase;
use super::matter::{accepted, pretty};
use super::runtime;
use super::testnet::{NodeChoice, default_dir};
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  dianyun interface apply verification_and_exchange --scopes verify,waybills --a-minute 600 \\
      --days 365 --purpose purpose.txt --by enterprise-1
  dianyun interface show \"$organisation\"
  dianyun interface grant \"$organisation\" verification_and_exchange --by regulator
  dianyun interface refuse \"$organisation\" code_application --reason purpose_unclear --by regulator
  dianyun interface revoke \"$organisation\" code_application --reason misuse --by regulator

--by names a key of the testnet; elsewhere --key names a key file and --node a node. An organisation
signs with a key of the role admin (of the testnet: its admin key, which --by finds). A grant gives
what was asked for unless --scopes, --a-minute or --days say less.
Scopes of code_application: codes, vehicles. Of verification_and_exchange: verify, exchange,
waybills, modules.";

/// Apply for an interface, and answer such requests.
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum Command {
    /// Ask for an interface, or for other terms than those in force.
    Apply {
        /// code_application or verification_and_exchange.
        interface: InterfaceKind,
        /// What for, with commas between.
        #[arg(long, value_delimiter = ',', required = true, value_parser = scope)]
        scopes: Vec<InterfaceScope>,
        /// Most calls a minute.
        #[arg(long, default_value_t = 600)]
        a_minute: u32,
        /// For how many days.
        #[arg(long, default_value_t = 365)]
        days: u32,
        /// A file that says what for; its digest goes on the chain, the regulator gets the file.
        #[arg(long)]
        purpose: PathBuf,
        #[command(flatten)]
        by: By,
    },
    /// Take back an open request.
    Withdraw {
        /// code_application or verification_and_exchange.
        interface: InterfaceKind,
        #[command(flatten)]
        by: By,
    },
    /// Give back a grant.
    Release {
        /// code_application or verification_and_exchange.
        interface: InterfaceKind,
        #[command(flatten)]
        by: By,
    },
    /// Grant the open request, or less than it asks for.
    Grant {
        /// Whose request.
        organisation: OrganisationId,
        /// code_application or verification_and_exchange.
        interface: InterfaceKind,
        /// Only these scopes, with commas between.
        #[arg(long, value_delimiter = ',', value_parser = scope)]
        scopes: Vec<InterfaceScope>,
        /// Fewer calls a minute than asked for.
        #[arg(long)]
        a_minute: Option<u32>,
        /// Fewer days from now than asked for.
        #[arg(long)]
        days: Option<u32>,
        #[command(flatten)]
        by: By,
    },
    /// Refuse the open request.
    Refuse {
        /// Whose request.
        organisation: OrganisationId,
        /// code_application or verification_and_exchange.
        interface: InterfaceKind,
        /// A reason code.
        #[arg(long)]
        reason: Word,
        #[command(flatten)]
        by: By,
    },
    /// End a grant now.
    Revoke {
        /// Whose grant.
        organisation: OrganisationId,
        /// code_application or verification_and_exchange.
        interface: InterfaceKind,
        /// A reason code.
        #[arg(long)]
        reason: Word,
        #[command(flatten)]
        by: By,
    },
    /// Show what an organisation asked for and was granted.
    Show {
        /// Which.
        organisation: OrganisationId,
        #[command(flatten)]
        node: NodeChoice,
    },
}

/// Who signs, and which node takes it.
#[derive(Debug, Args)]
pub(crate) struct By {
    /// The short name of an organisation of the testnet.
    #[arg(long, conflicts_with = "key", required_unless_present = "key")]
    by: Option<String>,
    /// A key file.
    #[arg(long)]
    key: Option<PathBuf>,
    /// The node: its name in the testnet, or its address; without it the testnet's first.
    #[arg(long)]
    node: Option<String>,
    /// The testnet's folder.
    #[arg(long, default_value_os_t = default_dir())]
    dir: PathBuf,
    #[command(flatten)]
    passphrase: Passphrase,
}

const DAY_MS: u64 = 24 * 3_600_000;

impl Command {
    pub(crate) fn run(self, output: Output) -> Result<()> {
        runtime()?.block_on(self.done(output))
    }

    async fn done(self, output: Output) -> Result<()> {
        match self {
            Self::Apply { interface, scopes, a_minute, days, purpose, by } => {
                let text = std::fs::read(&purpose);
                let text = text.with_context(|| format!("cannot read {}", purpose.display()))?;
                let until = by.time().await?.plus(u64::from(days) * DAY_MS);
                let terms = GrantTerms { scopes: set(&scopes), calls_a_minute: a_minute, until };
                let action = InterfaceApply { interface, terms, purpose: Hash::of(&text) };
                told(by.send(action.into(), Role::Admin).await?, output);
            }
            Self::Withdraw { interface, by } => {
                told(by.send(InterfaceWithdraw { interface }.into(), Role::Admin).await?, output);
            }
            Self::Release { interface, by } => {
                told(by.send(InterfaceRelease { interface }.into(), Role::Admin).await?, output);
            }
            Self::Grant { organisation, interface, scopes, a_minute, days, by } => {
                let open = by.open_request(organisation, interface).await?;
                let asked = open.request.context("there is no open request")?.terms;
                let until = by.time().await?;
                let until = days.map(|days| until.plus(u64::from(days) * DAY_MS));
                let terms = GrantTerms {
                    scopes: if scopes.is_empty() { asked.scopes } else { set(&scopes) },
                    calls_a_minute: a_minute.unwrap_or(asked.calls_a_minute),
                    until: until.unwrap_or(asked.until),
                };
                let request = open.requests;
                let action = InterfaceGrant { organisation, interface, request, terms };
                told(by.send(action.into(), Role::Working).await?, output);
            }
            Self::Refuse { organisation, interface, reason, by } => {
                let request = by.open_request(organisation, interface).await?.requests;
                let action = InterfaceRefuse { organisation, interface, request, reason };
                told(by.send(action.into(), Role::Working).await?, output);
            }
            Self::Revoke { organisation, interface, reason, by } => {
                let action = InterfaceRevoke { organisation, interface, reason };
                told(by.send(action.into(), Role::Working).await?, output);
            }
            Self::Show { organisation, node } => {
                let path = format!("/v1/organisations/{organisation}/interfaces");
                let answer: Value = node.client()?.get(&path, &[]).await?;
                output.data(&answer, || pretty(&answer));
            }
        }
        Ok(())
    }
}

/// Which key of an organisation signs.
#[derive(Clone, Copy)]
enum Role {
    Admin,
    Working,
}

impl By {
    fn client(&self) -> Result<Client> {
        NodeChoice::of(self.node.clone(), self.dir.clone()).client()
    }

    async fn time(&self) -> Result<Time> {
        Ok(self.client()?.status().await?.time)
    }

    async fn open_request(
        &self,
        organisation: OrganisationId,
        interface: InterfaceKind,
    ) -> Result<Interface> {
        let path = format!("/v1/organisations/{organisation}/interfaces");
        let answer: Value = self.client()?.get(&path, &[]).await?;
        let mut all: Vec<Interface> = serde_json::from_value(answer["interfaces"].clone())?;
        all.retain(|one| one.interface == interface && one.request.is_some());
        all.pop().with_context(|| format!("{organisation} has no open request for that interface"))
    }

    async fn send(&self, action: Action, role: Role) -> Result<TransactionId> {
        let client = self.client()?;
        let status = client.status().await?;
        let key = match (&self.by, &self.key) {
            (Some(name), _) => {
                let layout = Layout::at(&self.dir);
                let member = layout.member(&layout.genesis()?, name)?;
                match role {
                    Role::Admin => member.admin,
                    Role::Working => member.key,
                }
            }
            (None, Some(file)) => {
                KeyFile::read(file)?.open(chain::genesis::Mode::Demo, &self.passphrase.unlock())?
            }
            (None, None) => bail!("name who signs with --by or --key"),
        };
        let transaction = Signer::new(key, status.chain).sign(action, status.time);
        let answer = client.submit(&transaction).await?;
        accepted(answer.receipt.as_ref())?;
        Ok(answer.id)
    }
}

fn told(id: TransactionId, output: Output) {
    output.data(&json!({ "transaction": id }), || id.to_string());
}

fn set(scopes: &[InterfaceScope]) -> InterfaceScopes {
    scopes.iter().copied().fold(InterfaceScopes::NONE, InterfaceScopes::with)
}

/// A scope by its word.
pub(super) fn scope(text: &str) -> Result<InterfaceScope> {
    let found = InterfaceScope::ALL.into_iter().find(|scope| scope.word() == text);
    let words = InterfaceScope::ALL.map(InterfaceScope::word).join(", ");
    found.with_context(|| format!("{text} is no scope; there are {words}"))
}
