// SPDX-License-Identifier: Apache-2.0
//! What an organisation has to do with one interface: what it asks for, what it was granted, and what
//! it was last told no for. One record for each organisation and interface, found without an index.

use std::str::FromStr;

use super::{RecordKind, RecordValue, wrapped};
use crate::codec;
use crate::data::{data, small_data};
use crate::domain;
use crate::hash::Hash;
use crate::ids::{OrganisationId, RecordId, Time};
use crate::text::{TextError, Word};

small_data! {
    /// The interfaces that are granted (`domain.md` section 1).
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum InterfaceKind {
        /// 运输码申领接口: applications for codes and vehicles.
        CodeApplication,
        /// 核验及交换赋能接口: verification and exchange.
        VerificationAndExchange,
    }

    /// What a grant lets its organisation do. Each belongs to one interface.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum InterfaceScope {
        /// Apply for codes.
        Codes,
        /// Apply for vehicles.
        Vehicles,
        /// Read certificates and matters of codes that are not its own.
        Verify,
        /// Get values under a basis.
        Exchange,
        /// Offer waybills, and read those that it is party to.
        Waybills,
        /// Affiliations, the modules of drivers and vehicles, feeds and webhooks.
        Modules,
    }

    /// A set of scopes.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct InterfaceScopes {
        /// May apply for codes.
        pub codes: bool,
        /// May apply for vehicles.
        pub vehicles: bool,
        /// May read certificates and matters of codes that are not its own.
        pub verify: bool,
        /// May get values under a basis.
        pub exchange: bool,
        /// May offer waybills, and read those that it is party to.
        pub waybills: bool,
        /// May use affiliations, the modules of drivers and vehicles, feeds and webhooks.
        pub modules: bool,
    }
}

impl InterfaceKind {
    /// Both of them, in the order of the format.
    pub const ALL: [Self; 2] = [Self::CodeApplication, Self::VerificationAndExchange];

    /// Its word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::CodeApplication => "code_application",
            Self::VerificationAndExchange => "verification_and_exchange",
        }
    }
}

impl FromStr for InterfaceKind {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let kind = Self::ALL.into_iter().find(|kind| kind.word() == text);
        kind.ok_or_else(|| TextError::new("code_application or verification_and_exchange", text))
    }
}

impl InterfaceScope {
    /// All of them, in the order of [`InterfaceScopes`].
    pub const ALL: [Self; 6] =
        [Self::Codes, Self::Vehicles, Self::Verify, Self::Exchange, Self::Waybills, Self::Modules];

    /// The interface that it belongs to.
    pub fn interface(self) -> InterfaceKind {
        match self {
            Self::Codes | Self::Vehicles => InterfaceKind::CodeApplication,
            Self::Verify | Self::Exchange | Self::Waybills | Self::Modules => {
                InterfaceKind::VerificationAndExchange
            }
        }
    }

    /// Its word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Codes => "codes",
            Self::Vehicles => "vehicles",
            Self::Verify => "verify",
            Self::Exchange => "exchange",
            Self::Waybills => "waybills",
            Self::Modules => "modules",
        }
    }
}

impl InterfaceScopes {
    /// No scope.
    pub const NONE: Self = Self {
        codes: false,
        vehicles: false,
        verify: false,
        exchange: false,
        waybills: false,
        modules: false,
    };

    /// Every scope of an interface.
    pub fn all_of(interface: InterfaceKind) -> Self {
        match interface {
            InterfaceKind::CodeApplication => Self { codes: true, vehicles: true, ..Self::NONE },
            InterfaceKind::VerificationAndExchange => {
                Self { verify: true, exchange: true, waybills: true, modules: true, ..Self::NONE }
            }
        }
    }

    /// True if it has the scope.
    pub fn has(self, scope: InterfaceScope) -> bool {
        match scope {
            InterfaceScope::Codes => self.codes,
            InterfaceScope::Vehicles => self.vehicles,
            InterfaceScope::Verify => self.verify,
            InterfaceScope::Exchange => self.exchange,
            InterfaceScope::Waybills => self.waybills,
            InterfaceScope::Modules => self.modules,
        }
    }

    /// The same set with a scope.
    pub fn with(mut self, scope: InterfaceScope) -> Self {
        match scope {
            InterfaceScope::Codes => self.codes = true,
            InterfaceScope::Vehicles => self.vehicles = true,
            InterfaceScope::Verify => self.verify = true,
            InterfaceScope::Exchange => self.exchange = true,
            InterfaceScope::Waybills => self.waybills = true,
            InterfaceScope::Modules => self.modules = true,
        }
        self
    }

