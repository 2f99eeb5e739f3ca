// SPDX-License-Identifier: Apache-2.0
//! Making, correcting and withdrawing an application.

use std::collections::BTreeSet;

use super::{end, kinds, lapses_at, named_vehicles};
use crate::actions::{ApplicationWithdraw, ClaimCorrect, CodeApply, NewClaim, VehicleApply};
use crate::event::Event;
use crate::ids::{ApplicationId, OrganisationId, Prefecture};
use crate::keys::PublicKey;
use crate::limits::{BINDINGS, CLAIMS};
use crate::machine::binding::check_operator;
use crate::machine::context::{Context, parameter, registered_key};
use crate::machine::organisation::check_unused;
use crate::records::application::{CodeFor, WantedOperator};
use crate::records::{
    Application, ApplicationState, CertificateKind, Claim, ClaimState, Custody, Operator,
    Organisation, OrganisationKind, Owner, ParameterName, RegisteredKey, Role, Vehicle,
    VehicleOwner, Wanted,
};
use crate::refusal::{RefusalCode, Refused};
use crate::view::Records;

/// Who may sponsor an application.
const SPONSORS: [OrganisationKind; 3] =
    [OrganisationKind::Platform, OrganisationKind::Enterprise, OrganisationKind::Regulator];

/// A sponsor applies for a code with the holder key's word.
pub(in crate::machine) fn apply_for_code<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &CodeApply,
) -> Result<(), Refused> {
    let sponsor = context.organisation_of(&SPONSORS, Role::Operate)?.id;
    check_custody(context, action.custody)?;
    let id = ApplicationId(context.new_id());
    match &action.wanted {
        CodeFor::Driver { vehicles, operator } => {
            context.take_word(&action.holder_key)?;
            check_unused(context, &action.holder_key)?;
            let distinct: BTreeSet<_> = vehicles.iter().collect();
            if distinct.len() != vehicles.len() {
                return Err(Refused::about(RefusalCode::InvalidField, "vehicles"));
            }
            let limit = context.parameter(ParameterName::VehiclesPerDriver);
            if vehicles.len() as u64 > limit {
                return Err(Refused::about(RefusalCode::TooMany, "vehicles"));
            }
            let mut asked = BTreeSet::from([sponsor]);
            if let Some(WantedOperator::Organisation(operator)) = operator {
                check_operator(context, Operator::Organisation(*operator), NOBODY)?;
                ask(context, &mut asked, *operator)?;
            }
            for vehicle in vehicles {
                name_vehicle(context, id, vehicle.0, (&action.holder_key, &mut asked))?;
            }
        }
        CodeFor::Enterprise(enterprise) => {
            check_key_of(context, &action.holder_key, *enterprise)?;
            hold_enterprise(context, id, *enterprise, sponsor)?;
        }
    }
    let wanted = Wanted::Code(action.wanted.clone());
    let claims = new_claims(context, &wanted, &action.claims, action.prefecture)?;
    let application = Application {
        id,
        made_by: context.transaction,
        wanted,
        sponsor,
        holder_key: action.holder_key,
        custody: action.custody,
        prefecture: action.prefecture,
        claims,
        corrections: 0,
        asked_at: context.now,
        state: ApplicationState::Verifying,
        ended_at: None,
        person: None,
        vehicle: None,
        code: None,
        lapses_at: None,
    };
    make(context, application);
    Ok(())
}

/// An owner that no one-man business is.
const NOBODY: Owner = Owner::Organisation(OrganisationId(crate::ids::RecordId([0; 16])));

/// Takes an organisation's word, once, unless it is the sponsor.
fn ask<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    asked: &mut BTreeSet<OrganisationId>,
    organisation: OrganisationId,
) -> Result<(), Refused> {
    if asked.insert(organisation) {
        context.take_word_of(Owner::Organisation(organisation))?;
    }
    Ok(())
}

/// Names a vehicle in an application, with its owner's word unless that is one who spoke already.
fn name_vehicle<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    application: ApplicationId,
    id: crate::ids::RecordId,
    (holder_key, asked): (&PublicKey, &mut BTreeSet<OrganisationId>),
) -> Result<(), Refused> {
    let mut vehicle: Vehicle = context.need(id, "vehicles")?;
    match vehicle.owner {
        VehicleOwner::Organisation(owner) => ask(context, asked, owner)?,
        VehicleOwner::Holder(key) if key == *holder_key => {}
        VehicleOwner::Holder(key) => {
            let known = context.overlay.peek::<RegisteredKey>(RegisteredKey::id_of(&key));
            let owner = known.map(|known| known.owner).ok_or(RefusalCode::NotAllowed)?;
            context.take_word_of(owner)?;
        }
    }
    if vehicle.class().is_some_and(|class| class.trailer) {
        return Err(Refused::about(RefusalCode::InvalidField, "vehicles"));
    }
    if vehicle.named_by.len() >= BINDINGS {
        return Err(Refused::about(RefusalCode::TooMany, "vehicles"));
    }
    vehicle.named_by.push(application);
    context.put(vehicle, Event::VehicleChanged);
    Ok(())
}

