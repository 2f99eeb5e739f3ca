// SPDX-License-Identifier: Apache-2.0
//! Who has a phone in hand: one-time codes that are sent to it, and tickets for who entered one. In memory alone, and
//! bounded: a node that restarts has forgotten them, and the applicant asks for another code. Numbers are kept only
//! while a code or a ticket is good.

use std::collections::BTreeMap;

use chain::ids::Time;
use chain::text::hex_array;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::exchange::random;

/// How long a one-time code is good, in milliseconds: 5 minutes.
pub(crate) const CODE_MS: u64 = 5 * 60_000;
/// Least time between two codes to one phone: a minute.
pub(crate) const PAUSE_MS: u64 = 60_000;
/// How long a ticket is good: 30 minutes.
pub(crate) const TICKET_MS: u64 = 30 * 60_000;
/// Codes to one phone within an hour.
const HOURLY: usize = 5;
const HOUR_MS: u64 = 3_600_000;
/// Wrong tries that end a code, or a ticket.
const TRIES: u32 = 5;
/// Most codes, tickets and phones that are remembered at once.
const MOST: usize = 20_000;

/// A phone number; wiped when it is dropped.
pub(crate) type Phone = Zeroizing<String>;
type Sha = [u8; 32];

/// Why no code is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotDrawn {
    /// It may be asked for again after so many seconds.
    TooSoon(u32),
    /// More people apply than this node remembers.
    Full,
    /// The system has no randomness.
    Random,
}

/// A code that is to be sent.
pub(crate) struct Drawn {
    /// What it is entered with: 32 hexadecimal digits.
    pub(crate) request: String,
    /// Six digits.
    pub(crate) code: Zeroizing<String>,
}

struct Open {
    phone: Phone,
    code: Sha,
    wrong: u32,
    until: Time,
}

struct Ticket {
    phone: Phone,
    wrong: u32,
    until: Time,
}

#[derive(Default)]
struct Table {
    /// When codes were sent, by the salted digest of the phone.
    sent: BTreeMap<Sha, Vec<Time>>,
    open: BTreeMap<[u8; 16], Open>,
    tickets: BTreeMap<Sha, Ticket>,
}

impl Table {
    fn forget_old(&mut self, now: Time) {
        self.open.retain(|_, open| now < open.until);
        self.tickets.retain(|_, ticket| now < ticket.until);
        self.sent.retain(|_, at| at.iter().any(|at| now.since(*at) < HOUR_MS));
    }

    fn is_full(&self) -> bool {
        [self.sent.len(), self.open.len(), self.tickets.len()].iter().any(|length| *length >= MOST)
    }
}

/// All of them.
pub(crate) struct Phones {
    salt: Sha,
    table: Mutex<Table>,
}

impl Phones {
    /// None are known yet. None without randomness.
    pub(crate) fn new() -> Option<Self> {
        Some(Self { salt: random()?, table: Mutex::default() })
    }

    /// Forgets what is good no more, numbers with it.
    pub(crate) fn forget_old(&self, now: Time) {
        self.table.lock().forget_old(now);
    }

    fn digest(&self, parts: &[&[u8]]) -> Sha {
        let mut hasher = Sha256::new_with_prefix(self.salt);
        parts.iter().for_each(|part| hasher.update(part));
        hasher.finalize().into()
    }

    /// Draws a code for a phone, whose number was checked.
    pub(crate) fn draw(&self, phone: &str, now: Time) -> Result<Drawn, NotDrawn> {
        let of_phone = self.digest(&[b"phone", phone.as_bytes()]);
        let mut table = self.table.lock();
        if table.is_full() {
            table.forget_old(now);
        }
        let known = table.sent.get(&of_phone).map_or(&[][..], Vec::as_slice);
        let recent: Vec<Time> =
            known.iter().copied().filter(|at| now.since(*at) < HOUR_MS).collect();
        let again_at = match (recent.last(), recent.len() >= HOURLY) {
            (_, true) => recent.first().map(|first| first.plus(HOUR_MS)),
            (last, false) => last.map(|last| last.plus(PAUSE_MS)),
        };
        if let Some(at) = again_at.filter(|at| now < *at) {
            let seconds = at.since(now).div_ceil(1_000);
            return Err(NotDrawn::TooSoon(u32::try_from(seconds).unwrap_or(u32::MAX)));
        }
        if table.is_full() {
            return Err(NotDrawn::Full);
        }
        let request: [u8; 16] = random().ok_or(NotDrawn::Random)?;
        let code = six_digits().ok_or(NotDrawn::Random)?;
        let mut at = recent;
        at.push(now);
        table.sent.insert(of_phone, at);
        let hidden = self.digest(&[b"code", &request, code.as_bytes()]);
        let phone = Zeroizing::new(phone.to_owned());
        let open = Open { phone, code: hidden, wrong: 0, until: now.plus(CODE_MS) };
        table.open.insert(request, open);
        Ok(Drawn { request: hex::encode(request), code })
    }

