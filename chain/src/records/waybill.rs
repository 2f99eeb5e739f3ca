// SPDX-License-Identifier: Apache-2.0
//! A waybill: its parties, its terms, and the steps it took.

use super::key::Custody;
use super::{List, ListKey, RecordKind, RecordValue, wrapped};
use crate::data::{data, small_data};
use crate::hash::Hash;
use crate::ids::{
    CodeId, OrganisationId, PersonId, Prefecture, RecordId, Time, VehicleId, WaybillId,
};
use crate::text::Word;

small_data! {
    /// Where a waybill stands (`domain.md` section 5).
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum WaybillState {
        /// Open to acceptance.
        Offered,
        /// Accepted, not loaded.
        Accepted,
        /// Loaded.
        Loaded,
        /// On the road.
        InTransit,
        /// Arrived.
        Arrived,
        /// Signed for.
        Signed,
        /// Settled.
        Settled,
        /// Declined by the one it was offered to.
        Declined,
        /// Withdrawn by its maker.
        Withdrawn,
        /// Nobody accepted in time.
        Lapsed,
        /// Cancelled before loading.
        Cancelled,
        /// Ended after loading by both sides.
        Aborted,
    }

    /// The two sides of a waybill.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum Side {
        /// The enterprise or platform that made it.
        Maker,
        /// The driver who accepted it.
        Driver,
    }
}

data! {
    /// To whom it is offered.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum WaybillKind {
        /// 专属: to one code.
        Exclusive {
            /// Which.
            code: CodeId,
        },
        /// 公共: to every eligible code within limits.
        Public(PublicLimits),
    }

    /// Limits on who may accept a public waybill.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct PublicLimits {
        /// Home prefectures of codes; none means all.
        pub prefectures: Vec<Prefecture>,
        /// Type of the vehicle, such as `H31`.
        pub vehicle_type: Option<Word>,
    }

    /// What is offered.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Offer {
        /// The ministry's number (ShippingNoteNumber): 1 to 20 letters, digits or hyphens.
        pub number: Word,
        /// The four-digit segment (SerialNumber).
        pub segment: Word,
        /// To whom.
        pub kind: WaybillKind,
        /// Until when it may be accepted.
        pub offer_ends: Time,
        /// Until when it is to be loaded.
        pub load_by: Time,
        /// Until when it is to arrive.
        pub deliver_by: Time,
        /// Goods class of the ministry's table, such as 500.
        pub goods: u16,
        /// Hazardous goods.
        pub hazardous: bool,
        /// Lower end of the weight band, kg.
        pub weight_from_kg: u32,
        /// Upper end of the weight band, kg.
        pub weight_to_kg: u32,
        /// May share the vehicle.
        pub part_load: bool,
        /// From.
        pub from: Prefecture,
        /// To.
        pub to: Prefecture,
        /// Consignee, if it is a registered organisation.
        pub consignee: Option<OrganisationId>,
        /// RFC 6962 root over the digests of the full fields.
        pub fields_root: Hash,
        /// Commitment to the price.
        pub price: Hash,
    }

    /// Who carries it.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Carrier {
        /// The code that accepted.
        pub code: CodeId,
        /// Its person.
        pub person: PersonId,
        /// The vehicle, the one that took over last.
        pub vehicle: VehicleId,
        /// Its trailer.
        pub trailer: Option<VehicleId>,
        /// When it was accepted.
        pub accepted_at: Time,
    }

    /// A step with its actual time and evidence.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Step {
        /// Actual time, as the driver says.
        pub at: Time,
        /// When the chain learnt of it.
        pub recorded_at: Time,
        /// Digest of a photo, weighbridge slip or position.
        pub evidence: Hash,
    }

    /// What the consignee or maker signed for.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Signing {
        /// When.
        pub at: Time,
        /// Gross weight, kg.
        pub weight_kg: u32,
        /// Loaded distance, km.
        pub distance_km: u32,
        /// Difference to the offered weight, parts per million.
        pub difference_ppm: u32,
        /// Digest of the reason, over the allowed difference.
        pub reason: Option<Hash>,
        /// True if silence signed it with the offered figures.
        pub by_silence: bool,
    }

    /// A proposed or agreed settlement.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Settlement {
        /// When it was proposed.
        pub proposed_at: Time,
        /// Commitment to the amount.
        pub amount: Hash,
        /// Digest of the payment.
        pub payment: Hash,
        /// When it stands if the driver stays silent and no dispute is open.
        pub stands_at: Time,
    }

    /// A proposed abort.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Abort {
        /// Who proposed it.
        pub by: Side,
        /// Reason code.
        pub reason: Word,
        /// Until when the other may agree.
        pub until: Time,
    }

    /// A proposed swap of the vehicle.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Swap {
        /// Who proposed it.
        pub by: Side,
        /// The vehicle that is to take over.
        pub vehicle: VehicleId,
        /// Who has the driver's key in hand, once the driver proposed it or agreed to it.
        pub custody: Option<Custody>,
        /// Reason code.
        pub reason: Word,
        /// Until when the other may agree, and until when an agreement waits.
        pub until: Time,
        /// True once the other agreed while other waybills of the code had yet to be agreed to.
        pub agreed: bool,
    }

    /// A swap of the vehicle that took place.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Swapped {
        /// When.
        pub at: Time,
        /// The vehicle that carried it until then.
        pub from: VehicleId,
        /// Its trailer.
        pub from_trailer: Option<VehicleId>,
        /// The vehicle that took over.
        pub to: VehicleId,
        /// Its trailer.
        pub to_trailer: Option<VehicleId>,
        /// Who proposed it.
        pub by: Side,
        /// Who has the key in hand by which the driver proposed it or agreed to it.
        pub custody: Option<Custody>,
        /// Reason code.
        pub reason: Word,
    }

    /// A dispute beside the state.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Dispute {
        /// Who opened it.
        pub by: Side,
        /// Reason code.
        pub reason: Word,
        /// When.
        pub opened_at: Time,
        /// True once the maker agreed to end it.
        pub maker_ends: bool,
        /// True once the driver agreed to end it.
        pub driver_ends: bool,
    }

    /// A waybill.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Waybill {
        /// Its id.
        pub id: WaybillId,
        /// Who made it.
        pub maker: OrganisationId,
        /// When it was offered.
        pub offered_at: Time,
        /// What is offered.
        pub offer: Offer,
        /// Where it stands.
        pub state: WaybillState,
        /// Who carries it, from acceptance on.
        pub carrier: Option<Carrier>,
        /// Loading.
        pub loaded: Option<Step>,
        /// Departure.
        pub departed: Option<Step>,
        /// Arrival.
        pub arrived: Option<Step>,
        /// Signing.
        pub signed: Option<Signing>,
        /// Settlement.
        pub settlement: Option<Settlement>,
        /// A proposed abort that is open, or the one that was agreed.
        pub abort: Option<Abort>,
        /// A proposed swap of the vehicle that is open.
        pub swap: Option<Swap>,
        /// Swaps of the vehicle that took place, oldest first; at most 8.
        pub swaps: Vec<Swapped>,
        /// An open dispute.
        pub dispute: Option<Dispute>,
        /// True once its code was suspended or cancelled while it was under way: it goes on.
        pub flagged: bool,
        /// When it was declined, withdrawn, lapsed, cancelled, aborted or settled.
        pub ended_at: Option<Time>,
        /// Reason code of that end, where one is given.
        pub end_reason: Option<Word>,
        /// Which side cancelled or proposed the abort.
        pub ended_by: Option<Side>,
        /// When it next changes by itself.
        pub next_change_at: Option<Time>,
    }
}

