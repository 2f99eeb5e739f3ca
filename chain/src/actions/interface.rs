// SPDX-License-Identifier: Apache-2.0
//! Interfaces: an organisation applies, a regulator answers.

use crate::data::data;
use crate::hash::Hash;
use crate::ids::OrganisationId;
use crate::records::interface::{GrantTerms, InterfaceKind};
use crate::text::Word;

data! {
    /// Sent by an admin of the organisation. It takes the place of an open request; while a grant is in
    /// force it asks to change or renew it.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct InterfaceApply {
        /// Which interface.
        pub interface: InterfaceKind,
        /// What is asked for.
        pub terms: GrantTerms,
        /// Digest of the text that says what for.
        pub purpose: Hash,
    }

    /// Sent by an admin of the organisation.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct InterfaceWithdraw {
        /// The interface whose open request is withdrawn.
        pub interface: InterfaceKind,
    }

    /// Sent by a regulator.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct InterfaceGrant {
        /// Whose request.
        pub organisation: OrganisationId,
        /// Which interface.
        pub interface: InterfaceKind,
        /// Number of the request, so that one which replaced it is not granted unseen.
        pub request: u64,
        /// What is granted: no more than was asked for.
        pub terms: GrantTerms,
    }

    /// Sent by a regulator. A grant in force stays.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct InterfaceRefuse {
        /// Whose request.
        pub organisation: OrganisationId,
        /// Which interface.
        pub interface: InterfaceKind,
        /// Number of the request, so that one which replaced it is not refused unseen.
        pub request: u64,
        /// Reason code.
        pub reason: Word,
    }

    /// Sent by a regulator. An open request stays.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct InterfaceRevoke {
        /// Whose grant.
        pub organisation: OrganisationId,
        /// Which interface.
        pub interface: InterfaceKind,
        /// Reason code.
        pub reason: Word,
    }

    /// Sent by an admin of the organisation. An open request stays.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct InterfaceRelease {
        /// The interface whose grant is given back.
        pub interface: InterfaceKind,
    }
}
