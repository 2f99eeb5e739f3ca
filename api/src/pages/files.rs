// SPDX-License-Identifier: Apache-2.0
//! The files that `web/` builds into `assets/pages`, as they are served: whole, compressed once, each
//! with a tag of its content. Names are looked up in this list alone, never in a file system.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::LazyLock;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "assets/pages"]
struct Built;

static FILES: LazyLock<BTreeMap<String, File>> = LazyLock::new(|| {
    let file = |name: std::borrow::Cow<'static, str>| {
        let built = Built::get(&name)?;
        let digest = hex::encode(&built.metadata.sha256_hash()[..12]);
        Some((name.to_string(), File::new(media(&name)?, built.data.into_owned(), &digest)))
    };
    Built::iter().filter_map(file).collect()
});

/// How long a browser may keep a file without asking again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// For good: another content has another name.
    ForGood,
    /// It asks each time whether there is another content.
    AskFirst,
}

/// A file as it is served.
#[derive(Debug)]
pub(super) struct File {
    media: &'static str,
    plain: Version,
    gzip: Option<Version>,
}

#[derive(Clone, Debug)]
struct Version {
    bytes: Bytes,
    tag: String,
}

/// The file of a name such as `show.html`.
pub(super) fn find(name: &str) -> Option<&'static File> {
    FILES.get(name)
}

impl File {
    fn new(media: &'static str, bytes: Vec<u8>, digest: &str) -> Self {
        let gzip = compressed(&bytes).filter(|smaller| smaller.len() < bytes.len());
        let version = |bytes: Vec<u8>, end| Version {
            bytes: bytes.into(),
            tag: format!("\"{digest}{end}\""),
        };
        Self { media, gzip: gzip.map(|bytes| version(bytes, "-gzip")), plain: version(bytes, "") }
    }

    /// The answer to a request with these headers.
    pub(super) fn answer(&self, asked: &HeaderMap, kept: Kept) -> Response {
        let gzip = self.gzip.as_ref().filter(|_| takes_gzip(asked));
        let version = gzip.unwrap_or(&self.plain);
        let mut response = match has(asked, &version.tag) {
            true => StatusCode::NOT_MODIFIED.into_response(),
            false => version.bytes.clone().into_response(),
        };
        let headers = response.headers_mut();
        let mut set = |name: HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        set(header::CONTENT_TYPE, self.media);
        set(header::ETAG, &version.tag);
        set(header::VARY, "Accept-Encoding");
        set(header::CACHE_CONTROL, kept.word());
        if gzip.is_some() {
            set(header::CONTENT_ENCODING, "gzip");
        }
        response
    }
}

impl Kept {
    fn word(self) -> &'static str {
        match self {
            Self::ForGood => "public, max-age=31536000, immutable",
            Self::AskFirst => "no-cache",
        }
    }
}

fn media(name: &str) -> Option<&'static str> {
    match name.rsplit_once('.')?.1 {
        "html" => Some("text/html; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        _ => None,
    }
}

fn compressed(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}

/// The items of a header that is a list.
fn items(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    items(headers, header::ACCEPT_ENCODING).any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let is_gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let weight = parts.find_map(|part| part.strip_prefix("q=")).unwrap_or("1");
        is_gzip && weight.parse::<f32>().is_ok_and(|weight| weight > 0.0)
    })
}

/// True if the browser has this version already.
fn has(headers: &HeaderMap, tag: &str) -> bool {
    let weak = |item: &str| item.strip_prefix("W/").unwrap_or(item) == tag;
    items(headers, header::IF_NONE_MATCH).any(|item| item == "*" || weak(item))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Read;

    use super::*;

    fn asked(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    fn texts() -> impl Iterator<Item = (&'static String, String)> {
        FILES
            .iter()
            .map(|(name, file)| (name, String::from_utf8(file.plain.bytes.to_vec()).unwrap()))
    }

    #[test]
    fn every_file_that_was_built_is_served() {
        assert_eq!(FILES.len(), Built::iter().count());
        let pages = ["home", "show", "scan", "driver", "sales", "waybill", "apply", "interfaces"]
            .map(|page| format!("{page}.html"));
        for name in pages.iter().map(String::as_str).chain(["service.js"]) {
            assert!(find(name).is_some(), "{name}");
        }
    }

    #[test]
    fn every_part_that_a_page_names_is_there_and_every_part_is_named() {
        let name = regex::Regex::new(r"/assets/([A-Za-z0-9.-]+)").unwrap();
        let mut named = std::collections::BTreeSet::new();
        for (file, text) in texts() {
            for found in name.captures_iter(&text) {
                assert!(find(&format!("assets/{}", &found[1])).is_some(), "{file}: {}", &found[0]);
                named.insert(found[1].to_owned());
            }
        }
        let there = FILES.keys().filter_map(|name| name.strip_prefix("assets/"));
        assert_eq!(named, there.map(str::to_owned).collect());
    }

    #[test]
    fn pages_hold_no_script_or_style_of_their_own() {
        for (name, text) in texts().filter(|(name, _)| name.ends_with(".html")) {
            for bad in ["<style", "style=", "onclick=", "onload=", "://", "src=\"//"] {
                assert!(!text.contains(bad), "{name} holds {bad}");
            }
            let scripts = text.matches("<script").count();
            assert_eq!(scripts, text.matches("<script type=\"module\" src=\"/assets/").count());
        }
    }

    #[test]
    fn what_is_compressed_is_the_same() {
        for (name, file) in FILES.iter() {
            let Some(gzip) = &file.gzip else { continue };
            let mut whole = Vec::new();
            flate2::read::GzDecoder::new(&gzip.bytes[..]).read_to_end(&mut whole).unwrap();
            assert!(whole == file.plain.bytes, "{name}");
            assert_ne!(gzip.tag, file.plain.tag);
        }
    }

    #[test]
    fn a_browser_that_takes_gzip_gets_it_and_one_that_has_the_file_gets_none() {
        let cases = [
            ("gzip, br", true),
            ("br;q=1, GZIP;q=0.5", true),
            ("gzip;q=0", false),
            ("identity", false),
            ("gzip;q=x", false),
        ];
        for (value, wanted) in cases {
            assert_eq!(takes_gzip(&asked(header::ACCEPT_ENCODING, value)), wanted, "{value}");
        }
        let file = find("show.html").unwrap();
        for (value, status) in [
            (file.plain.tag.clone(), 304),
            (format!("\"x\", W/{}", file.plain.tag), 304),
            ("\"x\"".to_owned(), 200),
        ] {
            let answer = file.answer(&asked(header::IF_NONE_MATCH, &value), Kept::AskFirst);
            assert_eq!(answer.status(), status, "{value}");
            assert_eq!(answer.headers()[header::ETAG], file.plain.tag.as_str());
        }
    }
}
