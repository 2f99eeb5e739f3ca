// SPDX-License-Identifier: Apache-2.0
//! A validator that lost its disk has forgotten what it promised: it is refused until its operator
//! lets it rejoin, and votes again once it holds what it once did.

use chain::Past;

use crate::net::{Net, until};

/// Waits until the others have written down that a validator holds something.
async fn remembered(net: &Net, place: usize) {
    let number = u64::from(net.number(place));
    until("the others remember it", || {
        let mut others =
            net.running().filter(|(handle, _)| handle.status().name != net.name(place));
        let knows = |store: &store::Store| store.marks().unwrap().get(&number).copied();
        others.all(|(_, store)| knows(store).unwrap_or(0) > 1).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wiped_validator_is_refused_even_after_all_others_were_restarted() {
    let mut net = Net::start(4, 0).await;
    net.leader().await;
    net.execute(3).await;
    remembered(&net, 3).await;
    for place in 0..4 {
        net.stop(place).await;
    }
    net.wipe(3).await;
    for place in 0..4 {
        net.run(place).await;
    }
    let reason = net.stopped(3).await;
    assert!(reason.contains("--rejoin"), "{reason}");
    net.execute(0).await;
    assert!((0..3).all(|place| !net.is_stopped(place)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wiped_validator_that_rejoins_fetches_the_log_and_votes_again() {
    let mut net = Net::start(4, 0).await;
    net.leader().await;
    let id = net.execute(3).await;
    remembered(&net, 3).await;
    net.stop(3).await;
    net.wipe(3).await;
    net.rejoin[3] = true;
    net.run(3).await;
    until("it has the log again", || net.store(3).find_transaction(&id)).await;
    // Of the three that are left, each must vote for the next leader.
    let leader = net.leader().await;
    let gone = if leader == 3 { 0 } else { leader };
    net.stop(gone).await;
    let after = net.execute(3).await;
    net.run(gone).await;
    until("it has that too", || net.store(gone).find_transaction(&after)).await;
    let height = net.converged().await;
    net.assert_same_headers(height);
    net.stop(3).await;
    net.rejoin[3] = false;
    net.run(3).await;
    net.execute(3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_begins_even_if_all_of_it_was_told_to_rejoin() {
    let mut net = Net::start(3, 0).await;
    for place in 0..3 {
        net.stop(place).await;
        net.wipe(place).await;
        net.rejoin[place] = true;
    }
    for place in 0..3 {
        net.run(place).await;
    }
    net.leader().await;
    net.execute(2).await;
    assert!(net.running().all(|(handle, _)| handle.counters().alarms == 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_three_that_rejoined_votes_once_it_is_back() {
    let mut net = Net::start(3, 0).await;
    net.leader().await;
    let id = net.execute(2).await;
    remembered(&net, 2).await;
    net.stop(2).await;
    net.wipe(2).await;
    net.rejoin[2] = true;
    net.run(2).await;
    until("it has the log again", || net.store(2).find_transaction(&id)).await;
    // It asks the others once more after it has fetched from one.
    tokio::time::sleep(std::time::Duration::from_secs(4)).await;
    let leader = net.leader().await;
    let gone = if leader == 2 { 0 } else { leader };
    net.stop(gone).await;
    net.execute(2).await;
    assert!(net.running().all(|(handle, _)| handle.counters().alarms == 0));
}
