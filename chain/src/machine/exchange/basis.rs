// SPDX-License-Identifier: Apache-2.0
//! May an organisation see these fields of this code, on this basis, at this instant? One function, which
//! the state machine asks before it records an access, and queries before anything is asked for.

use crate::hash::Hash;
use crate::ids::{ApplicationId, OrganisationId, Prefecture, RecordId, Time, VehicleId};
use crate::limits::ACCESS_MS;
use crate::machine::context::{check_grant, owner_of, parameter};
use crate::machine::overlay::Overlay;
use crate::machine::{dossier, due};
use crate::records::access::Basis;
use crate::records::certificate::Terms;
use crate::records::erasure::{Erasure, ErasureKind};
use crate::records::interface::InterfaceScope;
use crate::records::{
    Access, Application, CertificateKind, Code, CodeFor, Consent, ConsentState, DataSubject,
    ExchangeField, FieldSet, Holder, Organisation, OrganisationKind, Owner, ParameterName, Purpose,
    RecordValue, Subject, Vehicle, VehicleOwner, Wanted, Waybill,
};
use crate::refusal::{Reasons, RefusalCode, Refused};
use crate::rules::exchange::{
    is_about, is_of_its_attester, kinds_of_office, needs_vehicle, of_office,
};
use crate::rules::senders::needs_grants;
use crate::view::Records;

/// Who asks for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Who asks.
    pub by: OrganisationId,
    /// Whose data.
    pub about: DataSubject,
    /// Which fields.
    pub fields: FieldSet,
}

/// What an access that may be is about.
pub(crate) struct Granted {
    /// Whose data.
    about: DataSubject,
    /// The application whose erasure shuts all of it: the one that is named, or the code's.
    application: Option<ApplicationId>,
    /// The prefecture by which an attester's office goes; none of a vehicle without a licence.
    prefecture: Option<Prefecture>,
    /// True of a code that is cancelled.
    is_cancelled: bool,
    /// Who is told of it.
    pub(crate) holder: Option<Holder>,
    /// Vehicle and trailer, if a field is about them.
    pub(crate) vehicles: Vec<VehicleId>,
    /// The kinds of certificates that it opens; none opens every kind.
    pub(crate) kinds: Option<Vec<CertificateKind>>,
    /// The consent that it rests on.
    pub(crate) consent: Option<Consent>,
}

impl Granted {
    /// What is asked about, as it stands at an instant: a code with its current vehicles.
    pub(super) fn look<R: Records + ?Sized>(
        overlay: &mut Overlay<'_, R>,
        asked: &Asked,
        at: Time,
    ) -> Result<Self, Refused> {
        let mut granted = match asked.about {
            DataSubject::Code(id) => Self::of_code(need(overlay, (id.record(), "code"), at)?),
            DataSubject::Vehicle(id) => {
                let vehicle: Vehicle = need(overlay, (id.0, "vehicle"), at)?;
                Self {
                    prefecture: vehicle.class().map(|class| class.prefecture),
                    holder: owner(overlay, vehicle.owner),
                    vehicles: vec![id],
                    ..Self::nothing(asked.about)
                }
            }
            DataSubject::Application(id) => {
                let application: Application = need(overlay, (id.0, "application"), at)?;
                Self {
                    application: Some(id),
                    prefecture: Some(application.prefecture),
                    holder: applicant(overlay, &application),
                    vehicles: application.vehicle.into_iter().collect(),
                    ..Self::nothing(asked.about)
                }
            }
        };
        granted.vehicles.retain(|_| asked.fields.iter().any(ExchangeField::is_of_vehicle));
        Ok(granted)
    }

    fn nothing(about: DataSubject) -> Self {
        Self {
            about,
            application: None,
            prefecture: None,
            is_cancelled: false,
            holder: None,
            vehicles: Vec::new(),
            kinds: None,
            consent: None,
        }
    }

