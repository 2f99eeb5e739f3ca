// SPDX-License-Identifier: Apache-2.0
//! Verification codes (运力验证码) of the holders whose data are here: digits are drawn, signed by the holder's
//! app, shown, and entered once. In memory alone; digits are never kept, only their digests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chain::Hash;
use chain::actions::{CapacityTerms, Release, Statement};
use chain::exchange::{Digits, Entered, KeyKind, Request, Shown, shown_digest};
use chain::ids::{ApplicationId, CodeId, OrganisationId, RecordId, Time};
use chain::keys::SecretKey;
use chain::limits::ACCESS_MS;
use chain::query;
use chain::records::{
    Application, CertificateKind, Code, FieldSet, Organisation, Owner, ParameterName, Parameters,
    RegisteredKey, Vehicle,
};
use parking_lot::Mutex;
use store::At;

use super::compare::{is_one_of, values_of};
use super::holdings::{HoldingsError, Reading};
use super::tries::{MOST, Try};
use super::{Exchange, fresh, random};

/// Codes kept at once.
const OFFERS: usize = 10_000;
/// Of one driver: those whose time is not over yet, and those that may still be asked by.
const OF_ONE: usize = 64;
/// Time to sign one that was drawn, in milliseconds.
const TO_SIGN_MS: u64 = 2 * 60 * 1_000;
/// Organisations that may enter one code: more are told that it is wrong.
const ENTERED: usize = 8;

/// Why there is no verification code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// This node cannot: its number has more than two digits, it holds nothing of this driver, or has no
    /// key of who sent the driver's application.
    NotHere,
    /// There are too many at the moment.
    TooMany,
    /// There is none that waits for this signature, or its time is over.
    Gone,
    /// The statement is not the holder's word on these terms, or lasts for too long.
    Statement,
    /// Fields that are not agreed to together, or none.
    Fields,
    /// The system has no randomness.
    Random,
}

/// What was drawn for a driver's app to sign.
#[derive(Clone, Debug)]
pub(crate) struct Offered {
    /// The digits to show, once signed.
    pub(crate) digits: Digits,
    /// What is signed.
    pub(crate) terms: CapacityTerms,
    /// Until when it must be signed.
    pub(crate) sign_by: Time,
    /// Until when the statement may be good at most.
    pub(crate) at_most: Time,
}

struct Offer {
    terms: CapacityTerms,
    salt: [u8; 32],
    statement: Option<Statement>,
    /// Until when it may be signed, then until when it may be entered.
    until: Time,
    wrong: u32,
    entered_by: BTreeSet<OrganisationId>,
}

impl Offer {
    fn is_over(&self, now: Time) -> bool {
        now >= self.until.plus(ACCESS_MS)
    }

    fn may_be_entered(&self, now: Time) -> bool {
        self.wrong < MOST && self.statement.is_some() && now < self.until
    }
}

/// What the holder signed, and the word.
type Signed = (CapacityTerms, Statement);

/// The codes by the digests of their digits under a salt that nobody outside this process knows.
#[derive(Default)]
pub(super) struct Offers(Mutex<Table>);

#[derive(Default)]
struct Table {
    salt: Option<[u8; 32]>,
    by_digits: BTreeMap<Hash, Offer>,
}

impl Table {
    fn key(&mut self, digits: Digits) -> Option<Hash> {
        let salt = match self.salt {
            Some(salt) => salt,
            None => *self.salt.insert(random()?),
        };
        Some(shown_digest(&salt, digits))
    }

    fn make_room(&mut self, code: CodeId, now: Time) -> Result<(), Refusal> {
        self.by_digits.retain(|_, offer| !offer.is_over(now));
        let of_code = self.by_digits.values().filter(|offer| offer.terms.code == code).count();
        let is_full = self.by_digits.len() >= OFFERS || of_code >= OF_ONE;
        if is_full { Err(Refusal::TooMany) } else { Ok(()) }
    }
}

impl Offers {
    /// Draws digits of a node for a code.
    fn draw(
        &self,
        node: u32,
        (code, fields): (CodeId, FieldSet),
        now: Time,
    ) -> Result<(Digits, CapacityTerms, Time), Refusal> {
        let mut table = self.0.lock();
        table.make_room(code, now)?;
        let (digits, key) = loop {
            // Of 2^64 numbers; that some digits are likelier by one in 10^11 helps nobody.
            let drawn = u64::from_le_bytes(random().ok_or(Refusal::Random)?) % 100_000_000;
            let digits = Digits::new(node, drawn).ok_or(Refusal::NotHere)?;
            let key = table.key(digits).ok_or(Refusal::Random)?;
            if !table.by_digits.contains_key(&key) {
                break (digits, key);
            }
        };
        let salt = random().ok_or(Refusal::Random)?;
        let terms = CapacityTerms { code, fields, shown: shown_digest(&salt, digits) };
        let until = now.plus(TO_SIGN_MS);
        let offer = Offer {
            terms: terms.clone(),
            salt,
            statement: None,
            until,
            wrong: 0,
            entered_by: BTreeSet::new(),
        };
        table.by_digits.insert(key, offer);
        Ok((digits, terms, until))
    }

