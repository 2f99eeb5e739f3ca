// SPDX-License-Identifier: Apache-2.0
//! Forged proofs by name, each with the error that refuses it and the header that the verifier trusts.

use super::forge::Forged;
use super::scene::Scene;
use super::*;
use chain::merkle::{leaf_hash, root_of};
use chain::proof::{Bucket, Earlier, Held, Proof, ProofError, Shows};
use chain::receipt::{Change, Version};
use chain::state_tree::BucketError;
use chain::transaction::Invalid;
use chain::{Header, domain};

macro_rules! forgeries {
    ($($name:ident => $error:expr;)*) => {
        /// Every forgery by name, with the error that refuses it.
        pub fn all() -> Vec<(&'static str, fn(&Scene) -> Forged, ProofError)> {
            vec![$((stringify!($name), $name as fn(&Scene) -> Forged, $error)),*]
        }
    };
}

forgeries! {
    another_layout => ProofError::Layout(1);
    another_chain => ProofError::Chain;
    another_height => ProofError::Anchor(Height(6));
    another_header => ProofError::Anchor(Height(7));
    another_value => ProofError::Value;
    the_value_of_another_record => ProofError::Value;
    a_value_that_goes_on => ProofError::Malformed(chain::codec::CodecError::Trailing(1));
    another_number_of_a_version => ProofError::NotThere;
    another_index => ProofError::Path("tx_root");
    an_index_beyond_the_count => ProofError::Path("tx_root");
    a_shortened_path_of_a_transaction => ProofError::Path("tx_root");
    a_lengthened_path_of_a_transaction => ProofError::Path("tx_root");
    a_shortened_path_of_a_receipt => ProofError::Path("receipt_root");
    a_lengthened_path_of_a_receipt => ProofError::Path("receipt_root");
    a_shortened_path_of_a_change => ProofError::Path("change_root");
    a_lengthened_path_of_a_change => ProofError::Path("change_root");
    a_shortened_path_of_a_bucket => ProofError::Path("state_root");
    a_lengthened_path_of_a_bucket => ProofError::Path("state_root");
    a_shortened_path_of_history => ProofError::History(Height(4));
    a_lengthened_path_of_history => ProofError::History(Height(4));
    an_absent_key_claimed_present => ProofError::NotThere;
    a_present_key_claimed_absent => ProofError::There;
    a_replaced_version_claimed_current => ProofError::NotThere;
    a_current_version_claimed_replaced => ProofError::Successor;
    a_version_that_ended_within_its_block => ProofError::Successor;
    a_successor_of_another_record => ProofError::Successor;
    a_successor_after_the_next => ProofError::Successor;
    a_successor_of_another_past => ProofError::Successor;
    a_second_version_as_the_first => ProofError::Change;
    a_first_version_with_a_previous => ProofError::Change;
    a_change_of_another_height => ProofError::Change;
    a_change_before_its_block => ProofError::Change;
    a_receipt_among_transactions => ProofError::Path("tx_root");
    a_transaction_among_changes => ProofError::Path("change_root");
    a_change_among_buckets => ProofError::Bucket(BucketError::Length);
    a_bucket_in_disorder => ProofError::Bucket(BucketError::Order);
    a_bucket_with_a_key_twice => ProofError::Bucket(BucketError::Order);
    a_bucket_with_a_foreign_key => ProofError::Bucket(BucketError::Foreign);
    a_bucket_with_half_an_entry => ProofError::Bucket(BucketError::Length);
    a_bucket_with_too_many_entries => ProofError::Bucket(BucketError::Full);
    the_bucket_of_another_record => ProofError::Bucket(BucketError::Foreign);
    another_depth => ProofError::Path("state_root");
    no_depth => ProofError::Depth(0);
    a_depth_beyond_the_deepest => ProofError::Depth(25);
    a_block_that_is_not_in_the_history => ProofError::History(Height(4));
    a_block_that_is_not_before_the_header => ProofError::History(Height(7));
    another_transaction => ProofError::Path("tx_root");
    another_transaction_in_the_root => ProofError::Receipt;
    another_signature => ProofError::Path("tx_root");
    another_signature_in_the_root => ProofError::Transaction(Invalid::Signature);
    another_signature_of_a_statement => ProofError::Transaction(Invalid::Signature);
    a_transaction_of_another_chain => ProofError::Transaction(Invalid::Chain);
    a_transaction_of_another_version => ProofError::Transaction(Invalid::Version(2));
    the_receipt_of_another_transaction => ProofError::Receipt;
}

