// SPDX-License-Identifier: Apache-2.0
//! Vehicles and trailers on a code, and its operator.

use super::Statement;
use crate::data::data;
use crate::ids::{CodeId, VehicleId};
use crate::records::subject::Operator;

data! {
    /// Sent by the holder, the operator or the vehicle's owner, with the words of the others.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct VehicleBind {
        /// Which code.
        pub code: CodeId,
        /// Which vehicle.
        pub vehicle: VehicleId,
        /// The others' words.
        pub statements: Vec<Statement>,
    }

    /// Sent by the holder, the operator or the vehicle's owner.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct VehicleUnbind {
        /// Which code.
        pub code: CodeId,
        /// Which vehicle.
        pub vehicle: VehicleId,
    }

    /// Sent by the holder.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct VehicleChoose {
        /// Which code.
        pub code: CodeId,
        /// A bound vehicle, or none.
        pub vehicle: Option<VehicleId>,
    }

    /// Sent by the owner of the vehicle; with the word of the trailer's owner where that is another.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct TrailerCouple {
        /// Which vehicle.
        pub vehicle: VehicleId,
        /// Which trailer.
        pub trailer: VehicleId,
        /// The trailer owner's word.
        pub statements: Vec<Statement>,
    }

    /// Sent by the owner of the vehicle or of the trailer.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct TrailerUncouple {
        /// Which vehicle.
        pub vehicle: VehicleId,
    }

    /// Sent by the holder with the new operator's word, or by that operator with the holder's.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct OperatorSet {
        /// Which code.
        pub code: CodeId,
        /// The operator, or none.
        pub operator: Option<Operator>,
        /// The other side's word.
        pub statements: Vec<Statement>,
    }
}