/// An enterprise holds its code by a key of its own.
fn check_key_of<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    key: &PublicKey,
    enterprise: OrganisationId,
) -> Result<(), Refused> {
    let owner = registered_key(context.overlay, key).map(|known| known.owner);
    if owner == Some(Owner::Organisation(enterprise)) {
        Ok(())
    } else {
        Err(Refused::about(RefusalCode::InvalidField, "holder_key"))
    }
}

fn hold_enterprise<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    application: ApplicationId,
    id: OrganisationId,
    sponsor: OrganisationId,
) -> Result<(), Refused> {
    let mut organisation: Organisation = context.need(id.0, "wanted")?;
    let kinds = [OrganisationKind::Enterprise, OrganisationKind::Platform];
    if !organisation.is_admitted() || !kinds.contains(&organisation.kind) {
        return Err(Refused::about(RefusalCode::InvalidField, "wanted"));
    }
    if organisation.code.is_some() || organisation.application.is_some() {
        return Err(Refused::about(RefusalCode::SubjectExists, "wanted"));
    }
    if id != sponsor {
        context.take_word_of(Owner::Organisation(id))?;
    }
    organisation.application = Some(application);
    context.put(organisation, Event::OrganisationChanged);
    Ok(())
}

/// A platform that has a holder's key in hand is an admitted organisation.
fn check_custody<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    custody: Custody,
) -> Result<(), Refused> {
    let Custody::Platform(id) = custody else { return Ok(()) };
    let platform: Organisation = context.need(id.0, "custody")?;
    if platform.is_admitted() && platform.kind == OrganisationKind::Platform {
        Ok(())
    } else {
        Err(Refused::about(RefusalCode::InvalidField, "custody"))
    }
}

/// The owner, or a sponsor with the owner's word, applies for a vehicle's or trailer's record.
pub(in crate::machine) fn apply_for_vehicle<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &VehicleApply,
) -> Result<(), Refused> {
    let sponsor = context.organisation_of(&SPONSORS, Role::Operate)?.id;
    let holder_key = match action.owner {
        VehicleOwner::Organisation(owner) => {
            context.need::<Organisation>(owner.0, "owner")?;
            if owner != sponsor {
                context.take_word_of(Owner::Organisation(owner))?;
            }
            context.sender.key
        }
        VehicleOwner::Holder(key) => {
            context.take_word(&key)?;
            key
        }
    };
    let wanted = Wanted::Vehicle(action.owner);
    let claims = new_claims(context, &wanted, &action.claims, action.prefecture)?;
    let application = Application {
        id: ApplicationId(context.new_id()),
        made_by: context.transaction,
        wanted,
        sponsor,
        holder_key,
        custody: Custody::Device,
        prefecture: action.prefecture,
        claims,
        corrections: 0,
        asked_at: context.now,
        state: ApplicationState::Verifying,
        ended_at: None,
        person: None,
        vehicle: None,
        code: None,
        lapses_at: None,
    };
    make(context, application);
    Ok(())
}

fn make<R: Records + ?Sized>(context: &mut Context<'_, '_, R>, mut application: Application) {
    application.lapses_at = lapses_at(context.overlay, &application);
    context.put(application, Event::ApplicationMade);
}

/// Claims of kinds that may be claimed, each kind once but policies, those that must be among them,
/// each to an attester that is registered for it.
fn new_claims<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    wanted: &Wanted,
    claims: &[NewClaim],
    prefecture: Prefecture,
) -> Result<Vec<Claim>, Refused> {
    context.check_prefecture(prefecture, "prefecture")?;
    let (_, needed) = kinds(wanted);
    if claims.len() > CLAIMS {
        return Err(Refused::about(RefusalCode::TooMany, "claims"));
    }
    let mut reasons = Vec::new();
    for kind in needed {
        if !claims.iter().any(|claim| claim.kind == *kind) {
            reasons.extend(Refused::about(RefusalCode::CertificateMissing, kind.word()).0);
        }
    }
    let mut made: Vec<Claim> = Vec::new();
    for claim in claims {
        match new_claim(context, wanted, (claim, prefecture), &made) {
            Ok(claim) => made.push(claim),
            Err(Refused(why)) => reasons.extend(why),
        }
    }
    if reasons.is_empty() { Ok(made) } else { Err(Refused(reasons)) }
}

