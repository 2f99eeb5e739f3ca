// SPDX-License-Identifier: Apache-2.0
//! Matters.

use crate::data::data;
use crate::hash::Hash;
use crate::ids::{MatterId, Time, VehicleId};
use crate::records::matter::MatterKind;
use crate::records::subject::Subject;
use crate::text::Word;

data! {
    /// Sent by an authority or regulator. The certificate and study kinds are the chain's own.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct MatterOpen {
        /// About whom.
        pub subject: Subject,
        /// `violation`, `breach` or `other`.
        pub kind: MatterKind,
        /// Commitment to the source's file.
        pub reference: Hash,
        /// Points: 0, 1, 3, 5, 10 or 20.
        pub points: u8,
        /// An over-limit trip of a vehicle.
        pub over_limit: bool,
        /// When it happened; not after block time.
        pub occurred_at: Time,
        /// A later time to settle than the parameter gives.
        pub settle_by: Option<Time>,
    }

    /// Sent by the source; of the chain's own matters a regulator is a source too.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct MatterExtend {
        /// Which.
        pub matter: MatterId,
        /// Later than the present one and than block time.
        pub settle_by: Time,
        /// Reason code.
        pub reason: Word,
    }

    /// Sent by the source or a regulator.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct MatterSettle {
        /// Which.
        pub matter: MatterId,
    }

    /// Sent by the source or a regulator.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct MatterVoid {
        /// Which.
        pub matter: MatterId,
        /// Reason code.
        pub reason: Word,
    }

    /// Sent by a regulator.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct VehicleRelease {
        /// Which.
        pub vehicle: VehicleId,
        /// Reason code.
        pub reason: Word,
    }
}
