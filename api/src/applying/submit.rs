// SPDX-License-Identifier: Apache-2.0
//! A draft with the holder's word becomes a transaction. What opens its commitments is in the vault before it is
//! sent, so that nothing on chain is ever without its values; what the chain refuses is taken out again.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chain::actions::Statement;
use chain::ids::{ApplicationId, CodeId, PersonId, RecordId};
use chain::keys::PublicKey;
use chain::limits::WAIT_MS;
use chain::query;
use chain::receipt::Outcome;
use chain::records::Person;
use chain::records::vehicle::VehicleOwner;
use chain::refusal::Refused;
use chain::transaction::Decoded;
use chain::{Action, Transaction, TransactionId};
use futures::FutureExt;
use sealing::{Content, KeyChange};
use vault::{DocumentName, HeldClaim, Subject, View};

use super::courier::Errand;
use super::drafts::{Draft, Owner, Paper, Progress, Purpose, Sent};
use super::inboxes::NotPosted;
use super::prepare::Applicant;
use crate::access::guard::Asking;
use crate::exchange::fresh;
use crate::http::extract::invalid;
use crate::http::messages;
use crate::http::problem::Problem;
use crate::keeping::reasons;
use crate::routes::holdings::{ClaimLeft, ContactLeft, HoldingsLeft, refused};
use crate::routes::{Api, submit};

/// How long the transaction of a draft is good, in milliseconds.
const GOOD_MS: u64 = 60_000;

/// What became of a draft.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Submitted {
    pub(crate) transaction: Option<TransactionId>,
    pub(crate) application: Option<ApplicationId>,
    /// The code that the application leads to.
    pub(crate) code: Option<CodeId>,
    pub(crate) person: Option<PersonId>,
}

/// What the vault had in a claim's place before.
type Before = Option<HeldClaim>;
/// A draft's progress, while nobody else goes on with it.
type Locked = tokio::sync::OwnedMutexGuard<Progress>;

impl Api {
    /// Submits a draft of the applicant's; the same again answers the same.
    pub(crate) async fn submit_draft(
        &self,
        asking: &Asking,
        (who, name): (Applicant, [u8; 16]),
        statements: Vec<Statement>,
        signed: Option<Transaction>,
    ) -> Result<Submitted, Problem> {
        let found = self.applying.drafts.of(name, who.owner, self.exchange.now());
        let not_found = || Problem::new(&messages::NOT_FOUND).value(hex::encode(name));
        let draft = found.ok_or_else(not_found)?;
        let progress = Arc::clone(&draft.progress).lock_owned().await;
        if let Progress::Done(done) = &*progress {
            return Ok(*done);
        }
        // Phones hang up: vault and chain agree all the same, and authorities are sent what they need.
        let (api, asking) = (self.clone(), asking.clone());
        let carried = tokio::spawn(async move {
            api.carry_on(&asking, (draft, progress), statements, signed).await
        });
        carried.await.map_err(|_| Problem::new(&messages::INTERNAL))?
    }

    async fn carry_on(
        &self,
        asking: &Asking,
        (draft, mut progress): (Arc<Draft>, Locked),
        statements: Vec<Statement>,
        signed: Option<Transaction>,
    ) -> Result<Submitted, Problem> {
        let done = match draft.purpose {
            Purpose::ChangeKey { authority } => {
                self.change_key(&draft, authority, statements).await?
            }
            _ => self.send(asking, (&draft, &mut progress), statements, signed).await?,
        };
        *progress = Progress::Done(done);
        Ok(done)
    }

    /// Puts what was prepared into the vault and onto the chain.
    async fn send(
        &self,
        asking: &Asking,
        (draft, progress): (&Arc<Draft>, &mut Progress),
        statements: Vec<Statement>,
        signed: Option<Transaction>,
    ) -> Result<Submitted, Problem> {
        if !matches!(progress, Progress::Sent(_)) {
            let transaction = self.signed(asking, draft, statements, signed).await?;
            let before = self.put(draft, application_of(draft, transaction.id())).await?;
            *progress = Progress::Sent(Box::new(Sent { transaction, before }));
        }
        let Progress::Sent(sent) = &*progress else {
            return Err(Problem::new(&messages::INTERNAL));
        };
        let id = sent.transaction.id();
        let application = application_of(draft, id);
        let refused = match self.ordered(&sent.transaction).await {
            Ok(Outcome::Executed { .. }) => {
                let _full = self.applying.errands.try_send(Errand::Sent(application));
                let code = matches!(draft.action, Action::CodeApply(_));
                let code = code.then(|| CodeId::made_by(id));
                let (transaction, application) = (Some(id), Some(application));
                return Ok(Submitted { transaction, application, code, person: None });
            }
            Ok(Outcome::Refused { reasons: why }) => {
                Problem::new(&messages::APPLICATION_REFUSED).value(reasons(&Refused(why)))
            }
            Err(NotOrdered::Waits) => {
                let waits = Problem::new(&messages::APPLICATION_WAITS).value(id);
                return Err(waits.retry_after(1));
            }
            Err(NotOrdered::NotTaken(problem)) => problem,
        };
        let before = sent.before.clone();
        *progress = Progress::Open;
        self.take_out(draft, application, before).await?;
        Err(refused)
    }

