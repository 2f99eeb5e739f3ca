// SPDX-License-Identifier: Apache-2.0
//! The keys with which the two sides of a waybill of the demo sign, found again from what is on chain.

use chain::keys::{PublicKey, SecretKey};
use chain::records::Waybill;
use chain::records::waybill::Side;

use super::{Loader, Settings};
use crate::applicant::DemoError;
use crate::cast::{self, Player, key};
use crate::node::Node;

/// The key of a side of a waybill. `driver` holds the keys of the person who carries it.
///
/// Refused for a side that is nobody of the demo's.
pub async fn side_key<N: Node>(
    settings: &Settings<N>,
    waybill: &Waybill,
    driver: &[PublicKey],
    side: Side,
) -> Result<SecretKey, DemoError> {
    let loader = Loader::new(settings);
    let found = match side {
        Side::Maker => {
            let offices = loader.known_offices().await?;
            let office = offices.into_iter().find(|office| office.id == waybill.maker);
            office.map(|office| office.key)
        }
        Side::Driver => (0..cast::PEOPLE)
            .map(|index| key(loader.chain, Player::Driver(index)))
            .find(|key| driver.contains(&key.public())),
    };
    found.ok_or_else(|| DemoError::Data(format!("the {side:?} of {} is not ours", waybill.id)))
}
