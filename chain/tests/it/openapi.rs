// SPDX-License-Identifier: Apache-2.0
//! What the chain's types say of themselves for OpenAPI.

#![cfg(feature = "openapi")]

use std::collections::BTreeMap;
use std::fmt::{Debug, Display};
use std::str::FromStr;

use chain::Transaction;
use chain::fields::Salt;
use chain::gb32100::CreditCode;
use chain::hash::Hash;
use chain::ids::*;
use chain::keys::{PublicKey, Signature};
use chain::nonce::Nonce;
use chain::proof::Proof;
use chain::receipt::{Change, Receipt};
use chain::records::Value;
use serde_json::json;
use utoipa::ToSchema;

/// The schema of a text form as JSON: its example reads back as it is.
fn text_form<T: FromStr<Err: Debug> + Display + ToSchema>() {
    let schema = serde_json::to_value(T::schema()).unwrap();
    let example = schema["examples"][0].as_str().unwrap();
    assert_eq!(example.parse::<T>().unwrap().to_string(), example, "{schema}");
    assert!(schema["pattern"].is_string() && schema["description"].is_string(), "{schema}");
}

#[test]
fn the_example_of_every_text_form_is_valid() {
    text_form::<Hash>();
    text_form::<TransactionId>();
    text_form::<Time>();
    text_form::<Nonce>();
    text_form::<Salt>();
    text_form::<PublicKey>();
    text_form::<Signature>();
    text_form::<CreditCode>();
    text_form::<CodeId>();
    text_form::<OrganisationId>();
    text_form::<PersonId>();
    text_form::<VehicleId>();
    text_form::<CertificateId>();
    text_form::<ApplicationId>();
    text_form::<MatterId>();
    text_form::<WaybillId>();
    text_form::<ConsentId>();
    text_form::<AccessId>();
    text_form::<ErasureId>();
    text_form::<AffiliationId>();
}

#[test]
fn no_two_types_share_the_name_of_a_schema() {
    let mut schemas = Vec::new();
    Transaction::schemas(&mut schemas);
    Receipt::schemas(&mut schemas);
    Change::schemas(&mut schemas);
    Value::schemas(&mut schemas);
    Proof::schemas(&mut schemas);
    let mut seen = BTreeMap::new();
    for (name, schema) in schemas {
        let schema = json!(schema);
        let before = seen.insert(name.clone(), schema.clone());
        assert!(before.is_none_or(|before| before == schema), "{name}");
    }
    for name in ["Action", "Text40", "Text120", "WaybillSettle", "RefusalCode", "Earlier"] {
        assert!(seen.contains_key(name), "{name}");
    }
}
