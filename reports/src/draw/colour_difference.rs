//! How different two colours look: a check of the palettes.

use crate::draw::style::{DARK, LIGHT, Paint, Rgb, SERIES, Theme};

type Matrix = [[f64; 3]; 3];

/// Normal vision, protanopia, deuteranopia and tritanopia as maps of linear RGB.
///
/// Source: Machado, Oliveira & Fernandes (2009), IEEE Trans. Vis. Comput. Graph. 15, 1291, severity 1.
const VISIONS: [Matrix; 4] = [
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    [
        [0.152_286, 1.052_583, -0.204_868],
        [0.114_503, 0.786_281, 0.099_216],
        [-0.003_882, -0.048_116, 1.051_998],
    ],
    [
        [0.367_322, 0.860_646, -0.227_968],
        [0.280_085, 0.672_501, 0.047_413],
        [-0.011_820, 0.042_940, 0.968_881],
    ],
    [
        [1.255_528, -0.076_749, -0.178_779],
        [-0.078_411, 0.930_809, 0.147_602],
        [0.004_733, 0.691_367, 0.303_900],
    ],
];

fn times(matrix: &Matrix, v: [f64; 3]) -> [f64; 3] {
    [0, 1, 2].map(|i| (0..3).map(|j| matrix[i][j] * v[j]).sum())
}

/// IEC 61966-2-1.
fn linear(colour: Rgb) -> [f64; 3] {
    colour.map(|c| match f64::from(c) / 255.0 {
        c if c <= 0.040_45 => c / 12.92,
        c => ((c + 0.055) / 1.055).powf(2.4),
    })
}

/// CIELAB under D65.
fn lab(linear: [f64; 3]) -> [f64; 3] {
    let to_xyz = [
        [0.412_456_4, 0.357_576_1, 0.180_437_5],
        [0.212_672_9, 0.715_152_2, 0.072_175_0],
        [0.019_333_9, 0.119_192_0, 0.950_304_1],
    ];
    let white = [0.950_47, 1.0, 1.088_83];
    let xyz = times(&to_xyz, linear.map(|c| c.clamp(0.0, 1.0)));
    let limit = 6.0f64 / 29.0;
    let f = [0, 1, 2].map(|i| match xyz[i] / white[i] {
        t if t > limit.powi(3) => t.cbrt(),
        t => t / (3.0 * limit.powi(2)) + 4.0 / 29.0,
    });
    [116.0 * f[1] - 16.0, 500.0 * (f[0] - f[1]), 200.0 * (f[1] - f[2])]
}

/// CIEDE2000 with unit weights.
///
/// Source: Sharma, Wu & Dalal (2005), Color Research & Application 30, 21.
fn ciede2000(one: [f64; 3], two: [f64; 3]) -> f64 {
    let chroma = |[_, a, b]: [f64; 3]| a.hypot(b);
    let seventh = |c: f64| (c.powi(7) / (c.powi(7) + 25f64.powi(7))).sqrt();
    let g = 0.5 * (1.0 - seventh(f64::midpoint(chroma(one), chroma(two))));
    let polar = |[l, a, b]: [f64; 3]| {
        let a = (1.0 + g) * a;
        (l, a.hypot(b), b.atan2(a).to_degrees().rem_euclid(360.0))
    };
    let ((l1, c1, h1), (l2, c2, h2)) = (polar(one), polar(two));
    let grey = c1 * c2 == 0.0;
    let turn = if grey { 0.0 } else { (h2 - h1 + 540.0).rem_euclid(360.0) - 180.0 };
    let hue = 2.0 * (c1 * c2).sqrt() * (turn / 2.0).to_radians().sin();
    let (l, c) = (f64::midpoint(l1, l2), f64::midpoint(c1, c2));
    let h = if grey { h1 + h2 } else { (h1 + turn / 2.0).rem_euclid(360.0) };
    let cosine = |factor: f64, shift: f64| (factor * h + shift).to_radians().cos();
    let t = 1.0 - 0.17 * cosine(1.0, -30.0) + 0.24 * cosine(2.0, 0.0) + 0.32 * cosine(3.0, 6.0)
        - 0.20 * cosine(4.0, -63.0);
    let away = (l - 50.0).powi(2);
    let lightness = (l2 - l1) / (1.0 + 0.015 * away / (20.0 + away).sqrt());
    let saturation = (c2 - c1) / (1.0 + 0.045 * c);
    let hue = hue / (1.0 + 0.015 * c * t);
    let turned = (60.0 * (-((h - 275.0) / 25.0).powi(2)).exp()).to_radians().sin();
    let rotation = -2.0 * seventh(c) * turned;
    (lightness.powi(2) + saturation.powi(2) + hue.powi(2) + rotation * saturation * hue).sqrt()
}

/// Pairs 1, 7, 15, 17, 24 and 34 of the published table.
#[test]
fn differences_are_those_of_the_published_table() {
    let pairs = [
        ([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485], 2.0425),
        ([50.0, 0.0, 0.0], [50.0, -1.0, 2.0], 2.3669),
        ([50.0, -0.001, 2.49], [50.0, 0.0011, -2.49], 4.7461),
        ([50.0, 2.5, 0.0], [73.0, 25.0, -18.0], 27.1492),
        ([50.0, 2.5, 0.0], [50.0, 3.2592, 0.335], 1.0),
        ([2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082),
    ];
    for (one, two, published) in pairs {
        let ours = ciede2000(one, two);
        assert!((ours - published).abs() < 1e-4, "{ours} is not {published}");
    }
}

/// A difference of 1 is just noticeable beside each other; 10 is that of two hues at a glance.
#[test]
fn any_two_colours_differ_for_all_kinds_of_vision() {
    for theme in [&LIGHT, &DARK] {
        for (vision, matrix) in VISIONS.iter().enumerate() {
            let smallest = smallest(theme, matrix);
            let least = if vision == 0 { 15.0 } else { 8.0 };
            assert!(smallest >= least, "vision {vision}: {smallest}");
        }
    }
}

/// The smallest difference between two colours of a palette or to the grey of reference lines.
fn smallest(theme: &Theme, vision: &Matrix) -> f64 {
    let paints = (0..SERIES).map(Paint::Series).chain([Paint::Muted]);
    let colours: Vec<[f64; 3]> =
        paints.map(|paint| lab(times(vision, linear(paint.colour(theme))))).collect();
    let pairs = (0..colours.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
    pairs.map(|(i, j)| ciede2000(colours[i], colours[j])).fold(f64::INFINITY, f64::min)
}

/// Lines and markers are told from the background: the ratio of luminances is at least 2.
#[test]
fn every_colour_is_told_from_the_background() {
    let luminance = |colour: Rgb| {
        let [r, g, b] = linear(colour);
        0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05
    };
    for theme in [&LIGHT, &DARK] {
        for colour in theme.series {
            let ratio = luminance(colour) / luminance(theme.background);
            assert!(ratio.max(1.0 / ratio) >= 2.0, "{colour:?}: {ratio}");
        }
    }
}
