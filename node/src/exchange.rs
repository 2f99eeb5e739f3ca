// SPDX-License-Identifier: Apache-2.0
//! What a node's exchange is started with: the keys of organisations for which it signs, and the key that
//! holders' nodes share. Each lies in a file that nobody else may read.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use api::exchange::holdings::{Holdings, Nothing};
use api::exchange::{Exchange, Parts};
use api::keeping::Vaulted;
use chain::Genesis;
use chain::genesis::Mode;
use chain::keys::SecretKey;
use chain::text::hex_array;
use consensus::Handle;
use genesis::{KeyFile, Unlock, private};
use store::Store;
use vault::Vault;

use crate::config::ExchangeConfig;

/// The exchange's keys.
pub(crate) struct Keys {
    signing: Vec<SecretKey>,
    consortium: Option<[u8; 32]>,
}

/// Reads the keys that the configuration names.
pub(crate) fn keys(config: &ExchangeConfig, mode: Mode, unlock: &Unlock) -> Result<Keys> {
    let signing = config.keys.iter().map(|path| Ok(KeyFile::read(path)?.open(mode, unlock)?));
    let signing = signing.collect::<Result<Vec<_>>>()?;
    let consortium = config.consortium_key.as_deref().map(consortium).transpose()?;
    Ok(Keys { signing, consortium })
}

/// The key that holders' nodes share: 64 hexadecimal digits.
fn consortium(path: &Path) -> Result<[u8; 32]> {
    let shown = path.display();
    let foreign = private::foreign_bits(path).with_context(|| format!("cannot read {shown}"))?;
    ensure!(foreign == 0, "{shown} may be read by others: chmod 600 it");
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?;
    let key = hex_array(text.trim(), "a key of 64 lower-case hexadecimal digits");
    // The error would show what was read.
    key.ok().with_context(|| format!("{shown} holds no key of 64 lower-case hexadecimal digits"))
}

/// Starts the exchange of a running node.
pub(crate) fn start(
    keys: Keys,
    (store, handle): (&Store, &Handle),
    genesis: &Arc<Genesis>,
    vault: Option<&Arc<Vault>>,
) -> Arc<Exchange> {
    let holdings: Arc<dyn Holdings> = match vault {
        Some(vault) => Arc::new(Vaulted(Arc::clone(vault))),
        None => Arc::new(Nothing),
    };
    Exchange::start(Parts {
        store: store.clone(),
        handle: handle.clone(),
        genesis: Arc::clone(genesis),
        holdings,
        keys: keys.signing,
        consortium_key: keys.consortium,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_consortium_key_is_read_from_a_private_file_of_64_digits() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("consortium.key");
        let text = "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20\n";
        private::write_new(&path, text).unwrap();
        assert_eq!(consortium(&path).unwrap()[31], 0x20);
        private::replace(&path, &text.to_uppercase()).unwrap();
        let error = consortium(&path).unwrap_err().to_string();
        assert!(error.contains("holds no key") && !error.contains("0102"), "{error}");
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, text).unwrap();
        assert!(consortium(&path).unwrap_err().to_string().contains("chmod 600"));
    }
}
