// SPDX-License-Identifier: Apache-2.0
//! The layouts of `docs/proofs.md`, read from the page itself: JSON to canonical bytes by nothing else
//! than what the page says. The codec of the chain is never used in here.

use std::collections::BTreeMap;

use chain::text::{hex_array, hex_bytes, parse_crockford};
use serde_json::Value;

/// A type as a layout names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    /// A primitive, or the name of another layout.
    Named(String),
    /// One byte 0 or 1, then the value.
    Option(Box<Self>),
    /// Eight bytes of count, then the items.
    List(Box<Self>),
}

/// Fields in their order.
pub(crate) type Fields = Vec<(String, Type)>;

/// What follows the number of a variant.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    Nothing,
    One(Type),
    Fields(Fields),
}

/// A variant of an enum.
#[derive(Clone, Debug)]
pub(crate) struct Variant {
    pub(crate) number: u32,
    pub(crate) word: String,
    pub(crate) body: Body,
}

/// A layout of the page.
#[derive(Clone, Debug)]
pub(crate) enum Layout {
    Struct(Fields),
    /// Width of the number in bytes, and the variants.
    Enum(usize, Vec<Variant>),
}

/// All layouts of a page by name.
#[derive(Debug)]
pub(crate) struct Page(pub(crate) BTreeMap<String, Layout>);

/// What is in the fenced blocks of one language.
pub(crate) fn blocks(markdown: &str, language: &str) -> String {
    let fence = format!("```{language}");
    let (mut inside, mut out) = (false, String::new());
    for line in markdown.lines() {
        if line.starts_with("```") {
            inside = line == fence;
        } else if inside {
            out.push_str(line.split("//").next().unwrap());
            out.push('\n');
        }
    }
    out
}

/// The symbols of a layout block that are not read yet.
struct Reader(Vec<String>);

impl Reader {
    fn new(text: &str) -> Self {
        let spaced: String = text
            .chars()
            .flat_map(|c| if "{}[],?".contains(c) { vec![' ', c, ' '] } else { vec![c] })
            .collect();
        Self(spaced.split_whitespace().rev().map(str::to_owned).collect())
    }

    fn next(&mut self) -> String {
        self.0.pop().expect("the layout goes on")
    }

    fn take(&mut self, symbol: &str) -> bool {
        let there = self.0.last().is_some_and(|next| next == symbol);
        if there {
            self.0.pop();
        }
        there
    }

    fn expect(&mut self, symbol: &str) {
        let next = self.next();
        assert_eq!(next, symbol, "in a layout of the page");
    }

    fn type_name(&mut self) -> Type {
        if self.take("?") {
            return Type::Option(Box::new(self.type_name()));
        }
        if self.take("[") {
            let inner = self.type_name();
            self.expect("]");
            return Type::List(Box::new(inner));
        }
        Type::Named(self.next())
    }

    fn fields(&mut self) -> Fields {
        self.braced(|reader| (reader.next(), reader.type_name()))
    }

    fn braced<T>(&mut self, mut item: impl FnMut(&mut Self) -> T) -> Vec<T> {
        self.expect("{");
        let mut items = Vec::new();
        while !self.take("}") {
            items.push(item(self));
            self.take(",");
        }
        items
    }

    fn variant(&mut self) -> Variant {
        let number = self.next().parse().expect("the number of a variant");
        let word = self.next();
        let body = match self.0.last().map(String::as_str) {
            Some("{") => Body::Fields(self.fields()),
            Some("," | "}") => Body::Nothing,
            _ => Body::One(self.type_name()),
        };
        Variant { number, word, body }
    }
}

impl Page {
    /// Reads all layouts of the page.
    pub(crate) fn read(markdown: &str) -> Self {
        let mut reader = Reader::new(&blocks(markdown, "layout"));
        let mut all = BTreeMap::new();
        while !reader.0.is_empty() {
            let (word, name) = (reader.next(), reader.next());
            let layout = match word.as_str() {
                "struct" => Layout::Struct(reader.fields()),
                "enum" => Layout::Enum(4, reader.braced(Reader::variant)),
                "enum8" => Layout::Enum(1, reader.braced(Reader::variant)),
                other => panic!("{other} begins no layout"),
            };
            assert!(all.insert(name.clone(), layout).is_none(), "{name} is there twice");
        }
        Self(all)
    }