/// Takes the last hash of a path away.
fn shorten(path: &mut Vec<Hash>) {
    path.pop().expect("a path to shorten");
}

fn another_layout(scene: &Scene) -> Forged {
    scene.forged(Proof { version: 1, ..scene.proof("present code") })
}

fn another_chain(scene: &Scene) -> Forged {
    scene.forged(Proof { chain: Hash::of(b"another"), ..scene.proof("present code") })
}

fn another_height(scene: &Scene) -> Forged {
    let mut proof = scene.proof("present code");
    proof.anchor.height = Height(6);
    scene.forged(proof)
}

fn another_header(scene: &Scene) -> Forged {
    let mut memory = scene.world.memory.clone();
    memory.run(memory.now().plus(1), &[]);
    Forged { header: memory.header().clone(), ..scene.forged(scene.proof("present code")) }
}

fn another_value(scene: &Scene) -> Forged {
    let (mut record, bucket) = scene.present();
    *record.value.last_mut().unwrap() ^= 1;
    scene.shows(Shows::Present { record, bucket })
}

/// A version of the code whose digest is that of another code's value.
fn the_value_of_another_record(scene: &Scene) -> Forged {
    let (mut record, _) = scene.present();
    let mut code = scene.world.get::<Code>(scene.code.id);
    code.id = CodeId::made_by(scene.opened);
    record.value = code.into_value().encode();
    committed(scene, record)
}

fn a_value_that_goes_on(scene: &Scene) -> Forged {
    let (mut record, _) = scene.present();
    record.value.push(0);
    committed(scene, record)
}

/// A record whose version and state root commit to its value.
fn committed(scene: &Scene, mut record: Held) -> Forged {
    record.version.digest = Version::value_digest(&record.value);
    let entry = [record.version.key().state_key().0, record.version.hash().0].concat();
    scene.with_bucket(record, entry)
}

fn another_number_of_a_version(scene: &Scene) -> Forged {
    let (mut record, bucket) = scene.present();
    record.version.number += 1;
    scene.shows(Shows::Present { record, bucket })
}

fn another_index(scene: &Scene) -> Forged {
    scene.bent(|_, receipt, _| receipt.index = 1)
}

fn an_index_beyond_the_count(scene: &Scene) -> Forged {
    let (mut receipt, transaction) = scene.applied();
    receipt.index = 1;
    scene.with_transaction(transaction, receipt)
}

fn a_shortened_path_of_a_transaction(scene: &Scene) -> Forged {
    scene.bent(|_, _, paths| shorten(paths.transaction_path))
}

fn a_lengthened_path_of_a_transaction(scene: &Scene) -> Forged {
    scene.bent(|_, _, paths| paths.transaction_path.push(Hash::ZERO))
}

fn a_shortened_path_of_a_receipt(scene: &Scene) -> Forged {
    scene.bent(|_, _, paths| shorten(paths.receipt_path))
}

fn a_lengthened_path_of_a_receipt(scene: &Scene) -> Forged {
    scene.bent(|_, _, paths| paths.receipt_path.push(Hash::ZERO))
}

fn a_shortened_path_of_history(scene: &Scene) -> Forged {
    scene.bent(|_, _, paths| shorten(paths.history))
}

fn a_lengthened_path_of_history(scene: &Scene) -> Forged {
    scene.bent(|_, _, paths| paths.history.push(Hash::ZERO))
}

