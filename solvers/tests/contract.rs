//! The contract of problems, checked for all that are registered.

use data::{Grid, PartError, State, Stop, Stopped, rng};
use solvers::problems::{Column, PROBLEMS, Tube};
use solvers::verify::{Errors, order};
use solvers::{Problem, Solver, SolverError};

/// A small grid with nx ≠ ny in the fewest dimensions that the problem has.
fn cells(problem: &dyn Problem) -> [usize; 3] {
    [24, 16, if problem.dimensions().contains(&2) { 1 } else { 16 }]
}

/// All problems with default parameters, and variants that use other solvers.
fn problems() -> impl Iterator<Item = (&'static str, Box<dyn Problem>)> {
    let defaults = PROBLEMS.names().map(|name| {
        let problem = PROBLEMS.build(name, toml::Table::new());
        (name, problem.unwrap_or_else(|error| panic!("{name}: {error}")))
    });
    let pipe: Box<dyn Problem> = Box::new(Tube { axisymmetric: true, ..Tube::default() });
    let wet: Box<dyn Problem> = Box::new(Column { surface_tension: 0.072, ..Column::default() });
    defaults.chain([("pipe", pipe), ("column with surface tension", wet)])
}

fn loaded(problem: &dyn Problem, grid: &Grid) -> (Box<dyn Solver>, State) {
    let state = problem.initial(grid, &mut rng(7, 0));
    let mut solver = problem.solver(grid).expect("a problem solves its own grid");
    solver.load(&state).expect("an initial state fits its grid");
    (solver, state)
}

/// The state after two intervals of a fifth of the characteristic time.
fn evolved(problem: &dyn Problem, cells: [usize; 3]) -> State {
    let grid = problem.grid(cells).expect("the cells suit every problem");
    let (mut solver, mut state) = loaded(problem, &grid);
    for _ in 0..2 {
        solver.advance(0.2 * problem.time_scale()).expect("defaults are stable");
    }
    solver.store(&mut state);
    state
}

#[test]
fn every_file_is_in_the_list() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/problems");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder is part of the crate")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter_map(|path| Some(path.file_stem()?.to_str()?.replace('_', "-")))
        .filter(|stem| stem != "mod")
        .collect();
    files.sort();
    let mut names: Vec<_> = PROBLEMS.names().collect();
    names.sort_unstable();
    assert_eq!(files, names);
}

#[test]
fn a_request_to_stop_ends_an_interval() {
    for (name, problem) in problems() {
        let grid = problem.grid(cells(problem.as_ref())).expect("the cells suit every problem");
        let (mut solver, _) = loaded(problem.as_ref(), &grid);
        let stop = Stop::default();
        solver.stop_on(&stop);
        solver.advance(0.01 * problem.time_scale()).expect("no stop is requested");
        stop.request();
        let ended = solver.advance(1e6 * problem.time_scale());
        assert_eq!(ended, Err(SolverError::Stopped(Stopped)), "{name}");
    }
}

#[test]
fn unknown_keys_are_refused_with_the_known_ones() {
    for name in PROBLEMS.names() {
        let table = toml::Table::from_iter([("reynoldz".into(), 1.0.into())]);
        let error = PROBLEMS.build(name, table).err().expect("the key is unknown");
        assert!(matches!(error, PartError::Table { .. }) && error.to_string().contains("expected"));
    }
}

#[test]
fn states_have_the_channels_of_the_fields_and_parameters_are_numbers() {
    for (name, problem) in problems() {
        let cells = cells(problem.as_ref());
        let grid = problem.grid(cells).expect("the cells suit every problem");
        let channels = data::channels(&problem.fields()).len();
        let state = problem.initial(&grid, &mut rng(7, 0));
        assert_eq!(state.dim(), (channels, cells[0], cells[1], cells[2]), "{name}");
        assert!(problem.parameters().iter().all(|(_, value)| value.is_finite()), "{name}");
        assert!(problem.time_scale() > 0.0, "{name}");
    }
}

