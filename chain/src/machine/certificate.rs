// SPDX-License-Identifier: Apache-2.0
//! Certificates: attested, renewed, suspended, resumed, revoked, and what they do by themselves.

use super::automatic;
use super::context::Context;
use super::dossier::{self, Due};
use super::overlay::Overlay;
use crate::actions::{CertificateAttest, CertificateResume, CertificateRevoke, CertificateSuspend};
use crate::event::Event;
use crate::ids::{CertificateId, OrganisationId, RecordId, Time};
use crate::limits::{CERTIFICATES, POLICIES};
use crate::records::certificate::Terms;
use crate::records::{
    Certificate, CertificateKind, CertificateState, Class, Dossier, MatterKind, Organisation,
    OrganisationKind, Owner, PolicyKind, Subject,
};
use crate::refusal::{Reasons, RefusalCode, Refused};
use crate::rules::licence;
use crate::view::Records;

/// An attester of the kind attests a new certificate, or renews the one that is there.
pub(super) fn attest<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &CertificateAttest,
) -> Result<(), Refused> {
    let attester = context.organisation()?;
    let found = touched(context, action.subject);
    let terms = Terms {
        root: action.root,
        application: None,
        attester: attester.id,
        attested_at: context.now,
        valid_from: action.valid_from,
        valid_until: action.valid_until,
        class: action.class.clone(),
    };
    let mut reasons = Reasons::default();
    let registered = attester.attests(action.kind, action.prefecture);
    reasons.bar_if(!registered, RefusalCode::AttesterNotRegistered, action.kind.word());
    reasons.add(context.check_prefecture(action.prefecture, "prefecture"));
    let fits = fits_subject(action.kind, action.subject);
    reasons.bar_if(!fits, RefusalCode::InvalidField, "kind");
    reasons.add(check_terms(context, action.kind, &terms));
    match &found {
        Ok(dossier) => {
            reasons.add(check_trailer(dossier, &action.class));
            reasons.add(check_renewed(context, dossier, action, attester.id));
        }
        Err(refused) => reasons.add(Err(refused.clone())),
    }
    reasons.done()?;
    let mut dossier = found?;
    let event = put_attested(context, &mut dossier, (action.kind, action.renews), terms);
    check_count(&dossier)?;
    dossier::save(context.overlay, action.subject, dossier, event, context.now);
    Ok(())
}

/// The dossier of a subject that was brought up.
fn touched<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    subject: Subject,
) -> Result<Dossier, Refused> {
    super::due::bring_up(context.overlay, subject.key(), context.now);
    dossier::load(context.overlay, subject)
        .ok_or_else(|| Refused::about(RefusalCode::NotFound, "subject"))
}

fn fits_subject(kind: CertificateKind, subject: Subject) -> bool {
    use CertificateKind::*;
    match subject {
        Subject::Person(_) => {
            matches!(kind, Identity | DrivingLicence | Qualification | BusinessPermit | BankAccount)
        }
        Subject::Vehicle(_) => matches!(kind, VehicleLicence | TransportPermit | Policy),
        Subject::Organisation(_) => matches!(kind, BusinessPermit | BankAccount),
    }
}

/// Dates in order and not over, class bits of the kind.
pub(super) fn check_terms<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    kind: CertificateKind,
    terms: &Terms,
) -> Result<(), Refused> {
    let mut reasons = Reasons::default();
    let in_order = terms.valid_until.is_none_or(|end| end > terms.valid_from && end > context.now);
    reasons.bar_if(!in_order, RefusalCode::InvalidField, "valid_until");
    reasons.bar_if(!class_fits(kind, &terms.class), RefusalCode::InvalidField, "class");
    if let Class::Vehicle(class) = &terms.class {
        reasons.add(context.check_prefecture(class.prefecture, "class"));
    }
    reasons.done()
}

fn class_fits(kind: CertificateKind, class: &Class) -> bool {
    use CertificateKind::*;
    match kind {
        Identity | BankAccount => matches!(class, Class::None),
        DrivingLicence => {
            matches!(class, Class::Licence { classes } if *classes != 0 && classes & !licence::ALL == 0)
        }
        Qualification => matches!(class, Class::Qualification { .. }),
        VehicleLicence => matches!(class, Class::Vehicle(_)),
        TransportPermit | BusinessPermit => matches!(class, Class::Permit { .. }),
        Policy => matches!(class, Class::Policy { .. }),
    }
}

