//! Published results, read from `references/`.

/// U. Ghia, K. N. Ghia & C. T. Shin (1982), tables I and II, with the misprints corrected.
pub(super) const GHIA: &str = "Ghia, Ghia & Shin (1982), J. Comput. Phys. 48, 387, tables I and II, known misprints corrected";
/// O. Botella & R. Peyret (1998) as quoted by Marchi, Suero & Araki (2009).
pub(super) const BOTELLA_PEYRET: &str = "Botella & Peyret (1998), Comput. Fluids 27, 421, as quoted by Marchi, Suero & Araki (2009), J. Braz. Soc. Mech. Sci. Eng. 31, 186, tables 11–13";

const U: &str = include_str!("../../references/ghia1982_u_vertical_centerline.csv");
const V: &str = include_str!("../../references/ghia1982_v_horizontal_centerline.csv");
const EXTREMA: &str = include_str!("../../references/cavity_centerline_extrema.csv");

/// B. Xie & F. Xiao (2017), a collection of earlier results.
pub(super) const XIE: &str = "Xie & Xiao (2017), J. Comput. Phys. 349, 415, tables 8–10, as collected there from earlier authors";
/// J. C. Martin & W. J. Moyce (1952).
pub(super) const MARTIN_MOYCE: &str =
    "Martin & Moyce (1952), Phil. Trans. R. Soc. A 244, 312, fig. 3, columns twice as high as wide";
/// X. He, S. Chen & R. Zhang (1999).
pub(super) const HE: &str = "He, Chen & Zhang (1999), J. Comput. Phys. 152, 642, At 0.5, Re 256";

const ADVECTION: &str = include_str!("../../references/vof_advection_errors_literature.csv");
const FRONTS: &str = include_str!("../../references/dambreak_front_martin_moyce.csv");
const RAYLEIGH_TAYLOR: &str = include_str!("../../references/rayleigh_taylor_He1999_positions.csv");
/// The schemes of the collection with piecewise-linear reconstruction.
const PIECEWISE_LINEAR: [&str; 8] =
    ["Puckett", "Youngs", "ELVIRA", "GPCA", "PLIC", "EMFPA", "Shahbazi", "Rider"];

/// The smallest and the largest error of piecewise-linear schemes in `test` on `grid`.
pub(super) fn advection(test: &str, grid: &str) -> [Option<f64>; 2] {
    let is_linear = |scheme: &str| PIECEWISE_LINEAR.iter().any(|name| scheme.contains(name));
    let errors = || {
        let of_test = rows(ADVECTION)
            .filter(move |row| row[0] == test && row[2] == grid && is_linear(row[1]));
        of_test.map(|row| number(row[3]))
    };
    [errors().reduce(f64::min), errors().reduce(f64::max)]
}

/// Times in √(a/2g) and positions in a of the fronts of collapsing columns of width a and height 2a.
pub(super) fn fronts() -> Vec<[f64; 2]> {
    rows(FRONTS).skip(1).map(|row| [number(row[1]), number(row[2])]).collect()
}

/// Times in √(W/g), and heights of bubble and spike in 4W.
pub(super) fn rayleigh_taylor() -> Vec<[f64; 3]> {
    rows(RAYLEIGH_TAYLOR).skip(1).map(|row| [0, 1, 2].map(|k| number(row[k]))).collect()
}

/// A. Prosperetti (1981).
pub(super) const PROSPERETTI: &str = "Prosperetti (1981), Phys. Fluids 24, 1217, evaluated (references/capillary_wave_prosperetti.csv)";

const CAPILLARY_WAVE: &str = include_str!("../../references/capillary_wave_prosperetti.csv");

/// Times in 1/ω₀ and amplitudes over the initial one, for equal densities (`column` 0) or 1000 : 1 (`column` 1).
pub(super) fn capillary_wave(column: usize) -> Vec<[f64; 2]> {
    rows(CAPILLARY_WAVE).skip(2).map(|row| [number(row[0]), number(row[1 + column])]).collect()
}

/// Positions and values of a centreline profile: u over y (`component` 0) or v over x (1).
pub(super) fn ghia(component: usize, reynolds: f64) -> Vec<[f64; 2]> {
    let mut lines = rows([U, V][component]);
    let heads = lines.next().expect("the file has a head");
    let column = |name: &str| heads.iter().position(|head| *head == name);
    let position = column(["y_exact", "x_exact"][component]).expect("the file has positions");
    let value = column(&format!("Re{reynolds}_fixed"))
        .or_else(|| column(&format!("Re{reynolds}")))
        .expect("the file has that Reynolds number");
    lines.map(|row| [number(row[position]), number(row[value])]).collect()
}

/// The quantities `u_min`, `v_max`, `v_min` of Botella & Peyret; empty at other Reynolds numbers than theirs.
pub(super) fn extrema(reynolds: f64) -> Vec<(&'static str, f64)> {
    rows(EXTREMA)
        .filter(|row| row[0] == "botella-peyret" && row[1] == reynolds.to_string())
        .map(|row| (row[2], number(row[3])))
        .collect()
}

/// A marching solution of the boundary-layer equations of developing channel flow.
pub(super) const DEVELOPING_CHANNEL: &str = "boundary-layer equations, marched on 800 × 6000 cells (references/developing_channel_boundary_layer.csv)";

const CHANNEL: &str = include_str!("../../references/developing_channel_boundary_layer.csv");

/// x/(d Re) and the velocity on the centreline over U in a channel with uniform inflow.
pub(super) fn developing_channel() -> Vec<[f64; 2]> {
    rows(CHANNEL).skip(1).map(|row| [number(row[0]), number(row[1])]).collect()
}

