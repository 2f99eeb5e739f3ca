// SPDX-License-Identifier: Apache-2.0
//! Files that only their owner may read. A file that is there is replaced whole, and only on purpose.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::Path;

/// Writes a new file with mode 0600.
pub fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Puts a file with mode 0600 in the place of one that is there, or where none is yet. It belongs to whom the one
/// before belonged, else to whom the folder belongs: what an administrator changes, its node still reads.
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = Path::new(&beside);
    // What a crash left behind half written.
    let _none = fs::remove_file(beside);
    write_new(beside, text)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let before = fs::metadata(path).or_else(|_| fs::metadata(folder))?;
    belong(beside, (before.uid(), before.gid()))?;
    fs::rename(beside, path)?;
    // A crash after this leaves the new one.
    fs::File::open(folder)?.sync_all()
}

/// Makes a path belong to whom another belongs.
pub fn belongs_like(path: &Path, other: &Path) -> io::Result<()> {
    let about = fs::metadata(other)?;
    belong(path, (about.uid(), about.gid()))
}

/// Gives a file to an owner that it does not have.
fn belong(path: &Path, (user, group): (u32, u32)) -> io::Result<()> {
    let file = fs::File::open(path)?;
    let now = file.metadata()?;
    match (now.uid(), now.gid()) == (user, group) {
        true => Ok(()),
        false => fchown(&file, Some(user), Some(group)),
    }
}

/// Permission bits that others than the owner have on a file.
pub fn foreign_bits(path: &Path) -> io::Result<u32> {
    Ok(fs::metadata(path)?.permissions().mode() & 0o077)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Only an administrator can give files away; for everybody else owner and folder are the same.
    #[test]
    fn a_replaced_file_belongs_to_whom_it_belonged_and_a_new_one_to_the_owner_of_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let owned =
            |path: &Path| fs::metadata(path).map(|about| (about.uid(), about.gid())).unwrap();
        let is_root = owned(folder.path()).0 == 0;
        let node = if is_root { (4_711, 4_712) } else { owned(folder.path()) };
        belong(folder.path(), node).unwrap();
        let path = folder.path().join("keys.toml");
        for text in ["first", "second"] {
            replace(&path, text).unwrap();
            assert_eq!((owned(&path), foreign_bits(&path).unwrap()), (node, 0));
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }
}
