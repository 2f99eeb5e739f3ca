// SPDX-License-Identifier: Apache-2.0
//! A store over real RocksDB answers what a chain in memory answers, keeps it over a restart, and
//! refuses what is not its own.

#![allow(clippy::unwrap_used)]

use bytes::Bytes;
use chain::actions::{Action, KeyGrant, OrganisationAdmit};
use chain::block::{BlockRef, Proposal};
use chain::ids::{Height, Time};
use chain::keys::SecretKey;
use chain::machine::Ordered;
use chain::memory::Memory;
use chain::nonce::Nonce;
use chain::records::key::Roles;
use chain::records::organisation::Identity;
use chain::records::{ListKey, OrganisationKind, RecordKey, RecordKind};
use chain::state_tree::bucket_of;
use chain::transaction::{Checked, Decoded, Transaction};
use chain::view::{Past, Records, View};
use chain::{Hash, codec};
use genesis::demo::{Consortium, Plan, consortium};
use store::{Durable, LogRecord, Options, Position, Store, StoreError, StoredVote};

const TERM: u64 = 3;

fn plan(seed: u8) -> Plan {
    let mut plan = Plan::testnet(Time(1_790_000_000_000), [seed; 32]);
    plan.depth = 6;
    plan
}

struct Pair {
    consortium: Consortium,
    memory: Memory,
    store: Store,
    next_index: u64,
    nonce: u8,
    /// The newest proposal.
    payload: Bytes,
}

fn ordered<'a>(
    payload: &[u8],
    proposed_ms: Time,
    transactions: &'a [Option<Checked>],
) -> Ordered<'a> {
    let payload_hash = Proposal::payload_hash(payload);
    Ordered { payload_hash, proposed_ms, config_no: 0, transactions }
}

impl Pair {
    fn new(folder: &std::path::Path) -> Self {
        let consortium = consortium(&plan(1)).unwrap();
        let store = Store::open(folder, &consortium.genesis, &Options::default()).unwrap();
        let memory = Memory::new(&consortium.genesis).unwrap();
        Self { consortium, memory, store, next_index: 0, nonce: 0, payload: Bytes::new() }
    }

    /// The regulator admits somebody.
    fn admit(&mut self) -> Checked {
        self.nonce += 1;
        let regulator = self.consortium.member("regulator").unwrap();
        let key = SecretKey::from_seed(&[self.nonce; 32]);
        let admin = Roles { admin: true, operate: true, attest: false };
        let action = Action::OrganisationAdmit(OrganisationAdmit {
            kind: OrganisationKind::Platform,
            identity: Identity::Personal { tag: Hash::of(&[self.nonce]) },
            prefecture: self.consortium.genesis.prefectures[0],
            scopes: Vec::new(),
            keys: vec![KeyGrant { key: key.public(), roles: admin }],
        });
        let until = self.memory.now().plus(60_000);
        let chain = self.consortium.genesis.chain_id();
        let nonce = Nonce([self.nonce; 16]);
        let signed = Transaction::sign(&regulator.key, chain, action, nonce, until);
        Decoded::from_bytes(signed.to_bytes(), chain).unwrap().check().unwrap()
    }

    /// Orders a block in both.
    fn block(&mut self, transactions: Vec<Option<Checked>>) {
        let time = self.memory.now().plus(1_000);
        let bytes = transactions.iter().map(|t| t.as_ref().map_or(vec![1], |t| t.bytes().to_vec()));
        let key = SecretKey::from_seed(&[9; 32]);
        let proposal = Proposal {
            chain: self.store.header().chain,
            config_no: 0,
            prev_payload_hash: Hash::ZERO,
            base: BlockRef { height: Height(0), hash: Hash::ZERO },
            justify: None,
            proposed_ms: time,
            transactions: bytes.collect(),
            proposer: key.public(),
            signature: key.sign(b""),
        };
        let payload = Bytes::from(codec::encode(&proposal.signed(&key)));
        let position = Position { term: TERM, index: self.next_index };
        self.next_index += 1;
        self.payload = payload.clone();
        self.store.log_append(&[LogRecord { position, kind: 1, payload }]).unwrap();
        self.store.log_sync().unwrap();
        let ordered = ordered(&self.payload, time, &transactions);
        let executed = self.memory.order(&ordered);
        self.store.apply(position, &executed).unwrap();
    }

