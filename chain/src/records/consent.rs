// SPDX-License-Identifier: Apache-2.0
//! A consent: a holder lets one organisation see some fields for one purpose, so often and until then.

use super::field_set::FieldSet;
use super::key::Custody;
use super::subject::{Holder, Subject};
use super::{List, ListKey, RecordKind, RecordValue, wrapped};
use crate::data::{data, small_data};
use crate::domain;
use crate::hash::Hash;
use crate::ids::{CodeId, ConsentId, OrganisationId, RecordId, Time};

small_data! {
    /// What fields are asked for. A consent is for one purpose; another needs another consent.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum Purpose {
        /// 运力核验: to check who and what stands before one. The only one of a verification code.
        CapacityCheck,
        /// 聘用及挂靠: to engage a driver and to manage the affiliation.
        Engagement,
        /// 承运: to arrange and carry out transports, beyond the least set of a waybill.
        Carriage,
        /// 运费结算: to pay freight.
        Settlement,
        /// 投保报价: to quote or write a policy.
        InsuranceQuote,
        /// 保险理赔: to settle a claim.
        InsuranceClaim,
        /// 融资授信: to decide on a loan or a pledge.
        Credit,
        /// 安全教育: to teach and to record study.
        SafetyEducation,
        /// 法律援助: to help in a case.
        LegalAid,
        /// 增值服务: fuel and other extensions of the code.
        Service,
    }

    /// Where a consent stands.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum ConsentState {
        /// It gives access.
        InForce,
        /// Taken back by the holder.
        Revoked,
        /// Used as often as agreed.
        UsedUp,
        /// Past its end.
        Ended,
    }
}

data! {
    /// What is agreed to.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct ConsentTerms {
        /// Whose fields: those of this code's holder and vehicles.
        pub code: CodeId,
        /// Who may see them.
        pub to: OrganisationId,
        /// What for.
        pub purpose: Purpose,
        /// Which; a sensitive one stands alone.
        pub fields: FieldSet,
        /// Until when: at most 366 days ahead.
        pub until: Time,
        /// How often: 1 to 1,000 times.
        pub uses: u32,
    }

    /// A consent.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Consent {
        /// Its id.
        pub id: ConsentId,
        /// Who gave it.
        pub holder: Holder,
        /// What is agreed to.
        pub terms: ConsentTerms,
        /// When it was given.
        pub given_at: Time,
        /// Who has the key in hand that signed it; none for an enterprise's own key.
        pub custody: Option<Custody>,
        /// Who sent it with the holder's statement; none where the holder sent it.
        pub sponsor: Option<OrganisationId>,
        /// How often it was used.
        pub used: u32,
        /// Where it stands.
        pub state: ConsentState,
        /// When it was revoked, used up or past its end.
        pub ended_at: Option<Time>,
        /// Who has the key in hand that revoked it; none unless a person's key did.
        pub revoked_custody: Option<Custody>,
    }
}

impl Consent {
    /// True if it gives access at an instant.
    pub fn is_in_force_at(&self, time: Time) -> bool {
        self.state == ConsentState::InForce && time < self.terms.until
    }

    /// The list of all consents of a holder.
    pub fn list_of(holder: Holder) -> ListKey {
        ListKey { list: List::ConsentsByHolder, of: Subject::from(holder).key().id }
    }

    /// The list of all consents to an organisation.
    pub fn list_for(organisation: OrganisationId) -> ListKey {
        ListKey { list: List::ConsentsByOrganisation, of: organisation.0 }
    }

    /// The list of those in force about a code to an organisation.
    pub fn list_between(code: CodeId, organisation: OrganisationId) -> ListKey {
        let parts: [&[u8]; 2] = [&code.record().0, &organisation.0.0];
        let of = RecordId(Hash::tagged(domain::BETWEEN, &parts).half());
        ListKey { list: List::ConsentsBetween, of }
    }
}

impl RecordValue for Consent {
    const KIND: RecordKind = RecordKind::Consent;

    fn record_id(&self) -> RecordId {
        self.id.0
    }

    fn next_change_at(&self) -> Option<Time> {
        (self.state == ConsentState::InForce).then_some(self.terms.until)
    }

    fn lists(&self) -> Vec<ListKey> {
        let mut lists = vec![Self::list_of(self.holder), Self::list_for(self.terms.to)];
        if self.state == ConsentState::InForce {
            lists.push(Self::list_between(self.terms.code, self.terms.to));
        }
        lists
    }

    wrapped!(Consent);
}
