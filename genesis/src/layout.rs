// SPDX-License-Identifier: Apache-2.0
//! The folders of a network: who lies where. Never starts anything and never picks a port.
//!
//! ```text
//! DIR/genesis.json            the genesis
//! DIR/keys/NAME.key           an organisation's working key; NAME-admin.key rotates keys
//! DIR/keys/tag-secrets.toml   the attesters' common secrets
//! DIR/keys/consortium.secret  the holders' nodes' common key for key fields
//! DIR/NODE/                   config.toml, genesis.json, data/, and of a node whose key is made here node.key,
//!                             vault.key, consortium.secret, and organisation.key if that is made here too
//! ```

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use age::secrecy::SecretString;
use age::x25519::Identity;
use chain::Genesis;
use chain::genesis::{Mode, NodeRole};
use chain::ids::OrganisationId;
use chain::keys::SecretKey;
use chain::records::OrganisationKind;

use crate::demo::{Consortium, Member};
use crate::error::GenesisFileError;
use crate::file;
use crate::keyfile::{KeyFile, KeyFileError, new_key};
use crate::private;
use crate::secrets::TagSecrets;
use crate::unlock::Unlock;
use crate::vaultkey::VaultKeyFile;

/// Where one node listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// HTTP.
    pub api: SocketAddr,
    /// Other nodes.
    pub p2p: SocketAddr,
}

/// How new keys are written.
pub enum Sealing {
    /// Plain and marked: for invented data.
    TestKeys,
    /// Sealed under one passphrase.
    Passphrase(SecretString),
}

impl Sealing {
    fn write(&self, name: &str, key: &SecretKey, path: &Path) -> Result<(), KeyFileError> {
        let file = match self {
            Self::TestKeys => KeyFile::test(name, key),
            Self::Passphrase(passphrase) => KeyFile::seal(name, key, passphrase.clone())?,
        };
        file.write_new(path)
    }

    fn write_vault_key(&self, name: &str, path: &Path) -> Result<(), KeyFileError> {
        let key = Identity::generate();
        let file = match self {
            Self::TestKeys => VaultKeyFile::test(name, &key),
            Self::Passphrase(passphrase) => VaultKeyFile::seal(name, &key, passphrase.clone())?,
        };
        file.write_new(path)
    }
}

/// All that the folders of a new network hold.
pub struct Foundation {
    /// The genesis.
    pub genesis: Genesis,
    /// Secrets of the attesters.
    pub secrets: TagSecrets,
    /// Keys of organisations that were made here, by the names of their files.
    pub keys: Vec<(String, SecretKey)>,
    /// Keys of nodes in the order of genesis; none where its operator has it.
    pub nodes: Vec<Option<SecretKey>>,
    /// Where nodes listen, in the order of genesis.
    pub addresses: Vec<Addresses>,
    /// Working keys of organisations without a node, by names for their files: the first node keeps their
    /// data, and signs for them.
    pub sponsors: Vec<(String, SecretKey)>,
    /// Where the inboxes of authorities are, which every node sends claims to; none where operators say so.
    pub inboxes: Vec<(OrganisationId, SocketAddr)>,
    /// How the keys are written.
    pub sealing: Sealing,
}

impl Foundation {
    /// Of an invented consortium, with test keys.
    pub fn demo(consortium: &Consortium, addresses: &[Addresses]) -> Self {
        let of = |member: &Member| {
            let admin = (format!("{}-admin", member.name), member.admin.clone());
            [(member.name.clone(), member.key.clone()), admin]
        };
        Self {
            genesis: consortium.genesis.clone(),
            secrets: consortium.secrets,
            keys: consortium.members.iter().flat_map(of).collect(),
            nodes: consortium.nodes.iter().map(|node| Some(node.key.clone())).collect(),
            addresses: addresses.to_vec(),
            sponsors: without_node(consortium),
            inboxes: Vec::new(),
            sealing: Sealing::TestKeys,
        }
    }
}

