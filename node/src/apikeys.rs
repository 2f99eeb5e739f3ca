// SPDX-License-Identifier: Apache-2.0
//! The file in a node's folder that holds its API keys: digests of secrets, never the secrets. Commands
//! change it whole, one after the other, and a running node looks at it again.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use api::access::register::Register;
use genesis::private;
use tokio::sync::watch;

const FILE: &str = "apikeys.toml";
const NOTE: &str =
    "# API keys of this node. `dianyun apikey` changes them; their secrets are nowhere.\n";
/// How often a running node looks whether the file changed.
const LOOK: Duration = Duration::from_millis(500);

fn path(dir: &Path) -> PathBuf {
    dir.join(FILE)
}

/// The keys of a node's folder; none if it never had any.
pub(crate) fn read(dir: &Path) -> Result<Register> {
    let path = path(dir);
    if !path.exists() {
        return Ok(Register::default());
    }
    let shown = path.display();
    let foreign = private::foreign_bits(&path).with_context(|| format!("cannot read {shown}"))?;
    ensure!(foreign == 0, "{shown} may be read by others: chmod 600 it");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {shown}"))?;
    toml::from_str(&text).with_context(|| format!("{shown} cannot be used"))
}

/// Changes the keys of a folder: nobody else does meanwhile, and a crash leaves the old or the new.
pub(crate) fn change<T>(dir: &Path, change: impl FnOnce(&mut Register) -> Result<T>) -> Result<T> {
    ensure!(dir.join("config.toml").is_file(), "{} is no folder of a node", dir.display());
    let lock = path(dir).with_extension("lock");
    let open = OpenOptions::new().write(true).create(true).truncate(false).open(&lock);
    let lock = open.with_context(|| format!("cannot write {}", lock.display()))?;
    lock.lock().context("cannot lock the API keys")?;
    let mut register = read(dir)?;
    let done = change(&mut register)?;
    let text = toml::to_string(&register).context("the API keys cannot be written")?;
    let path = path(dir);
    private::replace(&path, &format!("{NOTE}{text}"))
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(done)
}

/// The keys as they change while the node runs. A file that became unusable changes nothing.
pub(crate) fn follow(dir: &Path) -> Result<watch::Receiver<Arc<Register>>> {
    let dir = dir.to_owned();
    api::follow::follow("API keys", vec![path(&dir)], LOOK, move || read(&dir))
}
