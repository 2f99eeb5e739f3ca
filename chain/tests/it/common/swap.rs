// SPDX-License-Identifier: Apache-2.0
//! A driver with two vehicles, of which one may take over from the other.

use super::fleet::*;
use super::*;
use chain::records::waybill::{Offer, Side};

/// A driver with two lorries that may load 9,000 kg each, the first of them current.
pub struct Stage {
    pub world: World,
    pub driver: Driver,
    pub old: VehicleId,
    pub new: VehicleId,
}

impl Stage {
    /// Whose second vehicle is like the first.
    pub fn new() -> Self {
        Self::of(World::new(), lorry_class(18_000))
    }

    /// With a second vehicle of another class.
    pub fn of(mut world: World, class: VehicleClass) -> Self {
        world.permit();
        let (old, new) = (world.lorry(), world.vehicle_of(class));
        let driver = world.driver_with(&[old, new]);
        Self { world, driver, old, new }
    }

    /// The maker's key.
    pub fn maker(&self) -> SecretKey {
        self.world.parties.enterprise.key.clone()
    }

    /// Who proposes, and the other side.
    pub fn sides(&self, by: Side) -> [SecretKey; 2] {
        match by {
            Side::Driver => [self.driver.key.clone(), self.maker()],
            Side::Maker => [self.maker(), self.driver.key.clone()],
        }
    }

    /// A waybill that the driver accepted and that weighs so much at most.
    pub fn load(&mut self, part_load: bool, weight_to_kg: u32) -> WaybillId {
        let driver = self.driver.clone();
        load_of(&mut self.world, &driver, (part_load, weight_to_kg))
    }

    /// The driver proposes and the maker agrees.
    #[track_caller]
    pub fn swap(&mut self, waybill: WaybillId, vehicle: VehicleId) {
        self.world.send(&self.driver.key, propose(waybill, vehicle));
        let maker = self.maker();
        self.world.send(&maker, WaybillSwapAgree { waybill, vehicle });
    }

    /// Where a waybill is: vehicles that carry it, out of the two.
    pub fn carrying(&self, waybill: WaybillId) -> [bool; 2] {
        [self.old, self.new].map(|id| self.world.vehicle(id).under_way.contains(&waybill))
    }
}

/// A waybill that a driver accepted: a part load or not, of so much weight at most.
pub fn load_of(
    world: &mut World,
    driver: &Driver,
    (part_load, weight_to_kg): (bool, u32),
) -> WaybillId {
    let offer = world.offer(WaybillKind::Exclusive { code: driver.code });
    let waybill = world.put_offer(Offer { part_load, weight_from_kg: 1, weight_to_kg, ..offer });
    world.send(&driver.key, WaybillAccept { waybill });
    waybill
}

/// A proposal.
pub fn propose(waybill: WaybillId, vehicle: VehicleId) -> WaybillSwap {
    WaybillSwap { waybill, vehicle, reason: word("breakdown") }
}