/// The folders of one network.
#[derive(Clone, Debug)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The layout below a folder, whether it is there or not.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder of it all.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The genesis file.
    pub fn genesis_file(&self) -> PathBuf {
        self.root.join("genesis.json")
    }

    /// A node's folder.
    pub fn node_dir(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// An organisation's working key, by its short name.
    pub fn key_file(&self, name: &str) -> PathBuf {
        self.root.join("keys").join(format!("{name}.key"))
    }

    /// The attesters' secrets.
    pub fn secrets_file(&self) -> PathBuf {
        self.root.join("keys").join("tag-secrets.toml")
    }

    /// True if a testnet lies here.
    pub fn exists(&self) -> bool {
        self.genesis_file().exists()
    }

    /// Reads and checks the genesis.
    pub fn genesis(&self) -> Result<Genesis, GenesisFileError> {
        file::load(&self.genesis_file())
    }

    /// The attesters' secrets.
    pub fn secrets(&self) -> Result<TagSecrets, GenesisFileError> {
        TagSecrets::read(&self.secrets_file())
    }

    /// The member of a short name, with its keys.
    pub fn member(&self, genesis: &Genesis, name: &str) -> Result<Member, GenesisFileError> {
        let key = self.open_key(name)?;
        let admin = self.open_key(&format!("{name}-admin"))?;
        let id = organisation_of(genesis, &key).ok_or_else(|| {
            GenesisFileError::Key(KeyFileError::Malformed {
                path: self.key_file(name),
                detail: "its key is that of no organisation in genesis".into(),
            })
        })?;
        Ok(Member { name: name.to_owned(), id, key, admin })
    }

    /// The short names of all organisations, sorted.
    pub fn member_names(&self) -> Result<Vec<String>, GenesisFileError> {
        let dir = self.root.join("keys");
        let mut names = Vec::new();
        for entry in fs::read_dir(&dir).map_err(GenesisFileError::io(&dir))? {
            let name = entry.map_err(GenesisFileError::io(&dir))?.file_name();
            let name = name.to_string_lossy();
            let stem = name.strip_suffix(".key").filter(|stem| !stem.ends_with("-admin"));
            names.extend(stem.map(str::to_owned));
        }
        names.sort();
        Ok(names)
    }

    fn open_key(&self, name: &str) -> Result<SecretKey, GenesisFileError> {
        let file = KeyFile::read(&self.key_file(name))?;
        Ok(file.open(Mode::Demo, &Unlock::default())?)
    }

    /// Writes everything of a new network.
    pub fn write(&self, new: &Foundation) -> Result<(), GenesisFileError> {
        if self.exists() {
            return Err(GenesisFileError::Occupied(self.root.clone()));
        }
        let nodes = new.genesis.nodes.len();
        if new.addresses.len() != nodes || new.nodes.len() != nodes {
            return Err(GenesisFileError::Plan("each node needs its addresses".into()));
        }
        make_dir(&self.root.join("keys"))?;
        for (name, key) in &new.keys {
            new.sealing.write(name, key, &self.key_file(name))?;
        }
        new.secrets.write_new(&self.secrets_file())?;
        let shared = hex::encode(new_key()?.seed());
        write_private(&self.root.join("keys").join(CONSORTIUM), &shared)?;
        for place in 0..nodes {
            self.write_node(new, place, &shared)?;
        }
        // Last: a folder with a genesis is complete.
        write_text(&self.genesis_file(), &file::to_json(&new.genesis))
    }

    fn write_node(
        &self,
        new: &Foundation,
        place: usize,
        shared: &str,
    ) -> Result<(), GenesisFileError> {
        let name = new.genesis.nodes[place].name.as_str();
        let dir = self.node_dir(name);
        make_dir(&dir.join("data"))?;
        if let Some(key) = &new.nodes[place] {
            new.sealing.write(name, key, &dir.join("node.key"))?;
            new.sealing.write_vault_key(name, &dir.join(VAULT))?;
            write_private(&dir.join(CONSORTIUM), shared)?;
            if let Some((name, key)) = operating_key(new, place) {
                new.sealing.write(name, key, &dir.join(ORGANISATION))?;
            }
            for (name, key) in sponsors_of(new, place) {
                make_dir(&dir.join(SPONSORS))?;
                new.sealing.write(name, key, &dir.join(SPONSORS).join(format!("{name}.key")))?;
            }
        }
        write_text(&dir.join("genesis.json"), &file::to_json(&new.genesis))?;
        write_text(&dir.join("config.toml"), &node_config(new, place))
    }
}

/// Name of a node's vault key file.
const VAULT: &str = "vault.key";
/// Name of the file with the key that holders' nodes share: `.key` is for key files alone.
const CONSORTIUM: &str = "consortium.secret";
/// Name of the file with the working key of who runs a node: it signs what the node asks for and erases.
const ORGANISATION: &str = "organisation.key";

/// Folder of the keys of organisations without a node of their own, beside the first node's.
const SPONSORS: &str = "sponsors";

/// The enterprises and platforms of a demo that run no node.
fn without_node(consortium: &Consortium) -> Vec<(String, SecretKey)> {
    let genesis = &consortium.genesis;
    let is_one = |member: &&Member| {
        let place = genesis
            .organisations
            .iter()
            .position(|one| Genesis::organisation_id(&one.identity) == member.id);
        place.is_some_and(|place| {
            let kind = genesis.organisations[place].kind;
            let runs = genesis.nodes.iter().any(|node| node.organisation as usize == place);
            let does_business =
                matches!(kind, OrganisationKind::Enterprise | OrganisationKind::Platform);
            does_business && !runs
        })
    };
    let found = consortium.members.iter().filter(is_one);
    found.map(|member| (member.name.clone(), member.key.clone())).collect()
}

