//! The statistics of a realization, and their mean and spread over samples.

use super::density::{self, Density};
use super::moments::Moments;
use super::spectra::{Spectra, wavenumbers};
use super::{Climate, Frame};
use data::FlowStatistic;

/// What a statistic belongs to in scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The mean velocity.
    Mean,
    /// Root mean square fluctuations.
    Rms,
    /// The Reynolds shear stress.
    Stress,
    /// Spectra along an axis.
    Spectrum(usize),
    /// The friction at the walls.
    Friction,
    /// Probability densities.
    Density,
    /// What is shown and not scored.
    Shown,
}

/// A statistic with the part of the scores to which it belongs.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// The part of the scores.
    pub part: Part,
    /// Its description and values.
    pub statistic: FlowStatistic,
}

/// The statistics of one realization; its values are in `reference`.
pub(super) fn measure(
    frame: &Frame,
    moments: &Moments,
    spectra: &Spectra,
    density: &Density,
) -> Vec<Quantity> {
    let own = Scales::of(frame, moments.friction_velocity(&frame.geometry));
    let mut all = profiles(frame, moments, &own);
    for &axis in &frame.geometry.spectral {
        for place in 0..frame.places.len() {
            for component in 0..frame.geometry.symbols.len() {
                let values = spectra.of(frame, axis, place, component);
                all.push(spectrum(frame, &own, [axis, place, component], values));
            }
        }
    }
    for (component, symbol) in frame.geometry.symbols.iter().enumerate() {
        all.push(quantity(
            Part::Density,
            FlowStatistic {
                name: format!("density-{symbol}"),
                symbol: format!("P({symbol}′/{symbol}′_rms)"),
                location: frame.places[0].location.clone(),
                coordinate: format!("{symbol}′/{symbol}′_rms"),
                positions: density::centres(),
                reference: density.of(component),
                ..FlowStatistic::default()
            },
        ));
    }
    all.extend(numbers(frame, moments, &own));
    all
}

fn quantity(part: Part, statistic: FlowStatistic) -> Quantity {
    Quantity { part, statistic }
}

/// What values are divided by, with the marks of wall units.
struct Scales {
    velocity: f64,
    /// ν/u_τ of the climate, in which the coordinate y⁺ is; 1 m without walls.
    length: f64,
    /// h in walls units of spectra; 1 m without walls.
    outer: f64,
    plus: &'static str,
    units: [String; 3],
}

impl Scales {
    fn of(frame: &Frame, friction_velocity: f64) -> Self {
        let unit = &frame.geometry.unit;
        let Some(walls) = frame.geometry.walls else {
            let units = [unit.clone(), format!("({unit})²"), format!("({unit})² m")];
            let units =
                if unit == "m/s" { ["m/s", "m²/s²", "m³/s²"].map(String::from) } else { units };
            return Self { velocity: 1.0, length: 1.0, outer: 1.0, plus: "", units };
        };
        // Positions are those of the climate, so that all curves have the same.
        let climate = walls.friction(frame.profile[[frame.geometry.stream, 0]]).sqrt();
        Self {
            velocity: friction_velocity,
            length: walls.viscosity / climate,
            outer: walls.half_height,
            plus: "⁺",
            units: [const { String::new() }; 3],
        }
    }
}

/// Mean velocity, root mean squares and shear stress: from the wall to the centre, or over the whole axis without
/// walls.
fn profiles(frame: &Frame, moments: &Moments, scales: &Scales) -> Vec<Quantity> {
    let geometry = &frame.geometry;
    let [profile, squares] = moments.profiles();
    let planes = geometry.planes();
    let shown = if geometry.walls.is_some() { planes.div_ceil(2) } else { planes };
    let symbols = &geometry.symbols;
    let Scales { velocity, plus, units, .. } = scales;
    let coordinate = ["x", "y", "z"][geometry.normal];
    let add = |part: Part, name: String, symbol: String, unit: &String, values: Vec<f64>| {
        quantity(
            part,
            FlowStatistic {
                name,
                symbol,
                unit: unit.clone(),
                coordinate: format!("{coordinate}{plus}"),
                positions: geometry.distance[..shown].iter().map(|y| y / scales.length).collect(),
                reference: values,
                ..FlowStatistic::default()
            },
        )
    };
    let mean = profile.row(geometry.stream).iter().take(shown).map(|u| u / velocity).collect();
    let capital = symbols[geometry.stream].to_uppercase();
    let name = String::from("mean-velocity");
    let mut all = vec![add(Part::Mean, name, format!("{capital}{plus}"), &units[0], mean)];
    for (component, symbol) in symbols.iter().enumerate() {
        let rms = |plane: usize| {
            let mean = profile[[component, plane]];
            // A negative variance is rounding.
            let variance = squares[[component, plane]] - mean * mean;
            if variance.is_nan() { f64::NAN } else { variance.max(0.0).sqrt() / velocity }
        };
        let (name, symbol) = (format!("rms-{symbol}"), format!("{symbol}′{plus}"));
        all.push(add(Part::Rms, name, symbol, &units[0], (0..shown).map(rms).collect()));
    }
    let stress = moments.stress(geometry);
    let stress = stress.iter().take(shown).map(|stress| stress / velocity.powi(2)).collect();
    let [u, v] = [geometry.stream, geometry.normal].map(|component| &symbols[component]);
    let symbol = format!("−{u}′{v}′{plus}");
    all.push(add(Part::Stress, "shear-stress".into(), symbol, &units[1], stress));
    all
}

