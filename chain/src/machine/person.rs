// SPDX-License-Identifier: Apache-2.0
//! Keys that end or are replaced, and a person's new key after verification anew.

use super::context::{Context, registered_key};
use super::organisation::{check_unused, register};
use crate::actions::{KeyEnd, KeyReplace, PersonKeyRegister};
use crate::event::Event;
use crate::ids::Prefecture;
use crate::keys::PublicKey;
use crate::records::key::Use;
use crate::records::{
    Application, CertificateKind, Code, Custody, Organisation, OrganisationKind, Owner, Person,
    RegisteredKey,
};
use crate::refusal::{Reasons, RefusalCode, Refused};
use crate::view::Records;

/// The owner of a key ends it, unless nobody could replace it then.
pub(super) fn end_key<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &KeyEnd,
) -> Result<(), Refused> {
    let ending = own_key(context, &action.key)?;
    if is_last(context, &ending) {
        return Err(RefusalCode::LastAdmin.into());
    }
    write_keys(context, ending.owner, |keys| keys.retain(|key| *key != action.key));
    end(context, ending);
    Ok(())
}

/// The owner of a key puts another in its place, which states that it is in hand.
pub(super) fn replace_key<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &KeyReplace,
) -> Result<(), Refused> {
    let ending = own_key(context, &action.old)?;
    let mut reasons = Reasons::default();
    reasons.add(check_unused(context, &action.new));
    reasons.add(context.take_word(&action.new));
    reasons.done()?;
    let (owner, uses) = (ending.owner, ending.uses.clone());
    write_keys(context, owner, |keys| {
        keys.iter_mut().filter(|key| **key == action.old).for_each(|key| *key = action.new);
    });
    end(context, ending);
    register(context, action.new, owner, uses);
    Ok(())
}

/// The identity authority of a person's prefecture verified the person again: the new key is the only
/// one from here on.
pub(super) fn register_key<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &PersonKeyRegister,
) -> Result<(), Refused> {
    let authority = context.organisation()?;
    if !authority.attests_anywhere(CertificateKind::Identity) {
        return Err(RefusalCode::NotAllowed.into());
    }
    let mut person: Person = context.need(action.person.0, "person")?;
    let place = prefecture(context, &person);
    let strange = place.is_some_and(|place| !authority.attests(CertificateKind::Identity, place));
    let mut reasons = Reasons::default();
    reasons.bar_if(strange, RefusalCode::AttesterNotRegistered, CertificateKind::Identity.word());
    reasons.add(check_custody(context, action.custody));
    reasons.add(check_unused(context, &action.key));
    reasons.add(context.take_word(&action.key));
    reasons.done()?;
    for key in std::mem::replace(&mut person.keys, vec![action.key]) {
        if let Some(old) = registered_key(context.overlay, &key) {
            end(context, old);
        }
    }
    let owner = Owner::Person(person.id);
    context.put(person, Event::PersonChanged);
    register(context, action.key, owner, Use::Person(action.custody));
    Ok(())
}

/// Where a person is at home: the prefecture of the code or, before there is one, of the application.
fn prefecture<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    person: &Person,
) -> Option<Prefecture> {
    let of_code = person.code.and_then(|id| context.overlay.peek::<Code>(id.record()));
    if let Some(code) = of_code {
        return Some(code.prefecture);
    }
    let applied = person.application.and_then(|id| context.overlay.peek::<Application>(id.0));
    applied.map(|application| application.prefecture)
}

/// A key in force of the sender's own: a person's, or an organisation's whose admin sends.
fn own_key<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    key: &PublicKey,
) -> Result<RegisteredKey, Refused> {
    let found = registered_key(context.overlay, key);
    found
        .filter(|registered| registered.owner == context.sender.owner)
        .ok_or_else(|| Refused::about(RefusalCode::NotFound, "key"))
}

/// A platform that has a holder's key in hand is an admitted platform.
pub(super) fn check_custody<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    custody: Custody,
) -> Result<(), Refused> {
    let Custody::Platform(id) = custody else { return Ok(()) };
    let platform: Organisation = context.need(id.0, "custody")?;
    if platform.is_admitted() && platform.kind == OrganisationKind::Platform {
        Ok(())
    } else {
        Err(Refused::about(RefusalCode::InvalidField, "custody"))
    }
}

/// True for an organisation's only admin key and for a person's only key.
fn is_last<R: Records + ?Sized>(context: &mut Context<'_, '_, R>, ending: &RegisteredKey) -> bool {
    let (id, roles) = match (ending.owner, &ending.uses) {
        (Owner::Organisation(id), Use::Organisation(roles)) => (id, roles),
        (Owner::Person(id), _) => {
            let person = context.overlay.peek::<Person>(id.0);
            return person.is_none_or(|p| p.keys.iter().all(|key| *key == ending.key));
        }
        (Owner::Organisation(_), Use::Person(_)) => return false,
    };
    let keys = context.overlay.peek::<Organisation>(id.0).map(|o| o.keys.clone());
    let mut others = keys.unwrap_or_default().into_iter().filter(|key| *key != ending.key);
    let is_admin = |key: PublicKey| {
        registered_key(context.overlay, &key)
            .is_some_and(|k| matches!(k.uses, Use::Organisation(roles) if roles.admin))
    };
    roles.admin && !others.any(is_admin)
}

fn end<R: Records + ?Sized>(context: &mut Context<'_, '_, R>, ending: RegisteredKey) {
    let ended_at = Some(context.now);
    context.put(RegisteredKey { ended_at, ..ending }, Event::KeyEnded);
}

/// Changes the list of keys in the owner's record.
fn write_keys<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    owner: Owner,
    change: impl FnOnce(&mut Vec<PublicKey>),
) {
    match owner {
        Owner::Organisation(id) => {
            if let Some(mut organisation) = context.get::<Organisation>(id.0) {
                change(&mut organisation.keys);
                context.put(organisation, Event::OrganisationChanged);
            }
        }
        Owner::Person(id) => {
            if let Some(mut person) = context.get::<Person>(id.0) {
                change(&mut person.keys);
                context.put(person, Event::PersonChanged);
            }
        }
    }
}
