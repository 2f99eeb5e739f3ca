// SPDX-License-Identifier: Apache-2.0
//! An invented driver on the way to a code: a platform applies for a light lorry and then for the driver,
//! whose own key gives its word; the authorities answer. The example plays the authorities too, with the
//! testnet's demo keys: on a real chain each is an institution of its own, which compares the fields that
//! it is sent with its register.

use anyhow::{Context, Result, ensure};
use chain::Hash;
use chain::actions::{Action, Answer, ClaimAnswer, CodeApply, NewClaim, VehicleApply};
use chain::fields::{self, Field, Salt};
use chain::ids::{ApplicationId, CodeId, Prefecture, RecordId, VehicleId};
use chain::keys::SecretKey;
use chain::records::application::{Application, CodeFor};
use chain::records::certificate::{CertificateKind, Class, Energy, PolicyKind, VehicleClass};
use chain::records::{Custody, OrganisationKind, VehicleOwner};
use chain::text::Word;
use client::{Client, statement};

use crate::support::{Desk, Office, offices, random};

const DAY_MS: u64 = 86_400_000;
/// Kunming.
const PREFECTURE: Prefecture = Prefecture(5301);
/// The bit of class C1 among the classes of a driving licence: light lorries, below 4,500 kg.
const LICENCE_C1: u16 = 1 << 5;

/// A certificate that is claimed, with what its authority will say of it.
struct Paper {
    kind: CertificateKind,
    values: &'static [(&'static str, &'static str)],
    class: Class,
    /// How many keyed tags the authority's yes brings.
    tags: usize,
}

/// What became of it all.
pub(crate) struct Newcomer {
    /// The driver's application.
    pub(crate) application: ApplicationId,
    /// The code.
    pub(crate) code: CodeId,
    /// The lorry.
    pub(crate) vehicle: VehicleId,
    /// The driver's key.
    pub(crate) holder: SecretKey,
    /// Who sent the applications.
    pub(crate) platform: Office,
}

fn lorry() -> Result<[Paper; 2]> {
    let class = VehicleClass {
        vehicle_type: Word::new("H31")?,
        total_mass_kg: 4_495,
        rated_load_kg: 1_495,
        axles: 2,
        trailer: false,
        energy: Energy::Diesel,
        hazardous: false,
        prefecture: PREFECTURE,
    };
    let licence = Paper {
        kind: CertificateKind::VehicleLicence,
        values: &[
            ("vehicleNumber", "云A00001"),
            ("vehiclePlateColorCode", "1"),
            ("vehicleType", "H31"),
            ("grossMass", "4495"),
        ],
        class: Class::Vehicle(class),
        tags: 2,
    };
    let policy = Paper {
        kind: CertificateKind::Policy,
        values: &[("policyNumber", "DEMO000001")],
        class: Class::Policy { kind: PolicyKind::Compulsory },
        tags: 0,
    };
    Ok([licence, policy])
}

const DRIVER: [Paper; 2] = [
    Paper {
        kind: CertificateKind::Identity,
        values: &[("driverName", "测试司机"), ("sex", "1")],
        class: Class::None,
        tags: 1,
    },
    Paper {
        kind: CertificateKind::DrivingLicence,
        values: &[("driverName", "测试司机"), ("vehicleClass", "C1")],
        class: Class::Licence { classes: LICENCE_C1 },
        tags: 0,
    },
];

