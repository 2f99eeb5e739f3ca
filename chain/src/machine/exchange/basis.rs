// SPDX-License-Identifier: Apache-2.0
//! May an organisation see these fields of this code, on this basis, at this instant? One function, which
//! the state machine asks before it records an access, and queries before anything is asked for.

use crate::hash::Hash;
use crate::ids::{CodeId, OrganisationId, RecordId, Time, VehicleId};
use crate::limits::ACCESS_MS;
use crate::machine::context::{check_grant, parameter};
use crate::machine::due;
use crate::machine::overlay::Overlay;
use crate::records::access::Basis;
use crate::records::erasure::{Erasure, ErasureKind, ErasureSubject};
use crate::records::interface::InterfaceScope;
use crate::records::{
    Access, CertificateKind, Code, Consent, ConsentState, ExchangeField, FieldSet, Organisation,
    OrganisationKind, ParameterName, Purpose, RecordValue, Vehicle, Waybill,
};
use crate::refusal::{Reasons, RefusalCode, Refused};
use crate::rules::exchange::of_office;
use crate::rules::senders::needs_grants;
use crate::view::Records;

/// Who asks for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Who asks.
    pub by: OrganisationId,
    /// About whose code.
    pub code: CodeId,
    /// Which fields.
    pub fields: FieldSet,
}

/// What an access that may be is about.
pub(crate) struct Granted {
    /// The code.
    pub(crate) code: Code,
    /// Vehicle and trailer, if a field is about them.
    pub(crate) vehicles: Vec<VehicleId>,
    /// The consent that it rests on.
    pub(crate) consent: Option<Consent>,
}

impl Granted {
    /// About a code with its current vehicles.
    pub(super) fn about(code: Code, fields: FieldSet) -> Self {
        let mut vehicles: Vec<VehicleId> = code.current.into_iter().chain(code.trailer).collect();
        vehicles.retain(|_| fields.iter().any(ExchangeField::is_of_vehicle));
        Self { code, vehicles, consent: None }
    }
}

/// Whether the basis holds at an instant, and what the access is about; else every reason against it.
pub(crate) fn check<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    asked: &Asked,
    basis: &Basis,
    at: Time,
) -> Result<Granted, Refused> {
    let asker = need_asker(overlay, asked.by, at)?;
    let code: Code = need(overlay, (asked.code.record(), "code"), at)?;
    let mut reasons = Reasons::default();
    reasons.bar_if(asked.fields.is_empty(), RefusalCode::InvalidField, "fields");
    let mut granted = Granted::about(code, asked.fields);
    match basis {
        Basis::Consent { consent, purpose } => {
            let consent: Consent = need(overlay, (consent.0, "consent"), at)?;
            reasons.add(by_consent(&consent, (asked, *purpose), at));
            let cancelled = granted.code.cancelled_at.is_some();
            reasons.bar_if(cancelled, RefusalCode::CodeNotIssued, "code");
            granted.consent = Some(consent);
        }
        Basis::Waybill(id) => {
            let waybill: Waybill = need(overlay, (id.0, "waybill"), at)?;
            reasons.add(by_waybill(overlay, &waybill, asked, at));
            granted.vehicles = carrying(&waybill, asked.fields);
        }
        Basis::Office { case } => {
            reasons.bar_if(*case == Hash::ZERO, RefusalCode::InvalidField, "case");
            reasons.add(by_office(&asker, &granted.code, asked.fields));
        }
    }
    reasons.add(not_shut(overlay, &granted, is_named_case(&asker, basis), at));
    reasons.done()?;
    Ok(granted)
}

/// Whether an access that was recorded may still be answered: it was recorded lately, its asker is
/// admitted and has the grant, its consent is not revoked since, and the data are not shut.
pub(crate) fn check_recorded<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    access: &Access,
    at: Time,
) -> Result<(), Refused> {
    let asker = need_asker(overlay, access.by, at)?;
    let code: Code = need(overlay, (access.code.record(), "code"), at)?;
    let mut reasons = Reasons::default();
    reasons.bar_if(at >= access.at.plus(ACCESS_MS), RefusalCode::AccessTooOld, "access");
    if let Basis::Consent { consent, .. } = &access.basis {
        let consent: Consent = need(overlay, (consent.0, "consent"), at)?;
        let is_revoked = consent.state == ConsentState::Revoked;
        reasons.bar_if(is_revoked, RefusalCode::ConsentNotInForce, "consent");
    }
    let granted = Granted { code, vehicles: access.vehicles.clone(), consent: None };
    reasons.add(not_shut(overlay, &granted, is_named_case(&asker, &access.basis), at));
    reasons.done()
}

/// The asker, if its registration has not ended and it has the grant that its kind needs; without, no
/// call of it returns others' records, whatever it rests on.
fn need_asker<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    id: OrganisationId,
    at: Time,
) -> Result<Organisation, Refused> {
    let asker: Organisation = need(overlay, (id.0, "sender"), at)?;
    if !asker.is_admitted() {
        return Err(Refused::about(RefusalCode::OrganisationEnded, "sender"));
    }
    if needs_grants(asker.kind) {
        check_grant(overlay, (id, InterfaceScope::Exchange), at)?;
    }
    Ok(asker)
}

/// A regulator asks for a named case.
fn is_named_case(asker: &Organisation, basis: &Basis) -> bool {
    asker.kind == OrganisationKind::Regulator && matches!(basis, Basis::Office { .. })
}