    fn assert_equal(&self) {
        let current = self.store.current();
        assert_eq!(current.header(), self.memory.header());
        assert_eq!(current.header_hash(), self.memory.header_hash());
        for (key, stored) in self.memory.newest() {
            assert_eq!(current.record(key).as_ref(), Some(stored), "{key:?}");
            let bucket = bucket_of(&key.state_key(), current.depth());
            assert_eq!(current.bucket(bucket), self.memory.bucket(bucket));
            for number in 0..=stored.version.number + 1 {
                assert_eq!(current.version(key, number), self.memory.version(key, number));
            }
            for at in 0..=self.memory.header().height.0 {
                let at = Height(at);
                assert_eq!(current.version_at(key, at), self.memory.version_at(key, at));
                let then = self.store.at(at).unwrap();
                assert_eq!(then.record(key), self.memory.version_at(key, at));
            }
        }
        for level in 0..=current.depth() {
            for index in 0..(1 << (current.depth() - level)) {
                assert_eq!(current.tree_node(level, index), self.memory.tree_node(level, index));
            }
        }
        let far = Time(u64::MAX - 1);
        assert_eq!(current.due(far, 5), self.memory.due(far, 5));
        for at in (0..=self.memory.header().height.0 + 1).map(Height) {
            assert_eq!(current.header_at(at), self.memory.header_at(at));
            assert_eq!(current.changes_at(at), self.memory.changes_at(at));
            assert_eq!(current.receipts_at(at), self.memory.receipts_at(at));
            let receipts = self.memory.receipts_at(at);
            for index in 0..=receipts.len() {
                let found = current.receipt_at(at, index as u32);
                assert_eq!(found.as_ref(), receipts.get(index), "none behind the last");
            }
            assert_eq!(current.transactions_at(at), self.memory.transactions_at(at));
            for receipt in self.memory.receipts_at(at) {
                let id = receipt.transaction;
                assert_eq!(current.find_transaction(&id), self.memory.find_transaction(&id));
            }
            if let Some(header) = self.memory.header_at(at) {
                for time in [header.time_ms.0 - 1, header.time_ms.0, header.time_ms.0 + 1] {
                    let time = Time(time);
                    assert_eq!(current.header_before(time), self.memory.header_before(time));
                }
            }
        }
        for kind in RecordKind::ALL {
            let list = ListKey::of_kind(*kind);
            for after in [None, Some(0), Some(4)] {
                assert_eq!(current.list(list, after, 7), self.memory.list(list, after, 7));
            }
        }
    }
}

#[test]
fn a_store_answers_what_a_chain_in_memory_answers_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut pair = Pair::new(folder.path());
    pair.assert_equal();
    for round in 0..12_u8 {
        let mut transactions: Vec<_> = (0..round % 5).map(|_| Some(pair.admit())).collect();
        if round % 3 == 1 && !transactions.is_empty() {
            transactions.insert(0, None);
            let again = transactions[1].clone();
            transactions.push(again);
        }
        pair.block(transactions);
        pair.assert_equal();
    }
    let Pair { consortium, memory, store, next_index, nonce, payload } = pair;
    assert_eq!(store.applied(), Some(Position { term: TERM, index: 11 }));
    drop(store);
    let store = Store::open(folder.path(), &consortium.genesis, &Options::default()).unwrap();
    assert_eq!(store.lost(), None);
    assert_eq!(store.check(&|_| ()).unwrap().height, memory.header().height);
    let mut pair = Pair { consortium, memory, store, next_index, nonce, payload };
    pair.assert_equal();
    let one = pair.admit();
    pair.block(vec![Some(one.clone())]);
    assert!(pair.store.current().is_recent(one.transaction().valid_until, &one.id()));
    pair.assert_equal();
}

