// SPDX-License-Identifier: Apache-2.0
//! The pages at /docs: the reference (Scalar, embedded) and the list of error codes. They load
//! nothing from elsewhere, and a content security policy holds the browser to that.

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use chain::refusal::RefusalCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::description::refusing;
use crate::http::messages;
use crate::routes::Api;

/// Scalar's standalone script, compressed; see assets/README.md.
const SCALAR: &[u8] = include_bytes!("../assets/scalar-1.72.1.js.gz");

const PAGE: &str = r#"<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>滇运链 API · Dianyun Chain</title>
<link rel="icon" href="data:,">
</head>
<body>
<div id="app"></div>
<noscript>本页需要 JavaScript；机器可读的说明在 <a href="/openapi.json">/openapi.json</a>。
This page needs JavaScript; the description itself is at /openapi.json.</noscript>
<script src="/docs/scalar.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"#;

const START: &str = r##"Scalar.createApiReference("#app", {
  url: "/openapi.json",
  withDefaultFonts: false,
  telemetry: false,
  hideClientButton: true,
  showDeveloperTools: "never",
  agent: { disabled: true },
  mcp: { disabled: true },
  documentDownloadType: "json"
});
"##;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

/// Routes of these pages, and of the description that they show.
pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .routes(refusing(routes!(description), &[]))
        .routes(refusing(routes!(reference), &[]))
        .routes(refusing(routes!(error_codes), &[]))
        .route("/docs/start.js", get(|| async { script(START.as_bytes(), None) }))
        .route("/docs/scalar.js", get(|| async { script(SCALAR, Some("gzip")) }))
}

/// 接口说明。This description.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "node",
    responses((status = 200, description = "OpenAPI 3.1.", body = serde_json::Value)),
)]
async fn description(State(api): State<Api>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], api.description.clone()).into_response()
}

/// 接口文档。This description as a page, with everything it needs embedded.
#[utoipa::path(
    get,
    path = "/docs",
    tag = "node",
    responses((status = 200, description = "A page.", body = String, content_type = "text/html")),
)]
async fn reference() -> Response {
    page(PAGE.to_owned())
}

/// 错误代码。Every error code as a page, where `type` of a problem leads.
#[utoipa::path(
    get,
    path = "/docs/errors",
    tag = "node",
    responses((status = 200, description = "A page.", body = String, content_type = "text/html")),
)]
async fn error_codes() -> Response {
    page(errors())
}

fn page(html: String) -> Response {
    let mut response = Html(html).into_response();
    let policy = HeaderValue::from_static(POLICY);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

fn script(bytes: &'static [u8], encoding: Option<&'static str>) -> Response {
    let mut response = bytes.into_response();
    let mut set = |name: HeaderName, value| {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    };
    set(header::CONTENT_TYPE, "text/javascript; charset=utf-8");
    set(header::CACHE_CONTROL, "max-age=3600");
    if let Some(encoding) = encoding {
        set(header::CONTENT_ENCODING, encoding);
    }
    response
}

/// The list of codes as a page, with an anchor for each: `type` of a problem leads there. The state
/// machine has some words of its own that are also problems; its anchors begin with `refusal-`.
fn errors() -> String {
    let mut html = String::from(
        "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
         <title>错误代码 · Error codes</title></head><body>\n<h1>错误代码 · Error codes</h1>\n",
    );
    for message in messages::ALL {
        let texts = [message.title, message.detail, message.advice];
        let texts = texts.map(|words| format!("{} {}", words.zh, words.en));
        let head = format!("<code>{}</code> · {}", message.code, message.status);
        entry(&mut html, message.code, &head, &texts);
    }
    html.push_str("<h1>拒绝原因 · Reasons in receipts</h1>\n");
    for code in RefusalCode::ALL {
        let texts = [code.chinese().to_owned(), code.english().to_owned()];
        let head = format!("<code>{}</code>", code.code());
        entry(&mut html, &format!("refusal-{}", code.code()), &head, &texts);
    }
    html.push_str("</body></html>\n");
    html
}

fn entry(html: &mut String, anchor: &str, head: &str, texts: &[String]) {
    html.push_str(&format!("<h2 id=\"{anchor}\">{head}</h2>\n"));
    for text in texts {
        html.push_str(&format!("<p>{}</p>\n", escape(text)));
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_name_no_other_origin() {
        for text in [PAGE, START, POLICY, &errors()] {
            assert!(!text.contains("://") && !text.contains("src=\"//"), "{text}");
        }
        assert!(POLICY.contains("default-src 'none'") && POLICY.contains("connect-src 'self'"));
    }

    #[test]
    fn the_embedded_script_is_gzip() {
        assert_eq!(SCALAR[..2], [0x1f, 0x8b]);
    }

    #[test]
    fn every_code_has_an_anchor() {
        let html = errors();
        let anchors = messages::ALL.iter().map(|message| message.code.to_owned());
        let refusals = RefusalCode::ALL.iter().map(|code| format!("refusal-{}", code.code()));
        for anchor in anchors.chain(refusals) {
            assert_eq!(html.matches(&format!("id=\"{anchor}\"")).count(), 1, "{anchor}");
        }
    }
}
