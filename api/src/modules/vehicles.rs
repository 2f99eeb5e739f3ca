// SPDX-License-Identifier: Apache-2.0
//! The vehicle table (`formats.md` section 12): a row for each vehicle of the enterprise or of its drivers.

use chain::ids::{AccessId, CodeId, VehicleId};
use chain::query::VehicleOf;
use chain::records::certificate::{Energy, VehicleClass};
use chain::records::{
    Certificate, CertificateKind, Colour, ExchangeField, FieldSet, PolicyKind, Subject,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::values::{Ask, Got};
use super::{Cell, CertificateSeen, NOT_CURRENT, Row, colour, maybe, reasons, together, word};
use crate::http::language::Language;

/// A vehicle or trailer of the enterprise.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct VehicleRow {
    /// The vehicle.
    vehicle: VehicleId,
    /// True if it belongs to the enterprise; else it is bound to one of its drivers.
    owned: bool,
    /// 当前司机. Codes of the enterprise's drivers whose current vehicle it is or is coupled to.
    drivers: Vec<CodeId>,
    /// The colour of its own open matters.
    colour: Colour,
    /// Its type, masses and energy; null while its licence is not attested.
    class: Option<VehicleClass>,
    /// The trailer coupled to it, or the vehicle that a trailer is coupled to.
    coupled: Option<VehicleId>,
    /// Its certificates and policies, in order of attestation.
    certificates: Vec<CertificateSeen>,
    /// Personal values.
    values: VehicleValues,
    /// The accesses that this request recorded for the row.
    accesses: Vec<AccessId>,
}

/// The personal values of a vehicle.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VehicleValues {
    /// 车牌号.
    vehicle_number: Cell,
    /// 车牌颜色.
    vehicle_plate_color_code: Cell,
    /// 车辆识别代号.
    vin: Cell,
    /// 运输证号.
    road_transport_certificate_number: Cell,
}

/// A vehicle as a row that waits for its values.
pub(crate) struct Waiting {
    of: VehicleOf,
    owned: bool,
}

impl Waiting {
    pub(crate) fn new(of: VehicleOf, owned: bool) -> Self {
        Self { of, owned }
    }

    fn values(&self, got: &Got) -> VehicleValues {
        use CertificateKind::{TransportPermit, VehicleLicence};
        let subject = Some(Subject::Vehicle(self.of.vehicle.id));
        let cell = |field, kind, name| match self.of.drivers.is_empty() {
            true => Cell::empty(NOT_CURRENT),
            false => got.field(field, subject, &[(kind, name)]),
        };
        let number = "roadTransportCertificateNumber";
        VehicleValues {
            vehicle_number: cell(ExchangeField::Plate, VehicleLicence, "vehicleNumber"),
            vehicle_plate_color_code: cell(
                ExchangeField::Plate,
                VehicleLicence,
                "vehiclePlateColorCode",
            ),
            vin: cell(ExchangeField::VehicleLicence, VehicleLicence, "vin"),
            road_transport_certificate_number: cell(
                ExchangeField::TransportPermit,
                TransportPermit,
                number,
            ),
        }
    }
}

impl super::Waiting for Waiting {
    type Row = VehicleRow;

    const FIELDS: FieldSet = FieldSet::of(&[
        ExchangeField::Plate,
        ExchangeField::VehicleLicence,
        ExchangeField::TransportPermit,
    ]);
    const DEFAULT: FieldSet = FieldSet::of(&[ExchangeField::Plate]);

    /// An enterprise asks about a code with its current vehicle.
    fn ask(&self, fields: FieldSet) -> Ask {
        Ask { code: self.of.drivers.first().copied(), fields }
    }

    fn with(self, got: &Got) -> VehicleRow {
        let values = self.values(got);
        let VehicleOf { vehicle, drivers, colour } = self.of;
        VehicleRow {
            vehicle: vehicle.id,
            owned: self.owned,
            drivers,
            colour,
            class: vehicle.class().cloned(),
            coupled: vehicle.coupled,
            certificates: vehicle.dossier.certificates.iter().map(CertificateSeen::of).collect(),
            values,
            accesses: got.accesses(),
        }
    }
}

