// SPDX-License-Identifier: Apache-2.0
//! Loads an invented Yunnan into a running network: hauliers, vehicles, drivers, codes of all three
//! colours and waybills in every state. Everything goes through real applications and the answers of
//! the authorities; nothing is issued by a short cut.

mod colours;
mod drivers;
mod interfaces;
mod loads;
mod newcomer;
mod offices;
mod sides;
mod single;
pub mod trips;

use std::collections::BTreeMap;

use chain::hash::Hash;
use chain::ids::{CodeId, Time, WaybillId};
use chain::keys::SecretKey;
use chain::records::Organisation;

pub use self::drivers::Driver;
pub use self::loads::OnTheRoad;
pub use self::newcomer::newcomer;
pub use self::offices::Office;
pub use self::sides::side_key;
pub use self::single::{trip, trip_until};
use crate::applicant::{Applicant, DemoError, Inboxes};
use crate::cast;
use crate::deposit::Vaults;
use crate::node::Node;
use crate::yunnan::Register;

/// How much is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Hauliers, at most [`cast::ENTERPRISES`].
    pub enterprises: u64,
    /// Drivers with their vehicles, below [`cast::NEWCOMERS`].
    pub drivers: u64,
    /// Waybills.
    pub waybills: u64,
    /// Codes with an open violation, besides the sample.
    pub yellow: u64,
    /// Codes whose compulsory policy ends, besides the sample.
    pub red: u64,
}

impl Size {
    /// The hauliers alone.
    pub const OFFICES: Self =
        Self { enterprises: cast::ENTERPRISES, drivers: 0, waybills: 0, yellow: 0, red: 0 };

    /// What `--data demo` loads.
    pub const DEMO: Self =
        Self { enterprises: cast::ENTERPRISES, drivers: 240, waybills: 180, yellow: 12, red: 4 };
}

/// What loading needs.
#[derive(Clone, Debug)]
pub struct Settings<N> {
    /// The node to load through.
    pub node: N,
    /// The authorities' inboxes.
    pub inboxes: Inboxes,
    /// Where data are left, so that they can be exchanged; none where there is no vault.
    pub vaults: Option<Vaults>,
    /// The regulator's working key: it admits the hauliers and grants them their interfaces.
    pub regulator: SecretKey,
    /// The traffic police's working key: it opens violations.
    pub police: SecretKey,
    /// Working keys of the first hauliers of the register, where genesis has them already.
    pub in_genesis: Vec<SecretKey>,
    /// The time of genesis: the register describes that day.
    pub genesis_time: Time,
    /// How much.
    pub size: Size,
}

/// How far loading has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is done, in English.
    pub english: &'static str,
    /// The same in Chinese.
    pub chinese: &'static str,
    /// Steps done.
    pub done: u32,
    /// Steps in all.
    pub of: u32,
}

/// Things to look at, as the card and `--json` show them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Samples {
    /// A code without anything to settle.
    pub blue: CodeId,
    /// A code with an open violation.
    pub yellow: CodeId,
    /// A code whose compulsory policy has ended.
    pub red: CodeId,
    /// A waybill that went all its way.
    pub waybill: WaybillId,
}

/// Everything that was loaded.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Hauliers.
    pub offices: Vec<Office>,
    /// Drivers whose codes were issued.
    pub drivers: Vec<Driver>,
    /// Part loads and a swapped vehicle under way.
    pub on_the_road: OnTheRoad,
    /// Samples; none if so little was loaded that there are none.
    pub samples: Option<Samples>,
    /// Numbers in the register of the holders of the samples' codes.
    pub holders: BTreeMap<CodeId, u64>,
}

/// A loader at work.
pub(crate) struct Loader<'a, N> {
    pub(crate) applicant: Applicant<N>,
    pub(crate) settings: &'a Settings<N>,
    pub(crate) register: Register,
    pub(crate) chain: Hash,
}

/// The steps of loading, in English and Chinese.
pub const STEPS: [(&str, &str); 6] = [
    (
        "hauliers are admitted, get their interfaces, and apply for their codes",
        "物流企业入网、申领接口与企业码",
    ),
    ("vehicles and trailers apply, the authorities attest", "车辆与挂车申报，各部门核验"),
    ("drivers apply for their codes, the authorities attest", "驾驶员申领运输码，各部门核验"),
    ("waybills run", "运单流转"),
    ("violations are opened", "登记违章"),
    ("a policy ends", "保单到期"),
];

/// Loads everything, and tells `progress` before each step.
pub async fn load<N: Node>(
    settings: &Settings<N>,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Loaded, DemoError> {
    let loader = Loader::new(settings);
    let of = STEPS.len() as u32;
    let tell = |done: u32| {
        let (english, chinese) = STEPS[done as usize % STEPS.len()];
        progress(Progress { english, chinese, done, of });
    };
    tell(0);
    let offices = loader.offices().await?;
    let ending = loader.ending_drivers(&offices).await?;
    tell(1);
    let numbers = colours::ENDING..colours::ENDING + settings.size.drivers;
    let vehicles = loader.vehicles(&offices, numbers).await?;
    tell(2);
    let drivers = loader.drivers(&offices, vehicles).await?;
    tell(3);
    let waybill = loader.waybills(&offices, &drivers).await?;
    let on_the_road = loader.loads(&offices, &drivers).await?;
    tell(4);
    let yellow = loader.violations(&drivers).await?;
    tell(5);
    let red = loader.wait_for_red(&ending).await?;
    let blue = drivers.iter().map(|driver| driver.code).find(|code| !yellow.contains(code));
    let samples = match (blue, yellow.first(), red, waybill) {
        (Some(blue), Some(yellow), Some(red), Some(waybill)) => {
            Some(Samples { blue, yellow: *yellow, red, waybill })
        }
        _ => None,
    };
    let shown = samples.map_or_else(Vec::new, |all| vec![all.blue, all.yellow, all.red]);
    let holders = drivers.iter().chain(&ending).filter(|driver| shown.contains(&driver.code));
    let holders = holders.map(|driver| (driver.code, driver.index)).collect();
    Ok(Loaded { offices, drivers, on_the_road, samples, holders })
}

impl<'a, N: Node> Loader<'a, N> {
    pub(crate) fn new(settings: &'a Settings<N>) -> Self {
        let applicant = Applicant::new(settings.node.clone(), settings.inboxes.clone());
        let applicant = applicant.leaving_at(settings.vaults.clone());
        let register = cast::register(settings.genesis_time);
        let chain = settings.node.chain_id();
        Self { applicant, settings, register, chain }
    }
}

/// The organisation of a haulier that is admitted.
fn admitted(seen: Option<Organisation>) -> Result<Organisation, DemoError> {
    seen.ok_or_else(|| DemoError::Data("a haulier that was admitted is not found".to_owned()))
}
