// SPDX-License-Identifier: Apache-2.0
//! The page of every clear field on chain, walked from the types of records and actions, so that none is left
//! out; what a field's type tells, and who sees a kind of record, is said here.

#![cfg(feature = "openapi")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use chain::Transaction;
use chain::records::*;
use serde_json::{Value as Json, json};
use utoipa::{PartialSchema, ToSchema};

use crate::codec::any_of;

/// Types whose values stand in the clear, and what they tell. A type that is neither here nor has fields of
/// its own is a mistake.
const TELLS: &[(&str, &str)] = &[
    (
        "Hash",
        "a digest: of a commitment, a file or a number under a key; says nothing of it by itself",
    ),
    ("TransactionId", "a transaction"),
    ("Nonce", "16 random bytes"),
    ("PublicKey", "a key: the same wherever its holder signs"),
    ("Signature", "a signature"),
    ("CreditCode", "an organisation, by its credit code"),
    ("Text40", "a short word; never a person's"),
    ("Text120", "a name of an organisation; a one-man business is only a digest"),
    ("Time", "an instant"),
    ("Prefecture", "a prefecture of 16, no nearer place"),
    ("OrganisationId", "an organisation"),
    ("PersonId", "a person, by a pseudonym that stays"),
    ("VehicleId", "a vehicle, by a pseudonym that stays"),
    ("CertificateId", "a certificate, by a pseudonym"),
    ("CodeId", "a code, by its id"),
    ("ApplicationId", "an application"),
    ("MatterId", "a matter"),
    ("WaybillId", "a waybill"),
    ("ConsentId", "a consent"),
    ("AccessId", "an access"),
    ("ErasureId", "an erasure"),
    ("AffiliationId", "an affiliation"),
    ("FieldSet", "names of fields, never their values"),
    ("integer", "a number"),
    ("boolean", "yes or no"),
    ("string", "an id in digits"),
    ("word", "a word of a list"),
];

/// Who sees a kind of record through an interface, and what it tells of somebody. Validators and observers
/// hold every block, and so see all of it.
fn about(kind: RecordKind) -> (&'static str, &'static str) {
    let parties = "its parties; with a grant of `verify` everybody who can name it";
    let only_parties = "its parties";
    match kind {
        RecordKind::Parameters => ("everybody", "nothing of anybody"),
        RecordKind::Organisation => (
            "everybody",
            "organisations are in the clear; a one-man business is a digest and a tag",
        ),
        RecordKind::RegisteredKey => ("everybody, by a proof", "which pseudonym a key belongs to"),
        RecordKind::UniqueName => (
            "validators and observers",
            "that a number under the attesters' secret belongs to a pseudonym: who has the secret can test guesses",
        ),
        RecordKind::Person => {
            (parties, "that somebody has these certificates, until when, and what is open")
        }
        RecordKind::Vehicle => {
            (parties, "the same of a vehicle; whose it is, and which codes drive it")
        }
        RecordKind::Application => {
            (only_parties, "who applied by whom, where about, and what became of each claim")
        }
        RecordKind::Code => (
            "colour and standing everybody who can name it; all of it its parties, or with a grant of `verify`",
            "colour, score and grade, and what is carried now",
        ),
        RecordKind::Matter => (
            parties,
            "that there is something to settle, of which kind and since when; the file is a digest",
        ),
        RecordKind::Waybill => (
            "its parties; a public offer everybody who may see waybills",
            "who carried for whom, from and to which prefecture and when; goods by class, weight by band",
        ),
        RecordKind::Interface => ("everybody", "what an organisation may ask"),
        RecordKind::Consent => (only_parties, "that a holder lets an organisation see some fields"),
        RecordKind::Access => (
            "its parties, the holder among them",
            "that an organisation asked for fields of somebody, and why",
        ),
        RecordKind::Erasure => {
            (only_parties, "that data of an application are restricted or erased")
        }
        RecordKind::Affiliation => (only_parties, "that a driver works with an enterprise"),
    }
}

/// Schemas by name.
struct Schemas(BTreeMap<String, Json>);

/// A field: its name, its types, and what its documentation says.
struct Field {
    name: String,
    types: BTreeSet<String>,
    says: String,
}

fn schemas() -> Schemas {
    let mut all = Vec::new();
    Transaction::schemas(&mut all);
    Value::schemas(&mut all);
    all.push(("Value".to_owned(), Value::schema()));
    all.push(("Transaction".to_owned(), Transaction::schema()));
    Schemas(all.into_iter().map(|(name, schema)| (name, json!(schema))).collect())
}

