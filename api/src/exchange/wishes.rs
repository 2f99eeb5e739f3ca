// SPDX-License-Identifier: Apache-2.0
//! Wishes for consents. One goes to the nodes that may hold the data, all of which answer alike; where they
//! do, a prompt waits for the holder. In memory alone: a wish is a wish, and may be made again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use chain::Hash;
use chain::exchange::{KeyField, Question, Wish, WishAbout};
use chain::ids::{ApplicationId, CodeId, OrganisationId, Time};
use chain::limits::{CONSENT_MS, CONSENT_USES};
use chain::query;
use chain::records::{
    Application, CertificateKind, Code, Consent, FieldSet, Organisation, Purpose, Value, Vehicle,
};
use chain::text::Name;
use futures::StreamExt;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use store::At;
use tokio::sync::watch;
use utoipa::ToSchema;

use super::holdings::Reading;
use super::{Exchange, FLOOR, random};
use crate::http::extract::invalid;
use crate::http::messages;
use crate::http::problem::Problem;

/// Prompts kept at once.
const MOST: usize = 10_000;
/// That wait of one code.
const OF_CODE: usize = 16;
/// Of one asker to one code, refused ones among them: nobody takes all the room that others have.
const OF_CODE_AND_ASKER: usize = 3;
/// Of one asker to all codes.
const OF_ASKER: usize = 1_000;
/// Of all who ask through one node.
const OF_NODE: usize = 4_000;
/// How long a prompt waits at most, in milliseconds; as long a refusal keeps the same wish away.
const KEPT_MS: u64 = 24 * 60 * 60 * 1_000;
/// Nodes told at the same time.
const AT_ONCE: usize = 8;
/// Consents looked at to see whether a wish is granted.
const LOOKED_AT: usize = 200;

/// A wish for a consent as it waits for the holder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Prompt {
    /// Its id.
    pub(crate) id: Hash,
    /// Who wishes.
    pub(crate) by: OrganisationId,
    /// The code whose holder is asked.
    pub(crate) code: CodeId,
    /// What for.
    pub(crate) purpose: Purpose,
    /// Which fields.
    pub(crate) fields: FieldSet,
    /// Until when the consent would hold.
    pub(crate) until: Time,
    /// How often it could be used.
    pub(crate) uses: u32,
    /// The asker's words.
    pub(crate) text: Option<Name>,
    /// When it came here.
    pub(crate) asked_at: Time,
    /// Until when it waits.
    pub(crate) ends_at: Time,
}

impl Prompt {
    fn is_same(&self, other: &Self) -> bool {
        (self.by, self.code, self.purpose, self.fields)
            == (other.by, other.code, other.purpose, other.fields)
    }
}

struct Kept {
    number: u64,
    /// The node that it came through.
    from: u32,
    prompt: Prompt,
    refused: bool,
}

/// What the holders whose data are here are asked for.
pub(crate) struct Prompts {
    by_code: Mutex<BTreeMap<CodeId, Vec<Kept>>>,
    /// The number of the next prompt. Numbers begin with the clock, so that they go on after a restart.
    tip: watch::Sender<u64>,
}

impl Default for Prompts {
    fn default() -> Self {
        let first = consensus::clock::Clock::default().now_ms();
        Self { by_code: Mutex::default(), tip: watch::Sender::new(first) }
    }
}

impl Prompts {
    /// Keeps a prompt, unless there are too many, or the same one waits or was refused lately.
    fn keep(&self, from: u32, prompt: Prompt, now: Time) {
        let mut all = self.by_code.lock();
        for kept in all.values_mut() {
            kept.retain(|kept| now < kept.prompt.ends_at);
        }
        all.retain(|_, kept| !kept.is_empty());
        let (mut total, mut of_asker, mut of_node) = (0, 0, 0);
        for kept in all.values().flatten() {
            total += 1;
            of_asker += usize::from((kept.from, kept.prompt.by) == (from, prompt.by));
            of_node += usize::from(kept.from == from);
        }
        if total >= MOST || of_asker >= OF_ASKER || of_node >= OF_NODE {
            return;
        }
        let of_code = all.entry(prompt.code).or_default();
        let is_there = of_code.iter().any(|kept| kept.prompt.is_same(&prompt));
        let of_both = of_code.iter().filter(|kept| kept.prompt.by == prompt.by).count();
        let waiting = of_code.iter().filter(|kept| !kept.refused).count();
        if is_there || of_both >= OF_CODE_AND_ASKER || waiting >= OF_CODE {
            return;
        }
        self.tip.send_modify(|tip| {
            of_code.push(Kept { number: *tip, from, prompt, refused: false });
            *tip += 1;
        });
    }