fn entry(term: u64, index: u64) -> LogRecord {
    let payload = Bytes::from(vec![index as u8; 10_000]);
    LogRecord { position: Position { term, index }, kind: 1, payload }
}

#[test]
fn the_log_is_read_in_cuts_and_truncated_for_good() {
    let folder = tempfile::tempdir().unwrap();
    let genesis = consortium(&plan(1)).unwrap().genesis;
    let open = || Store::open(folder.path(), &genesis, &Options::default()).unwrap();
    let store = open();
    assert_eq!(store.log_range().unwrap(), (0, 0));
    let entries: Vec<_> = (0..20).map(|index| entry(1, index)).collect();
    store.log_append(&entries).unwrap();
    store.log_sync().unwrap();
    assert_eq!(store.log_range().unwrap(), (0, 20));
    assert_eq!(store.log_read(3, 9, usize::MAX).unwrap(), entries[3..9]);
    assert_eq!(store.log_read(3, 9, 1).unwrap(), entries[3..4], "one at least");
    assert_eq!(store.log_read(3, 9, 25_000).unwrap(), entries[3..5]);
    store.log_truncate_from(15).unwrap();
    store.log_append(&[entry(2, 15)]).unwrap();
    let vote = StoredVote { term: 7, node: 2, committed: true };
    store.save_vote(vote).unwrap();
    drop(store);
    let store = open();
    assert_eq!(store.log_range().unwrap(), (0, 16));
    assert_eq!(store.log_term(15).unwrap(), Some(2));
    assert_eq!(store.log_term(16).unwrap(), None);
    assert_eq!(store.vote().unwrap(), Some(vote));
    assert_eq!(store.lost(), None);
}

#[test]
fn a_log_that_comes_back_shorter_than_acknowledged_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let genesis = consortium(&plan(1)).unwrap().genesis;
    let open = || Store::open(folder.path(), &genesis, &Options::default()).unwrap();
    let store = open();
    store.log_append(&[entry(1, 0), entry(1, 1)]).unwrap();
    store.log_sync().unwrap();
    drop(store);
    let filed = std::fs::read_to_string(folder.path().join("watermark")).unwrap();
    assert_eq!(filed, "00000000000000000002\n");
    std::fs::write(folder.path().join("watermark"), "5\n").unwrap();
    let lost = open().lost().unwrap();
    assert_eq!((lost.acknowledged, lost.recovered), (5, 2));
    assert!(open().lost().is_some(), "until the log has them again");
}

#[test]
fn foreign_and_strange_folders_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut pair = Pair::new(folder.path());
    for _ in 0..3 {
        let one = pair.admit();
        pair.block(vec![Some(one)]);
    }
    let genesis = pair.consortium.genesis.clone();
    drop(pair);
    let other = consortium(&plan(2)).unwrap().genesis;
    let refused = Store::open(folder.path(), &other, &Options::default());
    assert!(matches!(refused.err().unwrap(), StoreError::Foreign { .. }));
    let strange = tempfile::tempdir().unwrap();
    std::fs::write(strange.path().join("letter.txt"), "hello").unwrap();
    let refused = Store::open(strange.path(), &genesis, &Options::default());
    assert!(matches!(refused.err().unwrap(), StoreError::NotADatabase { .. }));
}

