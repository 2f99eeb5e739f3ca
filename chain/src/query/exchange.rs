// SPDX-License-Identifier: Apache-2.0
//! Consents and accesses as questions: who may see what, on which basis, and whether an access that is
//! recorded may still be answered. The rules are those by which the state machine records accesses.

use super::list::list;
use super::record::{fresh, typed};
use crate::hash::Hash;
use crate::ids::{AccessId, Time, WaybillId};
pub use crate::machine::exchange::basis::Asked;
use crate::machine::exchange::{basis, erasure};
use crate::records::access::Basis;
use crate::records::{
    Access, Application, Code, Consent, ErasureKind, Organisation, Purpose, Value, Waybill,
};
use crate::refusal::{Reasons, RefusalCode, Refused};
use crate::view::{Past, Records};

/// Consents looked at for one answer, the oldest first, and tried, those that end first in front: a holder
/// who gives without end makes nobody work without end. One that is not found so is named in the access.
const CONSENTS: usize = 1_000;
/// Of them tried.
const TRIED: usize = 16;

/// What somebody wants to see, and what it may rest on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Who asks for what.
    pub asked: Asked,
    /// What for: consents for it are looked through. None leaves them out.
    pub purpose: Option<Purpose>,
    /// A waybill that may be the basis although it is not under way any more.
    pub waybill: Option<WaybillId>,
    /// Digest of the case file, if an office asks.
    pub case: Option<Hash>,
}

/// The basis on which the fields may be seen at `at`, which is not before the records' header; else
/// every reason against what was tried. What takes nothing from the holder comes first: a waybill, an
/// office, then consents in the order of their ends.
pub fn may_see<S: Records + Past + ?Sized>(
    state: &S,
    question: &Question,
    at: Time,
) -> Result<Basis, Refused> {
    let mut bases: Vec<Basis> =
        waybills(state, question, at).into_iter().map(Basis::Waybill).collect();
    bases.extend(question.case.map(|case| Basis::Office { case }));
    bases.extend(question.purpose.into_iter().flat_map(|purpose| {
        let consents = consents(state, (&question.asked, purpose), at);
        consents.into_iter().take(TRIED).map(move |one| Basis::Consent { consent: one.id, purpose })
    }));
    let mut against = Reasons::default();
    for basis in bases {
        match holds(state, &question.asked, &basis, at) {
            Ok(()) => return Ok(basis),
            Err(refused) => against.add(Err(refused)),
        }
    }
    against.done()?;
    Err(RefusalCode::NoBasis.into())
}

/// Whether a basis holds at `at`, which is not before the records' header; else every reason against it.
pub fn holds<R: Records + ?Sized>(
    records: &R,
    asked: &Asked,
    basis: &Basis,
    at: Time,
) -> Result<(), Refused> {
    basis::check(&mut fresh(records), asked, basis, at).map(drop)
}

/// An access that a vault may answer at `at`: it is on chain since less than 10 minutes, its asker has the
/// grant still, its consent is not revoked nor its code cancelled since, and the data are neither erased
/// nor kept for the law alone. That a consent was used up or ended since does not matter: the access was
/// recorded while it was in force.
pub fn answerable<R: Records + ?Sized>(
    records: &R,
    access: AccessId,
    at: Time,
) -> Result<Access, Refused> {
    let found = typed::<Access, _>(records, access.0, at).map(|seen| seen.value);
    let access = found.ok_or_else(|| Refused::about(RefusalCode::NotFound, "access"))?;
    basis::check_recorded(&mut fresh(records), &access, at)?;
    Ok(access)
}

/// True for a regulator's access by its office: data kept for the law alone are open to it.
pub fn is_named_case<R: Records + ?Sized>(records: &R, access: &Access, at: Time) -> bool {
    let asker = typed::<Organisation, _>(records, access.by.0, at);
    asker.is_some_and(|asker| basis::is_named_case(&asker.value, &access.basis))
}

/// Whether the data that came with an application may be restricted or destroyed at `at`, which is not
/// before the records' header; else every reason against it. Who may publish that, this does not say.
pub fn may_erase<R: Records + ?Sized>(
    records: &R,
    application: &Application,
    kind: ErasureKind,
    at: Time,
) -> Result<(), Refused> {
    erasure::check(&mut fresh(records), application, kind, at).map(drop)
}

/// True while a waybill is a basis between its two sides: since it was accepted, until a while after it was under
/// way. `at` is not before the records' header.
pub fn is_between<R: Records + ?Sized>(records: &R, waybill: &Waybill, at: Time) -> bool {
    waybill.carrier.is_some() && !basis::is_over(&mut fresh(records), waybill, at)
}

/// The named waybill, and those of the asker's that the code has under way.
fn waybills<R: Records + ?Sized>(records: &R, question: &Question, at: Time) -> Vec<WaybillId> {
    let asked = &question.asked;
    let code = asked.about.code().and_then(|code| typed::<Code, _>(records, code.record(), at));
    let under_way = code.map_or_else(Vec::new, |code| code.value.waybills);
    let is_askers = |id: &WaybillId| {
        typed::<Waybill, _>(records, id.0, at).is_some_and(|seen| seen.value.maker == asked.by)
    };
    question.waybill.into_iter().chain(under_way.into_iter().filter(is_askers)).collect()
}

/// Consents in force about the code to the asker for a purpose: those that cover the fields in front, of
/// them those that end first.
fn consents<S: Records + Past + ?Sized>(
    state: &S,
    (asked, purpose): (&Asked, Purpose),
    at: Time,
) -> Vec<Consent> {
    let Some(code) = asked.about.code() else { return Vec::new() };
    let between = Consent::list_between(code, asked.by);
    let keep = |value: &Value| match value {
        Value::Consent(consent) => consent.terms.purpose == purpose,
        _ => false,
    };
    let page = list(state, between, None, (CONSENTS, at), &keep);
    let found = page.items.into_iter().filter_map(|item| match item.seen.value {
        Value::Consent(consent) => Some(consent),
        _ => None,
    });
    let mut found: Vec<Consent> = found.collect();
    let covers = |consent: &Consent| asked.fields.is_within(consent.terms.fields);
    found.sort_by_key(|consent| (!covers(consent), consent.terms.until, consent.id));
    found
}
