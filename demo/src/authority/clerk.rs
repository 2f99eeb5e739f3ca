// SPDX-License-Identifier: Apache-2.0
//! The clerk of an authority: waits until an application is on chain, recomputes the root, judges,
//! signs and sends. It answers each claim once, and only the claim that the chain shows. What it holds
//! is bounded, whatever is posted.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chain::actions::{Answer, ClaimAnswer};
use chain::fields;
use chain::hash::Hash;
use chain::ids::{ApplicationId, Time};
use chain::limits::BATCH_TRANSACTIONS;
use chain::records::Application;
use chain::records::application::{ApplicationState, ClaimState};
use chain::text::Word;
use futures::StreamExt;
use tokio::sync::mpsc;

use super::judge::judge;
use super::messages::{ClaimStanding, WAITING};
use super::{Office, Waiting, lock};
use crate::node::{Node, Verdict, now, sign};

/// How long a claim waits for its application to come on chain, and for its answer to be taken.
const PATIENCE_MS: u64 = 60 * 1_000;
/// Between two looks at the chain while nothing new has come.
const LOOK_AGAIN: Duration = Duration::from_millis(40);
/// Applications read at once.
const AT_ONCE: usize = 16;

/// The chain's reason where the person has a code, or the person or vehicle another application.
const SUBJECT_EXISTS: &str = "subject_exists";

/// A claim with the root that its fields have, and since when it waits.
struct Pending {
    sent: Waiting,
    root: Hash,
    since: Time,
}

/// What a look at the chain says of a claim.
enum Look {
    NotYet,
    Answer,
    Settled(ClaimStanding),
}

