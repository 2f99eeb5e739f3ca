// SPDX-License-Identifier: Apache-2.0
//! The driver table (`formats.md` section 12): a row for each affiliation of the enterprise.

use chain::ids::{AccessId, AffiliationId, CodeId, PersonId, Time, VehicleId};
use chain::query::{DriverOf, OperatorState, StandingWord};
use chain::records::{
    Account, AffiliationSide, CertificateKind, Colour, Custody, ExchangeField, FieldSet, Holder,
    Review, Subject,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::values::{Ask, Got};
use super::{
    Cell, CertificateSeen, NO_TRAILER, NO_VEHICLE, NOT_KEPT, Row, colour, instant, maybe, reasons,
    together,
};
use crate::http::language::Language;

/// A driver of the enterprise.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct DriverRow {
    /// 挂靠编号. The affiliation.
    affiliation: AffiliationId,
    /// 开户. The account as it counts: closed with the code too.
    account: Account,
    /// 审核. The review.
    review: Review,
    /// Which side asked.
    asked_by: AffiliationSide,
    /// 添加时间. When.
    added_at: Time,
    /// 运输码. The code.
    code: CodeId,
    /// What the chain says in the clear.
    chain: DriverOnChain,
    /// Personal values.
    values: DriverValues,
    /// The accesses that this request recorded for the row.
    accesses: Vec<AccessId>,
}

/// What the chain says of a driver. Person, vehicles and certificates are there while the account is open.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct DriverOnChain {
    /// The code's standing.
    standing: StandingWord,
    /// Its colour; null unless issued.
    colour: Option<Colour>,
    /// The colour to show: blue with an invalid operator is shown as yellow.
    displayed: Option<Colour>,
    /// The earliest instant at which any of this can change with no new transaction; null: never.
    valid_until: Option<Time>,
    /// The state of the code's operator.
    operator: OperatorState,
    /// Who has the holder's keys in hand.
    custody: Vec<Custody>,
    /// The person.
    person: Option<PersonId>,
    /// The current vehicle.
    vehicle: Option<VehicleId>,
    /// Its trailer.
    trailer: Option<VehicleId>,
    /// The person's certificates, in order of attestation.
    certificates: Vec<CertificateSeen>,
}

/// The personal values of a driver.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DriverValues {
    /// 司机姓名.
    driver_name: Cell,
    /// 身份证号码.
    driving_license: Cell,
    /// 联系电话.
    telephone: Cell,
    /// 绑定车牌, of the current vehicle.
    vehicle_number: Cell,
    /// 挂车号.
    trailer_vehicle_plate_number: Cell,
    /// 司机备注: an enterprise keeps its own.
    remark: Cell,
    /// 司机性别.
    sex: Cell,
}

/// A driver as a row that waits for its values.
pub(crate) struct Waiting(DriverOf);

impl Waiting {
    pub(crate) fn new(driver: DriverOf) -> Self {
        Self(driver)
    }

    fn vehicle(&self) -> Option<VehicleId> {
        self.0.code.record.as_ref().and_then(|(_, code)| code.current)
    }

    fn trailer(&self) -> Option<VehicleId> {
        self.0.code.record.as_ref().and_then(|(_, code)| code.trailer)
    }

    fn values(&self, got: &Got) -> DriverValues {
        use CertificateKind::{DrivingLicence, Identity, Qualification, VehicleLicence};
        const NAMES: [(CertificateKind, &str); 3] = [
            (Identity, "driverName"),
            (DrivingLicence, "driverName"),
            (Qualification, "driverName"),
        ];
        const NUMBERS: [(CertificateKind, &str); 3] = [
            (Identity, "identityNumber"),
            (DrivingLicence, "drivingLicense"),
            (Qualification, "qualificationCertificate"),
        ];
        let plate = |of: Option<VehicleId>, none| match of {
            Some(id) => {
                let subject = Some(Subject::Vehicle(id));
                let name = [(VehicleLicence, "vehicleNumber")];
                got.field(ExchangeField::Plate, subject, &name)
            }
            None => Cell::empty(none),
        };
        let of_person = |field, names: &[_]| got.field(field, None, names);
        DriverValues {
            driver_name: of_person(ExchangeField::Name, &NAMES),
            driving_license: of_person(ExchangeField::IdentityNumber, &NUMBERS),
            telephone: got.phone(),
            vehicle_number: plate(self.vehicle(), NO_VEHICLE),
            trailer_vehicle_plate_number: plate(self.trailer(), NO_TRAILER),
            remark: Cell::empty(NOT_KEPT),
            sex: of_person(ExchangeField::Identity, &[(Identity, "sex")]),
        }
    }
}

impl super::Waiting for Waiting {
    type Row = DriverRow;

