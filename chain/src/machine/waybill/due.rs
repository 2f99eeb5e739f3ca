// SPDX-License-Identifier: Apache-2.0
//! What a waybill does by itself: lapses, cancels, counts as signed, settles by silence.

use crate::event::Event;
use crate::ids::Time;
use crate::machine::context::parameter;
use crate::machine::overlay::Overlay;
use crate::records::waybill::{Offer, Signing};
use crate::records::{ParameterName, Waybill, WaybillState};
use crate::text::Word;
use crate::view::Records;

/// What comes due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    /// A proposed abort was not agreed to in time.
    AbortForgotten,
    /// A proposed swap of the vehicle was not agreed to in time.
    SwapForgotten,
    /// Nobody accepted.
    Lapse,
    /// It was accepted and never loaded.
    Cancel,
    /// It arrived and nobody signed.
    Sign,
    /// The driver was silent.
    Settle,
}

/// When a waybill next changes by itself.
pub(super) fn next_change<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    waybill: &Waybill,
) -> Option<Time> {
    next(overlay, waybill).map(|(at, _)| at)
}

/// Until when a waybill that is accepted at an instant has to be loaded.
pub(super) fn load_ends<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    offer: &Offer,
    accepted_at: Time,
) -> Time {
    offer.load_by.plus(parameter(overlay, ParameterName::LoadGraceMs, accepted_at))
}

/// What comes due first; at one instant in the order of [`Due`].
fn next<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    waybill: &Waybill,
) -> Option<(Time, Due)> {
    use WaybillState::*;
    let own = match waybill.state {
        Offered => Some((waybill.offer.offer_ends, Due::Lapse)),
        Accepted => {
            let accepted_at = waybill.carrier.as_ref()?.accepted_at;
            Some((load_ends(overlay, &waybill.offer, accepted_at), Due::Cancel))
        }
        Arrived => {
            // From when the signer could know: the actual time may lie long before.
            let known = waybill.arrived.as_ref()?.recorded_at;
            let silence = parameter(overlay, ParameterName::SignMs, known);
            Some((known.plus(silence), Due::Sign))
        }
        Signed if waybill.dispute.is_none() => {
            waybill.settlement.as_ref().map(|settlement| (settlement.stands_at, Due::Settle))
        }
        _ => None,
    };
    let abort = match waybill.state {
        Loaded | InTransit | Arrived => waybill.abort.as_ref(),
        _ => None,
    };
    let abort = abort.map(|abort| (abort.until, Due::AbortForgotten));
    let swap = waybill.swap.as_ref().filter(|_| waybill.is_under_way());
    let swap = swap.map(|swap| (swap.until, Due::SwapForgotten));
    own.into_iter().chain(abort).chain(swap).min()
}

/// The next due change of a waybill, as of its instant.
pub(in crate::machine) fn fire<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    mut waybill: Waybill,
    at: Time,
) {
    let Some((_, due)) = next(overlay, &waybill) else { return };
    let event = match due {
        Due::AbortForgotten => {
            waybill.abort = None;
            Event::WaybillAbortChanged
        }
        Due::SwapForgotten => {
            waybill.swap = None;
            Event::WaybillSwapChanged
        }
        Due::Lapse => {
            waybill.state = WaybillState::Lapsed;
            waybill.ended_at = Some(at);
            Event::WaybillLapsed
        }
        Due::Cancel => {
            waybill.state = WaybillState::Cancelled;
            waybill.ended_at = Some(at);
            waybill.end_reason = Word::new("not_loaded").ok();
            waybill.swap = None;
            super::release(overlay, &waybill, at);
            Event::WaybillCancelled
        }
        Due::Sign => {
            waybill.state = WaybillState::Signed;
            waybill.abort = None;
            waybill.signed = Some(by_silence(&waybill, at));
            Event::WaybillSigned
        }
        Due::Settle => {
            waybill.state = WaybillState::Settled;
            waybill.ended_at = Some(at);
            Event::WaybillSettled
        }
    };
    super::write(overlay, waybill, event, at);
}

/// The offered figures stand: the upper end of the weight, and no distance, which nobody measured.
fn by_silence(waybill: &Waybill, at: Time) -> Signing {
    Signing {
        at,
        weight_kg: waybill.offer.weight_to_kg,
        distance_km: 0,
        difference_ppm: 0,
        reason: None,
        by_silence: true,
    }
}
