// SPDX-License-Identifier: Apache-2.0
//! Which certificates driver, vehicle, trailer and operator need together, and which are lacking.

use chain::Time;
use chain::ids::VehicleId;
use chain::records::certificate::VehicleClass;
use chain::records::*;
use chain::refusal::RefusalCode as R;
use chain::rules::licence;

use crate::certificates::policy_of;
use crate::world::{Held, Model, Why};

/// A vehicle or trailer: what its licence says, and what it has.
pub(crate) struct Rig<'a> {
    pub(crate) class: Option<&'a VehicleClass>,
    pub(crate) held: &'a [Held],
}

/// Who drives what for whom.
pub(crate) struct Together<'a> {
    pub(crate) driver: &'a [Held],
    pub(crate) vehicle: Option<Rig<'a>>,
    pub(crate) trailer: Option<Rig<'a>>,
    pub(crate) operator: Option<&'a [Held]>,
    pub(crate) hazardous: bool,
}

/// Adds why a certificate of a kind that fits is lacking, if it is.
fn need(
    why: &mut Why,
    (held, at): (Option<&[Held]>, Time),
    kind: CertificateKind,
    fits: impl Fn(&Class) -> bool,
) {
    let holding = held.unwrap_or_default().iter().filter(|c| c.kind == kind && c.holds(at));
    let holding: Vec<&Held> = holding.collect();
    if holding.iter().any(|c| fits(&c.terms.class)) {
        return;
    }
    let none = kind == CertificateKind::Policy || holding.is_empty();
    why.push(if none { R::CertificateMissing } else { R::ClassUnfit });
}

fn permits(class: &Class, hazardous: bool) -> bool {
    match class {
        Class::Permit { hazardous: may } => *may || !hazardous,
        Class::Qualification { ordinary, hazardous: may } => {
            if hazardous {
                *may
            } else {
                *ordinary
            }
        }
        _ => false,
    }
}

/// What a vehicle or trailer of a combination needs.
fn of_rig(why: &mut Why, rig: &Rig<'_>, at: Time, (mass, hazardous): (u32, bool)) {
    let held = (Some(rig.held), at);
    need(why, held, CertificateKind::VehicleLicence, |_| true);
    let Some(class) = rig.class else { return };
    let mut policy = |wanted| {
        need(why, held, CertificateKind::Policy, |c| policy_of(c) == Some(wanted));
    };
    if !class.trailer {
        policy(PolicyKind::Compulsory);
        if hazardous {
            policy(PolicyKind::CarrierLiability);
        }
    }
    if hazardous || mass > 4_500 {
        need(why, held, CertificateKind::TransportPermit, |class| permits(class, hazardous));
    }
}

/// What a vehicle lacks for a record of its own.
pub(crate) fn lacking_alone(held: &[Held], at: Time) -> Why {
    let licence = held.iter().find(|c| c.kind == CertificateKind::VehicleLicence);
    let class = licence.and_then(|c| match &c.terms.class {
        Class::Vehicle(class) => Some(class),
        _ => None,
    });
    let mut why = Why::new();
    let weight = class.map_or((0, false), |c| (c.total_mass_kg, c.hazardous));
    of_rig(&mut why, &Rig { class, held }, at, weight);
    why
}

/// What a business permit's bearer lacks for an enterprise's code.
pub(crate) fn lacking_permit(held: &[Held], at: Time) -> Why {
    let mut why = Why::new();
    need(&mut why, (Some(held), at), CertificateKind::BusinessPermit, |_| true);
    why
}

/// What is lacking of all that parties need together.
pub(crate) fn lacking(together: &Together<'_>, at: Time) -> Why {
    let mut why = Why::new();
    let rigs = [together.vehicle.as_ref(), together.trailer.as_ref()];
    let classes: Vec<&VehicleClass> = rigs.iter().flatten().filter_map(|rig| rig.class).collect();
    let mass: u32 = classes.iter().map(|class| class.total_mass_kg).sum();
    let tank = classes.iter().any(|class| class.hazardous);
    let hazardous = together.hazardous || tank;
    let driver = (Some(together.driver), at);
    need(&mut why, driver, CertificateKind::Identity, |_| true);
    let of_trailer = together.trailer.as_ref().and_then(|rig| rig.class).map(|c| c.total_mass_kg);
    let of_vehicle = together.vehicle.as_ref().and_then(|rig| rig.class).map(|c| c.total_mass_kg);
    need(&mut why, driver, CertificateKind::DrivingLicence, |class| match (class, of_vehicle) {
        (Class::Licence { classes }, Some(kg)) => {
            licence::covers(*classes, licence::needed(kg, of_trailer))
        }
        _ => of_vehicle.is_none(),
    });
    for rig in rigs.into_iter().flatten() {
        of_rig(&mut why, rig, at, (mass, hazardous));
    }
    if together.vehicle.is_some() && (hazardous || mass > 4_500) {
        let fits = |class: &Class| permits(class, hazardous);
        need(&mut why, driver, CertificateKind::Qualification, fits);
        need(&mut why, (together.operator, at), CertificateKind::BusinessPermit, fits);
    }
    if together.hazardous && !tank {
        why.push(R::ClassUnfit);
    }
    why
}

impl Model {
    /// What a subject has.
    pub(crate) fn held_by(&self, subject: Subject) -> &[Held] {
        self.certificates.get(&subject).map_or(&[], Vec::as_slice)
    }

    fn rig(&self, vehicle: VehicleId) -> Rig<'_> {
        let held = self.held_by(Subject::Vehicle(vehicle));
        Rig { class: self.class_of(vehicle), held }
    }

    /// What a driver with these certificates lacks for a vehicle with its trailer, and an operator.
    pub(crate) fn lacking_for(
        &self,
        (driver, vehicle): (&[Held], Option<VehicleId>),
        operator: Option<&[Held]>,
        hazardous: bool,
    ) -> Why {
        let trailer = vehicle.and_then(|vehicle| self.couplings.get(&vehicle));
        let together = Together {
            driver,
            vehicle: vehicle.map(|id| self.rig(id)),
            trailer: trailer.map(|id| self.rig(*id)),
            operator,
            hazardous: hazardous && vehicle.is_some(),
        };
        lacking(&together, self.now)
    }
}
