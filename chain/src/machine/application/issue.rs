// SPDX-License-Identifier: Apache-2.0
//! Issuing: what is required is computed anew at each answer, since class bits decide it.

use super::{close, lapses_at, named_vehicles, subject};
use crate::event::Event;
use crate::ids::{CertificateId, CodeId, PersonId, RecordId, Time};
use crate::machine::binding::{attach, bars, operator_dossier};
use crate::machine::certificate::{check_count, check_trailer, put_attested, try_out};
use crate::machine::context::{Context, registered_key};
use crate::machine::organisation::{check_unused, register};
use crate::machine::required::{self, Parties};
use crate::machine::{colour, dossier};
use crate::records::application::{CodeFor, WantedOperator};
use crate::records::certificate::Terms;
use crate::records::key::Use;
use crate::records::{
    Application, ApplicationState, Certificate, CertificateKind, Claim, ClaimState, Code, Dossier,
    Holder, Operator, Organisation, Owner, ParameterName, Person, RegisteredKey, Vehicle, Wanted,
};
use crate::refusal::{Reason, RefusalCode, Refused};
use crate::view::Records;

/// Writes an application after an answer; issues if nothing that is needed is missing any more. A
/// sponsor who asks for what is attested already, when something else was missing, is told if it still is.
pub(super) fn issue_if_complete<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    mut application: Application,
    event: Event,
) -> Result<(), Refused> {
    let asks_anew = return_overtaken(context, &mut application);
    if asks_anew {
        application.lapses_at = lapses_at(context.overlay, &application);
    }
    let missing = unmet(context, &application);
    if event == Event::ClaimRefused || !missing.is_empty() {
        if event == Event::ClaimCorrected && !asks_anew {
            return Err(Refused(missing));
        }
        context.put(application, event);
        return Ok(());
    }
    close(&mut application, ApplicationState::Issued, context.now);
    match application.wanted.clone() {
        Wanted::Vehicle(owner) => {
            save_certificates(context, &application)?;
            if let Some(mut vehicle) =
                application.vehicle.and_then(|id| context.get::<Vehicle>(id.0))
            {
                vehicle.owner = owner;
                vehicle.application = None;
                context.put(vehicle, Event::VehicleChanged);
            }
        }
        Wanted::Code(CodeFor::Enterprise(id)) => {
            issue_to_enterprise(context, &mut application, id)?
        }
        Wanted::Code(CodeFor::Driver { operator, .. }) => {
            issue_to_driver(context, &mut application, operator)?;
        }
    }
    context.put(application, Event::ApplicationIssued);
    Ok(())
}

/// Attested certificates that have ended meanwhile wait again, and so do those that would undo what
/// became of the subject's own since: an older word never replaces a newer one. True if there were any.
fn return_overtaken<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    application: &mut Application,
) -> bool {
    let now = context.now;
    let answer_by = now.plus(context.parameter(ParameterName::AnswerMs));
    let known = subject(application).and_then(|subject| dossier::load(context.overlay, subject));
    let mut own = known.unwrap_or_else(Dossier::empty);
    let mut any = false;
    for claim in &mut application.claims {
        let ClaimState::Attested(terms) = &claim.state else { continue };
        let has_ended = terms.valid_until.is_some_and(|end| end <= now);
        if has_ended || !try_out(&mut own, claim.kind, terms) {
            claim.state = ClaimState::Waiting;
            claim.answer_by = answer_by;
            any = true;
        }
    }
    any
}

/// What is needed and waits, was refused, or does not hold or fit.
fn unmet<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    application: &Application,
) -> Vec<Reason> {
    let known = subject(application).and_then(|subject| dossier::load(context.overlay, subject));
    let together = as_if_issued(application, known.unwrap_or_else(Dossier::empty));
    let now = context.now;
    match &application.wanted {
        Wanted::Vehicle(_) => required::unmet_of_vehicle(&together, now),
        Wanted::Code(CodeFor::Enterprise(id)) => {
            let ended = context.check_not_ended(Owner::Organisation(*id)).err();
            let unmet = required::unmet_of_enterprise(&together, now);
            ended.into_iter().flat_map(|refused| refused.0).chain(unmet).collect()
        }
        Wanted::Code(CodeFor::Driver { operator, .. }) => {
            unmet_of_driver(context, application, &together, *operator)
        }
    }
}

fn unmet_of_driver<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    application: &Application,
    driver: &Dossier,
    operator: Option<WantedOperator>,
) -> Vec<Reason> {
    let operator = match operator {
        Some(WantedOperator::Applicant) => Some(driver.clone()),
        Some(WantedOperator::Organisation(id)) => {
            operator_dossier(context, Some(Operator::Organisation(id)))
        }
        None => None,
    };
    let now = context.now;
    let alone = Parties {
        driver,
        vehicle: None,
        trailer: None,
        operator: operator.as_ref(),
        hazardous_goods: false,
    };
    let named = named_vehicles(application);
    if named.is_empty() {
        return required::unmet(&alone, now);
    }
    let mut reasons = Vec::new();
    for id in named {
        let Some(vehicle) = context.get::<Vehicle>(id.0) else { continue };
        let trailer = vehicle.coupled.and_then(|id| context.get::<Vehicle>(id.0));
        let (vehicle, trailer) = (Some(&vehicle), trailer.as_ref());
        reasons.extend(required::unmet(&Parties { vehicle, trailer, ..alone }, now));
    }
    reasons
}

