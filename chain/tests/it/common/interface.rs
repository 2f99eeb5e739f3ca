// SPDX-License-Identifier: Apache-2.0
//! Interface grants of the small world: applied for, granted, and as they stand.

use super::*;

/// The interface for applications.
pub const APPLY: InterfaceKind = InterfaceKind::CodeApplication;
/// The interface for everything else.
pub const EXCHANGE: InterfaceKind = InterfaceKind::VerificationAndExchange;

/// A set of scopes.
pub fn some(scopes: &[InterfaceScope]) -> InterfaceScopes {
    let has = |scope| scopes.contains(&scope);
    InterfaceScopes {
        codes: has(InterfaceScope::Codes),
        vehicles: has(InterfaceScope::Vehicles),
        verify: has(InterfaceScope::Verify),
        exchange: has(InterfaceScope::Exchange),
        waybills: has(InterfaceScope::Waybills),
        modules: has(InterfaceScope::Modules),
    }
}

impl World {
    /// Every scope of an interface for 30 days.
    pub fn usual_terms(&self, interface: InterfaceKind) -> GrantTerms {
        whole(interface, self.clock.plus(30 * DAY))
    }

    /// What an organisation asks for as a rule.
    pub fn usual_request(&self, interface: InterfaceKind) -> InterfaceApply {
        let terms = self.usual_terms(interface);
        InterfaceApply { interface, terms, purpose: Hash::of(b"purpose") }
    }

    /// An organisation's record of an interface as it was last written.
    #[track_caller]
    pub fn interface(&self, party: &Party, interface: InterfaceKind) -> Interface {
        self.get(Interface::id_of(party.id, interface))
    }

    /// An organisation applies; the number of its request.
    #[track_caller]
    pub fn ask(&mut self, party: &Party, interface: InterfaceKind, terms: GrantTerms) -> u64 {
        let purpose = Hash::of(b"purpose");
        self.send(&party.key, InterfaceApply { interface, terms, purpose });
        self.interface(party, interface).requests
    }

    /// A regulator grants what is asked for, whole.
    #[track_caller]
    pub fn grant_as_asked(&mut self, party: &Party, interface: InterfaceKind) {
        let record = self.interface(party, interface);
        let terms = record.request.expect("there is a request").terms;
        let (organisation, request) = (party.id, record.requests);
        let regulator = self.parties.regulator.key.clone();
        self.send(&regulator, InterfaceGrant { organisation, interface, request, terms });
    }

    /// An organisation asks for terms and gets them.
    #[track_caller]
    pub fn granted(&mut self, party: &Party, interface: InterfaceKind, terms: GrantTerms) {
        self.ask(party, interface, terms);
        self.grant_as_asked(party, interface);
    }

    /// A regulator revokes a grant.
    #[track_caller]
    pub fn revoke(&mut self, party: &Party, interface: InterfaceKind) {
        let (organisation, reason) = (party.id, word("misuse"));
        let regulator = self.parties.regulator.key.clone();
        self.send(&regulator, InterfaceRevoke { organisation, interface, reason });
    }
}