#[test]
fn a_bit_flipped_in_the_write_ahead_log_is_refused_not_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let mut pair = Pair::new(folder.path());
    for _ in 0..3 {
        let one = pair.admit();
        pair.block(vec![Some(one)]);
    }
    let log = write_ahead_log(folder.path());
    let length = std::fs::metadata(&log).unwrap().len();
    for part in [10, 50, 90] {
        let copy = tempfile::tempdir().unwrap();
        copy_folder(folder.path(), copy.path());
        let log = write_ahead_log(copy.path());
        let mut bytes = std::fs::read(&log).unwrap();
        bytes[usize::try_from(length * part / 100).unwrap()] ^= 0x40;
        std::fs::write(&log, bytes).unwrap();
        let genesis = &pair.consortium.genesis;
        let refused = Store::open(copy.path(), genesis, &Options::default());
        let message = refused.err().map(|error| error.to_string()).unwrap();
        assert!(message.contains("Move it away"), "{part}: {message}");
    }
}

#[test]
fn damaged_tables_are_told_apart_from_a_failing_disk() {
    let folder = tempfile::tempdir().unwrap();
    let pair = Pair::new(folder.path());
    let genesis = pair.consortium.genesis.clone();
    drop(pair);
    // Opening again brings what the write-ahead log holds into tables.
    drop(Store::open(folder.path(), &genesis, &Options::default()).unwrap());
    let files = std::fs::read_dir(folder.path().join("db")).unwrap().map(|e| e.unwrap().path());
    let tables: Vec<_> = files.filter(|p| p.extension().is_some_and(|x| x == "sst")).collect();
    assert!(!tables.is_empty());
    for table in tables {
        let mut bytes = std::fs::read(&table).unwrap();
        bytes[8] ^= 0x40;
        std::fs::write(&table, bytes).unwrap();
    }
    let refused = Store::open(folder.path(), &genesis, &Options::default()).err().unwrap();
    assert!(matches!(refused, StoreError::Damaged { .. }), "{refused}");
}

#[test]
fn a_database_of_somebody_else_is_left_as_it_is() {
    let genesis = consortium(&plan(1)).unwrap().genesis;
    for tables in [vec![], vec!["others"]] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db");
        let mut options = rocksdb::Options::default();
        options.create_if_missing(true);
        options.create_missing_column_families(true);
        let db = rocksdb::DB::open_cf(&options, &path, &tables).unwrap();
        db.put("a", "b").unwrap();
        drop(db);
        let refused = Store::open(folder.path(), &genesis, &Options::default()).err().unwrap();
        assert!(matches!(refused, StoreError::NotADatabase { .. }), "{refused}");
        let found = rocksdb::DB::list_cf(&options, &path).unwrap();
        assert_eq!(found.len(), 1 + tables.len(), "no table was made: {found:?}");
    }
}

#[test]
fn a_missing_log_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let mut pair = Pair::new(folder.path());
    let genesis = pair.consortium.genesis.clone();
    for _ in 0..3 {
        let one = pair.admit();
        pair.block(vec![Some(one)]);
    }
    pair.store.log_sync().unwrap();
    drop(pair);
    std::fs::remove_file(write_ahead_log(folder.path())).unwrap();
    match Store::open(folder.path(), &genesis, &Options::default()) {
        Ok(store) => assert!(store.lost().is_some(), "what was acknowledged is known to be lost"),
        Err(refused) => assert!(matches!(refused, StoreError::Damaged { .. }), "{refused}"),
    }
}

#[test]
fn what_others_once_held_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let genesis = consortium(&plan(1)).unwrap().genesis;
    let open = || Store::open(folder.path(), &genesis, &Options::default()).unwrap();
    let store = open();
    assert!(store.marks().unwrap().is_empty());
    let marks = [(2, 700), (3, 1 << 40)].into();
    store.save_marks(&marks).unwrap();
    store.log_append(&[entry(1, 0)]).unwrap();
    assert_eq!((store.log_end(), store.acknowledged()), (1, 0));
    store.log_sync().unwrap();
    assert_eq!(store.acknowledged(), 1);
    drop(store);
    assert_eq!(open().marks().unwrap(), marks);
}

