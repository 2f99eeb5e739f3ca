// SPDX-License-Identifier: Apache-2.0
//! A node whose state differs stops, and only it: as a follower, and as a leader.

use crate::forge;
use crate::net::{Net, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_that_differs_stops_and_the_others_go_on() {
    let mut net = Net::start(4, 0).await;
    net.leader().await;
    net.execute(0).await;
    net.stop(3).await;
    let behind = net.open(3).await;
    let height = behind.header().height;
    until("the others are ahead", || {
        Some(net.store(0).header().height).filter(|newest| newest.0 > height.0 + 1)
    })
    .await;
    forge::next_block_wrong(&behind, net.store(0));
    drop(behind);
    net.run(3).await;
    let reason = net.stopped(3).await;
    assert!(reason.contains("differs from that of a committed proposal"), "{reason}");
    for place in 0..3 {
        net.execute(place).await;
        assert!(!net.is_stopped(place));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_that_differs_is_refused_lets_the_lead_go_and_stops() {
    let mut net = Net::start(4, 0).await;
    net.leader().await;
    net.execute(0).await;
    let mut longest = (0, 0);
    let mut term = 0;
    for place in 0..4 {
        net.stop(place).await;
    }
    for place in 0..4 {
        let log = net.open(place).await;
        let (_, end) = log.log_range().unwrap();
        longest = longest.max((end, place));
        term = term.max(log.vote().unwrap().unwrap().term);
    }
    let (_, wrong) = longest;
    let number = u64::from(net.number(wrong));
    let [right, also_right, spare] = [1, 2, 3].map(|step| (wrong + step) % 4);
    let key = net.consortium.nodes[wrong].key.clone();
    forge::own_block_wrong(&net.open(wrong).await, &key, (number, term + 1));
    for place in [wrong, right, also_right] {
        net.run(place).await;
    }
    until("the wrong one leads", || {
        let status = net.handle(wrong).status();
        (status.leader.as_deref() == Some(net.name(wrong))).then_some(())
    })
    .await;
    until("the others refuse", || {
        let alarms = |place| net.handle(place).counters().alarms;
        (alarms(right) > 0 && alarms(also_right) > 0).then_some(())
    })
    .await;
    net.run(spare).await;
    net.execute(right).await;
    let reason = net.stopped(wrong).await;
    assert!(reason.contains("differs from that of a committed proposal"), "{reason}");
    assert!([right, also_right, spare].iter().all(|place| !net.is_stopped(*place)));
    net.stop(wrong).await;
    net.execute(also_right).await;
    let height = net.converged().await;
    net.assert_same_headers(height);
}
