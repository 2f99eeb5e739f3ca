// SPDX-License-Identifier: Apache-2.0
//! Civil dates and Beijing time: the only place that knows of years and months.
//!
//! Beijing time is UTC+8 without summer time. The proleptic Gregorian calendar by days since 1970-01-01.

use crate::ids::Time;
use crate::text::TextError;

const DAY_MS: u64 = 86_400_000;
const BEIJING_MS: u64 = 8 * 3_600_000;
/// The last instant with a text form: the end of the year 9999 in Beijing.
pub(crate) const LAST_MS: u64 = 253_402_300_799_999 - BEIJING_MS;
const EXPECTED: &str = "an RFC 3339 instant with +08:00, such as 2026-11-24T12:00:00.000+08:00";

/// A civil date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// Year, 1970 to 9999.
    pub year: u64,
    /// Month, 1 to 12.
    pub month: u64,
    /// Day of the month, 1 to 31.
    pub day: u64,
}

/// True in a Gregorian leap year.
pub fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// Days in a month (1 to 12); 0 for any other number.
pub fn days_in_month(year: u64, month: u64) -> u64 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 0,
    }
}

/// Days from 1970-01-01 to the first day of `year`.
fn days_before_year(year: u64) -> u64 {
    let y = year - 1;
    (year - 1970) * 365 + (y / 4 - 1969 / 4) - (y / 100 - 1969 / 100) + (y / 400 - 1969 / 400)
}

impl Date {
    /// A date that exists, from 1970 to 9999.
    pub fn new(year: u64, month: u64, day: u64) -> Option<Self> {
        let exists = (1970..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day);
        exists.then_some(Self { year, month, day })
    }

    fn days(self) -> u64 {
        let months: u64 = (1..self.month).map(|m| days_in_month(self.year, m)).sum();
        days_before_year(self.year) + months + self.day - 1
    }

    /// The date in Beijing at an instant.
    pub fn in_beijing(time: Time) -> Self {
        let mut days = time.0.min(LAST_MS).saturating_add(BEIJING_MS) / DAY_MS;
        let mut year = 1970 + days / 366;
        while days_before_year(year + 1) <= days {
            year += 1;
        }
        days -= days_before_year(year);
        let mut month = 1;
        while days >= days_in_month(year, month) {
            days -= days_in_month(year, month);
            month += 1;
        }
        Self { year, month, day: days + 1 }
    }

    /// 00:00 of this day in Beijing.
    pub fn start(self) -> Time {
        Time((self.days() * DAY_MS).saturating_sub(BEIJING_MS))
    }

    /// The end of "valid until this day": 00:00 of the next (`domain.md` section 10).
    pub fn end(self) -> Time {
        Time((self.days() + 1) * DAY_MS - BEIJING_MS)
    }

    /// The same day `months` later, clamped to that month's end.
    pub fn plus_months(self, months: u64) -> Self {
        let count = self.year * 12 + self.month - 1 + months;
        let (year, month) = (count / 12, count % 12 + 1);
        Self { year, month, day: self.day.min(days_in_month(year, month)) }
    }
}

/// RFC 3339 in Beijing time with milliseconds.
pub fn to_rfc3339(time: Time) -> String {
    let ms = time.0.min(LAST_MS);
    let date = Date::in_beijing(Time(ms));
    let of_day = (ms + BEIJING_MS) % DAY_MS;
    let (hours, rest) = (of_day / 3_600_000, of_day % 3_600_000);
    let (minutes, rest) = (rest / 60_000, rest % 60_000);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}+08:00",
        date.year,
        date.month,
        date.day,
        hours,
        minutes,
        rest / 1_000,
        rest % 1_000
    )
}

/// Parses what [`to_rfc3339`] writes; the milliseconds may be left out.
pub fn from_rfc3339(text: &str) -> Result<Time, TextError> {
    parse(text).ok_or_else(|| TextError::new(EXPECTED, text))
}

fn digits(text: &str, range: std::ops::Range<usize>) -> Option<u64> {
    let part = text.get(range)?;
    if part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    part.parse().ok()
}

fn parse(text: &str) -> Option<Time> {
    let body = text.strip_suffix("+08:00")?;
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    let bytes = body.as_bytes();
    if !separators.iter().all(|(at, byte)| bytes.get(*at) == Some(byte)) {
        return None;
    }
    let ms = match bytes.len() {
        19 => 0,
        23 if bytes[19] == b'.' => digits(body, 20..23)?,
        _ => return None,
    };
    let date = Date::new(digits(body, 0..4)?, digits(body, 5..7)?, digits(body, 8..10)?)?;
    let (hour, minute, second) =
        (digits(body, 11..13)?, digits(body, 14..16)?, digits(body, 17..19)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let of_day = hour * 3_600_000 + minute * 60_000 + second * 1_000 + ms;
    (date.days() * DAY_MS + of_day).checked_sub(BEIJING_MS).map(Time)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn instants_have_one_text_in_beijing_time() {
        for (ms, text) in [
            (0, "1970-01-01T08:00:00.000+08:00"),
            (951_782_400_000, "2000-02-29T08:00:00.000+08:00"),
            (1_795_535_999_999, "2026-11-24T23:59:59.999+08:00"),
            (LAST_MS, "9999-12-31T23:59:59.999+08:00"),
        ] {
            assert_eq!(to_rfc3339(Time(ms)), text);
            assert_eq!(from_rfc3339(text).unwrap(), Time(ms));
        }
    }

    #[test]
    fn what_is_no_instant_is_refused() {
        for text in [
            "",
            "2026-11-24T12:00:00Z",
            "2026-02-29T12:00:00+08:00",
            "2026-11-24T24:00:00+08:00",
            "2026-11-24T12:00:00.1+08:00",
            "1970-01-01T00:00:00+08:00",
            "2026-11-24 12:00:00+08:00",
            "+026-11-24T12:00:00+08:00",
        ] {
            assert!(from_rfc3339(text).is_err(), "{text}");
        }
    }

    #[test]
    fn bytes_of_an_instant_without_a_text_are_refused() {
        let read = |ms| {
            let bytes = crate::codec::encode(&Time(ms));
            crate::codec::decode::<Time>(&bytes, crate::limits::VALUE_BYTES).ok()
        };
        assert_eq!(read(LAST_MS), Some(Time::LAST));
        assert_eq!(read(LAST_MS + 1), None);
        assert_eq!(read(u64::MAX), None);
        assert_eq!(Time::LAST.plus(1), Time::LAST);
        assert_eq!(Time(LAST_MS - 1).plus(u64::MAX), Time::LAST);
    }

    #[test]
    fn months_are_added_by_clamping_to_the_months_end() {
        let date = |y, m, d| Date::new(y, m, d).unwrap();
        assert_eq!(date(2026, 1, 31).plus_months(1), date(2026, 2, 28));
        assert_eq!(date(2028, 1, 31).plus_months(1), date(2028, 2, 29));
        assert_eq!(date(2026, 12, 15).plus_months(12), date(2027, 12, 15));
    }

    #[test]
    fn a_date_ends_when_the_next_begins() {
        let end = Date::new(2026, 12, 31).unwrap().end();
        assert_eq!(to_rfc3339(end), "2027-01-01T00:00:00.000+08:00");
        assert_eq!(Date::new(2027, 1, 1).unwrap().start(), end);
        assert_eq!(Date::in_beijing(Time(end.0 - 1)), Date::new(2026, 12, 31).unwrap());
    }
}
