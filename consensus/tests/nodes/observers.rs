// SPDX-License-Identifier: Apache-2.0
//! Observers execute for themselves: one that differs stops, one that lost its disk begins anew.

use chain::Past;

use crate::forge;
use crate::net::{Net, until};

#[tokio::test(flavor = "multi_thread")]
async fn an_observer_that_most_validators_contradict_stops() {
    let mut net = Net::start(4, 1).await;
    net.leader().await;
    net.execute(4).await;
    net.stop(4).await;
    let behind = net.open(4).await;
    let height = behind.header().height;
    until("the validators are ahead", || {
        Some(net.store(0).header().height).filter(|newest| newest.0 > height.0 + 1)
    })
    .await;
    forge::next_block_wrong(&behind, net.store(0));
    drop(behind);
    net.run(4).await;
    let reason = net.stopped(4).await;
    assert!(reason.contains("most validators contradict this node"), "{reason}");
    net.execute(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_observer_that_lost_its_disk_fetches_everything_again() {
    let mut net = Net::start(3, 1).await;
    net.leader().await;
    let id = net.execute(3).await;
    net.stop(3).await;
    net.wipe(3).await;
    net.run(3).await;
    until("the observer has it again", || net.store(3).find_transaction(&id)).await;
    let height = net.converged().await;
    net.assert_same_headers(height);
}
