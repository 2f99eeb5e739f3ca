// SPDX-License-Identifier: Apache-2.0
//! Interface grants: an organisation applies, a regulator grants or refuses, the end comes by itself.
//! Who needs which grant for what is in `rules::senders`.

use super::context::Context;
use super::organisation::Fault;
use super::overlay::Overlay;
use crate::actions::{
    InterfaceApply, InterfaceGrant, InterfaceRefuse, InterfaceRelease, InterfaceRevoke,
    InterfaceWithdraw,
};
use crate::event::Event;
use crate::genesis::FirstOrganisation;
use crate::ids::{OrganisationId, Time};
use crate::limits::{CALLS_A_MINUTE, GRANT_LEAST_MS, GRANT_MOST_MS};
use crate::records::interface::{
    Grant, GrantDenial, GrantRequest, GrantTerms, Interface, InterfaceKind,
};
use crate::refusal::{Reasons, RefusalCode, Refused};
use crate::rules::senders;
use crate::text::Word;
use crate::view::Records;

/// An organisation asks for a grant, or for another one; what it asked before is replaced.
pub(super) fn apply<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &InterfaceApply,
) -> Result<(), Refused> {
    let organisation = context.organisation()?.id;
    check_terms(action.interface, &action.terms, context.now)?;
    let known = context.get::<Interface>(Interface::id_of(organisation, action.interface));
    let record = known.unwrap_or_else(|| Interface::new(organisation, action.interface));
    let request = GrantRequest {
        terms: action.terms.clone(),
        purpose: action.purpose,
        asked_at: context.now,
    };
    let asked = Interface { requests: record.requests + 1, request: Some(request), ..record };
    context.put(asked, Event::InterfaceRequested);
    Ok(())
}

/// An organisation takes back what it asked for.
pub(super) fn withdraw<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &InterfaceWithdraw,
) -> Result<(), Refused> {
    let organisation = context.organisation()?.id;
    let record = known(context, organisation, action.interface)?;
    need_request(&record)?;
    context.put(Interface { request: None, ..record }, Event::InterfaceWithdrawn);
    Ok(())
}

/// A regulator grants no more than was asked for. The new grant takes the place of an old one.
pub(super) fn grant<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &InterfaceGrant,
) -> Result<(), Refused> {
    let by = Some(context.organisation()?.id);
    let record = known(context, action.organisation, action.interface)?;
    let asked = need_numbered_request(&record, action.request)?;
    let mut reasons = Reasons::default();
    reasons.add(check_terms(action.interface, &action.terms, context.now));
    for field in action.terms.beyond(&asked.terms) {
        reasons.bar_if(true, RefusalCode::GrantTooWide, field);
    }
    reasons.done()?;
    let grant = Grant { terms: action.terms.clone(), from: context.now, by };
    let granted = Interface { request: None, grant: Some(grant), ..record };
    context.put(granted, Event::InterfaceGranted);
    Ok(())
}

/// A regulator refuses what was asked for.
pub(super) fn refuse<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &InterfaceRefuse,
) -> Result<(), Refused> {
    let by = context.organisation()?.id;
    let record = known(context, action.organisation, action.interface)?;
    need_numbered_request(&record, action.request)?;
    let denied = denial(context, (by, &action.reason), false);
    let refused = Interface { request: None, denied: Some(denied), ..record };
    context.put(refused, Event::InterfaceRefused);
    Ok(())
}

/// A regulator ends a grant at once.
pub(super) fn revoke<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &InterfaceRevoke,
) -> Result<(), Refused> {
    let by = context.organisation()?.id;
    let record = known(context, action.organisation, action.interface)?;
    need_grant(&record)?;
    let denied = denial(context, (by, &action.reason), true);
    let revoked = Interface { grant: None, denied: Some(denied), ..record };
    context.put(revoked, Event::InterfaceRevoked);
    Ok(())
}

/// An organisation gives its grant back.
pub(super) fn release<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &InterfaceRelease,
) -> Result<(), Refused> {
    let organisation = context.organisation()?.id;
    let record = known(context, organisation, action.interface)?;
    need_grant(&record)?;
    context.put(Interface { grant: None, ..record }, Event::InterfaceReleased);
    Ok(())
}

