// SPDX-License-Identifier: Apache-2.0
//! Who posts to an inbox gets no answer signed that the chain and the register do not bear out, and
//! cannot keep others from theirs.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use chain::actions::{CodeApply, NewClaim};
use chain::ids::{ApplicationId, Prefecture, RecordId};
use chain::records::application::{Application, ApplicationState, ClaimState, CodeFor};
use chain::records::{CertificateKind, Custody};
use demo::applicant::{Applicant, Draft};
use demo::authority::Role;
use demo::authority::messages::{ClaimStanding, PolicyWanted, WAITING};
use demo::cast;
use demo::deposit::Leaver;
use demo::node::{Node, Verdict, now, sign};
use demo::sealed::{Sealed, seal};
use demo::yunnan::certificates::Certificate;
use sealing::{CLAIMS, ClaimSent, Content, Parcel};

use crate::common::{MemoryNode, Network, plain};

/// The application of the first haulier in genesis for its own code: one claim, of its permit.
struct Case {
    network: Network,
    applicant: Applicant<MemoryNode>,
    permit: Certificate,
}

impl Case {
    async fn new() -> Self {
        let network = Network::start().await;
        let register = cast::register(network.consortium.genesis.time);
        let permit = register.business_permit(&register.enterprise(0).unwrap());
        let applicant = Applicant::new(network.node.clone(), network.inboxes.clone());
        Self { network, applicant, permit }
    }

    /// Puts an application with this claim on chain.
    async fn apply(&self, sealed: Sealed) -> Draft {
        let member = self.network.consortium.member("enterprise-1").unwrap();
        let attester = self.network.inboxes[&Role::Transport].organisation;
        let action = CodeApply {
            wanted: CodeFor::Enterprise(member.id),
            holder_key: member.key.public(),
            custody: Custody::Device,
            prefecture: Prefecture(5301),
            claims: vec![NewClaim { kind: sealed.kind, root: sealed.root, attester }],
            statements: Vec::new(),
        };
        let transaction = sign(&member.key, self.network.node.chain_id(), action, now());
        let verdicts = self.network.node.submit(std::slice::from_ref(&transaction)).await.unwrap();
        assert_eq!(verdicts, [Verdict::Executed]);
        let key = member.key.clone();
        let leaver = Leaver { sponsor: member.id, key, holder: None, phone: None };
        Draft { transaction, claims: vec![sealed], leaver }
    }

    fn sent(&self, application: ApplicationId, claim: u32, sealed: &Sealed) -> ClaimSent {
        ClaimSent { application, claim, kind: sealed.kind, fields: sealed.fields.clone() }
    }

    async fn post(&self, claims: Vec<ClaimSent>) -> u16 {
        let to = self.applicant.published(Role::Transport).await.unwrap();
        let parcel = Parcel::seal(&Content::Claims(claims), &to).unwrap();
        let url = format!("{}/v1/parcels", self.network.inboxes[&Role::Transport].url);
        let sent = plain().post(url).json(&parcel).send().await;
        sent.unwrap().status().as_u16()
    }

