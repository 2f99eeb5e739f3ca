// SPDX-License-Identifier: Apache-2.0
//! What a rule gets to see and do while it executes one transaction.

use super::due;
use super::overlay::Overlay;
use crate::actions::{Action, AffiliationVerdict};
use crate::event::Event;
use crate::ids::{OrganisationId, PersonId, Prefecture, RecordId, Time, TransactionId};
use crate::keys::PublicKey;
use crate::records::interface::{Interface, InterfaceScope};
use crate::records::key::Use;
use crate::records::{
    Code, CodeFor, Custody, Holder, Organisation, Owner, ParameterName, Parameters, RecordValue,
    RegisteredKey, VehicleOwner,
};
use crate::refusal::{RefusalCode, Refused};
use crate::rules::senders::Row;
use crate::view::Records;

/// One transaction under execution.
pub(crate) struct Context<'a, 'v, R: Records + ?Sized> {
    /// Records as written so far.
    pub(crate) overlay: &'a mut Overlay<'v, R>,
    /// Header time.
    pub(crate) now: Time,
    /// The transaction.
    pub(crate) transaction: TransactionId,
    /// The sender's key, registered and in force.
    pub(crate) sender: RegisteredKey,
    /// Keys whose statements came along and are not taken yet.
    pub(crate) statements: Vec<PublicKey>,
    made: u32,
}

impl<'a, 'v, R: Records + ?Sized> Context<'a, 'v, R> {
    /// A context for a transaction whose sender was looked up.
    pub(crate) fn new(
        overlay: &'a mut Overlay<'v, R>,
        now: Time,
        transaction: TransactionId,
        sender: RegisteredKey,
        statements: Vec<PublicKey>,
    ) -> Self {
        Self { overlay, now, transaction, sender, statements, made: 0 }
    }

    /// A record brought up to header time; None if there is none.
    pub(crate) fn get<T: RecordValue + Clone>(&mut self, id: RecordId) -> Option<T> {
        due::bring_up(self.overlay, due::key_of::<T>(id), self.now);
        self.overlay.peek::<T>(id).cloned()
    }

    /// A record brought up to header time, or `not_found` about a field.
    pub(crate) fn need<T: RecordValue + Clone>(
        &mut self,
        id: RecordId,
        field: &str,
    ) -> Result<T, Refused> {
        self.get(id).ok_or_else(|| Refused::about(RefusalCode::NotFound, field))
    }

    /// Writes a record as of header time.
    pub(crate) fn put<T: RecordValue>(&mut self, value: T, event: Event) {
        self.overlay.put(value, event, self.now);
    }

    /// The id of the next record that this transaction makes.
    pub(crate) fn new_id(&mut self) -> RecordId {
        let id = RecordId::made_by(self.transaction, self.made);
        self.made += 1;
        id
    }

    /// A parameter at header time.
    pub(crate) fn parameter(&mut self, name: ParameterName) -> u64 {
        parameter(self.overlay, name, self.now)
    }

    /// Refuses a prefecture that is not of this chain.
    pub(crate) fn check_prefecture(
        &mut self,
        prefecture: Prefecture,
        field: &str,
    ) -> Result<(), Refused> {
        let known = self
            .overlay
            .peek::<Parameters>(RecordId::default())
            .is_some_and(|p| p.prefectures.contains(&prefecture));
        if known { Ok(()) } else { Err(Refused::about(RefusalCode::InvalidField, field)) }
    }

    /// Refuses a sender that has no business with this action, by the table of senders.
    pub(crate) fn check_sender(&mut self, action: &Action) -> Result<(), Refused> {
        let row = Row::of(action);
        self.check_not_ended(self.sender.owner)?;
        self.check_custody(&self.sender.clone())?;
        let (Owner::Organisation(id), Use::Organisation(roles)) =
            (self.sender.owner, &self.sender.uses)
        else {
            return if row.is_a_persons() { Ok(()) } else { Err(RefusalCode::NotAllowed.into()) };
        };
        let kind = self.overlay.peek::<Organisation>(id.0).map(|organisation| organisation.kind);
        match kind.and_then(|kind| row.role_of(kind)) {
            None => Err(RefusalCode::NotAllowed.into()),
            Some(role) if !roles.has(role) => Err(RefusalCode::RoleMissing.into()),
            Some(_) => match kind.and_then(|kind| row.grant_of(kind)) {
                Some(scope) if !self.needs_no_grant(action, id) => {
                    check_grant(self.overlay, (id, scope), self.now)
                }
                _ => Ok(()),
            },
        }
    }

    /// True of what changes nobody else's records: an organisation's own code and vehicles, a consent of
    /// its own, and the refusal of an affiliation.
    fn needs_no_grant(&mut self, action: &Action, id: OrganisationId) -> bool {
        match action {
            Action::CodeApply(apply) => apply.wanted == CodeFor::Enterprise(id),
            Action::VehicleApply(apply) => apply.owner == VehicleOwner::Organisation(id),
            Action::ConsentGive(give) => self
                .overlay
                .peek::<Code>(give.terms.code.record())
                .is_some_and(|code| code.holder == Holder::Organisation(id)),
            Action::AffiliationReview(review) => review.verdict != AffiliationVerdict::Approve,
            _ => false,
        }
    }

