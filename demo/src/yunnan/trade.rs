// SPDX-License-Identifier: Apache-2.0
//! Goods, weights, prices and the fields of invented waybills.
//! Money is fen and weight kilograms throughout; nothing is rounded but downwards.

use chain::calendar::Date;
use chain::ids::Time;

use super::draw::{Draw, Entity};
use super::enterprises::Enterprise;
use super::geography::{PREFECTURES, Prefecture, road_km};
use super::people::Person;
use super::vehicles::{Build, Vehicle};
use super::{Register, days};
use formats::FormatError;
use formats::report::{kg3, yuan3};

/// Goods of the ministry's classification.
#[derive(Debug, PartialEq, Eq)]
pub struct Goods {
    /// Four digits.
    pub code: &'static str,
    /// What the note says.
    pub name: &'static str,
    /// Share of carriages in hundredths.
    pub share: u64,
    /// Needs a cold body.
    pub cold: bool,
    /// Carried in bulk, by heavy lorries and tractors.
    pub bulk: bool,
}

const fn goods(code: &'static str, name: &'static str, share: u64, bulk: bool) -> Goods {
    let cold = matches!(code.as_bytes(), b"1601" | b"1602");
    Goods { code, name, share, cold, bulk }
}

/// What is carried, with its shares.
pub static GOODS: [Goods; 13] = [
    goods("0500", "矿建材料", 20, true),
    goods("0600", "水泥", 14, true),
    goods("0100", "煤炭", 13, true),
    goods("0400", "钢铁", 11, true),
    goods("0800", "磷矿石", 9, true),
    goods("0900", "化肥", 6, false),
    goods("1601", "蔬菜", 8, false),
    goods("1601", "鲜切花", 2, false),
    goods("1602", "冷藏花卉", 1, false),
    goods("1300", "烟草", 5, false),
    goods("1400", "有色金属", 4, false),
    goods("1100", "粮食", 4, false),
    goods("1700", "百货包裹", 3, false),
];

/// A carriage before it happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carriage {
    /// Number in the register.
    pub index: u64,
    /// What.
    pub goods: &'static Goods,
    /// From where.
    pub from: &'static Prefecture,
    /// To where.
    pub to: &'static Prefecture,
    /// Road kilometres.
    pub km: u32,
    /// Weight as offered, never above the rated load.
    pub weight_kg: u32,
    /// Thousandths by which the scales show more than the rated load; most often 0.
    pub over_permille: u32,
    /// Price.
    pub price_fen: u64,
    /// Driving and resting, in milliseconds.
    pub travel_ms: u64,
}

/// Who takes part in a carriage, for its fields.
#[derive(Clone, Copy, Debug)]
pub struct Parties<'a> {
    /// Who makes the waybill.
    pub maker: &'a Enterprise,
    /// Who sends the goods.
    pub consignor: &'a Enterprise,
    /// Who receives them.
    pub consignee: &'a Enterprise,
    /// Who drives.
    pub driver: &'a Person,
    /// The motor vehicle.
    pub vehicle: &'a Vehicle,
    /// Its compulsory policy: number and insurer's code.
    pub policy: (&'a str, &'a str),
}

impl Register {
    /// A carriage for a vehicle that leaves on a day of this season.
    pub fn carriage(&self, index: u64, vehicle: &Vehicle) -> Result<Carriage, FormatError> {
        let mut draw = Draw::new(self.seed, Entity::Waybill, index);
        let goods = pick_goods(&mut draw, vehicle.build);
        let shares = PREFECTURES.iter().map(|p| p.share);
        let from = &PREFECTURES[draw.weighted(shares.clone())];
        let to = &PREFECTURES[draw.weighted(shares)];
        let km = road_km(from, to);
        let load_kg = match self.trailer(vehicle.index)? {
            Some(trailer) => trailer.frame.load_kg,
            None => vehicle.frame.load_kg,
        };
        let weight_kg = (load_kg * draw.beta_8_2() / 1_000).max(100);
        let over = draw.permille(30);
        let over_permille = if over { draw.between(20, 350) as u32 } else { 0 };
        let mountains = from.mountains || to.mountains;
        let rate = tenths_per_tonne_km(&mut draw, vehicle.build, goods.cold, mountains);
        let price_fen = u64::from(weight_kg) * u64::from(km) * rate / 10_000;
        let travel_ms = travel_ms(&mut draw, km, self.as_of);
        Ok(Carriage { index, goods, from, to, km, weight_kg, over_permille, price_fen, travel_ms })
    }
}

impl Carriage {
    /// The ministry's number, unlike that of any other run of the same maker.
    pub fn number(&self, run: u32) -> String {
        format!("DC{run:08x}{:010}", self.index)
    }

