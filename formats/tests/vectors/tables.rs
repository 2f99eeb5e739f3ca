// SPDX-License-Identifier: Apache-2.0
//! Whole tables with what is wrong with them, as changes of ones that are right.

use chain::genesis::Mode::{self, Demo, Production};
use chain::records::certificate::CertificateKind as Kind;
use formats::Table;

/// Names and values.
pub(crate) type Values = &'static [(&'static str, &'static str)];

/// What is changed of a right table (an empty value leaves a field empty), and what is wrong then.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) table: Table,
    pub(crate) mode: Mode,
    pub(crate) changed: Values,
    pub(crate) wrong: Values,
}

const IDENTITY: Values = &[
    ("driverName", "王建国(测)"),
    ("sex", "男"),
    ("birthDate", "19850615"),
    ("identityNumber", "539901198506150019"),
    ("address", "云南省昆明市示例路1号(测)"),
    ("issuingOrganizations", "昆明市公安局(测)"),
    ("validPeriodFrom", "20200101"),
    ("validPeriodTo", "20400101"),
];

const LICENCE: Values = &[
    ("driverName", "王建国(测)"),
    ("drivingLicense", "539901198506150019"),
    ("vehicleClass", "A2"),
    ("fileNumber", "530100000001"),
    ("issuingOrganizations", "昆明市交警支队(测)"),
    ("validPeriodFrom", "20200101"),
    ("validPeriodTo", "长期"),
];

const QUALIFICATION: Values = &[
    ("driverName", "王建国(测)"),
    ("qualificationCertificate", "539901198506150019"),
    ("qualificationClass", "经营性道路货物运输驾驶员"),
    ("issuingOrganizations", "昆明市交通运输局(测)"),
    ("validPeriodFrom", "20220101"),
    ("validPeriodTo", "20271231"),
];

const VEHICLE: Values = &[
    ("vehicleNumber", "云A00001"),
    ("vehiclePlateColorCode", "2"),
    ("vehicleType", "H11"),
    ("owner", "滇测恒通物流有限公司"),
    ("useCharacter", "F"),
    ("vin", "LX0AB3CD5T0000001"),
    ("engineNumber", "DC00000001"),
    ("issuingOrganizations", "昆明市交警支队(测)"),
    ("registerDate", "20260101"),
    ("vehicleEnergyType", "B"),
    ("vehicleTonnage", "14.00"),
    ("grossMass", "25.00"),
    ("axles", "3"),
    ("validPeriodFrom", "20260101"),
    ("validPeriodTo", "20261231"),
];

const TRANSPORT: Values = &[
    ("roadTransportCertificateNumber", "539901000001"),
    ("vehicleNumber", "云A00001"),
    ("vehiclePlateColorCode", "2"),
    ("operatorName", "滇测恒通物流有限公司"),
    ("businessScope", "道路普通货物运输"),
    ("issuingOrganizations", "昆明市交通运输局(测)"),
    ("validPeriodFrom", "20260101"),
    ("validPeriodTo", "20261231"),
];

const BUSINESS: Values = &[
    ("permitNumber", "539901000001"),
    ("operatorName", "滇测恒通物流有限公司"),
    ("unifiedSocialCreditIdentifier", "91539901MA00TE5T2W"),
    ("businessScope", "道路普通货物运输"),
    ("issuingOrganizations", "昆明市交通运输局(测)"),
    ("validPeriodFrom", "20240101"),
    ("validPeriodTo", "20271231"),
];

const POLICY: Values = &[
    ("policyNumber", "DCAT2026010100000001"),
    ("policyKind", "交强险"),
    ("insuranceCompanyCode", "DCAT"),
    ("vehicleNumber", "云A00001"),
    ("vin", "LX0AB3CD5T0000001"),
    ("insured", "滇测恒通物流有限公司"),
    ("validPeriodFrom", "20260101"),
    ("validPeriodTo", "20261231"),
];

const BANK: Values = &[
    ("accountHolder", "王建国(测)"),
    ("receiptAccount", "9156000000000000019"),
    ("bankCode", "滇测银行(测)"),
    ("validPeriodFrom", "20240101"),
    ("validPeriodTo", "长期"),
];

