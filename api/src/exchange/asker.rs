// SPDX-License-Identifier: Apache-2.0
//! The asker's side: a request is made, its digest recorded as an access, and only then is anybody asked.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chain::actions::{AccessRecord, ConsentUse};
use chain::exchange::{Answer, Digits, Entered, KeyField, Question, Request, Shown};
use chain::ids::{AccessId, OrganisationId, RecordId, WaybillId};
use chain::keys::SecretKey;
use chain::limits::WAIT_MS;
use chain::query::exchange::{Asked, Question as MaySee, answerable, may_see};
use chain::receipt::Outcome;
use chain::records::{Access, DataSubject, FieldSet, Purpose};
use chain::refusal::{RefusalCode, Refused};
use chain::{Action, Hash, Past, Transaction, TransactionId, query};

use super::answer::{ExchangeAnswer, disclosed_answer};
use super::tries::Try;
use super::{Exchange, FLOOR, fresh};
use crate::http::messages::{self, Message};
use crate::http::problem::Problem;
use crate::keeping::reasons;
use crate::routes::submit;
use sealing::Receiver;

/// How long the transaction of an access is good, in milliseconds.
const GOOD_MS: u64 = 60_000;

/// What somebody wants to see.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// Whose data.
    pub(crate) about: DataSubject,
    /// Which fields.
    pub(crate) fields: FieldSet,
    /// What for: consents for it are looked through.
    pub(crate) purpose: Option<Purpose>,
    /// A waybill that may be the basis.
    pub(crate) waybill: Option<WaybillId>,
    /// Digest of the case file.
    pub(crate) case: Option<Hash>,
}

/// A request that this node keeps, and the action that records it.
#[derive(Debug)]
pub(crate) struct Begun {
    /// Digest of the request.
    pub(crate) request: Hash,
    /// What is to be signed and ordered.
    pub(crate) action: Action,
    /// Which of the records that it makes is the access.
    place: u32,
}

impl Begun {
    /// The access that a transaction with this action makes.
    pub(crate) fn access(&self, transaction: TransactionId) -> AccessId {
        AccessId(RecordId::made_by(transaction, self.place))
    }
}

impl Exchange {
    /// Makes a request for what is wanted, on the first basis that holds. May read the disk.
    pub(crate) fn begin(&self, by: OrganisationId, wanted: &Wanted) -> Result<Begun, Problem> {
        let Wanted { about, fields, purpose, waybill, case } = wanted.clone();
        let asked = Asked { by, about, fields };
        let question = MaySee { asked, purpose, waybill, case };
        let basis = may_see(&self.parts.store.latest(), &question, self.now());
        let basis = basis.map_err(|why| refused(&why))?;
        let receiver = Receiver::fresh();
        let request = Request {
            chain: self.chain(),
            about,
            basis: Some(basis.clone()),
            fields,
            receiver: receiver.public(),
            nonce: fresh().ok_or_else(|| Problem::new(&messages::INTERNAL))?,
            digits: None,
        };
        let request = self.keep(by, request, receiver)?;
        let action = AccessRecord { about, basis, fields, request };
        Ok(Begun { request, action: action.into(), place: 0 })
    }

    /// Makes a request for what a verification code opens that somebody was shown.
    pub(crate) async fn begin_shown(
        self: &Arc<Self>,
        by: OrganisationId,
        (digits, key): (Digits, KeyField),
    ) -> Result<Begun, Problem> {
        let begun = tokio::time::Instant::now();
        let receiver = Receiver::fresh();
        let nonce = fresh().ok_or_else(|| Problem::new(&messages::INTERNAL))?;
        let entered = Entered { digits, key, by, receiver: receiver.public(), nonce };
        let answer = self.ask_shown(&entered).await;
        // As long as the node that answers takes, and where none is asked too.
        tokio::time::sleep_until(begun + FLOOR + FLOOR).await;
        let shown = match answer? {
            Answer::Shown(shown) => shown,
            _ => return Err(Problem::new(&messages::CAPACITY_WRONG)),
        };
        let Shown { terms, statement, release } = *shown;
        let request = entered.request(self.chain(), &terms);
        let request = self.keep(by, request, receiver)?;
        let action = ConsentUse { terms, by, request, release, statements: vec![statement] };
        // The consent that it makes comes first.
        Ok(Begun { request, action: action.into(), place: 1 })
    }

    /// Who hangs up meanwhile has tried all the same.
    async fn ask_shown(self: &Arc<Self>, entered: &Entered) -> Result<Answer, Problem> {
        let (by, now) = (entered.by, self.now());
        match self.asked.begin(by, now) {
            Try::Heard => {}
            Try::Busy => return Err(Problem::new(&messages::OVERLOADED).retry_after(1)),
            Try::Locked => return Ok(Answer::Wrong),
        }
        let (own, entered) = (Arc::clone(self), entered.clone());
        let asked = tokio::spawn(async move {
            let answer = own.asked_shown(&entered).await;
            match &answer {
                Ok(Answer::Wrong) => drop(own.asked.wrong(by, now)),
                // Where nobody answers, nobody said that it was wrong.
                _ => own.asked.right(by),
            }
            answer
        });
        asked.await.map_err(|_| Problem::new(&messages::INTERNAL))?
    }