/// The benchmark of flow past a cylinder in a channel.
pub(super) const SCHAEFER_TUREK: &str = "intervals: Schäfer & Turek (1996), Notes Numer. Fluid Mech. 52, 547, tables 3 and 4; later values: Nabh (1998) for 2D-1, FeatFlow level 6 for 2D-2 (references/schaefer_turek_cylinder.csv)";

const CYLINDER: &str = include_str!("../../references/schaefer_turek_cylinder.csv");

/// The published results of one quantity of the benchmark.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Published {
    /// The interval estimated to contain the exact value.
    pub(super) interval: [f64; 2],
    /// A more accurate value found later.
    pub(super) later: f64,
}

/// The `quantity` of `case`, 2D-1 (steady, Re 20) or 2D-2 (periodic, Re 100).
pub(super) fn schaefer_turek(case: &str, quantity: &str) -> Published {
    let find = |kind: &str| {
        let row = rows(CYLINDER).find(|row| row[..3] == [kind, case, quantity]);
        let row = row.expect("the file has the quantity");
        [number(row[3]), number(row[4])]
    };
    Published { interval: find("interval"), later: find("later")[0] }
}

/// A cylinder in a free stream.
pub(super) const FREESTREAM: &str = "eight authors and the domain study in Qu, Norberg, Davidson, Peng & Wang (2013), J. Fluids Struct. 39, 347 (references/cylinder_freestream.csv)";

const FREESTREAM_DATA: &str = include_str!("../../references/cylinder_freestream.csv");

/// The published results of one quantity of vortex shedding at Re 100.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Freestream {
    /// The mean of eight studies, each in its own domain.
    pub(super) mean: f64,
    /// The limit d/H → 0 of a study of the domain width H, by a least-squares line.
    pub(super) limit: f64,
    /// The slope of that line over d/H.
    pub(super) slope: f64,
}

/// Mean drag coefficient and Strouhal number.
pub(super) fn freestream() -> [Freestream; 2] {
    let all = || rows(FREESTREAM_DATA).skip(1);
    let is_study = |row: &Vec<&str>| row[0].ends_with("domainstudy");
    [3, 2].map(|column| {
        let authors: Vec<f64> =
            all().filter(|row| !is_study(row)).map(|row| number(row[column])).collect();
        let study: Vec<[f64; 2]> =
            all().filter(is_study).map(|row| [1.0 / number(row[1]), number(row[column])]).collect();
        let mean =
            |of: &dyn Fn(&[f64; 2]) -> f64| study.iter().map(of).sum::<f64>() / study.len() as f64;
        let [x, y] = [mean(&|p| p[0]), mean(&|p| p[1])];
        let slope = mean(&|p| (p[0] - x) * (p[1] - y)) / mean(&|p| (p[0] - x).powi(2));
        Freestream {
            mean: authors.iter().sum::<f64>() / authors.len() as f64,
            limit: y - slope * x,
            slope,
        }
    })
}

/// R. K. Shah (1978).
pub(super) const SHAH: &str = "Shah (1978), J. Fluids Eng. 100, 177: a correlation within 2.4 %";

/// Pressure drop between a pipe's inlet and x/(d Re), in ρU²/2.
pub(super) fn pressure_drop(x: f64) -> f64 {
    let start = 3.44 / x.sqrt();
    let friction = start + (1.25 / (4.0 * x) + 16.0 - start) / (1.0 + 0.000_21 / (x * x));
    4.0 * friction * x
}

/// F. Durst, S. Ray, B. Ünsal & O. A. Bayoumi (2005).
pub(super) const DURST: &str = "Durst, Ray, Ünsal & Bayoumi (2005), J. Fluids Eng. 127, 1154";

/// The distance from the inlet in d at which the centreline velocity of a pipe is within 1 % of its final value.
pub(super) fn entry_length(reynolds: f64) -> f64 {
    const POWER: f64 = 1.6;
    (0.619_f64.powf(POWER) + (0.0567 * reynolds).powf(POWER)).powf(1.0 / POWER)
}

fn rows(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split(',').collect())
}

fn number(text: &str) -> f64 {
    text.parse().expect("the files beside the code hold numbers")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misprints_are_corrected() {
        assert!(ghia(0, 3200.0).contains(&[0.453_125, -0.086_636]));
        assert!(ghia(1, 400.0).contains(&[0.906_25, -0.382_7]));
        assert_eq!(ghia(0, 1000.0).len(), 17);
    }

    #[test]
    fn later_values_of_the_cylinder_are_read_beside_intervals() {
        let drag = schaefer_turek("2D-2", "cd_max");
        assert_eq!(drag, Published { interval: [3.22, 3.24], later: 3.227_393 });
        // The interval of the lift does not contain the later value.
        let lift = schaefer_turek("2D-2", "cl_max");
        assert!(lift.later < lift.interval[0]);
    }

    #[test]
    fn the_mean_and_the_limit_of_the_free_stream_are_those_published() {
        let [drag, strouhal] = freestream();
        assert!((drag.mean - 1.323_75).abs() < 1e-9 && (strouhal.mean - 0.164_575).abs() < 1e-9);
        // The abstract states slopes of 1.32 and 0.12.
        assert!((drag.slope - 1.35).abs() < 0.05 && (strouhal.slope - 0.11).abs() < 0.01);
    }

    #[test]
    fn the_extrema_are_those_of_botella_and_peyret() {
        let quantities = [("u_min", -0.388_569_8), ("v_max", 0.376_944_7), ("v_min", -0.527_077_1)];
        assert_eq!(extrema(1000.0), quantities);
        assert!(extrema(400.0).is_empty());
    }
}