    /// The mandatory fields of the ministry's waybill, in its order, for a departure at `leaves`.
    pub fn fields(
        &self,
        number: &str,
        parties: Parties<'_>,
        leaves: Time,
    ) -> Vec<(&'static str, String)> {
        let offered = Time(leaves.0 - 3_600_000);
        let arrives = leaves.plus(self.travel_ms);
        let mut fields = self.head(number, parties.maker, offered);
        fields.extend(self.ends(parties, leaves, arrives));
        fields.extend(self.load(parties));
        fields
    }

    fn head(&self, number: &str, maker: &Enterprise, offered: Time) -> Vec<(&'static str, String)> {
        vec![
            ("OriginalDocumentNumber", format!("HT{:010}", self.index)),
            ("ShippingNoteNumber", number.to_owned()),
            ("SerialNumber", "0000".to_owned()),
            ("VehicleAmount", "1".to_owned()),
            ("TransportTypeCode", "1".to_owned()),
            ("SendToProDateTime", days::n14(offered)),
            ("Carrier", maker.name.clone()),
            ("UnifiedSocialCreditIdentifier", maker.uscc.clone()),
            ("PermitNumber", maker.permit_number.clone()),
            ("ConsignmentDateTime", days::n14(offered)),
            ("BusinessTypeCode", "1002996".to_owned()),
        ]
    }

    fn ends(
        &self,
        parties: Parties<'_>,
        leaves: Time,
        arrives: Time,
    ) -> Vec<(&'static str, String)> {
        let place = |p: &Prefecture| format!("云南省{}示例货场(测)", p.name);
        vec![
            ("DespatchActualDateTime", days::n14(leaves)),
            ("GoodsReceiptDateTime", days::n14(arrives)),
            ("Consignor", parties.consignor.name.clone()),
            ("ConsignorID", parties.consignor.uscc.clone()),
            ("PlaceOfLoading", place(self.from)),
            ("LoadingCountrySubdivisionCode", self.from.subdivision()),
            ("Consignee", parties.consignee.name.clone()),
            ("ConsigneeID", parties.consignee.uscc.clone()),
            ("GoodsReceiptPlace", place(self.to)),
            ("ReceiptCountrySubdivisionCode", self.to.subdivision()),
            ("TotalMonetaryAmount", yuan3(self.price_fen)),
            ("TransportationDistance", self.km.to_string()),
        ]
    }

    fn load(&self, parties: Parties<'_>) -> Vec<(&'static str, String)> {
        let (vehicle, maker) = (parties.vehicle, parties.maker);
        vec![
            ("VehiclePlateColorCode", vehicle.numbers.colour.to_string()),
            ("VehicleNumber", vehicle.numbers.plate.clone()),
            ("DriverName", parties.driver.name.clone()),
            ("DrivingLicense", parties.driver.identity_number.clone()),
            ("DescriptionOfGoods", self.goods.name.to_owned()),
            ("CargoTypeClassificationCode", self.goods.code.to_owned()),
            ("GoodsItemGrossWeight", kg3(self.weight_kg)),
            ("ActualCarrierName", format!("{}({})", maker.name, parties.driver.name)),
            ("ActualCarrierBusinessLicense", maker.permit_number.clone()),
            ("ActualCarrierID", maker.uscc.clone()),
            ("PolicyNumber", parties.policy.0.to_owned()),
            ("InsuranceCompanyCode", parties.policy.1.to_owned()),
            ("Remark", "测试数据".to_owned()),
        ]
    }
}

/// Bulk goes by heavy lorries and tractors, what must stay cold by closed lorries.
fn pick_goods(draw: &mut Draw, build: Build) -> &'static Goods {
    let fits = |goods: &Goods| match build {
        Build::Light => !goods.bulk,
        Build::Medium => !goods.bulk,
        Build::Heavy => true,
        Build::Tractor | Build::LowBed => !goods.cold,
    };
    &GOODS[draw.weighted(GOODS.iter().map(|goods| if fits(goods) { goods.share } else { 0 }))]
}

/// Tenths of a fen for a tonne over a kilometre.
fn tenths_per_tonne_km(draw: &mut Draw, build: Build, cold: bool, mountains: bool) -> u64 {
    let (low, high) = match build {
        Build::Light => (1_200, 2_200),
        Build::Medium => (600, 900),
        Build::Heavy => (450, 650),
        Build::Tractor => (320, 450),
        Build::LowBed => (350, 500),
    };
    let mut tenths = draw.between(low, high) as u64;
    if mountains {
        tenths = tenths * draw.between(1_100, 1_250) as u64 / 1_000;
    }
    if cold {
        tenths = tenths * 13 / 10;
    }
    tenths
}

/// 55 to 65 km an hour with rests, a tenth slower in the rains.
fn travel_ms(draw: &mut Draw, km: u32, day: Date) -> u64 {
    let rains = (6..=9).contains(&day.month);
    let speed = draw.between(550, 650) as u64 * if rains { 9 } else { 10 };
    u64::from(km) * 3_600_000 * 100 / speed
}