    /// The sending organisation; else a refusal.
    pub(crate) fn organisation(&mut self) -> Result<Organisation, Refused> {
        match self.sender.owner {
            Owner::Organisation(id) => self.need(id.0, "sender"),
            Owner::Person(_) => Err(RefusalCode::NotAllowed.into()),
        }
    }

    /// Refuses an owner that is an organisation whose registration has ended.
    pub(crate) fn check_not_ended(&mut self, owner: Owner) -> Result<(), Refused> {
        let Owner::Organisation(id) = owner else { return Ok(()) };
        let admitted = self.overlay.peek::<Organisation>(id.0).is_some_and(|o| o.is_admitted());
        if admitted { Ok(()) } else { Err(RefusalCode::OrganisationEnded.into()) }
    }

    /// Refuses a person's key that is in the hands of a platform whose registration has ended: nobody
    /// knows any more who signs.
    fn check_custody(&mut self, key: &RegisteredKey) -> Result<(), Refused> {
        match key.custody() {
            Some(Custody::Platform(id)) => self.check_not_ended(Owner::Organisation(id)),
            Some(Custody::Device) | None => Ok(()),
        }
    }

    /// Refuses a key that is not one in force of an organisation, with the role `operate`.
    pub(crate) fn check_signs_for(
        &mut self,
        key: &PublicKey,
        id: OrganisationId,
    ) -> Result<(), Refused> {
        self.check_not_ended(Owner::Organisation(id))?;
        let registered = registered_key(self.overlay, key);
        let signs = registered.is_some_and(|known| {
            let may = matches!(known.uses, Use::Organisation(roles) if roles.operate);
            known.owner == Owner::Organisation(id) && may
        });
        if signs { Ok(()) } else { Err(RefusalCode::StatementMissing.into()) }
    }

    /// The sending person; else a refusal.
    pub(crate) fn person(&self) -> Result<PersonId, Refused> {
        match self.sender.owner {
            Owner::Person(id) => Ok(id),
            Owner::Organisation(_) => Err(RefusalCode::NotAllowed.into()),
        }
    }

    /// True if the sender is this owner.
    pub(crate) fn is(&self, owner: Owner) -> bool {
        self.sender.owner == owner
    }

    /// Takes the word of a key, whether or not it is registered.
    pub(crate) fn take_word(&mut self, key: &PublicKey) -> Result<(), Refused> {
        let at = self.statements.iter().position(|k| k == key);
        let at = at.ok_or(RefusalCode::StatementMissing)?;
        self.statements.remove(at);
        Ok(())
    }

    /// Takes the word of a holder who is named by key: of that key while it is not registered, else
    /// of its owner, since a key that has ended says nothing any more.
    pub(crate) fn take_word_of_holder(&mut self, key: &PublicKey) -> Result<(), Refused> {
        match owner_of(self.overlay, key) {
            Some(owner) => self.take_word_of(owner),
            None => self.take_word(key),
        }
    }

    /// Takes the word of an owner: a statement by a key of it that is in force (an organisation's
    /// with the role `operate`).
    pub(crate) fn take_word_of(&mut self, owner: Owner) -> Result<(), Refused> {
        self.take_signed_word_of(owner).map(drop)
    }

    /// The same, with the key that signed it.
    pub(crate) fn take_signed_word_of(&mut self, owner: Owner) -> Result<RegisteredKey, Refused> {
        self.check_not_ended(owner)?;
        for (at, key) in self.statements.clone().iter().enumerate() {
            let Some(registered) = registered_key(self.overlay, key) else { continue };
            let may = match registered.uses {
                Use::Organisation(roles) => roles.operate,
                Use::Person(_) => true,
            };
            if registered.owner == owner && may && self.check_custody(&registered).is_ok() {
                self.statements.remove(at);
                return Ok(registered);
            }
        }
        Err(RefusalCode::StatementMissing.into())
    }
}

/// Refuses an organisation without a grant in force at an instant that has a scope.
pub(crate) fn check_grant<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    (organisation, scope): (OrganisationId, InterfaceScope),
    at: Time,
) -> Result<(), Refused> {
    let id = Interface::id_of(organisation, scope.interface());
    due::bring_up(overlay, due::key_of::<Interface>(id), at);
    let grant = overlay.peek::<Interface>(id).and_then(|record| record.grant.as_ref());
    if grant.is_some_and(|grant| grant.terms.scopes.has(scope)) {
        Ok(())
    } else {
        Err(Refused::about(RefusalCode::GrantMissing, scope.word()))
    }
}

/// A parameter at an instant.
pub(crate) fn parameter<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    name: ParameterName,
    at: Time,
) -> u64 {
    overlay
        .peek::<Parameters>(RecordId::default())
        .map_or_else(|| name.default_value(), |p| p.at(name, at))
}

/// Whose a key is or was; none while it is not registered.
pub(crate) fn owner_of<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    key: &PublicKey,
) -> Option<Owner> {
    overlay.peek::<RegisteredKey>(RegisteredKey::id_of(key)).map(|known| known.owner)
}

/// A key that is registered and in force.
pub(crate) fn registered_key<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    key: &PublicKey,
) -> Option<RegisteredKey> {
    overlay
        .peek::<RegisteredKey>(RegisteredKey::id_of(key))
        .filter(|registered| registered.ended_at.is_none())
        .cloned()
}
