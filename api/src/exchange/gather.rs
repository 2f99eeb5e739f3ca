// SPDX-License-Identifier: Apache-2.0
//! Which nodes are asked about an access, and what is taken of their answers: what opens a commitment on
//! chain, and nothing else.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use chain::exchange::{Answer, Disclosed, DisclosedCertificate, NotAnswered, Question, check};
use chain::ids::OrganisationId;
use chain::query;
use chain::query::certificates::{Committed, answered, application_of};
use chain::records::{Access, Application, ExchangeField};
use chain::refusal::Refused;
use chain::text::Word;
use futures::StreamExt;

use super::Exchange;
use super::answer::Found;
use super::pending::Waiting;
use super::seal::open;
use crate::http::messages;
use crate::http::problem::Problem;

/// Nodes asked at the same time.
const AT_ONCE: usize = 8;
/// Seconds after which asking again makes sense.
const AGAIN_S: u32 = 5;

/// What an access is about, and whom to ask.
pub(super) struct Plan {
    committed: Vec<Committed>,
    /// The nodes of those who sent the applications that the data came with.
    first: Vec<u32>,
    /// All others, where one of those runs no node of its own.
    others: Vec<u32>,
    /// Whose word on the phone counts: no commitment is there to check it. Any node's, if who sent the application
    /// runs none.
    phone_from: Vec<u32>,
}

impl Plan {
    fn knows_phone(&self, node: u32) -> bool {
        self.phone_from.is_empty() || self.phone_from.contains(&node)
    }
}

#[derive(Default)]
struct Gathered {
    certificates: Vec<DisclosedCertificate>,
    phone: Option<Word>,
    answered_by: BTreeSet<u32>,
    silent: BTreeSet<u32>,
    untrue: Option<String>,
    refused: Option<Refused>,
    too_large: bool,
}

impl Gathered {
    /// True if nothing is left to ask for.
    fn is_whole(&self, plan: &Plan, access: &Access) -> bool {
        let has = |one: &Committed| {
            let root = one.certificate.terms.root;
            self.certificates.iter().any(|c| c.subject == one.subject && c.root == root)
        };
        let needs_phone = access.fields.contains(ExchangeField::Phone);
        plan.committed.iter().all(has) && (!needs_phone || self.phone.is_some())
    }

    fn add(&mut self, disclosed: Disclosed) {
        for one in disclosed.certificates {
            let is_it =
                |had: &DisclosedCertificate| had.subject == one.subject && had.root == one.root;
            if !self.certificates.iter().any(is_it) {
                self.certificates.push(one);
            }
        }
        self.phone = self.phone.take().or(disclosed.phone);
    }
}

impl Exchange {
    /// What an access is about and whom to ask. May read the disk.
    pub(super) fn plan(&self, access: &Access) -> Option<Plan> {
        let then = self.then(access)?;
        let latest = self.parts.store.latest();
        let committed = answered(&then, (&latest, self.now()), access);
        let own = application_of(&then, access, access.at);
        let phone_from = own.as_ref().map_or_else(Vec::new, |own| self.nodes_of(own.sponsor));
        let came = committed.iter().filter_map(|one| one.certificate.terms.application);
        let came = came.filter_map(|id| query::typed::<Application, _>(&then, id.0, access.at));
        let came = came.map(|seen| seen.value.sponsor);
        let sponsors: BTreeSet<OrganisationId> =
            own.map(|application| application.sponsor).into_iter().chain(came).collect();
        let run: Vec<Vec<u32>> = sponsors.iter().map(|id| self.nodes_of(*id)).collect();
        let first: BTreeSet<u32> = run.iter().flatten().copied().collect();
        let all = self.parts.genesis.nodes.iter().map(|node| node.number);
        let others = match run.iter().any(Vec::is_empty) {
            true => all.filter(|number| !first.contains(number)).collect(),
            false => Vec::new(),
        };
        let first = first.into_iter().collect();
        Some(Plan { committed, first, others, phone_from })
    }

    /// Asks the nodes of a plan until all is there or nobody is left.
    pub(super) async fn gather(
        self: &Arc<Self>,
        plan: Plan,
        access: &Access,
        waiting: &Waiting,
    ) -> Result<Found, Problem> {
        let question = Question::Fields { access: access.id, request: waiting.request.clone() };
        let question = Bytes::from(question.to_bytes());
        let mut gathered = Gathered::default();
        for nodes in [&plan.first, &plan.others] {
            if gathered.is_whole(&plan, access) {
                break;
            }
            let asked = nodes.clone().into_iter().map(|node| {
                let (own, question) = (Arc::clone(self), question.clone());
                async move { (node, own.ask(node, question).await) }
            });
            let mut answers = futures::stream::iter(asked).buffer_unordered(AT_ONCE);
            while let Some((node, answer)) = answers.next().await {
                self.take(&mut gathered, (node, answer), (&plan, access, waiting));
                if gathered.is_whole(&plan, access) {
                    // Nobody waits for those who have nothing to add.
                    gathered.silent.clear();
                    break;
                }
            }
        }
        self.found(gathered, plan, access)
    }

