// SPDX-License-Identifier: Apache-2.0
//! How many times a second the disk takes a synced append.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;

const TIME: Duration = Duration::from_secs(2);
const BYTES: usize = 4 << 10;

/// Synced appends of 4 KiB a second, one after the other.
pub(crate) fn rate(dir: &Path) -> Result<f64> {
    let path = dir.join("fsync");
    let mut file = File::create(&path)?;
    let page = [7; BYTES];
    let started = Instant::now();
    let mut count = 0_u64;
    while started.elapsed() < TIME {
        file.write_all(&page)?;
        file.sync_data()?;
        count += 1;
    }
    std::fs::remove_file(path)?;
    Ok(count as f64 / started.elapsed().as_secs_f64())
}
