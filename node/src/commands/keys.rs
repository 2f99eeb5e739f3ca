// SPDX-License-Identifier: Apache-2.0
//! `dianyun keys`: make key files, look at them, change their passphrase. No secret is ever printed.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use chain::genesis::Mode;
use clap::{Args, Subcommand};
use genesis::{KeyFile, KeyFileError, SecretString, Unlock, VaultKeyFile, new_key};
use serde_json::{Value, json};

use crate::output::{Output, say};

const EXAMPLES: &str = "\
Examples:
  dianyun keys new --name validator-1 --out node.key --passphrase-file secret.txt
  dianyun keys new --name trial --out trial.key --test
  dianyun keys new --vault --name validator-1 --out vault.key --passphrase-file secret.txt
  dianyun keys show node.key --unlock --passphrase-file secret.txt
  dianyun keys list keys
  dianyun keys encrypt node.key --old-passphrase-file secret.txt --passphrase-file new.txt

The passphrase is the first line of the named file, else DIANYUN_PASSPHRASE, else the systemd
credential dianyun-passphrase. Nothing asks for it. Key files have mode 0600.
A test key is marked, may lie in plain, and is refused by a chain in production mode.";

/// Make key files and look at them.
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum Command {
    /// Make a key, sealed under a passphrase, and print its public key.
    New {
        /// What its owner calls it.
        #[arg(long)]
        name: String,
        /// Where; a file that is there stays.
        #[arg(long)]
        out: PathBuf,
        /// Make a plain test key, marked as one.
        #[arg(long, conflicts_with = "passphrase_file")]
        test: bool,
        /// Make a vault key: it wraps the keys of the personal data that a node keeps.
        #[arg(long)]
        vault: bool,
        #[command(flatten)]
        passphrase: Passphrase,
    },
    /// Show a key file's name, public key and kind.
    Show {
        /// The key file.
        file: PathBuf,
        /// Open it too, to see that the passphrase is right.
        #[arg(long)]
        unlock: bool,
        #[command(flatten)]
        passphrase: Passphrase,
    },
    /// List the key files in a folder and the folders in it.
    List {
        /// The folder.
        #[arg(default_value = ".")]
        folder: PathBuf,
    },
    /// Seal a key file under a passphrase, or under another one.
    Encrypt {
        /// The key file; it is replaced whole or not at all.
        file: PathBuf,
        /// A file whose first line unlocks it now, if it is sealed already.
        #[arg(long, value_name = "FILE")]
        old_passphrase_file: Option<PathBuf>,
        #[command(flatten)]
        passphrase: Passphrase,
    },
    /// Write a sealed test key in plain. Any other key stays sealed.
    Decrypt {
        /// The key file; it is replaced whole or not at all.
        file: PathBuf,
        #[command(flatten)]
        passphrase: Passphrase,
    },
}

/// Where the passphrase comes from.
#[derive(Debug, Args)]
pub(crate) struct Passphrase {
    /// A file whose first line is the passphrase.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

impl Passphrase {
    pub(crate) fn unlock(&self) -> Unlock {
        Unlock::from_environment(self.passphrase_file.clone())
    }

    /// True if a file is named.
    pub(crate) fn is_named(&self) -> bool {
        self.passphrase_file.is_some()
    }

