// SPDX-License-Identifier: Apache-2.0
//! Every recorded example reads back as the very type that its route answers with or takes.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use chain::Transaction;
use chain::genesis::Genesis;
use chain::proof::Proof;
use chain::receipt::Change;
use chain::records::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::affiliations::AffiliationSeen;
use super::applying::{
    ApplyingWish, CodeEntered, CorrectionWish, DraftDone, DraftSigned, KeyChangeWish,
    PapersChecked, PapersTyped, PhoneWish, TicketGiven,
};
use super::blocks::{BlockAnswer, HeaderAnswer, HeaderItem};
use super::cargo::{CargoFields, CargoHeld, CargoLeft};
use super::codes::{CodeAnswer, HistoryItem};
use super::deliveries::Deliveries;
use super::exchange::{
    CapacityEntered, ExchangePrepared, ExchangeState, ExchangeWish, SignedCapacity, SignedWish,
};
use super::holders::{
    CapacityDrawn, CapacityGood, CapacitySigned, CapacityWish, ConsentAsked, ConsentWish,
    PromptList,
};
use super::holdings::{HoldingsAnswer, HoldingsLeft};
use super::interfaces::InterfacesAnswer;
use super::node::{Status, Validators};
use super::papers::PapersAnswer;
use super::prepare::{Prepared, Wish};
use super::shapes::{AnyRecord, Page, RecordAnswer};
use super::shown::{Scanned, VerifyAnswer, WitnessAnswer};
use super::sign::{SignWish, Signed};
use super::submit::{BatchAnswer, TransactionAnswer};
use super::webhooks::{Tested, WebhookSecret, WebhookShown, WebhooksAnswer};
use crate::description::examples::recorded;
use crate::exchange::ExchangeAnswer;
use crate::http::problem::ProblemDetails;
use crate::modules::drivers::DriverRow;
use crate::modules::vehicles::VehicleRow;

/// What a type makes of a value that it reads.
type Again = fn(&Value) -> Result<Value, serde_json::Error>;

fn again<T: Serialize + DeserializeOwned>(value: &Value) -> Result<Value, serde_json::Error> {
    serde_json::from_value::<T>(value.clone()).map(|read| json!(read))
}

const ANSWERS: &[(&str, Again)] = &[
    ("GET /v1/accesses", again::<Page<AnyRecord>>),
    ("GET /v1/accesses/{id}", again::<RecordAnswer<Access>>),
    ("GET /v1/affiliations", again::<Page<AffiliationSeen>>),
    ("GET /v1/affiliations/{id}", again::<RecordAnswer<Affiliation>>),
    ("GET /v1/applications", again::<Page<AnyRecord>>),
    ("GET /v1/applications/{id}", again::<RecordAnswer<Application>>),
    ("GET /v1/blocks", again::<Page<HeaderItem>>),
    ("GET /v1/blocks/{height}", again::<BlockAnswer>),
    ("GET /v1/blocks/{height}/changes", again::<Page<Change>>),
    ("GET /v1/codes", again::<Page<AnyRecord>>),
    ("GET /v1/codes/{id}", again::<CodeAnswer>),
    ("GET /v1/applications/{id}/holdings", again::<HoldingsAnswer>),
    ("POST /v1/applications/{id}/holdings", again::<HoldingsAnswer>),
    ("GET /v1/waybills/{id}/holdings", again::<CargoHeld>),
    ("POST /v1/waybills/{id}/holdings", again::<CargoHeld>),
    ("GET /v1/waybills/{id}/fields", again::<CargoFields>),
    ("GET /v1/codes/{id}/accesses", again::<Page<AnyRecord>>),
    ("GET /v1/codes/{id}/consents", again::<Page<AnyRecord>>),
    ("GET /v1/codes/{id}/history", again::<Page<HistoryItem>>),
    ("GET /v1/codes/{id}/prompts", again::<PromptList>),
    ("GET /v1/codes/{id}/papers", again::<PapersAnswer>),
    ("GET /v1/codes/{id}/proof", again::<Proof>),
    ("GET /v1/consents", again::<Page<AnyRecord>>),
    ("GET /v1/consents/{id}", again::<RecordAnswer<Consent>>),
    ("GET /v1/erasures", again::<Page<AnyRecord>>),
    ("GET /v1/erasures/{id}", again::<RecordAnswer<Erasure>>),
    ("GET /v1/exchange/{access}", again::<ExchangeState>),
    ("GET /v1/genesis", again::<Genesis>),
    ("GET /v1/headers/{height}", again::<HeaderAnswer>),
    ("GET /v1/interfaces", again::<Page<AnyRecord>>),
    ("GET /v1/matters", again::<Page<AnyRecord>>),
    ("GET /v1/matters/{id}", again::<RecordAnswer<Matter>>),
    ("GET /v1/modules/drivers", again::<Page<DriverRow>>),
    ("GET /v1/modules/vehicles", again::<Page<VehicleRow>>),
    ("GET /v1/organisations", again::<Page<AnyRecord>>),
    ("GET /v1/organisations/{id}", again::<RecordAnswer<Organisation>>),
    ("GET /v1/organisations/{id}/interfaces", again::<InterfacesAnswer>),
    ("GET /v1/parameters", again::<RecordAnswer<Parameters>>),
    ("GET /v1/persons/{id}", again::<RecordAnswer<Person>>),
    ("GET /v1/records/{kind}/{id}/proof", again::<Proof>),
    ("GET /v1/state/{kind}", again::<Page<AnyRecord>>),
    ("GET /v1/status", again::<Status>),
    ("GET /v1/transactions/{id}", again::<TransactionAnswer>),
    ("GET /v1/transactions/{id}/proof", again::<Proof>),
    ("GET /v1/validators", again::<Validators>),
    ("GET /v1/vehicles", again::<Page<AnyRecord>>),
    ("GET /v1/vehicles/{id}", again::<RecordAnswer<Vehicle>>),
    ("GET /v1/waybills", again::<Page<AnyRecord>>),
    ("GET /v1/waybills/{id}", again::<RecordAnswer<Waybill>>),
    ("DELETE /v1/webhooks/{id}", again::<WebhookShown>),
    ("GET /v1/webhooks", again::<WebhooksAnswer>),
    ("GET /v1/webhooks/{id}", again::<WebhookShown>),
    ("GET /v1/webhooks/{id}/deliveries", again::<Deliveries>),
    ("POST /v1/webhooks", again::<WebhookSecret>),
    ("POST /v1/webhooks/{id}/replay", again::<WebhookShown>),
    ("POST /v1/webhooks/{id}/rotate", again::<WebhookSecret>),
    ("POST /v1/webhooks/{id}/test", again::<Tested>),
    ("POST /v1/codes/{id}/capacity", again::<CapacityDrawn>),
    ("POST /v1/codes/{id}/capacity/sign", again::<CapacityGood>),
    ("POST /v1/codes/{id}/prompts/{prompt}/refuse", again::<PromptList>),
    ("POST /v1/consents/requests", again::<ConsentAsked>),
    ("POST /v1/exchange", again::<ExchangeAnswer>),
    ("POST /v1/exchange/capacity", again::<ExchangeAnswer>),
    ("POST /v1/exchange/capacity/prepare", again::<ExchangePrepared>),
    ("POST /v1/exchange/prepare", again::<ExchangePrepared>),
    ("POST /v1/exchange/{access}/collect", again::<ExchangeAnswer>),
    ("POST /v1/modules/drivers", again::<Page<DriverRow>>),
    ("POST /v1/modules/vehicles", again::<Page<VehicleRow>>),
    ("POST /v1/transactions", again::<TransactionAnswer>),
    ("POST /v1/transactions/batch", again::<BatchAnswer>),
    ("POST /v1/transactions/prepare", again::<Prepared>),
    ("POST /v1/transactions/sign", again::<Signed>),
    ("GET /v1/codes/{id}/witness", again::<WitnessAnswer>),
    ("GET /v1/organisations/{id}/witness", again::<WitnessAnswer>),
    ("POST /v1/verify", again::<VerifyAnswer>),
    ("POST /v1/applying/check", again::<PapersChecked>),
    ("POST /v1/applying/codes/verify", again::<TicketGiven>),
    ("POST /v1/applying/{draft}/submit", again::<DraftDone>),
];

