// SPDX-License-Identifier: Apache-2.0
//! What a browser may do on a page: load and run what this node serves, and nothing else. The camera
//! is for the pages that scan alone.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// No inline script or style, nothing from elsewhere, no frame around it. Texts never become script:
/// the one policy that may name a script's address is `dianyun` (`web/src/parts/trusted.ts`).
const CONTENT: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
    connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types dianyun";

const CLOSED: &str = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), bluetooth=(), \
    display-capture=(), screen-wake-lock=()";
const SHOWING: &str = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), bluetooth=(), \
    display-capture=(), screen-wake-lock=(self)";
const SCANNING: &str = "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), bluetooth=(), \
    display-capture=(), screen-wake-lock=(self)";

const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");
const OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// What a page may ask of the device.
pub(super) fn powers(name: &str) -> &'static str {
    match name {
        "show.html" => SHOWING,
        "scan.html" | "sales.html" => SCANNING,
        _ => CLOSED,
    }
}

/// Puts the headers on a page's answer.
pub(super) fn add(headers: &mut HeaderMap, powers: &'static str) {
    let all = [
        (header::CONTENT_SECURITY_POLICY, CONTENT),
        (header::REFERRER_POLICY, "no-referrer"),
        (PERMISSIONS, powers),
        (OPENER, "same-origin"),
        (RESOURCE, "same-origin"),
    ];
    for (name, value) in all {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_lets_nothing_in_from_elsewhere_and_nothing_inline() {
        assert!(CONTENT.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"));
        for loose in ["unsafe", "http", "*"] {
            assert!(!CONTENT.contains(loose), "{loose}");
        }
    }

    #[test]
    fn the_camera_is_for_the_pages_that_scan_alone() {
        let others = ["home.html", "show.html", "driver.html", "waybill.html", "apply.html"];
        for name in others.into_iter().chain(["service.js"]) {
            assert!(powers(name).contains("camera=(),"), "{name}");
        }
        for name in ["scan.html", "sales.html"] {
            assert!(powers(name).contains("camera=(self),"), "{name}");
        }
    }
}