    /// A code that could not be sent is good for nothing, and may be asked for again at once.
    pub(crate) fn take_back(&self, drawn: &Drawn) {
        let Ok(request) = hex_array::<16>(&drawn.request, "a request") else { return };
        let mut table = self.table.lock();
        let Some(open) = table.open.remove(&request) else { return };
        let of_phone = self.digest(&[b"phone", open.phone.as_bytes()]);
        if let Some(at) = table.sent.get_mut(&of_phone) {
            at.pop();
        }
    }

    /// A ticket for who enters the right code; a code is good once, and ended by five wrong tries.
    pub(crate) fn enter(&self, request: &str, code: &str, now: Time) -> Option<String> {
        let request: [u8; 16] = hex_array(request, "a request").ok()?;
        let hidden = self.digest(&[b"code", &request, code.as_bytes()]);
        let ticket: [u8; 32] = random()?;
        let mut table = self.table.lock();
        let open = table.open.get_mut(&request).filter(|open| now < open.until)?;
        if !bool::from(open.code.ct_eq(&hidden)) {
            open.wrong += 1;
            if open.wrong >= TRIES {
                table.open.remove(&request);
            }
            return None;
        }
        let open = table.open.remove(&request)?;
        let good = Ticket { phone: open.phone, wrong: 0, until: now.plus(TICKET_MS) };
        table.tickets.insert(self.digest(&[b"ticket", &ticket]), good);
        Some(hex::encode(ticket))
    }

    fn of_ticket(&self, ticket: &str) -> Option<Sha> {
        let ticket: [u8; 32] = hex_array(ticket, "a ticket").ok()?;
        Some(self.digest(&[b"ticket", &ticket]))
    }

    /// The phone that a ticket is for, and by what its drafts are counted.
    pub(crate) fn shown(&self, ticket: &str, now: Time) -> Option<(Phone, Sha)> {
        let digest = self.of_ticket(ticket)?;
        let table = self.table.lock();
        let found = table.tickets.get(&digest).filter(|ticket| now < ticket.until)?;
        Some((found.phone.clone(), digest))
    }

    /// Counts a wrong guess at whose phone it is; the fifth ends the ticket.
    pub(crate) fn guessed(&self, digest: &Sha) {
        let mut table = self.table.lock();
        let Some(ticket) = table.tickets.get_mut(digest) else { return };
        ticket.wrong += 1;
        if ticket.wrong >= TRIES {
            table.tickets.remove(digest);
        }
    }
}

