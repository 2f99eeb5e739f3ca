// SPDX-License-Identifier: Apache-2.0
//! Where work that blocks is done. What is large leaves the async threads. What is small is done where
//! it is: handing it to another thread and back takes longer than the work, and light load is made of
//! such work alone. The disk makes nobody wait long then, since only many large writes do.

use tokio::task::JoinError;

use crate::limits;

/// Does work about so many bytes.
pub(crate) async fn offload<T: Send + 'static>(
    bytes: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, JoinError> {
    if bytes <= limits::SMALL_BYTES { Ok(work()) } else { tokio::task::spawn_blocking(work).await }
}
