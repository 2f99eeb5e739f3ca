// SPDX-License-Identifier: Apache-2.0
//! How an affiliation stands. Its record says what its two sides said of it and no more: the end of a code,
//! or of an enterprise's registration, closes it too, and is not written to each.

use super::record::typed;
use crate::ids::{AffiliationId, Time};
use crate::records::{Account, Affiliation, Code, Organisation};
use crate::view::Records;

/// An affiliation at `at`, which is not before the records' header, with `account` closed and `is_live`
/// false once its code is cancelled or its enterprise's registration has ended; none if there is none.
pub fn affiliation<R: Records + ?Sized>(
    records: &R,
    id: AffiliationId,
    at: Time,
) -> Option<Standing> {
    let affiliation: Affiliation = typed(records, id.0, at)?.value;
    let code = typed::<Code, _>(records, affiliation.code.record(), at);
    let has_code = code.is_some_and(|code| code.value.cancelled_at.is_none());
    let enterprise = typed::<Organisation, _>(records, affiliation.enterprise.0, at);
    let has_enterprise = enterprise.is_some_and(|one| one.value.is_admitted());
    let is_live = affiliation.is_live() && has_code && has_enterprise;
    let account = if is_live { affiliation.account } else { Account::Closed };
    Some(Standing { affiliation, account, is_live })
}

/// An affiliation with how it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The record.
    pub affiliation: Affiliation,
    /// The account as it counts: closed with the code and the enterprise.
    pub account: Account,
    /// True until it is refused, ended, its code cancelled, or its enterprise's registration ended.
    pub is_live: bool,
}
