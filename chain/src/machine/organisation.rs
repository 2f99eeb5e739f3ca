// SPDX-License-Identifier: Apache-2.0
//! Organisations: admission, what they attest, their end, and further keys.

use std::collections::BTreeSet;

use super::context::Context;
use crate::actions::{KeyAdd, KeyGrant, OrganisationAdmit, OrganisationEnd, OrganisationScopes};
use crate::event::Event;
use crate::genesis::credit_digest;
use crate::ids::OrganisationId;
use crate::keys::PublicKey;
use crate::limits::{KEYS, PREFECTURES, SCOPES};
use crate::records::key::{Roles, Use};
use crate::records::name::{NameKind, UniqueName};
use crate::records::organisation::Identity;
use crate::records::{
    Dossier, Organisation, OrganisationKind, Owner, RecordKind, RegisteredKey, Role, Scope,
};
use crate::refusal::{RefusalCode, Refused};
use crate::view::Records;

/// Credit codes that begin so belong to one-man businesses, which are named by a tag alone.
const PERSONAL: &[u8] = b"92";

/// A regulator admits an organisation with its first keys.
pub(super) fn admit<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &OrganisationAdmit,
) -> Result<(), Refused> {
    context.organisation_of(&[OrganisationKind::Regulator], Role::Operate)?;
    check_new(&action.keys, &action.scopes, &action.identity)
        .map_err(|what| Refused::about(RefusalCode::InvalidField, field_of(what)))?;
    context.check_prefecture(action.prefecture, "prefecture")?;
    check_scopes(context, action.kind, &action.scopes)?;
    let digest = credit_digest(&action.identity);
    let id = OrganisationId(context.new_id());
    let name = UniqueName {
        kind: NameKind::CreditCode,
        digest,
        target_kind: RecordKind::Organisation,
        target_id: id.0,
        moved_from: None,
    };
    if context.overlay.exists::<UniqueName>(UniqueName::id_of(name.kind, &digest)) {
        return Err(Refused::about(RefusalCode::AlreadyExists, "identity"));
    }
    for grant in &action.keys {
        check_unused(context, &grant.key)?;
    }
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

/// What an error of [`check_new`] is about.
fn field_of(what: &str) -> &'static str {
    match what.split(' ').next() {
        Some("keys") => "keys",
        Some("scopes") => "scopes",
        _ => "identity",
    }
}

/// A regulator sets what an organisation attests from now on.
pub(super) fn set_scopes<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &OrganisationScopes,
) -> Result<(), Refused> {
    context.organisation_of(&[OrganisationKind::Regulator], Role::Operate)?;
    let mut organisation: Organisation = context.need(action.organisation.0, "organisation")?;
    if !organisation.is_admitted() {
        return Err(Refused::about(RefusalCode::OrganisationEnded, "organisation"));
    }
    check_scope_list(&action.scopes)
        .map_err(|_| Refused::about(RefusalCode::InvalidField, "scopes"))?;
    check_scopes(context, organisation.kind, &action.scopes)?;
    organisation.scopes = action.scopes.clone();
    context.put(organisation, Event::OrganisationChanged);
    Ok(())
}

/// A regulator ends an organisation's registration. What it attested stays.
pub(super) fn end<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &OrganisationEnd,
) -> Result<(), Refused> {
    let regulator = context.organisation_of(&[OrganisationKind::Regulator], Role::Operate)?;
    if regulator.id == action.organisation {
        return Err(Refused::about(RefusalCode::InvalidField, "organisation"));
    }
    let mut organisation: Organisation = context.need(action.organisation.0, "organisation")?;
    if !organisation.is_admitted() {
        return Err(Refused::about(RefusalCode::OrganisationEnded, "organisation"));
    }
    organisation.ended_at = Some(context.now);
    context.put(organisation, Event::OrganisationEnded);
    Ok(())
}

/// An admin adds a key.
pub(super) fn add_key<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &KeyAdd,
) -> Result<(), Refused> {
    let mut organisation = context.organisation(Role::Admin)?;
    if organisation.keys.len() >= KEYS {
        return Err(Refused::about(RefusalCode::TooMany, "keys"));
    }
    if action.roles == NO_ROLES {
        return Err(Refused::about(RefusalCode::InvalidField, "roles"));
    }
    check_unused(context, &action.key)?;
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

/// What a new organisation must keep, at genesis as later.
pub(super) fn check_new(
    keys: &[KeyGrant],
    scopes: &[Scope],
    identity: &Identity,
) -> Result<(), &'static str> {
    let distinct: BTreeSet<_> = keys.iter().map(|grant| grant.key).collect();
    if keys.is_empty() || keys.len() > KEYS || distinct.len() != keys.len() {
        return Err("keys must be 1 to 8, each once");
    }
    if !keys.iter().any(|grant| grant.roles.admin) {
        return Err("keys must hold an admin");
    }
    if keys.iter().any(|grant| grant.roles == NO_ROLES) {
        return Err("keys must have a role each");
    }
    check_scope_list(scopes)?;
    match identity {
        Identity::Open { credit_code, .. } if credit_code.as_bytes().starts_with(PERSONAL) => {
            Err("identity: a one-man business is named by its tag alone")
        }
        _ => Ok(()),
    }
}

fn check_scope_list(scopes: &[Scope]) -> Result<(), &'static str> {
    let kinds: BTreeSet<_> = scopes.iter().map(|scope| scope.kind.word()).collect();
    let fits = |scope: &Scope| scope.prefectures.len() <= PREFECTURES;
    if scopes.len() > SCOPES || kinds.len() != scopes.len() || !scopes.iter().all(fits) {
        return Err("scopes must be at most 16, each kind once, with at most 16 prefectures");
    }
    Ok(())
}

/// Prefectures of this chain, and kinds that this kind of organisation attests.
fn check_scopes<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    kind: OrganisationKind,
    scopes: &[Scope],
) -> Result<(), Refused> {
    for scope in scopes {
        if !may_attest(kind, scope) {
            return Err(Refused::about(RefusalCode::InvalidField, "scopes"));
        }
        for prefecture in &scope.prefectures {
            context.check_prefecture(*prefecture, "scopes")?;
        }
    }
    Ok(())
}

/// Insurers attest policies, banks accounts, authorities everything else (`domain.md` section 2).
fn may_attest(kind: OrganisationKind, scope: &Scope) -> bool {
    use crate::records::CertificateKind::{BankAccount, Policy};
    match kind {
        OrganisationKind::Insurer => scope.kind == Policy,
        OrganisationKind::Bank => scope.kind == BankAccount,
        OrganisationKind::Authority => !matches!(scope.kind, Policy | BankAccount),
        _ => false,
    }
}
