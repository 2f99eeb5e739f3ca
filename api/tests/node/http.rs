// SPDX-License-Identifier: Apache-2.0
//! Requests over real sockets, and their whole answers.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

use crate::world::RUNTIME;

pub(crate) const JSON: &str = "application/json";
pub(crate) const BYTES: &str = "application/octet-stream";
pub(crate) const PROBLEM: &str = "application/problem+json";

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn get(target: impl Into<String>) -> Self {
        Self { method: "GET", target: target.into(), headers: Vec::new(), body: Vec::new() }
    }

    pub(crate) fn post(target: impl Into<String>, media: &str, body: impl Into<Vec<u8>>) -> Self {
        let request = Self { method: "POST", body: body.into(), ..Self::get(target) };
        request.with("content-type", media)
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Its media type without parameters.
    pub(crate) fn media(&self) -> &str {
        self.header("content-type").split(';').next().unwrap()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The code of a problem.
    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// Sends a request and reads the whole answer.
pub(crate) fn send(address: SocketAddr, request: &Request) -> Answer {
    let http = demo::plain(Duration::from_secs(60));
    let url = format!("http://{address}{}", request.target);
    let mut built = http.request(request.method.parse().unwrap(), url);
    for (name, value) in &request.headers {
        built = built.header(*name, value);
    }
    if request.method == "POST" {
        built = built.body(request.body.clone());
    }
    RUNTIME.block_on(async {
        let answer = built.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Answer { status, headers, body: answer.bytes().await.unwrap().to_vec() }
    })
}

/// Sends bytes as they are and reads on until `enough` is satisfied, at most for 30 s.
pub(crate) fn exchange(address: SocketAddr, bytes: &[u8], enough: impl Fn(&str) -> bool) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(bytes).unwrap();
    let mut seen = Vec::new();
    let mut some = [0; 4_096];
    loop {
        let text = String::from_utf8_lossy(&seen).into_owned();
        if enough(&text) {
            return text;
        }
        let read = stream.read(&mut some).unwrap_or_else(|error| panic!("{error} after {text}"));
        assert!(read > 0, "the connection ended after {text}");
        seen.extend_from_slice(&some[..read]);
    }
}

/// Sends a request, and leaves the answer to who reads on or hangs up.
pub(crate) fn begin(address: SocketAddr, request: &Request) -> TcpStream {
    let Request { method, target, headers, body } = request;
    let mut head = format!("{method} {target} HTTP/1.1\r\nhost: localhost\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    stream
}