/// A record brought up to an instant, or `not_found` about a field.
fn need<T: RecordValue + Clone, R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    (id, field): (RecordId, &str),
    at: Time,
) -> Result<T, Refused> {
    due::bring_up(overlay, due::key_of::<T>(id), at);
    let found = overlay.peek::<T>(id).cloned();
    found.ok_or_else(|| Refused::about(RefusalCode::NotFound, field))
}

/// Vehicle and trailer of a waybill, if a field is about them.
fn carrying(waybill: &Waybill, fields: FieldSet) -> Vec<VehicleId> {
    let carrier = waybill.carrier.iter();
    let both = carrier.flat_map(|carrier| [Some(carrier.vehicle), carrier.trailer]).flatten();
    both.filter(|_| fields.iter().any(ExchangeField::is_of_vehicle)).collect()
}

/// A consent in force to this asker, about this code, for this purpose, with these fields.
fn by_consent(
    consent: &Consent,
    (asked, purpose): (&Asked, Purpose),
    at: Time,
) -> Result<(), Refused> {
    let terms = &consent.terms;
    let mut reasons = Reasons::default();
    reasons.bar_if(terms.to != asked.by, RefusalCode::ConsentForOther, "sender");
    reasons.bar_if(terms.code != asked.code, RefusalCode::ConsentForOther, "code");
    reasons.bar_if(terms.purpose != purpose, RefusalCode::ConsentForOther, "purpose");
    let within = asked.fields.is_within(terms.fields);
    reasons.bar_if(!within, RefusalCode::FieldsBeyondBasis, "fields");
    let in_force = consent.is_in_force_at(at);
    reasons.bar_if(!in_force, RefusalCode::ConsentNotInForce, "consent");
    reasons.done()
}

/// A waybill of the asker's that the code carries or carried lately: the least set.
fn by_waybill<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    waybill: &Waybill,
    asked: &Asked,
    at: Time,
) -> Result<(), Refused> {
    let is_makers = waybill.maker == asked.by;
    let carrier = waybill.carrier.as_ref();
    let is_carried = carrier.is_some_and(|carrier| carrier.code == asked.code);
    let is_over = waybill
        .was_under_way_until()
        .is_some_and(|end| at >= end.plus(parameter(overlay, ParameterName::WaybillAccessMs, end)));
    let mut reasons = Reasons::default();
    reasons.bar_if(!is_makers, RefusalCode::NoBasis, "sender");
    reasons.bar_if(!is_carried, RefusalCode::NoBasis, "code");
    reasons.bar_if(is_over, RefusalCode::NoBasis, "waybill");
    let within = asked.fields.is_within(FieldSet::LEAST);
    reasons.bar_if(!within, RefusalCode::FieldsBeyondBasis, "fields");
    reasons.done()
}

/// A regulator's office covers every field, an attester's what it attests in the code's prefecture.
fn by_office(asker: &Organisation, code: &Code, fields: FieldSet) -> Result<(), Refused> {
    if asker.kind == OrganisationKind::Regulator {
        return Ok(());
    }
    let covered = of_office(|kind: CertificateKind| asker.attests(kind, code.prefecture));
    let mut reasons = Reasons::default();
    reasons.bar_if(covered.is_empty(), RefusalCode::NoBasis, "sender");
    let beyond = !covered.is_empty() && !fields.is_within(covered);
    reasons.bar_if(beyond, RefusalCode::FieldsBeyondBasis, "fields");
    reasons.done()
}

/// Refuses what is about data that are erased, or kept for the law alone; those are shown to a
/// regulator for a named case until the law requires them no longer.
pub(super) fn not_shut<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    granted: &Granted,
    named_case: bool,
    at: Time,
) -> Result<(), Refused> {
    let mut reasons = Reasons::default();
    let of_code = erasure(overlay, ErasureSubject::Code(granted.code.id));
    reasons.add(check_erasure(of_code, named_case, at));
    for vehicle in &granted.vehicles {
        let of_vehicle = erasure(overlay, ErasureSubject::Vehicle(*vehicle));
        let of_vehicle = of_vehicle.filter(|one| covers(overlay, one, *vehicle, at));
        reasons.add(check_erasure(of_vehicle, named_case, at));
    }
    reasons.done()
}

fn check_erasure(erasure: Option<Erasure>, named_case: bool, at: Time) -> Result<(), Refused> {
    match erasure.map(|erasure| erasure.kind) {
        None => Ok(()),
        Some(ErasureKind::Restricted { until }) if named_case && at < until => Ok(()),
        Some(ErasureKind::Restricted { .. }) => Err(RefusalCode::DataRestricted.into()),
        Some(ErasureKind::Erased) => Err(RefusalCode::DataErased.into()),
    }
}

/// What was published of a subject's data.
pub(super) fn erasure<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    subject: ErasureSubject,
) -> Option<Erasure> {
    overlay.peek::<Erasure>(Erasure::id_of(&subject).0).cloned()
}

/// True if the licence of a vehicle was not attested anew since an erasure: else it is other data.
pub(super) fn covers<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    erasure: &Erasure,
    vehicle: VehicleId,
    at: Time,
) -> bool {
    due::bring_up(overlay, due::key_of::<Vehicle>(vehicle.0), at);
    let dossier = overlay.peek::<Vehicle>(vehicle.0).map(|vehicle| &vehicle.dossier);
    let licence = dossier.and_then(|dossier| dossier.certificate(CertificateKind::VehicleLicence));
    licence.is_none_or(|licence| licence.terms.attested_at <= erasure.at)
}
