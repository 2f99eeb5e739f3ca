// SPDX-License-Identifier: Apache-2.0
//! The holder's side: an access that is on chain is answered with what this node holds of it, sealed to the
//! asker. Nothing is answered that the chain does not allow by now, whatever the question says.

use std::sync::Arc;
use std::time::Duration;

use chain::exchange::{Answer, Disclosed, NotAnswered, Request, disclose};
use chain::fields;
use chain::ids::{AccessId, ApplicationId, Time};
use chain::query::certificates::{Committed, answered, application_of};
use chain::query::exchange::{answerable, is_named_case};
use chain::records::{Access, Basis, Consent, ExchangeField, Purpose, RecordKey, RecordKind};
use chain::text::Word;
use chain::{Past, Records, query};
use store::At;

use super::Exchange;
use super::holdings::{HeldClaim, HoldingsError, Reading};
use super::seal::{NotSealed, seal};

/// Longest wait until this node has executed an access.
const REACH: Duration = Duration::from_secs(4);

impl Exchange {
    /// Answers the request of an access.
    pub(super) async fn disclose(self: &Arc<Self>, access: AccessId, request: Request) -> Answer {
        if !self.reaches(access).await {
            return Answer::Not(NotAnswered::NotReached);
        }
        let own = Arc::clone(self);
        let read = tokio::task::spawn_blocking(move || own.disclosed(access, &request));
        match read.await {
            Ok(Ok(answer)) => answer,
            Ok(Err(not)) => Answer::Not(not),
            Err(_) => Answer::Not(NotAnswered::Trouble),
        }
    }

    /// Waits until the access is executed here; false if it is not in time.
    async fn reaches(&self, access: AccessId) -> bool {
        let key = RecordKey { kind: RecordKind::Access, id: access.0 };
        let mut blocks = self.parts.handle.blocks();
        let is_here = |_: &_| self.parts.store.latest().record(&key).is_some();
        let reached = async { blocks.wait_for(is_here).await.is_ok() };
        tokio::time::timeout(REACH, reached).await.unwrap_or(false)
    }

    fn disclosed(&self, id: AccessId, request: &Request) -> Result<Answer, NotAnswered> {
        let (at, now) = (self.parts.store.latest(), self.now());
        let access = answerable(&at, id, now).map_err(|why| NotAnswered::Refused(why.0))?;
        if request.chain != self.chain() || !request.is_of(&access) {
            return Err(NotAnswered::OtherRequest);
        }
        if is_of_shown(&at, &access, now) && !self.offers.was_entered(request, access.by, now) {
            return Err(NotAnswered::OtherRequest);
        }
        let disclosed = self.held(&at, &access, now)?;
        if disclosed == Disclosed::default() {
            return Ok(Answer::NotHere);
        }
        match seal(&disclosed, request.receiver, (self.chain(), id)) {
            Ok(sealed) => Ok(Answer::Sealed(sealed)),
            Err(NotSealed::Key) => Err(NotAnswered::OtherRequest),
            Err(NotSealed::TooLarge) => Err(NotAnswered::TooLarge),
        }
    }

    /// What is held here of what an access is about, as the chain had it when it was recorded.
    fn held(&self, at: &At, access: &Access, now: Time) -> Result<Disclosed, NotAnswered> {
        let then = self.then(access).ok_or(NotAnswered::Trouble)?;
        let reading = Reading { named_case: is_named_case(at, access, now), now };
        let code = application_of(&then, access, access.at).map(|found| found.id);
        let trouble = |error: HoldingsError| {
            tracing::error!(%error, "the exchange");
            NotAnswered::Trouble
        };
        let mut disclosed = Disclosed::default();
        for one in answered(&then, (at, now), access) {
            let claim = self.claim_of(&one, (code, reading)).map_err(trouble)?;
            let opened = claim.and_then(|claim| disclose(&one, &claim.fields, access));
            disclosed.certificates.extend(opened);
        }
        if access.fields.contains(ExchangeField::Phone)
            && let Some(application) = code
        {
            disclosed.phone = self.phone(application, reading).map_err(trouble)?;
        }
        Ok(disclosed)
    }

    /// The records as they stood when an access was recorded.
    pub(super) fn then(&self, access: &Access) -> Option<At> {
        let header = self.parts.store.header_before(access.at)?;
        self.parts.store.at(header.height)
    }

    /// The claim that a certificate is of: of the application that it came with, else of the code's own,
    /// where a renewal is kept.
    fn claim_of(
        &self,
        one: &Committed,
        (code, reading): (Option<ApplicationId>, Reading),
    ) -> Result<Option<HeldClaim>, HoldingsError> {
        let (kind, root) = (one.certificate.kind, one.certificate.terms.root);
        let came_with = one.certificate.terms.application;
        let code = code.filter(|code| Some(*code) != came_with);
        for application in came_with.into_iter().chain(code) {
            let claims = self.parts.holdings.claims(application, reading)?;
            let is_it = |held: &HeldClaim| {
                held.kind == kind && fields::root(fields::table(kind), &held.fields) == Ok(root)
            };
            if let Some(found) = claims.into_iter().find(is_it) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    pub(super) fn phone(
        &self,
        application: ApplicationId,
        reading: Reading,
    ) -> Result<Option<Word>, HoldingsError> {
        self.parts.holdings.phone(application, reading)
    }
}

/// True if an access was made by a verification code: its consent came to be with it, by the asker's hand,
/// for one use. Then its digits are part of the request.
fn is_of_shown(at: &At, access: &Access, now: Time) -> bool {
    let Basis::Consent { consent, purpose: Purpose::CapacityCheck } = &access.basis else {
        return false;
    };
    let consent = query::typed::<Consent, _>(at, consent.0, now).map(|seen| seen.value);
    consent.is_some_and(|consent| {
        consent.given_at == access.at
            && consent.sponsor == Some(access.by)
            && consent.terms.uses == 1
    })
}
