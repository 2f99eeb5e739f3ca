// SPDX-License-Identifier: Apache-2.0
//! The page of codes names every code.

#![allow(clippy::unwrap_used)]

#[test]
fn every_code_is_on_the_page_of_errors() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/errors.md");
    let page = std::fs::read_to_string(path).unwrap();
    let refusals = chain::refusal::RefusalCode::ALL.iter().map(|code| code.code());
    for code in api::docs::rows().iter().map(|row| row.code).chain(refusals) {
        assert!(page.contains(&format!("| `{code}` |")), "{code} is missing in docs/errors.md");
    }
}