/// For whom a node signs besides its own organisation.
fn sponsors_of(new: &Foundation, place: usize) -> &[(String, SecretKey)] {
    if place == 0 { &new.sponsors } else { &[] }
}

/// The working key of the organisation that runs a node, if it was made here.
fn operating_key(new: &Foundation, place: usize) -> Option<(&str, &SecretKey)> {
    let runner = new.genesis.nodes[place].organisation as usize;
    let granted = &new.genesis.organisations.get(runner)?.keys;
    let operates = |key: &SecretKey| {
        granted.iter().any(|grant| grant.key == key.public() && grant.roles.operate)
    };
    let found = new.keys.iter().find(|(_, key)| operates(key));
    found.map(|(name, key)| (name.as_str(), key))
}

/// The organisation that a key is registered to at genesis.
pub fn organisation_of(genesis: &Genesis, key: &SecretKey) -> Option<OrganisationId> {
    let public = key.public();
    let found = genesis.organisations.iter().find(|o| o.keys.iter().any(|g| g.key == public));
    found.map(|organisation| Genesis::organisation_id(&organisation.identity))
}

/// What the validators of a demo say about who may ask: everybody, so that a beginner needs no key.
/// Observers ask for credentials, as every node does elsewhere.
const OPEN: &str = "allow_open_api_without_credentials = true\n";

/// What the nodes of a demo say about webhooks: receivers on this machine are called, over plain HTTP too.
const RECEIVERS: &str = "webhooks.allow = [\"127.0.0.0/8\"]\n";

/// A node's `config.toml`; `dianyun config show --origin` explains every entry.
fn node_config(new: &Foundation, place: usize) -> String {
    let (name, own) = (&new.genesis.nodes[place].name, new.addresses[place]);
    let is_validator = new.genesis.nodes[place].role == NodeRole::Validator;
    let is_demo = matches!(new.sealing, Sealing::TestKeys);
    let open = if is_demo && is_validator { OPEN } else { "" };
    let receivers = if is_demo { RECEIVERS } else { "" };
    let (keeping, inboxes) = (keeping(new, place), inboxes(new));
    let mut text = format!(
        "# {name}, a node of {}. Paths are relative to this file; docs/operating.md lists every key.\n\
         genesis = \"genesis.json\"\nkey = \"node.key\"\ndata = \"data\"\n\n\
         [api]\nlisten = \"{}\"\n{open}{receivers}\n{inboxes}{keeping}[p2p]\nlisten = \"{}\"\n\n[p2p.peers]\n",
        new.genesis.name, own.api, own.p2p
    );
    for (peer, at) in new.genesis.nodes.iter().zip(&new.addresses) {
        if peer.name != *name {
            text.push_str(&format!("\"{}\" = \"{}\"\n", peer.name, at.p2p));
        }
    }
    text
}

/// Where a node sends what authorities are to answer.
fn inboxes(new: &Foundation) -> String {
    let one = |(organisation, at): &(OrganisationId, SocketAddr)| {
        format!(
            "[[api.applying.authorities]]\norganisation = \"{organisation}\"\ninbox = \"http://{at}\"\n\n"
        )
    };
    new.inboxes.iter().map(one).collect()
}

/// What a node says of the data that it keeps and exchanges; nothing where its keys are not made here.
fn keeping(new: &Foundation, place: usize) -> String {
    if new.nodes[place].is_none() {
        return String::new();
    }
    let own = operating_key(new, place).map(|_| format!("\"{ORGANISATION}\""));
    let others = sponsors_of(new, place).iter();
    let others = others.map(|(name, _)| format!("\"{SPONSORS}/{name}.key\""));
    let signing: Vec<String> = own.into_iter().chain(others).collect();
    let signs = match signing.is_empty() {
        false => format!("keys = [{}]\n", signing.join(", ")),
        true => String::new(),
    };
    format!(
        "[vault]\nkey = \"{VAULT}\"\n\n[exchange]\n{signs}consortium_key = \"{CONSORTIUM}\"\n\n"
    )
}

fn write_private(path: &Path, text: &str) -> Result<(), GenesisFileError> {
    private::write_new(path, &format!("{text}\n")).map_err(GenesisFileError::io(path))
}

fn make_dir(path: &Path) -> Result<(), GenesisFileError> {
    fs::create_dir_all(path).map_err(GenesisFileError::io(path))
}

fn write_text(path: &Path, text: &str) -> Result<(), GenesisFileError> {
    fs::write(path, text).map_err(GenesisFileError::io(path))
}
