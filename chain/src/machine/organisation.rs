// SPDX-License-Identifier: Apache-2.0
//! Organisations: admission, what they attest, their end, and further keys.

use std::collections::BTreeSet;

use super::context::Context;
use super::{code, interface};
use crate::actions::{KeyAdd, KeyGrant, OrganisationAdmit, OrganisationEnd, OrganisationScopes};
use crate::event::Event;
use crate::genesis::{FirstOrganisation, credit_digest};
use crate::ids::{OrganisationId, Prefecture, RecordId, Time};
use crate::keys::PublicKey;
use crate::limits::{KEYS, PREFECTURES, SCOPES};
use crate::records::key::{Roles, Use};
use crate::records::name::{NameKind, UniqueName};
use crate::records::organisation::Identity;
use crate::records::{
    Code, Dossier, Organisation, OrganisationKind, Owner, Parameters, RecordKind, RegisteredKey,
    Scope,
};
use crate::refusal::{Reasons, RefusalCode, Refused};
use crate::view::Records;

/// A regulator admits an organisation with its first keys.
pub(super) fn admit<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &OrganisationAdmit,
) -> Result<(), Refused> {
    let mut reasons = Reasons::default();
    let (known, now) = (prefectures(context), context.now);
    for fault in faults(&FirstOrganisation::from(action.clone()), &known, now) {
        reasons.bar_if(true, RefusalCode::InvalidField, fault.field);
    }
    let digest = credit_digest(&action.identity);
    let is_known =
        context.overlay.exists::<UniqueName>(UniqueName::id_of(NameKind::CreditCode, &digest));
    reasons.bar_if(is_known, RefusalCode::AlreadyExists, "identity");
    for grant in &action.keys {
        reasons.add(check_unused(context, &grant.key));
    }
    reasons.done()?;
    let id = OrganisationId(context.new_id());
    let name = UniqueName {
        kind: NameKind::CreditCode,
        digest,
        target_kind: RecordKind::Organisation,
        target_id: id.0,
        moved_from: None,
    };
    let organisation = Organisation {
        id,
        kind: action.kind,
        identity: action.identity.clone(),
        prefecture: action.prefecture,
        scopes: action.scopes.clone(),
        keys: action.keys.iter().map(|grant| grant.key).collect(),
        admitted_at: context.now,
        ended_at: None,
        dossier: Dossier::empty(),
        code: None,
        application: None,
        next_change_at: None,
    };
    context.put(organisation, Event::OrganisationAdmitted);
    context.put(name, Event::NameGiven);
    for grant in &action.keys {
        register(context, grant.key, Owner::Organisation(id), Use::Organisation(grant.roles));
    }
    Ok(())
}

/// The prefectures of this chain.
fn prefectures<R: Records + ?Sized>(context: &mut Context<'_, '_, R>) -> Vec<Prefecture> {
    let parameters = context.overlay.peek::<Parameters>(RecordId::default());
    parameters.map(|p| p.prefectures.clone()).unwrap_or_default()
}

/// A regulator sets what an organisation attests from now on.
pub(super) fn set_scopes<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &OrganisationScopes,
) -> Result<(), Refused> {
    let mut organisation: Organisation = context.need(action.organisation.0, "organisation")?;
    if !organisation.is_admitted() {
        return Err(Refused::about(RefusalCode::OrganisationEnded, "organisation"));
    }
    if !scope_faults(organisation.kind, &action.scopes, &prefectures(context)).is_empty() {
        return Err(Refused::about(RefusalCode::InvalidField, "scopes"));
    }
    organisation.scopes = action.scopes.clone();
    context.put(organisation, Event::OrganisationChanged);
    Ok(())
}

/// A regulator ends an organisation's registration: its own code and its grants end with it, since
/// only an admitted organisation has any. What it attested stays.
pub(super) fn end<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &OrganisationEnd,
) -> Result<(), Refused> {
    let regulator = context.organisation()?;
    if regulator.id == action.organisation {
        return Err(Refused::about(RefusalCode::InvalidField, "organisation"));
    }
    let mut organisation: Organisation = context.need(action.organisation.0, "organisation")?;
    if !organisation.is_admitted() {
        return Err(Refused::about(RefusalCode::OrganisationEnded, "organisation"));
    }
    let code = organisation.code;
    organisation.ended_at = Some(context.now);
    context.put(organisation, Event::OrganisationEnded);
    interface::close(context, action.organisation, (regulator.id, &action.reason));
    if let Some(code) = code.and_then(|id| context.get::<Code>(id.record())) {
        code::put_an_end(context, code);
    }
    Ok(())
}

