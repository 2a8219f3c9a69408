//! Linear systems with known operators.

use super::eigen::symmetric_eigen;
use super::subspace::orthonormalize;
use super::*;
use crate::weights::normal;
use data::rng;
use ndarray::{ArrayView1, ArrayView2, array, concatenate};

/// Pairs in memory, visited in two chunks.
struct Matrices {
    inputs: Array2<f64>,
    outputs: Array2<f64>,
}

impl Pairs for Matrices {
    fn visit(
        &self,
        visitor: &mut dyn FnMut(ArrayView2<f64>, ArrayView2<f64>),
    ) -> Result<(), OperatorError> {
        let half = self.inputs.nrows() / 2;
        for rows in [s![..half, ..], s![half.., ..]] {
            visitor(self.inputs.slice(rows), self.outputs.slice(rows));
        }
        Ok(())
    }
}

/// One channel on 8 × 5 cells.
fn interface(history: usize, parameters: usize) -> Interface {
    let (periodic, constants) = ([false; 3], Vec::new());
    Interface { history, channels: 1, parameters, cells: [8, 5, 1], periodic, constants }
}

const CELLS: usize = 40;

fn random(rows: usize, columns: usize, stream: u64) -> Array2<f64> {
    let mut rng = rng(3, stream);
    Array2::from_shape_simple_fn((rows, columns), || normal(&mut rng))
}

/// Three pairs of modes with angles of 0.1, 0.5 and 1.3 per step and moduli of 0.99, 0.9 and 0.8.
fn spectrum() -> Array2<f64> {
    let mut block = Array2::zeros((6, 6));
    for (i, (size, angle)) in [(0.99, 0.1_f64), (0.9, 0.5), (0.8, 1.3)].into_iter().enumerate() {
        let (c, s) = (size * angle.cos(), size * angle.sin());
        block.slice_mut(s![2 * i..2 * i + 2, 2 * i..2 * i + 2]).assign(&array![[c, -s], [s, c]]);
    }
    block
}

/// `steps` pairs of each of `starts` trajectories of `x ↦ next(x)`.
fn pairs(
    starts: Array2<f64>,
    steps: usize,
    next: impl Fn(ArrayView1<f64>) -> Array1<f64>,
) -> Matrices {
    let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
    for start in starts.outer_iter() {
        let mut x = start.to_owned();
        for _ in 0..steps {
            let y = next(x.view());
            inputs.push(x.insert_axis(Axis(0)));
            outputs.push(y.clone().insert_axis(Axis(0)));
            x = y;
        }
    }
    let stacked = |rows: Vec<Array2<f64>>| {
        let rows: Vec<_> = rows.iter().map(|row| row.view()).collect();
        concatenate(Axis(0), &rows).expect("all have one length")
    };
    Matrices { inputs: stacked(inputs), outputs: stacked(outputs) }
}

fn solve(dmd: &Dmd, interface: &Interface, pairs: &Matrices) -> Vec<LinearMap> {
    dmd.solve(interface, pairs).expect("pairs in memory are read without error").collect()
}

/// Root mean square error of a map over the pairs.
fn error(map: &LinearMap, pairs: &Matrices) -> f64 {
    let predicted = pairs.inputs.dot(&map.encode.t()).dot(&map.decode.t()) + &map.bias;
    (predicted - &pairs.outputs).mapv(|x| x * x).mean().expect("there are pairs").sqrt()
}

fn greatest(x: &Array2<f64>) -> f64 {
    x.iter().fold(0.0, |greatest, x| x.abs().max(greatest))
}

/// Rounding times the square of the condition number, which is below 100, is 2e-12.
const EXACT: f64 = 1e-10;

/// Six orthonormal modes as rows.
fn modes() -> Array2<f64> {
    let mut modes = random(6, CELLS, 0);
    orthonormalize(&mut modes);
    modes
}

/// Modes `P` and eigenvalues `B` of `A = Pᵀ B P`, both real: `D E Pᵀ = Pᵀ B`. Directions in addition to the six
/// modes are 0 and have no effect.
#[test]
fn finds_the_modes_and_eigenvalues_of_a_linear_system() {
    let (modes, spectrum) = (modes(), spectrum());
    let matrix = modes.t().dot(&spectrum).dot(&modes);
    let pairs = pairs(random(5, 6, 1).dot(&modes), 12, |x| matrix.dot(&x));
    for rank in [6, 20] {
        let dmd = Dmd { rank, affine: false, parameters: false };
        let maps = solve(&dmd, &interface(1, 0), &pairs);
        let map = maps.last().expect("there is one of full rank");
        let moved = map.decode.dot(&map.encode.dot(&modes.t()));
        assert!(greatest(&(moved - modes.t().dot(&spectrum))) < EXACT, "rank {rank}");
        assert!(error(map, &pairs) < EXACT && error(&maps[0], &pairs) > 1e-2, "rank {rank}");
    }
}

