// SPDX-License-Identifier: Apache-2.0
//! Loading an invented Yunnan: everything through applications, answers and waybill steps.

#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};

use chain::ids::WaybillId;
use chain::records::application::ApplicationState;
use chain::records::{Colour, Waybill, WaybillState};
use demo::cast::ENTERPRISES;
use demo::node::Node;
use demo::scenario::{Size, load, newcomer};

use crate::common::Network;

const SMALL: Size = Size { enterprises: ENTERPRISES, drivers: 24, waybills: 14, yellow: 2, red: 1 };

#[tokio::test(flavor = "multi_thread")]
async fn a_small_yunnan_has_codes_of_all_colours_and_a_waybill_that_went_all_its_way() {
    let network = Network::start().await;
    let settings = network.settings(SMALL);
    let loaded = load(&settings, &|_| ()).await.unwrap();
    let samples = loaded.samples.unwrap();
    for (code, colour) in
        [(samples.blue, Colour::Blue), (samples.yellow, Colour::Yellow), (samples.red, Colour::Red)]
    {
        assert_eq!(network.node.code(code).await.unwrap().colour, Some(colour), "{code}");
    }
    let waybill: Waybill = network.node.memory.lock().unwrap().get(samples.waybill.0).unwrap();
    assert_eq!(waybill.state, WaybillState::Settled);
    let road = loaded.on_the_road;
    let get = |id: WaybillId| -> Waybill { network.node.memory.lock().unwrap().get(id.0).unwrap() };
    let shared: Vec<Waybill> = road.part_loads.iter().map(|id| get(*id)).collect();
    assert_eq!(shared.len(), 2);
    assert!(shared.iter().all(|waybill| waybill.is_under_way() && waybill.offer.part_load));
    let carriers = shared.iter().map(|waybill| waybill.carrier.as_ref().unwrap());
    let vehicles: Vec<_> = carriers.map(|carrier| (carrier.code, carrier.vehicle)).collect();
    assert_eq!(vehicles[0], vehicles[1], "one driver, one vehicle");
    let swapped = get(road.swapped.unwrap());
    assert!(swapped.is_under_way());
    assert_eq!(swapped.swaps.len(), 1);
    assert_eq!(swapped.swaps[0].to, swapped.carrier.unwrap().vehicle);
    assert!(loaded.drivers.len() >= 20, "{} codes were issued", loaded.drivers.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_sees_each_answer_and_then_the_code() {
    let network = Network::start().await;
    let settings = network.settings(Size { drivers: 0, waybills: 0, yellow: 0, red: 0, ..SMALL });
    let seen = Arc::new(Mutex::new(Vec::new()));
    let states = Arc::clone(&seen);
    let watcher = Arc::new(move |application: &chain::records::Application| {
        states.lock().unwrap().push(application.state);
    });
    let driver = newcomer(&settings, watcher).await.unwrap();
    assert_eq!(network.node.code(driver.code).await.unwrap().colour, Some(Colour::Blue));
    let seen = seen.lock().unwrap();
    assert!(seen.len() >= 2 && seen.last() == Some(&ApplicationState::Issued), "{seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn hauliers_are_granted_their_interfaces_once_however_often_is_loaded() {
    let network = Network::start().await;
    let settings = network.settings(Size { drivers: 0, waybills: 0, yellow: 0, red: 0, ..SMALL });
    for _ in 0..2 {
        newcomer(&settings, Arc::new(|_: &chain::records::Application| ())).await.unwrap();
    }
    let interfaces = network.node.interfaces().await.unwrap();
    let asked: Vec<_> = interfaces.iter().filter(|one| one.requests > 0).collect();
    assert_eq!(asked.len() as u64, 2 * ENTERPRISES);
    assert!(asked.iter().all(|one| one.requests == 1 && one.grant.is_some()), "{asked:?}");
}
