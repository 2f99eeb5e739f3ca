// SPDX-License-Identifier: Apache-2.0
//! Submitting: alone or in batches. Repeating is safe, since submission is idempotent by id.

use bytes::Bytes;
use chain::TransactionId;
use chain::limits::{BATCH_BYTES, BATCH_TRANSACTIONS};
use chain::receipt::{Outcome, Receipt};
use chain::transaction::Transaction;
use reqwest::{Method, RequestBuilder};
use serde::Deserialize;

use crate::answers::{Stage, TransactionAnswer};
use crate::error::{ClientError, ProblemDetails};
use crate::http::{Client, json};

const CANONICAL: &str = "application/octet-stream";

/// What became of one transaction of a batch.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Verdict {
    /// The HTTP status that it would have got alone.
    pub status: u16,
    /// Its id, if its bytes could be read.
    pub id: Option<TransactionId>,
    /// How far it has come.
    pub stage: Option<Stage>,
    /// Its receipt, once executed.
    pub receipt: Option<Receipt>,
    /// What is wrong with it, if anything.
    #[serde(default)]
    pub problem: Option<ProblemDetails>,
}

impl Verdict {
    /// True if it was executed and not refused.
    pub fn is_executed(&self) -> bool {
        matches!(&self.receipt, Some(Receipt { outcome: Outcome::Executed { .. }, .. }))
    }

    /// True if it was executed or refused in a block.
    pub fn is_ordered(&self) -> bool {
        self.receipt.is_some()
    }

    /// The stable code of what is wrong.
    pub fn code(&self) -> Option<&str> {
        self.problem.as_ref().map(|problem| problem.code.as_str())
    }
}

#[derive(Deserialize)]
struct BatchAnswer {
    verdicts: Vec<Verdict>,
}

impl Client {
    /// Submits a transaction and waits until it is executed on the node (at most 30 s). The receipt
    /// says whether the state machine refused it, and lists every reason: look at its outcome.
    pub async fn submit(
        &self,
        transaction: &Transaction,
    ) -> Result<TransactionAnswer, ClientError> {
        let bytes = Bytes::from(transaction.to_bytes());
        let answer = self
            .send_safely(|| {
                let request = self.request(Method::POST, "/v1/transactions?wait=ordered")?;
                Ok(request.header(reqwest::header::CONTENT_TYPE, CANONICAL).body(bytes.clone()))
            })
            .await?;
        let answer: TransactionAnswer = json(answer).await?;
        match answer.receipt {
            Some(_) => Ok(answer),
            None => Err(ClientError::NotYet(answer.id)),
        }
    }

    /// Submits canonical transactions as one batch, at most 1,000 and 4 MiB, and waits until they are
    /// executed on the node where `wait` is set. Each gets its own verdict, in order.
    pub async fn submit_batch<'a>(
        &self,
        transactions: impl IntoIterator<Item = &'a [u8]>,
        wait: bool,
    ) -> Result<Vec<Verdict>, ClientError> {
        let body = frames(transactions);
        let answer = self.send_safely(|| self.batch(body.clone(), wait)).await?;
        json::<BatchAnswer>(answer).await.map(|answer| answer.verdicts)
    }

    /// The same in one attempt: the refusal of a busy node is an error at once.
    pub async fn submit_batch_once<'a>(
        &self,
        transactions: impl IntoIterator<Item = &'a [u8]>,
        wait: bool,
    ) -> Result<Vec<Verdict>, ClientError> {
        let answer = self.send(self.batch(frames(transactions), wait)?).await?;
        json::<BatchAnswer>(answer).await.map(|answer| answer.verdicts)
    }

    fn batch(&self, body: Bytes, wait: bool) -> Result<RequestBuilder, ClientError> {
        let path = match wait {
            true => "/v1/transactions/batch?wait=ordered",
            false => "/v1/transactions/batch",
        };
        let request = self.request(Method::POST, path)?;
        Ok(request.header(reqwest::header::CONTENT_TYPE, CANONICAL).body(body))
    }

    /// Submits any number of transactions in batches, one after the other, and waits for each.
    pub async fn submit_all(
        &self,
        transactions: &[Transaction],
    ) -> Result<Vec<Verdict>, ClientError> {
        let encoded: Vec<Vec<u8>> = transactions.iter().map(Transaction::to_bytes).collect();
        let mut verdicts = Vec::with_capacity(encoded.len());
        for batch in split(&encoded) {
            let slices = batch.iter().map(Vec::as_slice);
            verdicts.extend(self.submit_batch(slices, true).await?);
        }
        Ok(verdicts)
    }
}

/// Before each transaction its length, 4 bytes little endian.
fn frames<'a>(transactions: impl IntoIterator<Item = &'a [u8]>) -> Bytes {
    let mut body = Vec::new();
    for bytes in transactions {
        body.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        body.extend_from_slice(bytes);
    }
    body.into()
}

/// Cuts transactions into batches within both limits.
fn split(encoded: &[Vec<u8>]) -> Vec<&[Vec<u8>]> {
    let mut batches = Vec::new();
    let mut start = 0;
    let mut bytes = 0;
    for (at, one) in encoded.iter().enumerate() {
        let full = at - start == BATCH_TRANSACTIONS || bytes + one.len() > BATCH_BYTES;
        if full && at > start {
            batches.push(&encoded[start..at]);
            (start, bytes) = (at, 0);
        }
        bytes += one.len();
    }
    if start < encoded.len() {
        batches.push(&encoded[start..]);
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_keep_both_limits_and_the_order() {
        let small = vec![vec![0; 10]; 2_500];
        let sizes: Vec<_> = split(&small).iter().map(|b| b.len()).collect();
        assert_eq!(sizes, [1_000, 1_000, 500]);
        let large = vec![vec![0; 16 * 1024]; 300];
        let batches = split(&large);
        assert_eq!(batches.iter().map(|b| b.len()).sum::<usize>(), 300);
        assert!(batches.iter().all(|b| b.iter().map(Vec::len).sum::<usize>() <= BATCH_BYTES));
        assert!(split(&[]).is_empty());
    }
}
