// SPDX-License-Identifier: Apache-2.0
//! Affiliations: a pair has one that is live; review and account are the enterprise's, the end is both's.

use super::code;
use super::context::Context;
use crate::actions::{
    AffiliationEnd, AffiliationOpen, AffiliationRequest, AffiliationReview, AffiliationVerdict,
};
use crate::event::Event;
use crate::ids::AffiliationId;
use crate::records::affiliation::AffiliationEnding;
use crate::records::{
    Account, Affiliation, AffiliationSide, Code, Holder, Organisation, OrganisationKind, Owner,
    Review,
};
use crate::refusal::{Reasons, RefusalCode, Refused};
use crate::view::Records;

/// The driver asks, or the enterprise with the driver's word.
pub(super) fn request<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &AffiliationRequest,
) -> Result<(), Refused> {
    let code = code::in_force(context, action.code)?;
    let asked_by = asking_side(context, &code, action)?;
    let id = Affiliation::id_of(action.enterprise, action.code);
    let is_live = context.get::<Affiliation>(id.0).is_some_and(|before| before.is_live());
    let mut reasons = Reasons::default();
    reasons.add(check_enterprise(context, action));
    let is_driver = matches!(code.holder, Holder::Person(_));
    reasons.bar_if(!is_driver, RefusalCode::InvalidField, "code");
    reasons.bar_if(is_live, RefusalCode::AlreadyExists, "enterprise");
    let signed = match asked_by {
        AffiliationSide::Enterprise => context.take_signed_word_of(code::holder_owner(&code)),
        AffiliationSide::Driver => Ok(context.sender.clone()),
    };
    reasons.add(signed.as_ref().map(drop).map_err(Clone::clone));
    reasons.done()?;
    let affiliation = Affiliation {
        id,
        enterprise: action.enterprise,
        code: action.code,
        asked_by,
        custody: signed?.custody(),
        asked_at: context.now,
        review: Review::Waiting,
        reviewed_at: None,
        account: Account::None,
        opened_at: None,
        ending: None,
    };
    context.put(affiliation, Event::AffiliationRequested);
    Ok(())
}

fn asking_side<R: Records + ?Sized>(
    context: &Context<'_, '_, R>,
    code: &Code,
    action: &AffiliationRequest,
) -> Result<AffiliationSide, Refused> {
    if context.is(Owner::Organisation(action.enterprise)) {
        Ok(AffiliationSide::Enterprise)
    } else if code::is_holder(context, code) {
        Ok(AffiliationSide::Driver)
    } else {
        Err(RefusalCode::NotAllowed.into())
    }
}

/// Drivers are affiliated with admitted enterprises and platforms.
fn check_enterprise<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &AffiliationRequest,
) -> Result<(), Refused> {
    let enterprise: Organisation = context.need(action.enterprise.0, "enterprise")?;
    let fits = matches!(enterprise.kind, OrganisationKind::Enterprise | OrganisationKind::Platform);
    let mut reasons = Reasons::default();
    reasons.bar_if(!fits, RefusalCode::InvalidField, "enterprise");
    reasons.bar_if(!enterprise.is_admitted(), RefusalCode::OrganisationEnded, "enterprise");
    reasons.done()
}

/// The enterprise approves or refuses what waits.
pub(super) fn review<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &AffiliationReview,
) -> Result<(), Refused> {
    let mut affiliation = own(context, action.affiliation)?;
    need(affiliation.is_live() && affiliation.review == Review::Waiting)?;
    if action.verdict == AffiliationVerdict::Approve {
        code::in_force(context, affiliation.code)?;
    }
    affiliation.reviewed_at = Some(context.now);
    match &action.verdict {
        AffiliationVerdict::Approve => {
            affiliation.review = Review::Approved;
            context.put(affiliation, Event::AffiliationApproved);
        }
        AffiliationVerdict::Refuse { reason } => {
            affiliation.review = Review::Refused;
            let (by, reason) = (AffiliationSide::Enterprise, reason.clone());
            let at = context.now;
            affiliation.ending = Some(AffiliationEnding { by, custody: None, reason, at });
            context.put(affiliation, Event::AffiliationRefused);
        }
    }
    Ok(())
}

/// The enterprise opens the account of a driver whom it approved and whose code is not cancelled.
pub(super) fn open<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &AffiliationOpen,
) -> Result<(), Refused> {
    let mut affiliation = own(context, action.affiliation)?;
    let is_approved = affiliation.is_live() && affiliation.review == Review::Approved;
    need(is_approved && affiliation.account == Account::None)?;
    code::in_force(context, affiliation.code)?;
    affiliation.account = Account::Opened;
    affiliation.opened_at = Some(context.now);
    context.put(affiliation, Event::AffiliationOpened);
    Ok(())
}

/// Either side ends what is live, whatever the code's standing.
pub(super) fn end<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &AffiliationEnd,
) -> Result<(), Refused> {
    let mut affiliation: Affiliation = context.need(action.affiliation.0, "affiliation")?;
    let code: Code = context.need(affiliation.code.record(), "code")?;
    let by = if context.is(Owner::Organisation(affiliation.enterprise)) {
        AffiliationSide::Enterprise
    } else if code::is_holder(context, &code) {
        AffiliationSide::Driver
    } else {
        return Err(RefusalCode::NotAllowed.into());
    };
    need(affiliation.is_live())?;
    affiliation.account = Account::Closed;
    let (custody, reason) = (context.sender.custody(), action.reason.clone());
    affiliation.ending = Some(AffiliationEnding { by, custody, reason, at: context.now });
    context.put(affiliation, Event::AffiliationEnded);
    Ok(())
}

/// An affiliation of the sending enterprise.
fn own<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    id: AffiliationId,
) -> Result<Affiliation, Refused> {
    let affiliation: Affiliation = context.need(id.0, "affiliation")?;
    if context.is(Owner::Organisation(affiliation.enterprise)) {
        Ok(affiliation)
    } else {
        Err(RefusalCode::NotAllowed.into())
    }
}

fn need(is_so: bool) -> Result<(), Refused> {
    if is_so { Ok(()) } else { Err(Refused::about(RefusalCode::AffiliationState, "affiliation")) }
}