/// The types that a schema names.
fn types(schema: &Json, found: &mut BTreeSet<String>) {
    if let Some(name) = schema["$ref"].as_str() {
        found.insert(name.rsplit('/').next().unwrap().to_owned());
        return;
    }
    for part in ["oneOf", "allOf", "anyOf"] {
        schema[part].as_array().into_iter().flatten().for_each(|one| types(one, found));
    }
    if schema["items"].is_object() {
        types(&schema["items"], found);
    }
    match &schema["type"] {
        Json::Array(all) => {
            found.extend(
                all.iter().filter_map(Json::as_str).filter(|one| is_plain(one)).map(str::to_owned),
            );
        }
        Json::String(one) if is_plain(one) => drop(found.insert(one.clone())),
        _ => {}
    }
    if schema["properties"].is_object() {
        for field in fields_of(schema) {
            found.extend(field.types);
        }
    }
}

fn is_plain(kind: &str) -> bool {
    !["object", "array", "null"].contains(&kind)
}

fn says(schema: &Json) -> String {
    let own = schema["description"].as_str();
    let inner = schema["oneOf"].as_array().into_iter().flatten();
    let inner = inner.filter_map(|one| one["description"].as_str()).next();
    own.or(inner).unwrap_or_default().replace('\n', " ").replace('|', "/")
}

fn fields_of(schema: &Json) -> Vec<Field> {
    let properties = schema["properties"].as_object().into_iter().flatten();
    let field = |(name, schema): (&String, &Json)| {
        let mut found = BTreeSet::new();
        types(schema, &mut found);
        Field { name: name.clone(), types: found, says: says(schema) }
    };
    properties.map(field).collect()
}

/// All fields of a type, those of its variants too.
fn all_fields(schema: &Json) -> Vec<Field> {
    let mut all = fields_of(schema);
    for part in ["oneOf", "allOf", "anyOf"] {
        for variant in schema[part].as_array().into_iter().flatten() {
            for field in fields_of(variant) {
                let inner = &variant["properties"][&field.name];
                all.push(field);
                // The fields of a variant that has some of its own.
                all.extend(fields_of(inner));
            }
        }
    }
    let mut seen = BTreeSet::new();
    all.retain(|field| seen.insert(field.name.clone()));
    all
}

impl Schemas {
    /// The variants of an enumeration of records or actions: the word and the type.
    fn variants(&self, name: &str) -> Vec<(String, String)> {
        let all = self.0[name]["oneOf"].as_array().unwrap().iter();
        let variant = |one: &Json| {
            let (word, schema) = one["properties"].as_object().unwrap().iter().next().unwrap();
            let mut found = BTreeSet::new();
            types(schema, &mut found);
            (word.clone(), found.pop_first().unwrap())
        };
        all.map(variant).collect()
    }

    /// What a type tells; none if it is made of parts.
    fn tells(&self, name: &str) -> Option<&'static str> {
        let told = TELLS.iter().find(|(own, _)| *own == name).map(|(_, told)| *told);
        let is_word = || {
            let schema = self.0.get(name)?;
            all_fields(schema).is_empty().then_some("a word of a list")
        };
        told.or_else(is_word)
    }

    fn row(&self, field: &Field, parts: &mut BTreeSet<String>) -> String {
        let mut kinds = Vec::new();
        for name in &field.types {
            match self.tells(name) {
                Some(told) => kinds.push(told.to_owned()),
                None => {
                    assert!(self.0.contains_key(name), "what does {name} tell?");
                    parts.insert(name.clone());
                    kinds.push(format!("[{name}](#{})", name.to_lowercase()));
                }
            }
        }
        format!("| `{}` | {} | {} |", field.name, kinds.join("; "), field.says)
    }

    fn table(&self, name: &str, page: &mut String, parts: &mut BTreeSet<String>) {
        let schema = self.0.get(name).unwrap_or_else(|| panic!("{name} has no schema"));
        let fields = all_fields(schema);
        if fields.is_empty() {
            writeln!(page, "No fields.\n").unwrap();
            return;
        }
        writeln!(page, "| field | tells | is |\n|---|---|---|").unwrap();
        for field in fields {
            writeln!(page, "{}", self.row(&field, parts)).unwrap();
        }
        page.push('\n');
    }
}

const HEAD: &str = "\
# What is in the clear on chain, and who sees it

