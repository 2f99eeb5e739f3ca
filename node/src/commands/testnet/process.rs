// SPDX-License-Identifier: Apache-2.0
//! The processes of a testnet: started apart from the terminal, each with its log. Never touches a
//! process that does not work in the testnet's own folder, whatever its number.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// How long processes may take to end by themselves.
const PATIENCE: Duration = Duration::from_secs(15);
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// The same for what takes microseconds.
const SOON: Duration = Duration::from_millis(1);

/// The log of a node or authority.
pub(super) fn log_file(dir: &Path, name: &str) -> PathBuf {
    dir.join("logs").join(format!("{name}.log"))
}

/// The last line of a log, for a message.
pub(super) fn last_line(dir: &Path, name: &str) -> String {
    let text = std::fs::read_to_string(log_file(dir, name)).unwrap_or_default();
    text.lines().rfind(|line| !line.is_empty()).unwrap_or_default().to_owned()
}

/// Starts the node of a folder; its process id.
pub(super) fn node(dir: &Path) -> Result<u32> {
    let root = dir.parent().unwrap_or(dir);
    let name = dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
    spawn(root, &name, |command| {
        command.args(["node", "run", "--dir"]).arg(dir);
    })
}

/// Starts this very program with other arguments.
pub(super) fn spawn(root: &Path, name: &str, with: impl FnOnce(&mut Command)) -> Result<u32> {
    let path = log_file(root, name);
    std::fs::create_dir_all(root.join("logs"))?;
    let log = File::options().create(true).append(true).open(&path);
    let log = log.with_context(|| format!("cannot write {}", path.display()))?;
    let program = std::env::current_exe().context("this program's own file is not known")?;
    let mut command = Command::new(program);
    with(&mut command);
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    begin(&mut command, root).with_context(|| format!("{name} cannot be started"))
}

/// Starts a process that names the folder in its arguments; its process id.
fn begin(command: &mut Command, root: &Path) -> io::Result<u32> {
    // A group of its own: Ctrl-C in the terminal is for the one who started it all.
    let mut child = command.process_group(0).spawn()?;
    // The system lets go of the parent a moment before the child's arguments can be read.
    let started = Instant::now();
    while !is_running(child.id(), root) && child.try_wait()?.is_none() {
        if started.elapsed() > PATIENCE {
            child.kill()?;
            return Err(io::Error::other("it does not show in /proc"));
        }
        std::thread::sleep(SOON);
    }
    Ok(child.id())
}

/// True while a process works in this folder under this id, or is still about to end.
pub(super) fn is_running(pid: u32, root: &Path) -> bool {
    let read = |what: &str| std::fs::read(format!("/proc/{pid}/{what}")).unwrap_or_default();
    let arguments = read("cmdline");
    let ours = |argument: &[u8]| Path::new(OsStr::from_bytes(argument)).starts_with(root);
    let (zombie, exiting) = fate(&String::from_utf8_lossy(&read("stat")));
    // One that ends loses its arguments before it lets go of its files.
    !zombie && (exiting || arguments.split(|byte| *byte == 0).any(ours))
}

/// Whether a process has ended, and whether it is about to, by its line of `proc(5)`.
fn fate(stat: &str) -> (bool, bool) {
    const EXITING: u32 = 4;
    let behind_name = stat.rsplit(") ").next().unwrap_or_default();
    let mut fields = behind_name.split(' ');
    let zombie = fields.next().is_some_and(|state| state == "Z");
    let flags = fields.nth(5).and_then(|flags| flags.parse::<u32>().ok());
    // The first thread may have ended while others still hold the files.
    let threads = fields.nth(10).and_then(|threads| threads.parse::<u32>().ok());
    let zombie = zombie && threads.is_none_or(|threads| threads <= 1);
    (zombie, flags.is_some_and(|flags| flags & EXITING != 0))
}

/// Asks a process to end.
pub(super) fn terminate(pid: u32) {
    signal("TERM", pid);
}

/// Ends a process at once, and waits until it is gone.
pub(super) fn kill(pid: u32, root: &Path) {
    if is_running(pid, root) {
        signal("KILL", pid);
    }
    wait_for_end(&|| Some(pid).filter(|pid| is_running(*pid, root)).into_iter());
}

fn signal(name: &str, pid: u32) {
    // The shell's own `kill` is there wherever a shell is.
    let line = format!("kill -{name} {pid}");
    let _gone = Command::new("sh").args(["-c", &line]).stderr(Stdio::null()).status();
}

/// Waits until none of these runs.
pub(super) fn wait_for_end<I: Iterator<Item = u32>>(running: &impl Fn() -> I) {
    let started = Instant::now();
    while running().next().is_some() && started.elapsed() < PATIENCE {
        std::thread::sleep(LOOK_AGAIN);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_was_begun_is_seen_to_run_at_once() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("file");
        std::fs::write(&file, "").unwrap();
        // It ends with this process, whatever becomes of the test.
        let ours = std::process::id();
        for _ in 0..200 {
            let mut command = Command::new("tail");
            command.arg(format!("--pid={ours}")).arg("-f").arg(&file).stdout(Stdio::null());
            let pid = begin(&mut command, root.path()).unwrap();
            let seen = is_running(pid, root.path());
            kill(pid, root.path());
            assert!(seen, "{pid}");
        }
    }

    #[test]
    fn what_cannot_go_on_ends_the_waiting() {
        let root = tempfile::tempdir().unwrap();
        let pid = begin(&mut Command::new("true"), root.path()).unwrap();
        wait_for_end(&|| Some(pid).filter(|pid| is_running(*pid, root.path())).into_iter());
        assert!(!is_running(pid, root.path()));
        assert!(begin(&mut Command::new("/nonexistent"), root.path()).is_err());
    }

    #[test]
    fn a_process_runs_is_about_to_end_or_has_ended() {
        let stat = |state: &str, flags: u32, threads: u32| {
            format!("7 (a ) b) {state} 1 7 7 0 -1 {flags} 0 0 0 0 0 0 0 0 20 0 {threads} 0 0")
        };
        assert_eq!(fate(&stat("S", 0x0040_0000, 9)), (false, false));
        assert_eq!(fate(&stat("R", 0x0040_0004, 9)), (false, true));
        assert_eq!(fate(&stat("Z", 0x0040_000c, 3)), (false, true), "other threads still run");
        assert_eq!(fate(&stat("Z", 0x0040_000c, 1)), (true, true));
        assert_eq!(fate(""), (false, false));
    }
}
