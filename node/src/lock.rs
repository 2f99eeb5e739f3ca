// SPDX-License-Identifier: Apache-2.0
//! One process a folder.

use std::fs::{File, TryLockError};
use std::path::Path;

use anyhow::{Context, Result, bail};

/// Held for as long as the process uses the folder.
pub(crate) struct Lock(#[expect(dead_code, reason = "holding it is the point")] File);

/// Takes the lock of a folder, or says who has it.
pub(crate) fn take(folder: &Path) -> Result<Lock> {
    let Some(lock) = try_take(folder)? else {
        bail!("another process uses {}: stop it first, or name another folder", folder.display());
    };
    Ok(lock)
}

/// The lock of a folder; none if another process has it.
pub(crate) fn try_take(folder: &Path) -> Result<Option<Lock>> {
    let path = folder.join("lock");
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Lock(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}
