// SPDX-License-Identifier: Apache-2.0
//! The log over a disk in memory: what it refuses, what it keeps, what it reads.
#![allow(clippy::unwrap_used)]

use super::super::disk::Memory;
use super::*;
use bytes::Bytes;
use openraft::type_config::TypeConfigExt;

fn entry(term: u64, index: u64, bytes: usize) -> Entry {
    let payload = EntryPayload::Normal(Payload::new(Bytes::from(vec![1; bytes])));
    Entry { log_id: log_id(term, index), payload }
}

async fn append(log: &mut Log, entries: Vec<Entry>) -> io::Result<()> {
    let (done, flushed) = Types::oneshot();
    log.append(entries, IOFlushed::signal(done)).await?;
    flushed.await.unwrap()
}

fn indexes(entries: &[Entry]) -> Vec<u64> {
    entries.iter().map(|entry| entry.log_id.index).collect()
}

#[tokio::test]
async fn entries_come_back_after_a_restart_with_the_vote() {
    let disk = Arc::new(Memory::default());
    let mut log = Log::open(disk.clone()).unwrap();
    let voters = [1, 2, 3].into();
    let first =
        Entry { log_id: log_id(0, 0), payload: EntryPayload::Membership(membership(&voters)) };
    append(&mut log, vec![first]).await.unwrap();
    append(&mut log, vec![entry(1, 1, 10), entry(3, 2, 10)]).await.unwrap();
    log.save_vote(&Vote::new_committed(3, 2)).await.unwrap();
    let mut again = Log::open(disk).unwrap();
    assert_eq!(again.last(), Some(log_id(3, 2)));
    assert_eq!(again.read_vote().await.unwrap(), Some(Vote::new_committed(3, 2)));
    let entries = again.try_get_log_entries(0..100).await.unwrap();
    assert_eq!(indexes(&entries), [0, 1, 2]);
    assert_eq!(entries[0].payload, EntryPayload::Membership(membership(&voters)));
}

#[tokio::test]
async fn a_gap_or_falling_term_is_an_error_and_not_written() {
    let disk = Arc::new(Memory::default());
    let mut log = Log::open(disk.clone()).unwrap();
    append(&mut log, vec![entry(2, 0, 1)]).await.unwrap();
    assert!(append(&mut log, vec![entry(2, 2, 1)]).await.is_err());
    assert!(append(&mut log, vec![entry(1, 1, 1)]).await.is_err());
    assert_eq!(disk.records.lock().len(), 1);
}

#[tokio::test]
async fn committed_entries_are_never_truncated() {
    let disk = Arc::new(Memory::default());
    let mut log = Log::open(disk.clone()).unwrap();
    append(&mut log, (0..5).map(|index| entry(1, index, 1)).collect()).await.unwrap();
    log.set_committed(2);
    log.truncate_after(Some(log_id(1, 2))).await.unwrap();
    assert_eq!(log.last(), Some(log_id(1, 2)));
    assert!(log.truncate_after(Some(log_id(1, 1))).await.is_err());
    assert!(log.truncate_after(None).await.is_err());
    assert_eq!(disk.records.lock().len(), 3);
    append(&mut log, vec![entry(2, 3, 1)]).await.unwrap();
    assert_eq!(log.term_at(3), Some(2));
}

#[tokio::test]
async fn nothing_is_ever_purged() {
    let mut log = Log::open(Arc::new(Memory::default())).unwrap();
    append(&mut log, vec![entry(1, 0, 1)]).await.unwrap();
    assert!(log.purge(log_id(1, 0)).await.is_err());
}

#[tokio::test]
async fn reads_are_cut_by_bytes_but_give_at_least_one() {
    let disk = Arc::new(Memory::default());
    let mut log = Log::open(disk.clone()).unwrap();
    append(&mut log, (0..10).map(|index| entry(1, index, 100)).collect()).await.unwrap();
    for log in [log, Log::open(disk).unwrap()] {
        assert_eq!(indexes(&log.read(2, 10, 250).await.unwrap()), [2, 3]);
        assert_eq!(indexes(&log.read(2, 10, 1).await.unwrap()), [2]);
        assert_eq!(indexes(&log.read(8, 100, 1_000).await.unwrap()), [8, 9]);
        assert!(log.read(10, 100, 1_000).await.unwrap().is_empty());
        let mut log = log;
        let streamed: Vec<_> = log.entries_stream(3..9).await.collect().await;
        let streamed: Vec<_> = streamed.into_iter().map(Result::unwrap).collect();
        assert_eq!(indexes(&streamed), [3, 4, 5, 6, 7, 8]);
    }
}

#[tokio::test]
async fn old_entries_come_from_disk_and_new_ones_from_memory() {
    let disk = Arc::new(Memory::default());
    let mut log = Log::open(disk.clone()).unwrap();
    let many = 2 * limits::CACHED_ENTRIES as u64;
    for index in 0..many {
        append(&mut log, vec![entry(1, index, 10)]).await.unwrap();
    }
    let all = log.try_get_log_entries(..).await.unwrap();
    assert_eq!(indexes(&all), (0..many).collect::<Vec<_>>());
    disk.records.lock().clear();
    let cached = log.try_get_log_entries(many - 10..many).await.unwrap();
    assert_eq!(cached.len(), 10);
}

#[tokio::test]
async fn appends_that_wait_together_share_a_sync() {
    let disk = Arc::new(Memory::default());
    let mut log = Log::open(disk.clone()).unwrap();
    let mut flushed = Vec::new();
    for index in 0..50 {
        let (done, after) = Types::oneshot();
        log.append(vec![entry(1, index, 1)], IOFlushed::signal(done)).await.unwrap();
        flushed.push(after);
    }
    for after in flushed {
        after.await.unwrap().unwrap();
    }
    assert!(disk.synced.load(Ordering::Relaxed) <= 50);
}
