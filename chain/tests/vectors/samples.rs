// SPDX-License-Identifier: Apache-2.0
//! Sample values of every type, made from the layouts of the page alone. Every field differs from
//! every other, so that two fields that change places show.

use chain::gb32100::CreditCode;
use chain::ids::{CodeId, RecordId};
use chain::records::{ExchangeField, FieldSet};
use chain::{Hash, Time, TransactionId};
use serde_json::{Map, Value, json};

use crate::common::{START, credit_code};
use crate::layout::{Body, Fields, Layout, Page, Type};

/// Makes values; the number makes each unlike the others.
struct Sampler<'a> {
    page: &'a Page,
    number: u64,
    /// Options are there and lists have two items; else neither.
    full: bool,
}

/// Samples of a type: a struct full and bare, an enum in each of its variants.
pub(crate) fn samples(page: &Page, name: &str) -> Vec<Value> {
    let mut out = Vec::new();
    for full in [true, false] {
        let mut sampler = Sampler { page, number: 0, full };
        match &page.0[name] {
            Layout::Struct(fields) => out.push(sampler.fields(fields)),
            Layout::Enum(_, variants) => {
                out.extend((0..variants.len()).map(|place| sampler.variant(name, place)));
            }
        }
    }
    out.dedup();
    let mut seen = Vec::new();
    out.retain(|sample| {
        let fresh = !matches!(sample, Value::String(_)) || !seen.contains(sample);
        seen.push(sample.clone());
        fresh
    });
    out
}

impl Sampler<'_> {
    fn fields(&mut self, fields: &Fields) -> Value {
        let made: Map<String, Value> =
            fields.iter().map(|(name, wanted)| (name.clone(), self.value(wanted))).collect();
        Value::Object(made)
    }

    fn variant(&mut self, name: &str, place: usize) -> Value {
        let page = self.page;
        let Layout::Enum(_, variants) = &page.0[name] else { panic!("{name} is no enum") };
        let variant = &variants[place];
        match &variant.body {
            Body::Nothing => json!(variant.word),
            Body::One(inner) => json!({ &variant.word: self.value(inner) }),
            Body::Fields(fields) => json!({ &variant.word: self.fields(fields) }),
        }
    }

    fn value(&mut self, wanted: &Type) -> Value {
        self.number += 1;
        match wanted {
            Type::Option(_) if !self.full => Value::Null,
            Type::Option(inner) => self.value(inner),
            Type::List(_) if !self.full => json!([]),
            Type::List(inner) => json!([self.value(inner), self.value(inner)]),
            Type::Named(name) => match self.page.0.get(name) {
                Some(Layout::Struct(fields)) => self.fields(fields),
                Some(Layout::Enum(_, variants)) => {
                    self.variant(name, (self.number % variants.len() as u64) as usize)
                }
                None => primitive(name, self.number),
            },
        }
    }
}

/// The `number`-th sample of a primitive.
pub(crate) fn primitive(name: &str, number: u64) -> Value {
    let hash = Hash::of(&number.to_le_bytes());
    match name {
        "bool" => json!(number % 2 == 1),
        "u8" => json!(number % 256),
        "u16" => json!(256 + number),
        "u32" => json!(65_536 + number),
        "u64" => json!((1_u64 << 32) + number),
        "time" => json!(Time(START.0 + number * 86_461_001).to_string()),
        "hash" => json!(hash),
        "nonce" | "id" => json!(hex::encode(hash.half())),
        "word" => json!(format!("word_{number}")),
        "name" => json!(format!("滇测{number}")),
        "key" => json!(format!("ed25519:{hash}")),
        "signature" => json!(format!("ed25519:{hash}{}", Hash::of(&hash.0))),
        "code" => json!(CodeId::made_by(TransactionId(hash))),
        "fields" => {
            let bit = |place: usize| number >> (place % 8) & 1 == 1;
            let all = ExchangeField::ALL.iter().enumerate();
            let set: FieldSet = all.filter(|(place, _)| bit(*place)).map(|(_, f)| *f).collect();
            json!(set)
        }
        "credit" => {
            let code: CreditCode = credit_code(number as u32);
            json!(code)
        }
        prefix => {
            json!(format!("{prefix}_{}", chain::text::crockford(&RecordId(hash.half()).0)))
        }
    }
}
