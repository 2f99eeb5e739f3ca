// SPDX-License-Identifier: Apache-2.0
//! Derived hashes and ids: chain id, headers, transactions, statements, proposals, versions, records.

use chain::actions::{CapacityTerms, Release, Statement};
use chain::block::{BlockRef, Proposal};
use chain::exchange::{Digits, Request, shown_digest};
use chain::ids::{ApplicationId, CodeId, Height, RecordId};
use chain::keys::Signature;
use chain::merkle::leaf_hash;
use chain::nonce::Nonce;
use chain::receipt::Version;
use chain::records::name::{NameKind, UniqueName};
use chain::records::organisation::Identity;
use chain::records::{
    Affiliation, Code, Erasure, FieldSet, Interface, InterfaceKind, Organisation, RecordValue,
    RegisteredKey, Value as Record,
};
use chain::transaction::Decoded;
use chain::{Genesis, Hash, Past, Records, Time, Transaction, TransactionId, codec, domain};
use serde_json::{Value, json};

use crate::common::key;
use crate::common::scene::{Scene, scene};
use crate::golden::{bytes_of, keep};

fn transaction(scene: &Scene) -> Value {
    let bytes = scene.world.memory.transactions_at(Height(2)).remove(0);
    let decoded = Decoded::from_bytes(bytes.clone(), scene.world.memory.chain()).unwrap();
    let checks = decoded.signature_checks();
    let checked = decoded.check().unwrap();
    let transaction: &Transaction = checked.transaction();
    let action = &transaction.action;
    let statement: &Statement = &action.statements()[0];
    let digest = action.statement_digest();
    json!({
        "json": transaction,
        "bytes": hex::encode(bytes),
        "id": checked.id(),
        "leaf": checked.leaf(),
        "signed": hex::encode(&checks[0].1),
        "statement": {
            "action_without_statements": bytes_of(&action.clone().with_statements(Vec::new())),
            "digest": digest,
            "signed": hex::encode(&checks[1].1),
            "id": statement.id(transaction.chain, digest),
            "signer": statement.signer,
            "signature": statement.signature,
        },
    })
}

/// What an access is the record of, and the digits of a verification code.
fn request(scene: &Scene) -> Value {
    let digits = Digits::new(7, 42).unwrap();
    let request = Request {
        chain: scene.world.memory.chain(),
        about: CodeId::from_record(scene.code.id).unwrap().into(),
        basis: None,
        fields: FieldSet::LEAST,
        receiver: Hash::of(b"receiver"),
        nonce: Nonce(Hash::of(b"nonce").half()),
        digits: Some(digits),
    };
    let salt = Hash::of(b"salt");
    json!({
        "json": request,
        "bytes": bytes_of(&request),
        "digest": request.digest(),
        "digits": { "salt": salt, "digits": digits, "shown": shown_digest(&salt.0, digits) },
    })
}

/// What a driver's app signs for a verification code.
fn capacity(scene: &Scene) -> Value {
    let (chain, until) = (scene.world.memory.chain(), scene.header().time_ms);
    let code = CodeId::from_record(scene.code.id).unwrap();
    let terms = CapacityTerms { code, fields: FieldSet::LEAST, shown: Hash::of(b"digits") };
    let statement = terms.sign(&key("driver"), chain, Nonce(Hash::of(b"nonce").half()), until);
    let signed = statement.message(chain, terms.digest());
    assert!(statement.signer.verifies(&signed, &statement.signature));
    let word = statement.id(chain, terms.digest());
    let by = scene.world.parties.platform.id;
    let release = Release { word, by, request: Hash::of(b"request") };
    let nonce = Nonce(Hash::of(b"nonce of the node").half());
    let of_node = release.sign(&key("platform"), chain, nonce, until);
    json!({
        "release": {
            "release": release,
            "bytes": bytes_of(&release),
            "digest": release.digest(),
            "statement": of_node,
            "signed": hex::encode(of_node.message(chain, release.digest())),
        },
        "terms": terms,
        "bytes": bytes_of(&terms),
        "digest": terms.digest(),
        "statement": statement,
        "signed": hex::encode(signed),
        "id": statement.id(chain, terms.digest()),
    })
}

/// Ids that follow from whom a record is about.
fn pairs(scene: &Scene) -> Value {
    let code = CodeId::from_record(scene.code.id).unwrap();
    let enterprise = scene.world.parties.enterprise.id;
    let application = ApplicationId(RecordId([6; 16]));
    json!({
        "erasure": { "application": application, "id": Erasure::id_of(application) },
        "affiliation": {
            "enterprise": enterprise, "code": code, "id": Affiliation::id_of(enterprise, code),
        },
    })
}

fn proposal(scene: &Scene) -> Value {
    let header = scene.header();
    let proposer = key("validator-1");
    let unsigned = Proposal {
        chain: header.chain,
        config_no: 0,
        prev_payload_hash: Hash::of(b"before"),
        base: BlockRef { height: header.height, hash: header.hash() },
        justify: None,
        proposed_ms: Time(header.time_ms.0 + 5),
        transactions: scene.world.memory.transactions_at(Height(2)),
        proposer: proposer.public(),
        signature: Signature { scheme: chain::keys::Scheme::Ed25519, bytes: [0; 64] },
    };
    let signed = unsigned.signed(&proposer);
    assert!(signed.is_signed());
    let bytes = codec::encode(&signed);
    let message = Hash::tagged(domain::PROPOSAL_SIGNATURE, &[&bytes[..bytes.len() - 68]]);
    assert!(signed.proposer.verifies(&message.0, &signed.signature));
    json!({
        "bytes": hex::encode(&bytes),
        "signed": message,
        "proposer": signed.proposer,
        "signature": signed.signature,
        "payload_hash": Proposal::payload_hash(&bytes),
    })
}

