// SPDX-License-Identifier: Apache-2.0
//! Frames on a stream: a little-endian length of four bytes, then that many bytes.
//! Never allocates for a length that is not allowed.

use bytes::Bytes;
use futures::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use std::io;

/// What ended the reading of a stream.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FrameError {
    /// The other side announced more than this lane allows.
    #[error("frame of {announced} bytes, at most {allowed} are allowed")]
    TooLong { announced: usize, allowed: usize },
    /// The stream ended or failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Reads one frame of at most `allowed` bytes.
pub(crate) async fn read<R>(from: &mut R, allowed: usize) -> Result<Bytes, FrameError>
where
    R: AsyncRead + Unpin,
{
    let mut length = [0u8; 4];
    from.read_exact(&mut length).await?;
    let announced = u32::from_le_bytes(length) as usize;
    if announced > allowed {
        return Err(FrameError::TooLong { announced, allowed });
    }
    let mut body = vec![0u8; announced];
    from.read_exact(&mut body).await?;
    Ok(Bytes::from(body))
}

/// Writes one frame made of a head and parts, and flushes it.
pub(crate) async fn write<W>(to: &mut W, head: &[u8], parts: &[Bytes]) -> io::Result<()>
where
    W: AsyncWrite + Unpin,
{
    let length = head.len() + parts.iter().map(Bytes::len).sum::<usize>();
    let announced = u32::try_from(length).map_err(io::Error::other)?;
    let mut first = Vec::with_capacity(4 + head.len() + small(parts));
    first.extend_from_slice(&announced.to_le_bytes());
    first.extend_from_slice(head);
    let mut rest = parts;
    while let [part, tail @ ..] = rest
        && part.len() <= SMALL
    {
        first.extend_from_slice(part);
        rest = tail;
    }
    to.write_all(&first).await?;
    for part in rest {
        to.write_all(part).await?;
    }
    to.flush().await
}

/// Parts up to this size are copied into the first write, so that a small frame is one write.
const SMALL: usize = 4 << 10;

fn small(parts: &[Bytes]) -> usize {
    parts.iter().map(Bytes::len).take_while(|length| *length <= SMALL).sum()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use futures::io::Cursor;

    #[tokio::test]
    async fn a_frame_comes_back_whole() {
        for sizes in [vec![], vec![0], vec![5], vec![10, 5_000, 7], vec![100_000, 1]] {
            let parts: Vec<Bytes> = sizes.iter().map(|n| Bytes::from(vec![7u8; *n])).collect();
            let mut wire = Vec::new();
            write(&mut wire, b"head", &parts).await.unwrap();
            let body = read(&mut Cursor::new(wire), 200_000).await.unwrap();
            assert_eq!(&body[..4], b"head");
            assert_eq!(body.len(), 4 + sizes.iter().sum::<usize>());
        }
    }

    #[tokio::test]
    async fn a_frame_over_the_limit_is_refused_before_its_bytes_are_read() {
        let wire = u32::MAX.to_le_bytes().to_vec();
        let refused = read(&mut Cursor::new(wire), 100).await;
        assert!(matches!(refused, Err(FrameError::TooLong { allowed: 100, .. })));
    }

    #[tokio::test]
    async fn a_torn_frame_is_an_error() {
        let mut wire = 10u32.to_le_bytes().to_vec();
        wire.extend_from_slice(b"four");
        assert!(matches!(read(&mut Cursor::new(wire), 100).await, Err(FrameError::Io(_))));
    }
}
