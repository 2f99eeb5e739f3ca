// SPDX-License-Identifier: Apache-2.0
//! The vault of a node's folder: its key, opening it, and the orders of the operator's commands to a node
//! that runs. An order lies in the folder until it is carried out, so that no crash loses it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use api::keeping::Keeper;
use chain::genesis::{Mode, NodeRole};
use chain::ids::ApplicationId;
use chain::records::ErasureKind;
use genesis::{Unlock, VaultKeyFile, private};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Store;
use tokio_util::sync::CancellationToken;
use vault::{Checked, NodeKey, Protocol, Vault};

const ORDERS: &str = "vault-orders";
/// Between two looks at the orders.
const LOOK: Duration = Duration::from_millis(500);

/// The vault key that the configuration names.
pub(crate) fn key(path: Option<&Path>, mode: Mode, unlock: &Unlock) -> Result<Option<NodeKey>> {
    let key = path.map(|path| anyhow::Ok(VaultKeyFile::read(path)?.open(mode, unlock)?));
    Ok(key.transpose()?.map(NodeKey::from))
}

/// Opens the vault of a store. Without a key there is none, and must be nothing in it.
pub(crate) fn open(store: &Store, key: Option<NodeKey>) -> Result<Option<Arc<Vault>>> {
    let shelf = Box::new(store.vault_shelf());
    let Some(key) = key else {
        let status = Checked::of(shelf.as_ref())?.status;
        let subjects = status.held + status.restricted + status.erased;
        ensure!(
            subjects == 0,
            "{} holds a vault of {subjects} subjects, and the configuration names no `vault.key`: name the key \
             file that belongs to it",
            store.folder().display()
        );
        return Ok(None);
    };
    Ok(Some(Arc::new(Vault::open(shelf, key)?)))
}

/// Says that a node keeps no personal data.
pub(crate) fn say_none(role: NodeRole) {
    match role {
        NodeRole::Validator => tracing::warn!(
            "no vault: without `vault.key` this node keeps no personal data and answers no exchange"
        ),
        NodeRole::Observer => tracing::info!("no vault: an observer needs none"),
    }
}

/// What a command wants of the node.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    application: ApplicationId,
    kind: ErasureKind,
}

/// What became of an order.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Done(Protocol),
    Failed(String),
}

struct Place {
    order: PathBuf,
    outcome: PathBuf,
}

impl Place {
    fn of(dir: &Path, application: ApplicationId) -> Self {
        let at = dir.join(ORDERS).join(application.to_string());
        Self { order: at.with_extension("order"), outcome: at.with_extension("outcome") }
    }
}

fn write(path: &Path, value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string(value)?;
    private::replace(path, &text).with_context(|| format!("cannot write {}", path.display()))
}

/// Has the running node of a folder restrict or erase what came with an application, and waits for it.
pub(crate) fn order(
    dir: &Path,
    application: ApplicationId,
    kind: ErasureKind,
    waiting: &dyn Fn(),
) -> Result<Protocol> {
    let folder = dir.join(ORDERS);
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make {}", folder.display()))?;
    let place = Place::of(dir, application);
    // What an interrupted command left behind.
    let _none = std::fs::remove_file(&place.outcome);
    write(&place.order, &Order { application, kind })?;
    loop {
        std::thread::sleep(LOOK);
        waiting();
        let Ok(text) = std::fs::read_to_string(&place.outcome) else { continue };
        let outcome = serde_json::from_str(&text);
        let _gone = std::fs::remove_file(&place.outcome);
        match outcome.context("the node's answer cannot be read")? {
            Outcome::Done(protocol) => return Ok(protocol),
            Outcome::Failed(why) => bail!("{why}"),
        }
    }
}

/// Carries out orders for as long as the node runs.
pub(crate) fn follow_orders(dir: &Path, keeper: Arc<Keeper>, shutdown: CancellationToken) {
    let dir = dir.to_owned();
    tokio::spawn(async move {
        let mut look = tokio::time::interval(LOOK);
        loop {
            tokio::select! {
                _ = look.tick() => {}
                () = shutdown.cancelled() => return,
            }
            let (dir, keeper) = (dir.clone(), Arc::clone(&keeper));
            let done = tokio::task::spawn_blocking(move || carry_out_all(&dir, &keeper)).await;
            if let Ok(Err(error)) = done {
                tracing::error!("an order to the vault was not carried out: {error:#}");
            }
        }
    });
}

fn carry_out_all(dir: &Path, keeper: &Keeper) -> Result<()> {
    let folder = dir.join(ORDERS);
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in std::fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "order") {
            continue;
        }
        let text = std::fs::read_to_string(&path)?;
        let order: Order = serde_json::from_str(&text)
            .with_context(|| format!("{} is no order", path.display()))?;
        let outcome = match keeper.carry_out(order.application, order.kind) {
            Ok(protocol) => Outcome::Done(protocol),
            Err(error) => Outcome::Failed(error.to_string()),
        };
        write(&Place::of(dir, order.application).outcome, &outcome)?;
        std::fs::remove_file(&path)?;
    }
    Ok(())
}

/// The protocol as it is shown: with its digest, which is on chain.
pub(crate) fn shown(protocol: &Protocol) -> Value {
    serde_json::json!({ "digest": protocol.digest(), "protocol": protocol })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use chain::Time;
    use chain::ids::RecordId;
    use genesis::demo::{Plan, consortium};
    use store::Options;
    use vault::{Contact, Parcel, Subject};

    use super::*;

    #[test]
    fn a_vault_that_holds_something_is_not_opened_without_its_key_or_under_another() {
        let plan = Plan { depth: 6, ..Plan::testnet(Time(1_000_000), [3; 32]) };
        let genesis = consortium(&plan).unwrap().genesis;
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), &genesis, &Options::default()).unwrap();
        assert!(open(&store, None).unwrap().is_none(), "nothing is kept, and nothing is wrong");
        let vault = open(&store, Some(NodeKey::generate())).unwrap().unwrap();
        let subject = Subject::Application(ApplicationId(RecordId([7; 16])));
        vault.put(subject, &Parcel::new().contact(&Contact::new("16400001234"))).unwrap();
        let why = open(&store, None).err().unwrap().to_string();
        assert!(why.contains("vault of 1 subjects") && why.contains("`vault.key`"), "{why}");
        let why = open(&store, Some(NodeKey::generate())).err().unwrap().to_string();
        assert!(why.contains("sealed under node key"), "{why}");
    }
}