/// The dossier as it would be: attested claims take the place of what was there, and a kind that
/// still waits or was refused does not count. An attested policy comes beside the others; of what kind
/// one is that still waits is not known, so that no policy counts till then.
fn as_if_issued(application: &Application, mut dossier: Dossier) -> Dossier {
    let displaces = |claim: &Claim| match claim.state {
        ClaimState::Attested(_) => claim.kind != CertificateKind::Policy,
        _ => true,
    };
    let is_displaced =
        |kind| application.claims.iter().any(|claim| claim.kind == kind && displaces(claim));
    dossier.certificates.retain(|certificate| !is_displaced(certificate.kind));
    for (kind, terms) in attested(application) {
        let id = CertificateId(RecordId::default());
        dossier.certificates.push(Certificate::new(id, kind, terms.clone()));
    }
    dossier
}

fn attested(application: &Application) -> impl Iterator<Item = (CertificateKind, &Terms)> {
    application.claims.iter().filter_map(|claim| match &claim.state {
        ClaimState::Attested(terms) => Some((claim.kind, terms)),
        _ => None,
    })
}

/// Moves what was attested into the subject's dossier.
fn save_certificates<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    application: &Application,
) -> Result<(), Refused> {
    let Some(subject) = subject(application) else { return Ok(()) };
    let Some(mut dossier) = dossier::load(context.overlay, subject) else { return Ok(()) };
    for (kind, terms) in attested(application) {
        check_trailer(&dossier, &terms.class)?;
        put_attested(context, &mut dossier, (kind, None), terms.clone());
    }
    check_count(&dossier)?;
    dossier::save(context.overlay, subject, dossier, Event::CertificateAttested, context.now);
    Ok(())
}

fn new_code_id<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    application: &Application,
) -> Result<CodeId, Refused> {
    let id = CodeId::made_by(application.made_by);
    if context.overlay.exists::<Code>(id.record()) {
        return Err(RefusalCode::CodeIdTaken.into());
    }
    Ok(id)
}

fn issue_to_enterprise<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    application: &mut Application,
    id: crate::ids::OrganisationId,
) -> Result<(), Refused> {
    let code = new_code_id(context, application)?;
    save_certificates(context, application)?;
    let mut organisation: Organisation = context.need(id.0, "wanted")?;
    organisation.application = None;
    organisation.code = Some(code);
    context.put(organisation, Event::OrganisationChanged);
    application.code = Some(code);
    let code = new_code(application, (code, Holder::Organisation(id)), None, context.now);
    colour::write(context.overlay, code, Some(Event::CodeIssued), context.now);
    Ok(())
}

fn issue_to_driver<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    application: &mut Application,
    operator: Option<WantedOperator>,
) -> Result<(), Refused> {
    let code = new_code_id(context, application)?;
    check_unused(context, &application.holder_key)?;
    let person = application.person.ok_or(RefusalCode::CertificateMissing)?;
    save_certificates(context, application)?;
    take_over(context, application, person, code)?;
    application.code = Some(code);
    let operator = operator.map(|operator| operator.resolve(person));
    let holder = Holder::Person(person);
    let mut code = new_code(application, (code, holder), operator, context.now);
    bind_named(context, application, &mut code)?;
    colour::write(context.overlay, code, Some(Event::CodeIssued), context.now);
    Ok(())
}

/// The person gets the code and the new key; old keys end.
fn take_over<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    application: &Application,
    id: PersonId,
    code: CodeId,
) -> Result<(), Refused> {
    let mut person: Person = context.need(id.0, "identity")?;
    let old = std::mem::replace(&mut person.keys, vec![application.holder_key]);
    person.application = None;
    person.code = Some(code);
    context.put(person, Event::PersonChanged);
    for key in old {
        if let Some(ending) = registered_key(context.overlay, &key) {
            let ended_at = Some(context.now);
            context.put(RegisteredKey { ended_at, ..ending }, Event::KeyEnded);
        }
    }
    let uses = Use::Person(application.custody);
    register(context, application.holder_key, Owner::Person(id), uses);
    Ok(())
}

/// Binds the vehicles that the application names, by the limits in force when it was made; the first
/// is the current one.
fn bind_named<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    application: &Application,
    code: &mut Code,
) -> Result<(), Refused> {
    let named = named_vehicles(application);
    for (place, vehicle) in named.iter().enumerate() {
        let mut vehicle: Vehicle = context.need(vehicle.0, "vehicles")?;
        bars(context, code, &vehicle, application.asked_at)?;
        vehicle.named_by.retain(|held| *held != application.id);
        code.vehicles.push(vehicle.id);
        attach(context, code.id, vehicle, place == 0);
    }
    code.current = named.first().copied();
    Ok(())
}

/// A code before its sums are taken.
fn new_code(
    application: &Application,
    (id, holder): (CodeId, Holder),
    operator: Option<Operator>,
    issued_at: Time,
) -> Code {
    Code {
        id,
        holder,
        application: application.id,
        issued_at,
        cancelled_at: None,
        suspensions: Vec::new(),
        prefecture: application.prefecture,
        vehicles: Vec::new(),
        current: None,
        trailer: None,
        operator,
        own: colour::summary(&Dossier::empty(), issued_at),
        of_vehicle: None,
        of_trailer: None,
        colour: None,
        waybills: Vec::new(),
        carried_until: None,
        disputes: 0,
        next_change_at: None,
    }
}