fn bent_change(scene: &Scene, bend: impl Fn(&mut Vec<Hash>)) -> Forged {
    let (record, mut successor) = scene.replaced();
    bend(&mut successor.path);
    scene.shows(Shows::Replaced { record, successor })
}

fn a_shortened_path_of_a_change(scene: &Scene) -> Forged {
    bent_change(scene, shorten)
}

fn a_lengthened_path_of_a_change(scene: &Scene) -> Forged {
    bent_change(scene, |path| path.push(Hash::ZERO))
}

fn bent_bucket(scene: &Scene, bend: impl Fn(&mut Vec<Hash>)) -> Forged {
    let (record, mut bucket) = scene.present();
    bend(&mut bucket.path);
    scene.shows(Shows::Present { record, bucket })
}

fn a_shortened_path_of_a_bucket(scene: &Scene) -> Forged {
    bent_bucket(scene, shorten)
}

fn a_lengthened_path_of_a_bucket(scene: &Scene) -> Forged {
    bent_bucket(scene, |path| path.push(Hash::ZERO))
}

fn an_absent_key_claimed_present(scene: &Scene) -> Forged {
    let person = Person {
        id: PersonId(scene.unknown.id),
        tag: Hash::ZERO,
        keys: Vec::new(),
        dossier: Dossier::empty(),
        code: None,
        application: None,
        next_change_at: None,
    };
    let value = person.into_value().encode();
    let version = Version {
        kind: scene.unknown.kind,
        id: scene.unknown.id,
        number: 1,
        since: Height(1),
        previous: Hash::ZERO,
        digest: Version::value_digest(&value),
    };
    let Shows::Absent { bucket, .. } = scene.proof("absent person").shows else {
        panic!("another kind of proof");
    };
    scene.shows(Shows::Present { record: Held { version, value }, bucket })
}

fn a_present_key_claimed_absent(scene: &Scene) -> Forged {
    let (_, bucket) = scene.present();
    scene.shows(Shows::Absent { key: scene.code, bucket })
}

fn a_replaced_version_claimed_current(scene: &Scene) -> Forged {
    let ((_, bucket), (record, _)) = (scene.present(), scene.replaced());
    scene.shows(Shows::Present { record, bucket })
}

fn a_current_version_claimed_replaced(scene: &Scene) -> Forged {
    let ((record, _), (_, successor)) = (scene.present(), scene.replaced());
    scene.shows(Shows::Replaced { record, successor })
}

fn a_version_that_ended_within_its_block(scene: &Scene) -> Forged {
    let ((record, _), (_, successor)) = (scene.held(2), scene.held(3));
    scene.shows(Shows::Replaced { record, successor })
}

fn a_successor_of_another_record(scene: &Scene) -> Forged {
    let Shows::Replaced { successor, .. } = scene.proof("replaced organisation").shows else {
        panic!("another kind of proof");
    };
    scene.shows(Shows::Replaced { record: scene.replaced().0, successor })
}

fn a_successor_after_the_next(scene: &Scene) -> Forged {
    let ((record, _), (_, successor)) = (scene.held(1), scene.held(3));
    scene.shows(Shows::Replaced { record, successor })
}

/// The next version in all but the hash of the one before it.
fn a_successor_of_another_past(scene: &Scene) -> Forged {
    let (record, successor) = scene.replaced();
    let mut change = successor.change;
    change.version.since = scene.header().height;
    change.version.previous = Hash::of(b"another past");
    scene.with_change(change, |successor| Shows::Replaced { record: record.clone(), successor })
}

fn a_second_version_as_the_first(scene: &Scene) -> Forged {
    scene.shows(Shows::Later { first: scene.replaced().1 })
}

fn a_first_version_with_a_previous(scene: &Scene) -> Forged {
    let (_, mut change) = first_change(scene);
    change.version.since = scene.header().height;
    change.version.previous = Hash::of(b"before the first");
    scene.with_change(change, |first| Shows::Later { first })
}

