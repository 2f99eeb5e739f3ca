// SPDX-License-Identifier: Apache-2.0
//! A small Yunnan comes to be through real applications, and then works under load.
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chain::records::{Colour, Waybill, WaybillState};
use common::Network;
use demo::load::{self, Options};
use demo::node::Node;
use demo::scenario::{self, Size};

const SMALL: Size = Size { enterprises: 3, drivers: 24, waybills: 16, yellow: 2, red: 1 };

#[tokio::test(flavor = "multi_thread")]
async fn a_small_yunnan_has_codes_of_all_colours_and_a_settled_waybill() {
    let network = Network::start().await;
    let steps = Mutex::new(Vec::new());
    let loaded = scenario::load(&network.settings(SMALL), &|progress| {
        steps.lock().unwrap().push(progress.done);
    })
    .await
    .unwrap();
    assert_eq!(*steps.lock().unwrap(), [0, 1, 2, 3, 4, 5]);
    assert!(loaded.drivers.len() > 12, "{} codes of 24 were issued", loaded.drivers.len());
    let samples = loaded.samples.unwrap();
    let expected = [
        (samples.blue, Colour::Blue),
        (samples.yellow, Colour::Yellow),
        (samples.red, Colour::Red),
    ];
    for (code, colour) in expected {
        assert_eq!(network.node.code(code).await.unwrap().colour, Some(colour));
    }
    let waybill: Waybill = network.node.memory.lock().unwrap().get(samples.waybill.0).unwrap();
    assert_eq!(waybill.state, WaybillState::Settled);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_runs_whole_life_cycles_and_refuses_nothing() {
    let network = Network::start().await;
    let settings = network.settings(Size { red: 0, ..SMALL });
    let mates = load::recruit(&settings, 8, &|_| {}).await.unwrap();
    assert_eq!(mates.len(), 8);
    let known = load::find(&settings).await.unwrap();
    assert!(known.len() >= 8, "they are found again by their keys");
    let options = Options { clients: 2, time: Duration::from_secs(1), rate: None, batch: 100 };
    let acks = Arc::new(Mutex::new(Vec::<u8>::new()));
    let police = Some(settings.police.clone());
    let nodes = [settings.node.clone()];
    let report = load::run(&nodes, mates, police, options, Some(acks.clone())).await.unwrap();
    assert!(report.executed > 100, "{report:?}");
    assert_eq!((report.refused, report.not_taken, report.lost), (0, 0, 0), "{report:?}");
    let lines = String::from_utf8(acks.lock().unwrap().clone()).unwrap();
    assert_eq!(lines.lines().count() as u64, report.executed);
    assert!(lines.lines().all(|line| line.len() == 64));
}
