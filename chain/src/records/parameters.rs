// SPDX-License-Identifier: Apache-2.0
//! The parameters: numbers that a regulator may change, with their values over time.
//!
//! Replaced values stay with the instants they held, since a due change uses those of its own instant.

use std::ops::RangeInclusive;

use super::{RecordKind, RecordValue, wrapped};
use crate::data::data;
use crate::ids::{Prefecture, RecordId, Time};
use crate::limits::{PARAMETER_VALUES, VALIDITY_MS};

const SECOND: u64 = 1_000;
const DAY: u64 = 86_400 * SECOND;
/// No duration is longer than this.
const LONGEST: u64 = 3_660 * DAY;

macro_rules! parameter_names {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $default:expr, $range:expr;)*) => {
        crate::data::small_data! {
            /// A parameter's name. Durations are in milliseconds.
            #[derive(bincode::Encode, bincode::Decode)]
            pub enum ParameterName {
                $($(#[$doc])* $name,)*
            }
        }

        impl ParameterName {
            /// All of them, in the order of the format.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Its word in JSON.
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// Its value where genesis says nothing.
            pub fn default_value(self) -> u64 {
                match self { $(Self::$name => $default,)* }
            }

            /// The values that it may take.
            pub fn range(self) -> RangeInclusive<u64> {
                match self { $(Self::$name => $range,)* }
            }
        }
    };
}

parameter_names! {
    /// How far ahead a change of parameters must be announced.
    NoticeMs = "notice_ms", DAY, 0..=LONGEST;
    /// How long an attester has for its answer.
    AnswerMs = "answer_ms", 7 * DAY, SECOND..=LONGEST;
    /// How often an application may be corrected.
    Corrections = "corrections", 5, 0..=100;
    /// How long an application may take in all.
    ApplicationMs = "application_ms", 30 * DAY, SECOND..=LONGEST;
    /// Vehicles a driver may have bound.
    VehiclesPerDriver = "vehicles_per_driver", 3, 1..=8;
    /// Drivers a vehicle may be bound to.
    DriversPerVehicle = "drivers_per_vehicle", 3, 1..=8;
    /// Time to settle a violation.
    SettleViolationMs = "settle_violation_ms", 15 * DAY, 0..=LONGEST;
    /// Time to settle a breach.
    SettleBreachMs = "settle_breach_ms", 30 * DAY, 0..=LONGEST;
    /// Time to settle a study shortfall.
    SettleStudyMs = "settle_study_ms", 15 * DAY, 0..=LONGEST;
    /// Time to settle a certificate that ended or was suspended.
    SettleCertificateMs = "settle_certificate_ms", 15 * DAY, 0..=LONGEST;
    /// Time to settle any other matter.
    SettleOtherMs = "settle_other_ms", 15 * DAY, 0..=LONGEST;
    /// How long before a certificate's end its notice bit is set.
    CertificateNoticeMs = "certificate_notice_ms", 30 * DAY, 0..=LONGEST;
    /// Longest time that a waybill's offer may stay open.
    OfferMs = "offer_ms", 7 * DAY, SECOND..=LONGEST;
    /// How long after load-by a waybill that was not loaded cancels itself.
    LoadGraceMs = "load_grace_ms", DAY, 0..=LONGEST;
    /// How long after arrival an unsigned waybill counts as signed.
    SignMs = "sign_ms", 15 * DAY, SECOND..=LONGEST;
    /// How long a proposed abort or swap of the vehicle waits for the other side.
    AgreeMs = "agree_ms", 7 * DAY, SECOND..=LONGEST;
    /// After how long of silence a proposed settlement stands.
    SettlementMs = "settlement_ms", 7 * DAY, SECOND..=LONGEST;
    /// How long after signing a dispute may be opened.
    DisputeMs = "dispute_ms", 30 * DAY, 0..=LONGEST;
    /// Difference in parts per million above which signing needs a reason.
    DifferencePpm = "difference_ppm", 5_000, 0..=1_000_000;
    /// Points of one open matter that bar from accepting waybills.
    BarringPoints = "barring_points", 10, 1..=255;
    /// Over-limit matters within the window that a vehicle may have.
    OverLimitMatters = "over_limit_matters", 3, 0..=3;
    /// The over-limit window in months.
    OverLimitMonths = "over_limit_months", 12, 1..=60;
    /// How far a step's actual time may lie ahead of block time.
    StepAheadMs = "step_ahead_ms", 600 * SECOND, 0..=DAY;
    /// How long after a waybill was under way its maker may see the least set of fields.
    WaybillAccessMs = "waybill_access_ms", 30 * DAY, 0..=LONGEST;
    /// How far ahead a verification code's statement may be good.
    CapacityMs = "capacity_ms", 300 * SECOND, SECOND..=VALIDITY_MS;
}

data! {
    /// A value and the instant from which it holds.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct ParameterValue {
        /// From when; the first is from the beginning of time.
        pub from: Time,
        /// The value.
        pub value: u64,
    }

    /// One parameter over time.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Parameter {
        /// Its name.
        pub name: ParameterName,
        /// Its values, `from` ascending; at most 16.
        pub values: Vec<ParameterValue>,
    }

    /// All parameters; one record with an id of zeros.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Parameters {
        /// In the order of [`ParameterName::ALL`].
        pub all: Vec<Parameter>,
        /// Prefectures that may be named, as genesis chose them.
        pub prefectures: Vec<Prefecture>,
    }
}

impl Parameters {
    /// The value of a parameter at an instant.
    pub fn at(&self, name: ParameterName, time: Time) -> u64 {
        self.all
            .iter()
            .find(|p| p.name == name)
            .and_then(|p| p.values.iter().rev().find(|v| v.from <= time))
            .map_or_else(|| name.default_value(), |v| v.value)
    }

    /// The largest value that a parameter ever had or is to have; none once older ones were dropped.
    pub fn largest(&self, name: ParameterName) -> Option<u64> {
        let parameter = self.all.iter().find(|p| p.name == name)?;
        let is_whole = parameter.values.len() < PARAMETER_VALUES;
        parameter.values.iter().map(|v| v.value).max().filter(|_| is_whole)
    }
}

impl RecordValue for Parameters {
    const KIND: RecordKind = RecordKind::Parameters;

    fn record_id(&self) -> RecordId {
        RecordId::default()
    }

    wrapped!(Parameters);
}
