// SPDX-License-Identifier: Apache-2.0
//! Shown codes: their bytes, what a scanner accepts, and each thing that it refuses.

use chain::Time;
use chain::keys::PublicKey;
use chain::query::OperatorState;
use chain::records::organisation::OrganisationKind;
use chain::shown::*;
use serde_json::{Value, json};

use crate::common::edge::small_order_encodings;
use crate::common::key;
use crate::common::showing::*;
use crate::golden::keep;

/// A text that is scanned, when, and how many witnesses are asked for.
struct Case(&'static str, String, Time, usize);

fn at(name: &'static str, raw: &Raw) -> Case {
    Case(name, raw.text(), SHOWN_AT, 1)
}

fn good() -> Raw {
    Raw::of(&facts(blue()))
}

fn accepted() -> Vec<Case> {
    use CodeState as S;
    use KeyCustody as C;
    use OperatorState as O;
    let shown = |name, shows| at(name, &Raw::of(&facts(shows)));
    let code = |name, state, operator, custody| shown(name, code_in(state, operator, custody));
    let text = good().text();
    let mut last_of_day = facts(blue());
    last_of_day.valid_until = AS_OF.plus(24 * 3_600_000);
    let beside = good().by(&[1, 9]);
    let small = small_order_holder();
    vec![
        code("blue, of a valid operator", S::Blue, O::Valid, C::Device),
        code("blue, of no operator", S::Blue, O::None, C::Device),
        code("blue, of an invalid operator, is shown as yellow", S::Blue, O::Invalid, C::Device),
        code("yellow", S::Yellow, O::Valid, C::Device),
        code("red, of an invalid operator", S::Red, O::Invalid, C::Device),
        code("suspended, by a platform's key", S::Suspended, O::Valid, C::Platform),
        code("cancelled", S::Cancelled, O::None, C::Device),
        code("the code of an enterprise, by its own key", S::Blue, O::None, C::Organisation),
        shown("the badge of a regulator", badge(OrganisationKind::Regulator)),
        shown("the badge of a service provider", badge(OrganisationKind::ServiceProvider)),
        at("two witnesses", &good().by(&[2, 3])),
        Case("two witnesses, both asked for", good().by(&[2, 3]).text(), SHOWN_AT, 2),
        Case("four witnesses, all asked for", good().by(&[1, 2, 3, 4]).text(), SHOWN_AT, 4),
        at("one witness on the list and one that is not", &beside),
        Case("no witness asked for counts as one", text.clone(), SHOWN_AT, 0),
        Case("signed 2 minutes ago", text.clone(), SHOWN_AT.plus(120_000), 1),
        Case("signed 2 minutes from now", text, Time(SHOWN_AT.0 - 120_000), 1),
        Case("in its last millisecond", last_moment().text(), Time(UNTIL.0 - 1), 1),
        at("it holds for 24 hours", &Raw::of(&last_of_day)),
        at("shown at the time of its facts", &Raw { shown_after: 0, ..good() }),
        Case("a holder's key of small order, by ZIP-215", small, SHOWN_AT, 1),
    ]
}

/// Shown a minute before it ends.
fn last_moment() -> Raw {
    Raw { shown_after: 59 * 60_000, ..good() }
}

/// ZIP-215 takes the signature of a point of small order with s = 0, whatever is signed.
fn small_order_holder() -> String {
    let [point, ..] = small_order_encodings()[..] else { panic!("there are some") };
    let facts = Facts { key: PublicKey::ed25519(point), ..facts(blue()) };
    let mut bytes = Raw::of(&facts).bytes();
    let start = bytes.len() - 64;
    bytes[start..].fill(0);
    bytes[start..start + 32].copy_from_slice(&point);
    text_of(&bytes)
}

fn with(place: usize, byte: u8) -> Raw {
    good().with(place, byte)
}

/// Facts as bytes with a number in place of what is there.
fn with_number(place: usize, number: u64, width: usize) -> Raw {
    let mut raw = good();
    raw.facts[place..place + width].copy_from_slice(&number.to_be_bytes()[8 - width..]);
    raw
}

fn texts() -> Vec<(&'static str, String)> {
    let text = good().text();
    let symbols = &text[5..];
    let bytes = good().bytes();
    vec![
        ("an empty text", String::new()),
        ("no prefix", symbols.to_owned()),
        ("the prefix alone", "DYM1:".to_owned()),
        ("a prefix in lower case", format!("dym1:{symbols}")),
        ("another prefix", format!("DYM2:{symbols}")),
        ("a symbol in lower case", text.to_lowercase().replace("dym1", "DYM1")),
        ("a space at the end", format!("{text} ")),
        ("a line's end at the end", format!("{text}\n")),
        ("a symbol of no base45", format!("{}!{}", &text[..9], &text[10..])),
        ("one symbol too many", format!("{text}0")),
        ("three symbols for more than two bytes", format!("DYM1::::{}", &symbols[3..])),
        ("two symbols for more than one byte", odd_end()),
        ("a byte is missing", text_of(&bytes[..bytes.len() - 1])),
        ("a byte follows", text_of(&[bytes.as_slice(), &[0]].concat())),
        ("a witness follows", text_of(&[bytes.as_slice(), &[0; 66]].concat())),
    ]
}

/// 205 bytes end in two symbols; these stand for a number above 255.
fn odd_end() -> String {
    let text = text_of(&[good().bytes().as_slice(), &[0]].concat());
    format!("{}::", &text[..text.len() - 2])
}

fn malformed() -> Vec<Case> {
    let text = |(name, text)| Case(name, text, SHOWN_AT, 1);
    let mut cases: Vec<Case> = texts().into_iter().map(text).collect();
    let code = facts(blue()).to_bytes().unwrap();
    let of_badge = Raw::of(&facts(badge(OrganisationKind::Bank)));
    let day = 86_400_000;
    cases.extend([
        at("no witness", &good().by(&[])),
        at("five witnesses", &good().by(&[1, 2, 3, 4, 5])),
        at("witnesses in descending order", &good().by(&[2, 1])),
        at("a witness twice", &good().by(&[1, 1])),
        at("witness number 0", &good().by(&[0])),
        at("version 2", &with(0, 0x21)),
        at("neither a code nor an organisation", &with(0, 0x13)),
        at("a state that is not known", &with(5, code[5] | 7)),
        at("an operator's state that is not known", &with(5, code[5] | 0x18)),
        at("a custody that is not known", &with(5, code[5] | 0x60)),
        at("the highest flag of a code", &with(5, code[5] | 0x80)),
        at("a kind of organisation that is not known", &of_badge.clone().with(5, 7)),
        at("a flag of a badge that is not used", &of_badge.with(5, 5 | 8)),
        at("a code's id with a wrong check symbol", &with(20, code[20] ^ 1)),
        at("a code's id that goes on", &with(21, b'0')),
        at("a code's id in lower case", &lower_case()),
        at("a time after the last", &with_number(28, 253_402_272_000_000, 6)),
        at("it holds beyond the last time", &with_number(28, 253_402_271_999_999, 6)),
        at("it holds for no time", &with_number(34, 0, 4)),
        at("it holds for more than 24 hours", &with_number(34, day + 1, 4)),
        at("it is shown as it ends", &Raw { shown_after: 3_600_000, ..good() }),
        at("it is shown after the last time", &Raw { shown_after: u32::MAX, ..good() }),
    ]);
    cases
}

fn lower_case() -> Raw {
    let mut raw = good();
    raw.facts[6..21].make_ascii_lowercase();
    raw
}

/// The bytes of a good one with one bit changed.
fn bent(place: usize) -> String {
    let mut bytes = good().bytes();
    bytes[place] ^= 1;
    text_of(&bytes)
}

fn forged() -> Vec<Case> {
    let case = |name, text| Case(name, text, SHOWN_AT, 1);
    let other = Raw { holder: key("another"), ..good() };
    let mut other_chain = good();
    other_chain.chain.0[31] ^= 1;
    let mut unlisted_key = good().by(&[1, 2]);
    unlisted_key.witnesses[1].1 = key("another");
    let second = good().by(&[1, 2]).bytes();
    let mut swapped = second.clone();
    swapped[72..136].copy_from_slice(&second[138..202]);
    let mut moved = good().bytes();
    moved.copy_within(72..136, 140);
    vec![
        case("a height that nobody signed", bent(27)),
        case("a state that nobody signed", bent(5)),
        case("another signature of the witness", bent(72)),
        case(
            "the number of another witness",
            text_of(&{
                let mut bytes = good().bytes();
                bytes[71] = 2;
                bytes
            }),
        ),
        case("another time of showing", bent(139)),
        case("another signature of the holder", bent(140)),
        case("by another key than the holder's", other.text()),
        case("for another chain whose id begins alike", other_chain.text()),
        case("one witness is enough, but the second's does not hold", unlisted_key.text()),
        case("the second witness's signature as the first's", text_of(&swapped)),
        case("the witness's signature as the holder's", text_of(&moved)),
    ]
}

fn refused() -> Vec<(Case, Doubt)> {
    let text = good().text();
    let late = Time(SHOWN_AT.0 + 120_001);
    let early = Time(SHOWN_AT.0 - 120_001);
    let tag = |byte: u8| with(1, byte ^ facts(blue()).chain_tag.0[0]);
    let mut all: Vec<(Case, Doubt)> = Vec::new();
    all.extend(malformed().into_iter().map(|case| (case, Doubt::Malformed)));
    all.push((at("of another chain", &tag(1)), Doubt::ForeignChain));
    let unknown = [
        at("a witness that is not on the list", &good().by(&[9])),
        Case("one of two witnesses that are asked for", text.clone(), SHOWN_AT, 2),
        Case("two are asked for, one is on the list", good().by(&[1, 9]).text(), SHOWN_AT, 2),
    ];
    all.extend(unknown.map(|case| (case, Doubt::UnknownWitness)));
    all.extend(forged().into_iter().map(|case| (case, Doubt::BadSignature)));
    all.extend([
        (Case("at its end", last_moment().text(), UNTIL, 1), Doubt::Expired),
        (Case("long after its end", text.clone(), UNTIL.plus(9_999_999), 1), Doubt::Expired),
        (Case("a photograph", text.clone(), late, 1), Doubt::ShownTooLongAgo),
        (Case("by a clock that is ahead", text, early, 1), Doubt::ShownInFuture),
    ]);
    all
}

fn verdict(Case(_, text, now, threshold): &Case) -> Verdict {
    verify(text, &Scan { list: &list(), threshold: *threshold, now: *now })
}

#[test]
fn shown_codes_are_accepted_and_refused_as_the_vectors_say() {
    let accept: Vec<Value> = accepted()
        .iter()
        .map(|case| {
            let Verdict::Verified(verified) = verdict(case) else {
                panic!("{}: {:?}", case.0, verdict(case));
            };
            assert_eq!(verified.shown.to_text().unwrap(), case.1, "{}", case.0);
            let bytes = hex::encode(verified.shown.to_bytes().unwrap());
            json!({
                "name": case.0, "text": case.1, "now": case.2, "threshold": case.3, "bytes": bytes,
                "shown": verified.shown, "displayed": verified.displayed,
                "witnesses": verified.witnesses,
            })
        })
        .collect();
    let refuse: Vec<Value> = refused()
        .iter()
        .map(|(case, doubt)| {
            assert_eq!(verdict(case), Verdict::Unknown(*doubt), "{}", case.0);
            json!({
                "name": case.0, "text": case.1, "now": case.2, "threshold": case.3,
                "reason": doubt.word(),
            })
        })
        .collect();
    let seeds = json!({ "holder": hex::encode(holder().seed()), "validator-1": hex::encode(validator(1).seed()) });
    keep(
        "shown.json",
        &json!({ "list": list(), "seeds": seeds, "accept": accept, "refuse": refuse }),
    );
}

#[test]
fn a_text_with_one_witness_fits_a_small_picture() {
    let lengths = |numbers: &[u16]| good().by(numbers).text().len();
    assert_eq!(lengths(&[1]), 311);
    assert_eq!(lengths(&[1, 2]), 410);
    assert_eq!(lengths(&[1, 2, 3, 4]), 608);
}

#[test]
fn the_words_of_doubt_are_those_of_json() {
    for (case, doubt) in refused() {
        assert_eq!(json!(doubt), json!(doubt.word()), "{}", case.0);
    }
}
