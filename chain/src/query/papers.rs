// SPDX-License-Identifier: Apache-2.0
//! Six certificates and one policy (六证一单): what stands behind a code at an instant, and what is open.

use super::code::{CodeAnswer, code};
use super::record::typed;
use crate::data::small_data;
use crate::ids::{CodeId, RecordId, Time};
use crate::records::{
    Certificate, Code, Dossier, Matter, Organisation, Person, RecordValue, Subject, Vehicle,
};
use crate::view::Records;

small_data! {
    /// As what a subject stands behind a code.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum Part {
        /// It holds the code.
        Holder,
        /// The current vehicle.
        Vehicle,
        /// Its trailer.
        Trailer,
        /// It operates the vehicle. A holder who does so is there once, as holder.
        Operator,
    }
}

/// The papers of one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PapersOf {
    /// As what it stands behind the code.
    pub part: Part,
    /// Which it is.
    pub subject: Subject,
    /// Its certificates, in order of attestation.
    pub certificates: Vec<Certificate>,
    /// Its open matters, sorted by id.
    pub matters: Vec<Matter>,
}

/// A code at `at`, which is not before the records' header, with the papers behind it; of a code that was
/// never issued there are none.
pub fn papers<R: Records + ?Sized>(
    records: &R,
    id: CodeId,
    at: Time,
) -> (CodeAnswer, Vec<PapersOf>) {
    let answer = code(records, id, at);
    let parts = answer.record.as_ref().map_or_else(Vec::new, |(_, code)| parts(code));
    let of = parts.into_iter().filter_map(|(part, subject)| {
        let Dossier { certificates, matters } = dossier(records, subject, at)?;
        let matter = |id: RecordId| typed::<Matter, _>(records, id, at).map(|seen| seen.value);
        let matters = matters.iter().filter_map(|open| matter(open.id.0)).collect();
        Some(PapersOf { part, subject, certificates, matters })
    });
    let of = of.collect();
    (answer, of)
}

/// Who stands behind a code, each once.
fn parts(code: &Code) -> Vec<(Part, Subject)> {
    let holder = Some((Part::Holder, Subject::from(code.holder)));
    let vehicle = code.current.map(|id| (Part::Vehicle, Subject::Vehicle(id)));
    let trailer = code.trailer.map(|id| (Part::Trailer, Subject::Vehicle(id)));
    let operator = code.operator.map(Subject::from);
    let operator = operator.filter(|operator| *operator != Subject::from(code.holder));
    let operator = operator.map(|subject| (Part::Operator, subject));
    [holder, vehicle, trailer, operator].into_iter().flatten().collect()
}

fn dossier<R: Records + ?Sized>(records: &R, subject: Subject, at: Time) -> Option<Dossier> {
    fn of<T, R>(records: &R, id: RecordId, at: Time, part: fn(T) -> Dossier) -> Option<Dossier>
    where
        T: RecordValue + Clone,
        R: Records + ?Sized,
    {
        typed::<T, _>(records, id, at).map(|seen| part(seen.value))
    }
    match subject {
        Subject::Person(id) => of(records, id.0, at, |person: Person| person.dossier),
        Subject::Vehicle(id) => of(records, id.0, at, |vehicle: Vehicle| vehicle.dossier),
        Subject::Organisation(id) => of(records, id.0, at, |one: Organisation| one.dossier),
    }
}
