// SPDX-License-Identifier: Apache-2.0
//! The processes of a testnet: started apart from the terminal, each with its log.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// How long processes may take to end by themselves.
const PATIENCE: Duration = Duration::from_secs(15);

/// The log of a node or authority.
pub(super) fn log_file(dir: &Path, name: &str) -> PathBuf {
    dir.join("logs").join(format!("{name}.log"))
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
    // A group of its own: Ctrl-C in the terminal is for the one who started it all.
    let child = command.process_group(0).spawn();
    Ok(child.with_context(|| format!("{name} cannot be started"))?.id())
}

/// True while a process of this program runs under this id.
pub(super) fn is_running(pid: u32) -> bool {
    let read = |what: &str| std::fs::read_to_string(format!("/proc/{pid}/{what}"));
    let is_zombie = read("stat").is_ok_and(|stat| stat.contains(") Z "));
    let ours = read("cmdline").is_ok_and(|line| line.contains("dianyun"));
    ours && !is_zombie
}

/// Asks a process to end.
pub(super) fn terminate(pid: u32) {
    signal("TERM", pid);
}

/// Ends a process at once, and waits until it is gone.
pub(super) fn kill(pid: u32) {
    signal("KILL", pid);
    wait_for_end(&|| Some(pid).filter(|pid| is_running(*pid)).into_iter());
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

const LOOK_AGAIN: Duration = Duration::from_millis(20);
