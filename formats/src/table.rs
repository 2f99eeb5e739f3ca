// SPDX-License-Identifier: Apache-2.0
//! The fields of a certificate or waybill as a whole: each by its own rule, and those that must agree.
//! Never says whether a certificate was issued: that is for its authority.

use chain::fields;
use chain::records::certificate::CertificateKind as Kind;

use super::rule::{FOR_EVER, Rule, tonnes};
use super::{FormatError, Messages, Rules, certificate, identity, plate};

/// Which table of fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// That of a kind of certificate.
    Certificate(Kind),
    /// That of a waybill, as it is offered: who carries it may not be known yet.
    Waybill,
}

/// A field that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Its name, as it was given.
    pub field: String,
    /// What is wrong with it.
    pub error: FormatError,
}

impl Wrong {
    /// The stable code of what is wrong.
    pub fn code(&self) -> &'static str {
        self.error.code()
    }

    /// What is wrong, in both languages.
    pub fn messages(&self) -> Messages {
        self.error.messages()
    }
}

impl Table {
    /// The names of its fields, in their order on chain.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::Certificate(kind) => fields::table(kind),
            Self::Waybill => fields::WAYBILL,
        }
    }

    /// Fields that may be empty.
    fn optional(self) -> &'static [&'static str] {
        match self {
            Self::Certificate(Kind::Identity) => &["address"],
            Self::Certificate(Kind::DrivingLicence) => &["fileNumber"],
            // A trailer has no engine.
            Self::Certificate(Kind::VehicleLicence) => &["engineNumber", "vehicleEnergyType"],
            Self::Certificate(Kind::BankAccount) => &["bankCode", "validPeriodFrom"],
            Self::Certificate(_) => &[],
            Self::Waybill => OPEN_AT_OFFER,
        }
    }
}

/// What the ministry leaves open, and what only the carriage itself shows.
const OPEN_AT_OFFER: &[&str] = &[
    "SendToProDateTime",
    "DespatchActualDateTime",
    "GoodsReceiptDateTime",
    "PlaceOfLoading",
    "ConsigneeID",
    "GoodsReceiptPlace",
    "TransportationDistance",
    "VehiclePlateColorCode",
    "VehicleNumber",
    "DriverName",
    "DrivingLicense",
    "ActualCarrierName",
    "ActualCarrierBusinessLicense",
    "ActualCarrierID",
    "PolicyNumber",
    "InsuranceCompanyCode",
    "Remark",
];

const COLOURS: &[&str] = &["1", "2", "3", "4", "5", "9", "91", "92", "93", "94"];
const ENERGIES: &[&str] = &["A", "B", "C", "D", "E", "F", "L", "M", "N", "O", "Y", "Z"];
const POLICIES: &[&str] =
    &["交强险", "商业第三者责任险", "承运人责任险", "货运险", "车上人员责任险", "车损险"];
const TRANSPORTS: &[&str] = &["1", "2", "3", "4", "5", "6", "7", "8"];
const BUSINESSES: &[&str] = &["1002996", "1003997", "1003998", "1002998", "1003999"];

/// The rule of a field. Names mean the same in every table that has them.
fn rule(name: &str) -> Rule {
    person_rule(name).or_else(|| vehicle_rule(name)).unwrap_or_else(|| carriage_rule(name))
}

fn person_rule(name: &str) -> Option<Rule> {
    Some(match name {
        "sex" => Rule::Word(&["男", "女"]),
        "birthDate" => Rule::Birth,
        "identityNumber" | "drivingLicense" | "DrivingLicense" => Rule::Identity,
        "driverName" | "DriverName" => Rule::Text(30),
        "vehicleClass" => Rule::Licence,
        "fileNumber" => Rule::LicenceFile,
        "qualificationCertificate" => Rule::Qualification,
        "unifiedSocialCreditIdentifier" | "UnifiedSocialCreditIdentifier" => Rule::CreditCode,
        "receiptAccount" => Rule::Card,
        "bankCode" => Rule::Text(11),
        "telephone" => Rule::Mobile,
        "validPeriodFrom" => Rule::Day,
        "validPeriodTo" => Rule::LastDay,
        _ => return None,
    })
}

fn vehicle_rule(name: &str) -> Option<Rule> {
    Some(match name {
        "vehicleNumber" | "VehicleNumber" => Rule::Plate,
        "vehiclePlateColorCode" | "VehiclePlateColorCode" => Rule::Word(COLOURS),
        "vehicleType" => Rule::Text(3),
        "useCharacter" => Rule::Text(20),
        "vin" => Rule::Vin,
        "engineNumber" => Rule::Text(30),
        "registerDate" => Rule::PastDay,
        "vehicleEnergyType" => Rule::Word(ENERGIES),
        "vehicleTonnage" | "grossMass" => Rule::Tonnes,
        "axles" => Rule::Count(20),
        "roadTransportCertificateNumber" | "permitNumber" | "PermitNumber" => Rule::Permit,
        "ActualCarrierBusinessLicense" => Rule::Permit,
        "policyNumber" | "PolicyNumber" => Rule::Policy,
        "policyKind" => Rule::Word(POLICIES),
        "insuranceCompanyCode" | "InsuranceCompanyCode" => Rule::Text(30),
        _ => return None,
    })
}

