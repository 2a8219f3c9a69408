//! Verification of the double shear layer.

use super::certificate::Certificate;
use super::refinement::in_space;
use crate::SolverError;
use crate::problems::ShearLayer;

pub(super) fn certify(
    resolutions: &[usize],
    progress: &mut (dyn FnMut(&str) + Send),
) -> Result<Certificate, SolverError> {
    let mut certificate = Certificate { problem: "shear-layer".into(), ..Default::default() };
    // The layers of the first are one cell thick on 32².
    for (reynolds, steepness, limits) in [(1e4, 30.0, [2.0, 2e-4]), (2e3, 10.0, [6.0, 1e-11])] {
        let layer = ShearLayer { reynolds, steepness, ..ShearLayer::default() };
        let title = format!("Shear layer s = {steepness} at Re {reynolds}, t = L/U");
        let (table, checks) = in_space(&title, &layer, resolutions, [1.0, 1e-3], limits)?;
        progress(&title);
        certificate.tables.push(table);
        certificate.checks.extend(checks);
    }
    Ok(certificate)
}