Written by a test from the types of records and actions; a field that is not here does not exist. Names, identity
numbers, phones, plates, VINs, addresses, prices and texts are on chain as salted commitments alone, and in the
vault of one node in the clear ([vault.md](vault.md)). Commitments cannot be tried against guesses: each field has 32
random bytes of its own.

**Validators and observers** hold the blocks: they see every field below, of everybody, for ever. Persons, codes and
vehicles are pseudonyms there, but the same ones every time: who links one to a person sees the rest. Rivals run
validators, which is why routes are prefectures, weights bands, and goods classes.

**Everybody else** asks an interface, and sees what [access.md](access.md) lets it: headers, counts, the colour of a
code that can be named, proofs of organisations, parameters and keys; bodies and events as a party alone. Credentials
belong to organisations and holders. An operator may open an interface to all who reach it
(`api.allow_open_api_without_credentials`), and so lets them see what it sees.

**What is deleted**: nothing below. An erasure destroys the keys of the vault; commitments stay, and mean nothing
without salts. Transactions stay in their blocks as they were sent.

";

fn page() -> String {
    let schemas = schemas();
    let (mut page, mut parts) = (HEAD.to_owned(), BTreeSet::new());
    page.push_str("## Records\n\n");
    for (word, name) in schemas.variants("Value") {
        let kind = RecordKind::ALL.iter().copied().find(|kind| kind.word() == word).unwrap();
        let (seen_by, tells) = about(kind);
        writeln!(page, "### `{word}`\n\nSeen by: {seen_by}. Tells: {tells}.\n").unwrap();
        schemas.table(&name, &mut page, &mut parts);
    }
    page.push_str(
        "## Transactions\n\nSeen by: validators, observers and who sent it; by others never. Beside its action, \
         a transaction has:\n\n",
    );
    schemas.table("Transaction", &mut page, &mut BTreeSet::new());
    for (word, name) in schemas.variants("Action") {
        writeln!(page, "### `{word}`\n").unwrap();
        schemas.table(&name, &mut page, &mut parts);
    }
    page.push_str("## Parts\n\nWhat fields above are made of. Seen with the record or transaction that has them.\n\n");
    let mut written = BTreeSet::new();
    while let Some(name) = parts.pop_first() {
        if name != "Action" && written.insert(name.clone()) {
            let mut text = format!("### {name}\n\n");
            let mut more = BTreeSet::new();
            schemas.table(&name, &mut text, &mut more);
            page.push_str(&text);
            parts.extend(more.into_iter().filter(|one| !written.contains(one)));
        }
    }
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

/// The names of all members of a JSON value.
fn names(value: &Json, found: &mut BTreeSet<String>) {
    match value {
        Json::Object(members) => {
            for (name, member) in members {
                found.insert(name.clone());
                names(member, found);
            }
        }
        Json::Array(items) => items.iter().for_each(|item| names(item, found)),
        _ => {}
    }
}

/// `DIANYUN_REWRITE=1` writes it anew.
#[test]
fn the_page_of_clear_fields_is_what_the_types_have() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/privacy.md");
    if std::env::var_os("DIANYUN_REWRITE").is_some() {
        std::fs::write(path, page()).unwrap();
    }
    let checked_in = std::fs::read_to_string(path).unwrap_or_default();
    assert!(checked_in == page(), "docs/privacy.md is old: run this with DIANYUN_REWRITE=1");
}

/// What values are really written with, whatever schemas say of them.
#[test]
fn every_name_in_any_record_and_action_is_on_the_page() {
    let page = page();
    let mut found = BTreeSet::new();
    macro_rules! records {
        ($($record:ident)*) => {
            $((0..300).for_each(|seed| names(&json!(any_of::<$record>(seed).0), &mut found));)*
            assert_eq!([$(stringify!($record)),*].len(), RecordKind::ALL.len());
        };
    }
    records!(
        Parameters Organisation RegisteredKey UniqueName Person Vehicle Application Code Matter Waybill
        Interface Consent Access Erasure Affiliation
    );
    for seed in 0..2_000 {
        names(&json!(any_of::<chain::Action>(seed).0), &mut found);
    }
    assert!(found.len() > 150, "{found:?}");
    let missing: Vec<_> =
        found.iter().filter(|name| !page.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_type_that_is_explained_is_one() {
    let schemas = schemas();
    let plain = ["integer", "boolean", "string", "word"];
    let is_none = |name: &&str| !plain.contains(name) && !schemas.0.contains_key(*name);
    let none: Vec<&str> = TELLS.iter().map(|(name, _)| *name).filter(is_none).collect();
    assert!(none.is_empty(), "{none:?}");
}