    /// Takes the holder's word on terms that were drawn.
    fn sign(&self, terms: &CapacityTerms, statement: Statement, now: Time) -> Result<(), Refusal> {
        let mut table = self.0.lock();
        let waits = |offer: &&mut Offer| offer.terms == *terms && offer.statement.is_none();
        let offer = table.by_digits.values_mut().find(waits).ok_or(Refusal::Gone)?;
        if now >= offer.until {
            return Err(Refusal::Gone);
        }
        offer.until = statement.valid_until;
        offer.statement = Some(statement);
        Ok(())
    }

    /// Whose code the digits are of, if they may be entered.
    fn code_of(&self, digits: Digits, now: Time) -> Option<CodeId> {
        let mut table = self.0.lock();
        let key = table.key(digits)?;
        let offer = table.by_digits.get(&key)?;
        let is_it = shown_digest(&offer.salt, digits) == offer.terms.shown;
        (is_it && offer.may_be_entered(now)).then_some(offer.terms.code)
    }

    /// The digits were entered with a right key field: what was signed.
    fn enter(&self, digits: Digits, by: OrganisationId, now: Time) -> Option<Signed> {
        let mut table = self.0.lock();
        let key = table.key(digits)?;
        let offer = table.by_digits.get_mut(&key).filter(|offer| offer.may_be_entered(now))?;
        if offer.entered_by.len() >= ENTERED && !offer.entered_by.contains(&by) {
            return None;
        }
        offer.entered_by.insert(by);
        Some((offer.terms.clone(), offer.statement.clone()?))
    }

    /// The digits were entered with a wrong key field.
    fn miss(&self, digits: Digits) {
        let mut table = self.0.lock();
        let key = table.key(digits);
        if let Some(offer) = key.and_then(|key| table.by_digits.get_mut(&key)) {
            offer.wrong = offer.wrong.saturating_add(1);
        }
    }

    /// True if a request has the digits of a code that its asker has entered here.
    pub(super) fn was_entered(&self, request: &Request, by: OrganisationId, now: Time) -> bool {
        let Some(digits) = request.digits else { return false };
        let mut table = self.0.lock();
        let Some(key) = table.key(digits) else { return false };
        table.by_digits.get(&key).is_some_and(|offer| {
            let same =
                request.about == offer.terms.code.into() && offer.terms.fields == request.fields;
            same && !offer.is_over(now) && offer.entered_by.contains(&by)
        })
    }
}

impl Exchange {
    /// Draws a verification code for a driver; its app signs it and shows it. May read the disk.
    pub(crate) fn offer(&self, code: CodeId, fields: FieldSet) -> Result<Offered, Refusal> {
        if fields.is_empty() || !fields.agrees_one_by_one() {
            return Err(Refusal::Fields);
        }
        let (at, now) = (self.parts.store.latest(), self.now());
        let found = query::typed::<Code, _>(&at, code.record(), now).ok_or(Refusal::NotHere)?;
        let reading = Reading { named_case: false, now };
        let claims = self.parts.holdings.claims(found.value.application, reading);
        if claims.map_err(|_| Refusal::NotHere)?.is_empty() {
            return Err(Refusal::NotHere);
        }
        // Without the key nobody could use the code.
        self.releasing_key(&at, code, now).ok_or(Refusal::NotHere)?;
        let node = self.own_number().ok_or(Refusal::NotHere)?;
        let (digits, terms, sign_by) = self.offers.draw(node, (code, fields), now)?;
        Ok(Offered { digits, terms, sign_by, at_most: now.plus(capacity_ms(&at, now)) })
    }

    /// Takes the holder's word on a code that was drawn: from now on it may be entered. May read the disk.
    pub(crate) fn sign_offer(
        &self,
        terms: &CapacityTerms,
        statement: Statement,
    ) -> Result<(), Refusal> {
        let (at, now) = (self.parts.store.latest(), self.now());
        let message = statement.message(self.chain(), terms.digest());
        let in_time =
            now < statement.valid_until && statement.valid_until <= now.plus(capacity_ms(&at, now));
        let is_good = statement.signer.verifies(&message, &statement.signature);
        let id: RecordId = RegisteredKey::id_of(&statement.signer);
        let key = query::typed::<RegisteredKey, _>(&at, id, now).map(|seen| seen.value);
        let code = query::typed::<Code, _>(&at, terms.code.record(), now).map(|seen| seen.value);
        let is_holders = key.zip(code).is_some_and(|(key, code)| {
            key.ended_at.is_none() && key.owner == Owner::from(code.holder)
        });
        if !in_time || !is_good || !is_holders {
            return Err(Refusal::Statement);
        }
        self.offers.sign(terms, statement, now)
    }

