// SPDX-License-Identifier: Apache-2.0
//! Fields of certificates and waybills: the tables of the page, roots, and fields opened truly and not.

use std::collections::BTreeMap;

use chain::Hash;
use chain::fields::{self, Field, Salt, WAYBILL, table};
use chain::records::CertificateKind;
use serde_json::{Value, json};

use crate::common::scene::{permit_fields, permit_root};
use crate::golden::{keep, page};
use crate::layout::blocks;

const KINDS: [CertificateKind; 8] = [
    CertificateKind::Identity,
    CertificateKind::DrivingLicence,
    CertificateKind::Qualification,
    CertificateKind::VehicleLicence,
    CertificateKind::TransportPermit,
    CertificateKind::BusinessPermit,
    CertificateKind::Policy,
    CertificateKind::BankAccount,
];

fn tables() -> BTreeMap<String, &'static [&'static str]> {
    let of_kinds = KINDS.iter().map(|kind| (kind.word().to_owned(), table(*kind)));
    of_kinds.chain([("waybill".to_owned(), WAYBILL)]).collect()
}

#[test]
fn the_page_has_the_tables_of_fields() {
    let block = blocks(&page(), "fields");
    let mut of_page = BTreeMap::<String, Vec<&str>>::new();
    let mut current = String::new();
    for word in block.split_whitespace() {
        match word.strip_suffix(':') {
            Some(name) => name.clone_into(&mut current),
            None => of_page.entry(current.clone()).or_default().push(word),
        }
    }
    let tables: BTreeMap<_, _> =
        tables().into_iter().map(|(name, fields)| (name, fields.to_vec())).collect();
    assert_eq!(of_page, tables);
}

fn sample(names: &[&str]) -> Vec<Field> {
    let field = |(place, name): (usize, &&str)| Field {
        name: (*name).to_owned(),
        salt: Salt(Hash::of(&[place as u8]).0),
        value: if place % 5 == 4 { String::new() } else { format!("测试 {place}") },
    };
    names.iter().enumerate().map(field).collect()
}

fn of_table(name: &str, names: &'static [&'static str], fields: &[Field]) -> Value {
    let digests: Vec<Hash> = fields.iter().map(Field::digest).collect();
    let root = fields::root(names, fields).unwrap();
    json!({ "table": name, "fields": fields, "digests": digests, "root": root })
}

fn opening(table: &str, field: &Field, path: &[Hash], root: &Hash) -> Value {
    let holds = fields::verify(tables()[table], field, path, root);
    json!({ "table": table, "field": field, "path": path, "root": root, "holds": holds })
}

fn openings() -> Vec<Value> {
    let (fields, root) = (permit_fields(), permit_root());
    let of = |place: usize| fields::path(&fields, place).unwrap();
    let mut out: Vec<Value> = (0..fields.len())
        .map(|place| opening("business_permit", &fields[place], &of(place), &root))
        .collect();
    assert!(out.iter().all(|vector| vector["holds"] == true));
    let renamed = Field { name: "permitNumber".to_owned(), ..fields[1].clone() };
    let unknown = Field { name: "none".to_owned(), ..fields[1].clone() };
    let other_value = Field { value: "另一个".to_owned(), ..fields[1].clone() };
    let other_salt = Field { salt: Salt([0; 32]), ..fields[1].clone() };
    let longer = [&of(1)[..], &[Hash::ZERO]].concat();
    let wrong = [
        opening("business_permit", &renamed, &of(1), &root),
        opening("business_permit", &renamed, &of(0), &root),
        opening("business_permit", &unknown, &of(1), &root),
        opening("business_permit", &other_value, &of(1), &root),
        opening("business_permit", &other_salt, &of(1), &root),
        opening("business_permit", &fields[1], &of(1)[1..], &root),
        opening("business_permit", &fields[1], &longer, &root),
        opening("business_permit", &fields[1], &of(0), &root),
        opening("transport_permit", &fields[1], &of(1), &root),
        opening("policy", &fields[5], &of(5), &root),
    ];
    assert!(wrong.iter().all(|vector| vector["holds"] == false));
    out.extend(wrong);
    out
}

#[test]
fn fields_open_in_their_place_and_under_no_other_name() {
    let mut roots: Vec<Value> =
        tables().iter().map(|(name, names)| of_table(name, names, &sample(names))).collect();
    let permit = table(CertificateKind::BusinessPermit);
    roots.push(of_table("business_permit", permit, &permit_fields()));
    keep("fields.json", &json!({ "roots": roots, "openings": openings() }));
}
