// SPDX-License-Identifier: Apache-2.0
//! `dianyun shown make`: a holder's screen for one moment.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, Result, bail};
use chain::genesis::Mode;
use chain::keys::SecretKey;
use chain::shown::Shown;
use chain::{Hash, Time};
use clap::Args;
use client::shown::{Screen, Showing};
use client::{Client, picture};
use consensus::clock::Clock;
use demo::cast;
use genesis::KeyFile;
use serde_json::json;

use crate::commands::keys::Passphrase;
use crate::commands::runtime;
use crate::commands::testnet::{State, address, default_dir};
use crate::output::{Output, say};

/// What is shown, by which key, and in which form.
#[derive(Debug, Args)]
pub(crate) struct Make {
    /// A code's id, or an organisation's for its badge (org_…).
    #[arg(value_parser = showing)]
    id: Showing,
    /// The holder's key file, or one of the organisation's. Without it the key of a testnet's newcomer, who applied
    /// with `code apply`.
    #[arg(long)]
    key: Option<PathBuf>,
    #[command(flatten)]
    passphrase: Passphrase,
    /// Write the picture as SVG to this file.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Write the picture as PNG to this file.
    #[arg(long, value_name = "FILE")]
    png: Option<PathBuf>,
    /// Width and height of the picture.
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..=8_192))]
    pixels: u32,
    /// A validator that gives its word: its name in the testnet, or an address; without it the testnet's first.
    /// Up to four may be named: each makes the picture larger.
    #[arg(long)]
    node: Vec<String>,
    /// The testnet's folder.
    #[arg(long, default_value_os_t = default_dir())]
    dir: PathBuf,
}

fn showing(text: &str) -> Result<Showing, String> {
    let code = chain::ids::CodeId::from_str(text).map(Showing::Code);
    let organisation = || chain::ids::OrganisationId::from_str(text).map(Showing::Organisation);
    code.or_else(|_| organisation())
        .map_err(|_| "a code's id, or an organisation's id (org_…) is needed".to_owned())
}

impl Make {
    pub(crate) fn run(self, output: Output) -> Result<()> {
        let shown = runtime()?.block_on(self.show())?;
        let text = shown.to_text().context("it cannot be written")?;
        if let Some(file) = &self.svg {
            write(file, picture::svg(&text, self.pixels)?.as_bytes())?;
        }
        if let Some(file) = &self.png {
            write(file, &picture::png(&text, self.pixels)?)?;
        }
        let facts = &shown.witnessed.facts;
        let whole = json!({
            "text": text, "facts": facts, "displayed": facts.shows.displayed(),
            "shown_at": shown.shown_at,
        });
        output.data(&whole, || text.clone());
        Ok(())
    }

    async fn show(&self) -> Result<Shown> {
        let nodes = self.nodes()?;
        let chain = nodes.first().context("a node is needed")?.status().await?.chain;
        let mut screen = Screen::new(self.id, self.key(chain)?, chain);
        screen.renew(&nodes).await?;
        Ok(screen.show(Time(Clock::default().now_ms()))?)
    }

    fn nodes(&self) -> Result<Vec<Client>> {
        let first = |state: &State| Some(state.validators().next()?.api.clone());
        if self.node.is_empty() {
            return Ok(vec![Client::new(&address(None, &self.dir, first)?)?]);
        }
        let named = self.node.iter();
        named.map(|node| Ok(Client::new(&address(Some(node), &self.dir, first)?)?)).collect()
    }

    fn key(&self, chain: Hash) -> Result<SecretKey> {
        if let Some(file) = &self.key {
            // Whether a test key is good for that chain, the chain says: it is registered there or not.
            return Ok(KeyFile::read(file)?.open(Mode::Demo, &self.passphrase.unlock())?);
        }
        let Showing::Code(code) = self.id else {
            bail!("a key of the organisation is needed: name its file by --key")
        };
        let drivers = State::find(&self.dir)?.map(|state| state.drivers).unwrap_or_default();
        let found = drivers.iter().find(|driver| driver.code == code);
        let found = found.with_context(|| {
            format!("the key of {code} is not here: name its file by --key, or take a code that `code apply` printed")
        })?;
        Ok(cast::key(chain, cast::Player::Driver(found.index)))
    }
}

/// Writes a picture, and says so.
pub(crate) fn write(file: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(file, bytes).with_context(|| format!("cannot write {}", file.display()))?;
    say(format!("{} is written.", file.display()));
    Ok(())
}
