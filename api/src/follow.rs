// SPDX-License-Identifier: Apache-2.0
//! Files that are looked at again while the node runs: certificates, API keys, keys that sign. Files that became
//! unusable change nothing, and are told once.

use std::fmt::Display;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::watch;

/// When a file was written last, how long it was, and which one it was.
type Seen = (SystemTime, u64, u64);

/// What files looked like. A file that was replaced looks different, even within one tick of its clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp(Vec<(PathBuf, Option<Seen>)>);

impl Stamp {
    /// What these look like now; the files in a folder with it.
    pub fn of(paths: &[&Path]) -> Self {
        let mut all: Vec<PathBuf> = paths.iter().map(|path| (*path).to_owned()).collect();
        for folder in paths.iter().filter_map(|path| std::fs::read_dir(path).ok()) {
            all.extend(folder.filter_map(|entry| Some(entry.ok()?.path())));
        }
        all.sort();
        let look = |path: &PathBuf| std::fs::metadata(path).ok().and_then(|about| seen(&about));
        Self(all.into_iter().map(|path| (path.clone(), look(&path))).collect())
    }
}

fn seen(about: &Metadata) -> Option<Seen> {
    Some((about.modified().ok()?, about.len(), about.ino()))
}

/// Reads files now, and again whenever they look different, for as long as anybody listens. `what` names them in the
/// log.
pub fn follow<T: Send + Sync + 'static, E: Display + 'static>(
    what: &'static str,
    paths: Vec<PathBuf>,
    every: Duration,
    read: impl Fn() -> Result<T, E> + Send + Sync + 'static,
) -> Result<watch::Receiver<Arc<T>>, E> {
    let look = move || Stamp::of(&paths.iter().map(PathBuf::as_path).collect::<Vec<_>>());
    let seen = look();
    let (tell, newest) = watch::channel(Arc::new(read()?));
    tokio::spawn(again((what, every), (look, seen), Arc::new(read), tell));
    Ok(newest)
}

async fn again<T: Send + Sync + 'static, E: Display + 'static>(
    (what, every): (&'static str, Duration),
    (look, mut seen): (impl Fn() -> Stamp, Stamp),
    read: Arc<impl Fn() -> Result<T, E> + Send + Sync + 'static>,
    tell: watch::Sender<Arc<T>>,
) {
    let mut clock = tokio::time::interval(every);
    loop {
        tokio::select! {
            _ = clock.tick() => {}
            () = tell.closed() => return,
        }
        let now = look();
        if now == seen {
            continue;
        }
        seen = now;
        let own = Arc::clone(&read);
        // Keys may have to be unsealed, which takes a while.
        let newer = tokio::task::spawn_blocking(move || own().map_err(|why| format!("{why:#}")));
        match newer.await.unwrap_or_else(|_| Err("reading ended early".to_owned())) {
            Ok(newer) => {
                tell.send_replace(Arc::new(newer));
                tracing::info!(what, "read anew");
            }
            Err(error) => tracing::warn!(what, %error, "those before stay in use"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_file_that_was_replaced_by_one_of_its_length_looks_different() {
        let folder = tempfile::tempdir().unwrap();
        let (file, other) = (folder.path().join("keys"), folder.path().join("keys.new"));
        std::fs::write(&file, "first").unwrap();
        let before = Stamp::of(&[&file]);
        assert_eq!(Stamp::of(&[&file]), before);
        let time = std::fs::metadata(&file).unwrap().modified().unwrap();
        std::fs::write(&other, "other").unwrap();
        std::fs::File::open(&other).unwrap().set_modified(time).unwrap();
        std::fs::rename(&other, &file).unwrap();
        assert_ne!(Stamp::of(&[&file]), before);
    }

    #[tokio::test]
    async fn what_is_unusable_changes_nothing_and_what_is_usable_again_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("number");
        std::fs::write(&path, "1").unwrap();
        let own = path.clone();
        let read = move || std::fs::read_to_string(&own).unwrap_or_default().parse::<u32>();
        let paths = vec![path.clone()];
        let mut newest = follow("number", paths, Duration::from_millis(5), read).unwrap();
        std::fs::write(&path, "no number").unwrap();
        std::fs::write(&path, "22").unwrap();
        newest.wait_for(|number| **number == 22).await.unwrap();
    }
}