/// Ends what an organisation whose registration ends was granted and asks for, so that its grant
/// alone says what it may do.
pub(super) fn close<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    organisation: OrganisationId,
    (by, reason): (OrganisationId, &Word),
) {
    for interface in InterfaceKind::ALL {
        let found = context.get::<Interface>(Interface::id_of(organisation, interface));
        let Some(record) = found.filter(|r| r.request.is_some() || r.grant.is_some()) else {
            continue;
        };
        let revoked = record.grant.is_some();
        let denied = Some(denial(context, (by, reason), revoked));
        let event = if revoked { Event::InterfaceRevoked } else { Event::InterfaceRefused };
        context.put(Interface { request: None, grant: None, denied, ..record }, event);
    }
}

/// The due change of an interface's record: the grant ends.
pub(super) fn fire<R: Records + ?Sized>(overlay: &mut Overlay<'_, R>, record: Interface, at: Time) {
    overlay.put(Interface { grant: None, ..record }, Event::InterfaceEnded, at);
}

fn known<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    organisation: OrganisationId,
    interface: InterfaceKind,
) -> Result<Interface, Refused> {
    context.need(Interface::id_of(organisation, interface), "interface")
}

fn need_request(record: &Interface) -> Result<&GrantRequest, Refused> {
    let open = record.request.as_ref();
    open.ok_or_else(|| Refused::about(RefusalCode::NoRequest, "interface"))
}

fn need_numbered_request(record: &Interface, number: u64) -> Result<&GrantRequest, Refused> {
    let open = need_request(record)?;
    if record.requests == number {
        Ok(open)
    } else {
        Err(Refused::about(RefusalCode::RequestDiffers, "request"))
    }
}

/// A record that was brought up has a grant only while it is in force.
fn need_grant(record: &Interface) -> Result<&Grant, Refused> {
    let held = record.grant.as_ref();
    held.ok_or_else(|| Refused::about(RefusalCode::NoGrant, "interface"))
}

fn denial<R: Records + ?Sized>(
    context: &Context<'_, '_, R>,
    (by, reason): (OrganisationId, &Word),
    revoked: bool,
) -> GrantDenial {
    GrantDenial { revoked, at: context.now, by, reason: reason.clone() }
}

/// Refuses terms that no organisation may have, by every field.
fn check_terms(interface: InterfaceKind, terms: &GrantTerms, now: Time) -> Result<(), Refused> {
    let mut reasons = Reasons::default();
    for fault in faults_of_terms(interface, terms, now) {
        reasons.bar_if(true, RefusalCode::InvalidField, fault.field);
    }
    reasons.done()
}

fn faults_of_terms(interface: InterfaceKind, terms: &GrantTerms, now: Time) -> Vec<Fault> {
    let (earliest, latest) = (now.plus(GRANT_LEAST_MS), now.plus(GRANT_MOST_MS));
    let mut faults = Vec::new();
    let mut fault_unless = |is_so: bool, field, what| {
        if !is_so {
            faults.push(Fault { field, what });
        }
    };
    let rates = 1..=CALLS_A_MINUTE;
    let what = "a grant has scopes, and of its interface alone";
    fault_unless(terms.scopes.is_of(interface), "scopes", what);
    let what = "calls a minute of a grant are 1 to 600,000";
    fault_unless(rates.contains(&terms.calls_a_minute), "calls_a_minute", what);
    let what = "a grant ends a minute to 1,096 days after it begins";
    fault_unless((earliest..=latest).contains(&terms.until), "until", what);
    faults
}

/// Everything that is wrong with the grants of an organisation that is there from the beginning.
pub(super) fn first_faults(first: &FirstOrganisation, at: Time) -> Vec<Fault> {
    let mut faults = Vec::new();
    if !first.interfaces.is_empty() && !senders::needs_grants(first.kind) {
        let what = "this kind of organisation needs no grant";
        faults.push(Fault { field: "interfaces", what });
    }
    for (place, given) in first.interfaces.iter().enumerate() {
        if first.interfaces[..place].iter().any(|other| other.interface == given.interface) {
            faults.push(Fault { field: "interfaces", what: "an interface is granted twice" });
        }
        faults.extend(faults_of_terms(given.interface, &given.terms, at));
    }
    faults
}
