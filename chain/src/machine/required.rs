// SPDX-License-Identifier: Apache-2.0
//! Which certificates a driver, vehicle, trailer and operator need, and which of them do not hold.
//!
//! Pure: applications, bindings and eligibility ask the same functions. Never in here: who may ask.

use crate::ids::Time;
use crate::records::certificate::VehicleClass;
use crate::records::{CertificateKind, Class, Dossier, PolicyKind, Vehicle};
use crate::refusal::{Reason, RefusalCode};
use crate::rules::licence;
use crate::text::Word;

/// Up to this total mass ordinary freight is exempt from qualification and permits
/// (道路运输条例 art. 24): 4,500 kg is exempt, 4,501 kg is not.
pub const EXEMPT_KG: u32 = 4_500;

/// Who drives what for whom: the records of which certificates are asked.
#[derive(Clone, Copy, Debug)]
pub struct Parties<'a> {
    /// The driver's dossier.
    pub driver: &'a Dossier,
    /// The vehicle, if there is one.
    pub vehicle: Option<&'a Vehicle>,
    /// The trailer coupled to it.
    pub trailer: Option<&'a Vehicle>,
    /// The operator's dossier; none without an operator, or while the operator is not admitted.
    pub operator: Option<&'a Dossier>,
    /// True if hazardous goods are to be carried.
    pub hazardous_goods: bool,
}

/// Whose certificate is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bearer {
    Driver,
    Vehicle,
    Trailer,
    Operator,
}

/// What its class bits must show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fit {
    Any,
    Licence(licence::Classes),
    Ordinary,
    Hazardous,
    Policy(PolicyKind),
}

/// One certificate that is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Need {
    bearer: Bearer,
    kind: CertificateKind,
    fit: Fit,
}

/// Every certificate that parties need and that is missing, not in force, or of another class.
pub fn unmet(parties: &Parties<'_>, at: Time) -> Vec<Reason> {
    let needs = needs_of_parties(parties);
    let mut reasons: Vec<Reason> = needs
        .iter()
        .filter_map(|need| {
            let dossier = match need.bearer {
                Bearer::Driver => Some(parties.driver),
                Bearer::Vehicle => parties.vehicle.map(|v| &v.dossier),
                Bearer::Trailer => parties.trailer.map(|v| &v.dossier),
                Bearer::Operator => parties.operator,
            };
            need.unmet(dossier, at)
        })
        .collect();
    if parties.hazardous_goods && !is_hazardous(parties) {
        reasons.push(reason(RefusalCode::ClassUnfit, "vehicle_licence"));
    }
    reasons
}

/// What a vehicle or trailer needs for a record of its own.
pub fn unmet_of_vehicle(dossier: &Dossier, at: Time) -> Vec<Reason> {
    let needs = needs_of_vehicle(class_in(dossier), Bearer::Vehicle, None);
    needs.iter().filter_map(|need| need.unmet(Some(dossier), at)).collect()
}

/// What an enterprise needs for a code of its own.
pub fn unmet_of_enterprise(dossier: &Dossier, at: Time) -> Vec<Reason> {
    let need =
        Need { bearer: Bearer::Operator, kind: CertificateKind::BusinessPermit, fit: Fit::Any };
    need.unmet(Some(dossier), at).into_iter().collect()
}

/// What the vehicle licence in a dossier says, in force or not.
fn class_in(dossier: &Dossier) -> Option<&VehicleClass> {
    match &dossier.certificate(CertificateKind::VehicleLicence)?.terms.class {
        Class::Vehicle(class) => Some(class),
        _ => None,
    }
}

fn is_hazardous(parties: &Parties<'_>) -> bool {
    let classes = [parties.vehicle, parties.trailer];
    classes.iter().flatten().filter_map(|v| v.class()).any(|class| class.hazardous)
}

