// SPDX-License-Identifier: Apache-2.0
//! Making, correcting and withdrawing an application.

use std::collections::BTreeSet;

use super::issue::issue_if_complete;
use super::{end, kinds, lapses_at};
use crate::actions::{ApplicationWithdraw, ClaimCorrect, CodeApply, NewClaim, VehicleApply};
use crate::event::Event;
use crate::ids::{ApplicationId, OrganisationId, Prefecture, VehicleId};
use crate::keys::PublicKey;
use crate::limits::{BINDINGS, CLAIMS, POLICIES};
use crate::machine::binding::check_operator;
use crate::machine::context::{Context, owner_of, parameter, registered_key};
use crate::machine::organisation::check_unused;
use crate::machine::person::check_custody;
use crate::records::application::{CodeFor, WantedOperator};
use crate::records::{
    Application, ApplicationState, CertificateKind, Claim, ClaimState, Custody, Organisation,
    OrganisationKind, Owner, ParameterName, Vehicle, VehicleOwner, Wanted,
};
use crate::refusal::{Reasons, RefusalCode, Refused};
use crate::view::Records;

/// A sponsor applies for a code with the holder key's word.
pub(in crate::machine) fn apply_for_code<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &CodeApply,
) -> Result<(), Refused> {
    let sponsor = context.organisation()?.id;
    let id = ApplicationId(context.new_id());
    let mut reasons = Reasons::default();
    reasons.add(check_custody(context, action.custody));
    match &action.wanted {
        CodeFor::Driver { vehicles, operator } => {
            reasons.add(context.take_word(&action.holder_key));
            reasons.add(check_unused(context, &action.holder_key));
            reasons.add(check_number(context, vehicles));
            let mut asked = BTreeSet::from([Owner::Organisation(sponsor)]);
            if let Some(WantedOperator::Organisation(operator)) = operator {
                reasons.add(check_operator(context, *operator));
                reasons.add(ask(context, &mut asked, Owner::Organisation(*operator)));
            }
            for vehicle in vehicles.iter().take(BINDINGS) {
                let speakers = (&action.holder_key, &mut asked);
                reasons.add(name_vehicle(context, id, *vehicle, speakers));
            }
        }
        CodeFor::Enterprise(enterprise) => {
            reasons.add(check_key_of(context, &action.holder_key, *enterprise));
            reasons.add(hold_enterprise(context, id, *enterprise, sponsor));
        }
    }
    let wanted = Wanted::Code(action.wanted.clone());
    let claims = new_claims(context, &mut reasons, (&wanted, action.prefecture), &action.claims);
    reasons.done()?;
    let (holder_key, custody, prefecture) = (action.holder_key, action.custody, action.prefecture);
    make(context, id, Draft { wanted, sponsor, holder_key, custody, prefecture }, claims);
    Ok(())
}

/// Each vehicle once, and no more of them than a driver may have.
fn check_number<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    vehicles: &[VehicleId],
) -> Result<(), Refused> {
    let distinct: BTreeSet<_> = vehicles.iter().collect();
    let most = context.parameter(ParameterName::VehiclesPerDriver);
    let mut reasons = Reasons::default();
    let twice = distinct.len() != vehicles.len();
    reasons.bar_if(twice, RefusalCode::InvalidField, "vehicles");
    reasons.bar_if(vehicles.len() as u64 > most, RefusalCode::TooMany, "vehicles");
    reasons.done()
}

/// Takes the word of an owner, once, unless that is the sponsor.
fn ask<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    asked: &mut BTreeSet<Owner>,
    owner: Owner,
) -> Result<(), Refused> {
    if asked.insert(owner) { context.take_word_of(owner) } else { Ok(()) }
}

/// Names a vehicle in an application, with its owner's word unless that is one who spoke already.
fn name_vehicle<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    application: ApplicationId,
    id: VehicleId,
    (holder_key, asked): (&PublicKey, &mut BTreeSet<Owner>),
) -> Result<(), Refused> {
    let mut vehicle: Vehicle = context.need(id.0, "vehicles")?;
    let mut reasons = Reasons::default();
    match vehicle.owner {
        VehicleOwner::Organisation(owner) => {
            reasons.add(ask(context, asked, Owner::Organisation(owner)));
        }
        VehicleOwner::Holder(key) if key == *holder_key => {}
        VehicleOwner::Holder(key) => reasons.add(match owner_of(context.overlay, &key) {
            Some(owner) => ask(context, asked, owner),
            None => Err(RefusalCode::NotAllowed.into()),
        }),
    }
    let is_trailer = vehicle.class().is_some_and(|class| class.trailer);
    reasons.bar_if(is_trailer, RefusalCode::InvalidField, "vehicles");
    let is_full = vehicle.named_by.len() >= BINDINGS;
    reasons.bar_if(is_full, RefusalCode::TooMany, "vehicles");
    reasons.done()?;
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
    let mut reasons = Reasons::default();
    let fits = organisation.is_admitted() && kinds.contains(&organisation.kind);
    reasons.bar_if(!fits, RefusalCode::InvalidField, "wanted");
    let exists = organisation.code.is_some() || organisation.application.is_some();
    reasons.bar_if(exists, RefusalCode::SubjectExists, "wanted");
    if id != sponsor {
        reasons.add(context.take_word_of(Owner::Organisation(id)));
    }
    reasons.done()?;
    organisation.application = Some(application);
    context.put(organisation, Event::OrganisationChanged);
    Ok(())
}