/// A version of each record that the scene proves, with its value and place.
fn versions(scene: &Scene) -> Vec<Value> {
    let keys = [scene.code, scene.matter];
    let mut out = Vec::new();
    for key in keys {
        let number = 1;
        let stored = scene.world.memory.version(&key, number).unwrap();
        let value = stored.value.encode();
        assert_eq!(stored.version.hash(), stored.hash);
        out.push(json!({
            "version": stored.version,
            "bytes": bytes_of(&stored.version),
            "value": hex::encode(&value),
            "digest": Version::value_digest(&value),
            "hash": stored.hash,
            "state_key": key.state_key(),
        }));
    }
    out
}

fn leaves(scene: &Scene) -> Value {
    let memory = &scene.world.memory;
    let list = |items: Vec<(String, Hash)>| -> Vec<Value> {
        items.into_iter().map(|(bytes, leaf)| json!({ "bytes": bytes, "leaf": leaf })).collect()
    };
    let receipts = memory.receipts_at(Height(4)).into_iter();
    let changes = memory.changes_at(Height(4)).into_iter();
    let header = memory.header_at(Height(4)).unwrap();
    let root = memory.header_at(Height(5)).unwrap().history_root;
    json!({
        "header": header,
        "header_bytes": bytes_of(&header),
        "header_hash": header.hash(),
        "header_leaf": chain::history::leaf(&header.hash()),
        "next_history_root": root,
        "receipts": list(receipts.map(|r| (bytes_of(&r), r.leaf())).collect()),
        "changes": list(changes.map(|c| (bytes_of(&c), c.leaf())).collect()),
        "empty_bucket": leaf_hash(domain::BUCKET, &[]),
    })
}

/// Ids of records that genesis, a transaction or the chain itself makes.
fn ids(scene: &Scene) -> Value {
    let id = |id: RecordId| hex::encode(id.0);
    let (public, digest) = (key("bank").public(), Hash::of(b"digest"));
    let open = scene.world.genesis.organisations[0].identity.clone();
    let personal = Identity::Personal { tag: Hash::of(b"tag") };
    let organisation = |identity: &Identity| json!({ "identity": identity, "id": Genesis::organisation_id(identity) });
    let made = |index: u32| {
        let id = id(RecordId::made_by(scene.applied, index));
        json!({ "transaction": scene.applied, "index": index, "id": id })
    };
    let code = |number: u64| {
        let transaction = TransactionId(Hash::of(&number.to_le_bytes()));
        json!({ "transaction": transaction, "code": CodeId::made_by(transaction) })
    };
    let name = UniqueName::id_of(NameKind::Plate, &digest);
    let bank = scene.world.parties.bank.id;
    let interface = |interface| {
        let id = id(Interface::id_of(bank, interface));
        json!({ "organisation": bank, "interface": interface, "id": id })
    };
    json!({
        "made": [made(0), made(1), made(300)],
        "codes": (0..8).map(code).collect::<Vec<_>>(),
        "unique_name": { "kind": NameKind::Plate, "digest": digest, "id": id(name) },
        "registered_key": { "key": public, "id": id(RegisteredKey::id_of(&public)) },
        "interfaces": InterfaceKind::ALL.map(interface),
        "organisations": [organisation(&open), organisation(&personal)],
    })
}

/// The sums of a code over a dossier with open matters.
fn matters(scene: &Scene) -> Value {
    let code = scene.world.get::<Code>(scene.code.id);
    let enterprise = scene.world.parties.enterprise.id;
    let organisation = scene.world.get::<Organisation>(enterprise.0);
    assert_eq!(code.own.open, 2);
    json!({ "matters": organisation.dossier.matters, "digest": code.own.digest })
}

/// The record of every kind that the scene has reads back from its bytes as what it is.
fn records(scene: &Scene) {
    let code: Record = scene.world.get::<Code>(scene.code.id).into_value();
    assert_eq!(Record::decode(scene.code.kind, &code.encode()).as_ref(), Ok(&code));
}

#[test]
fn hashes_and_ids_are_derived_as_the_vectors_say() {
    let scene = scene();
    records(&scene);
    let genesis = &scene.world.genesis;
    let secret = [9; 32];
    keep(
        "hashes.json",
        &json!({
            "genesis": {
                "json": genesis,
                "bytes": hex::encode(genesis.to_bytes()),
                "chain": genesis.chain_id(),
            },
            "transaction": transaction(&scene),
            "capacity": capacity(&scene),
            "request": request(&scene),
            "pairs": pairs(&scene),
            "proposal": proposal(&scene),
            "versions": versions(&scene),
            "block": leaves(&scene),
            "ids": ids(&scene),
            "matters": matters(&scene),
            "tag_secret": {
                "secret": hex::encode(secret),
                "commitment": Hash::tagged(domain::TAG_SECRET, &[&secret]),
            },
        }),
    );
}
