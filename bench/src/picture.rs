// SPDX-License-Identifier: Apache-2.0
//! Curves as SVG pictures, both axes by their logarithms: what grows alike is a straight line.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::prelude::*;

const SIZE: (u32, u32) = (720, 420);
const COLOURS: [RGBColor; 3] =
    [RGBColor(31, 94, 168), RGBColor(200, 80, 30), RGBColor(50, 130, 80)];

/// One line with its points.
pub(crate) struct Curve {
    pub(crate) about: &'static str,
    pub(crate) points: Vec<(f64, f64)>,
}

/// Draws curves over common axes; nothing where there are no points.
pub(crate) fn draw(path: &Path, (x, y): (&str, &str), curves: &[Curve]) -> Result<()> {
    let points = || curves.iter().flat_map(|curve| &curve.points).copied();
    let Some(bounds) = bounds(points()) else { return Ok(()) };
    let failed = |error: &dyn std::fmt::Display| anyhow!("{}: {error}", path.display());
    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    area.fill(&WHITE).map_err(|error| failed(&error))?;
    let [left, right, bottom, top] = bounds;
    let mut chart = ChartBuilder::on(&area)
        .margin(16)
        .x_label_area_size(44)
        .y_label_area_size(84)
        .build_cartesian_2d((left..right).log_scale(), (bottom..top).log_scale())
        .map_err(|error| failed(&error))?;
    let number = |value: &f64| short(*value);
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .x_desc(x)
        .y_desc(y)
        .x_label_formatter(&number)
        .y_label_formatter(&number)
        .draw()
        .map_err(|error| failed(&error))?;
    for (curve, colour) in curves.iter().zip(COLOURS.iter().cycle()) {
        let line = LineSeries::new(curve.points.iter().copied(), colour.stroke_width(2));
        chart
            .draw_series(line)
            .map_err(|error| failed(&error))?
            .label(curve.about)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
        let dots = curve.points.iter().map(|point| Circle::new(*point, 3, colour.filled()));
        chart.draw_series(dots).map_err(|error| failed(&error))?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerLeft)
        .background_style(WHITE.mix(0.85))
        .draw()
        .map_err(|error| failed(&error))?;
    area.present().map_err(|error| failed(&error))
}

/// Left, right, bottom and top: whole powers of ten around all points.
fn bounds(points: impl Iterator<Item = (f64, f64)>) -> Option<[f64; 4]> {
    let logs: Vec<(f64, f64)> =
        points.filter(|(x, y)| *x > 0.0 && *y > 0.0).map(|(x, y)| (x.log10(), y.log10())).collect();
    let (first, rest) = logs.split_first()?;
    let start = [first.0, first.0, first.1, first.1];
    let [left, right, bottom, top] =
        rest.iter().fold(start, |[left, right, bottom, top], (x, y)| {
            [left.min(*x), right.max(*x), bottom.min(*y), top.max(*y)]
        });
    let ten = |power: f64| 10_f64.powf(power);
    // An axis has a length even where all points are one.
    let up = |low: f64, high: f64| if high.ceil() > low.floor() { high.ceil() } else { low + 1.0 };
    Some([ten(left.floor()), ten(up(left, right)), ten(bottom.floor()), ten(up(bottom, top))])
}

/// 20000 is 20k, 3000000 is 3M.
fn short(value: f64) -> String {
    match value {
        value if value >= 1e6 => format!("{}M", value / 1e6),
        value if value >= 1e3 => format!("{}k", value / 1e3),
        value => format!("{value}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_at_powers_of_ten_around_all_points() {
        let of = |points: &[(f64, f64)]| bounds(points.iter().copied());
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[(20.0, 3_000.0), (500.0, 70.0)]), Some([10.0, 1_000.0, 10.0, 10_000.0]));
        assert_eq!(of(&[(10.0, 100.0)]), Some([10.0, 100.0, 100.0, 1_000.0]), "never empty");
        assert_eq!(of(&[(0.0, 5.0)]), None, "nothing has no logarithm");
    }
}