const REQUESTS: &[(&str, Again)] = &[
    ("POST /v1/applications/{id}/holdings", again::<HoldingsLeft>),
    ("POST /v1/waybills/{id}/holdings", again::<CargoLeft>),
    ("POST /v1/applying", again::<ApplyingWish>),
    ("POST /v1/applying/check", again::<PapersTyped>),
    ("POST /v1/applying/codes", again::<PhoneWish>),
    ("POST /v1/applying/codes/verify", again::<CodeEntered>),
    ("POST /v1/applying/corrections", again::<CorrectionWish>),
    ("POST /v1/applying/keys", again::<KeyChangeWish>),
    ("POST /v1/applying/{draft}/submit", again::<DraftSigned>),
    ("POST /v1/codes/{id}/capacity", again::<CapacityWish>),
    ("POST /v1/codes/{id}/capacity/sign", again::<CapacitySigned>),
    ("POST /v1/consents/requests", again::<ConsentWish>),
    ("POST /v1/exchange", again::<ExchangeWish>),
    ("POST /v1/exchange/capacity", again::<CapacityEntered>),
    ("POST /v1/exchange/capacity/prepare", again::<SignedCapacity>),
    ("POST /v1/exchange/prepare", again::<SignedWish>),
    ("POST /v1/transactions", again::<Transaction>),
    ("POST /v1/transactions/batch", again::<Vec<Transaction>>),
    ("POST /v1/transactions/prepare", again::<Wish>),
    ("POST /v1/transactions/sign", again::<SignWish>),
    ("POST /v1/verify", again::<Scanned>),
];

#[test]
fn every_example_of_an_answer_is_one_of_its_type() {
    let recorded = recorded();
    for (operation, again) in ANSWERS {
        let answer = &recorded[*operation]["answers"]["200"]["ok"];
        assert_eq!(&again(answer).unwrap(), answer, "{operation}");
    }
    let answered = recorded.iter().filter(|(_, told)| !told["answers"]["200"].is_null());
    let answered: BTreeSet<&str> = answered.map(|(operation, _)| operation.as_str()).collect();
    assert_eq!(answered, ANSWERS.iter().map(|(operation, _)| *operation).collect());
}

#[test]
fn every_example_of_a_request_is_one_of_its_type() {
    let recorded = recorded();
    for (operation, again) in REQUESTS {
        let request = &recorded[*operation]["request"];
        assert_eq!(&again(request).unwrap(), request, "{operation}");
    }
}

#[test]
fn every_example_of_a_problem_has_the_code_that_it_stands_for() {
    let recorded = recorded();
    let mut count = 0;
    for (operation, told) in &recorded {
        for (status, bodies) in told["answers"].as_object().unwrap() {
            for (name, body) in bodies.as_object().unwrap().iter().filter(|(name, _)| *name != "ok")
            {
                assert_eq!(&again::<ProblemDetails>(body).unwrap(), body, "{operation}");
                assert_eq!(
                    (&body["code"], body["status"].to_string()),
                    (&json!(name), status.clone())
                );
                count += 1;
            }
        }
    }
    assert!(count > 50, "{count}");
}