#[test]
fn grids_that_are_too_coarse_are_refused() {
    for (name, problem) in problems() {
        let [_, _, nz] = cells(problem.as_ref());
        for (axis, cells) in [(0, [3, 16, nz]), (1, [16, 3, nz])] {
            let refused = problem.grid(cells).and_then(|grid| problem.solver(&grid).map(drop));
            let error = refused.expect_err("such a grid suits no problem");
            assert!(
                matches!(error, SolverError::Grid { axis: found, .. } if found == axis),
                "{name}: {error}"
            );
        }
    }
}

/// A method that needs equal cells returns an error that names the axis; any other returns finite numbers.
#[test]
fn stretched_grids_are_solved_or_refused_by_name() {
    for (name, problem) in problems() {
        let solved = |grid: &Grid| -> Result<State, SolverError> {
            let mut state = problem.initial(grid, &mut rng(7, 0));
            let mut solver = problem.solver(grid)?;
            solver.load(&state)?;
            solver.advance(0.2 * problem.time_scale())?;
            solver.store(&mut state);
            Ok(state)
        };
        for axis in [0, 1] {
            let mut grid = problem.grid(cells(problem.as_ref())).expect("the cells suit it");
            let (low, length) = (grid.axes[axis].edges[0], grid.axes[axis].length());
            for edge in &mut grid.axes[axis].edges {
                *edge = low + length * ((*edge - low) / length).powi(2);
            }
            match problem.solver(&grid).map(drop).and_then(|()| solved(&grid)) {
                Ok(state) => assert!(state.iter().all(|value| value.is_finite()), "{name}"),
                Err(SolverError::Stretched { axis: found }) => assert_eq!(found, axis, "{name}"),
                Err(error) => panic!("{name}: {error}"),
            }
        }
    }
}

#[test]
fn grids_are_accepted_in_the_declared_dimensions_and_refused_in_others() {
    for (name, problem) in problems() {
        assert!(!problem.dimensions().is_empty(), "{name}");
        for (dimensions, nz) in [(2, 1), (3, 16)] {
            let grid = problem.grid([24, 16, nz]);
            let solved = grid.and_then(|grid| problem.solver(&grid).map(drop));
            let is_right = match &solved {
                Ok(()) => problem.dimensions().contains(&dimensions),
                Err(SolverError::Grid { axis: 2, .. }) => {
                    !problem.dimensions().contains(&dimensions)
                }
                Err(_) => false,
            };
            assert!(is_right, "{name} with {nz} cells along z: {solved:?}");
        }
    }
}

/// The grid with the cells of one axis growing from its low to its high end.
fn stretched(mut grid: Grid, axis: usize) -> Grid {
    let axis = &mut grid.axes[axis];
    let (low, length) = (axis.edges[0], axis.length());
    for edge in &mut axis.edges {
        let part = (*edge - low) / length;
        *edge = low + length * 0.5 * part * (1.0 + part);
    }
    grid
}

#[test]
fn stretched_grids_are_refused_with_the_name_of_the_axis() {
    for (name, problem) in problems() {
        let grid = problem.grid(cells(problem.as_ref())).expect("the cells suit every problem");
        // A problem whose own grid is stretched along an axis needs no equal cells there.
        for axis in (0..2).filter(|axis| grid.axes[*axis].is_uniform()) {
            let error = problem.solver(&stretched(grid.clone(), axis)).err();
            assert_eq!(error, Some(SolverError::Stretched { axis }), "{name}");
        }
    }
}

#[test]
fn a_state_of_another_shape_is_refused() {
    for (name, problem) in problems() {
        let grid = problem.grid(cells(problem.as_ref())).expect("the cells suit every problem");
        let (mut solver, _) = loaded(problem.as_ref(), &grid);
        let error = solver.load(&State::zeros((1, 2, 3, 4))).expect_err("the shape is wrong");
        assert!(matches!(error, SolverError::Shape { .. }), "{name}: {error}");
    }
}

