// SPDX-License-Identifier: Apache-2.0
//! A small file beside the database that says how far the log was acknowledged, at most 100 ms late.
//! What recovers less has lost what it promised to keep.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

/// Between an acknowledgement and its place in the file, at most.
const EVERY: Duration = Duration::from_millis(100);
/// Between two words on a file that cannot be written.
const TELL_EVERY: Duration = Duration::from_secs(10);

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// The file, held while it is written; `state` never is, since who appends or greets must not wait
    /// for a disk.
    file: Mutex<File>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    /// The index after the last entry that was written.
    written: u64,
    /// The index after the last entry that is durable.
    acknowledged: u64,
    /// What the file says.
    filed: u64,
    /// How often entries were removed.
    removals: u64,
    stopped: bool,
    /// When it was last told that the file cannot be written.
    told: Option<Instant>,
}

/// How far the log was written at a moment, and how often it had been cut by then.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written {
    end: u64,
    removals: u64,
}

/// The file and the thread that writes it.
#[derive(Debug)]
pub(crate) struct Watermark {
    shared: Arc<Shared>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// What the file says; 0 if there is none.
pub(crate) fn read(path: &Path) -> io::Result<u64> {
    match fs::read_to_string(path) {
        Ok(text) => text.trim().parse().map_err(io::Error::other),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    }
}

/// Opens the file, and makes it first if there is none.
fn open(path: &Path, filed: u64) -> io::Result<File> {
    let is_new = !path.exists();
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
    if is_new {
        put(&file, filed)?;
        // The new name is durable once its folder is.
        path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())?;
    }
    Ok(file)
}

/// Writes in place, always as many bytes and within one sector, which a disk writes whole or not at
/// all. Since nothing of the file system changes, no sync of the log waits for this one.
fn put(file: &File, index: u64) -> io::Result<()> {
    file.write_all_at(format!("{index:020}\n").as_bytes(), 0)?;
    file.sync_data()
}

impl Watermark {
    /// Starts with the end of the log that was recovered.
    pub(crate) fn start(path: PathBuf, end: u64, filed: u64) -> io::Result<Self> {
        let state = State {
            written: end,
            acknowledged: end,
            filed,
            removals: 0,
            stopped: false,
            told: None,
        };
        let file = Mutex::new(open(&path, filed)?);
        let shared = Arc::new(Shared { state: Mutex::new(state), file, changed: Condvar::new() });
        let own = Arc::clone(&shared);
        let thread =
            std::thread::Builder::new().name("watermark".into()).spawn(move || own.keep())?;
        Ok(Self { shared, thread: Some(thread) })
    }

    pub(crate) fn appended(&self, end: u64) {
        let mut state = self.shared.state.lock();
        state.written = state.written.max(end);
    }

    pub(crate) fn written(&self) -> u64 {
        self.shared.state.lock().written
    }

    pub(crate) fn acknowledged(&self) -> u64 {
        self.shared.state.lock().acknowledged
    }

    /// What a sync that begins now makes durable.
    pub(crate) fn before_sync(&self) -> Written {
        let state = self.shared.state.lock();
        Written { end: state.written, removals: state.removals }
    }

    /// A sync made this durable; nothing is known of it if entries were removed meanwhile.
    pub(crate) fn acknowledge(&self, synced: Written) {
        let mut state = self.shared.state.lock();
        if state.removals == synced.removals {
            state.acknowledged = state.acknowledged.max(synced.end);
            self.shared.changed.notify_one();
        }
    }

    /// Entries from here on are about to be removed.
    pub(crate) fn lower(&self, end: u64) -> io::Result<()> {
        let file = self.shared.file.lock();
        let must_file = {
            let mut state = self.shared.state.lock();
            let is_lost = state.filed > state.written;
            state.written = state.written.min(end);
            state.acknowledged = state.acknowledged.min(end);
            state.removals += 1;
            state.filed > end && !is_lost
        };
        if must_file {
            put(&file, end)?;
            self.shared.state.lock().filed = end;
        }
        Ok(())
    }
}

impl Shared {
    fn keep(&self) {
        loop {
            {
                let mut state = self.state.lock();
                // While a loss is not made good the file says more than the log holds, and keeps it.
                if state.acknowledged <= state.filed && !state.stopped {
                    self.changed.wait(&mut state);
                }
            }
            self.file_newest();
            let mut state = self.state.lock();
            // Gathers what is acknowledged meanwhile; ends early only when the store closes.
            self.changed.wait_while_for(&mut state, |state| !state.stopped, EVERY);
            if state.stopped {
                drop(state);
                return self.file_newest();
            }
        }
    }

    fn file_newest(&self) {
        let file = self.file.lock();
        let newest = {
            let state = self.state.lock();
            (state.acknowledged > state.filed).then_some(state.acknowledged)
        };
        let Some(end) = newest else { return };
        match put(&file, end) {
            Ok(()) => self.state.lock().filed = end,
            Err(error) if self.tells_now() => {
                tracing::warn!(%error, "the watermark cannot be written");
            }
            Err(_told) => {}
        }
    }

    /// A full disk is told of once in a while, not at each attempt.
    fn tells_now(&self) -> bool {
        let mut state = self.state.lock();
        let tells = state.told.is_none_or(|told| told.elapsed() >= TELL_EVERY);
        if tells {
            state.told = Some(Instant::now());
        }
        tells
    }
}

impl Drop for Watermark {
    fn drop(&mut self) {
        self.shared.state.lock().stopped = true;
        self.shared.changed.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}
