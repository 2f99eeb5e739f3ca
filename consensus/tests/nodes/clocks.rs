// SPDX-License-Identifier: Apache-2.0
//! Wrong clocks: a leader's costs it the lead, a follower's costs nobody anything.

use chain::Past;
use consensus::clock::Clock;

use crate::net::{Net, PATIENCE, until};

const MINUTE_MS: i64 = 60_000;

/// Waits until all others follow somebody else.
async fn another_leads(net: &Net, than: usize) {
    let name = net.name(than);
    until("another leads", || {
        let others = net.running().filter(|(handle, _)| handle.status().name != name);
        let leaders: Vec<_> = others.filter_map(|(handle, _)| handle.status().leader).collect();
        (leaders.len() + 1 == net.running().count() && leaders.iter().all(|leader| leader != name))
            .then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_whose_clock_runs_ahead_loses_the_lead() {
    let mut net = Net::start(4, 0).await;
    let leader = net.leader().await;
    net.execute(leader).await;
    let (id, bytes) = net.transaction();
    net.clocks[leader].shift(MINUTE_MS / 2);
    let taken = net.handle(leader).submit(vec![bytes]).await;
    assert!(taken[0].is_ok(), "{taken:?}");
    another_leads(&net, leader).await;
    let other = (leader + 1) % 4;
    assert!(net.handle(other).executed(id, PATIENCE).await.is_some());
    net.execute(other).await;
    let time = net.store(other).header().time_ms.0;
    assert!(time < Clock::default().now_ms() + 11_000, "no block from the wrong clock");
    let alarms = |(handle, _): &(consensus::Handle, store::Store)| handle.counters().alarms;
    assert_eq!(net.running().map(alarms).sum::<u64>(), 0, "nor a proposal for one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_whose_clock_runs_behind_gives_the_lead_away() {
    let mut net = Net::start(4, 0).await;
    let leader = net.leader().await;
    net.execute(leader).await;
    net.clocks[leader].shift(-MINUTE_MS);
    another_leads(&net, leader).await;
    net.execute((leader + 1) % 4).await;
}

async fn knows_its_only_peers_clock(net: &Net, leader: usize) {
    until("the leader knows the other's clock", || {
        net.handle(leader).status().peers[0].clock_offset_ms
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_ahead_of_its_only_peer_gives_the_lead_away() {
    let mut net = Net::start(2, 0).await;
    let leader = net.leader().await;
    net.execute(leader).await;
    knows_its_only_peers_clock(&net, leader).await;
    net.clocks[leader].shift(MINUTE_MS / 2);
    another_leads(&net, leader).await;
    net.execute(1 - leader).await;
}

/// All go on with the leader they have, for longer than an heir would take to lead.
async fn keeps_the_lead(net: &mut Net, leader: usize, seconds: u64) {
    tokio::time::sleep(std::time::Duration::from_secs(seconds)).await;
    let leads = net.handle(leader).status().leader;
    assert_eq!(leads.as_deref(), Some(net.name(leader)));
    net.execute(leader).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_slow_follower_of_two_costs_no_lead() {
    let mut net = Net::start(3, 0).await;
    let leader = net.leader().await;
    net.execute(leader).await;
    net.clocks[(leader + 1) % 3].shift(-6_000);
    keeps_the_lead(&mut net, leader, 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_does_one_of_the_three_that_are_left_of_four() {
    let mut net = Net::start(4, 0).await;
    let leader = net.leader().await;
    net.execute(leader).await;
    net.stop((leader + 2) % 4).await;
    net.clocks[(leader + 1) % 4].shift(-6_000);
    keeps_the_lead(&mut net, leader, 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_whose_clock_runs_behind_refuses_and_follows_what_is_committed() {
    let mut net = Net::start(4, 0).await;
    let leader = net.leader().await;
    let follower = (leader + 1) % 4;
    net.execute(follower).await;
    net.clocks[follower].shift(-MINUTE_MS);
    let before = net.handle(follower).counters().alarms;
    let mut ids = Vec::new();
    // A proposal that the others commit before it arrives here is never judged.
    while net.handle(follower).counters().alarms == before {
        ids.push(net.execute(leader).await);
        assert!(ids.len() < 200, "the follower never refused anything");
    }
    until("the follower has what is committed", || {
        let store = net.store(follower);
        ids.iter().all(|id| store.find_transaction(id).is_some()).then_some(())
    })
    .await;
    net.clocks[follower].shift(0);
    net.execute(leader).await;
    let height = net.converged().await;
    net.assert_same_headers(height);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clocks_of_observers_do_not_count() {
    let mut net = Net::start(3, 2).await;
    let leader = net.leader().await;
    net.clocks[3].shift(-MINUTE_MS);
    net.clocks[4].shift(-MINUTE_MS);
    until("the leader knows their clocks", || {
        let peers = net.handle(leader).status().peers;
        let offsets = peers.iter().filter_map(|peer| peer.clock_offset_ms);
        (offsets.filter(|ms| *ms < -MINUTE_MS / 2).count() == 2).then_some(())
    })
    .await;
    keeps_the_lead(&mut net, leader, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jump_that_ends_leaves_no_proposal_behind() {
    let mut net = Net::start(2, 0).await;
    let leader = net.leader().await;
    net.execute(leader).await;
    knows_its_only_peers_clock(&net, leader).await;
    let (id, bytes) = net.transaction();
    net.clocks[leader].shift(MINUTE_MS / 2);
    let taken = net.handle(leader).submit(vec![bytes]).await;
    assert!(taken[0].is_ok(), "{taken:?}");
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    net.clocks[leader].shift(0);
    assert!(net.handle(leader).executed(id, PATIENCE / 4).await.is_some(), "long before the jump");
    assert!(net.running().all(|(handle, _)| handle.counters().alarms == 0));
}