/// An admin adds a key, which states that it is in hand.
pub(super) fn add_key<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &KeyAdd,
) -> Result<(), Refused> {
    let mut organisation = context.organisation()?;
    let mut reasons = Reasons::default();
    reasons.bar_if(organisation.keys.len() >= KEYS, RefusalCode::TooMany, "keys");
    reasons.bar_if(action.roles == NO_ROLES, RefusalCode::InvalidField, "roles");
    reasons.add(check_unused(context, &action.key));
    reasons.add(context.take_word(&action.key));
    reasons.done()?;
    let owner = Owner::Organisation(organisation.id);
    organisation.keys.push(action.key);
    context.put(organisation, Event::OrganisationChanged);
    register(context, action.key, owner, Use::Organisation(action.roles));
    Ok(())
}

const NO_ROLES: Roles = Roles { admin: false, operate: false, attest: false };

/// Refuses a key that was ever registered: keys are never used again.
pub(super) fn check_unused<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    key: &PublicKey,
) -> Result<(), Refused> {
    if context.overlay.exists::<RegisteredKey>(RegisteredKey::id_of(key)) {
        return Err(Refused::about(RefusalCode::KeyInUse, "key"));
    }
    Ok(())
}

/// Registers a key from now on.
pub(super) fn register<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    key: PublicKey,
    owner: Owner,
    uses: Use,
) {
    let registered = RegisteredKey { key, owner, uses, since: context.now, ended_at: None };
    context.put(registered, Event::KeyRegistered);
}

/// A field that is wrong, and what is wrong with it.
pub(super) struct Fault {
    pub(super) field: &'static str,
    pub(super) what: &'static str,
}

/// Everything that is wrong with an organisation that is new at an instant, on a chain of these
/// prefectures, at genesis as later.
pub(super) fn faults(new: &FirstOrganisation, known: &[Prefecture], at: Time) -> Vec<Fault> {
    let mut faults = key_faults(&new.keys);
    if is_personal_in_the_clear(&new.identity) {
        let what = "a one-man business is named by its tag alone";
        faults.push(Fault { field: "identity", what });
    }
    if !known.contains(&new.prefecture) {
        faults.push(Fault { field: "prefecture", what: "the prefecture is not of this chain" });
    }
    faults.extend(scope_faults(new.kind, &new.scopes, known));
    faults.extend(interface::first_faults(new, at));
    faults
}

fn is_personal_in_the_clear(identity: &Identity) -> bool {
    matches!(identity, Identity::Open { credit_code, .. } if credit_code.is_personal())
}

fn key_faults(keys: &[KeyGrant]) -> Vec<Fault> {
    let distinct: BTreeSet<_> = keys.iter().map(|grant| grant.key).collect();
    let mut faults = Vec::new();
    let mut fault_if = |is_so, what| {
        if is_so {
            faults.push(Fault { field: "keys", what });
        }
    };
    fault_if(keys.is_empty() || keys.len() > KEYS, "keys must be 1 to 8");
    fault_if(distinct.len() != keys.len(), "a key is there twice");
    fault_if(!keys.iter().any(|grant| grant.roles.admin), "no key is an admin's");
    fault_if(keys.iter().any(|grant| grant.roles == NO_ROLES), "a key has no role");
    faults
}

fn scope_faults(kind: OrganisationKind, scopes: &[Scope], known: &[Prefecture]) -> Vec<Fault> {
    let kinds: BTreeSet<_> = scopes.iter().map(|scope| scope.kind.word()).collect();
    let mut faults = Vec::new();
    let mut fault_if = |is_so, what| {
        if is_so {
            faults.push(Fault { field: "scopes", what });
        }
    };
    fault_if(scopes.len() > SCOPES || kinds.len() != scopes.len(), "scopes: each kind once");
    for scope in scopes {
        let places: BTreeSet<_> = scope.prefectures.iter().collect();
        let fits = places.len() <= PREFECTURES && places.len() == scope.prefectures.len();
        fault_if(!fits, "a scope has at most 16 prefectures, each once");
        let strange = places.into_iter().any(|place| !known.contains(place));
        fault_if(strange, "a prefecture of a scope is not of this chain");
        fault_if(!kind.may_attest(scope.kind), "this kind of organisation does not attest that");
    }
    faults
}