fn spectrum(
    frame: &Frame,
    scales: &Scales,
    [axis, place, component]: [usize; 3],
    values: Vec<f64>,
) -> Quantity {
    let geometry = &frame.geometry;
    let (name, symbol) = (["x", "y", "z"][axis], &geometry.symbols[component]);
    let scale = scales.velocity.powi(2) * scales.outer;
    let outer = if geometry.walls.is_some() { " h" } else { "" };
    let wavenumbers = wavenumbers(geometry.cells[axis], geometry.lengths[axis]);
    quantity(
        Part::Spectrum(axis),
        FlowStatistic {
            name: format!("spectrum-{name}-{symbol}"),
            symbol: format!("E_{symbol}{symbol}{}", scales.plus),
            unit: scales.units[2].clone(),
            location: frame.places[place].location.clone(),
            coordinate: format!("k_{name}{outer}"),
            positions: wavenumbers.iter().map(|k| k * scales.outer).collect(),
            reference: values.iter().map(|value| value / scale).collect(),
            ..FlowStatistic::default()
        },
    )
}

/// Statistics that are single numbers.
fn numbers(frame: &Frame, moments: &Moments, scales: &Scales) -> Vec<Quantity> {
    let geometry = &frame.geometry;
    let add = |part: Part, name: &str, symbol: &str, unit: &str, value: f64| {
        quantity(
            part,
            FlowStatistic {
                name: name.into(),
                symbol: symbol.into(),
                unit: unit.into(),
                positions: vec![0.0],
                reference: vec![value],
                ..FlowStatistic::default()
            },
        )
    };
    let [profile, squares] = moments.profiles();
    let shares = || geometry.share.iter();
    let bulk: f64 = shares().zip(profile.row(geometry.stream)).map(|(w, u)| w * u).sum();
    let variance = &squares - &(&profile * &profile);
    let energy: f64 = variance
        .outer_iter()
        .map(|own| shares().zip(own).map(|(w, v)| 0.5 * w * v).sum::<f64>())
        .sum();
    let (square, plus) = (scales.velocity.powi(2), scales.plus);
    let symbol = format!("k{plus}");
    let energy = add(Part::Shown, "kinetic-energy", &symbol, &scales.units[1], energy / square);
    let Some(walls) = geometry.walls else { return vec![energy] };
    let rms = variance.row(geometry.stream).fold(0.0_f64, |most, own| most.max(*own)).sqrt();
    let reynolds = scales.velocity * walls.half_height / walls.viscosity;
    vec![
        add(Part::Friction, "reynolds-tau", "Re_τ", "", reynolds),
        add(Part::Shown, "friction-coefficient", "C_f", "", 2.0 * square / bulk.powi(2)),
        add(Part::Shown, "bulk-velocity", "U_b", &geometry.unit, bulk),
        add(Part::Shown, "peak-rms-u", "max u′⁺", "", rms / scales.velocity),
        energy,
    ]
}

/// Mean and standard deviation over samples, which have the same statistics at the same positions.
pub(super) fn over_samples(samples: &[Vec<Quantity>]) -> Vec<Quantity> {
    let Some(first) = samples.first() else { return Vec::new() };
    let count = samples.len() as f64;
    let over = |(number, quantity): (usize, &Quantity)| {
        let mut quantity = quantity.clone();
        let positions = quantity.statistic.positions.len();
        let of = |sample: &Vec<Quantity>, at: usize| sample[number].statistic.reference[at];
        let mean = |at: usize| samples.iter().map(|sample| of(sample, at)).sum::<f64>() / count;
        let means: Vec<f64> = (0..positions).map(mean).collect();
        let deviation = |at: usize| {
            let square = |sample: &Vec<Quantity>| (of(sample, at) - means[at]).powi(2);
            // 0/0 = NaN for one sample.
            (samples.iter().map(square).sum::<f64>() / (count - 1.0)).sqrt()
        };
        quantity.statistic.standard_deviation = (0..positions).map(deviation).collect();
        quantity.statistic.reference = means;
        quantity
    };
    first.iter().enumerate().map(over).collect()
}

impl Climate {
    /// The statistics of a part, each with the same of a realization.
    pub fn compare<'a>(
        &'a self,
        part: Part,
        values: &'a [Vec<f64>],
    ) -> impl Iterator<Item = (&'a FlowStatistic, &'a [f64])> {
        let of_part = self.quantities.iter().zip(values).filter(move |(own, _)| own.part == part);
        of_part.map(|(own, values)| (&own.statistic, values.as_slice()))
    }

    /// The distance of the densities of the component along the stream, in root mean squares.
    pub fn density_distance(&self, values: &[Vec<f64>]) -> f64 {
        let stream = self.compare(Part::Density, values).nth(self.frame.geometry.stream);
        stream.map_or(f64::NAN, |(own, values)| density::distance(&own.reference, values))
    }
}
