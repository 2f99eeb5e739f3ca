// SPDX-License-Identifier: Apache-2.0
//! An application for a code or a vehicle: claims that attesters answer, each by its own time.

use super::certificate::{CertificateKind, Terms};
use super::key::Custody;
use super::subject::Operator;
use super::vehicle::VehicleOwner;
use super::{List, ListKey, RecordKind, RecordValue, wrapped};
use crate::data::{data, small_data};
use crate::hash::Hash;
use crate::ids::{
    ApplicationId, CodeId, OrganisationId, PersonId, Prefecture, RecordId, Time, TransactionId,
    VehicleId,
};
use crate::keys::PublicKey;
use crate::text::Word;

data! {
    /// Who a code is for.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum CodeFor {
        /// A driver.
        Driver {
            /// Vehicles to bind, the current one first; none yet is allowed.
            vehicles: Vec<VehicleId>,
            /// Operator, or none yet. `person` stands for the applicant as a one-man business.
            operator: Option<WantedOperator>,
        },
        /// An enterprise's own code.
        Enterprise(OrganisationId),
    }

    /// What an application is for.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum Wanted {
        /// A code.
        Code(CodeFor),
        /// A vehicle's or trailer's record.
        Vehicle(VehicleOwner),
    }

    /// What became of a claim.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum ClaimState {
        /// Waits for its attester.
        Waiting,
        /// Attested.
        Attested(Terms),
        /// Refused.
        Refused {
            /// When.
            at: Time,
            /// The attester's reason code.
            reason: Word,
        },
        /// Overtaken: the application ended first.
        Ended,
    }

    /// One certificate that an application claims.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Claim {
        /// Its kind.
        pub kind: CertificateKind,
        /// RFC 6962 root over the digests of its fields.
        pub root: Hash,
        /// Who is asked.
        pub attester: OrganisationId,
        /// Until when the attester may answer.
        pub answer_by: Time,
        /// What became of it.
        pub state: ClaimState,
    }

    /// An application.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Application {
        /// Its id.
        pub id: ApplicationId,
        /// The transaction that made it: its code's id follows from it.
        pub made_by: TransactionId,
        /// What it is for.
        pub wanted: Wanted,
        /// Who sent it.
        pub sponsor: OrganisationId,
        /// The holder's key, registered when the code is issued.
        pub holder_key: PublicKey,
        /// Who has that key in hand.
        pub custody: Custody,
        /// Home prefecture.
        pub prefecture: Prefecture,
        /// Claims, at most 12.
        pub claims: Vec<Claim>,
        /// Corrections made.
        pub corrections: u32,
        /// When it was made.
        pub asked_at: Time,
        /// Where it stands.
        pub state: ApplicationState,
        /// When it was issued, lapsed or was withdrawn.
        pub ended_at: Option<Time>,
        /// The person, once identity is attested.
        pub person: Option<PersonId>,
        /// The vehicle, once its licence is attested.
        pub vehicle: Option<VehicleId>,
        /// The code, once issued.
        pub code: Option<CodeId>,
        /// While verifying: the earliest `answer_by` of a waiting claim, or the end of its time in all.
        pub lapses_at: Option<Time>,
    }
}

small_data! {
    /// The operator that an application names.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum WantedOperator {
        /// An enterprise.
        Organisation(OrganisationId),
        /// The applicant, as a one-man business.
        Applicant,
    }

    /// Where an application stands.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum ApplicationState {
        /// Attesters are asked.
        Verifying,
        /// The code or vehicle is there.
        Issued,
        /// Its time ran out.
        Lapsed,
        /// Withdrawn by its sponsor or holder.
        Withdrawn,
    }
}

impl WantedOperator {
    /// The operator, once the person is known.
    pub fn resolve(self, person: PersonId) -> Operator {
        match self {
            Self::Organisation(id) => Operator::Organisation(id),
            Self::Applicant => Operator::Person(person),
        }
    }
}

impl RecordValue for Application {
    const KIND: RecordKind = RecordKind::Application;

    fn record_id(&self) -> RecordId {
        self.id.0
    }

    fn next_change_at(&self) -> Option<Time> {
        self.lapses_at
    }

    fn lists(&self) -> Vec<ListKey> {
        vec![ListKey { list: List::ApplicationsBySponsor, of: self.sponsor.0 }]
    }

    wrapped!(Application);
}
