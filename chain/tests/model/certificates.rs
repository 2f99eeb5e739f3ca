// SPDX-License-Identifier: Apache-2.0
//! Certificates: attested, renewed, suspended, resumed, revoked, ended, and the matters that the chain
//! opens and settles about them.

use chain::actions::*;
use chain::codec;
use chain::genesis::automatic_id;
use chain::ids::*;
use chain::records::certificate::Terms;
use chain::records::*;
use chain::refusal::RefusalCode as R;
use chain::rules::licence;
use chain::{Hash, Time};

use crate::world::{Due, Held, Model, Why, bar, unless};

fn is_over(state: CertificateState) -> bool {
    matches!(state, CertificateState::Ended | CertificateState::Revoked)
}

/// The kind of policy that class bits say, if they are a policy's.
pub(crate) fn policy_of(class: &Class) -> Option<PolicyKind> {
    match class {
        Class::Policy { kind } => Some(*kind),
        _ => None,
    }
}

/// The certificate that an attestation names: the one of its kind, a policy only by its id.
fn named(held: &[Held], (kind, renews): (CertificateKind, Option<CertificateId>)) -> Option<usize> {
    held.iter().position(|c| {
        let is_named = match renews {
            Some(id) => c.id == Some(id),
            None => kind != CertificateKind::Policy,
        };
        c.kind == kind && is_named
    })
}

/// Where new terms belong among what a subject has: on what they name, or in the place of a policy of
/// their kind that is over. None adds them.
pub(crate) fn place_for(
    held: &[Held],
    name: (CertificateKind, Option<CertificateId>),
    class: &Class,
) -> Option<usize> {
    let policy = policy_of(class);
    let spent =
        |c: &Held| policy.is_some() && policy_of(&c.terms.class) == policy && is_over(c.state);
    named(held, name).or_else(|| held.iter().position(spent))
}

impl Held {
    /// A certificate on terms that the subject has since an instant.
    pub(crate) fn new(kind: CertificateKind, terms: Terms, since: Time) -> Self {
        let begun = terms.valid_from <= since;
        Self {
            id: None,
            begun,
            kind,
            terms,
            state: CertificateState::Valid,
            stopped_at: None,
            noticed: false,
            since,
            next: None,
        }
    }

    /// The newest word on it: its attestation, that of its renewal, or that it was stopped.
    pub(crate) fn newest_word(&self) -> Time {
        let renewal = self.next.as_ref().map(|next| next.attested_at);
        let later = [renewal, self.stopped_at].into_iter().flatten().max();
        later.map_or(self.terms.attested_at, |at| at.max(self.terms.attested_at))
    }

    /// True if it is in force at an instant.
    pub(crate) fn holds(&self, at: Time) -> bool {
        let begun = self.terms.valid_from <= at;
        let ended = self.terms.valid_until.is_some_and(|end| at >= end);
        self.state == CertificateState::Valid && begun && !ended
    }

    /// When it ends or a renewal takes over.
    pub(crate) fn changes(&self) -> impl Iterator<Item = Time> {
        let end = self.terms.valid_until.filter(|_| !is_over(self.state));
        [end, self.next.as_ref().map(|next| next.valid_from)].into_iter().flatten()
    }
}

impl Model {
    /// What one certificate does by itself.
    pub(crate) fn due_of_certificate(
        &self,
        subject: Subject,
        place: usize,
        held: &Held,
    ) -> Vec<(Time, Due)> {
        let mut due = Vec::new();
        due.extend(held.next.as_ref().map(|n| (n.valid_from, Due::Takeover(subject, place))));
        due.extend(self.begins_to_cover(subject, held).map(|at| (at, Due::Begin(subject, place))));
        let Some(end) = held.terms.valid_until.filter(|_| !is_over(held.state)) else {
            return due;
        };
        due.push((end, Due::End(subject, place)));
        let attested_at = held.terms.attested_at;
        let ahead = self.parameter_at(ParameterName::CertificateNoticeMs, attested_at);
        let notice = Time(end.0.saturating_sub(ahead));
        let notice = notice.max(attested_at);
        if !held.noticed && notice < end {
            due.push((notice.max(held.since), Due::Notice(subject, place)));
        }
        due
    }

