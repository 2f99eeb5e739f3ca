// SPDX-License-Identifier: Apache-2.0
//! Offering a waybill, to one code or to every eligible one within limits.

use crate::event::Event;
use crate::hash::Hash;
use crate::ids::{OrganisationId, WaybillId};
use crate::limits::PREFECTURES;
use crate::machine::context::Context;
use crate::records::name::{NameKind, UniqueName};
use crate::records::waybill::{Offer, WaybillKind};
use crate::records::{
    Code, Holder, Organisation, ParameterName, RecordKind, Waybill, WaybillState,
};
use crate::refusal::{Reason, RefusalCode, Refused};
use crate::rules::goods;
use crate::view::Records;

const NUMBER: usize = 20;
const SEGMENT: usize = 4;

/// An enterprise or platform offers.
pub(in crate::machine) fn offer<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &crate::actions::WaybillOffer,
) -> Result<(), Refused> {
    let maker = context.organisation()?.id;
    let offer = &action.offer;
    let mut reasons = of_fields(context, offer);
    reasons.extend(of_places(context, offer));
    let name = name_of(maker, offer);
    let number = UniqueName::id_of(NameKind::WaybillNumber, &name);
    if context.overlay.exists::<UniqueName>(number) {
        reasons.extend(Refused::about(RefusalCode::WaybillNumberTaken, "number").0);
    }
    if !reasons.is_empty() {
        return Err(Refused(reasons));
    }
    let id = WaybillId(context.new_id());
    let waybill = Waybill {
        id,
        maker,
        offered_at: context.now,
        offer: offer.clone(),
        state: WaybillState::Offered,
        carrier: None,
        loaded: None,
        departed: None,
        arrived: None,
        signed: None,
        settlement: None,
        abort: None,
        swap: None,
        swaps: Vec::new(),
        dispute: None,
        flagged: false,
        ended_at: None,
        end_reason: None,
        ended_by: None,
        next_change_at: None,
    };
    super::write(context.overlay, waybill, Event::WaybillOffered, context.now);
    let unique = UniqueName {
        kind: NameKind::WaybillNumber,
        digest: name,
        target_kind: RecordKind::Waybill,
        target_id: id.0,
        moved_from: None,
    };
    context.put(unique, Event::NameGiven);
    Ok(())
}

/// Digest of maker, number behind its length, and segment.
fn name_of(maker: OrganisationId, offer: &Offer) -> Hash {
    let number = offer.number.as_str().as_bytes();
    let length = [number.len() as u8];
    Hash::of(&[&maker.0.0, &length[..], number, offer.segment.as_str().as_bytes()].concat())
}

fn of_fields<R: Records + ?Sized>(context: &mut Context<'_, '_, R>, offer: &Offer) -> Vec<Reason> {
    let (number, segment) = (offer.number.as_str(), offer.segment.as_str());
    let in_number = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    let longest = context.now.plus(context.parameter(ParameterName::OfferMs));
    let checks = [
        ("number", (1..=NUMBER).contains(&number.len()) && number.bytes().all(in_number)),
        ("segment", segment.len() == SEGMENT && segment.bytes().all(|b| b.is_ascii_digit())),
        ("offer_ends", offer.offer_ends > context.now && offer.offer_ends <= longest),
        ("load_by", offer.load_by > context.now),
        ("deliver_by", offer.deliver_by > offer.load_by),
        ("goods", goods::is_known(offer.goods)),
        ("weight_from_kg", offer.weight_from_kg > 0),
        ("weight_to_kg", offer.weight_to_kg >= offer.weight_from_kg),
    ];
    let wrong = checks.into_iter().filter(|(_, holds)| !holds);
    wrong.flat_map(|(field, _)| Refused::about(RefusalCode::InvalidField, field).0).collect()
}

fn of_places<R: Records + ?Sized>(context: &mut Context<'_, '_, R>, offer: &Offer) -> Vec<Reason> {
    let mut wrong = Vec::new();
    for (prefecture, field) in [(offer.from, "from"), (offer.to, "to")] {
        wrong.extend(context.check_prefecture(prefecture, field).err());
    }
    if let Some(consignee) = offer.consignee {
        match context.get::<Organisation>(consignee.0) {
            Some(organisation) if organisation.is_admitted() => {}
            _ => wrong.push(Refused::about(RefusalCode::NotFound, "consignee")),
        }
    }
    match &offer.kind {
        WaybillKind::Exclusive { code } => {
            // Only a driver accepts: an enterprise's own code never could.
            match context.get::<Code>(code.record()).filter(|code| code.cancelled_at.is_none()) {
                None => wrong.push(Refused::about(RefusalCode::NotFound, "code")),
                Some(Code { holder: Holder::Person(_), .. }) => {}
                Some(_) => wrong.push(Refused::about(RefusalCode::InvalidField, "code")),
            }
        }
        WaybillKind::Public(limits) => {
            if limits.prefectures.len() > PREFECTURES {
                wrong.push(Refused::about(RefusalCode::TooMany, "prefectures"));
            }
            for prefecture in limits.prefectures.iter().take(PREFECTURES) {
                wrong.extend(context.check_prefecture(*prefecture, "prefectures").err());
            }
        }
    }
    wrong.into_iter().flat_map(|refused| refused.0).collect()
}
