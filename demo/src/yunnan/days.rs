// SPDX-License-Identifier: Apache-2.0
//! Days and their digits, over the chain's calendar.
//! Never reads a clock: every date follows from an instant that was given.

use chain::calendar::Date;
use chain::ids::Time;

use formats::identity::Birth;

/// Milliseconds of a day.
pub const DAY_MS: u64 = 86_400_000;
/// The Gregorian calendar repeats after four hundred years.
const CYCLE_YEARS: u64 = 400;
const CYCLE_DAYS: i64 = 146_097;
const BEIJING_MS: u64 = 8 * 3_600_000;

/// The date so many days later, or earlier if negative.
pub fn plus_days(date: Date, days: i64) -> Date {
    let noon = date.start().0 + DAY_MS / 2;
    Date::in_beijing(Time(noon.saturating_add_signed(days * DAY_MS as i64)))
}

/// Days from one date to a later one; negative the other way.
pub fn days_between(from: Date, to: Date) -> i64 {
    (to.start().0 as i64 - from.start().0 as i64) / DAY_MS as i64
}

/// Eight digits, `YYYYMMDD`.
pub fn digits(date: Date) -> String {
    format!("{:04}{:02}{:02}", date.year, date.month, date.day)
}

/// Fourteen digits, `YYYYMMDDhhmmss`, in Beijing.
pub fn n14(time: Time) -> String {
    let seconds = (time.0 + BEIJING_MS) % DAY_MS / 1_000;
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{}{hour:02}{minute:02}{second:02}", digits(Date::in_beijing(time)))
}

/// The day so many days before, as a day of birth: the chain's calendar begins in 1970, and people
/// are older, so it is reckoned one cycle ahead.
pub fn birth_before(date: Date, days: u64) -> Birth {
    let ahead = plus_days(date, CYCLE_DAYS - days as i64);
    Birth { year: ahead.year - CYCLE_YEARS, month: ahead.month, day: ahead.day }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn days_are_added_and_counted() {
        let date = Date::new(2026, 11, 23).unwrap();
        for days in [-400, -1, 0, 1, 365, 3_000] {
            assert_eq!(days_between(date, plus_days(date, days)), days);
        }
        assert_eq!(plus_days(date, 8), Date::new(2026, 12, 1).unwrap());
        assert_eq!(digits(date), "20261123");
        assert_eq!(n14(Time(date.start().0 + 3_661_000)), "20261123010101");
    }

    #[test]
    fn births_reach_behind_1970() {
        let date = Date::new(2026, 11, 23).unwrap();
        let birth = birth_before(date, 60 * 365 + 15);
        assert_eq!((birth.year, birth.month, birth.day), (1966, 11, 23));
    }
}
