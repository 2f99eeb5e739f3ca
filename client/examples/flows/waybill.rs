// SPDX-License-Identifier: Apache-2.0
//! Run a waybill from its offer to its settlement, and verify the end of it.
//! testnet, with its demo keys; `DIANYUN_GENESIS`: the genesis file of the chain.

use anyhow::{Context, Result, ensure};
use chain::Hash;
use chain::actions::{
    WaybillAccept, WaybillArrive, WaybillDepart, WaybillLoad, WaybillOffer, WaybillSettle,
    WaybillSettleAgree, WaybillSign,
};
use chain::fields::{self, Field, Salt};
use chain::ids::{CodeId, Prefecture, RecordId, WaybillId};
use chain::proof::Proof;
use chain::records::waybill::{Offer, WaybillKind, WaybillState};
use chain::records::{RecordKey, RecordKind, Value};
use chain::text::Word;
use client::LightClient;
use serde_json::json;

use crate::newcomer::{Newcomer, newcomer};
use crate::support::{self, Desk, random};

const HOUR_MS: u64 = 3_600_000;
const GIVEN: [(&str, &str); 3] = [
    ("DescriptionOfGoods", "测试货物"),
    ("TotalMonetaryAmount", "1200.000"),
    ("GoodsItemGrossWeight", "1000.000"),
];

/// An offer to one driver; price, parties and goods in words stay with who makes it.
fn offer_to(code: CodeId, desk: &Desk) -> Result<Offer> {
    let field = |name: &&str| {
        let given = GIVEN.iter().find(|(given, _)| given == name);
        let value = given.map_or("", |(_, value)| value).to_owned();
        Ok(Field { name: (*name).to_owned(), salt: Salt(random()?), value })
    };
    let all: Vec<Field> = fields::WAYBILL.iter().map(field).collect::<Result<_>>()?;
    let price = all.iter().find(|field| field.name == "TotalMonetaryAmount");
    let number = Hash(random()?).to_string();
    Ok(Offer {
        number: Word::new(format!("RUST{}", &number[..16]))?,
        segment: Word::new("0000")?,
        kind: WaybillKind::Exclusive { code },
        offer_ends: desk.now.plus(HOUR_MS),
        load_by: desk.now.plus(2 * HOUR_MS),
        deliver_by: desk.now.plus(12 * HOUR_MS),
        goods: 1_700,
        hazardous: false,
        weight_from_kg: 900,
        weight_to_kg: 1_100,
        part_load: false,
        from: Prefecture(5301),
        to: Prefecture(5303),
        consignee: None,
        fields_root: fields::root(fields::WAYBILL, &all)?,
        price: price.context("waybills have a price")?.leaf(),
    })
}

async fn deliver(desk: &mut Desk, driver: &Newcomer) -> Result<WaybillId> {
    let (maker, holder) = (&driver.platform.key, &driver.holder);
    let offer = offer_to(driver.code, desk)?;
    let waybill = WaybillId(RecordId::made_by(desk.send(maker, WaybillOffer { offer }).await?, 0));
    desk.send(holder, WaybillAccept { waybill }).await?;
    let evidence = Hash(random()?);
    desk.send(holder, WaybillLoad { waybill, at: desk.now, evidence }).await?;
    desk.send(holder, WaybillDepart { waybill, at: desk.now, evidence }).await?;
    desk.send(holder, WaybillArrive { waybill, at: desk.now, evidence }).await?;
    let sign = WaybillSign {
        waybill,
        weight_kg: 1_000,
        distance_km: 160,
        difference_ppm: 0,
        reason: None,
    };
    desk.send(maker, sign).await?;
    let (amount, payment) = (Hash(random()?), Hash(random()?));
    desk.send(maker, WaybillSettle { waybill, amount, payment }).await?;
    desk.send(holder, WaybillSettleAgree { waybill }).await?;
    Ok(waybill)
}

pub(crate) async fn run() -> Result<()> {
    let node = support::node()?;
    let driver = newcomer(node.clone()).await?;
    let mut desk = Desk::at(node.clone()).await?;
    let waybill = deliver(&mut desk, &driver).await?;
    let proof: Proof = node.proof(&format!("/v1/records/waybill/{waybill}/proof"), None).await?;
    let height = proof.anchor.height;
    let trusted = node.header(height).await?.header;
    let key = RecordKey { kind: RecordKind::Waybill, id: waybill.0 };
    let light = LightClient::new(&support::genesis()?);
    let Some(Value::Waybill(proven)) = light.record(&proof, &trusted, (key, height))? else {
        anyhow::bail!("the proof is about something else");
    };
    ensure!(proven.state == WaybillState::Settled, "the waybill is {:?}", proven.state);
    support::answer(&json!({
        "waybill": waybill, "code": driver.code, "state": proven.state, "proven_at": height,
    }))
}
