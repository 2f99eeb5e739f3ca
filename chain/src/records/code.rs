// SPDX-License-Identifier: Apache-2.0
//! A code: its standing, who and what it counts, and the sums that prove its colour in one leaf.

use super::subject::{Holder, Operator};
use super::{List, ListKey, RecordKind, RecordValue, wrapped};
use crate::data::{data, small_data};
use crate::hash::Hash;
use crate::ids::{
    ApplicationId, CodeId, OrganisationId, Prefecture, RecordId, Time, VehicleId, WaybillId,
};
use crate::text::Word;

small_data! {
    /// A code's colour (`domain.md` section 3).
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum Colour {
        /// All in order.
        Blue,
        /// Something to settle.
        Yellow,
        /// Not settled in time.
        Red,
    }

    /// A code's standing.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum Standing {
        /// In force: it has a colour.
        Issued,
        /// Suspended: it has none.
        Suspended,
        /// Cancelled for good.
        Cancelled,
    }

    /// What the colour needs to know of one subject's dossier.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Summary {
        /// Open matters.
        pub open: u32,
        /// The earliest instant at which one of them is overdue.
        pub earliest_settle_by: Option<Time>,
        /// Most points of one open matter.
        pub most_points: u8,
        /// The earliest instant at which a certificate ends, begins to cover, or a renewal takes over.
        pub earliest_certificate_change: Option<Time>,
        /// Digest of the open matters, sorted by id.
        pub digest: Hash,
    }
}

data! {
    /// A suspension: lifted by who laid it, or a regulator.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Suspension {
        /// Who laid it.
        pub by: OrganisationId,
        /// Reason code.
        pub reason: Word,
        /// When.
        pub at: Time,
    }

    /// A code.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Code {
        /// Its id.
        pub id: CodeId,
        /// Who holds it.
        pub holder: Holder,
        /// The application it came from.
        pub application: ApplicationId,
        /// When it was issued.
        pub issued_at: Time,
        /// When it was cancelled, if it is.
        pub cancelled_at: Option<Time>,
        /// Suspensions in force; at most 8.
        pub suspensions: Vec<Suspension>,
        /// Home prefecture.
        pub prefecture: Prefecture,
        /// Bound vehicles; at most 8.
        pub vehicles: Vec<VehicleId>,
        /// The current vehicle.
        pub current: Option<VehicleId>,
        /// Its trailer.
        pub trailer: Option<VehicleId>,
        /// The operator; its state is looked up, never copied.
        pub operator: Option<Operator>,
        /// Sums over the holder's dossier.
        pub own: Summary,
        /// Sums over the current vehicle's dossier.
        pub of_vehicle: Option<Summary>,
        /// Sums over the trailer's dossier.
        pub of_trailer: Option<Summary>,
        /// The colour last written; none unless issued.
        pub colour: Option<Colour>,
        /// Waybills accepted and not ended; at most 8.
        pub waybills: Vec<WaybillId>,
        /// When the last of them ceased to be under way.
        pub carried_until: Option<Time>,
        /// Disputes that are open on waybills that it carries or carried.
        pub disputes: u32,
        /// The earliest instant at which standing or colour can change with no new transaction.
        pub next_change_at: Option<Time>,
    }
}

impl Code {
    /// Where it stands.
    pub fn standing(&self) -> Standing {
        if self.cancelled_at.is_some() {
            Standing::Cancelled
        } else if self.suspensions.is_empty() {
            Standing::Issued
        } else {
            Standing::Suspended
        }
    }

    /// The sums that count: the holder's, the vehicle's, the trailer's.
    pub fn summaries(&self) -> impl Iterator<Item = &Summary> {
        [Some(&self.own), self.of_vehicle.as_ref(), self.of_trailer.as_ref()].into_iter().flatten()
    }

    /// The colour at an instant, by the sums as they stand; none unless issued.
    pub fn colour_at(&self, time: Time) -> Option<Colour> {
        if self.standing() != Standing::Issued {
            return None;
        }
        let overdue = self
            .summaries()
            .filter_map(|s| s.earliest_settle_by)
            .any(|settle_by| time >= settle_by);
        let open = self.summaries().any(|s| s.open > 0);
        Some(match (overdue, open) {
            (true, _) => Colour::Red,
            (false, true) => Colour::Yellow,
            (false, false) => Colour::Blue,
        })
    }
}

impl RecordValue for Code {
    const KIND: RecordKind = RecordKind::Code;

    fn record_id(&self) -> RecordId {
        self.id.record()
    }

    fn next_change_at(&self) -> Option<Time> {
        self.next_change_at
    }

    fn lists(&self) -> Vec<ListKey> {
        match self.operator {
            Some(Operator::Organisation(id)) => {
                vec![ListKey { list: List::CodesByOperator, of: id.0 }]
            }
            _ => Vec::new(),
        }
    }

    wrapped!(Code);
}
