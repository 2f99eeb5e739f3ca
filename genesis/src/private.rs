// SPDX-License-Identifier: Apache-2.0
//! Files that only their owner may read. A file that is there is replaced whole, and only on purpose.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Writes a new file with mode 0600.
pub fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Puts a file with mode 0600 in the place of one that is there.
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = Path::new(&beside);
    // What a crash left behind half written.
    let _none = fs::remove_file(beside);
    write_new(beside, text)?;
    fs::rename(beside, path)
}

/// Permission bits that others than the owner have on a file.
pub fn foreign_bits(path: &Path) -> io::Result<u32> {
    Ok(fs::metadata(path)?.permissions().mode() & 0o077)
}
