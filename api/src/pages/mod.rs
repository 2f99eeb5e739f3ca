// SPDX-License-Identifier: Apache-2.0
//! The web pages: `/`, `/apply`, `/show`, `/scan`, for waybills `/driver`, `/sales`, `/waybill`, and for grants
//! `/interfaces`; and what they are made of. They are written in `web/` and embedded as built. Nothing here knows what
//! is on a page: a page asks
//! the interface like everybody else.

mod files;
mod policy;

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chain::ids::{CodeId, OrganisationId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::description::refusing;
use crate::http::extract::shortened;
use crate::http::messages;
use crate::http::problem::Problem;
use crate::routes::Api;
use files::Kept;

/// Routes of the pages. What they are made of is not described: its names change with every build.
pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .routes(refusing(routes!(home), &[]))
        .routes(refusing(routes!(show), &[]))
        .routes(refusing(routes!(scan), &[]))
        .routes(refusing(routes!(driver_page), &[]))
        .routes(refusing(routes!(sales_page), &[]))
        .routes(refusing(routes!(waybill_page), &[]))
        .routes(refusing(routes!(apply_page), &[]))
        .routes(refusing(routes!(interfaces_page), &[]))
        .route("/assets/{name}", get(asset))
        .route("/service.js", get(service))
}

/// 首页。Where the pages lead from.
#[utoipa::path(
    get,
    path = "/",
    tag = "pages",
    responses((status = 200, description = "A page.", body = String, content_type = "text/html")),
)]
async fn home(headers: HeaderMap) -> Response {
    page("home.html", &headers)
}

/// 亮码页。A holder's code, or an organisation's badge, to be scanned.
///
/// The key is the browser's and is never sent. Without parameters it shows what it showed last.
#[utoipa::path(
    get,
    path = "/show",
    tag = "pages",
    params(
        ("code" = Option<CodeId>, Query, description = "Show this code."),
        ("organisation" = Option<OrganisationId>, Query, description = "Show this organisation's badge."),
    ),
    responses((status = 200, description = "A page.", body = String, content_type = "text/html")),
)]
async fn show(headers: HeaderMap) -> Response {
    page("show.html", &headers)
}

/// 扫码页。Scans and verifies what others show, without a network too.
#[utoipa::path(
    get,
    path = "/scan",
    tag = "pages",
    responses((status = 200, description = "A page.", body = String, content_type = "text/html")),
)]
async fn scan(headers: HeaderMap) -> Response {
    page("scan.html", &headers)
}

/// 司机运单页。A driver's waybills: offered, under way, done, and public ones to take.
///
/// The key is the browser's and is never sent. Without a parameter it is the driver that was shown last.
#[utoipa::path(
    get,
    path = "/driver",
    tag = "pages",
    params(("code" = Option<CodeId>, Query, description = "The waybills of this code.")),
    responses((status = 200, description = "A page.", body = String, content_type = "text/html")),
)]
async fn driver_page(headers: HeaderMap) -> Response {
    page("driver.html", &headers)
}

/// 业务员页。Makes waybills, shares them, offers them to a driver whose code is scanned, follows them.
///
/// The key is the browser's and is never sent. Without a parameter it is the organisation that was shown last.
#[utoipa::path(
    get,
    path = "/sales",
    tag = "pages",
    params(("organisation" = Option<OrganisationId>, Query, description = "In the name of this organisation.")),
    responses((status = 200, description = "A page.", body = String, content_type = "text/html")),
)]
async fn sales_page(headers: HeaderMap) -> Response {
    page("sales.html", &headers)
}

/// 运单页。What the link of a waybill opens: the waybill as the chain has it, and accepting it.
///
/// Which one stands behind the link's `#`, which browsers do not send.
#[utoipa::path(
    get,
    path = "/waybill",
    tag = "pages",
    responses((status = 200, description = "A page.", body = String, content_type = "text/html")),
)]
async fn waybill_page(headers: HeaderMap) -> Response {
    page("waybill.html", &headers)
}

/// 申领页。Applies for a code, or for a new phone in the place of a lost one, and follows it until it is issued.
///
/// The key is the browser's and is never sent. What was typed stays in the browser until it is signed.
#[utoipa::path(
    get,
    path = "/apply",
    tag = "pages",
    responses((status = 200, description = "A page.", body = String, content_type = "text/html")),
)]
async fn apply_page(headers: HeaderMap) -> Response {
    page("apply.html", &headers)
}

/// 接口申领页。An organisation applies for interfaces and follows the answers; a regulator answers.
///
/// The key is the browser's and is never sent. Without a parameter it is the organisation whose key was used last.
#[utoipa::path(
    get,
    path = "/interfaces",
    tag = "pages",
    params(
        ("admin" = Option<OrganisationId>, Query, description = "As an administrator of this organisation."),
        ("organisation" = Option<OrganisationId>, Query, description = "In the name of this organisation."),
    ),
    responses((status = 200, description = "A page.", body = String, content_type = "text/html")),
)]
async fn interfaces_page(headers: HeaderMap) -> Response {
    page("interfaces.html", &headers)
}

fn page(name: &'static str, headers: &HeaderMap) -> Response {
    let file = files::find(name).map(|file| file.answer(headers, Kept::AskFirst));
    let mut response = file.unwrap_or_else(|| missing(name));
    policy::add(response.headers_mut(), policy::powers(name));
    response
}

/// A part of a page. Its name holds a digest of its content, so it is kept for good.
async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let file = files::find(&format!("assets/{name}"));
    let answer = file.map(|file| file.answer(&headers, Kept::ForGood));
    answer.unwrap_or_else(|| missing(&name))
}

/// The script that keeps the pages for when there is no network.
async fn service(headers: HeaderMap) -> Response {
    let name = "service.js";
    let mut response = match files::find(name) {
        Some(file) => file.answer(&headers, Kept::AskFirst),
        None => missing(name),
    };
    policy::add(response.headers_mut(), policy::powers(name));
    response
}

fn missing(name: &str) -> Response {
    Problem::new(&messages::ROUTE_NOT_FOUND).value(shortened(name)).into_response()
}
