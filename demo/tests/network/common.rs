// SPDX-License-Identifier: Apache-2.0
//! A node of one process: the chain in memory, and authorities with real inboxes around it.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use chain::gb32100::CreditCode;
use chain::hash::Hash;
use chain::ids::{ApplicationId, CodeId, OrganisationId, PersonId};
use chain::keys::PublicKey;
use chain::memory::Memory;
use chain::receipt::Outcome;
use chain::records::name::{NameKind, UniqueName};
use chain::records::{
    Application, Code, Interface, List, ListKey, Organisation, Person, RecordKind,
};
use chain::transaction::{Checked, Decoded};
use chain::view::Past;
use demo::applicant::{InboxAt, Inboxes};
use demo::authority::{self, Role, Setup};
use demo::cast;
use demo::node::{CodeSeen, Node, NodeError, Verdict, now};
use demo::scenario::{Settings, Size};
use genesis::demo::{Consortium, Plan, consortium};
use tokio::net::TcpListener;

/// A node over a chain in memory. Every submission is a block.
#[derive(Clone)]
pub(crate) struct MemoryNode {
    pub(crate) memory: Arc<Mutex<Memory>>,
    refused: Arc<AtomicUsize>,
    chain: Hash,
}

impl MemoryNode {
    pub(crate) fn new(consortium: &Consortium) -> Self {
        let memory = Memory::new(&consortium.genesis).unwrap();
        let chain = consortium.genesis.chain_id();
        Self { memory: Arc::new(Mutex::new(memory)), refused: Arc::default(), chain }
    }

    /// Transactions that came to no good.
    pub(crate) fn refused(&self) -> usize {
        self.refused.load(Ordering::SeqCst)
    }

    fn block(&self, transactions: &[Option<Checked>]) -> BTreeMap<Hash, Outcome> {
        let executed = self.memory.lock().unwrap().run(now(), transactions);
        executed.receipts.into_iter().map(|r| (r.transaction.0, r.outcome)).collect()
    }
}

impl Node for MemoryNode {
    fn chain_id(&self) -> Hash {
        self.chain
    }

    async fn submit_once(&self, transactions: &[&[u8]]) -> Result<Vec<Option<Verdict>>, NodeError> {
        Ok(self.submit_bytes(transactions).await?.into_iter().map(Some).collect())
    }

    async fn submit_bytes(&self, transactions: &[&[u8]]) -> Result<Vec<Verdict>, NodeError> {
        let check = |bytes: &&[u8]| {
            let decoded = Decoded::from_bytes(bytes.to_vec(), self.chain).unwrap();
            Some(decoded.check().unwrap())
        };
        let checked: Vec<_> = transactions.iter().map(check).collect();
        let outcomes = self.block(&checked);
        let verdict = |one: &Option<Checked>| match outcomes.get(&one.as_ref().unwrap().id().0) {
            Some(Outcome::Executed { .. }) => Verdict::Executed,
            Some(Outcome::Refused { reasons }) => {
                Verdict::Refused(reasons.iter().map(|r| r.code.code().to_owned()).collect())
            }
            None => Verdict::NotTaken("skipped".to_owned()),
        };
        let verdicts: Vec<Verdict> = checked.iter().map(verdict).collect();
        let refused = verdicts.iter().filter(|verdict| **verdict != Verdict::Executed).count();
        self.refused.fetch_add(refused, Ordering::SeqCst);
        Ok(verdicts)
    }

    async fn application(&self, id: ApplicationId) -> Result<Option<Application>, NodeError> {
        Ok(self.memory.lock().unwrap().get(id.0))
    }

    async fn person(&self, id: PersonId) -> Result<Option<Person>, NodeError> {
        Ok(self.memory.lock().unwrap().get(id.0))
    }

    async fn sponsor_keys(&self, code: CodeId) -> Result<Vec<PublicKey>, NodeError> {
        let memory = self.memory.lock().unwrap();
        let code: Option<Code> = memory.get(code.record());
        let application: Option<Application> = code.and_then(|code| memory.get(code.application.0));
        let sponsor: Option<Organisation> =
            application.and_then(|application| memory.get(application.sponsor.0));
        Ok(sponsor.map(|sponsor| sponsor.keys).unwrap_or_default())
    }

    async fn code(&self, id: CodeId) -> Result<CodeSeen, NodeError> {
        self.block(&[]);
        let code: Option<Code> = self.memory.lock().unwrap().get(id.record());
        Ok(CodeSeen {
            colour: code.as_ref().and_then(|code| code.colour),
            standing: code.map(|code| code.standing()),
        })
    }

    async fn organisation(&self, credit_code: &str) -> Result<Option<Organisation>, NodeError> {
        let credit_code: CreditCode = credit_code.parse().unwrap();
        let digest = Hash::of(credit_code.as_bytes());
        let memory = self.memory.lock().unwrap();
        let name: Option<UniqueName> = memory.get(UniqueName::id_of(NameKind::CreditCode, &digest));
        Ok(name.and_then(|name| memory.get(name.target_id)))
    }

    async fn applications_of(
        &self,
        sponsor: OrganisationId,
    ) -> Result<Vec<Application>, NodeError> {
        let memory = self.memory.lock().unwrap();
        let list = ListKey { list: List::ApplicationsBySponsor, of: sponsor.0 };
        let entries = memory.list(list, None, usize::MAX);
        Ok(entries.into_iter().filter_map(|(_, key)| memory.get(key.id)).collect())
    }

    async fn interfaces(&self) -> Result<Vec<Interface>, NodeError> {
        let memory = self.memory.lock().unwrap();
        let entries = memory.list(ListKey::of_kind(RecordKind::Interface), None, usize::MAX);
        Ok(entries.into_iter().filter_map(|(_, key)| memory.get(key.id)).collect())
    }
}

/// A network of one process.
pub(crate) struct Network {
    pub(crate) node: MemoryNode,
    pub(crate) consortium: Consortium,
    pub(crate) inboxes: Inboxes,
}

impl Network {
    /// Starts it, with an authority of each role on a free port.
    pub(crate) async fn start() -> Self {
        let consortium = consortium(&Plan::testnet(now(), [7; 32])).unwrap();
        let node = MemoryNode::new(&consortium);
        let mut inboxes = Inboxes::new();
        for role in Role::ALL {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            let member = consortium.member(role.word()).unwrap();
            let signer = member.key.public();
            inboxes.insert(role, InboxAt { organisation: member.id, signer, url });
            let setup = Setup {
                role,
                organisation: member.id,
                key: member.key.clone(),
                secrets: consortium.secrets,
                register: cast::register(consortium.genesis.time),
                people: 3_100,
            };
            let serving = authority::serve(setup, node.clone(), listener, std::future::pending());
            tokio::spawn(serving);
        }
        Self { node, consortium, inboxes }
    }

    /// Settings to load so much.
    pub(crate) fn settings(&self, size: Size) -> Settings<MemoryNode> {
        let key = |name: &str| self.consortium.member(name).unwrap().key.clone();
        Settings {
            node: self.node.clone(),
            inboxes: self.inboxes.clone(),
            regulator: key("regulator"),
            police: key("traffic-police"),
            in_genesis: Vec::new(),
            genesis_time: self.consortium.genesis.time,
            size,
            vaults: None,
        }
    }
}

/// What asks an inbox.
pub(crate) fn plain() -> reqwest::Client {
    demo::plain(std::time::Duration::from_secs(60))
}
