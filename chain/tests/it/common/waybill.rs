// SPDX-License-Identifier: Apache-2.0
//! Waybills of the small world: offers, each step by who takes it, and a walk to any state.

use super::fleet::Driver;
use super::*;
use chain::records::waybill::{Offer, PublicLimits};

/// The states of a waybill that goes well, in order.
pub const PATH: [WaybillState; 7] = [
    WaybillState::Offered,
    WaybillState::Accepted,
    WaybillState::Loaded,
    WaybillState::InTransit,
    WaybillState::Arrived,
    WaybillState::Signed,
    WaybillState::Settled,
];

/// Every state.
pub const STATES: [WaybillState; 12] = [
    WaybillState::Offered,
    WaybillState::Accepted,
    WaybillState::Loaded,
    WaybillState::InTransit,
    WaybillState::Arrived,
    WaybillState::Signed,
    WaybillState::Settled,
    WaybillState::Declined,
    WaybillState::Withdrawn,
    WaybillState::Lapsed,
    WaybillState::Cancelled,
    WaybillState::Aborted,
];

/// Without limits: every eligible code may accept.
pub fn public() -> WaybillKind {
    WaybillKind::Public(PublicLimits { prefectures: Vec::new(), vehicle_type: None })
}

impl World {
    /// An offer of the enterprise that is good at the next block, with a number of its own.
    pub fn offer(&mut self, kind: WaybillKind) -> Offer {
        let number = self.fresh();
        Offer {
            number: word(&format!("YD{number}")),
            segment: word("0000"),
            kind,
            offer_ends: self.clock.plus(2 * DAY),
            load_by: self.clock.plus(3 * DAY),
            deliver_by: self.clock.plus(6 * DAY),
            goods: 500,
            hazardous: false,
            weight_from_kg: 4_000,
            weight_to_kg: 5_000,
            part_load: false,
            from: KUNMING,
            to: QUJING,
            consignee: None,
            fields_root: Hash::of(b"waybill fields"),
            price: Hash::of(b"price"),
        }
    }

    /// The enterprise offers.
    pub fn put_offer(&mut self, offer: Offer) -> WaybillId {
        let maker = self.parties.enterprise.key.clone();
        WaybillId(World::first_made(self.send(&maker, WaybillOffer { offer })))
    }

    /// The enterprise offers to one driver.
    pub fn offer_to(&mut self, driver: &Driver) -> WaybillId {
        let offer = self.offer(WaybillKind::Exclusive { code: driver.code });
        self.put_offer(offer)
    }

    /// The enterprise offers to all.
    pub fn offer_public(&mut self) -> WaybillId {
        let offer = self.offer(public());
        self.put_offer(offer)
    }

    /// A waybill as it was last written.
    #[track_caller]
    pub fn waybill(&self, id: WaybillId) -> Waybill {
        self.get(id.0)
    }

    /// The step into a state of [`PATH`] after the offer, and who takes it.
    pub fn step_into(
        &self,
        state: WaybillState,
        (waybill, driver): (WaybillId, &Driver),
    ) -> (SecretKey, Action) {
        let (at, evidence) = (self.clock, Hash::of(b"photo"));
        let maker = self.parties.enterprise.key.clone();
        let driver = driver.key.clone();
        match state {
            WaybillState::Accepted => (driver, WaybillAccept { waybill }.into()),
            WaybillState::Loaded => (driver, WaybillLoad { waybill, at, evidence }.into()),
            WaybillState::InTransit => (driver, WaybillDepart { waybill, at, evidence }.into()),
            WaybillState::Arrived => (driver, WaybillArrive { waybill, at, evidence }.into()),
            WaybillState::Signed => (maker, signing(waybill).into()),
            WaybillState::Settled => (driver, WaybillSettleAgree { waybill }.into()),
            other => panic!("{other:?} is not a step of the path"),
        }
    }

    /// The maker proposes a settlement.
    pub fn propose_settlement(&mut self, waybill: WaybillId) {
        let maker = self.parties.enterprise.key.clone();
        self.send(&maker, settlement(waybill));
    }

    /// Takes every step into a state from where the waybill is.
    pub fn advance(&mut self, (waybill, driver): (WaybillId, &Driver), to: WaybillState) {
        let place = |state| PATH.iter().position(|s| *s == state).expect("a state of the path");
        for state in &PATH[place(self.waybill(waybill).state) + 1..=place(to)] {
            if *state == WaybillState::Settled {
                self.propose_settlement(waybill);
            }
            let (key, action) = self.step_into(*state, (waybill, driver));
            self.send(&key, action);
        }
    }

    /// A waybill that was offered to a driver and is in any state now.
    pub fn waybill_in(&mut self, driver: &Driver, state: WaybillState) -> WaybillId {
        let waybill = self.offer_to(driver);
        let (maker, reason) = (self.parties.enterprise.key.clone(), word("plans"));
        match state {
            WaybillState::Declined => {
                self.send(&driver.key, WaybillDecline { waybill, reason });
            }
            WaybillState::Withdrawn => {
                self.send(&maker, WaybillWithdraw { waybill, reason });
            }
            WaybillState::Lapsed => {
                let ends = self.waybill(waybill).offer.offer_ends;
                self.pass_to(ends);
            }
            WaybillState::Cancelled => {
                self.advance((waybill, driver), WaybillState::Accepted);
                self.send(&maker, WaybillCancel { waybill, reason });
            }
            WaybillState::Aborted => {
                self.advance((waybill, driver), WaybillState::Loaded);
                self.send(&maker, WaybillAbort { waybill, reason });
                self.send(&driver.key, WaybillAbortAgree { waybill });
            }
            state => self.advance((waybill, driver), state),
        }
        assert_eq!(self.waybill(waybill).state, state);
        waybill
    }
}

/// A signing as offered.
pub fn signing(waybill: WaybillId) -> WaybillSign {
    WaybillSign { waybill, weight_kg: 5_000, distance_km: 150, difference_ppm: 0, reason: None }
}

/// A settlement.
pub fn settlement(waybill: WaybillId) -> WaybillSettle {
    WaybillSettle { waybill, amount: Hash::of(b"amount"), payment: Hash::of(b"payment") }
}
