// SPDX-License-Identifier: Apache-2.0
//! The folder of a node with the keys by which it signs in the name of organisations, for those whose API keys are
//! bound to one of them. A running node looks at it again.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use api::access::signing::Keystore;
use chain::genesis::Mode;
use chain::keys::PublicKey;
use genesis::{KeyFile, Unlock};
use tokio::sync::watch;

const FOLDER: &str = "keystore";
/// How often a running node looks whether a key was added.
const LOOK: Duration = Duration::from_secs(1);

fn folder(dir: &Path) -> PathBuf {
    dir.join(FOLDER)
}

/// Puts a copy of a key file into the keystore of a node's folder; what is in it stays sealed.
pub(crate) fn add(dir: &Path, file: &Path) -> Result<PublicKey> {
    ensure!(dir.join("config.toml").is_file(), "{} is no folder of a node", dir.display());
    let key = KeyFile::read(file)?;
    let folder = folder(dir);
    if !folder.exists() {
        std::fs::create_dir(&folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
        genesis::private::belongs_like(&folder, dir)
            .with_context(|| format!("cannot hand over {}", folder.display()))?;
    }
    let name = key.public.to_string().replace(':', "-");
    key.replace(&folder.join(format!("{name}.key")))?;
    Ok(key.public)
}

fn read(dir: &Path, mode: Mode, unlock: &Unlock) -> Result<Keystore> {
    let folder = folder(dir);
    let mut keys = Vec::new();
    let Ok(files) = std::fs::read_dir(&folder) else { return Ok(Keystore::default()) };
    for file in files {
        let path = file.with_context(|| format!("cannot read {}", folder.display()))?.path();
        if path.extension().is_some_and(|end| end == "key") {
            keys.push(KeyFile::read(&path)?.open(mode, unlock)?);
        }
    }
    Ok(Keystore::new(keys))
}

/// The keys as they change while the node runs. A keystore that became unusable changes nothing.
pub(crate) fn follow(
    dir: &Path,
    mode: Mode,
    unlock: &Unlock,
) -> Result<watch::Receiver<Arc<Keystore>>> {
    let (dir, unlock) = (dir.to_owned(), unlock.clone());
    let paths = vec![folder(&dir)];
    api::follow::follow("keystore", paths, LOOK, move || read(&dir, mode, &unlock))
}