    /// The transaction of a draft: signed by this node for who sponsors it, or elsewhere.
    async fn signed(
        &self,
        asking: &Asking,
        draft: &Arc<Draft>,
        statements: Vec<Statement>,
        signed: Option<Transaction>,
    ) -> Result<Transaction, Problem> {
        let action = draft.action.clone().with_statements(statements);
        let transaction = match (draft.owner, signed) {
            (Owner::Ticket(_), Some(_)) => {
                let not = "for organisations that sign elsewhere";
                return Err(invalid("transaction", not));
            }
            (Owner::Ticket(_), None) => {
                let (api, sponsor) = (self.clone(), draft.sponsor);
                let read = self.read(move |_| Ok(api.exchange.signing_key(sponsor)));
                let closed = || Problem::new(&messages::APPLYING_CLOSED);
                let key = read.await?.ok_or_else(closed)?;
                let nonce = fresh().ok_or_else(|| Problem::new(&messages::INTERNAL))?;
                let until = self.store.header().time_ms.plus(GOOD_MS);
                Transaction::sign(&key, self.genesis.chain_id(), action, nonce, until)
            }
            (Owner::Member(_), Some(signed)) => {
                if signed.action.statement_digest() != draft.action.statement_digest() {
                    let other = Problem::new(&messages::CLAIM_DIFFERS).field("transaction");
                    return Err(other.value("transaction"));
                }
                signed
            }
            (Owner::Member(_), None) => {
                let asking = asking.clone();
                self.read(move |api| api.sign(&asking, action, GOOD_MS)).await?
            }
        };
        let decoded = Decoded::from_bytes(transaction.to_bytes(), self.genesis.chain_id());
        let checked = decoded.and_then(Decoded::check);
        let problem = |error| submit::problem(&consensus::SubmitError::Invalid(error));
        checked.map_err(problem)?;
        Ok(transaction)
    }

    /// Puts what opens a draft's commitments into the vault; what was in a corrected claim's place before.
    async fn put(&self, draft: &Arc<Draft>, id: ApplicationId) -> Result<Before, Problem> {
        let draft = Arc::clone(draft);
        let read = self.read(move |api| {
            let vault = api.vault.clone().ok_or_else(|| Problem::new(&messages::NO_VAULT))?;
            let subject = Subject::Application(id);
            let [contact, claims] = draft.left().parcels(api);
            let before = match (&draft.purpose, draft.papers.first()) {
                (Purpose::Correct { .. }, Some(paper)) => {
                    let view = View::ordinary(api.exchange.now());
                    let held = vault.claims(subject, view).map_err(refused)?;
                    held.into_iter().find(|held| held.place == paper.place)
                }
                _ => None,
            };
            vault.put(subject, &contact).map_err(refused)?;
            // An added claim never takes the place of one that was added meanwhile.
            let adds = matches!(&draft.action, Action::ClaimCorrect(c) if c.replaces.is_none());
            match adds {
                true => vault.put(subject, &claims),
                false => vault.replace(subject, &claims),
            }
            .map_err(refused)?;
            Ok(before)
        });
        read.await
    }

    /// Takes out what was put in for a draft that came to nothing.
    async fn take_out(
        &self,
        draft: &Arc<Draft>,
        id: ApplicationId,
        before: Before,
    ) -> Result<(), Problem> {
        let draft = Arc::clone(draft);
        let read = self.read(move |api| {
            let Some(vault) = &api.vault else { return Ok(()) };
            let subject = Subject::Application(id);
            if let Some(before) = before {
                let paper =
                    Paper { place: before.place, kind: before.kind, fields: before.fields.clone() };
                let left = HoldingsLeft::of(vec![ClaimLeft::of(&paper)], None, None);
                let [_, claims] = left.parcels(api);
                return vault.replace(subject, &claims).map_err(refused);
            }
            if let Purpose::Apply { .. } = draft.purpose {
                return vault.forget(subject).map(drop).map_err(refused);
            }
            for paper in &draft.papers {
                vault.discard(subject, &DocumentName::claim(paper.place)).map_err(refused)?;
            }
            Ok(())
        });
        read.await
    }