/// The file of the write-ahead log in use.
#[test]
fn what_a_node_keeps_for_itself_is_there_after_a_restart_and_within_its_prefix() {
    let folder = tempfile::tempdir().unwrap();
    let genesis = consortium(&plan(1)).unwrap().genesis;
    let open = || Store::open(folder.path(), &genesis, &Options::default()).unwrap();
    let row = |key: &str, value: Option<&str>| (key.into(), value.map(Into::into));
    let store = open();
    let rows = ["a/1", "a/2", "a/3", "b/1"].map(|key| row(key, Some(key)));
    store.local().put(rows.to_vec(), Durable::Soon).unwrap();
    store.local().put(vec![row("a/2", None), row("a/4", Some("four"))], Durable::Now).unwrap();
    drop(store);
    let local = open().local();
    let keys = |from: &str, limit| -> Vec<String> {
        let rows = local.range(b"a/", from.as_bytes(), limit);
        rows.into_iter().map(|(key, _)| String::from_utf8(key).unwrap()).collect()
    };
    assert_eq!(keys("", 9), ["a/1", "a/3", "a/4"]);
    assert_eq!((keys("2", 1), keys("5", 9)), (vec!["a/3".to_owned()], vec![]));
    assert_eq!((local.get(b"a/4").unwrap(), local.get(b"a/2")), (b"four".to_vec(), None));
}

fn write_ahead_log(folder: &std::path::Path) -> std::path::PathBuf {
    let files = std::fs::read_dir(folder.join("db")).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|x| x == "log")).max().unwrap()
}

#[test]
fn a_torn_tail_keeps_a_prefix_of_whole_blocks() {
    let folder = tempfile::tempdir().unwrap();
    let mut pair = Pair::new(folder.path());
    let mut hashes = vec![pair.store.header_hash()];
    for _ in 0..6 {
        let one = pair.admit();
        pair.block(vec![Some(one)]);
        hashes.push(pair.store.header_hash());
    }
    let copy = tempfile::tempdir().unwrap();
    copy_folder(folder.path(), copy.path());
    let log = write_ahead_log(copy.path());
    let length = std::fs::metadata(&log).unwrap().len();
    let mut seen = std::collections::BTreeSet::new();
    for cut in [1, 700, 2_000, 5_000] {
        let file = std::fs::OpenOptions::new().write(true).open(&log).unwrap();
        file.set_len(length.saturating_sub(cut)).unwrap();
        drop(file);
        let torn = tempfile::tempdir().unwrap();
        copy_folder(copy.path(), torn.path());
        let genesis = &pair.consortium.genesis;
        let store = Store::open(torn.path(), genesis, &Options::default()).unwrap();
        let height = store.header().height.0 as usize;
        assert_eq!(store.header_hash(), hashes[height], "a block is there whole or not at all");
        store.check(&|_| ()).unwrap();
        seen.insert(height);
    }
    assert!(seen.len() > 1, "the cuts reach different blocks: {seen:?}");
}

fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_follower_without_raft_writes_body_and_block_together() {
    let folder = tempfile::tempdir().unwrap();
    let copied = tempfile::tempdir().unwrap();
    let mut pair = Pair::new(folder.path());
    let follower =
        Store::open(copied.path(), &pair.consortium.genesis, &Options::default()).unwrap();
    let mut memory = pair.memory.clone();
    for _ in 0..3 {
        let one = pair.admit();
        pair.block(vec![Some(one.clone())]);
        let height = pair.store.header().height;
        let time = pair.store.header().time_ms;
        let executed = memory.order(&ordered(&pair.payload, time, &[Some(one)]));
        let position = pair.store.position_of(height).unwrap();
        let body = pair.store.body(height).unwrap();
        follower.apply_synced(position, 1, &body, &executed).unwrap();
        assert_eq!(follower.header_hash(), pair.store.header_hash());
        assert_eq!(follower.transactions_at(height), pair.store.transactions_at(height));
    }
    let key = RecordKey { kind: RecordKind::Parameters, id: Default::default() };
    assert_eq!(follower.current().record(&key), pair.store.current().record(&key));
}