    /// Waits until the inbox says of a claim something else than that it waits.
    async fn standing(&self, application: ApplicationId, claim: u32) -> ClaimStanding {
        let inbox = &self.network.inboxes[&Role::Transport].url;
        let url = format!("{inbox}/v1/claims/{application}/{claim}");
        let look = async {
            loop {
                let standing = plain().get(&url).send().await.unwrap().json().await.unwrap();
                if standing != ClaimStanding::Waiting {
                    return standing;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), look).await.unwrap()
    }

    fn on_chain(&self, id: ApplicationId) -> Application {
        self.network.node.memory.lock().unwrap().get(id.0).unwrap()
    }
}

const YES: ClaimStanding = ClaimStanding::Answered { yes: true, reason: None };

fn failed(reason: &str) -> ClaimStanding {
    ClaimStanding::Failed { reason: reason.to_owned() }
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_that_do_not_make_the_root_on_chain_get_no_answer() {
    let case = Case::new().await;
    let draft = case.apply(seal(&case.permit).unwrap()).await;
    let id = draft.application();
    let other_salts = seal(&case.permit).unwrap();
    assert_eq!(case.post(vec![case.sent(id, 0, &other_salts)]).await, 202);
    assert_eq!(case.standing(id, 0).await, failed("root_differs"));
    assert_eq!(case.on_chain(id).claims[0].state, ClaimState::Waiting, "nothing was signed");
    assert_eq!(case.post(vec![case.sent(id, 7, &other_salts)]).await, 202);
    assert_eq!(case.standing(id, 7).await, failed("claim_unknown"));
    let done = case.applicant.post(std::slice::from_ref(&draft)).await;
    done.unwrap();
    let done = case.applicant.wait("the permit", &[draft]).await.unwrap();
    assert_eq!(done[0].state, ApplicationState::Issued, "who has the right fields gets the answer");
    assert_eq!(case.standing(id, 0).await, YES);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_is_posted_many_times_is_answered_once_and_stays_answered() {
    let case = Case::new().await;
    let sealed = seal(&case.permit).unwrap();
    let draft = case.apply(sealed.clone()).await;
    let id = draft.application();
    let again = vec![case.sent(id, 0, &sealed); 20];
    assert_eq!(case.post(again.clone()).await, 202);
    assert_eq!(case.standing(id, 0).await, YES);
    assert_eq!(case.post(again).await, 202);
    let other_salts = seal(&case.permit).unwrap();
    assert_eq!(case.post(vec![case.sent(id, 0, &other_salts)]).await, 202);
    // A second claim goes through the clerk after all of these.
    assert_eq!(case.post(vec![case.sent(id, 7, &sealed)]).await, 202);
    assert_eq!(case.standing(id, 7).await, failed("claim_unknown"));
    assert_eq!(case.standing(id, 0).await, YES);
    assert_eq!(case.network.node.refused(), 0, "no answer was sent in vain");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_false_field_under_a_true_root_is_answered_with_no() {
    let case = Case::new().await;
    let mut forged = case.permit.clone();
    let last = forged.fields.len() - 1;
    forged.fields[last].1.push('1');
    let draft = case.apply(seal(&forged).unwrap()).await;
    let id = draft.application();
    case.applicant.post(std::slice::from_ref(&draft)).await.unwrap();
    let no = ClaimStanding::Answered { yes: false, reason: Some("field_differs".to_owned()) };
    assert_eq!(case.standing(id, 0).await, no);
    let refused = matches!(&case.on_chain(id).claims[0].state,
        ClaimState::Refused { reason, .. } if reason.as_str() == "field_differs");
    assert!(refused, "the chain shows the answer and its reason");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_of_another_authority_is_left_alone() {
    let case = Case::new().await;
    let draft = case.apply(seal(&case.permit).unwrap()).await;
    let register = cast::register(case.network.consortium.genesis.time);
    let qualification = seal(&register.qualification(&register.person(1).unwrap())).unwrap();
    assert_eq!(qualification.kind, CertificateKind::Qualification);
    assert_eq!(case.post(vec![case.sent(draft.application(), 0, &qualification)]).await, 202);
    assert_eq!(case.standing(draft.application(), 0).await, failed("claim_not_ours"));
}

#[tokio::test(flavor = "multi_thread")]
async fn claims_of_unknown_applications_fill_the_inbox_and_no_more() {
    let case = Case::new().await;
    let sealed = seal(&case.permit).unwrap();
    let unknown = ApplicationId(RecordId([9; 16]));
    let mut place = 0;
    let mut answers = Vec::new();
    // The clerk holds as many as wait for it; whatever comes on top is turned away.
    while answers.len() * CLAIMS <= 2 * WAITING + CLAIMS {
        let numbers = place..place + CLAIMS as u32;
        place += CLAIMS as u32;
        let claims = numbers.map(|claim| case.sent(unknown, claim, &sealed)).collect();
        answers.push(case.post(claims).await);
    }
    assert_eq!(answers[0], 202);
    assert_eq!(*answers.last().unwrap(), 503, "{answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_counter_sells_no_policy_for_a_time_that_is_none() {
    let case = Case::new().await;
    let register = cast::register(case.network.consortium.genesis.time);
    let vin = register.vehicle(1).unwrap().numbers.vin;
    let url = format!("{}/v1/policies", case.network.inboxes[&Role::Insurer].url);
    let ask = |body: String| plain().post(&url).body(body).send();
    let past = serde_json::to_string(&PolicyWanted { vin: vin.clone(), ends: chain::Time(1) });
    let cases = [
        (past.unwrap(), 400),
        (format!("{{\"vin\":\"{vin}\",\"ends\":\"tomorrow\"}}"), 400),
        (format!("{{\"vin\":\"{vin}\",\"ends\":\"9999-12-31T23:59:59.999+08:00\"}}"), 422),
        (format!("{{\"vin\":\"{vin}\",\"ends\":18446744073709551615}}"), 400),
        ("{\"vin\":\"LX0AB3CD5T0000001\",\"ends\":\"2099-01-01T00:00:00.000+08:00\"}".into(), 422),
    ];
    for (body, status) in cases {
        assert_eq!(ask(body.clone()).await.unwrap().status().as_u16(), status, "{body}");
    }
}
