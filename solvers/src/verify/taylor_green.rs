//! Evidence on a flow that is known exactly.

use super::certificate::Certificate;
use super::convergence::study;
use crate::SolverError;
use crate::problems::TaylorGreen;

/// Both integrators: at Re 1000 diffusion does not limit the step on these grids, at Re 10 it does.
pub(super) fn certify(
    resolutions: &[usize],
    progress: &mut (dyn FnMut(&str) + Send),
) -> Result<Certificate, SolverError> {
    const SOURCE: &str = "exact: Taylor & Green (1937), Proc. R. Soc. Lond. A 158, 499";
    let mut certificate = Certificate { problem: "taylor-green".into(), ..Default::default() };
    for (reynolds, time) in [(1000.0, 1.0), (10.0, 0.1)] {
        let problem = TaylorGreen { reynolds, ..TaylorGreen::default() };
        let title = format!("Taylor–Green vortices at Re {reynolds}, t = {time} L/U");
        let (table, checks) = study(&title, SOURCE, &problem, resolutions, time)?;
        certificate.tables.push(table);
        certificate.checks.extend(checks);
        progress(&title);
    }
    Ok(certificate)
}