    /// The prompts of a code that wait, each with its number, from a number on.
    pub(crate) fn of(&self, code: CodeId, from: u64, now: Time) -> Vec<(u64, Prompt)> {
        let all = self.by_code.lock();
        let of_code = all.get(&code).into_iter().flatten();
        let waits =
            |kept: &&Kept| !kept.refused && kept.number >= from && now < kept.prompt.ends_at;
        of_code.filter(waits).map(|kept| (kept.number, kept.prompt.clone())).collect()
    }

    /// The holder says no; false if there is no such prompt.
    pub(crate) fn refuse(&self, code: CodeId, id: Hash, now: Time) -> bool {
        let mut all = self.by_code.lock();
        let mut of_code = all.get_mut(&code).into_iter().flatten();
        let is_it = |kept: &&mut Kept| kept.prompt.id == id && now < kept.prompt.ends_at;
        of_code.find(is_it).map(|kept| kept.refused = true).is_some()
    }

    /// The number of the next prompt, as it grows.
    pub(crate) fn tip(&self) -> watch::Receiver<u64> {
        self.tip.subscribe()
    }
}

/// A wish as its asker makes it.
#[derive(Clone, Debug)]
pub(crate) struct Wished {
    /// Whose consent: a code's holder, or whoever a key field is of.
    pub(crate) about: Result<CodeId, KeyField>,
    /// What for.
    pub(crate) purpose: Purpose,
    /// Which fields.
    pub(crate) fields: FieldSet,
    /// Until when.
    pub(crate) until: Time,
    /// How often.
    pub(crate) uses: u32,
    /// Words to the holder.
    pub(crate) text: Option<Name>,
}

impl Exchange {
    /// Sends a wish to the nodes that may hold the data. Its id, whether anybody is asked or not.
    pub(crate) async fn wish(
        self: &Arc<Self>,
        by: OrganisationId,
        wished: Wished,
    ) -> Result<Hash, Problem> {
        let begun = tokio::time::Instant::now();
        let wish = self.made(by, wished)?;
        let id = wish.id;
        let own = Arc::clone(self);
        let about = wish.about.clone();
        let nodes = tokio::task::spawn_blocking(move || own.nodes_about(&about)).await;
        let nodes = nodes.map_err(|_| Problem::new(&messages::INTERNAL))?;
        let question = Bytes::from(Question::Wish(wish).to_bytes());
        let own = Arc::clone(self);
        // It goes on by itself: how long it takes says nothing to the asker.
        tokio::spawn(async move {
            let told = nodes.into_iter().map(|node| {
                let (handle, question) = (own.parts.handle.clone(), question.clone());
                async move { handle.ask(node, question).await }
            });
            let mut told = futures::stream::iter(told).buffer_unordered(AT_ONCE);
            while told.next().await.is_some() {}
        });
        tokio::time::sleep_until(begun + FLOOR).await;
        Ok(id)
    }

    fn made(&self, by: OrganisationId, wished: Wished) -> Result<Wish, Problem> {
        let Wished { about, purpose, fields, until, uses, text } = wished;
        let now = self.now();
        if fields.is_empty() || !fields.agrees_one_by_one() {
            return Err(invalid("fields", "some, and a sensitive one alone"));
        }
        if until <= now || until > now.plus(CONSENT_MS) {
            return Err(invalid("until", "at most 366 days ahead"));
        }
        if !(1..=CONSENT_USES).contains(&uses) {
            return Err(invalid("uses", format!("1 to {CONSENT_USES}")));
        }
        let about = match about {
            Ok(code) => WishAbout::Code(code),
            Err(key) => {
                let shared = self.parts.consortium_key.as_ref();
                let shared = shared.ok_or_else(|| Problem::new(&messages::NO_CONSORTIUM_KEY))?;
                WishAbout::Key(key.keyed(shared))
            }
        };
        let id = random().map(Hash).ok_or_else(|| Problem::new(&messages::INTERNAL))?;
        Ok(Wish { id, by, about, purpose, fields, until, uses, text })
    }