/// The ministry's letter; of what the chain does not tell apart, the first.
fn letter(energy: Energy) -> &'static str {
    match energy {
        Energy::Petrol => "A",
        Energy::Diesel => "B",
        Energy::Electric => "C",
        Energy::Hybrid => "D",
        Energy::Gas => "E",
        Energy::Other => "Z",
    }
}

fn policy(kind: PolicyKind, language: Language) -> String {
    let zh = match kind {
        PolicyKind::Compulsory => "交强险",
        PolicyKind::ThirdParty => "商业第三者责任险",
        PolicyKind::CarrierLiability => "承运人责任险",
        PolicyKind::Cargo => "货运险",
        PolicyKind::Occupants => "车上人员责任险",
        PolicyKind::Damage => "车损险",
    };
    language.pick(zh, kind.word()).to_owned()
}

impl VehicleRow {
    /// When its certificate of a kind ends.
    fn end(&self, kind: CertificateKind) -> String {
        let found = self.certificates.iter().find(|one| one.kind == kind);
        maybe(found.and_then(|one| one.valid_until))
    }

    fn policies(&self, language: Language) -> String {
        let one = |seen: &CertificateSeen| {
            Some(format!("{} {}", policy(seen.policy?, language), maybe(seen.valid_until)))
        };
        let all: Vec<String> = self.certificates.iter().filter_map(one).collect();
        all.join("; ")
    }
}

/// Used by the filter of the table.
pub(crate) fn has_kind(of: &VehicleOf, kind: &str) -> bool {
    of.vehicle.class().is_some_and(|class| class.vehicle_type.as_str() == kind)
}

/// True while each of its certificates that is no policy holds.
pub(crate) fn is_in_order(of: &VehicleOf, at: chain::ids::Time) -> bool {
    let kept = |one: &&Certificate| one.policy().is_none();
    of.vehicle.dossier.certificates.iter().filter(kept).all(|one| one.holds_at(at))
}

impl Row for VehicleRow {
    const COLUMNS: &'static [(&'static str, &'static str)] = &[
        ("车牌号", "vehicleNumber"),
        ("车牌颜色", "vehiclePlateColorCode"),
        ("车辆识别代号", "vin"),
        ("车辆类型", "vehicleType"),
        ("总质量(千克)", "total_mass_kg"),
        ("核定载质量(千克)", "rated_load_kg"),
        ("能源类型", "vehicleEnergyType"),
        ("运输证号", "roadTransportCertificateNumber"),
        ("运输证有效期至", "transport_permit_until"),
        ("行驶证检验有效期至", "vehicle_licence_until"),
        ("保单", "policies"),
        ("当前司机运输码", "drivers"),
        ("颜色", "colour"),
        ("车辆编号", "vehicle"),
        ("本单位所有", "owned"),
        ("空缺原因", "reasons"),
    ];

    fn cells(&self, language: Language) -> Vec<String> {
        let values = &self.values;
        let personal = [
            ("vehicleNumber", &values.vehicle_number),
            ("vehiclePlateColorCode", &values.vehicle_plate_color_code),
            ("vin", &values.vin),
            ("roadTransportCertificateNumber", &values.road_transport_certificate_number),
        ];
        let class = self.class.as_ref();
        let of_class = |part: fn(&VehicleClass) -> String| class.map(part).unwrap_or_default();
        let owned = if self.owned { ("是", "true") } else { ("否", "false") };
        vec![
            values.vehicle_number.text(),
            values.vehicle_plate_color_code.text(),
            values.vin.text(),
            of_class(|class| word(&class.vehicle_type)),
            of_class(|class| class.total_mass_kg.to_string()),
            of_class(|class| class.rated_load_kg.to_string()),
            of_class(|class| letter(class.energy).to_owned()),
            values.road_transport_certificate_number.text(),
            self.end(CertificateKind::TransportPermit),
            self.end(CertificateKind::VehicleLicence),
            self.policies(language),
            together(&self.drivers),
            colour(Some(self.colour), language),
            self.vehicle.to_string(),
            language.pick(owned.0, owned.1).to_owned(),
            reasons(&personal),
        ]
    }
}