/// Each of a million alike: a draw beyond the last whole million is thrown away.
fn six_digits() -> Option<Zeroizing<String>> {
    const WHOLE: u32 = u32::MAX - u32::MAX % 1_000_000;
    loop {
        let drawn = u32::from_le_bytes(random()?);
        if drawn < WHOLE {
            return Some(Zeroizing::new(format!("{:06}", drawn % 1_000_000)));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const PHONE: &str = "16400000001";
    const NOW: Time = Time(1_000_000);

    fn wrong(code: &str) -> String {
        let last = if code.ends_with('0') { '1' } else { '0' };
        format!("{}{last}", &code[..5])
    }

    #[test]
    fn a_code_is_good_once_until_its_end_and_for_its_request_alone() {
        let phones = Phones::new().unwrap();
        let drawn = phones.draw(PHONE, NOW).unwrap();
        assert!(phones.enter("00", &drawn.code, NOW).is_none());
        assert!(phones.enter(&"0".repeat(32), &drawn.code, NOW).is_none());
        assert!(phones.enter(&drawn.request, &drawn.code, NOW.plus(CODE_MS)).is_none());
        let ticket = phones.enter(&drawn.request, &drawn.code, NOW.plus(CODE_MS - 1)).unwrap();
        assert!(phones.enter(&drawn.request, &drawn.code, NOW).is_none(), "good once");
        let until = NOW.plus(CODE_MS - 1).plus(TICKET_MS);
        assert_eq!(phones.shown(&ticket, NOW).unwrap().0.as_str(), PHONE);
        assert!(phones.shown(&ticket, until).is_none());
        assert!(phones.shown(&"0".repeat(64), NOW).is_none());
    }

    #[test]
    fn the_fifth_wrong_try_ends_a_code() {
        let phones = Phones::new().unwrap();
        let drawn = phones.draw(PHONE, NOW).unwrap();
        for _ in 0..4 {
            assert!(phones.enter(&drawn.request, &wrong(&drawn.code), NOW).is_none());
        }
        assert!(phones.enter(&drawn.request, &drawn.code, NOW).is_some(), "the fourth does not");
        let drawn = phones.draw(PHONE, NOW.plus(PAUSE_MS)).unwrap();
        let now = NOW.plus(PAUSE_MS);
        for _ in 0..5 {
            assert!(phones.enter(&drawn.request, &wrong(&drawn.code), now).is_none());
        }
        assert!(phones.enter(&drawn.request, &drawn.code, now).is_none());
    }

    #[test]
    fn a_phone_gets_one_code_a_minute_and_five_an_hour() {
        let phones = Phones::new().unwrap();
        let too_soon = |at: Time| phones.draw(PHONE, at).err();
        assert_eq!(too_soon(NOW), None);
        assert_eq!(too_soon(NOW.plus(1)), Some(NotDrawn::TooSoon(60)));
        assert!(phones.draw("16400000002", NOW.plus(1)).is_ok(), "another phone");
        for number in 1..5 {
            assert_eq!(too_soon(NOW.plus(number * PAUSE_MS)), None);
        }
        assert_eq!(too_soon(NOW.plus(5 * PAUSE_MS)), Some(NotDrawn::TooSoon(3_300)));
        assert_eq!(too_soon(NOW.plus(HOUR_MS)), None);
    }

    #[test]
    fn a_code_that_was_not_sent_counts_for_nothing() {
        let phones = Phones::new().unwrap();
        let drawn = phones.draw(PHONE, NOW).unwrap();
        phones.take_back(&drawn);
        assert!(phones.enter(&drawn.request, &drawn.code, NOW).is_none());
        assert!(phones.draw(PHONE, NOW).is_ok());
    }

    #[test]
    fn five_guesses_end_a_ticket() {
        let phones = Phones::new().unwrap();
        let drawn = phones.draw(PHONE, NOW).unwrap();
        let ticket = phones.enter(&drawn.request, &drawn.code, NOW).unwrap();
        let (_, digest) = phones.shown(&ticket, NOW).unwrap();
        (0..4).for_each(|_| phones.guessed(&digest));
        assert!(phones.shown(&ticket, NOW).is_some());
        phones.guessed(&digest);
        assert!(phones.shown(&ticket, NOW).is_none());
    }

    #[test]
    fn no_number_outlives_what_it_is_for() {
        let phones = Phones::new().unwrap();
        let drawn = phones.draw(PHONE, NOW).unwrap();
        phones.draw("16400000002", NOW).unwrap();
        phones.enter(&drawn.request, &drawn.code, NOW).unwrap();
        let lengths = |at: Time| {
            phones.forget_old(at);
            let table = phones.table.lock();
            (table.open.len(), table.tickets.len(), table.sent.len())
        };
        assert_eq!(lengths(NOW.plus(CODE_MS - 1)), (1, 1, 2));
        assert_eq!(lengths(NOW.plus(CODE_MS)), (0, 1, 2));
        assert_eq!(lengths(NOW.plus(TICKET_MS)), (0, 0, 2));
        assert_eq!(lengths(NOW.plus(HOUR_MS)), (0, 0, 0));
    }

    #[test]
    fn what_is_remembered_is_bounded_and_makes_room_again() {
        let phones = Phones::new().unwrap();
        for number in 0..MOST {
            assert!(phones.draw(&format!("164{number:08}"), NOW).is_ok());
        }
        assert_eq!(phones.draw(PHONE, NOW.plus(1)).err(), Some(NotDrawn::TooSoon(60)));
        let other = "16399999999";
        assert_eq!(phones.draw(other, NOW.plus(1)).err(), Some(NotDrawn::Full));
        assert!(phones.draw(other, NOW.plus(HOUR_MS)).is_ok());
    }
}
