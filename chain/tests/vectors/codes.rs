// SPDX-License-Identifier: Apache-2.0
//! Primitives of the codec, what a reader refuses, and the texts of values.

use chain::codec;
use chain::text::{Name, Word};
use serde_json::{Value, json};

use crate::golden::keep;
use crate::layout::{Page, Type};
use crate::samples::primitive;
use crate::types::ALL;

const PRIMITIVES: [&str; 26] = [
    "bool",
    "u8",
    "u16",
    "u32",
    "u64",
    "time",
    "hash",
    "nonce",
    "id",
    "word",
    "name",
    "key",
    "signature",
    "org",
    "per",
    "veh",
    "cer",
    "app",
    "mat",
    "way",
    "con",
    "acc",
    "era",
    "aff",
    "code",
    "fields",
];

/// Values at the edges of a primitive.
fn edges() -> Vec<(&'static str, Value)> {
    vec![
        ("bool", json!(false)),
        ("u8", json!(0)),
        ("u8", json!(255)),
        ("u16", json!(65_535)),
        ("u32", json!(4_294_967_295_u32)),
        ("u64", json!(9_007_199_254_740_991_u64)),
        ("time", json!("1970-01-01T08:00:00.000+08:00")),
        ("time", json!("2028-02-29T23:59:59.999+08:00")),
        ("time", json!("9999-12-31T23:59:59.999+08:00")),
        ("word", json!("x".repeat(40))),
        ("word", json!("滇运码")),
        ("name", json!("x".repeat(120))),
        ("hash", json!("00".repeat(32))),
        ("org", json!(format!("org_{}", "0".repeat(26)))),
        ("org", json!(format!("org_7{}", "z".repeat(25)))),
        ("fields", json!([])),
        ("fields", json!(chain::records::FieldSet::LEAST)),
        ("credit", json!("91539901MA00TE5T2W")),
        ("credit", json!("11539900000000019L")),
    ]
}

/// What a type's reader must refuse, and why.
fn refused() -> Vec<(&'static str, String, &'static str)> {
    let good = |name: &str, place: usize| {
        let known = ALL.iter().find(|known| known.name == name).unwrap();
        let page = Page::read(&crate::golden::page());
        (known.encode)(&crate::samples::samples(&page, name)[place]).unwrap().0
    };
    let bent = |name: &str, bend: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = good(name, 0);
        bend(&mut bytes);
        hex::encode(bytes)
    };
    let reason = |text: &[u8], count: u64| {
        let mut bytes = good("Reason", 0)[..5].to_vec();
        bytes.extend(count.to_le_bytes());
        bytes.extend(text);
        hex::encode(bytes)
    };
    let code = |bend: fn(&mut [u8])| bent("VehicleUnbind", &|bytes| bend(&mut bytes[..16]));
    let credit = |symbols: &[u8]| {
        let mut bytes = 0_u32.to_le_bytes().to_vec();
        bytes.extend(symbols);
        bytes.extend(1_u64.to_le_bytes());
        bytes.push(b'x');
        hex::encode(bytes)
    };
    vec![
        ("Header", bent("Header", &|bytes| bytes.push(0)), "bytes follow"),
        ("Header", bent("Header", &|bytes| bytes.truncate(bytes.len() - 1)), "bytes end early"),
        ("Roles", "010102".into(), "a bool of 2"),
        ("Reason", bent("Reason", &|bytes| bytes[4] = 2), "an option of 2"),
        ("Mode", "02000000".into(), "no such variant"),
        ("RecordKind", "00".into(), "no such kind"),
        ("RecordKind", "ff".into(), "no such kind"),
        ("Action", "ffffffff".into(), "no such variant"),
        ("KeyEnd", bent("KeyEnd", &|bytes| bytes[0] = 1), "no such scheme"),
        ("OverLimit", bent("OverLimit", &|bytes| bytes[16..].fill(0xff)), "a time after the last"),
        ("Reason", reason(b"", 0), "an empty text"),
        ("Reason", reason(&[b'x'; 41], 41), "a text that is too long"),
        ("Reason", reason(b"a\nb", 3), "a control character"),
        ("Reason", reason(&[0xc2, 0x85], 2), "a control character"),
        ("Reason", reason(&[0xff], 1), "not UTF-8"),
        ("Reason", reason(b"x", u64::MAX), "a count beyond the bytes"),
        ("Identity", credit(b"91539901MA00TE5T2X"), "a wrong check symbol"),
        ("VehicleUnbind", code(|symbols| symbols[14] ^= 1), "a wrong check symbol of a code"),
        ("VehicleUnbind", code(|symbols| symbols[15] = b'0'), "a code that goes on"),
        ("VehicleUnbind", code(|symbols| symbols.make_ascii_lowercase()), "a code in lower case"),
        ("Identity", credit(b"91539901MA00TE5T0N"), "a wrong inner check symbol"),
        ("CapacityTerms", bent("CapacityTerms", &|bytes| bytes[17] |= 64), "a bit of no field"),
    ]
}

#[test]
fn primitives_are_encoded_as_the_page_says() {
    let page = Page::read("");
    let numbered = PRIMITIVES.iter().map(|name| (*name, primitive(name, 7)));
    let vectors: Vec<Value> = numbered
        .chain(edges())
        .map(|(name, value)| {
            let mut bytes = Vec::new();
            page.encode(&Type::Named(name.to_owned()), &value, &mut bytes);
            json!({ "type": name, "json": value, "bytes": hex::encode(bytes) })
        })
        .collect();
    let refused: Vec<Value> = refused()
        .into_iter()
        .map(|(name, bytes, why)| {
            let known = ALL.iter().find(|known| known.name == name).unwrap();
            let read = (known.decode)(&hex::decode(&bytes).unwrap());
            assert!(read.is_err(), "{name}: {why}");
            json!({ "type": name, "bytes": bytes, "why": why })
        })
        .collect();
    keep("primitives.json", &json!({ "accepted": vectors, "refused": refused }));
}

/// The primitives alone, since no layout is one of them.
#[test]
fn the_codec_agrees_on_primitives() {
    let bytes = |value: Vec<u8>| hex::encode(value);
    assert_eq!(bytes(codec::encode(&true)), "01");
    assert_eq!(bytes(codec::encode(&513_u16)), "0102");
    assert_eq!(bytes(codec::encode(&Some(1_u32))), "0101000000");
    assert_eq!(bytes(codec::encode(&None::<u32>)), "00");
    assert_eq!(bytes(codec::encode(&vec![1_u16, 2])), "020000000000000001000200");
    let word: Word = "滇".parse().unwrap();
    assert_eq!(bytes(codec::encode(&word)), "0300000000000000e6bb87");
    assert!(Name::new("x".repeat(121)).is_err());
}
