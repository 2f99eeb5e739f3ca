// SPDX-License-Identifier: Apache-2.0
//! An exchange across two nodes, from the request to values in hand, beside one transaction to executed. Both are
//! asked of the same node in turn, and the transaction is the one that an exchange records: what an exchange takes
//! longer is the question to the node that holds the data, and what opens and checks its answer.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use chain::actions::{AccessRecord, ConsentGive};
use chain::ids::{CodeId, ConsentId, OrganisationId, RecordId, Time};
use chain::keys::SecretKey;
use chain::nonce::Nonce;
use chain::records::{Basis, ConsentTerms, DataSubject, ExchangeField, FieldSet, Purpose};
use chain::text::hex_array;
use chain::{Action, Hash, Transaction};
use serde_json::{Value, json};

use crate::figures::{self, Figures};
use crate::http::{self, Connection};
use crate::papers::organisation;
use crate::testnet::{Data, Node, Testnet};

/// Of each kind, after warming up. Each uses the consent once, and that is good for 1,000 uses.
const MEASURED: u32 = 400;
const WARM: u32 = 50;
/// A node answers at most 50 questions of another a second.
const PACE: Duration = Duration::from_millis(30);
const USES: u32 = 1_000;
const HOUR_MS: u64 = 3_600_000;
/// How long a transaction is good.
const GOOD_MS: u64 = 120_000;
const FIELDS: FieldSet = FieldSet::of(&[ExchangeField::Name, ExchangeField::Plate]);
const PURPOSE: Purpose = Purpose::Engagement;

/// Measures at the observer of a testnet with the demo's data. The insurer runs it, and it holds nobody's.
pub(crate) async fn measure(dianyun: &Path, dir: &Path) -> Result<Figures> {
    let net = Testnet::up_with(dianyun, &dir.join("testnet"), (4, Data::Demo), &[])?;
    let mut asker = Asker::at(&net).await?;
    let (mut single, mut whole) = (figures::latency()?, figures::latency()?);
    let mut pace = tokio::time::interval(PACE);
    for turn in 0..WARM + MEASURED {
        pace.tick().await;
        let transaction = asker.access().await?;
        let began = Instant::now();
        asker.execute(&transaction).await?;
        let of_transaction = began.elapsed();
        let began = Instant::now();
        let answer = asker.exchange().await?;
        let of_exchange = began.elapsed();
        asker.check(&answer)?;
        if turn >= WARM {
            single.saturating_record(of_transaction.as_micros() as u64);
            whole.saturating_record(of_exchange.as_micros() as u64);
        }
    }
    Ok(Figures::from([
        ("exchange_transaction_p50_us", single.value_at_quantile(0.5) as f64),
        ("exchange_transaction_p99_us", single.value_at_quantile(0.99) as f64),
        ("exchange_p50_us", whole.value_at_quantile(0.5) as f64),
        ("exchange_p99_us", whole.value_at_quantile(0.99) as f64),
    ]))
}

/// The insurer at its own node, with a driver's consent.
struct Asker {
    connection: Connection,
    node: Node,
    chain: Hash,
    key: SecretKey,
    code: CodeId,
    consent: ConsentId,
    /// Makes what must differ from one transaction to the next differ.
    count: u64,
}

impl Asker {
    async fn at(net: &Testnet) -> Result<Self> {
        let node = net.nodes.iter().find(|node| node.name.starts_with("observer"));
        let node = node.context("the testnet has no observer")?.clone();
        let card = net.run(["testnet", "up", "--detach", "--json"])?;
        let chain: Hash = serde_json::from_value(card["chain_id"].clone())?;
        let file = card["keys"]["insurer"].as_str().context("the insurer has no key")?.to_owned();
        let id = chain.to_string();
        let words = ["token", "--key", &file, "--chain", &id, "--for", &node.name];
        let made = net.run_alone(words.into_iter().chain(["--seconds", "600", "--json"]))?;
        let token = made["token"].as_str().context("no token is shown")?;
        let connection = Connection::open(http::address(&node.api)?).await?;
        let connection = connection.with(Some(format!("Bearer {token}")));
        let (code, driver) = driver(&card)?;
        let consent = ConsentId(RecordId([0; 16]));
        let key = test_key(&file)?;
        let mut asker = Self { connection, node, chain, key, code, consent, count: 0 };
        let to: OrganisationId = organisation(net, "insurer").await?.parse()?;
        let until = asker.now().await?.plus(HOUR_MS);
        let terms = ConsentTerms { code, to, purpose: PURPOSE, fields: FIELDS, until, uses: USES };
        let give = ConsentGive { terms, statements: Vec::new() };
        let given = asker.signed(&driver, give.into()).await?;
        asker.execute(&given).await?;
        asker.consent = ConsentId(RecordId::made_by(given.id(), 0));
        Ok(asker)
    }

