// SPDX-License-Identifier: Apache-2.0
//! Invented lorries, tractors and trailers. Vehicle `n` is driven by person `n`.
//! Masses are chosen on the right side of 4,500 kg: 4,495 is exempt, all above is not.

use super::Register;
use super::days;
use super::draw::{Draw, Entity, scatter};
use super::geography::Prefecture;
use chain::calendar::Date;
use formats::{FormatError, certificate, plate, vin};

const SYMBOLS: &[u8; 34] = b"0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const ENERGY_LETTERS: &[u8; 10] = b"DABCEFGHJK";
const VIN_LETTERS: &[u8; 21] = b"ABCDEFGHJKLMNPRSTUVWX";
/// Years of age, one to twelve, most often four.
const AGES: [u64; 12] = [2, 4, 6, 8, 7, 6, 5, 4, 3, 2, 2, 1];

/// What a vehicle is built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    /// 4.2 m light lorry.
    Light,
    /// 6.8 m medium lorry.
    Medium,
    /// 9.6 m heavy lorry.
    Heavy,
    /// Tractor with a 13 m trailer.
    Tractor,
    /// Tractor with a 17.5 m low bed.
    LowBed,
}

impl Build {
    /// All builds with their shares in hundredths.
    pub const SHARES: [(Self, u64); 5] = [
        (Self::Light, 42),
        (Self::Medium, 10),
        (Self::Heavy, 16),
        (Self::Tractor, 28),
        (Self::LowBed, 4),
    ];

    /// Whether it pulls a trailer.
    pub fn pulls(self) -> bool {
        matches!(self, Self::Tractor | Self::LowBed)
    }

    /// The least licence class that may drive it.
    pub fn licence(self) -> &'static str {
        match self {
            Self::Light => "C1",
            Self::Medium | Self::Heavy => "B2",
            Self::Tractor | Self::LowBed => "A2",
        }
    }
}

/// A vehicle as its licence describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vehicle {
    /// Number in the register; a trailer has that of its tractor.
    pub index: u64,
    /// What it is built for.
    pub build: Build,
    /// A trailer, not a motor vehicle.
    pub trailer: bool,
    /// Numbers on plate, frame, engine and permit.
    pub numbers: Numbers,
    /// Type code of GA 24.4.
    pub type_code: &'static str,
    /// Masses and axles.
    pub frame: Frame,
    /// Energy code of the ministry's table.
    pub energy: char,
    /// Day of first registration.
    pub registered: Date,
    /// Where it is registered.
    pub prefecture: &'static Prefecture,
}

/// The numbers that name a vehicle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// Plate.
    pub plate: String,
    /// Colour code of the plate.
    pub colour: u8,
    /// Vehicle identification number.
    pub vin: String,
    /// Engine number; empty for a trailer.
    pub engine: String,
    /// Transport permit number, or the placeholder where none is needed.
    pub permit: String,
}

/// What the vehicle weighs and carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Total mass.
    pub mass_kg: u32,
    /// Rated load.
    pub load_kg: u32,
    /// Axles.
    pub axles: u8,
    /// Length of the body.
    pub length_mm: u32,
}

impl Vehicle {
    /// Above 4,500 kg a transport permit and a qualification are needed.
    pub fn needs_permit(&self) -> bool {
        self.frame.mass_kg > 4_500
    }
}

impl Register {
    /// The motor vehicle of a number.
    pub fn vehicle(&self, index: u64) -> Result<Vehicle, FormatError> {
        let mut draw = Draw::new(self.seed, Entity::Vehicle, index);
        let build = Build::SHARES[draw.weighted(Build::SHARES.iter().map(|(_, share)| *share))].0;
        let (frame, type_code) = motor(build, &mut draw);
        let electric = build == Build::Light && draw.permille(120);
        let energy = if electric { 'C' } else { 'B' };
        self.assemble(&mut draw, Blank { index, build, trailer: false, frame, type_code, energy })
    }

    /// The trailer of a tractor; none for a lorry.
    pub fn trailer(&self, index: u64) -> Result<Option<Vehicle>, FormatError> {
        let build = self.vehicle(index)?.build;
        if !build.pulls() {
            return Ok(None);
        }
        let mut draw = Draw::new(self.seed, Entity::Trailer, index);
        let (frame, type_code) = trailer(build, &mut draw);
        let blank = Blank { index, build, trailer: true, frame, type_code, energy: 'Y' };
        self.assemble(&mut draw, blank).map(Some)
    }

    fn assemble(&self, draw: &mut Draw, blank: Blank) -> Result<Vehicle, FormatError> {
        let prefecture = self.person(blank.index)?.prefecture;
        let years = 1 + draw.weighted(AGES.into_iter()) as i64;
        let registered = days::plus_days(self.as_of, -365 * years + draw.between(0, 364));
        let numbers = self.numbers(draw, &blank, prefecture, registered)?;
        Ok(Vehicle {
            index: blank.index,
            build: blank.build,
            trailer: blank.trailer,
            numbers,
            type_code: blank.type_code,
            frame: blank.frame,
            energy: blank.energy,
            registered,
            prefecture,
        })
    }

