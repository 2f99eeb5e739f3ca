// SPDX-License-Identifier: Apache-2.0
//! Who floods a network delays itself alone.

use consensus::ProposalSize;

use crate::net::{Net, PATIENCE};

/// Blocks under way, and some that are made while the transaction is on its way to the leader.
const FEW: u64 = 12;

#[tokio::test(flavor = "multi_thread")]
async fn a_small_sender_is_served_within_few_blocks_while_another_floods_the_same_node() {
    let mut net = Net::start(2, 0).await;
    net.proposal = ProposalSize::new(10).unwrap();
    for place in 0..2 {
        net.stop(place).await;
    }
    for place in 0..2 {
        net.run(place).await;
    }
    let leader = net.leader().await;
    for place in [leader, 1 - leader] {
        let flood: Vec<_> = (0..2_000).map(|_| net.transaction()).collect();
        for batch in flood.chunks(1_000) {
            let batch = batch.iter().map(|(_, bytes)| bytes.clone()).collect();
            assert!(net.handle(place).submit(batch).await.iter().all(Result::is_ok));
        }
        let before = net.store(place).header().height;
        let (small, bytes) = net.transaction_of("insurer");
        assert!(net.handle(place).submit(vec![bytes]).await[0].is_ok());
        let small = net.handle(place).executed(small, PATIENCE).await.unwrap().height;
        assert!(small.0 <= before.0 + FEW, "{small} is long after {before}");
        let (last, _) = flood[flood.len() - 1];
        let last = net.handle(place).executed(last, PATIENCE).await.unwrap().height;
        assert!(last.0 > small.0 + FEW, "{last} is soon after {small}: that was no flood");
    }
}