    /// Time of the newest block here.
    async fn now(&mut self) -> Result<Time> {
        let (status, body) = self.connection.get("/v1/headers/latest").await?;
        ensure!(status.is_success(), "the newest header: {status}");
        let answer: Value = serde_json::from_slice(&body)?;
        Ok(serde_json::from_value(answer["header"]["time_ms"].clone())?)
    }

    async fn signed(&mut self, key: &SecretKey, action: Action) -> Result<Transaction> {
        self.count += 1;
        let until = self.now().await?.plus(GOOD_MS);
        let Hash(bytes) = self.fresh();
        let nonce = Nonce(*bytes.first_chunk().context("a hash is longer than a nonce")?);
        Ok(Transaction::sign(key, self.chain, action, nonce, until))
    }

    fn fresh(&self) -> Hash {
        Hash::of(&[&self.chain.0[..], &self.count.to_le_bytes()].concat())
    }

    /// The transaction that an exchange has executed first.
    async fn access(&mut self) -> Result<Transaction> {
        let basis = Basis::Consent { consent: self.consent, purpose: PURPOSE };
        let about = DataSubject::Code(self.code);
        let request = Hash::of(&self.fresh().0);
        let action = AccessRecord { about, basis, fields: FIELDS, request };
        let key = self.key.clone();
        self.signed(&key, action.into()).await
    }

    async fn execute(&mut self, transaction: &Transaction) -> Result<()> {
        let body = Bytes::from(serde_json::to_vec(transaction)?);
        let path = "/v1/transactions?wait=ordered";
        let (status, body) = self.connection.send("POST", path, body).await?;
        let answer: Value = serde_json::from_slice(&body)?;
        let is_executed = answer["receipt"]["outcome"]["executed"].is_object();
        ensure!(status.is_success() && is_executed, "a transaction: {status} {answer}");
        Ok(())
    }

    async fn exchange(&mut self) -> Result<Value> {
        let wish = json!({
            "about": DataSubject::Code(self.code), "fields": FIELDS, "purpose": PURPOSE,
        });
        let body = Bytes::from(serde_json::to_vec(&wish)?);
        let (status, body) = self.connection.send("POST", "/v1/exchange", body).await?;
        let answer: Value = serde_json::from_slice(&body)?;
        ensure!(status.is_success(), "an exchange: {status} {}", answer["code"]);
        Ok(answer)
    }

    /// Everything came, and from another node than the one that was asked.
    fn check(&self, answer: &Value) -> Result<()> {
        let none = json!([]);
        ensure!(answer["missing"] == none && answer["silent"] == none, "something is missing");
        let by = answer["answered_by"].as_array().context("nobody answered")?;
        ensure!(!by.is_empty() && !by.contains(&json!(self.node.name)), "not another node");
        Ok(())
    }
}

/// A driver of the samples, by the link to their page: its part behind `#` has the code and the demo key.
fn driver(card: &Value) -> Result<(CodeId, SecretKey)> {
    let link = card["pages"]["driver"].as_str().context("the card has no driver")?;
    let (_, parts) = link.split_once('#').context("the driver's link has no key")?;
    let part = |name: &str| {
        let mut all = parts.split('&').filter_map(|part| part.split_once('='));
        all.find(|(found, _)| *found == name).map(|(_, value)| value)
    };
    let (code, key) = part("code").zip(part("key")).context("the driver's link has no key")?;
    Ok((code.parse()?, SecretKey::from_seed(&hex_array(key, "64 hexadecimal digits")?)))
}

/// The key of a file that has it in the clear.
fn test_key(file: &str) -> Result<SecretKey> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {file}"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("seed = \""));
    let seed = line.and_then(|line| line.strip_suffix('"'));
    let seed = seed.with_context(|| format!("{file} has no test key"))?;
    Ok(SecretKey::from_seed(&hex_array(seed, "64 hexadecimal digits")?))
}