    /// When a policy begins, where one of its kind of policy waits for cover.
    pub(crate) fn begins_to_cover(&self, subject: Subject, held: &Held) -> Option<Time> {
        let policy = policy_of(&held.terms.class);
        let waits =
            |c: &Held| policy_of(&c.terms.class) == policy && c.state == CertificateState::Ended;
        let is_due = held.state == CertificateState::Valid && !held.begun && policy.is_some();
        let begins = is_due && self.held_by(subject).iter().any(waits);
        begins.then_some(held.terms.valid_from)
    }

    pub(crate) fn begin(&mut self, subject: Subject, place: usize, at: Time) {
        self.held(subject, place).begun = true;
        self.cover(subject, place, at);
    }

    fn held(&mut self, subject: Subject, place: usize) -> &mut Held {
        &mut self.certificates.get_mut(&subject).expect("a known subject")[place]
    }

    pub(crate) fn take_over(&mut self, subject: Subject, place: usize, at: Time) {
        let held = self.held(subject, place);
        let next = held.next.take().expect("a renewal waits");
        let (was, stopped_at) = (held.state, held.stopped_at);
        let lifts = stopped_at.is_none_or(|stopped| next.attested_at > stopped);
        if lifts || was == CertificateState::Revoked {
            return self.renew(subject, place, next, at);
        }
        // The attester suspended after it had attested the renewal: the suspension goes on.
        let goes_on = was == CertificateState::Suspended;
        if !goes_on {
            self.settle_own(subject, place, at);
        }
        let held = self.held(subject, place);
        let (id, kind, state) = (held.id, held.kind, CertificateState::Suspended);
        *held = Held { id, state, stopped_at, ..Held::new(kind, next, at) };
        if !goes_on {
            self.open_own(subject, place, MatterKind::SuspendedCertificate, at);
        }
    }

    /// New terms hold from now on: what was opened about the old ones is settled.
    fn renew(&mut self, subject: Subject, place: usize, terms: Terms, at: Time) {
        self.settle_own(subject, place, at);
        let held = self.held(subject, place);
        *held = Held { id: held.id, ..Held::new(held.kind, terms, at) };
        self.cover(subject, place, at);
    }

    /// A policy that holds now covers for those of its kind of policy that have ended.
    fn cover(&mut self, subject: Subject, place: usize, at: Time) {
        let held = self.held(subject, place);
        let policy = policy_of(&held.terms.class);
        if policy.is_none() || !held.holds(at) {
            return;
        }
        for other in 0..self.certificates[&subject].len() {
            let one = self.held(subject, other);
            let same = policy_of(&one.terms.class) == policy;
            if same && one.state == CertificateState::Ended {
                self.settle_own(subject, other, at);
            }
        }
    }

    /// True if another policy of its kind of policy is in force when one ends.
    fn is_covered(&self, subject: Subject, place: usize, at: Time) -> bool {
        let held = &self.certificates[&subject];
        let policy = policy_of(&held[place].terms.class);
        let mut others = held.iter().filter(|c| policy_of(&c.terms.class) == policy);
        policy.is_some() && others.any(|c| c.holds(at))
    }

    pub(crate) fn end_certificate(&mut self, subject: Subject, place: usize, at: Time) {
        self.settle_own(subject, place, at);
        self.held(subject, place).state = CertificateState::Ended;
        if !self.is_covered(subject, place, at) {
            self.open_own(subject, place, MatterKind::EndedCertificate, at);
        }
    }

    pub(crate) fn notice(&mut self, subject: Subject, place: usize) {
        self.held(subject, place).noticed = true;
    }

    /// The chain opens a matter about a certificate.
    fn open_own(&mut self, subject: Subject, place: usize, kind: MatterKind, at: Time) {
        let held = self.held(subject, place).clone();
        let certificate = held.id.expect("what changes was there before this block");
        let id = MatterId(automatic_id(&[
            &codec::encode(&subject),
            &codec::encode(&kind),
            &certificate.0.0,
            &at.0.to_le_bytes(),
        ]));
        let vital = held.kind == CertificateKind::DrivingLicence
            || policy_of(&held.terms.class) == Some(PolicyKind::Compulsory);
        let time = match kind {
            MatterKind::RevokedCertificate => 0,
            MatterKind::EndedCertificate if vital => 0,
            _ => self.parameter(ParameterName::SettleCertificateMs),
        };
        let source = MatterSource {
            organisation: held.terms.attester,
            automatic: true,
            certificate: Some(certificate),
        };
        let matter = Matter {
            id,
            kind,
            subject,
            source,
            reference: Hash::ZERO,
            points: 0,
            over_limit: false,
            occurred_at: at,
            opened_at: at,
            settle_by: at.plus(time),
            extension: None,
            state: MatterState::Open,
            ended_at: None,
            end_reason: None,
        };
        self.matters.insert(id, matter);
    }

