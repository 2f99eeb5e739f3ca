// SPDX-License-Identifier: Apache-2.0
//! The papers of people whom nobody applied for yet, for who wants to type them in.

use chain::records::certificate::CertificateKind as Kind;

use super::Register;
use super::certificates::{Certificate, FATED, Fate};
use crate::cast::{NEWCOMERS, PEOPLE};
use formats::FormatError;

/// A newcomer with a light lorry, and the papers of both.
#[derive(Clone, Debug)]
pub struct Papers {
    /// Their place in the register.
    pub index: u64,
    /// Mobile number.
    pub phone: String,
    /// Home prefecture.
    pub prefecture: u16,
    /// Certificates of the person.
    pub person: Vec<Certificate>,
    /// Where the lorry is registered.
    pub vehicle_prefecture: u16,
    /// Certificates of the lorry.
    pub vehicle: Vec<Certificate>,
}

impl Register {
    /// The newcomer of this number, counted from 0 and from the end of the register, so that whoever takes them from
    /// its beginning meets them last. All papers are in order, and the lorry needs no transport permit.
    pub fn newcomer(&self, number: u64) -> Result<Option<Papers>, FormatError> {
        let mut left = number;
        for index in (NEWCOMERS..PEOPLE).rev() {
            let vehicle = self.vehicle(index)?;
            let pulls = self.trailer(index)?.is_some();
            if self.fate(index, FATED) != Fate::Sound || vehicle.needs_permit() || pulls {
                continue;
            }
            if left > 0 {
                left -= 1;
                continue;
            }
            let person = self.person(index)?;
            let owner = self.owner_of(index)?;
            let licence = self.driving_licence(&person, vehicle.build.licence());
            return Ok(Some(Papers {
                index,
                phone: person.mobile.clone(),
                prefecture: person.prefecture.code,
                person: vec![self.identity(&person), licence],
                vehicle_prefecture: vehicle.prefecture.code,
                vehicle: vec![
                    self.vehicle_licence(&vehicle, &owner),
                    self.policy(&vehicle, &owner),
                ],
            }));
        }
        Ok(None)
    }
}

impl Papers {
    /// The identity number.
    pub fn identity_number(&self) -> &str {
        self.person.iter().find_map(|paper| paper.value("identityNumber")).unwrap_or_default()
    }

    /// The same with a driving licence whose authority the register does not know: it is refused.
    pub fn misprinted(mut self) -> Self {
        for paper in self.person.iter_mut().filter(|paper| paper.kind == Kind::DrivingLicence) {
            for (name, value) in &mut paper.fields {
                if *name == "issuingOrganizations" {
                    value.push('局');
                }
            }
        }
        self
    }
}
