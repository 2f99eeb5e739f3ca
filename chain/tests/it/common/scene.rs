// SPDX-License-Identifier: Apache-2.0
//! A short chain with one of everything that is proven: a code that was issued, turned yellow, and is
//! written twice in one block; transactions executed and refused; records of every age.

use super::*;
use chain::fields::{self, Field, Salt};
use chain::proof::{Proof, record_at, transaction};
use chain::receipt::Version;
use chain::records::application::CodeFor;
use chain::{Header, Past};

/// The chain, and what is asked of it.
pub struct Scene {
    pub world: World,
    /// The enterprise's code: issued in block 3, written twice in block 4.
    pub code: RecordKey,
    /// A matter of the enterprise, opened in block 4.
    pub matter: RecordKey,
    /// A record that never was.
    pub unknown: RecordKey,
    /// Executed, with a statement, in block 2.
    pub applied: TransactionId,
    /// Executed as the first of three in block 4.
    pub opened: TransactionId,
    /// Refused as the last of three in block 4.
    pub refused: TransactionId,
    /// When the matters are overdue.
    pub settle_by: Time,
}

/// The fields of the enterprise's business permit, all invented.
pub fn permit_fields() -> Vec<Field> {
    let values = [
        "539901000001",
        "滇测恒通物流有限公司(测)",
        "91539901MA00TE5T2W",
        "",
        "昆明市交通运输局(测)",
        "2026-01-01",
        "2029-12-31",
    ];
    let names = fields::table(CertificateKind::BusinessPermit);
    let field = |(place, (name, value)): (usize, (&&str, &str))| Field {
        name: (*name).to_owned(),
        salt: Salt(Hash::of(format!("salt {place}").as_bytes()).0),
        value: value.to_owned(),
    };
    names.iter().zip(values).enumerate().map(field).collect()
}

/// The root that the permit's attester sees.
pub fn permit_root() -> Hash {
    fields::root(fields::table(CertificateKind::BusinessPermit), &permit_fields()).unwrap()
}

/// An application of the platform for the enterprise's code, with the enterprise's word.
fn application(world: &mut World) -> Action {
    let (enterprise, transport) = (world.parties.enterprise.clone(), world.parties.transport.id);
    let apply = CodeApply {
        wanted: CodeFor::Enterprise(enterprise.id),
        holder_key: enterprise.key.public(),
        custody: Custody::Device,
        prefecture: KUNMING,
        claims: vec![NewClaim {
            kind: CertificateKind::BusinessPermit,
            root: permit_root(),
            attester: transport,
        }],
        statements: Vec::new(),
    };
    world.stated(apply, &[&enterprise.key])
}

fn answer(application: TransactionId) -> ClaimAnswer {
    ClaimAnswer {
        application: ApplicationId(World::first_made(application)),
        claim: 0,
        root: permit_root(),
        answer: Answer::Yes {
            valid_from: START,
            valid_until: Some(START.plus(1_000 * DAY)),
            class: Class::Permit { hazardous: false },
            tags: Vec::new(),
        },
    }
}

/// A matter about a subject.
pub fn matter(subject: Subject, about: &str, now: Time) -> MatterOpen {
    MatterOpen {
        subject,
        kind: MatterKind::Other,
        reference: Hash::of(about.as_bytes()),
        points: 3,
        over_limit: false,
        occurred_at: now,
        settle_by: None,
    }
}

/// Builds it: blocks 1 to 7.
pub fn scene() -> Scene {
    let mut world = World::new();
    let parties = world.parties.clone();
    let regulator = parties.regulator.key.clone();
    world.block(&[]);
    let apply = application(&mut world);
    let applied = world.send(&parties.platform.key, apply);
    world.send(&parties.transport.key, answer(applied));
    let now = world.memory.now();
    let enterprise = Subject::Organisation(parties.enterprise.id);
    let nobody = Subject::Person(PersonId(RecordId([3; 16])));
    let block = [
        world.sign(&regulator, matter(enterprise, "one", now)),
        world.sign(&regulator, matter(enterprise, "two", now)),
        world.sign(&regulator, matter(nobody, "three", now)),
    ];
    world.block(&block);
    let end = OrganisationEnd { organisation: parties.other_enterprise.id, reason: word("closed") };
    world.send(&regulator, end);
    world.block(&[]);
    world.block(&[]);
    let code = CodeId::made_by(applied).record();
    let opened = block[0].id();
    let matter = RecordKey { kind: RecordKind::Matter, id: World::first_made(opened) };
    Scene {
        code: RecordKey { kind: RecordKind::Code, id: code },
        unknown: RecordKey { kind: RecordKind::Person, id: RecordId([3; 16]) },
        settle_by: world.get::<Matter>(matter.id).settle_by,
        matter,
        applied,
        opened,
        refused: block[2].id(),
        world,
    }
}

impl Scene {
    /// The newest header: the one that is trusted.
    pub fn header(&self) -> Header {
        self.world.memory.header().clone()
    }

    /// The depth of the state tree.
    pub fn depth(&self) -> u8 {
        self.world.genesis.depth
    }

    /// A proof of a record as of a height.
    #[track_caller]
    pub fn record_at(&self, key: &RecordKey, height: u64) -> Proof {
        record_at(&self.world.memory, key, Height(height)).unwrap()
    }

    /// A version of the code.
    #[track_caller]
    pub fn version(&self, number: u64) -> Version {
        self.world.memory.version(&self.code, number).unwrap().version
    }

    /// True proofs of every kind, each by what it shows.
    pub fn proofs(&self) -> Vec<(&'static str, Proof)> {
        let memory = &self.world.memory;
        let newest = memory.header().height.0;
        let enterprise = RecordKey {
            kind: RecordKind::Organisation,
            id: self.world.parties.other_enterprise.id.0,
        };
        let parameters = RecordKey { kind: RecordKind::Parameters, id: RecordId::default() };
        let key = RegisteredKey::id_of(&self.world.parties.bank.key.public());
        let key = RecordKey { kind: RecordKind::RegisteredKey, id: key };
        vec![
            ("transaction with a statement", transaction(memory, &self.applied).unwrap()),
            ("first transaction of three", transaction(memory, &self.opened).unwrap()),
            ("refused transaction", transaction(memory, &self.refused).unwrap()),
            ("present code", self.record_at(&self.code, newest)),
            ("present organisation", self.record_at(&enterprise, newest)),
            ("present parameters", self.record_at(&parameters, newest)),
            ("present key", self.record_at(&key, newest)),
            ("replaced code", self.record_at(&self.code, 3)),
            ("replaced organisation", self.record_at(&enterprise, 0)),
            ("absent person", self.record_at(&self.unknown, newest)),
            ("later code", self.record_at(&self.code, 2)),
            ("later matter", self.record_at(&self.matter, 3)),
        ]
    }

    /// A true proof by its name.
    #[track_caller]
    pub fn proof(&self, name: &str) -> Proof {
        self.proofs().into_iter().find(|(known, _)| *known == name).expect("a known proof").1
    }
}
