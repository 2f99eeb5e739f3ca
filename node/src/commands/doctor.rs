// SPDX-License-Identifier: Apache-2.0
//! `dianyun doctor`: looks through a node's folder while the node does not run.

use std::cell::Cell;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Args;
use serde_json::json;
use store::{Options, Store};
use vault::Checked;

use crate::config::{self, Flags};
use crate::lock;
use crate::output::{Output, say};

const EXAMPLES: &str = "\
Examples:
  dianyun doctor --dir validator-1
  dianyun doctor --dir validator-1 --compact --json
  dianyun testnet kill validator-2 && dianyun doctor --dir ~/.local/state/dianyun/testnet/validator-2

The node must not run. Exit code 0 only if everything is sound; else the message says what to do.";

/// Look through the data folder of a node that does not run: every header, body, receipt, change and
/// newest version of a record is hashed again, and what is derived from them is compared.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Doctor {
    /// The node's folder.
    #[arg(long, default_value = ".")]
    dir: PathBuf,
    /// Then compact every table, and say what each takes on disk.
    #[arg(long)]
    compact: bool,
}

/// Block cache while nothing else runs over the folder.
const CACHE_BYTES: usize = 1 << 30;
/// Between two lines that tell how far it is.
const SAY_EVERY: Duration = Duration::from_secs(5);

impl Doctor {
    pub(crate) fn run(self, output: Output) -> Result<()> {
        let config = config::load(&self.dir, &Flags::default())?.config;
        let _lock = lock::take(&self.dir)?;
        let genesis = genesis::load(&config.genesis)?;
        // Reads are all over the tables: a larger cache saves reading the same blocks again.
        let options = Options { cache_bytes: CACHE_BYTES, ..Options::default() };
        let store = Store::open(&config.data, &genesis, &options)?;
        let newest = store.header().height.0;
        let said = Cell::new(Instant::now());
        let checked = store.check(&|height| {
            if said.get().elapsed() > SAY_EVERY {
                said.set(Instant::now());
                say(format!("height {height} of {newest}"));
            }
        })?;
        let vault = Checked::of(&store.vault_shelf())?;
        let (blocks, records) = (checked.blocks, checked.records);
        let mut report = json!({
            "height": checked.height, "blocks": blocks, "records": records, "sound": true,
            "vault": {
                "held": vault.status.held, "restricted": vault.status.restricted,
                "erased": vault.status.erased, "documents": vault.documents,
            },
            "transactions": checked.transactions, "transaction_bytes": checked.transaction_bytes,
        });
        let mut lines = vec![format!("{blocks} blocks and {records} records are sound.")];
        lines.push(format!(
            "The vault is whole: {} subjects, {} documents. `dianyun vault check` opens them.",
            vault.status.held + vault.status.restricted + vault.status.erased,
            vault.documents
        ));
        if self.compact {
            let tables = store.compact()?;
            lines
                .extend(tables.iter().map(|(name, bytes)| format!("{name:<10} {bytes:>14} bytes")));
            report["tables"] = json!(tables);
        }
        output.data(&report, || lines.join("\n"));
        Ok(())
    }
}
