// SPDX-License-Identifier: Apache-2.0
//! Questions between nodes: both ways, within limits, and never for a node that is not there.

use std::sync::Arc;

use bytes::Bytes;
use consensus::{Answers, AskError, Handle};
use futures::future::BoxFuture;

use crate::net::{Net, until};

/// Says who asked what; to "large" more than may be sent.
struct Echo;

impl Answers for Echo {
    fn answer(&self, from: u32, question: Bytes) -> BoxFuture<'static, Bytes> {
        Box::pin(async move {
            if &question[..] == b"large" {
                return Bytes::from(vec![0; (256 << 10) + 1]);
            }
            Bytes::from(format!("{from}: {}", String::from_utf8_lossy(&question)))
        })
    }
}

/// Asks until the two are connected.
async fn ask(from: &Handle, to: u32, question: &'static str) -> Result<Bytes, AskError> {
    let started = std::time::Instant::now();
    loop {
        let answer = from.ask(to, Bytes::from_static(question.as_bytes())).await;
        let is_silent = answer == Err(AskError::Silent(to));
        if !is_silent || started.elapsed() > crate::net::PATIENCE {
            return answer;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn validators_and_observers_ask_each_other_both_ways_and_themselves() {
    let net = Net::start(2, 2).await;
    for place in 0..4 {
        net.handle(place).answer_with(Arc::new(Echo));
    }
    for (from, to) in [(0, 1), (1, 0), (0, 2), (2, 0), (2, 3), (3, 2), (1, 1), (3, 3)] {
        let answer = ask(net.handle(from), net.number(to), "who?").await;
        let expected = format!("{}: who?", net.number(from));
        assert_eq!(answer, Ok(Bytes::from(expected)), "{from} asks {to}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_unknown_or_not_answered_is_said_and_ends_no_connection() {
    let mut net = Net::start(2, 0).await;
    let (one, other) = (net.handle(0).clone(), net.number(1));
    let silent = Err(AskError::Silent(other));
    let question = || Bytes::from_static(b"who?");
    until("the two are connected", || one.status().peers[0].connected.then_some(())).await;
    assert_eq!(one.ask(other, question()).await, silent, "nobody answers there yet");
    assert_eq!(one.ask(net.number(0), question()).await, Err(AskError::Silent(net.number(0))));
    net.handle(1).answer_with(Arc::new(Echo));
    assert!(ask(&one, other, "who?").await.is_ok());
    assert_eq!(one.ask(other, Bytes::from_static(b"large")).await, silent);
    let large = Bytes::from(vec![0; (256 << 10) + 1]);
    assert_eq!(one.ask(other, large).await, Err(AskError::TooLarge));
    assert_eq!(one.ask(99, question()).await, Err(AskError::Unknown(99)));
    let largest = Bytes::from(vec![b'x'; 255 << 10]);
    assert!(one.ask(other, largest).await.is_ok_and(|answer| answer.len() > 255 << 10));
    net.stop(1).await;
    until("the other is gone", || (!one.status().peers[0].connected).then_some(())).await;
    assert_eq!(one.ask(other, question()).await, silent);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_is_told_and_agreement_goes_on() {
    let mut net = Net::start(2, 0).await;
    net.handle(1).answer_with(Arc::new(Echo));
    let (one, other) = (net.handle(0).clone(), net.number(1));
    assert!(ask(&one, other, "who?").await.is_ok());
    let asking = (0..400).map(|_| one.ask(other, Bytes::from_static(b"who?")));
    let answers = futures::future::join_all(asking).await;
    let busy = answers.iter().filter(|answer| **answer == Err(AskError::Busy(other))).count();
    let well = answers.iter().filter(|answer| answer.is_ok()).count();
    assert!(busy > 0 && well > 0 && busy + well == 400, "{busy} {well}");
    net.leader().await;
    net.execute(0).await;
}