    const FIELDS: FieldSet = FieldSet::of(&[
        ExchangeField::Name,
        ExchangeField::Phone,
        ExchangeField::Plate,
        ExchangeField::Identity,
        ExchangeField::IdentityNumber,
    ]);
    const DEFAULT: FieldSet =
        FieldSet::of(&[ExchangeField::Name, ExchangeField::Phone, ExchangeField::Plate]);

    /// Without a vehicle there is no plate.
    fn ask(&self, fields: FieldSet) -> Ask {
        let has_vehicle = self.vehicle().is_some();
        let fields = fields.iter().filter(|one| has_vehicle || *one != ExchangeField::Plate);
        Ask { code: Some(self.0.standing.affiliation.code), fields: fields.collect() }
    }

    fn with(self, got: &Got) -> DriverRow {
        let values = self.values(got);
        let (is_opened, vehicle, trailer) = (self.0.is_opened(), self.vehicle(), self.trailer());
        let DriverOf { standing, code, certificates } = self.0;
        let holder = code.record.as_ref().map(|(_, code)| code.holder);
        let person = match holder {
            Some(Holder::Person(id)) if is_opened => Some(id),
            _ => None,
        };
        let chain = DriverOnChain {
            standing: code.standing,
            colour: code.colour,
            displayed: code.displayed,
            valid_until: code.valid_until,
            operator: code.operator,
            custody: code.custody,
            person,
            vehicle: vehicle.filter(|_| is_opened),
            trailer: trailer.filter(|_| is_opened),
            certificates: certificates.iter().map(CertificateSeen::of).collect(),
        };
        let of = standing.affiliation;
        DriverRow {
            affiliation: of.id,
            account: standing.account,
            review: of.review,
            asked_by: of.asked_by,
            added_at: of.asked_at,
            code: of.code,
            chain,
            values,
            accesses: got.accesses(),
        }
    }
}

fn account(account: Account) -> (&'static str, &'static str) {
    match account {
        Account::None => ("开户", "none"),
        Account::Opened => ("已开户", "opened"),
        Account::Closed => ("已销户", "closed"),
    }
}

fn review(review: Review) -> (&'static str, &'static str) {
    match review {
        Review::Waiting => ("待审核", "waiting"),
        Review::Approved => ("已通过", "approved"),
        Review::Refused => ("已拒绝", "refused"),
    }
}

fn standing(standing: StandingWord) -> (&'static str, &'static str) {
    match standing {
        StandingWord::Issued => ("有效", "issued"),
        StandingWord::Suspended => ("已暂停", "suspended"),
        StandingWord::Cancelled => ("已注销", "cancelled"),
        StandingWord::Unknown => ("未知", "unknown"),
    }
}

fn custody(custody: &Custody) -> String {
    match custody {
        Custody::Device => "device".to_owned(),
        Custody::Platform(id) => id.to_string(),
    }
}

impl Row for DriverRow {
    const COLUMNS: &'static [(&'static str, &'static str)] = &[
        ("开户状态", "account"),
        ("审核状态", "review"),
        ("司机姓名", "driverName"),
        ("身份证号码", "drivingLicense"),
        ("联系电话", "telephone"),
        ("绑定车牌", "vehicleNumber"),
        ("挂车号", "trailerVehiclePlateNumber"),
        ("司机备注", "remark"),
        ("司机性别", "sex"),
        ("添加时间", "added_at"),
        ("运输码", "code"),
        ("运输码状态", "standing"),
        ("颜色", "colour"),
        ("有效至", "valid_until"),
        ("密钥保管", "custody"),
        ("挂靠编号", "affiliation"),
        ("空缺原因", "reasons"),
    ];

    fn cells(&self, language: Language) -> Vec<String> {
        let pick = |(zh, en): (&str, &str)| language.pick(zh, en).to_owned();
        let (values, chain) = (&self.values, &self.chain);
        let personal = [
            ("driverName", &values.driver_name),
            ("drivingLicense", &values.driving_license),
            ("telephone", &values.telephone),
            ("vehicleNumber", &values.vehicle_number),
            ("trailerVehiclePlateNumber", &values.trailer_vehicle_plate_number),
            ("remark", &values.remark),
            ("sex", &values.sex),
        ];
        let mut cells = vec![pick(account(self.account)), pick(review(self.review))];
        cells.extend(personal.iter().map(|(_, cell)| cell.text()));
        cells.extend([
            instant(self.added_at),
            self.code.to_string(),
            pick(standing(chain.standing)),
            colour(chain.displayed, language),
            maybe(chain.valid_until),
            together(chain.custody.iter().map(custody)),
            self.affiliation.to_string(),
            reasons(&personal),
        ]);
        cells
    }
}