fn a_change_of_another_height(scene: &Scene) -> Forged {
    let (_, change) = first_change(scene);
    scene.with_change(change, |first| Shows::Later { first })
}

fn first_change(scene: &Scene) -> (Held, Change) {
    let (held, written) = scene.held(1);
    (held, written.change)
}

fn a_change_before_its_block(scene: &Scene) -> Forged {
    let (_, mut first) = scene.held(1);
    first.change.seq = 0;
    scene.shows(Shows::Later { first })
}

/// The receipt under `tx_root` itself, shown as the transaction.
fn a_receipt_among_transactions(scene: &Scene) -> Forged {
    let (receipt, _) = scene.applied();
    let mut forged = scene.with_transaction(chain::codec::encode(&receipt), receipt.clone());
    forged.header.tx_root = receipt.leaf();
    forged.proof.anchor = forged.header.block_ref();
    forged
}

/// A header whose changes have the root of transactions, of which one is shown as a change.
fn a_transaction_among_changes(scene: &Scene) -> Forged {
    let (_, mut change) = first_change(scene);
    change.version.since = scene.header().height;
    let bytes = chain::codec::encode(&change);
    let mut forged = scene.with_change(change, |first| Shows::Later { first });
    forged.header.change_root = root_of(&[leaf_hash(domain::TRANSACTION_LEAF, &bytes)]);
    forged.proof.anchor = forged.header.block_ref();
    forged
}

/// A header whose state root is a change's leaf, shown as a bucket.
fn a_change_among_buckets(scene: &Scene) -> Forged {
    let (_, change) = first_change(scene);
    let bytes = chain::codec::encode(&change);
    let header = Header { state_root: change.leaf(), ..scene.header() };
    let bucket = Bucket { bytes, path: Vec::new() };
    scene.under(header, Shows::Absent { key: scene.unknown, bucket })
}

/// Entries of the code's bucket: the code's own, and neighbours by the last byte of the key.
fn entries(scene: &Scene, neighbours: &[i16]) -> Vec<u8> {
    let own = scene.code.state_key();
    let version = scene.present().0.version.hash();
    let entry = |offset: &i16| {
        let mut key = own;
        let tail = u16::from_be_bytes([key.0[30], key.0[31]]);
        key.0[30..].copy_from_slice(&tail.wrapping_add_signed(*offset).to_be_bytes());
        [key.0, version.0].concat()
    };
    neighbours.iter().flat_map(entry).collect()
}

fn with_entries(scene: &Scene, neighbours: &[i16]) -> Forged {
    scene.with_bucket(scene.present().0, entries(scene, neighbours))
}

fn a_bucket_in_disorder(scene: &Scene) -> Forged {
    with_entries(scene, &[1, 0])
}

fn a_bucket_with_a_key_twice(scene: &Scene) -> Forged {
    with_entries(scene, &[0, 0])
}

fn a_bucket_with_a_foreign_key(scene: &Scene) -> Forged {
    let mut bytes = entries(scene, &[0]);
    bytes.extend([0xff; 64]);
    scene.with_bucket(scene.present().0, bytes)
}

fn a_bucket_with_half_an_entry(scene: &Scene) -> Forged {
    let mut bytes = entries(scene, &[0, 1]);
    bytes.truncate(96);
    scene.with_bucket(scene.present().0, bytes)
}

fn a_bucket_with_too_many_entries(scene: &Scene) -> Forged {
    with_entries(scene, &(0..=4_096).collect::<Vec<i16>>())
}

fn the_bucket_of_another_record(scene: &Scene) -> Forged {
    let Shows::Present { bucket, .. } = scene.proof("present parameters").shows else {
        panic!("another kind of proof");
    };
    scene.shows(Shows::Present { record: scene.present().0, bucket })
}

/// A shallower one, since a bucket's entries fit it whatever they are.
fn another_depth(scene: &Scene) -> Forged {
    Forged { depth: scene.depth() - 1, ..scene.forged(scene.proof("present code")) }
}

