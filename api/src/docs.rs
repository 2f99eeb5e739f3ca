// SPDX-License-Identifier: Apache-2.0
//! The pages at /docs: the reference (Scalar, embedded) and the list of error codes. They load
//! nothing from elsewhere, and a content security policy holds the browser to that.

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

use crate::http::messages::{self, Words};

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

/// Routes of these pages.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/docs", get(|| async { page(PAGE.to_owned()) }))
        .route("/docs/errors", get(|| async { page(errors()) }))
        .route("/docs/start.js", get(|| async { script(START.as_bytes(), None) }))
        .route("/docs/scalar.js", get(|| async { script(SCALAR, Some("gzip")) }))
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

/// The list of codes as a page, with an anchor for each, where `type` of a problem leads.
fn errors() -> String {
    let mut html = String::from(
        "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
         <title>错误代码 · Error codes</title></head><body>\n<h1>错误代码 · Error codes</h1>\n",
    );
    for row in rows() {
        let status = row.status.map(|status| format!(" · {status}")).unwrap_or_default();
        html.push_str(&format!("<h2 id=\"{0}\"><code>{0}</code>{status}</h2>\n", row.code));
        for text in row.texts {
            html.push_str(&format!("<p>{}</p>\n", escape(&text)));
        }
    }
    html.push_str("</body></html>\n");
    html
}

/// One code in the list, whatever table it comes from.
pub struct Row {
    /// Stable code.
    pub code: &'static str,
    /// HTTP status, if it comes with one.
    pub status: Option<u16>,
    /// What is said about it.
    pub texts: Vec<String>,
}

/// Every stable code that this interface can answer.
pub fn rows() -> Vec<Row> {
    let both = |words: &Words| format!("{} {}", words.zh, words.en);
    let rows = messages::ALL.iter().map(|message| Row {
        code: message.code,
        status: Some(message.status),
        texts: vec![both(&message.title), both(&message.detail), both(&message.advice)],
    });
    rows.collect()
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
        assert!(rows().iter().all(|row| html.contains(&format!("id=\"{}\"", row.code))));
    }
}