impl PublicLimits {
    /// True if codes of this home prefecture may accept.
    pub fn admit_home(&self, home: Prefecture) -> bool {
        self.prefectures.is_empty() || self.prefectures.contains(&home)
    }

    /// True if a vehicle of this type may carry it; one without a licence has none.
    pub fn admit_type(&self, vehicle_type: Option<&Word>) -> bool {
        self.vehicle_type.is_none() || self.vehicle_type.as_ref() == vehicle_type
    }
}

impl WaybillKind {
    /// The limits of a public one.
    pub fn limits(&self) -> Option<&PublicLimits> {
        match self {
            Self::Public(limits) => Some(limits),
            Self::Exclusive { .. } => None,
        }
    }
}

impl Waybill {
    /// Accepted, loaded or in transit.
    pub fn is_under_way(&self) -> bool {
        matches!(
            self.state,
            WaybillState::Accepted | WaybillState::Loaded | WaybillState::InTransit
        )
    }

    /// When the chain learnt that it is no longer under way: that it arrived, or was cancelled or
    /// aborted before. None while it is under way, and for what nobody accepted.
    pub fn was_under_way_until(&self) -> Option<Time> {
        let over = self.carrier.is_some() && !self.is_under_way();
        let arrived = self.arrived.as_ref().map(|step| step.recorded_at);
        arrived.or(self.ended_at).filter(|_| over)
    }
}

impl RecordValue for Waybill {
    const KIND: RecordKind = RecordKind::Waybill;

    fn record_id(&self) -> RecordId {
        self.id.0
    }

    fn next_change_at(&self) -> Option<Time> {
        self.next_change_at
    }

    fn lists(&self) -> Vec<ListKey> {
        let mut lists = vec![ListKey { list: List::WaybillsByMaker, of: self.maker.0 }];
        let offered_to = match &self.offer.kind {
            WaybillKind::Exclusive { code } => Some(*code),
            WaybillKind::Public(_) => None,
        };
        let code = self.carrier.as_ref().map(|c| c.code).or(offered_to);
        lists.extend(code.map(|c| ListKey { list: List::WaybillsByCode, of: c.record() }));
        lists
    }

    wrapped!(Waybill);
}