fn no_depth(scene: &Scene) -> Forged {
    Forged { depth: 0, ..scene.forged(scene.proof("present code")) }
}

fn a_depth_beyond_the_deepest(scene: &Scene) -> Forged {
    Forged { depth: 25, ..scene.forged(scene.proof("present code")) }
}

fn a_block_that_is_not_in_the_history(scene: &Scene) -> Forged {
    let (record, mut successor) = scene.replaced();
    let header = &mut successor.block.as_mut().unwrap().header;
    header.time_ms = header.time_ms.plus(1);
    scene.shows(Shows::Replaced { record, successor })
}

/// The anchor's own header, claimed to be in its own history.
fn a_block_that_is_not_before_the_header(scene: &Scene) -> Forged {
    let (record, mut successor) = scene.replaced();
    successor.block = Some(Earlier { header: scene.header(), path: scene.earlier(Height(4)).path });
    scene.shows(Shows::Replaced { record, successor })
}

/// Where the nonce of a transaction begins: version (2), chain (32) and sender (36) before it.
const NONCE: usize = 70;

fn another_transaction(scene: &Scene) -> Forged {
    scene.bent(|transaction, _, _| transaction[NONCE] ^= 1)
}

fn another_transaction_in_the_root(scene: &Scene) -> Forged {
    let (receipt, mut transaction) = scene.applied();
    transaction[NONCE] ^= 1;
    scene.with_transaction(transaction, receipt)
}

fn another_signature(scene: &Scene) -> Forged {
    scene.bent(|transaction, _, _| *transaction.last_mut().unwrap() ^= 1)
}

fn another_signature_in_the_root(scene: &Scene) -> Forged {
    let (receipt, mut transaction) = scene.applied();
    *transaction.last_mut().unwrap() ^= 1;
    scene.with_transaction(transaction, receipt)
}

/// The sender signs anew over a statement that nobody gave.
fn another_signature_of_a_statement(scene: &Scene) -> Forged {
    let mut transaction = scene.transaction();
    let mut statements = transaction.action.statements().to_vec();
    statements[0].signature.bytes[0] ^= 1;
    transaction.action = transaction.action.with_statements(statements);
    scene.with_signed(&signed_anew(scene, transaction))
}

fn signed_anew(scene: &Scene, transaction: Transaction) -> Transaction {
    let key = &scene.world.parties.platform.key;
    let Transaction { chain, action, nonce, valid_until, .. } = transaction;
    Transaction::sign(key, chain, action, nonce, valid_until)
}

fn a_transaction_of_another_chain(scene: &Scene) -> Forged {
    let mut transaction = scene.transaction();
    transaction.chain = Hash::of(b"another");
    scene.with_signed(&signed_anew(scene, transaction))
}

fn a_transaction_of_another_version(scene: &Scene) -> Forged {
    scene.with_signed(&Transaction { version: 2, ..scene.transaction() })
}

fn the_receipt_of_another_transaction(scene: &Scene) -> Forged {
    let (mut receipt, transaction) = scene.applied();
    receipt.transaction = scene.refused;
    scene.with_transaction(transaction, receipt)
}

/// What the same tools make where nothing is forged: true proofs under headers of their own.
pub fn honest(scene: &Scene) -> Vec<Forged> {
    let (receipt, transaction) = scene.applied();
    let (_, mut change) = first_change(scene);
    change.version.since = scene.header().height;
    vec![
        scene.with_bucket(scene.present().0, entries(scene, &[0])),
        scene.with_bucket(scene.present().0, entries(scene, &[-1, 0, 1])),
        scene.with_bucket(scene.present().0, entries(scene, &(0..4_096).collect::<Vec<i16>>())),
        scene.with_change(change, |first| Shows::Later { first }),
        scene.with_transaction(transaction, receipt),
        scene.with_signed(&signed_anew(scene, scene.transaction())),
        committed(scene, scene.present().0),
        bent_bucket(scene, |_| {}),
        bent_change(scene, |_| {}),
        scene.bent(|_, _, _| {}),
    ]
}