    /// The scopes of either set.
    pub fn or(self, other: Self) -> Self {
        let held = InterfaceScope::ALL.into_iter().filter(|scope| other.has(*scope));
        held.fold(self, Self::with)
    }

    /// The scopes of both sets.
    pub fn and(self, other: Self) -> Self {
        let both = InterfaceScope::ALL.into_iter().filter(|s| self.has(*s) && other.has(*s));
        both.fold(Self::NONE, Self::with)
    }

    /// True if the other set has every scope of this one.
    pub fn is_within(self, other: Self) -> bool {
        InterfaceScope::ALL.into_iter().all(|scope| !self.has(scope) || other.has(scope))
    }

    /// True if it has a scope, and none of another interface.
    pub fn is_of(self, interface: InterfaceKind) -> bool {
        self != Self::NONE && self.is_within(Self::all_of(interface))
    }
}

data! {
    /// What is asked for or granted.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct GrantTerms {
        /// What for: scopes of one interface, at least one.
        pub scopes: InterfaceScopes,
        /// Most calls a minute.
        pub calls_a_minute: u32,
        /// Until when; at that instant it has ended.
        pub until: Time,
    }

    /// A request that no regulator has answered.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct GrantRequest {
        /// What is asked for.
        pub terms: GrantTerms,
        /// Digest of the text that says what for.
        pub purpose: Hash,
        /// When it was made.
        pub asked_at: Time,
    }

    /// A grant in force.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Grant {
        /// What is granted.
        pub terms: GrantTerms,
        /// Since when.
        pub from: Time,
        /// The regulator that gave it; none: genesis did.
        pub by: Option<OrganisationId>,
    }

    /// What a regulator's no says.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct GrantDenial {
        /// True if a grant was revoked, false if a request was refused.
        pub revoked: bool,
        /// When.
        pub at: Time,
        /// The regulator.
        pub by: OrganisationId,
        /// Reason code.
        pub reason: Word,
    }

    /// An organisation and an interface.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Interface {
        /// Whose.
        pub organisation: OrganisationId,
        /// Which interface.
        pub interface: InterfaceKind,
        /// How many requests were made so far: the number of the open one.
        pub requests: u64,
        /// The open request, if there is one.
        pub request: Option<GrantRequest>,
        /// The grant in force, if there is one; a request beside it is to change or renew it.
        pub grant: Option<Grant>,
        /// The last refusal or revocation, whatever was granted since.
        pub denied: Option<GrantDenial>,
    }
}

impl GrantTerms {
    /// The fields in which these terms go beyond what others allow.
    pub fn beyond(&self, allowed: &Self) -> Vec<&'static str> {
        let checks = [
            ("scopes", self.scopes.is_within(allowed.scopes)),
            ("calls_a_minute", self.calls_a_minute <= allowed.calls_a_minute),
            ("until", self.until <= allowed.until),
        ];
        checks.into_iter().filter(|(_, holds)| !holds).map(|(field, _)| field).collect()
    }
}

impl Interface {
    /// The record of an organisation that never asked.
    pub fn new(organisation: OrganisationId, interface: InterfaceKind) -> Self {
        Self { organisation, interface, requests: 0, request: None, grant: None, denied: None }
    }

    /// The id of the record of an organisation and an interface.
    pub fn id_of(organisation: OrganisationId, interface: InterfaceKind) -> RecordId {
        let parts: [&[u8]; 2] = [&organisation.0.0, &codec::encode(&interface)];
        RecordId(Hash::tagged(domain::INTERFACE_ID, &parts).half())
    }

    /// The grant that is in force at an instant not before the record's last change.
    pub fn grant_at(&self, at: Time) -> Option<&Grant> {
        self.grant.as_ref().filter(|grant| at < grant.terms.until)
    }
}

impl RecordValue for Interface {
    const KIND: RecordKind = RecordKind::Interface;

    fn record_id(&self) -> RecordId {
        Self::id_of(self.organisation, self.interface)
    }

    /// A grant ends by itself.
    fn next_change_at(&self) -> Option<Time> {
        self.grant.as_ref().map(|grant| grant.terms.until)
    }

    wrapped!(Interface);
}
