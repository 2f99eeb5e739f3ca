// SPDX-License-Identifier: Apache-2.0
//! Invented hauliers, shippers and insurers, all with names that say so.
//! None carries a region in which an enterprise could be registered.

use super::Register;
use super::draw::{Draw, Entity, scatter};
use super::geography::{PREFECTURES, Prefecture};
use formats::{FormatError, certificate, uscc};

/// Mark before every invented enterprise's name.
pub const PREFIX: &str = "滇测";
const WORDS: [&str; 10] =
    ["恒通", "远达", "顺捷", "安泰", "鑫源", "广茂", "瑞丰", "祥云", "联运", "宏图"];
const HAULIERS: [&str; 2] = ["物流有限公司", "运输有限公司"];

/// The insurer of the demo: code and name.
pub const INSURER: (&str, &str) = ("DCAT", "滇测安泰财产保险股份有限公司");

/// A haulier or a shipper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enterprise {
    /// Number in the register.
    pub index: u64,
    /// Name with its mark.
    pub name: String,
    /// Unified social credit code.
    pub uscc: String,
    /// Where it is registered.
    pub prefecture: &'static Prefecture,
    /// Number of its business permit.
    pub permit_number: String,
}

impl Register {
    /// The haulier of a number.
    pub fn enterprise(&self, index: u64) -> Result<Enterprise, FormatError> {
        let mut draw = Draw::new(self.seed, Entity::Enterprise, index);
        let tail = draw.pick(&HAULIERS);
        self.make_enterprise(&mut draw, index, tail, "MA0")
    }

    /// The haulier that owns the vehicle of a number.
    pub fn owner_of(&self, vehicle: u64) -> Result<Enterprise, FormatError> {
        self.enterprise(vehicle % self.enterprises.max(1))
    }

    /// Somebody who sends or receives goods.
    pub fn shipper(&self, index: u64) -> Result<Enterprise, FormatError> {
        let mut draw = Draw::new(self.seed, Entity::Shipper, index);
        self.make_enterprise(&mut draw, index, "商贸有限公司", "MA1")
    }

    fn make_enterprise(
        &self,
        draw: &mut Draw,
        index: u64,
        tail: &str,
        series: &str,
    ) -> Result<Enterprise, FormatError> {
        let prefecture = &PREFECTURES[draw.weighted(PREFECTURES.iter().map(|p| p.share))];
        let first = draw.below(WORDS.len() as u64) as usize;
        let second = (first + 1 + draw.below(WORDS.len() as u64 - 1) as usize) % WORDS.len();
        let region = prefecture.synthetic_region();
        let serial = scatter(self.seed, 5, index, 31_u64.pow(5));
        let organisation = format!("{series}{}", base31(serial));
        let permit = 1 + scatter(self.seed, 6, index, 999_999) as u32;
        Ok(Enterprise {
            index,
            name: format!("{PREFIX}{}{}{tail}", WORDS[first], WORDS[second]),
            uscc: uscc::make("91", &region, &organisation)?,
            prefecture,
            permit_number: certificate::make_permit(&region, permit),
        })
    }
}

/// Five symbols of the credit code's alphabet.
fn base31(mut number: u64) -> String {
    let mut symbols = ['0'; 5];
    for symbol in symbols.iter_mut().rev() {
        *symbol = uscc::symbol((number % 31) as usize);
        number /= 31;
    }
    symbols.iter().collect()
}
