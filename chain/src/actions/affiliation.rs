// SPDX-License-Identifier: Apache-2.0
//! Affiliations of drivers with enterprises: asked for, reviewed, opened, ended.

use super::Statement;
use crate::data::data;
use crate::ids::{AffiliationId, CodeId, OrganisationId};
use crate::text::Word;

data! {
    /// Sent by the driver, or by the enterprise with the driver's word.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct AffiliationRequest {
        /// The enterprise or platform.
        pub enterprise: OrganisationId,
        /// The driver's code.
        pub code: CodeId,
        /// The driver's word.
        pub statements: Vec<Statement>,
    }

    /// An enterprise's verdict.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum AffiliationVerdict {
        /// 通过.
        Approve,
        /// 拒绝.
        Refuse {
            /// Reason code.
            reason: Word,
        },
    }

    /// Sent by the enterprise.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct AffiliationReview {
        /// Which.
        pub affiliation: AffiliationId,
        /// The verdict.
        pub verdict: AffiliationVerdict,
    }

    /// Sent by the enterprise once it has approved.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct AffiliationOpen {
        /// Which.
        pub affiliation: AffiliationId,
    }

    /// Sent by either side: an account that is open is closed.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct AffiliationEnd {
        /// Which.
        pub affiliation: AffiliationId,
        /// Reason code.
        pub reason: Word,
    }
}
