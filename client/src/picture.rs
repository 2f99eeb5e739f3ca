// SPDX-License-Identifier: Apache-2.0
//! Pictures of texts (QR codes): drawn as SVG and PNG, and read from a photograph or a screenshot.
//! What is drawn has the quiet zone of four modules that ISO/IEC 18004 asks for, and corrects errors at level M.

use std::io::Cursor;

use image::imageops::{self, FilterType};
use image::{GrayImage, ImageFormat, ImageReader, Limits, Luma};
use qrcode::types::Color;
use qrcode::{EcLevel, QrCode};

/// Modules of white around a picture.
const QUIET: usize = 4;
/// Widest picture that is drawn or read, in pixels.
const WIDEST: u32 = 8_192;
/// Most memory that reading a picture may take, in bytes.
const MOST_BYTES: u64 = 512 << 20;

/// Pictures up to this width and height are looked at enlarged too.
const SMALL: u32 = 1_200;
/// How many times.
const ENLARGED: u32 = 3;

/// Why there is no picture, or nothing in one.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// More text than a picture holds: show less.
    #[error("the text is too long for a picture")]
    TooLong,
    /// Too few or too many pixels for this text.
    #[error("a picture of this text needs {least} to {WIDEST} pixels")]
    Size {
        /// One pixel a module.
        least: u32,
    },
    /// It cannot be written or read as an image: PNG and JPEG can be read.
    #[error("this is no PNG or JPEG picture of a size that can be read: {0}")]
    Image(#[from] image::ImageError),
    /// No code that can be read is in it: take it nearer, straighter, in better light.
    #[error("no QR code can be read in the picture: take it nearer, straighter or sharper")]
    Nothing,
    /// Several codes are in it: cut it to one.
    #[error("several QR codes are in the picture: cut it to one")]
    Several,
}

/// The modules of a text with their quiet zone, and how many a side has.
fn modules(text: &str) -> Result<(Vec<bool>, usize), PictureError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M);
    let code = code.map_err(|_| PictureError::TooLong)?;
    let (inner, colours) = (code.width(), code.to_colors());
    let side = inner + 2 * QUIET;
    let is_dark = |place: usize| {
        let (x, y) = (place % side, place / side);
        let within = |at: usize| (QUIET..QUIET + inner).contains(&at);
        within(x) && within(y) && colours[(y - QUIET) * inner + x - QUIET] == Color::Dark
    };
    Ok(((0..side * side).map(is_dark).collect(), side))
}

/// A text as SVG that fills whatever room it is given, at least so many pixels wide by itself.
pub fn svg(text: &str, pixels: u32) -> Result<String, PictureError> {
    let (modules, side) = modules(text)?;
    let mut path = String::new();
    for (y, row) in modules.chunks(side).enumerate() {
        // One stroke for each run of dark modules.
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run[0] {
                path.push_str(&format!("M{x} {y}h{length}v1h-{length}z", length = run.len()));
            }
            x += run.len();
        }
    }
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{pixels}\" height=\"{pixels}\" \
         viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path fill=\"#000\" d=\"{path}\"/></svg>\n"
    ))
}

/// A text as a grey picture of just so many pixels: modules are as large as whole pixels allow, in the middle of white.
pub fn grey(text: &str, pixels: u32) -> Result<GrayImage, PictureError> {
    let (modules, side) = modules(text)?;
    let least = side as u32;
    if !(least..=WIDEST).contains(&pixels) {
        return Err(PictureError::Size { least });
    }
    let module = pixels / least;
    let margin = (pixels - module * least) / 2;
    Ok(GrayImage::from_fn(pixels, pixels, |x, y| {
        let at = |place: u32| {
            place.checked_sub(margin).map(|inner| (inner / module) as usize).filter(|at| *at < side)
        };
        let is_dark = at(x).zip(at(y)).is_some_and(|(x, y)| modules[y * side + x]);
        Luma([if is_dark { 0 } else { 255 }])
    }))
}

/// A text as PNG.
pub fn png(text: &str, pixels: u32) -> Result<Vec<u8>, PictureError> {
    let mut bytes = Cursor::new(Vec::new());
    grey(text, pixels)?.write_to(&mut bytes, ImageFormat::Png)?;
    Ok(bytes.into_inner())
}

/// The text of the one code in a PNG or JPEG picture.
pub fn read(bytes: &[u8]) -> Result<String, PictureError> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    if let Ok(reader) = &mut reader {
        reader.limits(limits());
    }
    let image = reader.map_err(image::ImageError::IoError)?.decode()?.into_luma8();
    match found(&image) {
        // Modules of few pixels that are blurred and tilted are found in an enlarged picture.
        Err(PictureError::Nothing) if image.width().max(image.height()) <= SMALL => {
            let (width, height) = (image.width() * ENLARGED, image.height() * ENLARGED);
            found(&imageops::resize(&image, width, height, FilterType::Triangle))
        }
        other => other,
    }
}

fn found(image: &GrayImage) -> Result<String, PictureError> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let grey = |x: usize, y: usize| image.get_pixel(x as u32, y as u32).0[0];
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, grey);
    let found = prepared.detect_grids();
    let mut texts: Vec<String> =
        found.iter().filter_map(|grid| Some(grid.decode().ok()?.1)).collect();
    match (texts.pop(), texts.is_empty()) {
        (Some(text), true) => Ok(text),
        (Some(_), false) => Err(PictureError::Several),
        (None, _) => Err(PictureError::Nothing),
    }
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(WIDEST);
    limits.max_image_height = Some(WIDEST);
    limits.max_alloc = Some(MOST_BYTES);
    limits
}
