// SPDX-License-Identifier: Apache-2.0
//! Certificates and policies: what an authority or insurer attested about a subject.
//!
//! The chain holds a commitment to the fields, never a value; certificates lie in their subject's record.

use crate::data::{data, small_data};
use crate::hash::Hash;
use crate::ids::{ApplicationId, CertificateId, OrganisationId, Prefecture, Time};
use crate::text::Word;

small_data! {
    /// The kinds of certificates (`domain.md` section 2).
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum CertificateKind {
        /// 身份证, of a person, by public security.
        Identity,
        /// 驾驶证, of a person, by the traffic police.
        DrivingLicence,
        /// 从业资格证, of a person, by the transport authority.
        Qualification,
        /// 行驶证, of a vehicle or trailer, by the traffic police.
        VehicleLicence,
        /// 运输证, of a vehicle or trailer, by the transport authority.
        TransportPermit,
        /// 经营许可证, of an operator, by the transport authority.
        BusinessPermit,
        /// 保单, of a vehicle, by an insurer.
        Policy,
        /// 银行账户, of a person or operator, by a bank.
        BankAccount,
    }

    /// The kinds of policies.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum PolicyKind {
        /// 交强险.
        Compulsory,
        /// 商业第三者责任险.
        ThirdParty,
        /// 承运人责任险.
        CarrierLiability,
        /// 货运险.
        Cargo,
        /// 车上人员责任险.
        Occupants,
        /// 车损险.
        Damage,
    }

    /// Energy of a vehicle, by the ministry's letters.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum Energy {
        /// 汽油 (A).
        Petrol,
        /// 柴油 (B).
        Diesel,
        /// 电 (C).
        Electric,
        /// 混合 (D, O).
        Hybrid,
        /// 天然气, 液化石油气 (E, F).
        Gas,
        /// 其他.
        Other,
    }

    /// Where a certificate stands.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum CertificateState {
        /// In force, or to come into force at `valid_from`.
        Valid,
        /// Suspended by its attester.
        Suspended,
        /// Revoked by its attester; final.
        Revoked,
        /// Past its end.
        Ended,
    }
}

data! {
    /// The class bits that the chain needs in the clear, by kind of certificate.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum Class {
        /// Nothing.
        None,
        /// Licence classes of a driving licence, as bits of [`crate::rules::licence`].
        Licence {
            /// Bit set of classes.
            classes: u16,
        },
        /// Goods classes of a qualification.
        Qualification {
            /// Ordinary goods.
            ordinary: bool,
            /// Hazardous goods.
            hazardous: bool,
        },
        /// A vehicle's or trailer's licence.
        Vehicle(VehicleClass),
        /// A transport or business permit.
        Permit {
            /// Hazardous goods allowed.
            hazardous: bool,
        },
        /// A policy.
        Policy {
            /// Its kind.
            kind: PolicyKind,
        },
    }

    /// What the chain needs to know of a vehicle.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct VehicleClass {
        /// Type by GA 24.4, such as `H31`.
        pub vehicle_type: Word,
        /// Total mass, kg.
        pub total_mass_kg: u32,
        /// Rated load, kg.
        pub rated_load_kg: u32,
        /// Axles.
        pub axles: u8,
        /// True for a trailer or semi-trailer.
        pub trailer: bool,
        /// Energy.
        pub energy: Energy,
        /// Built for hazardous goods.
        pub hazardous: bool,
        /// Prefecture of registration.
        pub prefecture: Prefecture,
    }

    /// What an attester says of a certificate.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Terms {
        /// RFC 6962 root over the digests of its fields.
        pub root: Hash,
        /// The application that its fields came with; none for what was attested apart. An erasure of
        /// that application shuts this and no other word on the subject.
        pub application: Option<ApplicationId>,
        /// Who attested it.
        pub attester: OrganisationId,
        /// When.
        pub attested_at: Time,
        /// From when it holds.
        pub valid_from: Time,
        /// When it ends; none for ever.
        pub valid_until: Option<Time>,
        /// Class bits.
        pub class: Class,
    }

    /// A certificate or policy.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Certificate {
        /// Its id; it stays through renewals.
        pub id: CertificateId,
        /// Its kind.
        pub kind: CertificateKind,
        /// What was attested.
        pub terms: Terms,
        /// Where it stands.
        pub state: CertificateState,
        /// When it was suspended or revoked, until that is lifted or it is attested anew.
        pub stopped_at: Option<Time>,
        /// The end is near (`certificate_notice_ms`).
        pub notice: bool,
        /// A renewal that takes over by itself at its `valid_from`.
        pub next: Option<Terms>,
    }
}

impl CertificateKind {
    /// Its word in JSON and in reasons.
    pub fn word(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::DrivingLicence => "driving_licence",
            Self::Qualification => "qualification",
            Self::VehicleLicence => "vehicle_licence",
            Self::TransportPermit => "transport_permit",
            Self::BusinessPermit => "business_permit",
            Self::Policy => "policy",
            Self::BankAccount => "bank_account",
        }
    }
}

impl PolicyKind {
    /// Its word in JSON and in reasons.
    pub fn word(self) -> &'static str {
        match self {
            Self::Compulsory => "compulsory",
            Self::ThirdParty => "third_party",
            Self::CarrierLiability => "carrier_liability",
            Self::Cargo => "cargo",
            Self::Occupants => "occupants",
            Self::Damage => "damage",
        }
    }
}

impl Certificate {
    /// One in force, as it was attested.
    pub fn new(id: CertificateId, kind: CertificateKind, terms: Terms) -> Self {
        let (state, stopped_at, notice, next) = (CertificateState::Valid, None, false, None);
        Self { id, kind, terms, state, stopped_at, notice, next }
    }

    /// True if it is in force at an instant.
    pub fn holds_at(&self, time: Time) -> bool {
        self.state == CertificateState::Valid
            && self.terms.valid_from <= time
            && self.terms.valid_until.is_none_or(|end| time < end)
    }

    /// Its kind of policy, if it is one.
    pub fn policy(&self) -> Option<PolicyKind> {
        match self.terms.class {
            Class::Policy { kind } => Some(kind),
            _ => None,
        }
    }
}
