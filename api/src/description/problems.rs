// SPDX-License-Identifier: Apache-2.0
//! The problems that a route can answer, in its description: one answer for each status, with the
//! codes that come with it.

use std::collections::BTreeMap;

use serde_json::json;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::schema::{AllOfBuilder, ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, Ref, Response, ResponseBuilder};
use utoipa_axum::router::UtoipaMethodRouter;

use crate::http::messages::{self, Message};
use crate::http::problem::MEDIA_TYPE;

/// Problems that have nothing to do with what is asked for.
const ALWAYS: &[&Message] = &[
    &messages::CREDENTIALS_NEEDED,
    &messages::CREDENTIALS_WRONG,
    &messages::CREDENTIALS_IN_CLEAR,
    &messages::NOT_ALLOWED,
    &messages::HOST_NOT_ALLOWED,
    &messages::RATE_EXCEEDED,
    &messages::INTERNAL,
    &messages::TOO_MANY_CONNECTIONS,
];

/// Routes, described with the problems of some groups besides those that always may come.
pub(crate) fn refusing<S>(
    mut routes: UtoipaMethodRouter<S>,
    groups: &[&[&'static Message]],
) -> UtoipaMethodRouter<S> {
    let mut by_status: BTreeMap<u16, Vec<&Message>> = BTreeMap::new();
    for message in groups.iter().copied().flatten().chain(ALWAYS) {
        let of_status = by_status.entry(message.status).or_default();
        if !of_status.iter().any(|known| known.code == message.code) {
            of_status.push(message);
        }
    }
    for operation in routes.1.paths.values_mut().flat_map(operations) {
        for (status, messages) in &by_status {
            let responses = &mut operation.responses.responses;
            responses.insert(status.to_string(), response(messages).into());
        }
    }
    routes
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [item.get.as_mut(), item.post.as_mut(), item.delete.as_mut()].into_iter().flatten()
}

fn response(messages: &[&Message]) -> Response {
    let lines = messages.iter().map(|m| format!("`{}` {} {}", m.code, m.title.zh, m.title.en));
    let codes = messages.iter().map(|message| json!(message.code));
    let code = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codes));
    let narrowed = AllOfBuilder::new()
        .item(Ref::from_schema_name("ProblemDetails"))
        .item(ObjectBuilder::new().schema_type(Type::Object).property("code", code));
    ResponseBuilder::new()
        .description(lines.collect::<Vec<_>>().join("; "))
        .content(MEDIA_TYPE, ContentBuilder::new().schema(Some(narrowed)).build())
        .build()
}