    async fn asked_shown(&self, entered: &Entered) -> Result<Answer, Problem> {
        let node = entered.digits.node();
        if !self.parts.genesis.nodes.iter().any(|one| one.number == node) {
            return Ok(Answer::Wrong);
        }
        let question = Bytes::from(Question::Shown(entered.clone()).to_bytes());
        let answer = self.parts.handle.ask(node, question).await.ok();
        match answer.and_then(|answer| Answer::from_bytes(&answer).ok()) {
            Some(answer @ (Answer::Shown(_) | Answer::Wrong)) => Ok(answer),
            _ => Err(Problem::new(&messages::HOLDER_UNREACHABLE).value(node).retry_after(5)),
        }
    }

    /// Keeps a request of an organisation, and what opens its answer.
    fn keep(
        &self,
        by: OrganisationId,
        request: Request,
        receiver: Receiver,
    ) -> Result<Hash, Problem> {
        let kept = self.pending.keep(by, (request, receiver), self.now());
        kept.map_err(|_| Problem::new(&messages::TOO_MANY_PENDING).retry_after(60))
    }

    /// Signs and submits what records a request, and waits until it is on chain.
    pub(crate) async fn record(&self, begun: Begun, key: &SecretKey) -> Result<AccessId, Problem> {
        let recorded = self.submit(&begun, key).await;
        // One that waits may be executed still, and is collected then.
        let is_over = |problem: &Problem| problem.code() != messages::ACCESS_WAITS.code;
        if recorded.as_ref().is_err_and(is_over) {
            self.pending.forget(&begun.request);
        }
        recorded
    }

    async fn submit(&self, begun: &Begun, key: &SecretKey) -> Result<AccessId, Problem> {
        self.order(begun.action.clone(), key).await.map(|id| begun.access(id))
    }

    /// Signs and submits an action, and waits until it is executed.
    pub(crate) async fn order(
        &self,
        action: Action,
        key: &SecretKey,
    ) -> Result<TransactionId, Problem> {
        let nonce = fresh().ok_or_else(|| Problem::new(&messages::INTERNAL))?;
        let until = self.parts.store.header().time_ms.plus(GOOD_MS);
        let signed = Transaction::sign(key, self.chain(), action, nonce, until);
        let id = signed.id();
        let executed = self.parts.handle.executed(id, Duration::from_millis(WAIT_MS));
        let taken = self.parts.handle.submit(vec![Bytes::from(signed.to_bytes())]).await;
        if let Some(Err(error)) = taken.first() {
            return Err(submit::problem(error));
        }
        let placed = executed.await;
        let placed = placed.ok_or_else(|| Problem::new(&messages::ACCESS_WAITS).value(id))?;
        match placed.receipt.outcome {
            Outcome::Executed { .. } => Ok(id),
            Outcome::Refused { reasons } => Err(refused(&Refused(reasons))),
        }
    }

    /// The access of an organisation, if it is on chain here and its own. May read the disk.
    pub(crate) fn own_access(&self, by: OrganisationId, id: AccessId) -> Result<Access, Problem> {
        let found = query::typed::<Access, _>(&self.parts.store.latest(), id.0, self.now());
        let found = found.map(|seen| seen.value).filter(|access| access.by == by);
        found.ok_or_else(|| Problem::new(&messages::NOT_FOUND).value(id))
    }

    /// True if the answer to an access of an organisation can be collected here still.
    pub(crate) fn is_kept(&self, access: &Access) -> bool {
        self.pending.of(&access.request, access.by, self.now()).is_some()
    }

    /// Asks for what an access is about, and checks what comes. As often as is wanted while the access is
    /// answered at all.
    pub(crate) async fn collect(
        self: &Arc<Self>,
        by: OrganisationId,
        id: AccessId,
    ) -> Result<ExchangeAnswer, Problem> {
        let own = Arc::clone(self);
        let planned = tokio::task::spawn_blocking(move || {
            let access = own.own_access(by, id)?;
            let may = answerable(&own.parts.store.latest(), id, own.now());
            may.map_err(|why| refused(&why))?;
            let header = own.parts.store.header_before(access.at);
            let height = header.map(|header| header.height);
            let plan = own.plan(&access).zip(height);
            plan.map(|found| (access, found)).ok_or_else(|| Problem::new(&messages::INTERNAL))
        });
        let planned = planned.await.map_err(|_| Problem::new(&messages::INTERNAL))?;
        let (access, (plan, height)) = planned?;
        let waiting = self.pending.of(&access.request, by, self.now());
        let waiting = waiting.ok_or_else(|| Problem::new(&messages::REQUEST_NOT_HERE))?;
        let found = self.gather(plan, &access, &waiting).await?;
        Ok(disclosed_answer(access, height, found))
    }
}

/// What is said first if there are several reasons.
const TOLD: [(RefusalCode, &Message); 6] = [
    (RefusalCode::DataErased, &messages::DATA_ERASED),
    (RefusalCode::DataRestricted, &messages::DATA_RESTRICTED),
    (RefusalCode::AccessTooOld, &messages::ACCESS_TOO_OLD),
    (RefusalCode::ConsentNotInForce, &messages::CONSENT_NOT_IN_FORCE),
    (RefusalCode::FieldsBeyondBasis, &messages::FIELDS_BEYOND_BASIS),
    (RefusalCode::NoBasis, &messages::NO_BASIS),
];

/// The problem that a refusal by the chain's rules is.
pub(super) fn refused(why: &Refused) -> Problem {
    let has = |code: RefusalCode| why.0.iter().any(|reason| reason.code == code);
    let told = TOLD.iter().find(|(code, _)| has(*code)).map(|(_, message)| *message);
    Problem::new(told.unwrap_or(&messages::ACCESS_REFUSED)).value(reasons(why))
}
