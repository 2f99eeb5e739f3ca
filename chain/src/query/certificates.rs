// SPDX-License-Identifier: Apache-2.0
//! The certificates that an access is about, and the application that a code came from: who asks and who
//! answers find the same ones, as the chain had them when the access was recorded.

use super::exchange::is_named_case;
use super::record::{fresh, typed};
use crate::fields;
use crate::ids::Time;
use crate::machine::exchange::basis::check_erasure;
use crate::records::certificate::{Certificate, CertificateKind};
use crate::records::subject::{DataSubject, Dossier, Operator, Subject};
use crate::records::{Access, Application, Code, Holder, Organisation, Person, Vehicle};
use crate::view::Records;

/// A certificate of a subject: a commitment that fields open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// Whose.
    pub subject: Subject,
    /// The certificate.
    pub certificate: Certificate,
}

impl Committed {
    /// True if an access opens the field with this name of it.
    pub fn is_opened(&self, access: &Access, name: &str) -> bool {
        let certificate = &self.certificate;
        access.opens((certificate.kind, certificate.terms.attester), name)
    }
}

/// What an access is answered with: the certificates that it was about when it was recorded (`then`), as far as their
/// data are there in the newest records at `now`.
pub fn answered<T: Records + ?Sized, R: Records + ?Sized>(
    then: &T,
    (newest, now): (&R, Time),
    access: &Access,
) -> Vec<Committed> {
    still_there(newest, access, committed(then, access, access.at), now)
}

/// The certificates that an access is about, as of `at`: of a code those of its holder, its vehicles and
/// its operator, of a vehicle its own, of an application those that came with it.
fn committed<R: Records + ?Sized>(records: &R, access: &Access, at: Time) -> Vec<Committed> {
    let vehicles = access.vehicles.iter().map(|id| Subject::Vehicle(*id));
    let holder = access.holder.map(Subject::from);
    let holder = holder.filter(|_| !matches!(access.about, DataSubject::Vehicle(_)));
    let subjects = holder.into_iter().chain(vehicles);
    let mut found: Vec<Committed> =
        subjects.flat_map(|subject| of_subject(records, subject, at)).collect();
    match access.about {
        DataSubject::Code(code) => {
            let code = typed::<Code, _>(records, code.record(), at).map(|seen| seen.value);
            found.extend(code.map_or_else(Vec::new, |code| of_operator(records, &code, at)));
        }
        DataSubject::Application(id) => {
            found.retain(|one| one.certificate.terms.application == Some(id));
        }
        DataSubject::Vehicle(_) => {}
    }
    found.retain(|one| {
        let mut names = fields::table(one.certificate.kind).iter();
        names.any(|name| one.is_opened(access, name))
    });
    found
}

/// Of them those whose data are there at `at`: what came with an application that was erased is not, and
/// what is kept for the law alone is there for a named case.
fn still_there<R: Records + ?Sized>(
    records: &R,
    access: &Access,
    mut committed: Vec<Committed>,
    at: Time,
) -> Vec<Committed> {
    let named_case = is_named_case(records, access, at);
    committed.retain(|one| {
        let application = one.certificate.terms.application;
        check_erasure(&mut fresh(records), application, named_case, at).is_ok()
    });
    committed
}

/// The business permit of the enterprise that a code drives for.
fn of_operator<R: Records + ?Sized>(records: &R, code: &Code, at: Time) -> Vec<Committed> {
    let Some(Operator::Organisation(id)) = code.operator else { return Vec::new() };
    if code.holder == Holder::Organisation(id) {
        return Vec::new();
    }
    let mut all = of_subject(records, Subject::Organisation(id), at);
    all.retain(|one| one.certificate.kind == CertificateKind::BusinessPermit);
    all
}

fn of_subject<R: Records + ?Sized>(records: &R, subject: Subject, at: Time) -> Vec<Committed> {
    let id = subject.key().id;
    let dossier = match subject {
        Subject::Person(_) => typed::<Person, _>(records, id, at).map(|seen| seen.value.dossier),
        Subject::Vehicle(_) => typed::<Vehicle, _>(records, id, at).map(|seen| seen.value.dossier),
        Subject::Organisation(_) => {
            typed::<Organisation, _>(records, id, at).map(|seen| seen.value.dossier)
        }
    };
    let certificates = dossier.map_or_else(Vec::new, |dossier: Dossier| dossier.certificates);
    let committed = |certificate| Committed { subject, certificate };
    certificates.into_iter().map(committed).collect()
}

/// The application that the data came with which nobody attests: the code's, or the one asked about.
pub fn application_of<R: Records + ?Sized>(
    records: &R,
    access: &Access,
    at: Time,
) -> Option<Application> {
    let id = match access.about {
        DataSubject::Code(code) => typed::<Code, _>(records, code.record(), at)?.value.application,
        DataSubject::Application(id) => id,
        DataSubject::Vehicle(_) => return None,
    };
    typed::<Application, _>(records, id.0, at).map(|seen| seen.value)
}