fn needs_of_parties(parties: &Parties<'_>) -> Vec<Need> {
    let need = |bearer, kind, fit| Need { bearer, kind, fit };
    let vehicle = parties.vehicle.and_then(Vehicle::class);
    let trailer = parties.trailer.and_then(Vehicle::class);
    let licence = vehicle.map_or(Fit::Any, |class| {
        Fit::Licence(licence::needed(class.total_mass_kg, trailer.map(|t| t.total_mass_kg)))
    });
    let mut needs = vec![
        need(Bearer::Driver, CertificateKind::Identity, Fit::Any),
        need(Bearer::Driver, CertificateKind::DrivingLicence, licence),
    ];
    let Some(_) = parties.vehicle else { return needs };
    let mass = total_mass([vehicle, trailer]);
    let hazardous = parties.hazardous_goods || is_hazardous(parties);
    needs.extend(needs_of_vehicle(vehicle, Bearer::Vehicle, Some((mass, hazardous))));
    if parties.trailer.is_some() {
        needs.extend(needs_of_vehicle(trailer, Bearer::Trailer, Some((mass, hazardous))));
    }
    if hazardous || mass > EXEMPT_KG {
        let fit = if hazardous { Fit::Hazardous } else { Fit::Ordinary };
        needs.push(need(Bearer::Driver, CertificateKind::Qualification, fit));
        needs.push(need(Bearer::Operator, CertificateKind::BusinessPermit, fit));
    }
    needs
}

fn total_mass(classes: [Option<&VehicleClass>; 2]) -> u32 {
    classes.into_iter().flatten().fold(0, |sum, class| sum.saturating_add(class.total_mass_kg))
}

/// What a vehicle needs, alone or as part of a combination of this mass and use.
fn needs_of_vehicle(
    class: Option<&VehicleClass>,
    bearer: Bearer,
    together: Option<(u32, bool)>,
) -> Vec<Need> {
    let need = |kind, fit| Need { bearer, kind, fit };
    let mut needs = vec![need(CertificateKind::VehicleLicence, Fit::Any)];
    let Some(class) = class else { return needs };
    let (mass, hazardous) = together.unwrap_or((class.total_mass_kg, class.hazardous));
    if !class.trailer {
        needs.push(need(CertificateKind::Policy, Fit::Policy(PolicyKind::Compulsory)));
    }
    if hazardous {
        needs.push(need(CertificateKind::TransportPermit, Fit::Hazardous));
        if !class.trailer {
            needs.push(need(CertificateKind::Policy, Fit::Policy(PolicyKind::CarrierLiability)));
        }
    } else if mass > EXEMPT_KG {
        needs.push(need(CertificateKind::TransportPermit, Fit::Ordinary));
    }
    needs
}

impl Need {
    fn fits(&self, class: &Class) -> bool {
        match (self.fit, class) {
            (Fit::Any, _) => true,
            (Fit::Licence(needed), Class::Licence { classes }) => licence::covers(*classes, needed),
            (Fit::Ordinary, Class::Qualification { ordinary, .. }) => *ordinary,
            (Fit::Hazardous, Class::Qualification { hazardous, .. }) => *hazardous,
            (Fit::Ordinary, Class::Permit { .. }) => true,
            (Fit::Hazardous, Class::Permit { hazardous }) => *hazardous,
            (Fit::Policy(wanted), Class::Policy { kind }) => *kind == wanted,
            _ => false,
        }
    }

    /// Why it is not met: a policy of another kind is none at all, else a class is unfit.
    fn unmet(&self, dossier: Option<&Dossier>, at: Time) -> Option<Reason> {
        let holding: Vec<&Class> = dossier
            .iter()
            .flat_map(|d| &d.certificates)
            .filter(|c| c.kind == self.kind && c.holds_at(at))
            .map(|c| &c.terms.class)
            .collect();
        if holding.iter().any(|class| self.fits(class)) {
            return None;
        }
        let code = match self.fit {
            Fit::Policy(_) => RefusalCode::CertificateMissing,
            _ if holding.is_empty() => RefusalCode::CertificateMissing,
            _ => RefusalCode::ClassUnfit,
        };
        Some(reason(code, &self.about()))
    }

    /// The certificate in one word, such as `trailer_transport_permit` or `compulsory_policy`.
    fn about(&self) -> String {
        let kind = self.kind.word();
        let word = match self.fit {
            Fit::Policy(policy) => format!("{}_{kind}", policy.word()),
            _ => kind.into(),
        };
        match self.bearer {
            Bearer::Trailer => format!("trailer_{word}"),
            _ => word,
        }
    }
}

fn reason(code: RefusalCode, about: &str) -> Reason {
    Reason { code, about: Word::new(about).ok() }
}
