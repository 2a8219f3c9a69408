//! Circular drops: accuracy of the curvature, and spurious currents.

use super::certificate::{Check, Table};
use super::convergence::order;
use crate::incompressible::Disk;
use crate::staggered::GHOSTS;
use crate::two_phase::{Domain, Fluid, Fluids, Geometry, Interface, TwoPhase, curvature};
use crate::{Solver, SolverError};
use data::{Axis, Boundary, Grid, State};

type Verification = Result<(Table, Vec<Check>), SolverError>;

const RADIUS: f64 = 0.2;

fn grid([nx, ny]: [usize; 2]) -> Grid {
    let axis = |cells| Axis::uniform(cells, 0.0, 1.0, [Boundary::REST; 2]);
    Grid::plane(axis(nx), axis(ny))
}

/// The curvature of circles at quasi-random positions on the grid.
pub(super) fn curvatures(resolutions: &[usize]) -> Verification {
    const WHY: &str = "height functions are second order; 0.1 allows for coarse grids, where parabolas replace them";
    let heads = ["cells", "error, rms", "order", "largest", "order"];
    let mut table =
        Table::new("Curvature of circles of radius 0.2, relative; 40 centres", "exact", &heads);
    let mut checks = Vec::new();
    for stretch in [1, 2] {
        let mut last: Option<(usize, [f64; 2])> = None;
        for &cells in resolutions {
            let found = curvature_errors([cells, cells / stretch])?;
            let orders = last
                .map(|(before, old)| [0, 1].map(|k| order([before, cells], [old[k], found[k]])));
            let size = format!("{cells} × {}", cells / stretch);
            table.rows.push(vec![
                size.as_str().into(),
                found[0].into(),
                orders.map(|orders| orders[0]).into(),
                found[1].into(),
                orders.map(|orders| orders[1]).into(),
            ]);
            if let Some([rms, _]) = orders {
                let name = format!("order of curvature to {size}");
                checks.push(Check::at_least(name, rms, 1.9, "", WHY));
            }
            last = Some((cells, found));
        }
    }
    Ok((table, checks))
}

/// The curvature error over 1/R in cells with interface: root mean square and maximum.
fn curvature_errors(cells: [usize; 2]) -> Result<[f64; 2], SolverError> {
    const CENTRES: usize = 40;
    let geometry = Geometry::new(&grid(cells), &Domain::closed())?;
    let (mut squares, mut most, mut count) = (0.0, 0.0_f64, 0);
    for k in 0..CENTRES {
        // Fractional parts of multiples of irrational numbers are equidistributed.
        let centre = [2.0_f64, 3.0].map(|x| 0.45 + 0.1 * (k as f64 * x.sqrt()).fract());
        let disk = Disk { centre, radius: RADIUS };
        let mut interface = Interface::new(cells);
        for i in 0..cells[0] {
            for j in 0..cells[1] {
                interface.fraction[[GHOSTS + i, GHOSTS + j]] =
                    covered(disk, [i, j], geometry.spacing);
            }
        }
        geometry.fill_fraction_ghosts(&mut interface.fraction);
        for i in 0..cells[0] {
            for j in 0..cells[1] {
                let cell = [GHOSTS + i, GHOSTS + j];
                let error = curvature(&interface.fraction, &geometry, cell) * RADIUS - 1.0;
                if !error.is_nan() {
                    squares += error * error;
                    most = most.max(error.abs());
                    count += 1;
                }
            }
        }
    }
    Ok([(squares / f64::from(count)).sqrt(), most])
}

/// The part of a cell inside the disk.
fn covered(disk: Disk, cell: [usize; 2], spacing: [f64; 2]) -> f64 {
    let corner = |end: usize| [0, 1].map(|axis| (cell[axis] + end) as f64 * spacing[axis]);
    1.0 - disk.fraction_outside(corner(0), corner(1))
}

/// The Laplace number ρ D σ/μ².
const LAPLACE: f64 = 120.0;

/// Duration in D²/ν.
const TIME: f64 = 0.3;

/// The departure of a static drop from equilibrium.
struct SpuriousCurrents {
    /// The largest speed times μ/σ.
    capillary: f64,
    /// The relative error of the pressure jump σ/R.
    jump: f64,
}

