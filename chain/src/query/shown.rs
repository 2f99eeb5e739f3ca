// SPDX-License-Identifier: Apache-2.0
//! What a node witnesses of a code or an organisation as of a block, and what has changed since it was shown.

use super::code::{self, CodeAnswer, OperatorState, StandingWord, keys_of_holder};
use super::record::{brought_up, typed};
use crate::data::small_data;
use crate::ids::{CodeId, OrganisationId, Time};
use crate::keys::PublicKey;
use crate::records::organisation::OrganisationKind;
use crate::records::{Colour, Organisation, RecordKey, RecordKind};
use crate::shown::{ChainTag, CodeState, Facts, KeyCustody, ShownWhat};
use crate::view::Records;

/// Why there is nothing to witness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotShown {
    /// There is no such code or organisation, or the organisation's registration has ended.
    Unknown,
    /// The key is not one in force of the holder, or the holder has none.
    KeyNotHeld,
}

small_data! {
    /// What is no longer as it was shown.
    pub enum Difference {
        /// Issued, suspended or cancelled; an organisation admitted or not.
        Standing,
        /// The colour.
        Colour,
        /// The operator's state.
        Operator,
        /// Who has the key in hand.
        Custody,
        /// The key that showed it is no longer in force.
        Key,
    }

    /// How what was shown is now.
    pub enum Present {
        /// A code.
        Code {
            /// Its standing.
            standing: StandingWord,
            /// Its colour; none unless issued.
            colour: Option<Colour>,
            /// The colour to show.
            displayed: Option<Colour>,
            /// The state of its operator.
            operator: OperatorState,
            /// The earliest instant at which any of this can change with no new transaction.
            valid_until: Option<Time>,
        },
        /// An organisation.
        Organisation {
            /// Its kind; none for one that is not there.
            kind: Option<OrganisationKind>,
            /// Whether it is admitted.
            admitted: bool,
        },
    }
}

/// The facts of a code as of the records' header, to be shown by this key of its holder, or by the first in force.
pub fn facts_of_code<R: Records + ?Sized>(
    records: &R,
    id: CodeId,
    key: Option<PublicKey>,
) -> Result<Facts, NotShown> {
    let now = records.header().time_ms;
    let (answer, keys) = code_and_keys(records, id, now);
    let state = CodeState::of(answer.standing, answer.colour).ok_or(NotShown::Unknown)?;
    let is_wanted = |(held, _): &&(PublicKey, KeyCustody)| key.is_none_or(|key| key == *held);
    let (key, custody) = *keys.iter().find(is_wanted).ok_or(NotShown::KeyNotHeld)?;
    let shows = ShownWhat::Code { id, state, operator: answer.operator, custody };
    Ok(facts(records, shows, key, answer.valid_until))
}

/// The facts of an organisation as of the records' header, to be shown by this key of its.
pub fn facts_of_organisation<R: Records + ?Sized>(
    records: &R,
    id: OrganisationId,
    key: PublicKey,
) -> Result<Facts, NotShown> {
    let organisation = organisation(records, id).filter(Organisation::is_admitted);
    let organisation = organisation.ok_or(NotShown::Unknown)?;
    if !organisation.keys.contains(&key) {
        return Err(NotShown::KeyNotHeld);
    }
    let shows = ShownWhat::Organisation { id, kind: organisation.kind };
    Ok(facts(records, shows, key, None))
}

/// How what was shown is as of the records' header, and what is no longer as it was.
pub fn since_shown<R: Records + ?Sized>(records: &R, facts: &Facts) -> (Present, Vec<Difference>) {
    match facts.shows {
        ShownWhat::Code { id, .. } => code_since(records, id, facts),
        ShownWhat::Organisation { id, kind } => organisation_since(records, (id, kind), &facts.key),
    }
}

fn facts<R: Records + ?Sized>(
    records: &R,
    shows: ShownWhat,
    key: PublicKey,
    next_change: Option<Time>,
) -> Facts {
    let (height, as_of) = (records.header().height, records.header().time_ms);
    let chain_tag = ChainTag::of(&records.chain());
    Facts { chain_tag, shows, height, as_of, valid_until: Facts::until(as_of, next_change), key }
}

/// A code, and the keys in force of its holder.
fn code_and_keys<R: Records + ?Sized>(
    records: &R,
    id: CodeId,
    now: Time,
) -> (CodeAnswer, Vec<(PublicKey, KeyCustody)>) {
    let answer = code::code(records, id, now);
    let Some((_, record)) = &answer.record else { return (answer, Vec::new()) };
    let key = RecordKey { kind: RecordKind::Code, id: id.record() };
    let mut overlay = brought_up(records, key, now);
    let keys = keys_of_holder(&mut overlay, record);
    (answer, keys)
}

fn organisation<R: Records + ?Sized>(records: &R, id: OrganisationId) -> Option<Organisation> {
    typed(records, id.0, records.header().time_ms).map(|seen| seen.value)
}

fn code_since<R: Records + ?Sized>(
    records: &R,
    id: CodeId,
    facts: &Facts,
) -> (Present, Vec<Difference>) {
    let (answer, keys) = code_and_keys(records, id, records.header().time_ms);
    let CodeAnswer { standing, colour, displayed, operator, valid_until, .. } = answer;
    let mut differences = Vec::new();
    let mut differs = |has_changed: bool, what| differences.extend(has_changed.then_some(what));
    if let ShownWhat::Code { state, operator: shown, custody, .. } = facts.shows {
        differs(state.standing() != standing, Difference::Standing);
        differs(state.colour() != colour, Difference::Colour);
        differs(shown != operator, Difference::Operator);
        let now = keys.iter().find(|(key, _)| *key == facts.key);
        differs(now.is_some_and(|(_, now)| *now != custody), Difference::Custody);
        differs(now.is_none(), Difference::Key);
    }
    (Present::Code { standing, colour, displayed, operator, valid_until }, differences)
}

fn organisation_since<R: Records + ?Sized>(
    records: &R,
    (id, shown): (OrganisationId, OrganisationKind),
    key: &PublicKey,
) -> (Present, Vec<Difference>) {
    let now = organisation(records, id);
    let kind = now.as_ref().map(|now| now.kind);
    let admitted = now.as_ref().is_some_and(Organisation::is_admitted);
    let stands = admitted && kind == Some(shown);
    let holds = now.is_some_and(|now| now.keys.contains(key));
    let differences = [(stands, Difference::Standing), (holds, Difference::Key)];
    let differences = differences.into_iter().filter(|(same, _)| !same).map(|(_, what)| what);
    (Present::Organisation { kind, admitted }, differences.collect())
}