#[test]
fn the_order_is_as_declared_where_the_solution_is_known() {
    for (name, problem) in problems() {
        let grid = problem.grid(cells(problem.as_ref())).expect("the cells suit every problem");
        if problem.exact(&grid, 0.0).is_none() {
            continue;
        }
        let declared = problem.solver(&grid).expect("a problem solves its own grid").order();
        let time = 0.3 * problem.time_scale();
        let [coarse, fine] = [32, 64].map(|cells| {
            Errors::of(problem.as_ref(), cells, time).expect("defaults are stable").velocity
        });
        let measured = order([32, 64], [coarse, fine]);
        // 0.1: the difference of 32² and 64² from the asymptotic order.
        assert!(measured > f64::from(declared) - 0.1, "{name}: order {measured:.2}");
    }
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    for (name, problem) in problems() {
        // Large enough for parallel loops.
        let is_plane = problem.dimensions().contains(&2);
        let cells = if is_plane { [384, 384, 1] } else { [32, 48, 32] };
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let grid = problem.grid(cells).expect("the cells suit every problem");
            pool.expect("threads can be had").install(|| {
                let (mut solver, mut state) = loaded(problem.as_ref(), &grid);
                solver.advance(0.02 * problem.time_scale()).expect("defaults are stable");
                solver.store(&mut state);
                state
            })
        };
        assert_eq!(on(1), on(4), "{name}");
    }
}

#[test]
fn the_same_initial_state_gives_the_same_bits_after_any_other_run() {
    for (name, problem) in problems() {
        let grid = problem.grid(cells(problem.as_ref())).expect("the cells suit every problem");
        let (mut solver, start) = loaded(problem.as_ref(), &grid);
        let mut run = || {
            let mut state = start.clone();
            solver.load(&start).expect("an initial state fits its grid");
            solver.advance(0.4 * problem.time_scale()).expect("defaults are stable");
            solver.store(&mut state);
            state
        };
        assert_eq!(run(), run(), "{name}");
    }
}

#[test]
fn what_is_continued_exactly_comes_back_from_a_stored_state() {
    for (name, problem) in problems().filter(|(_, problem)| problem.is_continued_exactly()) {
        let grid = problem.grid(cells(problem.as_ref())).expect("the cells suit every problem");
        let (mut solver, mut state) = loaded(problem.as_ref(), &grid);
        solver.advance(0.2 * problem.time_scale()).expect("defaults are stable");
        solver.store(&mut state);
        solver.load(&state).expect("a stored state fits its grid");
        let mut again = State::zeros(state.dim());
        solver.store(&mut again);
        let largest = |state: &State| state.iter().fold(0.0_f64, |a, b| a.max(b.abs()));
        let change = largest(&(&again - &state)) / largest(&state);
        // Round-off, times the condition of linear systems on small grids.
        assert!(change < 1e-11, "{name}: {change:e}");
    }
}

#[test]
fn statistics_are_taken_along_periodic_axes_and_leave_one_other() {
    for (name, problem) in problems().filter(|(_, problem)| problem.homogeneous().contains(&true)) {
        let grid = problem.grid(cells(problem.as_ref())).expect("the cells suit every problem");
        let homogeneous = problem.homogeneous();
        for axis in (0..3).filter(|axis| homogeneous[*axis]) {
            let axis = &grid.axes[axis];
            assert!(axis.is_periodic() && axis.is_uniform(), "{name}: {axis:?}");
        }
        let others = (0..3).filter(|axis| !homogeneous[*axis] && grid.cells()[*axis] > 1).count();
        assert!(others <= 1, "{name}: {homogeneous:?}");
    }
}

#[test]
fn projections_leave_no_divergence() {
    for (name, problem) in problems() {
        let grid = problem.grid(cells(problem.as_ref())).expect("the cells suit every problem");
        let (mut solver, _) = loaded(problem.as_ref(), &grid);
        let progress = solver.advance(problem.time_scale()).expect("defaults are stable");
        assert!(progress.steps > 0 && progress.divergence < 1e-10, "{name}: {progress:?}");
    }
}

#[test]
fn states_stay_finite_and_move() {
    for (name, problem) in problems() {
        let state = evolved(problem.as_ref(), cells(problem.as_ref()));
        let grid = problem.grid(cells(problem.as_ref())).expect("the cells suit every problem");
        assert!(state.iter().all(|value| value.is_finite()), "{name}");
        assert_ne!(state, problem.initial(&grid, &mut rng(7, 0)), "{name}");
    }
}
