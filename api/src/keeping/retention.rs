// SPDX-License-Identifier: Apache-2.0
//! How long the full fields of a waybill are kept after it ended, whatever its state: three years, and for tax ten, of
//! which the last seven for the law alone.

use chain::ids::{Time, WaybillId};
use chain::records::{ErasureKind, Waybill, WaybillState};
use chain::{Records, query};
use vault::{Protocol, Standing, Subject, Vault};

use super::keeper::{KeepError, done};

const DAY_MS: u64 = 24 * 3_600_000;
/// Three years, a leap day among them.
const KEPT_MS: u64 = 1_096 * DAY_MS;
/// Ten years, three leap days among them: what was paid for is of the books.
const TAX_MS: u64 = 3_653 * DAY_MS;

/// What is due to the fields of a waybill at an instant; none: they are kept as they are.
pub fn due_of(waybill: &Waybill, now: Time) -> Option<ErasureKind> {
    // Who never settles keeps nothing for longer.
    let ended = waybill.ended_at.or(waybill.signed.as_ref().map(|signed| signed.at))?;
    let kept = ended.plus(KEPT_MS);
    let until = match waybill.state {
        WaybillState::Settled => ended.plus(TAX_MS),
        _ => kept,
    };
    if now >= until {
        return Some(ErasureKind::Erased);
    }
    (now >= kept).then_some(ErasureKind::Restricted { until })
}

/// Does to what is held of a waybill what is due at an instant, if anything is.
pub fn retain<R: Records + ?Sized>(
    vault: &Vault,
    (records, now): (&R, Time),
    id: WaybillId,
) -> Result<Option<Protocol>, KeepError> {
    let subject = Subject::Waybill(id);
    if matches!(vault.standing(subject)?, None | Some(Standing::Erased { .. })) {
        return Ok(None);
    }
    let waybill = query::typed::<Waybill, _>(records, id.0, now);
    let due = waybill.and_then(|seen| due_of(&seen.value, now));
    due.map(|kind| done(vault, subject, kind, now)).transpose()
}