    fn numbers(
        &self,
        draw: &mut Draw,
        blank: &Blank,
        prefecture: &'static Prefecture,
        registered: Date,
    ) -> Result<Numbers, FormatError> {
        let salt = if blank.trailer { 20 } else { 10 };
        let unique = |place: u64, size| scatter(self.seed, salt + place, blank.index, size);
        let kind = blank.plate_kind();
        let large = plate::is_large(blank.frame.mass_kg, blank.frame.length_mm);
        let description: String = (0..5).map(|_| char::from(draw.pick(VIN_LETTERS))).collect();
        let serial = unique(2, 5_000_000) as u32 + if blank.trailer { 5_000_000 } else { 0 };
        let region = prefecture.synthetic_region();
        let permit =
            if blank.frame.mass_kg > 4_500 { unique(3, 499_999) as u32 * 2 + 1 } else { 0 };
        let permit = if permit > 0 && blank.trailer { permit + 1 } else { permit };
        let engine = if blank.trailer { String::new() } else { format!("DC{serial:08}") };
        Ok(Numbers {
            plate: plate_of(kind, prefecture.letter, |size| unique(1, size)),
            colour: kind.colour(large),
            vin: vin::make(&description, registered.year, serial)?,
            engine,
            permit: certificate::make_permit(&region, permit),
        })
    }
}

/// A vehicle before it has numbers.
struct Blank {
    index: u64,
    build: Build,
    trailer: bool,
    frame: Frame,
    type_code: &'static str,
    energy: char,
}

impl Blank {
    fn plate_kind(&self) -> plate::Kind {
        match (self.trailer, self.energy) {
            (true, _) => plate::Kind::Trailer,
            (false, 'C') => plate::Kind::EnergySmall,
            (false, _) => plate::Kind::Ordinary,
        }
    }
}

fn motor(build: Build, draw: &mut Draw) -> (Frame, &'static str) {
    let frame = |mass_kg, load_kg, axles, length_mm| Frame { mass_kg, load_kg, axles, length_mm };
    match build {
        Build::Light => {
            (frame(4_495, round(draw, 1_500, 1_900), 2, 5_995), draw.pick(&["H32", "H31"]))
        }
        Build::Medium => {
            (frame(11_995, round(draw, 6_000, 7_000), 2, 8_990), draw.pick(&["H21", "H22"]))
        }
        Build::Heavy if draw.permille(500) => {
            (frame(25_000, round(draw, 14_000, 16_000), 3, 11_980), draw.pick(&["H11", "H12"]))
        }
        Build::Heavy => {
            (frame(31_000, round(draw, 16_000, 18_000), 4, 11_990), draw.pick(&["H11", "H12"]))
        }
        Build::Tractor | Build::LowBed => (frame(9_000, 0, 3, 7_300), "Q11"),
    }
}

fn trailer(build: Build, draw: &mut Draw) -> (Frame, &'static str) {
    if build == Build::LowBed {
        let frame = Frame { mass_kg: 40_000, load_kg: 30_000, axles: 3, length_mm: 17_500 };
        return (frame, "B1B");
    }
    let load_kg = round(draw, 30_000, 33_000);
    let frame = Frame { mass_kg: 40_000, load_kg, axles: 3, length_mm: 13_000 };
    (frame, draw.pick(&["B11", "B18"]))
}

/// Loads are rated in steps of five kilograms.
fn round(draw: &mut Draw, low: i64, high: i64) -> u32 {
    (draw.between(low / 5, high / 5) * 5) as u32
}

/// A plate whose serial begins with 0, unlike those that are given out first.
fn plate_of(kind: plate::Kind, letter: char, unique: impl Fn(u64) -> u64) -> String {
    let symbols = |count: u32| base34(unique(34_u64.pow(count)), count);
    match kind {
        plate::Kind::Ordinary => format!("云{letter}0{}", symbols(4)),
        plate::Kind::Trailer => format!("云{letter}0{}挂", symbols(3)),
        plate::Kind::EnergySmall => {
            let number = unique(100_000);
            let energy = char::from(ENERGY_LETTERS[(number / 10_000) as usize]);
            format!("云{letter}{energy}0{:04}", number % 10_000)
        }
        plate::Kind::EnergyLarge => {
            let number = unique(100_000);
            let energy = char::from(ENERGY_LETTERS[(number / 10_000) as usize]);
            format!("云{letter}0{:04}{energy}", number % 10_000)
        }
    }
}

fn base34(mut number: u64, count: u32) -> String {
    let mut symbols = Vec::new();
    for _ in 0..count {
        symbols.push(char::from(SYMBOLS[(number % 34) as usize]));
        number /= 34;
    }
    symbols.iter().rev().collect()
}
