// SPDX-License-Identifier: Apache-2.0
//! What the examples share: a testnet's nodes and demo keys from the environment, and one way to send an
//! action and see it executed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use chain::actions::Action;
use chain::ids::Time;
use chain::keys::{PublicKey, SecretKey};
use chain::records::{Organisation, Value};
use chain::text::hex_array;
use chain::{Genesis, Hash, TransactionId};
use client::{Client, Signer};

/// A variable that must be there.
pub(crate) fn environment(name: &str) -> Result<String> {
    std::env::var(name).with_context(|| format!("set {name}; --help says to what"))
}

/// The node at `DIANYUN_NODE`, such as `http://127.0.0.1:8080`.
pub(crate) fn node() -> Result<Client> {
    Ok(Client::new(&environment("DIANYUN_NODE")?)?)
}

/// The genesis at `DIANYUN_GENESIS`; its hash is the chain's id.
pub(crate) fn genesis() -> Result<Genesis> {
    let path = environment("DIANYUN_GENESIS")?;
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    serde_json::from_str(&text).with_context(|| format!("{path} is no genesis file"))
}

/// The working keys of a testnet's folder `keys`, at `DIANYUN_KEYS`; those that rotate keys are left out.
/// They are test keys: real ones are sealed and cannot be read so.
pub(crate) fn demo_keys() -> Result<BTreeMap<PublicKey, SecretKey>> {
    let folder = PathBuf::from(environment("DIANYUN_KEYS")?);
    let mut keys = BTreeMap::new();
    for entry in folder.read_dir().with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let is_working =
            name.is_some_and(|name| name.ends_with(".key") && !name.ends_with("-admin.key"));
        if let Some(seed) = is_working.then(|| seed(&path)).transpose()?.flatten() {
            let key = SecretKey::from_seed(&seed);
            keys.insert(key.public(), key);
        }
    }
    ensure!(!keys.is_empty(), "{} has no test keys", folder.display());
    Ok(keys)
}

/// The line `seed = "…"` of a test key's file.
fn seed(path: &std::path::Path) -> Result<Option<[u8; 32]>> {
    let text = std::fs::read_to_string(path)?;
    let line = text.lines().find_map(|line| line.strip_prefix("seed = \""));
    let seed = line.and_then(|line| line.strip_suffix('"'));
    seed.map(|seed| Ok(hex_array(seed, "64 hexadecimal digits")?)).transpose()
}

/// An organisation with the working key that is in hand.
#[derive(Clone)]
pub(crate) struct Office {
    /// What the chain says of it.
    pub(crate) organisation: Organisation,
    /// Its key.
    pub(crate) key: SecretKey,
}

/// The organisations of the chain whose keys are in hand, in the order in which they came to be.
pub(crate) async fn offices(node: &Client) -> Result<Vec<Office>> {
    let keys = demo_keys()?;
    let mut offices = Vec::new();
    for found in node.organisations().await? {
        let Value::Organisation(organisation) = found.value else { continue };
        if let Some(key) = organisation.keys.iter().find_map(|key| keys.get(key)).cloned() {
            offices.push(Office { organisation, key });
        }
    }
    Ok(offices)
}

/// Sends actions and remembers when the last one was executed.
pub(crate) struct Desk {
    /// The node.
    pub(crate) node: Client,
    /// The chain.
    pub(crate) chain: Hash,
    /// Time of the newest block that is known here: what comes next did not happen before.
    pub(crate) now: Time,
}

impl Desk {
    /// A desk at a node, in its time.
    pub(crate) async fn at(node: Client) -> Result<Self> {
        let newest = node.newest_header().await?.header;
        Ok(Self { node, chain: newest.chain, now: newest.time_ms })
    }

    /// Signs an action, and waits until it is executed; an error lists why the chain refused it.
    pub(crate) async fn send(
        &mut self,
        key: &SecretKey,
        action: impl Into<Action>,
    ) -> Result<TransactionId> {
        let signed = Signer::new(key.clone(), self.chain).sign(action, self.now);
        let answer = self.node.submit(&signed).await?;
        let receipt = answer.receipt.context("the node answered without a receipt")?;
        if let chain::receipt::Outcome::Refused { reasons } = receipt.outcome {
            bail!("refused: {reasons:?}");
        }
        self.now = answer.time.unwrap_or(self.now).max(self.now);
        Ok(answer.id)
    }
}

/// Random bytes of the system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
    Ok(bytes)
}

/// The answer of an example: JSON on standard output.
pub(crate) fn answer(answer: &serde_json::Value) -> Result<()> {
    println!("{}", serde_json::to_string_pretty(answer)?);
    Ok(())
}