    /// The chain settles its matters about a certificate.
    fn settle_own(&mut self, subject: Subject, place: usize, at: Time) {
        let certificate = self.held(subject, place).id;
        for matter in self.matters.values_mut() {
            let is_own = matter.source.automatic && matter.source.certificate == certificate;
            if is_own && matter.subject == subject && matter.state == MatterState::Open {
                matter.state = MatterState::Settled;
                matter.ended_at = Some(at);
            }
        }
    }

    /// Whether an organisation is registered to attest a kind in a prefecture.
    pub(crate) fn attests(
        &self,
        id: OrganisationId,
        kind: CertificateKind,
        prefecture: Prefecture,
    ) -> bool {
        let scopes = &self.organisations[&id].scopes;
        let fits = scopes.iter().any(|scope| {
            let everywhere = scope.prefectures.is_empty();
            scope.kind == kind && (everywhere || scope.prefectures.contains(&prefecture))
        });
        fits && self.is_admitted(id)
    }

    /// Whether an organisation is registered to attest a kind somewhere.
    pub(crate) fn attests_somewhere(&self, id: OrganisationId, kind: CertificateKind) -> bool {
        self.prefectures.iter().any(|place| self.attests(id, kind, *place))
    }

    /// What is wrong with dates and class bits.
    pub(crate) fn wrong_terms(
        &self,
        kind: CertificateKind,
        (valid_from, valid_until): (Time, Option<Time>),
        class: &Class,
    ) -> Why {
        use CertificateKind::*;
        let mut why = Why::new();
        let over = valid_until.is_some_and(|end| end <= valid_from || end <= self.now);
        bar(&mut why, over, R::InvalidField);
        let fits = match (kind, class) {
            (Identity | BankAccount, Class::None) => true,
            (DrivingLicence, Class::Licence { classes }) => {
                *classes != 0 && *classes <= licence::ALL
            }
            (Qualification, Class::Qualification { .. }) => true,
            (VehicleLicence, Class::Vehicle(class)) => self.prefectures.contains(&class.prefecture),
            (TransportPermit | BusinessPermit, Class::Permit { .. }) => true,
            (Policy, Class::Policy { .. }) => true,
            _ => false,
        };
        bar(&mut why, !fits, R::InvalidField);
        why
    }

    /// True if a licence would make a trailer of a vehicle, or a vehicle of a trailer.
    pub(crate) fn turns(&self, subject: Subject, class: &Class) -> bool {
        let Subject::Vehicle(vehicle) = subject else { return false };
        match (self.class_of(vehicle), class) {
            (Some(old), Class::Vehicle(new)) => old.trailer != new.trailer,
            _ => false,
        }
    }

    /// Puts new terms where they belong among what a subject has: renewing what is there, or added.
    /// False if the subject would have too many then.
    pub(crate) fn put(
        &mut self,
        subject: Subject,
        (kind, renews): (CertificateKind, Option<CertificateId>),
        terms: Terms,
    ) -> bool {
        let now = self.now;
        let held = self.certificates.get_mut(&subject).expect("a known subject");
        match place_for(held, (kind, renews), &terms.class) {
            Some(place) if terms.valid_from > now => held[place].next = Some(terms),
            Some(place) => self.renew(subject, place, terms, now),
            None => held.push(Held::new(kind, terms, now)),
        }
        let held = &self.certificates[&subject];
        let policies = held.iter().filter(|c| c.kind == CertificateKind::Policy).count();
        policies <= 8 && held.len() <= 16
    }