/// The certificate that is named is there, a policy is renewed by one of its kind, and what its
/// attester suspended or revoked is that attester's to renew while it is registered.
fn check_renewed<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    dossier: &Dossier,
    action: &CertificateAttest,
    sender: OrganisationId,
) -> Result<(), Refused> {
    let mut reasons = Reasons::default();
    let found = place(dossier, (action.kind, action.renews));
    let is_missing = action.renews.is_some() && found.is_none();
    reasons.bar_if(is_missing, RefusalCode::NotFound, "renews");
    if let Some(at) = found {
        let before = &dossier.certificates[at];
        let other = before.policy() != policy_kind(&action.class);
        reasons.bar_if(other, RefusalCode::InvalidField, "class");
        let attester = before.terms.attester;
        let stopped = before.stopped_at.is_some() && attester != sender;
        let is_there = context
            .get::<Organisation>(attester.0)
            .is_some_and(|attester| attester.attests_anywhere(action.kind));
        reasons.bar_if(stopped && is_there, RefusalCode::NotAllowed, action.kind.word());
    }
    reasons.done()
}

/// A vehicle never becomes a trailer, nor a trailer a vehicle: bindings and couplings rest on it.
pub(super) fn check_trailer(dossier: &Dossier, class: &Class) -> Result<(), Refused> {
    let known = dossier.certificate(CertificateKind::VehicleLicence).map(|c| &c.terms.class);
    match (known, class) {
        (Some(Class::Vehicle(old)), Class::Vehicle(new)) if old.trailer != new.trailer => {
            Err(Refused::about(RefusalCode::InvalidField, "class"))
        }
        _ => Ok(()),
    }
}

/// Refuses a dossier with more policies, or more certificates in all, than a subject may have.
pub(super) fn check_count(dossier: &Dossier) -> Result<(), Refused> {
    let policies = dossier.certificates.iter().filter(|c| c.kind == CertificateKind::Policy);
    if policies.count() > POLICIES || dossier.certificates.len() > CERTIFICATES {
        return Err(Refused::about(RefusalCode::TooMany, CertificateKind::Policy.word()));
    }
    Ok(())
}

fn policy_kind(class: &Class) -> Option<PolicyKind> {
    match class {
        Class::Policy { kind } => Some(*kind),
        _ => None,
    }
}

/// The certificate that a new attestation renews: the one of its kind; a policy only if named.
fn place(
    dossier: &Dossier,
    (kind, renews): (CertificateKind, Option<CertificateId>),
) -> Option<usize> {
    dossier.certificates.iter().position(|certificate| {
        certificate.kind == kind
            && match renews {
                Some(id) => certificate.id == id,
                None => kind != CertificateKind::Policy,
            }
    })
}

/// Puts what was attested into a dossier: as a new certificate, as a renewal that waits, or in force
/// at once, which settles what the chain had opened about the old one. A policy that is added takes
/// the place of one of its kind of policy that has ended.
pub(super) fn put_attested<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    dossier: &mut Dossier,
    (kind, renews): (CertificateKind, Option<CertificateId>),
    terms: Terms,
) -> Event {
    let Some(at) = replaced(dossier, (kind, renews), &terms.class) else {
        let id = CertificateId(context.new_id());
        dossier.certificates.push(Certificate::new(id, kind, terms));
        return Event::CertificateAttested;
    };
    if terms.valid_from > context.now {
        dossier.certificates[at].next = Some(terms);
        return Event::CertificateAttested;
    }
    renew(&mut dossier.certificates[at], terms);
    let certificate = dossier.certificates[at].clone();
    settle_covered(context.overlay, dossier, &certificate, context.now);
    Event::CertificateRenewed
}

/// The certificate whose place a new attestation takes.
fn replaced(
    dossier: &Dossier,
    named: (CertificateKind, Option<CertificateId>),
    class: &Class,
) -> Option<usize> {
    let ended_policy = || {
        let kind = Some(policy_kind(class)?);
        dossier.certificates.iter().position(|c| c.policy() == kind && is_over(c))
    };
    place(dossier, named).or_else(ended_policy)
}

fn is_over(certificate: &Certificate) -> bool {
    matches!(certificate.state, CertificateState::Ended | CertificateState::Revoked)
}

