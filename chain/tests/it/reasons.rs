// SPDX-License-Identifier: Apache-2.0
//! Reasons are codes, not texts: what is in a block is read by everybody who holds the blocks.

use crate::common::*;
use chain::actions::*;
use chain::ids::*;
use chain::text::Word;
use chain::transaction::{Decoded, Invalid};
use chain::{Action, Records, Transaction};

fn signed(world: &World, action: impl Into<Action>) -> Result<(), Invalid> {
    let (chain, until) = (world.memory.chain(), world.clock.plus(SECOND));
    let (key, nonce) = (&world.parties.regulator.key, chain::nonce::Nonce([1; 16]));
    let transaction = Transaction::sign(key, chain, action.into(), nonce, until);
    Decoded::from_bytes(transaction.to_bytes(), chain).map(drop)
}

#[test]
fn a_reason_is_a_code_with_no_room_for_a_name_a_number_or_a_plate() {
    for (reason, good) in [
        ("inquiry", true),
        ("a", true),
        ("clause_1234", true),
        ("r2_d2_3_4", true),
        (&"a".repeat(40), true),
        ("clause_12345", false),
        ("a1b2c3d4e5", false),
        ("13900000000", false),
        ("1st", false),
        ("_inquiry", false),
        ("Inquiry", false),
        ("in-quiry", false),
        ("in quiry", false),
        ("滇A", false),
        ("滇测", false),
    ] {
        let word: Word = word(reason);
        assert_eq!(word.is_reason_code(), good, "{reason}");
        let world = World::new();
        let action = VehicleRelease { vehicle: VehicleId::default(), reason: word };
        let expected = if good { Ok(()) } else { Err(Invalid::Reason) };
        assert_eq!(signed(&world, action), expected, "{reason}");
    }
}

#[test]
fn every_reason_that_an_action_gives_is_looked_at() {
    let bad = || word("no code");
    let waybill = WaybillId::default();
    let affiliation = AffiliationId::default();
    let application = ApplicationId::default();
    let code = CodeId::made_by(chain::TransactionId::default());
    let (vehicle, organisation) = (VehicleId::default(), OrganisationId::default());
    let subject = chain::records::Subject::Vehicle(vehicle);
    let certificate = CertificateId::default();
    let matter = MatterId::default();
    let interface = chain::records::InterfaceKind::CodeApplication;
    let root = chain::Hash::ZERO;
    let settle_by = START;
    let no = Answer::No { reason: bad() };
    let refuse = AffiliationVerdict::Refuse { reason: bad() };
    let actions: Vec<Action> = vec![
        OrganisationEnd { organisation, reason: bad() }.into(),
        ClaimAnswer { application, claim: 0, root, answer: no }.into(),
        CodeSuspend { code, reason: bad() }.into(),
        CodeResume { code, by: organisation, reason: bad() }.into(),
        CodeCancel { code, reason: bad() }.into(),
        CertificateSuspend { subject, certificate, reason: bad() }.into(),
        CertificateRevoke { subject, certificate, reason: bad() }.into(),
        MatterExtend { matter, settle_by, reason: bad() }.into(),
        MatterVoid { matter, reason: bad() }.into(),
        VehicleRelease { vehicle, reason: bad() }.into(),
        WaybillDecline { waybill, reason: bad() }.into(),
        WaybillWithdraw { waybill, reason: bad() }.into(),
        WaybillCancel { waybill, reason: bad() }.into(),
        WaybillAbort { waybill, reason: bad() }.into(),
        WaybillDispute { waybill, reason: bad() }.into(),
        WaybillSwap { waybill, vehicle, reason: bad() }.into(),
        InterfaceRefuse { organisation, interface, request: 0, reason: bad() }.into(),
        InterfaceRevoke { organisation, interface, reason: bad() }.into(),
        AffiliationReview { affiliation, verdict: refuse }.into(),
        AffiliationEnd { affiliation, reason: bad() }.into(),
    ];
    let page = include_str!("../../../docs/proofs.md");
    let (_, in_page) = page.split_once("### Actions").unwrap();
    let count = in_page.matches("reason word").count();
    assert_eq!(actions.len(), count, "an action with a reason is missing here");
    let world = World::new();
    for action in actions {
        let word = action.word();
        assert_eq!(signed(&world, action), Err(Invalid::Reason), "{word}");
    }
}