    pub(crate) fn attest(
        &mut self,
        sender: OrganisationId,
        action: &CertificateAttest,
    ) -> Result<(), Why> {
        use CertificateKind::*;
        let mut why = Why::new();
        let registered = self.attests(sender, action.kind, action.prefecture);
        bar(&mut why, !registered, R::AttesterNotRegistered);
        bar(&mut why, !self.certificates.contains_key(&action.subject), R::NotFound);
        let held = self.held_by(action.subject);
        bar(&mut why, !self.prefectures.contains(&action.prefecture), R::InvalidField);
        let fits = match action.kind {
            Identity | DrivingLicence | Qualification => {
                matches!(action.subject, Subject::Person(_))
            }
            VehicleLicence | TransportPermit | Policy => {
                matches!(action.subject, Subject::Vehicle(_))
            }
            BusinessPermit | BankAccount => !matches!(action.subject, Subject::Vehicle(_)),
        };
        bar(&mut why, !fits, R::InvalidField);
        let dates = (action.valid_from, action.valid_until);
        why.extend(self.wrong_terms(action.kind, dates, &action.class));
        bar(&mut why, self.turns(action.subject, &action.class), R::InvalidField);
        let old = named(held, (action.kind, action.renews)).map(|place| &held[place]);
        bar(&mut why, action.renews.is_some() && old.is_none(), R::NotFound);
        if let Some(old) = old {
            let other = policy_of(&old.terms.class) != policy_of(&action.class);
            bar(&mut why, other, R::InvalidField);
            let attester = old.terms.attester;
            let anothers = old.stopped_at.is_some() && attester != sender;
            let is_there = self.attests_somewhere(attester, action.kind);
            bar(&mut why, anothers && is_there, R::NotAllowed);
        }
        unless(why)?;
        let terms = Terms {
            root: action.root,
            application: None,
            attester: sender,
            attested_at: self.now,
            valid_from: action.valid_from,
            valid_until: action.valid_until,
            class: action.class.clone(),
        };
        let fits = self.put(action.subject, (action.kind, action.renews), terms);
        if fits { Ok(()) } else { Err(vec![R::TooMany]) }
    }

    /// The place of a certificate on which the sender has the say, in a state that allows what is asked:
    /// its attester, or a regulator once that one's registration has ended.
    fn own_certificate(
        &self,
        sender: OrganisationId,
        (subject, id): (Subject, CertificateId),
        allowed: impl Fn(CertificateState) -> bool,
    ) -> Result<usize, Why> {
        let held = self.certificates.get(&subject).ok_or(vec![R::NotFound])?;
        let place = held.iter().position(|c| c.id == Some(id)).ok_or(vec![R::NotFound])?;
        let mut why = Why::new();
        let attester = held[place].terms.attester;
        let regulates =
            self.is_of_kind(Owner::Organisation(sender), &[OrganisationKind::Regulator]);
        let may = if self.is_admitted(attester) { attester == sender } else { regulates };
        bar(&mut why, !may, R::NotAllowed);
        bar(&mut why, !allowed(held[place].state), R::CertificateState);
        unless(why).map(|()| place)
    }

    pub(crate) fn suspend_certificate(
        &mut self,
        sender: OrganisationId,
        action: &CertificateSuspend,
    ) -> Result<(), Why> {
        let about = (action.subject, action.certificate);
        let valid = |state| state == CertificateState::Valid;
        let place = self.own_certificate(sender, about, valid)?;
        let now = self.now;
        let held = self.held(action.subject, place);
        held.state = CertificateState::Suspended;
        held.stopped_at = Some(now);
        self.open_own(action.subject, place, MatterKind::SuspendedCertificate, now);
        Ok(())
    }

    pub(crate) fn resume_certificate(
        &mut self,
        sender: OrganisationId,
        action: &CertificateResume,
    ) -> Result<(), Why> {
        let about = (action.subject, action.certificate);
        let suspended = |state| state == CertificateState::Suspended;
        let place = self.own_certificate(sender, about, suspended)?;
        let now = self.now;
        let held = self.held(action.subject, place);
        held.state = CertificateState::Valid;
        held.stopped_at = None;
        self.settle_own(action.subject, place, now);
        self.cover(action.subject, place, now);
        Ok(())
    }

    pub(crate) fn revoke_certificate(
        &mut self,
        sender: OrganisationId,
        action: &CertificateRevoke,
    ) -> Result<(), Why> {
        let about = (action.subject, action.certificate);
        let not_yet = |state| state != CertificateState::Revoked;
        let place = self.own_certificate(sender, about, not_yet)?;
        let now = self.now;
        self.settle_own(action.subject, place, now);
        let held = self.held(action.subject, place);
        held.state = CertificateState::Revoked;
        held.stopped_at = Some(now);
        held.next = None;
        self.open_own(action.subject, place, MatterKind::RevokedCertificate, now);
        Ok(())
    }
}
