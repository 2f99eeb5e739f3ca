// SPDX-License-Identifier: Apache-2.0
//! What an organisation may do through an interface: a grant is looked up for every call.

use super::record::{Seen, typed};
use crate::ids::{OrganisationId, Time};
use crate::records::interface::{Grant, Interface, InterfaceKind};
use crate::records::{RecordKey, RecordKind, RecordValue};
use crate::view::Records;

/// The grant of an interface that an organisation has in force at `at`, which is not before the
/// records' header: its scopes, rate and end. It reads one record and brings nothing up, since the
/// grant says itself when it ends, and whatever else ends it writes the record.
pub fn grant<R: Records + ?Sized>(
    records: &R,
    organisation: OrganisationId,
    interface: InterfaceKind,
    at: Time,
) -> Option<Grant> {
    let id = Interface::id_of(organisation, interface);
    let stored = records.record(&RecordKey { kind: RecordKind::Interface, id })?;
    Interface::from_value(&stored.value)?.grant_at(at).cloned()
}

/// An organisation's records of interfaces at `at`: of those that it asked for or was granted.
pub fn interfaces_of<R: Records + ?Sized>(
    records: &R,
    organisation: OrganisationId,
    at: Time,
) -> Vec<Seen<Interface>> {
    let seen = |interface| typed(records, Interface::id_of(organisation, interface), at);
    InterfaceKind::ALL.into_iter().filter_map(seen).collect()
}
