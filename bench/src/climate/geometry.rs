//! Where a flow is homogeneous, and what bounds it.

use data::{Boundary, Grid, Info, Rank};
use ndarray::{Array2, ArrayView3, ArrayView4, Axis};
use std::ops::Range;

/// The name of the parameter ν in m²/s.
const VISCOSITY: &str = "kinematic-viscosity";
/// The distance from the wall, in wall units, at which the fluctuations of u are largest.
const NEAR_WALL: f64 = 15.0;
/// Fewer cells along an axis have no spectrum.
const LEAST_CELLS: usize = 4;

/// The axes of a flow whose statistics vary along one axis only.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Geometry {
    /// The one axis along which statistics vary.
    pub(super) normal: usize,
    /// The first homogeneous axis, that of the mean flow.
    pub(super) stream: usize,
    /// The homogeneous axes that have a spectrum.
    pub(super) spectral: Vec<usize>,
    /// The channels of the velocity.
    channels: Range<usize>,
    /// The symbols of its components.
    pub(super) symbols: Vec<String>,
    /// The unit of the velocity.
    pub(super) unit: String,
    /// The centres of the planes along the normal axis in m, from its low end.
    pub(super) distance: Vec<f64>,
    /// The share of each plane in the volume.
    pub(super) share: Vec<f64>,
    /// The cells along x, y, z.
    pub(super) cells: [usize; 3],
    /// The lengths along x, y, z in m.
    pub(super) lengths: [f64; 3],
    /// The walls; `None` unless there are two, at rest, with equal cells at both.
    pub(super) walls: Option<Walls>,
}

/// Two walls at rest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Walls {
    /// Half their distance h in m.
    pub(super) half_height: f64,
    /// Kinematic viscosity ν in m²/s.
    pub(super) viscosity: f64,
    /// Width Δ of the first cell in m.
    first_width: f64,
}

/// Planes that are averaged.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Place {
    /// Its name in figures, such as `y⁺ = 15`; empty where it is the whole domain.
    pub(super) location: String,
    /// Their numbers along the normal axis.
    pub(super) planes: Vec<usize>,
}

impl Walls {
    /// Wall shear stress over density in m²/s² from the mean velocity U₁ of the first cells.
    ///
    /// ```text
    /// U ≈ (τ/ρν)(y − y²/2h)   near a wall   ⇒   τ/ρ = 2 ν U₁ / (Δ (1 − Δ/3h))
    /// ```
    ///
    /// U₁ is the average over the cell next to the wall, of width Δ, which lies in the viscous sublayer. The second
    /// term is the curvature by the mean pressure gradient, which balances the friction.
    pub(super) fn friction(&self, first: f64) -> f64 {
        let width = self.first_width;
        2.0 * self.viscosity * first / (width * (1.0 - width / (3.0 * self.half_height)))
    }
}

impl Geometry {
    /// `None` if statistics vary along more or fewer than one axis, or if the velocity is not a field.
    pub(super) fn of(
        info: &Info,
        grid: &Grid,
        parameters: &[f64],
        homogeneous: [bool; 3],
    ) -> Option<Self> {
        let is_wide = |axis: &usize| grid.axes[*axis].cells() > 1;
        let along: Vec<usize> = (0..3).filter(is_wide).filter(|&axis| homogeneous[axis]).collect();
        let across: Vec<usize> =
            (0..3).filter(is_wide).filter(|&axis| !homogeneous[axis]).collect();
        let (&[normal], Some(&stream)) = (across.as_slice(), along.first()) else { return None };
        let is_even = along.iter().all(|&axis| grid.axes[axis].is_uniform());
        let has_body = info.fields.iter().any(|field| field.constant);
        if !is_even || has_body {
            return None;
        }
        let mut first = 0;
        let mut channels = None;
        for field in &info.fields {
            let range = first..first + field.symbols.len();
            first = range.end;
            if field.name == "velocity" && field.rank == Rank::Vector {
                channels = Some((range, field));
            }
        }
        let (channels, field) = channels?;
        if normal.max(stream) >= channels.len() {
            return None;
        }
        let axis = &grid.axes[normal];
        let place = info.parameters.iter().position(|parameter| parameter.name == VISCOSITY);
        let viscosity = place.and_then(|place| parameters.get(place)).copied();
        let share = axis.widths().iter().map(|width| width / axis.length()).collect();
        let has_spectrum = |axis: &usize| grid.axes[*axis].cells() >= LEAST_CELLS;
        Some(Self {
            normal,
            stream,
            spectral: along.into_iter().filter(has_spectrum).collect(),
            channels,
            symbols: field.symbols.clone(),
            unit: field.unit.clone(),
            distance: axis.centres().iter().map(|centre| centre - axis.edges[0]).collect(),
            share,
            cells: grid.cells(),
            lengths: [0, 1, 2].map(|axis| grid.axes[axis].length()),
            walls: walls(axis, viscosity),
        })
    }