    /// What is behind digits, for who knows a key field of the driver's too. Never says what is wrong.
    pub(super) async fn shown(self: &Arc<Self>, from: u32, entered: Entered) -> Option<Shown> {
        let own = Arc::clone(self);
        let found = tokio::task::spawn_blocking(move || own.enter(from, &entered));
        found.await.ok().flatten()
    }

    fn enter(&self, from: u32, entered: &Entered) -> Option<Shown> {
        let Entered { digits, key, by, .. } = entered;
        let (at, now) = (self.parts.store.latest(), self.now());
        // Only organisations that the chain knows are counted: a peer cannot invent others.
        let asker = query::typed::<Organisation, _>(&at, by.0, now)?.value;
        let who = (from, *by);
        if !asker.is_admitted() || self.answered.begin(who, now) != Try::Heard {
            return None;
        }
        let code = self.offers.code_of(*digits, now);
        let values = code.map(|code| self.values(&at, (code, key.kind), now));
        let values = values.transpose().unwrap_or_else(|error| {
            tracing::error!(%error, "a verification code");
            None
        });
        if is_one_of(key, &values.unwrap_or_default()) {
            self.answered.right(who);
            let signed = self.offers.enter(*digits, *by, now)?;
            return self.release(&at, entered, signed);
        }
        if self.answered.wrong(who, now) && self.answered_nodes.begin(from, now) == Try::Heard {
            self.answered_nodes.wrong(from, now);
        }
        self.offers.miss(*digits);
        None
    }

    /// The node's word on who entered the digits: with it, what the holder signed is good for this request
    /// of this asker alone.
    fn release(&self, at: &At, entered: &Entered, (terms, word): Signed) -> Option<Shown> {
        let chain = self.chain();
        let key = self.releasing_key(at, terms.code, self.now())?;
        let release = Release {
            word: word.id(chain, terms.digest()),
            by: entered.by,
            request: entered.request(chain, &terms).digest(),
        };
        let release = release.sign(&key, chain, fresh()?, word.valid_until);
        Some(Shown { terms, statement: word, release })
    }

    /// The key with which this node releases what a holder signed: of who sent the application.
    fn releasing_key(&self, at: &At, code: CodeId, now: Time) -> Option<SecretKey> {
        let code = query::typed::<Code, _>(at, code.record(), now)?.value;
        let application = query::typed::<Application, _>(at, code.application.0, now)?.value;
        self.signing_key(application.sponsor)
    }

    /// What the holder of a code, or the vehicle, can be found by.
    fn values(
        &self,
        at: &At,
        (id, kind): (CodeId, KeyKind),
        now: Time,
    ) -> Result<Vec<String>, HoldingsError> {
        let Some(code) = query::typed::<Code, _>(at, id.record(), now).map(|seen| seen.value)
        else {
            return Ok(Vec::new());
        };
        let reading = Reading { named_case: false, now };
        let phone = self.phone(code.application, reading)?;
        let mut claims = self.parts.holdings.claims(code.application, reading)?;
        if kind == KeyKind::Plate {
            for vehicle in code.current.into_iter().chain(code.trailer) {
                if let Some(application) = licence_came_with(at, vehicle.0, now) {
                    claims.extend(self.parts.holdings.claims(application, reading)?);
                }
            }
        }
        Ok(values_of(kind, &claims, phone.as_ref().map(chain::text::Word::as_str)))
    }

    /// The number of this node.
    fn own_number(&self) -> Option<u32> {
        let name = self.parts.handle.status().name;
        let nodes = self.parts.genesis.nodes.iter();
        nodes.into_iter().find(|node| node.name.as_str() == name).map(|node| node.number)
    }
}

fn licence_came_with(at: &At, vehicle: RecordId, now: Time) -> Option<ApplicationId> {
    let found = query::typed::<Vehicle, _>(at, vehicle, now)?.value;
    found.dossier.certificate(CertificateKind::VehicleLicence)?.terms.application
}