const WAYBILL: Values = &[
    ("OriginalDocumentNumber", "HT0000000001"),
    ("ShippingNoteNumber", "DY-20261123-0001"),
    ("SerialNumber", "0000"),
    ("VehicleAmount", "1"),
    ("TransportTypeCode", "1"),
    ("SendToProDateTime", "20261123080000"),
    ("Carrier", "滇测恒通物流有限公司"),
    ("UnifiedSocialCreditIdentifier", "91539901MA00TE5T2W"),
    ("PermitNumber", "539901000001"),
    ("ConsignmentDateTime", "20261123080000"),
    ("BusinessTypeCode", "1002996"),
    ("DespatchActualDateTime", "20261123090000"),
    ("GoodsReceiptDateTime", "20261124090000"),
    ("Consignor", "滇测远达物流有限公司"),
    ("ConsignorID", "91539906MA0FRT998J"),
    ("PlaceOfLoading", "云南省昆明市示例货场(测)"),
    ("LoadingCountrySubdivisionCode", "539901"),
    ("Consignee", "滇测顺捷物流有限公司"),
    ("ConsigneeID", "91539906MA0FRT998J"),
    ("GoodsReceiptPlace", "云南省大理州示例货场(测)"),
    ("ReceiptCountrySubdivisionCode", "539913"),
    ("TotalMonetaryAmount", "3300.000"),
    ("TransportationDistance", "330"),
    ("VehiclePlateColorCode", "2"),
    ("VehicleNumber", "云A00001"),
    ("DriverName", "王建国(测)"),
    ("DrivingLicense", "539901198506150019"),
    ("DescriptionOfGoods", "蔬菜"),
    ("CargoTypeClassificationCode", "1601"),
    ("GoodsItemGrossWeight", "14000.000"),
    ("ActualCarrierName", "滇测恒通物流有限公司(王建国(测))"),
    ("ActualCarrierBusinessLicense", "539901000001"),
    ("ActualCarrierID", "91539901MA00TE5T2W"),
    ("PolicyNumber", "DCAT2026010100000001"),
    ("InsuranceCompanyCode", "DCAT"),
    ("Remark", "测试数据"),
];

/// A table that is right in the demo.
pub(crate) fn right(table: Table) -> Values {
    match table {
        Table::Certificate(Kind::Identity) => IDENTITY,
        Table::Certificate(Kind::DrivingLicence) => LICENCE,
        Table::Certificate(Kind::Qualification) => QUALIFICATION,
        Table::Certificate(Kind::VehicleLicence) => VEHICLE,
        Table::Certificate(Kind::TransportPermit) => TRANSPORT,
        Table::Certificate(Kind::BusinessPermit) => BUSINESS,
        Table::Certificate(Kind::Policy) => POLICY,
        Table::Certificate(Kind::BankAccount) => BANK,
        Table::Waybill => WAYBILL,
    }
}

/// Every table.
pub(crate) const ALL: [Table; 9] = [
    Table::Certificate(Kind::Identity),
    Table::Certificate(Kind::DrivingLicence),
    Table::Certificate(Kind::Qualification),
    Table::Certificate(Kind::VehicleLicence),
    Table::Certificate(Kind::TransportPermit),
    Table::Certificate(Kind::BusinessPermit),
    Table::Certificate(Kind::Policy),
    Table::Certificate(Kind::BankAccount),
    Table::Waybill,
];

const fn case(name: &'static str, table: Table, changed: Values, wrong: Values) -> Case {
    Case { name, table, mode: Demo, changed, wrong }
}

const fn of(kind: Kind) -> Table {
    Table::Certificate(kind)
}