    /// Submits a transaction, and waits until it is executed.
    async fn ordered(&self, transaction: &Transaction) -> Result<Outcome, NotOrdered> {
        let executed = self.handle.executed(transaction.id(), Duration::from_millis(WAIT_MS));
        let mut executed = Box::pin(executed);
        let taken = self.handle.submit(vec![Bytes::from(transaction.to_bytes())]).await;
        if let Some(Err(error)) = taken.first() {
            // What was sent before is on its way still, or was executed and has its receipt.
            let is_pending = self.handle.is_pending(&transaction.id());
            return match executed.as_mut().now_or_never().flatten() {
                Some(placed) => Ok(placed.receipt.outcome),
                None if is_pending => Err(NotOrdered::Waits),
                None => Err(NotOrdered::NotTaken(submit::problem(error))),
            };
        }
        executed.await.map(|placed| placed.receipt.outcome).ok_or(NotOrdered::Waits)
    }

    /// True if a key is the person's one.
    async fn has_key(&self, person: PersonId, key: PublicKey) -> Result<bool, Problem> {
        let read = self.read(move |api| {
            let now = api.exchange.now();
            let found = query::typed::<Person, _>(&api.store.latest(), person.0, now);
            Ok(found.is_some_and(|seen| seen.value.keys == [key]))
        });
        read.await
    }

    /// Asks the identity authority for a person's new key; answered once the chain has it.
    async fn change_key(
        &self,
        draft: &Arc<Draft>,
        authority: chain::ids::OrganisationId,
        statements: Vec<Statement>,
    ) -> Result<Submitted, Problem> {
        let action = draft.action.clone().with_statements(statements);
        let (Action::PersonKeyRegister(register), Some(paper)) = (action, draft.papers.first())
        else {
            return Err(Problem::new(&messages::INTERNAL));
        };
        let person = register.person;
        if self.has_key(person, register.key).await? {
            // The authority's answer was lost on its way.
            let person = Some(person);
            return Ok(Submitted { transaction: None, application: None, code: None, person });
        }
        let (api, by) = (self.clone(), draft.sponsor);
        let key = self.read(move |_| Ok(api.exchange.signing_key(by))).await?;
        let key = key.ok_or_else(|| Problem::new(&messages::APPLYING_CLOSED))?;
        let nonce = fresh().ok_or_else(|| Problem::new(&messages::INTERNAL))?;
        let until = self.store.header().time_ms.plus(GOOD_MS);
        let chain = self.genesis.chain_id();
        let sponsor = Statement::give(&key, chain, &register.clone().into(), nonce, until);
        let change = KeyChange { register, sponsor, fields: paper.fields.clone() };
        let content = Content::KeyChange(Box::new(change));
        let now = self.exchange.now();
        match self.applying.inboxes.post(authority, &content, now).await {
            Ok(()) => {
                let person = Some(person);
                Ok(Submitted { transaction: None, application: None, code: None, person })
            }
            Err(NotPosted::Refused { code, detail }) if code == "key_change_refused" => {
                Err(Problem::new(&messages::KEY_CHANGE_REFUSED).value(detail))
            }
            Err(_) => {
                let away = Problem::new(&messages::AUTHORITY_UNREACHABLE);
                Err(away.value(authority).retry_after(10))
            }
        }
    }
}

/// The application that a draft's transaction makes, or is about.
fn application_of(draft: &Draft, id: TransactionId) -> ApplicationId {
    match draft.purpose {
        Purpose::Correct { application } => application,
        _ => ApplicationId(RecordId::made_by(id, 0)),
    }
}

enum NotOrdered {
    /// It was not taken.
    NotTaken(Problem),
    /// It was taken, and no block has it yet.
    Waits,
}

impl Draft {
    /// What goes into the vault.
    fn left(&self) -> HoldingsLeft {
        let claims = self.papers.iter().map(ClaimLeft::of).collect();
        match &self.purpose {
            Purpose::Apply { contact } => {
                let is_organisations = matches!(
                    &self.action,
                    Action::VehicleApply(apply) if matches!(apply.owner, VehicleOwner::Organisation(_))
                );
                let holder = (!is_organisations).then_some(self.holder_key);
                HoldingsLeft::of(claims, Some(ContactLeft::of(contact)), holder)
            }
            _ => HoldingsLeft::of(claims, None, None),
        }
    }
}