fn carriage_rule(name: &str) -> Rule {
    match name {
        "OriginalDocumentNumber" => Rule::Text(35),
        "ShippingNoteNumber" => Rule::Note,
        "SerialNumber" => Rule::Digits(4),
        "VehicleAmount" => Rule::Count(9_999),
        "TransportTypeCode" => Rule::Word(TRANSPORTS),
        "BusinessTypeCode" => Rule::Word(BUSINESSES),
        "SendToProDateTime"
        | "ConsignmentDateTime"
        | "DespatchActualDateTime"
        | "GoodsReceiptDateTime" => Rule::Instant,
        "ConsignorID" | "ConsigneeID" => Rule::Party(35),
        "ActualCarrierID" => Rule::Party(50),
        "LoadingCountrySubdivisionCode" | "ReceiptCountrySubdivisionCode" => Rule::Region,
        "TotalMonetaryAmount" | "GoodsItemGrossWeight" => Rule::Decimal,
        "TransportationDistance" => Rule::Count(99_999),
        "CargoTypeClassificationCode" => Rule::Goods,
        "Carrier" | "Consignor" | "Consignee" | "DescriptionOfGoods" => Rule::Text(512),
        "issuingOrganizations" | "owner" | "operatorName" | "insured" | "accountHolder" => {
            Rule::Text(128)
        }
        _ => Rule::Text(256),
    }
}

/// Checks the value of one field by itself, as a form does while somebody types. An empty one passes.
pub fn check_field(name: &str, value: &str, rules: Rules) -> Result<(), FormatError> {
    if value.is_empty() { Ok(()) } else { rule(name).check(value, rules) }
}

/// Checks all fields of a table: names that it has, each once; values by their rules; and what must agree.
/// Returns what is wrong in the order of the table, then what it does not have; none if all is well.
pub fn check(table: Table, given: &[(&str, &str)], rules: Rules) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let mut add = |field: &str, error| {
        let field = field.to_owned();
        wrong.push(Wrong { field, error });
    };
    for name in table.names() {
        let mut values = given.iter().filter(|(field, _)| field == name).map(|(_, value)| *value);
        let value = values.next().unwrap_or_default();
        if values.next().is_some() {
            add(name, FormatError::Twice);
        } else if value.is_empty() && !table.optional().contains(name) {
            add(name, FormatError::Missing);
        } else if let Err(error) = check_in(table, name, value, rules) {
            add(name, error);
        } else if let Err(error) = agrees(name, &Given(given)) {
            add(name, error);
        }
    }
    for (field, _) in given.iter().filter(|(field, _)| !table.names().contains(field)) {
        add(field, FormatError::Unknown);
    }
    wrong
}

/// Only a policy may end within a day.
fn check_in(table: Table, name: &str, value: &str, rules: Rules) -> Result<(), FormatError> {
    let is_policy = table == Table::Certificate(Kind::Policy);
    if is_policy && name == "validPeriodTo" && !value.is_empty() {
        return Rule::PolicyEnd.check(value, rules);
    }
    check_field(name, value, rules)
}

/// The fields that were given, by their names.
struct Given<'a>(&'a [(&'a str, &'a str)]);

impl<'a> Given<'a> {
    /// The value, if there is one that is not empty.
    fn value(&self, name: &str) -> Option<&'a str> {
        let found = self.0.iter().find(|(field, _)| *field == name);
        found.map(|(_, value)| *value).filter(|value| !value.is_empty())
    }
}

/// What a field must agree with. A field that it is compared with and that is itself wrong says nothing.
fn agrees(name: &str, given: &Given<'_>) -> Result<(), FormatError> {
    let Some(value) = given.value(name) else { return Ok(()) };
    match name {
        "birthDate" | "sex" => with_identity(name, value, given),
        "validPeriodTo" => after(value, given.value("validPeriodFrom")),
        "DespatchActualDateTime" => after(value, given.value("ConsignmentDateTime")),
        "GoodsReceiptDateTime" => {
            after(value, given.value("ConsignmentDateTime"))?;
            after(value, given.value("DespatchActualDateTime"))
        }
        "vehiclePlateColorCode" => colour(value, given.value("vehicleNumber"), given),
        "VehiclePlateColorCode" => colour(value, given.value("VehicleNumber"), given),
        "qualificationCertificate" => placeholder(value),
        _ => Ok(()),
    }
}

/// A qualification that is there to be attested has a number of its own.
fn placeholder(value: &str) -> Result<(), FormatError> {
    let is_number = value != certificate::placeholder_qualification(value);
    if is_number { Ok(()) } else { Err(FormatError::Missing) }
}

fn with_identity(name: &str, value: &str, given: &Given<'_>) -> Result<(), FormatError> {
    let Some(said) = given.value("identityNumber").and_then(identity::read) else {
        return Ok(());
    };
    let same = if name == "sex" { value == said.sex.word() } else { value == said.birth.digits() };
    if same { Ok(()) } else { Err(FormatError::Disagrees) }
}

/// Days and instants sort as text; the shorter one, a day, is compared by its day.
fn after(later: &str, earlier: Option<&str>) -> Result<(), FormatError> {
    let Some(earlier) = earlier else { return Ok(()) };
    if later == FOR_EVER {
        return Ok(());
    }
    let length = later.len().min(earlier.len());
    let in_order = match (later.get(..length), earlier.get(..length)) {
        (Some(later), Some(earlier)) => later >= earlier,
        _ => true,
    };
    if in_order { Ok(()) } else { Err(FormatError::Order) }
}

/// The size of a vehicle is known by its mass alone: from 4,500 kg on it is large.
fn colour(value: &str, plate: Option<&str>, given: &Given<'_>) -> Result<(), FormatError> {
    let Some(plate) = plate.filter(|plate| plate::check(plate).is_ok()) else { return Ok(()) };
    let Ok(colour) = value.parse() else { return Ok(()) };
    let is_heavy = given.value("grossMass").and_then(|mass| tonnes(mass).ok());
    let is_heavy = is_heavy.is_some_and(|kg| plate::is_large(kg, 0));
    let fits = |large| plate::check_colour(plate, colour, large).is_ok();
    if fits(true) || !is_heavy && fits(false) { Ok(()) } else { Err(FormatError::Colour) }
}