/// Puts an attestation that was given earlier into a dossier that nobody keeps. False if it would undo
/// what came since: a suspension, a revocation, another attestation. Which of two came first in one
/// block is not known: it would.
pub(super) fn try_out(dossier: &mut Dossier, kind: CertificateKind, terms: &Terms) -> bool {
    let new = |id| Certificate::new(id, kind, terms.clone());
    let Some(at) = replaced(dossier, (kind, None), &terms.class) else {
        dossier.certificates.push(new(CertificateId(RecordId::default())));
        return true;
    };
    let found = &mut dossier.certificates[at];
    let waiting = found.next.as_ref().map(|next| next.attested_at);
    let instants = [Some(found.terms.attested_at), waiting, found.stopped_at];
    if instants.into_iter().flatten().any(|instant| instant >= terms.attested_at) {
        return false;
    }
    *found = new(found.id);
    true
}

/// New terms take the place of the old; a suspension ends with what it was laid on.
fn renew(certificate: &mut Certificate, terms: Terms) {
    *certificate = Certificate::new(certificate.id, certificate.kind, terms);
}

/// A certificate of the sender's own attesting, with its subject's dossier. Where the attester's
/// registration has ended, a regulator acts.
fn own<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    subject: Subject,
    id: CertificateId,
) -> Result<(Dossier, usize), Refused> {
    let dossier = touched(context, subject)?;
    let at = dossier.certificates.iter().position(|certificate| certificate.id == id);
    let at = at.ok_or_else(|| Refused::about(RefusalCode::NotFound, "certificate"))?;
    let attester = dossier.certificates[at].terms.attester;
    let is_there = context.check_not_ended(Owner::Organisation(attester)).is_ok();
    let sender = context.organisation()?;
    let may = match is_there {
        true => sender.id == attester,
        false => sender.kind == OrganisationKind::Regulator,
    };
    if may { Ok((dossier, at)) } else { Err(RefusalCode::NotAllowed.into()) }
}

fn wrong_state() -> Refused {
    Refused::about(RefusalCode::CertificateState, "certificate")
}

/// The attester suspends a certificate that is in force.
pub(super) fn suspend<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &CertificateSuspend,
) -> Result<(), Refused> {
    let (mut dossier, at) = own(context, action.subject, action.certificate)?;
    if dossier.certificates[at].state != CertificateState::Valid {
        return Err(wrong_state());
    }
    dossier.certificates[at].state = CertificateState::Suspended;
    dossier.certificates[at].stopped_at = Some(context.now);
    let certificate = dossier.certificates[at].clone();
    let about = (action.subject, &certificate);
    let kind = MatterKind::SuspendedCertificate;
    automatic::open(context.overlay, &mut dossier, about, kind, context.now);
    let event = Event::CertificateSuspended;
    dossier::save(context.overlay, action.subject, dossier, event, context.now);
    Ok(())
}

/// The attester lifts a suspension.
pub(super) fn resume<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &CertificateResume,
) -> Result<(), Refused> {
    let (mut dossier, at) = own(context, action.subject, action.certificate)?;
    if dossier.certificates[at].state != CertificateState::Suspended {
        return Err(wrong_state());
    }
    dossier.certificates[at].state = CertificateState::Valid;
    dossier.certificates[at].stopped_at = None;
    let certificate = dossier.certificates[at].clone();
    automatic::settle(context.overlay, &mut dossier, certificate.id, context.now);
    if certificate.holds_at(context.now) {
        cover(context.overlay, &mut dossier, &certificate, context.now);
    }
    let event = Event::CertificateResumed;
    dossier::save(context.overlay, action.subject, dossier, event, context.now);
    Ok(())
}

/// The attester revokes a certificate for good; only a new attestation replaces it.
pub(super) fn revoke<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &CertificateRevoke,
) -> Result<(), Refused> {
    let (mut dossier, at) = own(context, action.subject, action.certificate)?;
    if dossier.certificates[at].state == CertificateState::Revoked {
        return Err(wrong_state());
    }
    automatic::settle(context.overlay, &mut dossier, action.certificate, context.now);
    dossier.certificates[at].state = CertificateState::Revoked;
    dossier.certificates[at].stopped_at = Some(context.now);
    dossier.certificates[at].next = None;
    let certificate = dossier.certificates[at].clone();
    let about = (action.subject, &certificate);
    let kind = MatterKind::RevokedCertificate;
    automatic::open(context.overlay, &mut dossier, about, kind, context.now);
    let event = Event::CertificateRevoked;
    dossier::save(context.overlay, action.subject, dossier, event, context.now);
    Ok(())
}