/// Takes a newcomer from nothing to an issued code.
pub(crate) async fn newcomer(node: Client) -> Result<Newcomer> {
    let all = offices(&node).await?;
    let platform = all.iter().find(|one| one.organisation.kind == OrganisationKind::Platform);
    let platform = platform.context("the keys have no platform among them")?.clone();
    let mut clerk = Clerk { desk: Desk::at(node).await?, all, platform: platform.clone() };
    let owner = VehicleOwner::Organisation(platform.organisation.id);
    let (_, lorry) = clerk
        .apply(&lorry()?, |claims| {
            let statements = Vec::new();
            Ok(VehicleApply { owner, prefecture: PREFECTURE, claims, statements }.into())
        })
        .await?;
    let vehicle = lorry.vehicle.context("the vehicle was not registered")?;
    let holder = SecretKey::from_seed(&random()?);
    let (chain, now) = (clerk.desk.chain, clerk.desk.now);
    let wanted = CodeFor::Driver { vehicles: vec![vehicle], operator: None };
    let (application, driver) = clerk
        .apply(&DRIVER, |claims| {
            let mut apply = CodeApply {
                wanted: wanted.clone(),
                holder_key: holder.public(),
                custody: Custody::Device,
                prefecture: PREFECTURE,
                claims,
                statements: Vec::new(),
            };
            apply.statements = vec![statement(&holder, chain, &apply.clone().into(), now)];
            Ok(apply.into())
        })
        .await?;
    let code = driver.code.with_context(|| format!("the application is {:?}", driver.state))?;
    Ok(Newcomer { application, code, vehicle, holder, platform })
}

/// Sends applications and has every authority answer them.
struct Clerk {
    desk: Desk,
    all: Vec<Office>,
    platform: Office,
}

impl Clerk {
    async fn apply(
        &mut self,
        papers: &[Paper],
        make: impl FnOnce(Vec<NewClaim>) -> Result<Action>,
    ) -> Result<(ApplicationId, Application)> {
        let mut claims = Vec::new();
        for paper in papers {
            let fields = salt(paper)?;
            let root = fields::root(fields::table(paper.kind), &fields)?;
            let attester = self.attester(paper.kind)?.organisation.id;
            claims.push(NewClaim { kind: paper.kind, root, attester });
        }
        let sent = self.desk.send(&self.platform.key.clone(), make(claims.clone())?).await?;
        let application = ApplicationId(RecordId::made_by(sent, 0));
        for (place, (paper, claim)) in papers.iter().zip(&claims).enumerate() {
            self.answer((application, place), paper, claim).await?;
        }
        let found = self.desk.node.application(application).await?;
        Ok((application, found.context("there is no such application")?.record))
    }

    /// The authority that attests a kind of certificate here.
    fn attester(&self, kind: CertificateKind) -> Result<Office> {
        let found = self.all.iter().find(|one| one.organisation.attests(kind, PREFECTURE));
        let found = found.with_context(|| format!("nobody whose key is in hand attests {kind:?}"));
        found.cloned()
    }

    async fn answer(
        &mut self,
        (application, place): (ApplicationId, usize),
        paper: &Paper,
        claim: &NewClaim,
    ) -> Result<()> {
        // Authorities take tags of numbers by a common secret; nobody here has a number, so any new one does.
        let tags =
            (0..paper.tags).map(|_| Ok(Hash::of(&random::<32>()?))).collect::<Result<_>>()?;
        let answer = Answer::Yes {
            valid_from: chain::Time(self.desk.now.0 - DAY_MS),
            valid_until: Some(self.desk.now.plus(300 * DAY_MS)),
            class: paper.class.clone(),
            tags,
        };
        let (claim, root) = (u32::try_from(place)?, claim.root);
        let attester = self.attester(paper.kind)?.key;
        self.desk.send(&attester, ClaimAnswer { application, claim, root, answer }).await?;
        Ok(())
    }
}

/// All fields of a paper's table, each with a salt; those without a value are empty.
fn salt(paper: &Paper) -> Result<Vec<Field>> {
    let table = fields::table(paper.kind);
    let known = paper.values.iter().all(|(name, _)| table.contains(name));
    ensure!(known, "a field that {:?} does not have", paper.kind);
    let field = |name: &&str| {
        let given = paper.values.iter().find(|(given, _)| given == name);
        let value = given.map_or("", |(_, value)| value).to_owned();
        Ok(Field { name: (*name).to_owned(), salt: Salt(random()?), value })
    };
    table.iter().map(field).collect()
}
