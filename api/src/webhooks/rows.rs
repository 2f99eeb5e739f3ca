// SPDX-License-Identifier: Apache-2.0
//! The rows of webhooks in the node's own table: `webhooks/`, a letter, the webhook's id (16), and a number
//! (8, big endian) where there are many. Values are JSON. What was delivered of late is a ring.

use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{Durable, Local, StoreError, Write};

use super::WebhookError;
use super::record::{DeadLetter, Done, Kept, Progress, WebhookId};

/// Deliveries that are remembered of each webhook.
pub(super) const REMEMBERED: u64 = 200;

/// What a webhook is.
const KEPT: &[u8] = b"webhooks/k";
/// How far it is.
const PROGRESS: &[u8] = b"webhooks/p";
/// What was put aside, by the change's number.
const DEAD: &[u8] = b"webhooks/d";
/// What was delivered, by its place in the ring.
const DONE: &[u8] = b"webhooks/o";

/// The rows of all webhooks.
pub(super) struct Rows(Local);

fn key(letter: &[u8], id: WebhookId) -> Vec<u8> {
    [letter, id.bytes()].concat()
}

fn numbered(letter: &[u8], id: WebhookId, number: u64) -> Vec<u8> {
    [letter, id.bytes(), &number.to_be_bytes()].concat()
}

fn row(key: Vec<u8>, value: &impl Serialize) -> Write {
    // What is written here has names for keys, and nothing that JSON lacks.
    let value = serde_json::to_vec(value).unwrap_or_default();
    (key, Some(value))
}

fn read<T: DeserializeOwned>(value: &[u8]) -> Option<T> {
    serde_json::from_slice(value).ok()
}

impl Rows {
    pub(super) fn new(local: Local) -> Self {
        Self(local)
    }

    /// Every webhook.
    pub(super) fn all(&self) -> Result<Vec<(Kept, Progress)>, WebhookError> {
        let rows = self.0.range(KEPT, &[], usize::MAX);
        let each = rows.into_iter().map(|(key, value)| {
            let broken = || WebhookError::Row(hex::encode(&key));
            let kept: Kept = read(&value).ok_or_else(broken)?;
            let progress = self.0.get(&self::key(PROGRESS, kept.id));
            let progress = progress.and_then(|value| read(&value)).ok_or_else(broken)?;
            Ok((kept, progress))
        });
        each.collect()
    }

    pub(super) fn register(&self, kept: &Kept, progress: &Progress) -> Result<(), StoreError> {
        let rows = vec![row(key(KEPT, kept.id), kept), row(key(PROGRESS, kept.id), progress)];
        self.0.put(rows, Durable::Now)
    }

    pub(super) fn keep(&self, kept: &Kept) -> Result<(), WebhookError> {
        Ok(self.0.put(vec![row(key(KEPT, kept.id), kept)], Durable::Now)?)
    }

    pub(super) fn progress(
        &self,
        id: WebhookId,
        progress: &Progress,
        durable: Durable,
    ) -> Result<(), StoreError> {
        self.0.put(vec![row(key(PROGRESS, id), progress)], durable)
    }

    /// One more was delivered. That a power cut takes this back makes it come twice.
    pub(super) fn delivered(
        &self,
        id: WebhookId,
        progress: &Progress,
        done: &Done,
    ) -> Result<(), StoreError> {
        let place = progress.delivered % REMEMBERED;
        let rows = vec![
            row(key(PROGRESS, id), progress),
            row(numbered(DONE, id, place), done),
            (numbered(DEAD, id, done.seq), None),
        ];
        self.0.put(rows, Durable::Soon)
    }

    /// One is put aside, or was tried in vain once more.
    pub(super) fn put_aside(
        &self,
        id: WebhookId,
        progress: &Progress,
        dead: &DeadLetter,
    ) -> Result<(), StoreError> {
        let rows = vec![row(key(PROGRESS, id), progress), row(numbered(DEAD, id, dead.seq), dead)];
        self.0.put(rows, Durable::Soon)
    }

    /// One that was put aside is not for the webhook any longer.
    pub(super) fn drop_dead(
        &self,
        id: WebhookId,
        progress: &Progress,
        seq: u64,
    ) -> Result<(), StoreError> {
        let rows = vec![row(key(PROGRESS, id), progress), (numbered(DEAD, id, seq), None)];
        self.0.put(rows, Durable::Soon)
    }

    /// Forgets what was put aside from a change on; how many those were.
    pub(super) fn forget_dead(&self, id: WebhookId, from: u64) -> Result<u64, StoreError> {
        let rows = self.0.range(&key(DEAD, id), &from.to_be_bytes(), usize::MAX);
        let count = rows.len() as u64;
        self.0.put(rows.into_iter().map(|(key, _)| (key, None)).collect(), Durable::Now)?;
        Ok(count)
    }

    pub(super) fn dead(&self, id: WebhookId, from: u64, limit: usize) -> Vec<DeadLetter> {
        let rows = self.0.range(&key(DEAD, id), &from.to_be_bytes(), limit);
        rows.iter().filter_map(|(_, value)| read(value)).collect()
    }

    pub(super) fn done(&self, id: WebhookId) -> Vec<Done> {
        let rows = self.0.range(&key(DONE, id), &[], usize::MAX);
        let mut done: Vec<Done> = rows.iter().filter_map(|(_, value)| read(value)).collect();
        done.sort_by_key(|done| (done.seq, done.at));
        done
    }

    /// Forgets a webhook.
    pub(super) fn forget(&self, id: WebhookId) -> Result<(), StoreError> {
        let letters = [KEPT, PROGRESS, DEAD, DONE];
        let rows =
            letters.iter().flat_map(|letter| self.0.range(&key(letter, id), &[], usize::MAX));
        self.0.put(rows.map(|(key, _)| (key, None)).collect(), Durable::Now)
    }
}
