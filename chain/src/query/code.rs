// SPDX-License-Identifier: Apache-2.0
//! A code at an instant: standing, colour, its operator's state, and how long the answer holds.

use super::record::brought_up;
use crate::data::small_data;
use crate::ids::{CodeId, PersonId, Time};
use crate::keys::PublicKey;
use crate::machine::due;
use crate::machine::overlay::Overlay;
use crate::receipt::Version;
use crate::records::key::Use;
use crate::records::{
    CertificateKind, CertificateState, Code, Colour, Custody, Dossier, Holder, Organisation,
    Person, RecordKey, RecordKind, RegisteredKey, Standing, Subject, Value,
};
use crate::shown::KeyCustody;
use crate::view::Records;

small_data! {
    /// A code's standing as an answer says it.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum StandingWord {
        /// In force: it has a colour.
        Issued,
        /// Suspended: it has none.
        Suspended,
        /// Cancelled for good.
        Cancelled,
        /// No such code was issued.
        Unknown,
    }

    /// The state of a code's operator: admitted and with a business permit that is in force.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum OperatorState {
        /// It may operate.
        Valid,
        /// It may not.
        Invalid,
        /// The code has none.
        None,
    }
}

/// A code at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeAnswer {
    /// The instant.
    pub at: Time,
    /// Its standing.
    pub standing: StandingWord,
    /// Its colour; none unless issued.
    pub colour: Option<Colour>,
    /// The colour to show: blue with an invalid operator is shown as yellow.
    pub displayed: Option<Colour>,
    /// The earliest instant at which any of this can change with no new transaction; none: never.
    pub valid_until: Option<Time>,
    /// Its operator's state.
    pub operator: OperatorState,
    /// Who has the holder's keys in hand, one for each key in force; none for an enterprise's code.
    pub custody: Vec<Custody>,
    /// The newest version of the record that a block wrote, and the record at the instant.
    pub record: Option<(Version, Code)>,
}

/// A code at `at`, which is not before the records' header.
pub fn code<R: Records + ?Sized>(records: &R, id: CodeId, at: Time) -> CodeAnswer {
    let key = RecordKey { kind: RecordKind::Code, id: id.record() };
    let Some(stored) = records.record(&key) else { return unknown(at) };
    let mut overlay = brought_up(records, key, at);
    let Some(code) = overlay.peek::<Code>(key.id).cloned() else { return unknown(at) };
    let (operator, operator_changes) = operator_state(&mut overlay, &code, at);
    let colour = code.colour_at(at);
    let standing = match code.standing() {
        Standing::Issued => StandingWord::Issued,
        Standing::Suspended => StandingWord::Suspended,
        Standing::Cancelled => StandingWord::Cancelled,
    };
    let displayed = displayed(colour, operator);
    let valid_until = [code.next_change_at, operator_changes].into_iter().flatten().min();
    let custody = custody(&mut overlay, &code);
    let record = Some((stored.version, code));
    CodeAnswer { at, standing, colour, displayed, valid_until, operator, custody, record }
}

fn unknown(at: Time) -> CodeAnswer {
    CodeAnswer {
        at,
        standing: StandingWord::Unknown,
        colour: None,
        displayed: None,
        valid_until: None,
        operator: OperatorState::None,
        custody: Vec::new(),
        record: None,
    }
}

/// The custody of the holder's keys.
fn custody<R: Records + ?Sized>(overlay: &mut Overlay<'_, R>, code: &Code) -> Vec<Custody> {
    let Holder::Person(id) = code.holder else { return Vec::new() };
    keys_of_person(overlay, id).into_iter().map(|(_, custody)| custody).collect()
}

/// The keys in force of a code's holder, and who has each in hand.
pub(crate) fn keys_of_holder<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    code: &Code,
) -> Vec<(PublicKey, KeyCustody)> {
    match code.holder {
        Holder::Person(id) => {
            let keys = keys_of_person(overlay, id).into_iter();
            keys.map(|(key, custody)| (key, custody.into())).collect()
        }
        Holder::Organisation(id) => {
            let keys = overlay.peek::<Organisation>(id.0).map(|holder| holder.keys.clone());
            let keys = keys.unwrap_or_default().into_iter();
            keys.map(|key| (key, KeyCustody::Organisation)).collect()
        }
    }
}

fn keys_of_person<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    id: PersonId,
) -> Vec<(PublicKey, Custody)> {
    let keys = overlay.peek::<Person>(id.0).map_or_else(Vec::new, |person| person.keys.clone());
    let registered = |key: PublicKey| {
        let record = overlay.peek::<RegisteredKey>(RegisteredKey::id_of(&key))?;
        match &record.uses {
            Use::Person(custody) => Some((key, *custody)),
            Use::Organisation(_) => None,
        }
    };
    keys.into_iter().filter_map(registered).collect()
}

/// The operator's state, and when it changes by itself next.
fn operator_state<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    code: &Code,
    at: Time,
) -> (OperatorState, Option<Time>) {
    let Some(operator) = code.operator else { return (OperatorState::None, None) };
    let key = Subject::from(operator).key();
    due::bring_up(overlay, key, at);
    overlay
        .stored(&key)
        .map_or((OperatorState::Invalid, None), |stored| state_of(&stored.value, at))
}

/// The state at an instant of an operator whose record is brought up to it, and when it changes by
/// itself next.
pub(crate) fn state_of(operator: &Value, at: Time) -> (OperatorState, Option<Time>) {
    let (is_admitted, dossier) = match operator {
        Value::Organisation(organisation) => (organisation.is_admitted(), &organisation.dossier),
        Value::Person(person) => (true, &person.dossier),
        _ => return (OperatorState::Invalid, None),
    };
    let (holds, changes_at) = permit(dossier, at);
    let may = holds && is_admitted;
    (if may { OperatorState::Valid } else { OperatorState::Invalid }, changes_at)
}

/// Whether the business permit is in force, and when that changes by itself next.
fn permit(dossier: &Dossier, at: Time) -> (bool, Option<Time>) {
    let Some(permit) = dossier.certificate(CertificateKind::BusinessPermit) else {
        return (false, None);
    };
    let mut instants: Vec<Time> = permit.next.iter().map(|next| next.valid_from).collect();
    if permit.state == CertificateState::Valid {
        instants.extend(Some(permit.terms.valid_from).filter(|from| *from > at));
        instants.extend(permit.terms.valid_until);
    }
    (permit.holds_at(at), instants.into_iter().min())
}

/// The colour to show: blue with an invalid operator is shown as yellow.
pub(crate) fn displayed(colour: Option<Colour>, operator: OperatorState) -> Option<Colour> {
    match (colour, operator) {
        (Some(Colour::Blue), OperatorState::Invalid) => Some(Colour::Yellow),
        (colour, _) => colour,
    }
}
