// SPDX-License-Identifier: Apache-2.0
//! A person who lost a device gets a new key: the identity authority verifies the person again, and registers it.
//! All other keys of the person end in that block. The demo compares with its register; a real authority looks at
//! the person too.

use axum::Json;
use axum::http::StatusCode;
use chain::actions::Answer;
use chain::fields;
use chain::records::CertificateKind;
use sealing::KeyChange;

use super::judge::judge;
use super::messages::{Problem, Taken};
use super::{Office, Role, lock};
use crate::node::{Node, NodeError, Verdict, now, sign};

/// Verifies and registers; answers once the chain has it.
pub(super) async fn change<N: Node>(
    office: &Office<N>,
    change: KeyChange,
) -> Result<(StatusCode, Json<Taken>), Problem> {
    if office.setup.role != Role::PublicSecurity {
        let title = "本机构不核验身份 / this authority does not verify identities";
        let detail = "send it to the authority that is registered for identities";
        return Err(refused("kind_not_ours", title, detail));
    }
    let table = fields::table(CertificateKind::Identity);
    fields::root(table, &change.fields).map_err(|error| {
        let title = "证件字段与字段表不符 / the fields are not those of the table";
        refused("fields_wrong", title, &error.to_string()).field("fields")
    })?;
    let Ok(_turn) = office.key_changes.try_acquire() else {
        let title = "待办过多，请稍后再试 / the inbox is full, try again later";
        let detail = "too many changes of keys are under way";
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "inbox_full", title, detail));
    };
    let verified = {
        let book = lock(&office.book);
        let kind = CertificateKind::Identity;
        judge(&book, &office.setup.secrets, kind, &change.fields, now())
    };
    let tag = match verified {
        Answer::Yes { tags, .. } => tags.first().copied(),
        Answer::No { reason } => return Err(doubted(reason.as_str())),
    };
    let no_answer = |error: NodeError| {
        let title = "节点没有应答，请稍后再试 / the node gave no answer, try again later";
        let status = StatusCode::BAD_GATEWAY;
        Problem::new(status, "node_unreachable", title, error.to_string())
    };
    let person = office.node.person(change.register.person).await.map_err(no_answer)?;
    if person.as_ref().is_none_or(|person| Some(person.tag) != tag) {
        return Err(doubted("person_differs"));
    }
    let code = person.as_ref().and_then(|person| person.code);
    let sponsors = match code {
        Some(code) => office.node.sponsor_keys(code).await.map_err(no_answer)?,
        None => Vec::new(),
    };
    // Whoever has a copy of somebody's card could ask else.
    let is_vouched = sponsors.contains(&change.sponsor.signer)
        && change.is_vouched(office.node.chain_id(), now());
    if !is_vouched {
        return Err(doubted("sponsor_missing"));
    }
    let action = change.register.clone();
    if person.is_some_and(|person| person.keys == [action.key]) {
        return Ok((StatusCode::OK, Json(Taken { taken: 1 })));
    }
    let signed = sign(&office.setup.key, office.node.chain_id(), action, now());
    let verdicts = office.node.submit(std::slice::from_ref(&signed)).await.map_err(no_answer)?;
    match verdicts.into_iter().next() {
        Some(Verdict::Executed) => Ok((StatusCode::OK, Json(Taken { taken: 1 }))),
        Some(Verdict::Refused(codes)) => Err(doubted(&codes.join(", "))),
        Some(Verdict::NotTaken(code)) => Err(no_answer(NodeError(code))),
        None => Err(no_answer(NodeError("no verdict".to_owned()))),
    }
}

fn doubted(reason: &str) -> Problem {
    let title = "未能核实本人 / the person could not be verified";
    refused("key_change_refused", title, reason)
}

fn refused(code: &str, title: &str, detail: &str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, title, detail)
}