/// `x ↦ Pᵀ B P x + a θ + c`
#[test]
fn finds_a_constant_term_and_the_effect_of_a_parameter() {
    let matrix = modes().t().dot(&spectrum()).dot(&modes());
    let (of_parameter, constant) = (random(1, CELLS, 4), random(1, CELLS, 5));
    // The initial states span the whole space, so that no linear function is 1 on all of them.
    let parameters = random(60, 1, 6);
    let mut inputs = Array2::zeros((0, CELLS + 1));
    let mut outputs = Array2::zeros((0, CELLS));
    for (start, parameter) in random(60, CELLS, 7).outer_iter().zip(parameters.iter()) {
        let mut x = start.to_owned();
        for _ in 0..3 {
            let next = matrix.dot(&x) + &of_parameter.row(0) * *parameter + constant.row(0);
            let both = concatenate![Axis(0), x, array![*parameter]];
            inputs.push_row(both.view()).expect("it fits");
            outputs.push_row(next.view()).expect("it fits");
            x = next;
        }
    }
    let (pairs, interface) = (Matrices { inputs, outputs }, interface(1, 1));
    let all = Dmd { rank: 41, affine: true, parameters: true };
    let last = |dmd: &Dmd| error(solve(dmd, &interface, &pairs).last().expect("one"), &pairs);
    assert!(last(&all) < 1e-8, "{}", last(&all));
    assert!(last(&Dmd { affine: false, ..all.clone() }) > 1e-3);
    assert!(last(&Dmd { parameters: false, ..all }) > 1e-3);
}

/// A standing wave has one spatial mode. Its next amplitude depends on the latest two, not on the latest alone.
#[test]
fn a_standing_wave_needs_two_given_states() {
    let shape = random(1, CELLS, 8);
    let at = |step: usize| shape.row(0).mapv(|x| x * (0.3 * step as f64).cos());
    let pairs = |history: usize| {
        let given = |step| (0..history).map(|i| at(step + i)).collect::<Vec<_>>();
        let row = |step| {
            let given = given(step);
            concatenate(Axis(0), &given.iter().map(|x| x.view()).collect::<Vec<_>>())
        };
        let mut inputs = Array2::zeros((0, history * CELLS));
        let mut outputs = Array2::zeros((0, CELLS));
        for step in 0..30 {
            inputs.push_row(row(step).expect("they fit").view()).expect("it fits");
            outputs.push_row(at(step + history).view()).expect("it fits");
        }
        Matrices { inputs, outputs }
    };
    let dmd = Dmd { rank: 2, affine: false, parameters: false };
    let errors = [1, 2].map(|history| {
        let pairs = pairs(history);
        error(solve(&dmd, &interface(history, 0), &pairs).last().expect("one"), &pairs)
    });
    assert!(errors[0] > 0.1 && errors[1] < EXACT, "{errors:?}");
}

#[test]
fn a_higher_rank_fits_the_pairs_no_worse_and_few_pairs_exactly() {
    let matrix = random(CELLS, CELLS, 9) * 0.1;
    let many = pairs(random(20, CELLS, 10), 5, |x| matrix.dot(&x));
    let dmd = Dmd { rank: 40, affine: true, parameters: false };
    let errors: Vec<f64> =
        solve(&dmd, &interface(1, 0), &many).iter().map(|map| error(map, &many)).collect();
    assert!(errors.is_sorted_by(|a, b| a >= b), "{errors:?}");
    let few = pairs(random(1, CELLS, 11), 4, |x| matrix.dot(&x));
    let map = solve(&dmd, &interface(1, 0), &few).pop().expect("one");
    assert!(error(&map, &few) < EXACT, "{}", error(&map, &few));
}

/// Second differences with Dirichlet boundaries: `2 − 2 cos(kπ/(n+1))`. Source: Golub & Van Loan (2013), §4.8.
#[test]
fn eigenvalues_of_second_differences() {
    let n = 30;
    let near = |i: usize, j: usize| i.abs_diff(j) == 1;
    let matrix = Array2::from_shape_fn((n, n), |(i, j)| match (i == j, near(i, j)) {
        (true, _) => 2.0,
        (_, true) => -1.0,
        _ => 0.0,
    });
    let (values, vectors) = symmetric_eigen(&matrix);
    let angle = |k: usize| std::f64::consts::PI * (n - k) as f64 / (n + 1) as f64;
    for (k, value) in values.iter().enumerate() {
        assert!((value - (2.0 - 2.0 * angle(k).cos())).abs() < 1e-13, "{k}: {value}");
    }
    assert!(greatest(&(vectors.dot(&vectors.t()) - Array2::<f64>::eye(n))) < 1e-13);
    let moved = vectors.dot(&matrix);
    let scaled = &vectors * &values.insert_axis(Axis(1));
    assert!(greatest(&(moved - scaled)) < 1e-13);
}