fn new_claim<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    wanted: &Wanted,
    (claim, prefecture): (&NewClaim, Prefecture),
    others: &[Claim],
) -> Result<Claim, Refused> {
    let word = claim.kind.word();
    let (allowed, _) = kinds(wanted);
    let is_second =
        |other: &Claim| other.kind == claim.kind && claim.kind != CertificateKind::Policy;
    if !allowed.contains(&claim.kind) || others.iter().any(is_second) {
        return Err(Refused::about(RefusalCode::InvalidField, word));
    }
    let attester: Organisation = context.need(claim.attester.0, "attester")?;
    if !attester.attests(claim.kind, prefecture) {
        return Err(Refused::about(RefusalCode::AttesterNotRegistered, word));
    }
    let answer_by = context.now.plus(context.parameter(ParameterName::AnswerMs));
    let (kind, root, attester) = (claim.kind, claim.root, claim.attester);
    Ok(Claim { kind, root, attester, answer_by, state: ClaimState::Waiting })
}

/// The sponsor asks a refused claim anew, or adds one, with the holder's word.
pub(in crate::machine) fn correct<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &ClaimCorrect,
) -> Result<(), Refused> {
    let sponsor = context.organisation(Role::Operate)?.id;
    let mut application = verifying(context, action.application)?;
    if application.sponsor != sponsor {
        return Err(RefusalCode::NotAllowed.into());
    }
    take_holders_word(context, &application)?;
    let allowed = parameter(context.overlay, ParameterName::Corrections, application.asked_at);
    if u64::from(application.corrections) >= allowed {
        return Err(RefusalCode::CorrectionsUsedUp.into());
    }
    let prefecture = application.prefecture;
    match action.replaces {
        Some(place) => {
            let found = application.claims.get(place as usize);
            let old = found.ok_or_else(|| Refused::about(RefusalCode::NotFound, "replaces"))?;
            if !matches!(old.state, ClaimState::Refused { .. }) {
                return Err(Refused::about(RefusalCode::ClaimNotRefused, "replaces"));
            }
            if old.kind != action.claim.kind {
                return Err(Refused::about(RefusalCode::InvalidField, "claim"));
            }
            let new = new_claim(context, &application.wanted, (&action.claim, prefecture), &[])?;
            application.claims[place as usize] = new;
        }
        None if application.claims.len() >= CLAIMS => {
            return Err(Refused::about(RefusalCode::TooMany, "claims"));
        }
        None => {
            let wanted = application.wanted.clone();
            let claims = application.claims.clone();
            application.claims.push(new_claim(
                context,
                &wanted,
                (&action.claim, prefecture),
                &claims,
            )?);
        }
    }
    application.corrections += 1;
    application.lapses_at = lapses_at(context.overlay, &application);
    context.put(application, Event::ClaimCorrected);
    Ok(())
}

fn take_holders_word<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    application: &Application,
) -> Result<(), Refused> {
    let organisation = match application.wanted {
        Wanted::Vehicle(VehicleOwner::Organisation(owner)) => owner,
        Wanted::Code(CodeFor::Enterprise(enterprise)) => enterprise,
        _ => return context.take_word(&application.holder_key),
    };
    if organisation == application.sponsor {
        return Ok(());
    }
    context.take_word_of(Owner::Organisation(organisation))
}

/// The sponsor, or the person once known, withdraws.
pub(in crate::machine) fn withdraw<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &ApplicationWithdraw,
) -> Result<(), Refused> {
    let application = verifying(context, action.application)?;
    let holds = application.person.is_some_and(|id| context.sender.owner == Owner::Person(id));
    if !holds && !context.is_organisation(application.sponsor, Role::Operate) {
        return Err(RefusalCode::NotAllowed.into());
    }
    for vehicle in named_vehicles(&application) {
        context.get::<Vehicle>(vehicle.0);
    }
    end(context.overlay, application, ApplicationState::Withdrawn, context.now);
    Ok(())
}

/// An application that is still verifying.
pub(super) fn verifying<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    id: ApplicationId,
) -> Result<Application, Refused> {
    let application: Application = context.need(id.0, "application")?;
    if application.state == ApplicationState::Verifying {
        Ok(application)
    } else {
        Err(Refused::about(RefusalCode::ApplicationEnded, "application"))
    }
}