    /// The nodes of who sent the code's application, where they run any; else all.
    fn nodes_about(&self, about: &WishAbout) -> Vec<u32> {
        let all = || self.parts.genesis.nodes.iter().map(|node| node.number).collect();
        let WishAbout::Code(code) = about else { return all() };
        let (at, now) = (self.parts.store.latest(), self.now());
        let code = query::typed::<Code, _>(&at, code.record(), now).map(|seen| seen.value);
        let sponsor = code.and_then(|code| {
            let id = code.application.0;
            query::typed::<Application, _>(&at, id, now).map(|seen| seen.value.sponsor)
        });
        let nodes = sponsor.map_or_else(Vec::new, |sponsor| self.nodes_of(sponsor));
        if nodes.is_empty() { all() } else { nodes }
    }

    /// Hears another node's wish: where the data are here, a prompt waits for their holder.
    pub(super) async fn hear(self: &Arc<Self>, from: u32, wish: Wish) {
        let own = Arc::clone(self);
        let heard = tokio::task::spawn_blocking(move || own.prompt(from, wish)).await;
        if heard.is_err() {
            tracing::error!("a wish was not heard");
        }
    }

    fn prompt(&self, from: u32, wish: Wish) {
        let (at, now) = (self.parts.store.latest(), self.now());
        let asker = query::typed::<Organisation, _>(&at, wish.by.0, now);
        let is_proper = wish.fields.agrees_one_by_one()
            && !wish.fields.is_empty()
            && (1..=CONSENT_USES).contains(&wish.uses)
            && wish.until > now
            && wish.until <= now.plus(CONSENT_MS);
        // Who runs nodes speaks through them: no other node asks people in its name.
        let own = self.nodes_of(wish.by);
        let speaks = own.is_empty() || own.contains(&from);
        if !is_proper || !speaks || !asker.is_some_and(|asker| asker.value.is_admitted()) {
            return;
        }
        for code in self.codes_about(&wish.about, now) {
            let Wish { id, by, purpose, fields, until, uses, ref text, .. } = wish;
            let ends_at = until.min(now.plus(KEPT_MS));
            let (text, asked_at) = (text.clone(), now);
            let prompt =
                Prompt { id, by, code, purpose, fields, until, uses, text, asked_at, ends_at };
            self.prompts.keep(from, prompt, now);
        }
    }

    /// The codes that a wish is about whose data are here.
    fn codes_about(&self, about: &WishAbout, now: Time) -> Vec<CodeId> {
        let at = self.parts.store.latest();
        let reading = Reading { named_case: false, now };
        let holdings = &self.parts.holdings;
        let applications = match about {
            WishAbout::Code(code) => {
                let found = query::typed::<Code, _>(&at, code.record(), now);
                found.into_iter().map(|seen| seen.value.application).collect()
            }
            WishAbout::Key(key) => holdings.find_keyed(key).unwrap_or_else(|error| {
                tracing::error!(%error, "a wish");
                Vec::new()
            }),
        };
        let held = applications.into_iter().filter(|application| {
            holdings.claims(*application, reading).is_ok_and(|claims| !claims.is_empty())
        });
        let codes: BTreeSet<CodeId> =
            held.flat_map(|application| codes_of(&at, application, now)).collect();
        codes.into_iter().collect()
    }

    /// The prompts of a code that its holder has neither refused nor granted, from a number on. May read the
    /// disk.
    pub(crate) fn open_prompts(&self, code: CodeId, from: u64) -> Vec<(u64, Prompt)> {
        let now = self.now();
        let mut open = self.prompts.of(code, from, now);
        open.retain(|(_, prompt)| !self.is_granted(prompt, now));
        open
    }

    fn is_granted(&self, prompt: &Prompt, now: Time) -> bool {
        let between = Consent::list_between(prompt.code, prompt.by);
        let grants = |value: &Value| match value {
            Value::Consent(consent) => {
                consent.given_at >= prompt.asked_at
                    && consent.terms.purpose == prompt.purpose
                    && prompt.fields.is_within(consent.terms.fields)
            }
            _ => false,
        };
        let page =
            query::list(&self.parts.store.latest(), between, None, (LOOKED_AT, now), &grants);
        !page.items.is_empty()
    }
}

