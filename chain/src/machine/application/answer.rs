// SPDX-License-Identifier: Apache-2.0
//! An attester's answer: yes with dates, class and tags, or no with a reason.

use super::apply::verifying;
use super::{issue, join, lapses_at};
use crate::actions::{Answer, ClaimAnswer};
use crate::event::Event;
use crate::machine::certificate::check_terms;
use crate::machine::context::Context;
use crate::records::certificate::Terms;
use crate::records::{CertificateKind, ClaimState};
use crate::refusal::{Reasons, RefusalCode, Refused};
use crate::view::Records;

/// The attester answers a claim; the last yes that is needed issues.
pub(in crate::machine) fn answer<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &ClaimAnswer,
) -> Result<(), Refused> {
    let attester = context.organisation()?;
    let mut application = verifying(context, action.application)?;
    let place = action.claim as usize;
    let claim = application.claims.get(place).cloned();
    let mut claim = claim.ok_or_else(|| Refused::about(RefusalCode::NotFound, "claim"))?;
    let mut reasons = Reasons::default();
    if claim.attester != attester.id {
        reasons.add(Err(RefusalCode::NotAllowed.into()));
    }
    let is_waiting = claim.state == ClaimState::Waiting;
    reasons.bar_if(!is_waiting, RefusalCode::ClaimNotWaiting, "claim");
    reasons.bar_if(claim.root != action.root, RefusalCode::RootDiffers, "root");
    let event = match &action.answer {
        Answer::No { reason } => {
            reasons.done()?;
            claim.state = ClaimState::Refused { at: context.now, reason: reason.clone() };
            Event::ClaimRefused
        }
        Answer::Yes { valid_from, valid_until, class, tags } => {
            let terms = Terms {
                root: claim.root,
                application: Some(application.id),
                attester: attester.id,
                attested_at: context.now,
                valid_from: *valid_from,
                valid_until: *valid_until,
                class: class.clone(),
            };
            let registered = attester.attests(claim.kind, application.prefecture);
            let word = claim.kind.word();
            reasons.bar_if(!registered, RefusalCode::AttesterNotRegistered, word);
            let ahead = *valid_from > context.now;
            reasons.bar_if(ahead, RefusalCode::InvalidField, "valid_from");
            reasons.add(check_terms(context, claim.kind, &terms));
            let tagged = tags.len() == tags_of(claim.kind);
            reasons.bar_if(!tagged, RefusalCode::InvalidField, "tags");
            reasons.done()?;
            join::join(context, &mut application, (claim.kind, class), tags)?;
            claim.state = ClaimState::Attested(terms);
            Event::ClaimAttested
        }
    };
    application.claims[place] = claim;
    application.lapses_at = lapses_at(context.overlay, &application);
    issue::issue_if_complete(context, application, event)
}

/// How many keyed tags an attester's yes brings.
fn tags_of(kind: CertificateKind) -> usize {
    match kind {
        CertificateKind::Identity => 1,
        CertificateKind::VehicleLicence => 2,
        _ => 0,
    }
}