    fn of_code(code: Code) -> Self {
        Self {
            application: Some(code.application),
            prefecture: Some(code.prefecture),
            is_cancelled: code.cancelled_at.is_some(),
            holder: Some(code.holder),
            vehicles: code.current.into_iter().chain(code.trailer).collect(),
            ..Self::nothing(code.id.into())
        }
    }

    /// Refuses fields of a vehicle where there is none, and others where a vehicle alone is asked about.
    pub(super) fn check_fields(&self, fields: FieldSet) -> Result<(), Refused> {
        let mut reasons = Reasons::default();
        let misses = self.vehicles.is_empty() && fields.iter().any(needs_vehicle);
        let of_code = self.about.code().is_some();
        reasons.bar_if(of_code && misses, RefusalCode::NoVehicle, "fields");
        let of_vehicle = matches!(self.about, DataSubject::Vehicle(_));
        let beyond = !fields.iter().all(ExchangeField::is_of_vehicle);
        reasons.bar_if(of_vehicle && beyond, RefusalCode::FieldsBeyondBasis, "fields");
        reasons.done()
    }

    /// The certificates that fields open, for each subject that they are about.
    fn opened<R: Records + ?Sized>(
        &self,
        overlay: &mut Overlay<'_, R>,
        fields: FieldSet,
        at: Time,
    ) -> Vec<Vec<(CertificateKind, Terms)>> {
        let holder = self.about.code().and(self.holder).map(Subject::from);
        let vehicles = self.vehicles.iter().map(|id| Subject::Vehicle(*id));
        let of_application = matches!(self.about, DataSubject::Application(_));
        let subjects = holder.into_iter().chain(vehicles).filter(|_| !of_application);
        let opens = |kind: CertificateKind| {
            let within = self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind));
            within && fields.iter().any(|field| is_about(field, kind))
        };
        let mut all = Vec::new();
        for subject in subjects {
            due::bring_up(overlay, subject.key(), at);
            let held = dossier::load(overlay, subject).map_or_else(Vec::new, |d| d.certificates);
            let held = held.into_iter().filter(|one| opens(one.kind));
            all.push(held.map(|one| (one.kind, one.terms)).collect());
        }
        all
    }
}

/// The person or organisation that a vehicle belongs to, if its key is registered.
fn owner<R: Records + ?Sized>(overlay: &mut Overlay<'_, R>, owner: VehicleOwner) -> Option<Holder> {
    match owner {
        VehicleOwner::Organisation(id) => Some(Holder::Organisation(id)),
        VehicleOwner::Holder(key) => match owner_of(overlay, &key)? {
            Owner::Person(id) => Some(Holder::Person(id)),
            Owner::Organisation(id) => Some(Holder::Organisation(id)),
        },
    }
}

