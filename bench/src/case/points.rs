//! The published operating points that a case names.

use crate::cfdbench::{Point, SETS, Set};
use data::{Invalid, nearest};

/// The points of some sets, such as `cfdbench/cavity-bc`, in the order in which they are published.
pub(super) fn points(sets: &[String]) -> Result<Vec<Point>, Invalid> {
    let known = || SETS.iter().map(|set| set.name);
    for name in sets {
        let near = nearest(name, known()).unwrap_or("cfdbench/cavity-bc");
        let expected = format!("a known set, such as `{near}`");
        Invalid::unless(known().any(|known| known == name), "points", name, &expected)?;
    }
    let asked = SETS.iter().filter(|set| sets.iter().any(|name| name == set.name));
    let points: Vec<Point> = asked.flat_map(Set::points).collect();
    let is_one = points.iter().all(|point| point.origin == points[0].origin);
    let expected = "sets of one problem";
    Invalid::unless(is_one, "points", format!("{sets:?}"), expected)?;
    Ok(points)
}