/// Works until it is aborted.
pub(super) async fn work<N: Node>(office: Arc<Office<N>>, mut queue: mpsc::Receiver<Waiting>) {
    let mut pending: Vec<Pending> = Vec::new();
    loop {
        let mut came = Vec::new();
        let room = WAITING - pending.len();
        if pending.is_empty() {
            if queue.recv_many(&mut came, room).await == 0 {
                return;
            }
        } else if room > 0 {
            // Whatever came meanwhile joins; nothing new only means to look again a little later.
            let more = queue.recv_many(&mut came, room);
            let _ = tokio::time::timeout(LOOK_AGAIN, more).await;
        } else {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        pending.extend(came.into_iter().filter_map(open));
        let mut seen = HashSet::new();
        pending.retain(|claim| seen.insert((claim.sent.application, claim.sent.claim, claim.root)));
        pending = round(&office, pending).await;
    }
}

fn open(sent: Waiting) -> Option<Pending> {
    let root = fields::root(fields::table(sent.kind), &sent.fields).ok()?;
    Some(Pending { sent, root, since: now() })
}

/// Looks at every claim once; answers those that the chain shows; returns those still to answer.
async fn round<N: Node>(office: &Office<N>, pending: Vec<Pending>) -> Vec<Pending> {
    let applications = read(office, &pending).await;
    let (mut left, mut ready) = (Vec::new(), Vec::new());
    for claim in pending {
        match look(office, &claim, applications.get(&claim.sent.application)) {
            Look::NotYet => left.push(claim),
            Look::Answer => ready.push(claim),
            Look::Settled(standing) => note(office, &claim, standing),
        }
    }
    while !ready.is_empty() {
        let rest = ready.split_off(ready.len().min(BATCH_TRANSACTIONS));
        left.extend(answer(office, ready).await);
        ready = rest;
    }
    left
}

async fn read<N: Node>(
    office: &Office<N>,
    pending: &[Pending],
) -> HashMap<ApplicationId, Application> {
    let ids: HashSet<ApplicationId> = pending.iter().map(|claim| claim.sent.application).collect();
    futures::stream::iter(ids)
        .map(|id| async move { office.node.application(id).await.ok().flatten().map(|a| (id, a)) })
        .buffer_unordered(AT_ONCE)
        .filter_map(|found| async { found })
        .collect()
        .await
}

fn look<N: Node>(office: &Office<N>, claim: &Pending, application: Option<&Application>) -> Look {
    let failed = |reason: &str| Look::Settled(failed(reason));
    let Some(application) = application else {
        return if is_patient(claim) { Look::NotYet } else { failed("application_unknown") };
    };
    let Some(on_chain) = application.claims.get(claim.sent.claim as usize) else {
        return failed("claim_unknown");
    };
    if on_chain.attester != office.setup.organisation || on_chain.kind != claim.sent.kind {
        return failed("claim_not_ours");
    }
    if on_chain.root != claim.root {
        return failed("root_differs");
    }
    match &on_chain.state {
        ClaimState::Waiting if application.state == ApplicationState::Verifying => Look::Answer,
        ClaimState::Attested(_) => {
            Look::Settled(ClaimStanding::Answered { yes: true, reason: None })
        }
        ClaimState::Refused { reason, .. } => {
            Look::Settled(ClaimStanding::Answered { yes: false, reason: Some(reason.to_string()) })
        }
        ClaimState::Waiting | ClaimState::Ended => failed("application_ended"),
    }
}

/// Judges and signs a batch; returns what must be tried again.
async fn answer<N: Node>(office: &Office<N>, ready: Vec<Pending>) -> Vec<Pending> {
    let now = now();
    let (mut transactions, mut answers) = (Vec::new(), Vec::new());
    for claim in &ready {
        let sent = &claim.sent;
        let book = lock(&office.book);
        let answer = judge(&book, &office.setup.secrets, sent.kind, &sent.fields, now);
        drop(book);
        answers.push(standing_of(&answer));
        let (application, claim_no) = (sent.application, sent.claim);
        let action = ClaimAnswer { application, claim: claim_no, root: claim.root, answer };
        transactions.push(sign(&office.setup.key, office.node.chain_id(), action, now));
    }
    let verdicts = match office.node.submit(&transactions).await {
        Ok(verdicts) => verdicts,
        Err(error) => {
            tracing::warn!(%error, "answers were not taken; trying again");
            let (again, late): (Vec<_>, Vec<_>) = ready.into_iter().partition(is_patient);
            late.iter().for_each(|claim| note(office, claim, failed("no_answer_from_node")));
            return again;
        }
    };
    let mut again = Vec::new();
    for ((claim, standing), verdict) in ready.into_iter().zip(answers).zip(verdicts) {
        match verdict {
            Verdict::Executed => note(office, &claim, standing),
            Verdict::Refused(codes) => {
                let reason = codes.join(", ");
                tracing::warn!(application = %claim.sent.application, reason, "answer refused");
                // The applicant is told, and does not wait until the claim lapses.
                match codes.iter().any(|code| code == SUBJECT_EXISTS) {
                    true => refuse(office, &claim, SUBJECT_EXISTS, now).await,
                    false => note(office, &claim, failed(&reason)),
                }
            }
            Verdict::NotTaken(code) => {
                tracing::warn!(application = %claim.sent.application, code, "answer not taken");
                match is_patient(&claim) {
                    true => again.push(claim),
                    false => note(office, &claim, failed(&code)),
                }
            }
        }
    }
    again
}

/// Answers no to what the chain does not let anybody affirm.
async fn refuse<N: Node>(office: &Office<N>, claim: &Pending, reason: &'static str, now: Time) {
    let Ok(word) = Word::new(reason) else { return note(office, claim, failed(reason)) };
    let (application, number) = (claim.sent.application, claim.sent.claim);
    let answer = Answer::No { reason: word };
    let standing = standing_of(&answer);
    let action = ClaimAnswer { application, claim: number, root: claim.root, answer };
    let signed = sign(&office.setup.key, office.node.chain_id(), action, now);
    let verdicts = office.node.submit(std::slice::from_ref(&signed)).await;
    let is_on_chain = verdicts.is_ok_and(|verdicts| verdicts == [Verdict::Executed]);
    note(office, claim, if is_on_chain { standing } else { failed(reason) });
}

fn is_patient(claim: &Pending) -> bool {
    now().since(claim.since) < PATIENCE_MS
}

fn failed(reason: &str) -> ClaimStanding {
    ClaimStanding::Failed { reason: reason.to_owned() }
}

fn standing_of(answer: &Answer) -> ClaimStanding {
    match answer {
        Answer::Yes { .. } => ClaimStanding::Answered { yes: true, reason: None },
        Answer::No { reason } => {
            ClaimStanding::Answered { yes: false, reason: Some(reason.to_string()) }
        }
    }
}

fn note<N: Node>(office: &Office<N>, claim: &Pending, standing: ClaimStanding) {
    let key = (claim.sent.application, claim.sent.claim);
    lock(&office.standings).set(key, standing);
}