/// Whom an application is for, once that is known.
fn applicant<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    application: &Application,
) -> Option<Holder> {
    match &application.wanted {
        Wanted::Code(CodeFor::Enterprise(id)) => Some(Holder::Organisation(*id)),
        Wanted::Code(CodeFor::Driver { .. }) => application.person.map(Holder::Person),
        Wanted::Vehicle(of) => owner(overlay, *of),
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
    let mut granted = Granted::look(overlay, asked, at)?;
    let mut reasons = Reasons::default();
    reasons.bar_if(asked.fields.is_empty(), RefusalCode::InvalidField, "fields");
    // Whom the basis is for is told how the data stand; others learn nothing of them.
    let is_for_asker = match basis {
        Basis::Consent { consent, purpose } => {
            let consent: Consent = need(overlay, (consent.0, "consent"), at)?;
            reasons.add(by_consent(&consent, (asked, *purpose), at));
            let terms = &consent.terms;
            let is_for_asker = terms.to == asked.by && asked.about.code() == Some(terms.code);
            if is_for_asker {
                reasons.bar_if(granted.is_cancelled, RefusalCode::CodeNotIssued, "code");
                reasons.add(granted.check_fields(asked.fields));
            }
            granted.consent = Some(consent);
            is_for_asker
        }
        Basis::Waybill(id) => {
            let waybill: Waybill = need(overlay, (id.0, "waybill"), at)?;
            reasons.add(by_waybill(overlay, &waybill, asked, at));
            granted.vehicles = carrying(&waybill, asked.fields);
            waybill.maker == asked.by && is_carried_by(&waybill, asked)
        }
        Basis::Office { case } => {
            reasons.bar_if(*case == Hash::ZERO, RefusalCode::InvalidField, "case");
            let by_office = by_office(overlay, &asker, (&mut granted, asked.fields), at);
            let is_for_asker = by_office.is_ok();
            reasons.add(by_office);
            if is_for_asker {
                reasons.add(granted.check_fields(asked.fields));
            }
            is_for_asker
        }
    };
    if is_for_asker {
        let named_case = is_named_case(&asker, basis);
        reasons.add(not_shut(overlay, (&granted, asked.fields), named_case, at));
    }
    reasons.done()?;
    Ok(granted)
}

/// Whether an access that was recorded may still be answered: it was recorded lately, its asker is
/// admitted and has the grant, its consent is not revoked nor its code cancelled since, and the data are
/// not shut.
pub(crate) fn check_recorded<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    access: &Access,
    at: Time,
) -> Result<(), Refused> {
    let asker = need_asker(overlay, access.by, at)?;
    let asked = Asked { by: access.by, about: access.about, fields: access.fields };
    let mut granted = Granted::look(overlay, &asked, at)?;
    granted.vehicles.clone_from(&access.vehicles);
    granted.kinds.clone_from(&access.kinds);
    let mut reasons = Reasons::default();
    reasons.bar_if(at >= access.at.plus(ACCESS_MS), RefusalCode::AccessTooOld, "access");
    if let Basis::Consent { consent, .. } = &access.basis {
        let consent: Consent = need(overlay, (consent.0, "consent"), at)?;
        let is_revoked = consent.state == ConsentState::Revoked;
        reasons.bar_if(is_revoked, RefusalCode::ConsentNotInForce, "consent");
        reasons.bar_if(granted.is_cancelled, RefusalCode::CodeNotIssued, "code");
    }
    let named_case = is_named_case(&asker, &access.basis);
    reasons.add(not_shut(overlay, (&granted, access.fields), named_case, at));
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
pub(crate) fn is_named_case(asker: &Organisation, basis: &Basis) -> bool {
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
    if terms.to != asked.by {
        // What was agreed to is the business of those who agreed.
        return Err(Refused::about(RefusalCode::ConsentForOther, "sender"));
    }
    let mut reasons = Reasons::default();
    let is_code_s = asked.about.code() == Some(terms.code);
    reasons.bar_if(!is_code_s, RefusalCode::ConsentForOther, "code");
    reasons.bar_if(terms.purpose != purpose, RefusalCode::ConsentForOther, "purpose");
    let within = asked.fields.is_within(terms.fields);
    reasons.bar_if(!within, RefusalCode::FieldsBeyondBasis, "fields");
    let in_force = consent.is_in_force_at(at);
    reasons.bar_if(!in_force, RefusalCode::ConsentNotInForce, "consent");
    reasons.done()
}

/// True once a waybill that was carried is no basis any more.
pub(crate) fn is_over<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    waybill: &Waybill,
    at: Time,
) -> bool {
    let end = waybill.was_under_way_until();
    end.is_some_and(|end| at >= end.plus(parameter(overlay, ParameterName::WaybillAccessMs, end)))
}

/// True if the code that is asked about carries a waybill, or carried it.
fn is_carried_by(waybill: &Waybill, asked: &Asked) -> bool {
    let carrier = waybill.carrier.as_ref();
    carrier.is_some_and(|carrier| asked.about.code() == Some(carrier.code))
}

