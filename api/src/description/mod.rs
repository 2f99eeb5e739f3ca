// SPDX-License-Identifier: Apache-2.0
//! The description of this interface as OpenAPI 3.1. Routes and their descriptions are registered in
//! one breath, so none can be missing; here is what they share. Never names a route.

pub(crate) mod examples;
mod problems;

use serde_json::Value;
use utoipa::openapi::schema::Schema;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    Components, ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, RefOr,
};

use utoipa::{PartialSchema, ToSchema};

pub(crate) use problems::refusing;

use crate::http::problem::ProblemDetails;
use crate::routes::stream::EventData;

const ABOUT: &str = "\
滇运链节点的 HTTP 接口。The HTTP interface of a node of Dianyun Chain, behind the Yunnan Transport Code.

- **Reads** say of which `height` and `time` they are, and their `stage`. `at_height` or `at_time` reads the past. \
`proof=true` adds what a light client needs to check a record against the header that the proof names as its `anchor`.
- **Credentials** go into `Authorization: Bearer`: an API key or a token. Without any, headers, counts, the colour \
of a code that one can name and proofs of organisations, parameters and keys are answered; all else is for the \
parties to it (docs/access.md). What is not for the caller is not there for it.
- **Lists** are of the newest height, in pages: `next` of one page is the `cursor` of the following one.
- **Transactions** are JSON, or canonical bytes as `application/octet-stream` (docs/proofs.md). Submitting the same \
transaction again is safe: it gets its first receipt. A refusal by the state machine is no HTTP error: the receipt \
lists every reason.
- **Problems** are `application/problem+json` (RFC 9457) with a stable `code`, the request's id and what to do, in \
Chinese or English by `Accept-Language`. All codes are at `/docs/errors`. A route that does not exist is \
`route_not_found`, a method that it does not take is `method_not_allowed`.
- **Instants** are RFC 3339 in Beijing time; hashes are lower-case hexadecimal digits. A parameter or field that is \
not described here is refused.
- `HEAD` is answered wherever `GET` is. `X-Request-Id` is taken over from the client where it is well formed.";

const TAGS: [(&str, &str); 11] = [
    ("transactions", "提交交易与查询回执。Submit transactions and read their receipts."),
    ("blocks", "区块与区块头。Blocks and headers."),
    ("codes", "运输码：状态、颜色、历史与证明。Codes: standing, colour, history and proof."),
    (
        "shown codes",
        "出示与核验。Shown codes: a node's word for them, and the verdict on a scanned one.",
    ),
    ("records", "链上记录，当前的或过去的。Records of the chain, now or in the past."),
    ("exchange", "授权、查询与信息交换。Consents, accesses, and the exchange of data."),
    (
        "modules",
        "挂靠与企业模块：司机表、车辆表。Affiliations, and an enterprise's drivers and vehicles as tables.",
    ),
    ("events", "变更即事件。Events: the changes, as they come."),
    (
        "webhooks",
        "回调：变更推送到机构的系统。Webhooks: the changes, posted to an organisation's systems.",
    ),
    ("node", "节点自身。The node itself."),
    ("pages", "手机与电脑上的网页。Web pages for phones and desktops."),
];

/// What the description begins with, before any route.
pub(crate) fn base() -> OpenApi {
    let licence = LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build();
    let info = InfoBuilder::new()
        .title("滇运链 API · Dianyun Chain")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(licence))
        .build();
    let tag =
        |(name, about): (&str, &str)| TagBuilder::new().name(name).description(Some(about)).build();
    OpenApiBuilder::new()
        .info(info)
        .tags(Some(TAGS.map(tag)))
        .security(Some([SecurityRequirement::default(), credentials()]))
        .components(Some(components()))
        .build()
}

/// An API key or a token, where a route needs one.
fn credentials() -> SecurityRequirement {
    SecurityRequirement::new::<_, [String; 0], String>(BEARER, [])
}

/// What credentials are called here.
const BEARER: &str = "bearer";

fn components() -> Components {
    let about = "An API key (`dianyun apikey`), or a token signed by a registered key (`dianyun token`). \
        docs/access.md says who may call what.";
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(about)).build();
    ComponentsBuilder::new()
        .schemas_from_iter(unnamed())
        .security_scheme(BEARER, SecurityScheme::Http(scheme))
        .build()
}

/// Schemas that no answer names by itself: of problems, and of what events hold.
fn unnamed() -> [(String, RefOr<Schema>); 2] {
    [
        (ProblemDetails::name().into_owned(), ProblemDetails::schema()),
        (EventData::name().into_owned(), EventData::schema()),
    ]
}

/// The whole description, with examples.
pub(crate) fn finished(document: &OpenApi) -> Value {
    let mut document = serde_json::json!(document);
    examples::put_into(&mut document);
    document
}

/// The description that every node of this version serves.
pub fn document() -> Value {
    finished(&crate::routes::described().1)
}
