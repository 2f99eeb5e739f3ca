// SPDX-License-Identifier: Apache-2.0
//! What certificates and matters are about: a person, a vehicle or an organisation, and its dossier.

use super::certificate::{Certificate, CertificateKind};
use super::key::Owner;
use super::{RecordKey, RecordKind};
use crate::data::{data, small_data};
use crate::ids::{
    ApplicationId, CodeId, MatterId, OrganisationId, PersonId, RecordId, Time, VehicleId,
};

small_data! {
    /// What a certificate or matter is about.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum Subject {
        /// A person.
        Person(PersonId),
        /// A vehicle or trailer.
        Vehicle(VehicleId),
        /// An organisation as operator.
        Organisation(OrganisationId),
    }

    /// Who holds a code.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum Holder {
        /// A driver.
        Person(PersonId),
        /// An enterprise.
        Organisation(OrganisationId),
    }

    /// Whose data an access or an erasure is about.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum DataSubject {
        /// Those of a code and its holder.
        Code(CodeId),
        /// Those of a vehicle or trailer.
        Vehicle(VehicleId),
        /// Those of an application.
        Application(ApplicationId),
    }

    /// Who operates a vehicle: an enterprise, or a person as a one-man business.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum Operator {
        /// An enterprise.
        Organisation(OrganisationId),
        /// The person of the code itself.
        Person(PersonId),
    }
}

impl Subject {
    /// The key of its record.
    pub fn key(self) -> RecordKey {
        let (kind, id) = match self {
            Self::Person(id) => (RecordKind::Person, id.0),
            Self::Vehicle(id) => (RecordKind::Vehicle, id.0),
            Self::Organisation(id) => (RecordKind::Organisation, id.0),
        };
        RecordKey { kind, id }
    }
}

impl DataSubject {
    /// The code, if it is one.
    pub fn code(self) -> Option<CodeId> {
        match self {
            Self::Code(id) => Some(id),
            Self::Vehicle(_) | Self::Application(_) => None,
        }
    }

    /// The id of its record.
    pub fn record(self) -> RecordId {
        match self {
            Self::Code(id) => id.record(),
            Self::Vehicle(id) => id.0,
            Self::Application(id) => id.0,
        }
    }
}

impl From<CodeId> for DataSubject {
    fn from(code: CodeId) -> Self {
        Self::Code(code)
    }
}

impl From<Holder> for Subject {
    fn from(holder: Holder) -> Self {
        match holder {
            Holder::Person(id) => Self::Person(id),
            Holder::Organisation(id) => Self::Organisation(id),
        }
    }
}

impl From<Holder> for Owner {
    fn from(holder: Holder) -> Self {
        match holder {
            Holder::Person(id) => Self::Person(id),
            Holder::Organisation(id) => Self::Organisation(id),
        }
    }
}

impl From<Operator> for Subject {
    fn from(operator: Operator) -> Self {
        match operator {
            Operator::Person(id) => Self::Person(id),
            Operator::Organisation(id) => Self::Organisation(id),
        }
    }
}

data! {
    /// An open matter as its subject's record lists it.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct OpenMatter {
        /// Which.
        pub id: MatterId,
        /// When it makes the colour red.
        pub settle_by: Time,
        /// Its points.
        pub points: u8,
    }

    /// The certificates and open matters of a subject.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Dossier {
        /// Certificates, in order of attestation; at most 16, of them at most 8 policies.
        pub certificates: Vec<Certificate>,
        /// Open matters, sorted by id.
        pub matters: Vec<OpenMatter>,
    }
}

impl Dossier {
    /// One without certificates or matters.
    pub fn empty() -> Self {
        Self { certificates: Vec::new(), matters: Vec::new() }
    }

    /// The certificate of a kind of which a subject has only one.
    pub fn certificate(&self, kind: CertificateKind) -> Option<&Certificate> {
        self.certificates.iter().find(|c| c.kind == kind)
    }
}
