// SPDX-License-Identifier: Apache-2.0
//! Who works under load: drivers that the chain has already, found again by their keys, and new ones
//! that apply to the authorities like everybody else.

use std::collections::HashMap;
use std::sync::Arc;

use chain::ids::PersonId;
use chain::keys::PublicKey;
use chain::records::Application;
use chain::records::Wanted;
use chain::records::application::CodeFor;

use crate::applicant::DemoError;
use crate::cast::{self, Player, key};
use crate::node::Node;
use crate::scenario::trips::Crew;
use crate::scenario::{Driver, Loader, Office, Settings};

/// Drivers from here on work under load and for nothing else.
const FIRST: u64 = 1_000;
/// A trailer that is refused leaves a vehicle without a driver; so many in a row behind the last driver
/// were never refused.
const REFUSED: u64 = 16;
/// Applied for at once.
const AT_ONCE: u64 = 200;

/// A crew with its driver's person, whom matters are about.
#[derive(Clone, Debug)]
pub struct Mates {
    /// Maker and driver.
    pub crew: Arc<Crew>,
    /// The driver's person.
    pub person: PersonId,
}

/// The drivers of the load that this chain has already.
pub async fn find<N: Node>(settings: &Settings<N>) -> Result<Vec<Mates>, DemoError> {
    let loader = Loader::new(settings);
    let offices = loader.known_offices().await?;
    let (drivers, _) = loader.known_drivers(&offices).await?;
    mates(&loader, &offices, &drivers)
}

/// At least `wanted` drivers: those that are there, and new ones by real applications.
pub async fn recruit<N: Node>(
    settings: &Settings<N>,
    wanted: usize,
    progress: &(dyn Fn(usize) + Send + Sync),
) -> Result<Vec<Mates>, DemoError> {
    let loader = Loader::new(settings);
    let offices = loader.offices().await?;
    let (mut drivers, mut first) = loader.known_drivers(&offices).await?;
    while drivers.len() < wanted && first < cast::NEWCOMERS {
        progress(drivers.len());
        // Some are refused, as in life: their certificates have ended.
        let missing = (wanted - drivers.len()) as u64;
        let end = first + (missing + missing / 10 + 2).min(AT_ONCE);
        let vehicles = loader.vehicles(&offices, first..end).await?;
        drivers.extend(loader.drivers(&offices, vehicles).await?);
        first = end;
    }
    progress(drivers.len());
    drivers.truncate(wanted.max(1));
    mates(&loader, &offices, &drivers)
}

fn mates<N: Node>(
    loader: &Loader<'_, N>,
    offices: &[Office],
    drivers: &[Driver],
) -> Result<Vec<Mates>, DemoError> {
    let mate = |driver: &Driver| {
        let crew = Arc::new(loader.crew(offices, driver)?);
        Ok(Mates { crew, person: driver.person })
    };
    drivers.iter().map(mate).collect()
}

impl<N: Node> Loader<'_, N> {
    /// The hauliers of the register that the chain has.
    pub(crate) async fn known_offices(&self) -> Result<Vec<Office>, DemoError> {
        let mut offices = Vec::new();
        for index in 0..self.settings.size.enterprises {
            let enterprise = self.register.enterprise(index)?;
            if let Some(seen) = self.settings.node.organisation(&enterprise.uscc).await? {
                offices.push(Office {
                    index,
                    id: seen.id,
                    key: self.office_key(index),
                    enterprise,
                });
            }
        }
        Ok(offices)
    }

    /// The drivers of the load whose codes were issued, found by their keys, and the number of one
    /// behind all who ever applied or had a vehicle, which cannot be registered again.
    pub(crate) async fn known_drivers(
        &self,
        offices: &[Office],
    ) -> Result<(Vec<Driver>, u64), DemoError> {
        let mut by_key: HashMap<PublicKey, u64> = HashMap::new();
        for index in FIRST..cast::NEWCOMERS {
            by_key.insert(key(self.chain, Player::Driver(index)).public(), index);
        }
        let mut drivers = Vec::new();
        let mut next = FIRST;
        for office in offices {
            for application in self.settings.node.applications_of(office.id).await? {
                let Some(index) = by_key.get(&application.holder_key) else { continue };
                next = next.max(index + 1 + REFUSED);
                drivers.extend(self.driver_of(*index, &application));
            }
        }
        drivers.sort_unstable_by_key(|driver| driver.index);
        Ok((drivers, next))
    }

    fn driver_of(&self, index: u64, application: &Application) -> Option<Driver> {
        let Wanted::Code(CodeFor::Driver { vehicles, .. }) = &application.wanted else {
            return None;
        };
        Some(Driver {
            index,
            code: application.code?,
            person: application.person?,
            vehicle: *vehicles.first()?,
            key: key(self.chain, Player::Driver(index)),
        })
    }
}
