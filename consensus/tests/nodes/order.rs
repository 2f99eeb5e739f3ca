// SPDX-License-Identifier: Apache-2.0
//! What several send in one batch keeps its order, whichever node takes it in.

use consensus::ProposalSize;

use crate::net::{Net, PATIENCE};

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_several_senders_is_executed_in_its_order() {
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
        let senders = ["traffic-police", "insurer", "insurer"];
        let batch: Vec<_> = (0..200).map(|at| net.transaction_of(senders[at % 3])).collect();
        let bytes = batch.iter().map(|(_, bytes)| bytes.clone()).collect();
        assert!(net.handle(place).submit(bytes).await.iter().all(Result::is_ok));
        let mut heights = Vec::new();
        for (id, _) in &batch {
            heights.push(net.handle(place).executed(*id, PATIENCE).await.unwrap().height);
        }
        assert!(heights.is_sorted(), "{heights:?}");
        assert!(heights.first() < heights.last(), "several blocks");
    }
}
