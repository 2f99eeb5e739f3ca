// SPDX-License-Identifier: Apache-2.0
//! Waiting for conditions. Never for a guessed time: the limit only tells a hang from a wait.

use std::future::Future;
use std::time::{Duration, Instant};

/// Between two looks.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Looks again and again until there is something to see.
///
/// # Panics
/// If `limit` passes first.
pub async fn until<T, F, Fut>(what: &str, limit: Duration, mut look: F) -> T
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Option<T>>,
{
    let started = Instant::now();
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(started.elapsed() < limit, "waited {limit:?} in vain: {what}");
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}