/// A waybill of the asker's that the code carries or carried lately: the least set.
fn by_waybill<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    waybill: &Waybill,
    asked: &Asked,
    at: Time,
) -> Result<(), Refused> {
    if waybill.maker != asked.by {
        // Who carries it, and until when it counts, is its parties' business.
        return Err(Refused::about(RefusalCode::NoBasis, "sender"));
    }
    let is_carried = is_carried_by(waybill, asked);
    let is_over = is_over(overlay, waybill, at);
    let mut reasons = Reasons::default();
    reasons.bar_if(!is_carried, RefusalCode::NoBasis, "code");
    reasons.bar_if(is_over, RefusalCode::NoBasis, "waybill");
    let within = asked.fields.is_within(FieldSet::LEAST);
    reasons.bar_if(!within, RefusalCode::FieldsBeyondBasis, "fields");
    reasons.done()
}

/// A regulator's office covers every field, an attester's what it attests in the prefecture of the code,
/// the vehicle's registration or the application. That of an insurer or bank is about those alone for
/// whom it has attested something.
fn by_office<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    asker: &Organisation,
    (granted, fields): (&mut Granted, FieldSet),
    at: Time,
) -> Result<(), Refused> {
    if asker.kind == OrganisationKind::Regulator {
        return Ok(());
    }
    let attests = |kind| granted.prefecture.is_some_and(|place| asker.attests(kind, place));
    let kinds = kinds_of_office(attests);
    let covered = of_office(&kinds);
    let by_its_own = kinds.iter().copied().any(is_of_its_attester);
    granted.kinds = Some(kinds);
    let mut reasons = Reasons::default();
    let has_none = by_its_own && !has_attested(overlay, asker.id, (granted, fields), at);
    reasons.bar_if(covered.is_empty() || has_none, RefusalCode::NoBasis, "sender");
    let beyond = !covered.is_empty() && !fields.is_within(covered);
    reasons.bar_if(beyond, RefusalCode::FieldsBeyondBasis, "fields");
    reasons.done()
}

/// True if the organisation attested something of what is asked about, or is asked to.
fn has_attested<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    id: OrganisationId,
    (granted, fields): (&Granted, FieldSet),
    at: Time,
) -> bool {
    if let DataSubject::Application(application) = granted.about {
        let application = overlay.peek::<Application>(application.0);
        return application.is_some_and(|one| one.claims.iter().any(|c| c.attester == id));
    }
    let opened = granted.opened(overlay, fields, at);
    opened.iter().flatten().any(|(_, terms)| terms.attester == id)
}

/// Refuses what is about data that are erased, or kept for the law alone; those are shown to a regulator
/// for a named case until the law requires them no longer. A subject is shut if all that the fields open
/// of it came with applications that are shut: what others attested stays open.
pub(super) fn not_shut<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    (granted, fields): (&Granted, FieldSet),
    named_case: bool,
    at: Time,
) -> Result<(), Refused> {
    let mut reasons = Reasons::default();
    reasons.add(check_erasure(overlay, granted.application, named_case, at));
    for certificates in granted.opened(overlay, fields, at) {
        let mut shut = Vec::new();
        for (_, terms) in &certificates {
            shut.extend(check_erasure(overlay, terms.application, named_case, at).err());
        }
        if shut.len() == certificates.len() {
            shut.into_iter().for_each(|refused| reasons.add(Err(refused)));
        }
    }
    reasons.done()
}

/// Refuses data that came with an application that is erased or restricted.
pub(crate) fn check_erasure<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    application: Option<ApplicationId>,
    named_case: bool,
    at: Time,
) -> Result<(), Refused> {
    let published = application.and_then(|id| erasure(overlay, id));
    match published.map(|erasure| erasure.kind) {
        None => Ok(()),
        Some(ErasureKind::Restricted { until }) if named_case && at < until => Ok(()),
        Some(ErasureKind::Restricted { .. }) => Err(RefusalCode::DataRestricted.into()),
        Some(ErasureKind::Erased) => Err(RefusalCode::DataErased.into()),
    }
}

/// What was published of the data that came with an application.
pub(super) fn erasure<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    application: ApplicationId,
) -> Option<Erasure> {
    overlay.peek::<Erasure>(Erasure::id_of(application).0).cloned()
}