/// Changes, and what is wrong then.
pub(crate) const CASES: &[Case] = &[
    case(
        "another day of birth than the identity number's",
        of(Kind::Identity),
        &[("birthDate", "19850616")],
        &[("birthDate", "disagrees")],
    ),
    case(
        "another sex than the identity number's",
        of(Kind::Identity),
        &[("sex", "女")],
        &[("sex", "disagrees")],
    ),
    case("a sex that is no word", of(Kind::Identity), &[("sex", "M")], &[("sex", "unknown_word")]),
    case(
        "a wrong identity number accuses nobody else",
        of(Kind::Identity),
        &[("identityNumber", "539901198506150018")],
        &[("identityNumber", "wrong_check")],
    ),
    case(
        "an end before the beginning",
        of(Kind::Identity),
        &[("validPeriodTo", "20191231")],
        &[("validPeriodTo", "wrong_order")],
    ),
    case("one day alone", of(Kind::Identity), &[("validPeriodTo", "20200101")], &[]),
    case("no address", of(Kind::Identity), &[("address", "")], &[]),
    case(
        "a name and a term that are missing",
        of(Kind::DrivingLicence),
        &[("driverName", ""), ("validPeriodTo", "")],
        &[("driverName", "missing"), ("validPeriodTo", "missing")],
    ),
    case(
        "a field of another table",
        of(Kind::DrivingLicence),
        &[("plateColour", "2")],
        &[("plateColour", "unknown_field")],
    ),
    case(
        "a placeholder where a qualification is claimed",
        of(Kind::Qualification),
        &[("qualificationCertificate", "539901000000000000")],
        &[("qualificationCertificate", "missing")],
    ),
    case(
        "a heavy lorry with a blue plate",
        of(Kind::VehicleLicence),
        &[("vehiclePlateColorCode", "1")],
        &[("vehiclePlateColorCode", "wrong_colour")],
    ),
    case(
        "a light lorry with a blue plate",
        of(Kind::VehicleLicence),
        &[("vehiclePlateColorCode", "1"), ("grossMass", "4.49")],
        &[],
    ),
    case(
        "a lorry of 4,500 kg is large",
        of(Kind::VehicleLicence),
        &[("vehiclePlateColorCode", "1"), ("grossMass", "4.50")],
        &[("vehiclePlateColorCode", "wrong_colour")],
    ),
    case(
        "a small electric plate in yellow",
        of(Kind::VehicleLicence),
        &[("vehicleNumber", "云AD00001"), ("grossMass", "4.49")],
        &[("vehiclePlateColorCode", "wrong_colour")],
    ),
    case(
        "a trailer without an engine",
        of(Kind::VehicleLicence),
        &[("vehicleNumber", "云L0001挂"), ("engineNumber", ""), ("vehicleEnergyType", "")],
        &[],
    ),
    case(
        "a wrong plate accuses no colour",
        of(Kind::TransportPermit),
        &[("vehicleNumber", "云A0001")],
        &[("vehicleNumber", "wrong_length")],
    ),
    case(
        "a permit of a one-man business",
        of(Kind::BusinessPermit),
        &[("unifiedSocialCreditIdentifier", "92539903MA0QDY012D")],
        &[],
    ),
    case("a policy to an instant", of(Kind::Policy), &[("validPeriodTo", "20261231120000")], &[]),
    case(
        "a policy that ends at an instant before it begins",
        of(Kind::Policy),
        &[("validPeriodTo", "20251231235959")],
        &[("validPeriodTo", "wrong_order")],
    ),
    case(
        "no other certificate ends within a day",
        of(Kind::TransportPermit),
        &[("validPeriodTo", "20261231120000")],
        &[("validPeriodTo", "wrong_length")],
    ),
    case(
        "a kind of policy that there is not",
        of(Kind::Policy),
        &[("policyKind", "人寿险")],
        &[("policyKind", "unknown_word")],
    ),
    case(
        "a card of a company's account",
        of(Kind::BankAccount),
        &[("receiptAccount", "9156000000000000010"), ("bankCode", "")],
        &[("receiptAccount", "wrong_check")],
    ),
    case(
        "a waybill that nobody carries yet",
        Table::Waybill,
        &[
            ("SendToProDateTime", ""),
            ("DespatchActualDateTime", ""),
            ("GoodsReceiptDateTime", ""),
            ("VehiclePlateColorCode", ""),
            ("VehicleNumber", ""),
            ("DriverName", ""),
            ("DrivingLicense", ""),
            ("ActualCarrierName", ""),
            ("ActualCarrierBusinessLicense", ""),
            ("ActualCarrierID", ""),
            ("PolicyNumber", ""),
            ("InsuranceCompanyCode", ""),
            ("Remark", ""),
        ],
        &[],
    ),
    case(
        "sent before it was ordered",
        Table::Waybill,
        &[("DespatchActualDateTime", "20261123075959")],
        &[("DespatchActualDateTime", "wrong_order")],
    ),
    case(
        "received before it was sent",
        Table::Waybill,
        &[("GoodsReceiptDateTime", "20261123085959")],
        &[("GoodsReceiptDateTime", "wrong_order")],
    ),
    case(
        "no consignor and no goods",
        Table::Waybill,
        &[("Consignor", ""), ("DescriptionOfGoods", "")],
        &[("Consignor", "missing"), ("DescriptionOfGoods", "missing")],
    ),
    Case {
        name: "an invented company's permit in production",
        table: of(Kind::BusinessPermit),
        mode: Production,
        changed: &[],
        wrong: &[
            ("permitNumber", "invented_number"),
            ("unifiedSocialCreditIdentifier", "invented_number"),
        ],
    },
    Case {
        name: "an invented driver in production",
        table: of(Kind::Identity),
        mode: Production,
        changed: &[],
        wrong: &[("identityNumber", "invented_number")],
    },
];
