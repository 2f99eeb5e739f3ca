// SPDX-License-Identifier: Apache-2.0
//! Interfaces of hauliers: each applies for both, and the regulator grants what was asked for.
//! A grant that is there already is left alone, so that loading twice does no harm.

use chain::actions::{InterfaceApply, InterfaceGrant};
use chain::hash::Hash;
use chain::records::interface::{GrantTerms, Interface, InterfaceKind, InterfaceScopes};
use chain::transaction::Transaction;

use super::{Loader, Office};
use crate::applicant::DemoError;
use crate::node::{Node, now, sign};

/// How long a haulier asks for.
const ASKED_MS: u64 = 365 * 24 * 60 * 60 * 1_000;
/// What a haulier's own systems may ask a minute.
const CALLS_A_MINUTE: u32 = 6_000;
/// The text whose digest says what for.
const PURPOSE: &str = "承运业务：为驾驶员与车辆申领运输码，发布运单，核验证件";

impl<N: Node> Loader<'_, N> {
    /// Gets every haulier the scopes of both interfaces.
    pub(super) async fn grant_interfaces(&self, offices: &[Office]) -> Result<(), DemoError> {
        let known = self.settings.node.interfaces().await?;
        let requests: Vec<Transaction> = lacking(offices, &known)
            .filter(|(_, _, record)| record.is_none_or(|record| record.request.is_none()))
            .map(|(office, interface, _)| self.request(office, interface))
            .collect();
        self.applicant.must("hauliers apply for interfaces", &requests).await?;
        let known = self.settings.node.interfaces().await?;
        let grants: Vec<Transaction> =
            lacking(offices, &known).filter_map(|(_, _, record)| self.consent(record?)).collect();
        self.applicant.must("interfaces are granted", &grants).await
    }

    fn request(&self, office: &Office, interface: InterfaceKind) -> Transaction {
        let now = now();
        let terms = GrantTerms {
            scopes: InterfaceScopes::all_of(interface),
            calls_a_minute: CALLS_A_MINUTE,
            until: now.plus(ASKED_MS),
        };
        let purpose = Hash::of(PURPOSE.as_bytes());
        sign(&office.key, self.chain, InterfaceApply { interface, terms, purpose }, now)
    }

    /// The regulator grants what an open request asks for.
    fn consent(&self, record: &Interface) -> Option<Transaction> {
        let terms = record.request.as_ref()?.terms.clone();
        let action = InterfaceGrant {
            organisation: record.organisation,
            interface: record.interface,
            request: record.requests,
            terms,
        };
        Some(sign(&self.settings.regulator, self.chain, action, now()))
    }
}

/// Each haulier and interface of which it has not every scope, with the record if there is one.
fn lacking<'a>(
    offices: &'a [Office],
    known: &'a [Interface],
) -> impl Iterator<Item = (&'a Office, InterfaceKind, Option<&'a Interface>)> {
    let each = offices.iter().flat_map(|office| InterfaceKind::ALL.map(|kind| (office, kind)));
    let with_record = each.map(move |(office, kind)| {
        let is_it =
            |record: &&Interface| (record.organisation, record.interface) == (office.id, kind);
        (office, kind, known.iter().find(is_it))
    });
    with_record.filter(|(_, kind, record)| {
        let held = record.and_then(|record| record.grant.as_ref());
        !held.is_some_and(|grant| InterfaceScopes::all_of(*kind).is_within(grant.terms.scopes))
    })
}
