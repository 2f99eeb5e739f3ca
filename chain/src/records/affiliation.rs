// SPDX-License-Identifier: Apache-2.0
//! An affiliation: an enterprise reviews a driver and opens an account (审核, 开户). It opens no field by
//! itself: each needs a basis of its own.

use super::key::Custody;
use super::{List, ListKey, RecordKind, RecordValue, wrapped};
use crate::data::{data, small_data};
use crate::domain;
use crate::hash::Hash;
use crate::ids::{AffiliationId, CodeId, OrganisationId, RecordId, Time};
use crate::text::Word;

small_data! {
    /// The enterprise's review of the driver.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum Review {
        /// 待审核.
        Waiting,
        /// 已通过.
        Approved,
        /// 已拒绝.
        Refused,
    }

    /// The driver's account with the enterprise.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum Account {
        /// Not opened.
        None,
        /// 已开户.
        Opened,
        /// 已销户, or ended before it was opened.
        Closed,
    }

    /// The two sides of an affiliation.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum AffiliationSide {
        /// The enterprise or platform.
        Enterprise,
        /// The driver.
        Driver,
    }
}

data! {
    /// How an affiliation ended: closed by a side, or refused in review.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct AffiliationEnding {
        /// Which side ended it.
        pub by: AffiliationSide,
        /// Who has the key in hand, if the driver ended it.
        pub custody: Option<Custody>,
        /// Reason code.
        pub reason: Word,
        /// When.
        pub at: Time,
    }

    /// An affiliation. A pair has one record: a new request after an end is its next version.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Affiliation {
        /// Its id, which follows from the pair.
        pub id: AffiliationId,
        /// The enterprise or platform.
        pub enterprise: OrganisationId,
        /// The driver's code.
        pub code: CodeId,
        /// Which side asked.
        pub asked_by: AffiliationSide,
        /// Who has the key in hand by which the driver asked or agreed to it.
        pub custody: Option<Custody>,
        /// When.
        pub asked_at: Time,
        /// The review.
        pub review: Review,
        /// When it was reviewed.
        pub reviewed_at: Option<Time>,
        /// The account.
        pub account: Account,
        /// When the account was opened.
        pub opened_at: Option<Time>,
        /// How it ended, if it has.
        pub ending: Option<AffiliationEnding>,
    }
}

impl Affiliation {
    /// The id of a pair's record.
    pub fn id_of(enterprise: OrganisationId, code: CodeId) -> AffiliationId {
        let parts: [&[u8]; 2] = [&enterprise.0.0, &code.record().0];
        AffiliationId(RecordId(Hash::tagged(domain::AFFILIATION_ID, &parts).half()))
    }

    /// True until it is refused or ended. It outlives a cancelled code and an enterprise whose registration
    /// has ended on record only: `query::affiliation` tells how it stands then.
    pub fn is_live(&self) -> bool {
        self.ending.is_none()
    }

    /// The list of an enterprise's affiliations.
    pub fn list_of(enterprise: OrganisationId) -> ListKey {
        ListKey { list: List::AffiliationsByEnterprise, of: enterprise.0 }
    }

    /// The list of a code's affiliations.
    pub fn list_by_code(code: CodeId) -> ListKey {
        ListKey { list: List::AffiliationsByCode, of: code.record() }
    }
}

impl RecordValue for Affiliation {
    const KIND: RecordKind = RecordKind::Affiliation;

    fn record_id(&self) -> RecordId {
        self.id.0
    }

    fn lists(&self) -> Vec<ListKey> {
        vec![Self::list_of(self.enterprise), Self::list_by_code(self.code)]
    }

    wrapped!(Affiliation);
}
