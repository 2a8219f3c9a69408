//! CFDBench's operating points and splits.
//!
//! 739 points of four flows, each in three sets: boundary values (`bc`), fluid properties (`prop`)
//! and geometries (`geo`). `DESIGN.md` states our choices where the publication is ambiguous.
//!
//! Source: Luo, Chen & Zhang (2023), CFDBench, arXiv 2310.05963, and its repository at c721f67.

mod cavity;
mod cylinder;
mod dam;
mod point;
mod published;
mod tube;
mod twister;

pub use point::Point;
pub(crate) use published::{Rounding, published};

/// A set of points.
pub(crate) struct Set {
    /// `cfdbench/cavity-bc`
    pub(crate) name: &'static str,
    /// `cfdbench/cavity`
    origin: &'static str,
    /// `bc`
    subset: &'static str,
    /// The number of its first point.
    first: usize,
    points: fn() -> Vec<Values>,
}

/// The parameters of one point.
type Values = Vec<(&'static str, f64)>;

/// All sets; those of a flow in the order in which CFDBench shuffles them.
pub(crate) const SETS: &[Set] = &[
    Set::new("cfdbench/cavity-prop", "cfdbench/cavity", "prop", 50, cavity::prop),
    Set::new("cfdbench/cavity-bc", "cfdbench/cavity", "bc", 0, cavity::bc),
    Set::new("cfdbench/cavity-geo", "cfdbench/cavity", "geo", 0, cavity::geo),
    Set::new("cfdbench/tube-prop", "cfdbench/tube", "prop", 50, tube::prop),
    Set::new("cfdbench/tube-bc", "cfdbench/tube", "bc", 0, tube::bc),
    Set::new("cfdbench/tube-geo", "cfdbench/tube", "geo", 150, tube::geo),
    Set::new("cfdbench/dam-prop", "cfdbench/dam", "prop", 70, dam::prop),
    Set::new("cfdbench/dam-bc", "cfdbench/dam", "bc", 0, dam::bc),
    Set::new("cfdbench/dam-geo", "cfdbench/dam", "geo", 170, dam::geo),
    Set::new("cfdbench/cylinder-prop", "cfdbench/cylinder", "prop", 50, cylinder::prop),
    Set::new("cfdbench/cylinder-bc", "cfdbench/cylinder", "bc", 0, cylinder::bc),
    Set::new("cfdbench/cylinder-geo", "cfdbench/cylinder", "geo", 1, cylinder::geo),
];

impl Set {
    const fn new(
        name: &'static str,
        origin: &'static str,
        subset: &'static str,
        first: usize,
        points: fn() -> Vec<Values>,
    ) -> Self {
        Self { name, origin, subset, first, points }
    }

    /// Its points in the order of their numbers.
    pub(crate) fn points(&self) -> Vec<Point> {
        let point = |(position, values): (usize, Values)| Point {
            origin: self.origin,
            name: format!("{}/case{:04}", self.subset, self.first + position),
            values: values.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
        };
        (self.points)().into_iter().enumerate().map(point).collect()
    }
}

/// Every pair; the second value varies fastest.
fn pairs(first: &[f64], second: &[f64]) -> impl Iterator<Item = (f64, f64)> {
    first.iter().flat_map(move |&a| second.iter().map(move |&b| (a, b)))
}

/// The ten densities in kg/m³ and the ten viscosities in Pa·s of the two-phase flows' liquid.
fn liquids() -> (Vec<f64>, Vec<f64>) {
    let densities = (0..10).map(|i| f64::from(10 + 110 * i)).collect();
    let viscosities = (0..10).map(|j| f64::from(1 + 11 * j) / 100.0).collect();
    (densities, viscosities)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn there_are_739_points_and_no_two_sets_of_a_flow_share_a_name() {
        let counts: Vec<usize> = SETS.iter().map(|set| set.points().len()).collect();
        assert_eq!(counts, [84, 50, 25, 100, 50, 25, 100, 70, 50, 115, 50, 20]);
        let names: BTreeSet<(&str, String)> = SETS
            .iter()
            .flat_map(|set| set.points().into_iter().map(|point| (point.origin, point.name)))
            .collect();
        assert_eq!(names.len(), 739);
    }

    #[test]
    fn the_baseline_of_a_flow_is_among_its_boundary_values() {
        let has = |name: &str, wanted: &[(&str, f64)]| {
            let set = SETS.iter().find(|set| set.name == name).expect("it is a set");
            set.points().iter().any(|point| wanted.iter().all(|(k, v)| point.values[*k] == *v))
        };
        assert!(has("cfdbench/cavity-bc", &[("lid-velocity", 10.0), ("dynamic-viscosity", 1e-5)]));
        assert!(has("cfdbench/tube-bc", &[("inlet-velocity", 1.0), ("length", 1.0)]));
        assert!(has("cfdbench/dam-bc", &[("initial-velocity", 1.0), ("barrier-height", 0.1)]));
        assert!(has("cfdbench/cylinder-bc", &[("inlet-velocity", 1.0), ("downstream", 0.16)]));
        assert!(has("cfdbench/dam-geo", &[("barrier-height", 0.15), ("barrier-width", 0.1)]));
    }

    #[test]
    fn dams_of_other_shapes_begin_at_rest() {
        for set in SETS.iter().filter(|set| set.origin == "cfdbench/dam") {
            let starts = set
                .points()
                .into_iter()
                .map(|point| (point.values["initial-velocity"], point.values["inlet-velocity"]));
            let is_right = |(start, inlet)| start == if set.subset == "geo" { 0.0 } else { inlet };
            assert!(starts.into_iter().all(is_right), "{}", set.name);
        }
    }
}
