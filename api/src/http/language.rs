// SPDX-License-Identifier: Apache-2.0
//! Chooses Chinese or English from `Accept-Language`. Never fails: an unreadable header is none.

use axum::http::{HeaderMap, header};

/// A language that messages are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Chinese, the default: the people who use these codes read it.
    #[default]
    Zh,
    /// English.
    En,
}

impl Language {
    /// The language that the client weighs most among those we write; the first of equals.
    pub fn of(headers: &HeaderMap) -> Self {
        let values = headers.get_all(header::ACCEPT_LANGUAGE).iter();
        let mut best = (0, Self::default());
        for range in values.filter_map(|value| value.to_str().ok()).flat_map(|v| v.split(',')) {
            if let Some((weight, language)) = Self::range(range)
                && weight > best.0
            {
                best = (weight, language);
            }
        }
        best.1
    }

    /// Value of the `Content-Language` header.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The text of this language.
    pub fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// One range such as `en-GB;q=0.8`, as a weight in thousandths and a language.
    fn range(range: &str) -> Option<(u32, Self)> {
        let mut parts = range.split(';').map(str::trim);
        let tag = parts.next()?;
        let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1_000), weight)?;
        let primary = tag.split('-').next()?;
        if primary.eq_ignore_ascii_case("zh") {
            Some((weight, Self::Zh))
        } else if primary.eq_ignore_ascii_case("en") {
            Some((weight, Self::En))
        } else {
            None
        }
    }
}

/// `0`, `1`, `0.7`, `0.75` or `0.755` in thousandths.
fn weight(text: &str) -> Option<u32> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let plain = part.len() <= 3 && part.bytes().all(|byte| byte.is_ascii_digit());
    let thousandths = plain.then(|| format!("{part:0<3}").parse::<u32>().ok()).flatten()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1_000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_heaviest_language_that_we_write_is_taken() {
        let cases = [
            ("", Language::Zh),
            ("en", Language::En),
            ("en-GB,en;q=0.9", Language::En),
            ("de, fr;q=0.9", Language::Zh),
            ("de, en;q=0.1", Language::En),
            ("zh-CN,zh;q=0.9,en;q=0.8", Language::Zh),
            ("zh;q=0.3, en;q=0.35", Language::En),
            ("zh;q=0.5, en;q=0.5", Language::Zh),
            ("en;q=0", Language::Zh),
            ("EN-us;q=1.000", Language::En),
            ("en;q=2", Language::Zh),
            (";;;,,,q=;en;", Language::Zh),
        ];
        for (header, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, header.parse().unwrap());
            assert_eq!(Language::of(&headers), expected, "{header:?}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_count_as_no_header() {
        let mut headers = HeaderMap::new();
        let bytes = axum::http::HeaderValue::from_bytes(b"\xff\xfe").unwrap();
        headers.insert(header::ACCEPT_LANGUAGE, bytes);
        assert_eq!(Language::of(&headers), Language::Zh);
    }
}