/// The owner, or a sponsor with the owner's word, applies for a vehicle's or trailer's record.
pub(in crate::machine) fn apply_for_vehicle<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &VehicleApply,
) -> Result<(), Refused> {
    let sponsor = context.organisation()?.id;
    let mut reasons = Reasons::default();
    let holder_key = match action.owner {
        VehicleOwner::Organisation(owner) => {
            context.need::<Organisation>(owner.0, "owner")?;
            if owner != sponsor {
                reasons.add(context.take_word_of(Owner::Organisation(owner)));
            }
            context.sender.key
        }
        VehicleOwner::Holder(key) => {
            reasons.add(context.take_word_of_holder(&key));
            key
        }
    };
    let (wanted, prefecture) = (Wanted::Vehicle(action.owner), action.prefecture);
    let claims = new_claims(context, &mut reasons, (&wanted, prefecture), &action.claims);
    reasons.done()?;
    let id = ApplicationId(context.new_id());
    let custody = Custody::Device;
    make(context, id, Draft { wanted, sponsor, holder_key, custody, prefecture }, claims);
    Ok(())
}

/// Who applies for what.
struct Draft {
    wanted: Wanted,
    sponsor: OrganisationId,
    holder_key: PublicKey,
    custody: Custody,
    prefecture: Prefecture,
}

fn make<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    id: ApplicationId,
    draft: Draft,
    claims: Vec<Claim>,
) {
    let mut application = Application {
        id,
        made_by: context.transaction,
        wanted: draft.wanted,
        sponsor: draft.sponsor,
        holder_key: draft.holder_key,
        custody: draft.custody,
        prefecture: draft.prefecture,
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
    application.lapses_at = lapses_at(context.overlay, &application);
    context.put(application, Event::ApplicationMade);
}

/// Claims of kinds that may be claimed, each kind once but policies, those that must be among them,
/// each to an attester that is registered for it.
fn new_claims<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    reasons: &mut Reasons,
    (wanted, prefecture): (&Wanted, Prefecture),
    claims: &[NewClaim],
) -> Vec<Claim> {
    let (_, needed) = kinds(wanted);
    reasons.add(context.check_prefecture(prefecture, "prefecture"));
    reasons.bar_if(claims.len() > CLAIMS, RefusalCode::TooMany, "claims");
    for kind in needed {
        let is_missing = !claims.iter().any(|claim| claim.kind == *kind);
        reasons.bar_if(is_missing, RefusalCode::CertificateMissing, kind.word());
    }
    let mut made: Vec<Claim> = Vec::new();
    for claim in claims {
        match new_claim(context, wanted, (claim, prefecture), &made) {
            Ok(claim) => made.push(claim),
            refused => reasons.add(refused.map(drop)),
        }
    }
    made
}

fn new_claim<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    wanted: &Wanted,
    (claim, prefecture): (&NewClaim, Prefecture),
    others: &[Claim],
) -> Result<Claim, Refused> {
    let word = claim.kind.word();
    let (allowed, _) = kinds(wanted);
    let same = others.iter().filter(|other| other.kind == claim.kind).count();
    let is_policy = claim.kind == CertificateKind::Policy;
    let fits = allowed.contains(&claim.kind) && (is_policy || same == 0);
    let mut reasons = Reasons::default();
    reasons.bar_if(!fits, RefusalCode::InvalidField, word);
    reasons.bar_if(is_policy && same >= POLICIES, RefusalCode::TooMany, word);
    let attester: Organisation = context.need(claim.attester.0, "attester")?;
    let attests = attester.attests(claim.kind, prefecture);
    reasons.bar_if(!attests, RefusalCode::AttesterNotRegistered, word);
    reasons.done()?;
    let answer_by = context.now.plus(context.parameter(ParameterName::AnswerMs));
    let (kind, root, attester) = (claim.kind, claim.root, claim.attester);
    Ok(Claim { kind, root, attester, answer_by, state: ClaimState::Waiting })
}