    /// The canonical bytes of a JSON value of a type.
    pub(crate) fn encode(&self, wanted: &Type, json: &Value, out: &mut Vec<u8>) {
        match wanted {
            Type::Option(_) if json.is_null() => out.push(0),
            Type::Option(inner) => {
                out.push(1);
                self.encode(inner, json, out);
            }
            Type::List(inner) => {
                let items = json.as_array().expect("a list");
                out.extend((items.len() as u64).to_le_bytes());
                items.iter().for_each(|item| self.encode(inner, item, out));
            }
            Type::Named(name) => match self.0.get(name) {
                Some(layout) => self.encode_layout(layout, json, out),
                None => encode_primitive(name, json, out),
            },
        }
    }

    fn encode_layout(&self, layout: &Layout, json: &Value, out: &mut Vec<u8>) {
        match layout {
            Layout::Struct(fields) => self.encode_fields(fields, json, out),
            Layout::Enum(width, variants) => {
                let (word, body) = match json {
                    Value::String(word) => (word.as_str(), &Value::Null),
                    Value::Object(members) if members.len() == 1 => {
                        members.iter().map(|(word, body)| (word.as_str(), body)).next().unwrap()
                    }
                    other => panic!("{other} is no value of an enum"),
                };
                let variant = variants.iter().find(|v| v.word == word).expect("a known variant");
                out.extend(&variant.number.to_le_bytes()[..*width]);
                match &variant.body {
                    Body::Nothing => {}
                    Body::One(inner) => self.encode(inner, body, out),
                    Body::Fields(fields) => self.encode_fields(fields, body, out),
                }
            }
        }
    }

    fn encode_fields(&self, fields: &Fields, json: &Value, out: &mut Vec<u8>) {
        let members = json.as_object().expect("an object");
        assert_eq!(members.len(), fields.len(), "{json} has just the fields of the layout");
        for (name, wanted) in fields {
            self.encode(wanted, &members[name], out);
        }
    }
}

/// The exchange fields in their order, as the page lists them.
const FIELDS: [&str; 14] = [
    "name",
    "phone",
    "plate",
    "validity",
    "identity",
    "driving_licence",
    "qualification",
    "vehicle_licence",
    "transport_permit",
    "business_permit",
    "policy",
    "identity_number",
    "bank_account",
    "track",
];

fn encode_primitive(name: &str, json: &Value, out: &mut Vec<u8>) {
    let text = || json.as_str().expect("a text");
    let number = || json.as_u64().expect("a number");
    match name {
        "bool" => out.push(u8::from(json.as_bool().expect("true or false"))),
        "u8" => out.push(number().try_into().unwrap()),
        "u16" => out.extend(u16::try_from(number()).unwrap().to_le_bytes()),
        "u32" => out.extend(u32::try_from(number()).unwrap().to_le_bytes()),
        "u64" => out.extend(number().to_le_bytes()),
        "time" => out.extend(text().parse::<chain::Time>().unwrap().0.to_le_bytes()),
        "hash" => out.extend(hex_array::<32>(text(), "a hash").unwrap()),
        "nonce" | "id" => out.extend(hex_array::<16>(text(), "16 bytes").unwrap()),
        "word" | "name" => {
            out.extend((text().len() as u64).to_le_bytes());
            out.extend(text().as_bytes());
        }
        "key" | "signature" => {
            out.extend(0_u32.to_le_bytes());
            out.extend(hex_bytes(text().strip_prefix("ed25519:").unwrap()).unwrap());
        }
        "code" => {
            out.extend(text().as_bytes());
            out.push(0);
        }
        "credit" => out.extend(text().as_bytes()),
        "fields" => {
            let words = json.as_array().expect("a list").iter();
            let place = |word: &Value| FIELDS.iter().position(|known| word == known).unwrap();
            out.extend(words.map(|word| 1_u32 << place(word)).sum::<u32>().to_le_bytes());
        }
        prefix => {
            let symbols = text().strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_'));
            out.extend(symbols.and_then(parse_crockford).expect("an id with its prefix"));
        }
    }
}
