// SPDX-License-Identifier: Apache-2.0
//! The bound of a read: the same HTTP library with a fixed JSON answer about as long as the one that is read.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use axum::extract::Path;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::http;
use crate::process::Process;

/// Bytes of an answer before its certificates.
const HEAD: usize = 90;
/// Bytes of one of them.
const CERTIFICATE: usize = 190;

/// Serves until it is killed; prints its address first.
pub(crate) async fn serve() -> Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let fixed = |Path(bytes): Path<usize>| async move { Json(answer(bytes)) };
    let app = Router::new().route("/fixed/{bytes}", get(fixed));
    Ok(axum::serve(listener, app).await?)
}

/// About so many bytes, some 200 at least.
fn answer(bytes: usize) -> Value {
    let certificate = json!({
        "kind": "driving_licence", "state": "valid", "attested_at": "2026-01-01T00:00:00+08:00",
        "valid_until": "2032-01-01T00:00:00+08:00", "attester": "org_0123456789abcdefghjkmnpqrs",
    });
    json!({
        "standing": "issued", "colour": "blue", "valid_until": "2026-12-01T00:00:00+08:00",
        "certificates": vec![certificate; (bytes.saturating_sub(HEAD) / CERTIFICATE).max(1)],
    })
}

/// A server in a process of its own, as a node is.
pub(crate) fn start() -> Result<(Process, std::net::SocketAddr)> {
    let own = std::env::current_exe().context("this program does not know its file")?;
    let mut process = Process::start(Command::new(own).arg("fixed").stdout(Stdio::piped()))?;
    let out = process.child().stdout.take().context("the server has no output")?;
    let mut line = String::new();
    BufReader::new(out).read_line(&mut line)?;
    Ok((process, http::address(line.trim())?))
}