/// The code that an application led to, or those whose current vehicle it led to, while what is
/// attested of that came with it.
fn codes_of(at: &At, id: ApplicationId, now: Time) -> Vec<CodeId> {
    let Some(application) = query::typed::<Application, _>(at, id.0, now) else {
        return Vec::new();
    };
    let application = application.value;
    let vehicle = application.vehicle.and_then(|id| query::typed::<Vehicle, _>(at, id.0, now));
    let driven = vehicle.map(|seen| seen.value).filter(|vehicle| {
        let licence = vehicle.dossier.certificate(CertificateKind::VehicleLicence);
        licence.is_some_and(|licence| licence.terms.application == Some(id))
    });
    let current = driven.map(|vehicle| vehicle.current_for).unwrap_or_default();
    application.code.into_iter().chain(current).collect()
}

#[cfg(test)]
mod tests {
    use chain::ids::RecordId;
    use chain::records::ExchangeField;

    use super::*;

    const NOW: Time = Time(1_000_000);

    fn prompt(number: u8, by: u8, code: u8) -> Prompt {
        Prompt {
            id: Hash([number; 32]),
            by: OrganisationId(RecordId([by; 16])),
            code: CodeId::made_by(chain::TransactionId(Hash([code; 32]))),
            purpose: Purpose::Engagement,
            fields: FieldSet::LEAST,
            until: NOW.plus(KEPT_MS),
            uses: 1,
            text: None,
            asked_at: NOW,
            ends_at: NOW.plus(KEPT_MS),
        }
    }

    #[test]
    fn a_prompt_waits_until_it_is_refused_or_over_and_the_same_wish_does_not_come_again() {
        let prompts = Prompts::default();
        let (first, again) = (prompt(1, 1, 1), prompt(2, 1, 1));
        let code = first.code;
        let ids = |now| -> Vec<Hash> {
            prompts.of(code, 0, now).into_iter().map(|(_, prompt)| prompt.id).collect()
        };
        prompts.keep(1, first.clone(), NOW);
        prompts.keep(1, again.clone(), NOW);
        prompts.keep(1, prompt(3, 2, 1), NOW);
        prompts.keep(1, prompt(4, 2, 2), NOW);
        assert_eq!(ids(NOW), [Hash([1; 32]), Hash([3; 32])]);
        assert!(prompts.refuse(code, first.id, NOW) && !prompts.refuse(code, Hash([4; 32]), NOW));
        prompts.keep(1, again, NOW);
        assert_eq!(ids(NOW), [Hash([3; 32])]);
        assert!(ids(NOW.plus(KEPT_MS)).is_empty());
    }

    #[test]
    fn numbers_go_on_and_a_code_has_so_many_prompts_at_most() {
        let prompts = Prompts::default();
        let first = *prompts.tip().borrow();
        for by in 0..40 {
            prompts.keep(1, prompt(by, by, 1), NOW);
        }
        let code = prompt(0, 0, 1).code;
        let numbers: Vec<u64> =
            prompts.of(code, first + 2, NOW).into_iter().map(|(number, _)| number).collect();
        let expected: Vec<u64> = (first + 2..first + OF_CODE as u64).collect();
        assert_eq!(numbers, expected);
        assert_eq!(*prompts.tip().borrow(), first + OF_CODE as u64);
    }

    #[test]
    fn one_asker_leaves_room_for_the_others_and_what_is_refused_takes_none_of_it() {
        let prompts = Prompts::default();
        let wishes = [FieldSet::LEAST, FieldSet::of(&[ExchangeField::Phone])];
        let purposes = [Purpose::Engagement, Purpose::Credit];
        let code = prompt(0, 1, 1).code;
        let mut number = 0;
        for (fields, purpose) in wishes.iter().flat_map(|f| purposes.map(|p| (*f, p))) {
            number += 1;
            prompts.keep(1, Prompt { fields, purpose, ..prompt(number, 1, 1) }, NOW);
        }
        let waiting = prompts.of(code, 0, NOW);
        assert_eq!(waiting.len(), OF_CODE_AND_ASKER);
        for (_, kept) in waiting {
            assert!(prompts.refuse(code, kept.id, NOW));
        }
        let (fields, purpose) = (wishes[1], purposes[1]);
        prompts.keep(1, Prompt { fields, purpose, ..prompt(77, 1, 1) }, NOW);
        assert!(prompts.of(code, 0, NOW).is_empty(), "it had its say");
        for by in 2..40 {
            prompts.keep(1, prompt(100 + by, by, 1), NOW);
        }
        assert_eq!(prompts.of(code, 0, NOW).len(), OF_CODE);
    }
}
