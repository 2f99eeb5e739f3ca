// SPDX-License-Identifier: Apache-2.0
//! A node that is busy for a while: who may wait asks again, who may not learns it at once.

#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use client::Client;

const BUSY: &str = r#"{"status":503,"code":"pool_full","title":"Pool full","retry_after_s":0}"#;
const EMPTY: &str = r#"{"verdicts":[]}"#;

/// Reads one request whole.
fn take(stream: &TcpStream) {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let line = line.trim_end().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.is_empty() {
            break;
        }
    }
    reader.read_exact(&mut vec![0; length]).unwrap();
}

/// A node that is busy for its first requests; its address, and how many it was sent.
fn node(busy: usize) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            take(&stream);
            let is_busy = count.fetch_add(1, Ordering::SeqCst) < busy;
            let (status, body) = if is_busy { ("503 Busy", BUSY) } else { ("200 OK", EMPTY) };
            let length = body.len();
            let head =
                format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}");
            stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).unwrap();
        }
    });
    (address, asked)
}

#[tokio::test]
async fn a_batch_waits_for_a_busy_node() {
    let (address, asked) = node(3);
    let verdicts = Client::new(&address).unwrap().submit_batch([&b"any"[..]], true).await;
    assert!(verdicts.unwrap().is_empty());
    assert_eq!(asked.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn one_attempt_is_one_request() {
    let (address, asked) = node(1);
    let client = Client::new(&address).unwrap();
    let refused = client.submit_batch_once([&b"any"[..]], true).await.unwrap_err();
    assert_eq!(refused.code(), Some("pool_full"));
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    assert!(client.submit_batch_once([&b"any"[..]], true).await.unwrap().is_empty());
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}
