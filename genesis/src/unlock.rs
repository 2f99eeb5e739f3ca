// SPDX-License-Identifier: Apache-2.0
//! Where the passphrase of a key file comes from. Never from a prompt: a node starts unattended.

use std::path::{Path, PathBuf};

use age::secrecy::SecretString;

/// The environment variable that may hold the passphrase.
pub const VARIABLE: &str = "DIANYUN_PASSPHRASE";
/// The systemd credential that may hold it (`LoadCredential=dianyun-passphrase:…`).
pub const CREDENTIAL: &str = "dianyun-passphrase";

/// Sources of a passphrase, asked in this order.
#[derive(Clone, Default)]
pub struct Unlock {
    /// A named file; its first line counts.
    pub file: Option<PathBuf>,
    /// What the environment variable holds.
    pub variable: Option<SecretString>,
    /// The folder of systemd credentials.
    pub credentials: Option<PathBuf>,
}

impl Unlock {
    /// The named file, else `DIANYUN_PASSPHRASE`, else the systemd credential.
    pub fn from_environment(file: Option<PathBuf>) -> Self {
        Self {
            file,
            variable: std::env::var(VARIABLE).ok().map(SecretString::from),
            credentials: std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from),
        }
    }

    /// True if a place for a passphrase is named, or the systemd credential is there.
    pub fn is_named(&self) -> bool {
        self.file.is_some() || self.variable.is_some() || self.credential().is_some()
    }

    fn credential(&self) -> Option<PathBuf> {
        let path = self.credentials.as_ref()?.join(CREDENTIAL);
        path.exists().then_some(path)
    }

    /// The passphrase, or what to do to give one.
    pub fn passphrase(&self) -> Result<SecretString, String> {
        if let Some(file) = &self.file {
            return first_line(file);
        }
        if let Some(passphrase) = &self.variable {
            return Ok(passphrase.clone());
        }
        match self.credential() {
            Some(path) => first_line(&path),
            None => Err(format!(
                "no passphrase: name a file that holds it (passphrase_file, --passphrase-file), \
                 set {VARIABLE}, or give the systemd credential {CREDENTIAL}"
            )),
        }
    }
}

fn first_line(path: &Path) -> Result<SecretString, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("passphrase file {}: {error}", path.display()))?;
    match text.lines().next() {
        Some(line) if !line.is_empty() => Ok(SecretString::from(line.to_owned())),
        _ => Err(format!("passphrase file {} has an empty first line", path.display())),
    }
}