    /// The passphrase, if a place for one is named at all.
    pub(crate) fn given(&self) -> Result<Option<SecretString>> {
        let unlock = self.unlock();
        unlock.is_named().then(|| secret(&unlock)).transpose()
    }
}

impl Command {
    pub(crate) fn run(self, output: Output) -> Result<()> {
        match self {
            Self::New { name, out, test, vault: true, passphrase } => {
                let file = new_vault_key(&name, test, &passphrase)?;
                file.write_new(&out)?;
                say(format!(
                    "{} is written. Keep a copy apart from the data folder's copies: without it the vault is lost.",
                    out.display()
                ));
                shown(&AnyKey::Vault(file), &out, output);
            }
            Self::New { name, out, test, vault: false, passphrase } => {
                let key = new_key()?;
                let file = match test {
                    true => KeyFile::test(&name, &key),
                    false => KeyFile::seal(&name, &key, secret(&passphrase.unlock())?)?,
                };
                file.write_new(&out)?;
                say(format!("{} is written. Back it up: it cannot be made again.", out.display()));
                shown(&AnyKey::Chain(file), &out, output);
            }
            Self::Show { file, unlock, passphrase } => {
                let key = AnyKey::read(&file)?;
                if unlock {
                    key.open(&passphrase.unlock())?;
                    say("The passphrase is right.");
                }
                shown(&key, &file, output);
            }
            Self::List { folder } => list(&folder, output)?,
            Self::Encrypt { file, old_passphrase_file, passphrase } => {
                let old = Unlock::from_environment(old_passphrase_file);
                let new = secret(&passphrase.unlock())?;
                let sealed = AnyKey::read(&file)?.sealed_again(&old, new)?;
                sealed.replace(&file)?;
                shown(&sealed, &file, output);
            }
            Self::Decrypt { file, passphrase } => {
                let plain = KeyFile::read(&file)?.plain(&passphrase.unlock())?;
                plain.replace(&file)?;
                shown(&AnyKey::Chain(plain), &file, output);
            }
        }
        Ok(())
    }
}

fn secret(unlock: &Unlock) -> Result<SecretString> {
    unlock.passphrase().map_err(anyhow::Error::msg)
}

fn new_vault_key(name: &str, test: bool, passphrase: &Passphrase) -> Result<VaultKeyFile> {
    let key = age::x25519::Identity::generate();
    Ok(match test {
        true => VaultKeyFile::test(name, &key),
        false => VaultKeyFile::seal(name, &key, secret(&passphrase.unlock())?)?,
    })
}

/// A key file of either kind.
enum AnyKey {
    Chain(KeyFile),
    Vault(VaultKeyFile),
}

impl AnyKey {
    fn read(path: &Path) -> Result<Self, KeyFileError> {
        match KeyFile::read(path) {
            Ok(file) => Ok(Self::Chain(file)),
            // What neither reads is told as of the commoner kind.
            Err(error @ KeyFileError::Malformed { .. }) => {
                VaultKeyFile::read(path).map(Self::Vault).map_err(|_| error)
            }
            Err(error) => Err(error),
        }
    }

    fn open(&self, unlock: &Unlock) -> Result<()> {
        match self {
            Self::Chain(file) => drop(file.open(Mode::Demo, unlock)?),
            Self::Vault(file) => drop(file.open(Mode::Demo, unlock)?),
        }
        Ok(())
    }

    fn sealed_again(&self, old: &Unlock, new: SecretString) -> Result<Self> {
        Ok(match self {
            Self::Chain(file) => Self::Chain(file.sealed_again(old, new)?),
            Self::Vault(file) => Self::Vault(file.sealed_again(old, new)?),
        })
    }

    fn replace(&self, path: &Path) -> Result<(), KeyFileError> {
        match self {
            Self::Chain(file) => file.replace(path),
            Self::Vault(file) => file.replace(path),
        }
    }
}

fn about(file: &AnyKey, path: &Path) -> Value {
    match file {
        AnyKey::Chain(file) => json!({
            "file": path, "name": file.name, "public": file.public,
            "test_key": file.test_key, "sealed": !file.is_plain(),
        }),
        AnyKey::Vault(file) => json!({
            "file": path, "name": file.name, "public": file.recipient, "vault_key": true,
            "test_key": file.test_key, "sealed": !file.is_plain(),
        }),
    }
}

fn line(about: &Value) -> String {
    let text = |name: &str| about[name].as_str().unwrap_or_default().to_owned();
    let kind = match (about["test_key"] == json!(true), about["vault_key"] == json!(true)) {
        (true, false) => "TEST KEY",
        (false, false) => "key",
        (true, true) => "TEST VAULT KEY",
        (false, true) => "vault key",
    };
    let state = if about["sealed"] == json!(true) { "sealed" } else { "plain" };
    format!("{}  {}  {kind}, {state}  {}", text("public"), text("name"), text("file"))
}

fn shown(file: &AnyKey, path: &Path, output: Output) {
    let about = about(file, path);
    output.data(&about, || line(&about));
}

fn list(folder: &Path, output: Output) -> Result<()> {
    ensure!(folder.is_dir(), "{} is no folder", folder.display());
    let mut paths = Vec::new();
    collect(folder, 2, &mut paths)?;
    paths.sort();
    let (mut found, mut wrong) = (Vec::new(), 0);
    for path in &paths {
        match AnyKey::read(path) {
            Ok(file) => found.push(about(&file, path)),
            Err(error) => {
                say(error.to_string());
                wrong += 1;
            }
        }
    }
    output.data(&found, || found.iter().map(line).collect::<Vec<_>>().join("\n"));
    if wrong > 0 {
        bail!("{wrong} of {} key files cannot be used", paths.len());
    }
    Ok(())
}

fn collect(folder: &Path, depth: u32, paths: &mut Vec<PathBuf>) -> Result<()> {
    let reading = || format!("cannot read {}", folder.display());
    for entry in std::fs::read_dir(folder).with_context(reading)? {
        let path = entry.with_context(reading)?.path();
        if path.is_dir() && depth > 0 {
            collect(&path, depth - 1, paths)?;
        } else if path.extension().is_some_and(|extension| extension == "key") {
            paths.push(path);
        }
    }
    Ok(())
}
