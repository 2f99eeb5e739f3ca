// SPDX-License-Identifier: Apache-2.0
//! Waybills, step by step.

use crate::data::data;
use crate::hash::Hash;
use crate::ids::{Time, VehicleId, WaybillId};
use crate::records::waybill::Offer;
use crate::text::Word;

data! {
    /// Sent by an enterprise or platform.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct WaybillOffer {
        /// What is offered.
        pub offer: Offer,
    }

    /// Sent by the driver.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct WaybillAccept {
        /// Which.
        pub waybill: WaybillId,
    }

    /// Sent by the driver it is offered to.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct WaybillDecline {
        /// Which.
        pub waybill: WaybillId,
        /// Reason code.
        pub reason: Word,
    }

    /// Sent by the maker.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct WaybillWithdraw {
        /// Which.
        pub waybill: WaybillId,
        /// Reason code.
        pub reason: Word,
    }

    /// Sent by either side.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct WaybillCancel {
        /// Which.
        pub waybill: WaybillId,
        /// Reason code.
        pub reason: Word,
    }

    /// Sent by the driver.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct WaybillLoad {
        /// Which.
        pub waybill: WaybillId,
        /// Actual time.
        pub at: Time,
        /// Digest of the evidence.
        pub evidence: Hash,
    }

    /// Sent by the driver.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct WaybillDepart {
        /// Which.
        pub waybill: WaybillId,
        /// Actual time.
        pub at: Time,
        /// Digest of the evidence.
        pub evidence: Hash,
    }

    /// Sent by the driver.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct WaybillArrive {
        /// Which.
        pub waybill: WaybillId,
        /// Actual time.
        pub at: Time,
        /// Digest of the evidence.
        pub evidence: Hash,
    }

    /// Sent by the consignee if it is a registered organisation, else by the maker.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct WaybillSign {
        /// Which.
        pub waybill: WaybillId,
        /// Gross weight, kg.
        pub weight_kg: u32,
        /// Loaded distance, km.
        pub distance_km: u32,
        /// Difference to the loaded weight, parts per million.
        pub difference_ppm: u32,
        /// Digest of the reason, needed over `difference_ppm`.
        pub reason: Option<Hash>,
    }

    /// Sent by either side after loading.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct WaybillAbort {
        /// Which.
        pub waybill: WaybillId,
        /// Reason code.
        pub reason: Word,
    }

    /// Sent by the other side.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct WaybillAbortAgree {
        /// Which.
        pub waybill: WaybillId,
    }

    /// Sent by the maker.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct WaybillSettle {
        /// Which.
        pub waybill: WaybillId,
        /// Commitment to the amount.
        pub amount: Hash,
        /// Digest of the payment.
        pub payment: Hash,
    }

    /// Sent by the driver.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct WaybillSettleAgree {
        /// Which.
        pub waybill: WaybillId,
    }

    /// Sent by either side.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct WaybillDispute {
        /// Which.
        pub waybill: WaybillId,
        /// Reason code.
        pub reason: Word,
    }

    /// Sent by either side, or a regulator.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct WaybillDisputeEnd {
        /// Which.
        pub waybill: WaybillId,
    }

    /// Sent by either side from acceptance to arrival. The proposer may name another vehicle instead.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct WaybillSwap {
        /// Which.
        pub waybill: WaybillId,
        /// The vehicle that is to take over, bound to the driver's code.
        pub vehicle: VehicleId,
        /// Reason code.
        pub reason: Word,
    }

    /// Sent by the other side; once more where other waybills of the code had yet to be agreed to.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct WaybillSwapAgree {
        /// Which.
        pub waybill: WaybillId,
        /// The vehicle that was proposed.
        pub vehicle: VehicleId,
    }
}
