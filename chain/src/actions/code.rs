// SPDX-License-Identifier: Apache-2.0
//! A code's standing.

use crate::data::data;
use crate::ids::{CodeId, OrganisationId};
use crate::text::Word;

data! {
    /// Sent by a regulator or authority.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct CodeSuspend {
        /// Which.
        pub code: CodeId,
        /// Reason code.
        pub reason: Word,
    }

    /// Sent by who laid the suspension, or a regulator.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct CodeResume {
        /// Which.
        pub code: CodeId,
        /// Who laid the suspension that is lifted.
        pub by: OrganisationId,
        /// Reason code of the suspension that is lifted.
        pub reason: Word,
    }

    /// Sent by the holder, a regulator, or, for a person's code, an authority that attests identities in
    /// its prefecture.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct CodeCancel {
        /// Which.
        pub code: CodeId,
        /// Reason code.
        pub reason: Word,
    }
}