/// The sponsor asks a refused claim anew, or adds one, with the holder's word. One that is attested may
/// be asked as it stands: no correction, but what is needed is looked at anew, since what lacked may have
/// come by other ways, such as the operator's permit.
pub(in crate::machine) fn correct<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &ClaimCorrect,
) -> Result<(), Refused> {
    let sponsor = context.organisation()?.id;
    let mut application = verifying(context, action.application)?;
    if application.sponsor != sponsor {
        return Err(RefusalCode::NotAllowed.into());
    }
    let mut reasons = Reasons::default();
    if holder(context, &application) != Some(Owner::Organisation(sponsor)) {
        reasons.add(take_holders_word(context, &application));
    }
    if is_attested_so(&application, action) {
        reasons.done()?;
        return issue_if_complete(context, application, Event::ClaimCorrected);
    }
    let allowed = parameter(context.overlay, ParameterName::Corrections, application.asked_at);
    if u64::from(application.corrections) >= allowed {
        reasons.add(Err(RefusalCode::CorrectionsUsedUp.into()));
    }
    reasons.add(put_claim(context, &mut application, action));
    reasons.done()?;
    application.corrections += 1;
    application.lapses_at = lapses_at(context.overlay, &application);
    context.put(application, Event::ClaimCorrected);
    Ok(())
}

/// True if the claim that is to be replaced is attested, and is the very one that is asked.
fn is_attested_so(application: &Application, action: &ClaimCorrect) -> bool {
    let claim = action.replaces.and_then(|place| application.claims.get(place as usize));
    let NewClaim { kind, root, attester } = &action.claim;
    claim.is_some_and(|claim| {
        matches!(claim.state, ClaimState::Attested(_))
            && (&claim.kind, &claim.root, &claim.attester) == (kind, root, attester)
    })
}

/// Puts a claim in the place of a refused one of its kind, or adds it.
fn put_claim<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    application: &mut Application,
    action: &ClaimCorrect,
) -> Result<(), Refused> {
    let asked = (&action.claim, application.prefecture);
    let Some(place) = action.replaces else {
        let new = new_claim(context, &application.wanted, asked, &application.claims)?;
        if application.claims.len() >= CLAIMS {
            return Err(Refused::about(RefusalCode::TooMany, "claims"));
        }
        application.claims.push(new);
        return Ok(());
    };
    let new = new_claim(context, &application.wanted, asked, &[])?;
    let found = application.claims.get_mut(place as usize);
    let old = found.ok_or_else(|| Refused::about(RefusalCode::NotFound, "replaces"))?;
    let is_refused = matches!(old.state, ClaimState::Refused { .. });
    let mut reasons = Reasons::default();
    reasons.bar_if(!is_refused, RefusalCode::ClaimNotRefused, "replaces");
    reasons.bar_if(old.kind != new.kind, RefusalCode::InvalidField, "claim");
    reasons.done()?;
    *old = new;
    Ok(())
}

/// Whose the code or vehicle will be, as far as that is known; a driver is while a key is registered.
fn holder<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    application: &Application,
) -> Option<Owner> {
    match application.wanted {
        Wanted::Vehicle(VehicleOwner::Organisation(id)) => Some(Owner::Organisation(id)),
        Wanted::Code(CodeFor::Enterprise(id)) => Some(Owner::Organisation(id)),
        Wanted::Vehicle(VehicleOwner::Holder(key)) => owner_of(context.overlay, &key),
        Wanted::Code(CodeFor::Driver { .. }) => application.person.map(Owner::Person),
    }
}

/// A driver's word is that of the key that the application is to register.
fn take_holders_word<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    application: &Application,
) -> Result<(), Refused> {
    match application.wanted {
        Wanted::Code(CodeFor::Driver { .. }) => context.take_word(&application.holder_key),
        Wanted::Code(CodeFor::Enterprise(id)) | Wanted::Vehicle(VehicleOwner::Organisation(id)) => {
            context.take_word_of(Owner::Organisation(id))
        }
        Wanted::Vehicle(VehicleOwner::Holder(key)) => context.take_word_of_holder(&key),
    }
}

/// The sponsor withdraws, or the holder or owner where one is registered.
pub(in crate::machine) fn withdraw<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &ApplicationWithdraw,
) -> Result<(), Refused> {
    let application = verifying(context, action.application)?;
    let parties = [Some(Owner::Organisation(application.sponsor)), holder(context, &application)];
    if !parties.into_iter().flatten().any(|party| context.is(party)) {
        return Err(RefusalCode::NotAllowed.into());
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