/// The next due change of a subject's certificates: a takeover, a policy that begins to cover, an end,
/// or the notice of one.
pub(super) fn fire<R: Records + ?Sized>(overlay: &mut Overlay<'_, R>, subject: Subject, at: Time) {
    let Some(mut dossier) = dossier::load(overlay, subject) else { return };
    let Some((due_at, due, place)) = dossier::next_change(overlay, &dossier, at) else { return };
    // It was a notice, by a value that its parameter has dropped since: it comes later now.
    if due_at > at {
        dossier::save(overlay, subject, dossier, dossier::changed(subject), at);
        return;
    }
    let id = dossier.certificates[place].id;
    let event = match due {
        Due::Takeover => {
            if let Some(terms) = dossier.certificates[place].next.take() {
                take_over(overlay, &mut dossier, (subject, place), terms, at);
            }
            Event::CertificateRenewed
        }
        Due::Cover => dossier::changed(subject),
        Due::End => {
            automatic::settle(overlay, &mut dossier, id, at);
            dossier.certificates[place].state = CertificateState::Ended;
            let certificate = dossier.certificates[place].clone();
            if !is_covered(&dossier, &certificate, at) {
                let about = (subject, &certificate);
                automatic::open(overlay, &mut dossier, about, MatterKind::EndedCertificate, at);
            }
            Event::CertificateEnded
        }
        Due::Notice => {
            dossier.certificates[place].notice = true;
            Event::CertificateNotice
        }
    };
    begin(overlay, &mut dossier, at);
    dossier::save(overlay, subject, dossier, event, at);
}

/// What begins at an instant covers from then on, whatever else comes due at that instant.
fn begin<R: Records + ?Sized>(overlay: &mut Overlay<'_, R>, dossier: &mut Dossier, at: Time) {
    let begins = |c: &&Certificate| c.terms.valid_from == at && c.holds_at(at);
    let begun: Vec<_> = dossier.certificates.iter().filter(begins).cloned().collect();
    for certificate in begun {
        cover(overlay, dossier, &certificate, at);
    }
}

/// True if a policy that ended has another one of its kind of policy beside it that is in force.
fn is_covered(dossier: &Dossier, ended: &Certificate, at: Time) -> bool {
    let covers = |c: &Certificate| c.policy() == ended.policy() && c.holds_at(at);
    ended.policy().is_some() && dossier.certificates.iter().any(covers)
}

/// Settles what the chain had opened about a certificate that holds from now on, and what that covers.
fn settle_covered<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    dossier: &mut Dossier,
    certificate: &Certificate,
    at: Time,
) {
    automatic::settle(overlay, dossier, certificate.id, at);
    cover(overlay, dossier, certificate, at);
}

/// A policy that holds covers for those of its kind of policy that have ended: what the chain had opened
/// about them is settled.
fn cover<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    dossier: &mut Dossier,
    certificate: &Certificate,
    at: Time,
) {
    let kind = certificate.policy();
    let is_covered = |c: &&Certificate| {
        kind.is_some() && c.policy() == kind && c.state == CertificateState::Ended
    };
    let covered: Vec<_> = dossier.certificates.iter().filter(is_covered).map(|c| c.id).collect();
    for id in covered {
        automatic::settle(overlay, dossier, id, at);
    }
}

/// A renewal takes over. One that was attested before a suspension does not lift it.
fn take_over<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    dossier: &mut Dossier,
    (subject, place): (Subject, usize),
    terms: Terms,
    at: Time,
) {
    let before = dossier.certificates[place].clone();
    let is_older = before.stopped_at.is_some_and(|stopped| terms.attested_at <= stopped);
    let stays_suspended = is_older && before.state != CertificateState::Revoked;
    let certificate = &mut dossier.certificates[place];
    renew(certificate, terms);
    if stays_suspended {
        certificate.state = CertificateState::Suspended;
        certificate.stopped_at = before.stopped_at;
        if before.state == CertificateState::Suspended {
            return;
        }
    }
    let certificate = certificate.clone();
    if stays_suspended {
        automatic::settle(overlay, dossier, certificate.id, at);
        let about = (subject, &certificate);
        automatic::open(overlay, dossier, about, MatterKind::SuspendedCertificate, at);
    } else {
        settle_covered(overlay, dossier, &certificate, at);
    }
}