    async fn ask(&self, node: u32, question: Bytes) -> Option<Answer> {
        let answer = self.parts.handle.ask(node, question).await.ok()?;
        Answer::from_bytes(&answer).ok()
    }

    fn take(
        &self,
        gathered: &mut Gathered,
        (node, answer): (u32, Option<Answer>),
        (plan, access, waiting): (&Plan, &Access, &Waiting),
    ) {
        match answer {
            Some(Answer::Sealed(sealed)) => {
                let opened = open(&waiting.receiver, &sealed, (self.chain(), access.id));
                let checked = opened.map_err(|_| "it does not open".to_owned()).and_then(|found| {
                    let checked = check(&plan.committed, access, &found);
                    checked.map(|()| found).map_err(|untrue| untrue.to_string())
                });
                match checked {
                    Ok(mut disclosed) => {
                        if !plan.knows_phone(node) {
                            disclosed.phone = None;
                        }
                        gathered.answered_by.insert(node);
                        gathered.add(disclosed);
                    }
                    Err(why) => {
                        tracing::error!(node, access = %access.id, why, "a node's answer does not hold");
                        gathered.untrue = Some(format!("{}: {why}", self.name_of(node)));
                    }
                }
            }
            Some(Answer::NotHere) => {}
            Some(Answer::Not(NotAnswered::Refused(reasons))) => {
                gathered.refused = Some(Refused(reasons));
            }
            Some(Answer::Not(NotAnswered::TooLarge)) => gathered.too_large = true,
            Some(other) => {
                tracing::warn!(node, access = %access.id, ?other, "a node does not answer");
                gathered.silent.insert(node);
            }
            None => drop(gathered.silent.insert(node)),
        }
    }

    /// What was found; a problem if nothing was, or if what is missing is so for a reason that must be known.
    fn found(&self, gathered: Gathered, plan: Plan, access: &Access) -> Result<Found, Problem> {
        let is_whole = gathered.is_whole(&plan, access);
        let has_some = !gathered.answered_by.is_empty();
        let again = |problem: Problem| problem.retry_after(AGAIN_S);
        match gathered.untrue {
            Some(what) if !is_whole => {
                return Err(Problem::new(&messages::COMMITMENTS_DIFFER).value(what));
            }
            _ if has_some => {}
            _ if gathered.refused.is_some() => {
                return Err(super::asker::refused(
                    &gathered.refused.unwrap_or(Refused(Vec::new())),
                ));
            }
            _ if gathered.too_large => return Err(Problem::new(&messages::ANSWER_TOO_LARGE)),
            _ if !gathered.silent.is_empty() => {
                // The access is there and may be collected by again.
                let what = format!("{} ({})", self.names(&gathered.silent).join(", "), access.id);
                return Err(again(Problem::new(&messages::HOLDER_UNREACHABLE).value(what)));
            }
            _ => return Err(Problem::new(&messages::DATA_NOT_HELD)),
        }
        let of = |one: DisclosedCertificate| {
            let mut all = plan.committed.iter();
            let is_it =
                |c: &&Committed| c.subject == one.subject && c.certificate.terms.root == one.root;
            all.find(is_it).cloned().map(|committed| (committed, one))
        };
        Ok(Found {
            answered_by: self.names(&gathered.answered_by),
            silent: self.names(&gathered.silent),
            certificates: gathered.certificates.into_iter().filter_map(of).collect(),
            phone: gathered.phone,
        })
    }

    fn names(&self, nodes: &BTreeSet<u32>) -> Vec<String> {
        nodes.iter().map(|node| self.name_of(*node)).collect()
    }

    fn name_of(&self, node: u32) -> String {
        let mut nodes = self.parts.genesis.nodes.iter();
        let found = nodes.find(|one| one.number == node).map(|one| one.name.to_string());
        found.unwrap_or_else(|| node.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_phone_is_taken_from_who_sent_the_application_or_from_any_if_that_runs_no_node() {
        let plan = |phone_from| Plan {
            committed: Vec::new(),
            first: vec![1, 2],
            others: vec![3],
            phone_from,
        };
        assert!(plan(vec![2]).knows_phone(2));
        assert!(![1, 3].iter().any(|node| plan(vec![2]).knows_phone(*node)));
        assert!(plan(Vec::new()).knows_phone(3));
    }
}