    /// The velocity `[component, x, y, z]` of a state.
    pub(super) fn velocity<'a>(&self, state: ArrayView4<'a, f64>) -> ArrayView4<'a, f64> {
        state.slice_axis_move(Axis(0), self.channels.clone().into())
    }

    /// The number of planes along the normal axis.
    pub(super) fn planes(&self) -> usize {
        self.distance.len()
    }

    /// The sign of a component in the mirror image of the flow: −1 of that towards the walls.
    pub(super) fn parity(&self, component: usize) -> f64 {
        if component == self.normal { -1.0 } else { 1.0 }
    }

    /// Means over each plane, `[moment, plane]`: of every component, of its square, and of the product of the
    /// components along the stream and along the normal axis.
    pub(super) fn plane_moments(&self, state: ArrayView4<'_, f64>) -> Array2<f64> {
        let velocity = self.velocity(state);
        let components = velocity.len_of(Axis(0));
        let mut moments = Array2::zeros((2 * components + 1, self.planes()));
        let plane = |component: usize, number: usize| {
            velocity.index_axis(Axis(0), component).index_axis_move(Axis(self.normal), number)
        };
        for number in 0..self.planes() {
            for component in 0..components {
                let values = plane(component, number);
                let count = values.len() as f64;
                moments[[component, number]] = values.sum() / count;
                let squares: f64 = values.iter().map(|value| value * value).sum();
                moments[[components + component, number]] = squares / count;
            }
            let [u, v] = [self.stream, self.normal].map(|component| plane(component, number));
            let products: f64 = u.iter().zip(&v).map(|(u, v)| u * v).sum();
            moments[[2 * components, number]] = products / u.len() as f64;
        }
        moments
    }

    /// The places of spectra and densities: near the walls and in the centre, or the whole domain without walls.
    pub(super) fn places(&self, friction_velocity: f64) -> Vec<Place> {
        let planes = self.planes();
        let Some(walls) = self.walls else {
            return vec![Place { location: String::new(), planes: (0..planes).collect() }];
        };
        let height = |plane: usize| self.distance[plane] * friction_velocity / walls.viscosity;
        let distance = |plane: &usize| (height(*plane) - NEAR_WALL).abs();
        let lower = 0..planes.div_ceil(2);
        let near = lower.min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap_or(0);
        let pair = |low: usize| {
            let mut pair = vec![low, planes - 1 - low];
            pair.dedup();
            pair
        };
        vec![
            Place { location: format!("y⁺ = {:.0}", height(near)), planes: pair(near) },
            Place { location: "centre".into(), planes: pair((planes - 1) / 2) },
        ]
    }
}

/// The two walls of an axis.
fn walls(axis: &data::Axis, viscosity: Option<f64>) -> Option<Walls> {
    let widths = axis.widths();
    let is_equal = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-9 * axis.length();
    let is_symmetric = widths.iter().zip(widths.iter().rev()).all(is_equal);
    let is_bounded = axis.boundaries == [Boundary::REST; 2];
    (is_bounded && is_symmetric).then_some(())?;
    let viscosity = viscosity.filter(|viscosity| *viscosity > 0.0)?;
    Some(Walls { half_height: axis.length() / 2.0, viscosity, first_width: widths[0] })
}

/// The rows of one plane along an axis, as `apply` receives them.
pub(super) fn each_row(
    component: ArrayView3<'_, f64>,
    [normal, along]: [usize; 2],
    plane: usize,
    mut apply: impl FnMut(ndarray::ArrayView1<'_, f64>),
) {
    let values = component.index_axis_move(Axis(normal), plane);
    let along = if along > normal { along - 1 } else { along };
    values.lanes(Axis(along)).into_iter().for_each(&mut apply);
}