/// A static drop in a box 2.5 R wide.
pub(super) fn static_drops(resolutions: &[usize]) -> Verification {
    const PRESCRIBED: &str =
        "a pressure balances a uniform curvature exactly up to the tolerance of the projection";
    const COMPUTED: &str = "the drop relaxes to the shape of uniform discrete curvature, and has not reached it entirely";
    const JUMP: &str = "the mean relative error of the curvature, at most (R/h)^−2";
    let heads = ["R/h", "density ratio", "curvature", "largest speed [σ/μ]", "error of σ/R"];
    let title = "Static drop, La = 120, after 0.3 D²/ν; with prescribed curvature after 0.03 D²/ν";
    let mut table = Table::new(title, "exact: Laplace's pressure", &heads);
    let mut checks = Vec::new();
    for &cells in resolutions.iter().filter(|&&cells| cells <= 128) {
        for (ratio, is_prescribed) in [(1.0, true), (1000.0, true), (1.0, false), (1000.0, false)] {
            let SpuriousCurrents { capillary, jump } =
                spurious_currents(cells, ratio, is_prescribed)?;
            let how = if is_prescribed { "prescribed" } else { "computed" };
            let coarseness = 1.0 / (RADIUS * cells as f64);
            table.rows.push(vec![
                (RADIUS * cells as f64).into(),
                ratio.into(),
                how.into(),
                capillary.into(),
                jump.into(),
            ]);
            let name = format!("speed of a static drop, h = 1/{cells}, {ratio}:1, curvature {how}");
            let (limit, why) = if is_prescribed { (1e-9, PRESCRIBED) } else { (1e-6, COMPUTED) };
            checks.push(Check::at_most(name, capillary, limit, "σ/μ", why));
            let name =
                format!("pressure in a static drop, h = 1/{cells}, {ratio}:1, curvature {how}");
            let (limit, why) =
                if is_prescribed { (1e-8, PRESCRIBED) } else { (coarseness * coarseness, JUMP) };
            checks.push(Check::at_most(name, jump, limit, "", why));
        }
    }
    Ok((table, checks))
}

fn spurious_currents(
    cells: usize,
    ratio: f64,
    is_prescribed: bool,
) -> Result<SpuriousCurrents, SolverError> {
    let viscosity = (2.0 * RADIUS / LAPLACE).sqrt();
    let fluids = Fluids {
        water: Fluid { density: 1.0, dynamic_viscosity: viscosity },
        air: Fluid { density: 1.0 / ratio, dynamic_viscosity: viscosity / ratio.sqrt() },
        gravity: 0.0,
        surface_tension: 1.0,
    };
    let (n, h) = (cells / 2, 1.0 / cells as f64);
    let axis = || Axis::uniform(n, 0.0, 0.5, [Boundary::REST; 2]);
    let mut solver = TwoPhase::new(&Grid::plane(axis(), axis()), &Domain::closed(), fluids)?;
    if is_prescribed {
        solver = solver.with_curvature(1.0 / RADIUS);
    }
    let disk = Disk { centre: [0.25, 0.25], radius: RADIUS };
    let mut state = State::from_shape_fn((4, n, n, 1), |(channel, i, j, _)| {
        if channel == 3 { covered(disk, [i, j], [h; 2]) } else { 0.0 }
    });
    solver.load(&state)?;
    solver.advance(
        if is_prescribed { 0.1 } else { 1.0 } * TIME * 4.0 * RADIUS * RADIUS / viscosity,
    )?;
    solver.store(&mut state);
    let size = n * n;
    let [velocity, pressure, fraction] =
        [0..2 * size, 2 * size..3 * size, 3 * size..4 * size].map(|range| {
            state.iter().skip(range.start).take(range.len()).copied().collect::<Vec<f64>>()
        });
    let mean = |full: f64| {
        let of = pressure.iter().zip(&fraction).filter(|(_, f)| (**f - full).abs() < 1e-9);
        let of = of.map(|(p, _)| *p);
        of.clone().sum::<f64>() / of.count() as f64
    };
    let speed = velocity.iter().fold(0.0, |most: f64, u| most.max(u.abs()));
    Ok(SpuriousCurrents {
        capillary: speed * viscosity,
        jump: ((mean(1.0) - mean(0.0)) * RADIUS - 1.0).abs(),
    })
}