fn capacity_ms(at: &At, now: Time) -> u64 {
    let found = query::typed::<Parameters, _>(at, RecordId::default(), now);
    found.map_or(0, |seen| seen.value.at(ParameterName::CapacityMs, now))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use chain::nonce::Nonce;

    use super::*;

    const NOW: Time = Time(1_000_000);
    const FIELDS: FieldSet = FieldSet::LEAST;

    fn code(number: u8) -> CodeId {
        CodeId::made_by(chain::TransactionId(Hash([number; 32])))
    }

    fn asker(number: u8) -> OrganisationId {
        OrganisationId(RecordId([number; 16]))
    }

    fn signed(offers: &Offers, code: CodeId) -> (Digits, CapacityTerms) {
        let (digits, terms, _) = offers.draw(7, (code, FIELDS), NOW).unwrap();
        let key = SecretKey::from_seed(&[1; 32]);
        let word = terms.sign(&key, Hash::ZERO, Nonce([1; 16]), NOW.plus(60_000));
        offers.sign(&terms, word, NOW).unwrap();
        (digits, terms)
    }

    fn request(terms: &CapacityTerms, digits: Option<Digits>) -> Request {
        Request {
            chain: Hash::ZERO,
            about: terms.code.into(),
            basis: None,
            fields: terms.fields,
            receiver: Hash::ZERO,
            nonce: Nonce([0; 16]),
            digits,
        }
    }

    #[test]
    fn digits_are_good_once_signed_until_their_end_and_name_the_node() {
        let offers = Offers::default();
        let (unsigned, ..) = offers.draw(7, (code(1), FIELDS), NOW).unwrap();
        assert_eq!(unsigned.node(), 7);
        assert_eq!(offers.code_of(unsigned, NOW), None);
        let (digits, terms) = signed(&offers, code(2));
        assert_eq!(offers.code_of(digits, NOW.plus(59_999)), Some(code(2)));
        assert_eq!(offers.code_of(digits, NOW.plus(60_000)), None);
        assert_eq!(offers.enter(digits, asker(1), NOW).unwrap().0, terms);
    }

    #[test]
    fn only_who_entered_the_digits_is_answered_and_only_while_an_access_is() {
        let offers = Offers::default();
        let (digits, terms) = signed(&offers, code(1));
        let asked = request(&terms, Some(digits));
        assert!(!offers.was_entered(&asked, asker(1), NOW));
        offers.enter(digits, asker(1), NOW).unwrap();
        assert!(offers.was_entered(&asked, asker(1), NOW.plus(61_000)));
        assert!(!offers.was_entered(&asked, asker(2), NOW));
        assert!(!offers.was_entered(&request(&terms, None), asker(1), NOW));
        let wider = Request { fields: FieldSet::NONE, ..asked.clone() };
        assert!(!offers.was_entered(&wider, asker(1), NOW));
        let over = NOW.plus(60_000).plus(ACCESS_MS);
        assert!(!offers.was_entered(&asked, asker(1), over));
    }

    #[test]
    fn five_wrong_tries_lock_a_code_and_no_other() {
        let offers = Offers::default();
        let (digits, _) = signed(&offers, code(1));
        (0..4).for_each(|_| offers.miss(digits));
        assert!(offers.code_of(digits, NOW).is_some());
        offers.miss(digits);
        assert!(offers.code_of(digits, NOW).is_none());
        assert!(offers.enter(digits, asker(1), NOW).is_none());
        let (other, _) = signed(&offers, code(1));
        assert!(offers.code_of(other, NOW).is_some());
    }

    #[test]
    fn terms_are_signed_once_in_time_and_a_driver_has_a_few_at_a_time() {
        let offers = Offers::default();
        let key = SecretKey::from_seed(&[1; 32]);
        let (_, terms, by) = offers.draw(7, (code(1), FIELDS), NOW).unwrap();
        let word = || terms.sign(&key, Hash::ZERO, Nonce([1; 16]), NOW.plus(60_000));
        assert_eq!(offers.sign(&terms, word(), by), Err(Refusal::Gone));
        assert_eq!(offers.sign(&terms, word(), NOW), Ok(()));
        assert_eq!(offers.sign(&terms, word(), NOW), Err(Refusal::Gone));
        for _ in 1..OF_ONE {
            offers.draw(7, (code(1), FIELDS), NOW).unwrap();
        }
        let more = offers.draw(7, (code(1), FIELDS), NOW).map(drop);
        assert_eq!(more, Err(Refusal::TooMany));
        assert!(offers.draw(7, (code(2), FIELDS), NOW).is_ok());
        let later = NOW.plus(TO_SIGN_MS).plus(ACCESS_MS);
        assert!(offers.draw(7, (code(1), FIELDS), later).is_ok());
        assert_eq!(offers.draw(100, (code(3), FIELDS), NOW).map(drop), Err(Refusal::NotHere));
    }
}
