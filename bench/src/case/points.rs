//! Samples that somebody else chose.

use crate::cfdbench;
use data::{Invalid, nearest};
use serde::Serialize;
use std::collections::BTreeMap;

/// A sample that somebody else chose: under which name, and with which parameters.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Point {
    /// Where it is published: `cfdbench/cavity`.
    pub origin: &'static str,
    /// Its name there: `prop/case0050`.
    pub name: String,
    /// Its parameters.
    pub values: BTreeMap<String, f64>,
}

/// The points of some sets, such as `cfdbench/cavity-bc`, in the order in which they are published.
pub(crate) fn points(sets: &[String]) -> Result<Vec<Point>, Invalid> {
    let known = || cfdbench::SETS.iter().map(|set| set.name);
    for name in sets {
        let near = nearest(name, known()).unwrap_or("cfdbench/cavity-bc");
        let expected = format!("a known set, such as `{near}`");
        Invalid::unless(known().any(|known| known == name), "points", name, &expected)?;
    }
    let asked = cfdbench::SETS.iter().filter(|set| sets.iter().any(|name| name == set.name));
    let points: Vec<Point> = asked.flat_map(cfdbench::Set::points).collect();
    let is_one = points.iter().all(|point| point.origin == points[0].origin);
    let expected = "sets of one problem";
    Invalid::unless(is_one, "points", format!("{sets:?}"), expected)?;
    Ok(points)
}
