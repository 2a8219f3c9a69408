#![expect(clippy::unreadable_literal, reason = "numbers as OpenFOAM writes them")]

use super::*;

/// What OpenFOAM v1912 computed for the lid-driven cavity on 3 × 2 cells: its own files `0.2/U` and `0.2/p`.
const VELOCITY: [[f64; 2]; 6] = [
    [-0.0015201939, 0.0020731831],
    [-0.0030911673, -8.7210353e-07],
    [-0.0015183786, -0.0020736514],
    [0.0039884413, 0.002101994],
    [-0.00062481286, 7.4781422e-07],
    [0.0039885776, -0.0021008398],
];
const PRESSURE: [f64; 6] =
    [-3.6832122e-11, 0.0053339552, 0.010677329, -0.011441426, 0.0053310844, 0.022109682];

/// The same state as `foamToVTK` and `foamToVTK -legacy` write it.
const XML: &[u8] = include_bytes!("fixtures/openfoam.vtu");
const LEGACY: &[u8] = include_bytes!("fixtures/openfoam.vtk");

#[test]
fn both_formats_of_openfoam_hold_its_numbers() {
    for bytes in [XML, LEGACY] {
        assert_eq!(Vtk::time(bytes), Some(f64::from(0.2f32)));
        let grid = Vtk::read(bytes).expect("it is sound");
        assert_eq!(grid.cells(), 6);
        let third = f64::from(1.0f32 / 3.0);
        assert_eq!(grid.extent(0, 0), 0.0..third);
        assert_eq!(grid.extent(5, 2), 0.0..f64::from(0.1f32));
        let names: Vec<_> = grid.arrays.iter().map(|a| (a.name.as_str(), a.components)).collect();
        assert_eq!(names, [("p", 1), ("U", 3)]);
        let [pressure, velocity] = &grid.arrays[..] else { unreachable!("there are two") };
        // Both are written in single precision.
        let is_near = |found: f64, exact: f64| (found - exact).abs() <= 1.2e-7 * exact.abs();
        for cell in 0..6 {
            assert!(is_near(pressure.values[cell], PRESSURE[cell]));
            for (axis, exact) in VELOCITY[cell].into_iter().enumerate() {
                assert!(is_near(velocity.values[cell * 3 + axis], exact));
            }
            assert_eq!(velocity.values[cell * 3 + 2], 0.0);
        }
    }
}

#[test]
fn other_files_are_refused_in_words() {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let xml = text(XML);
    for (bytes, expected) in [
        (b"no grid".to_vec(), "neither a `.vtu` nor a legacy `.vtk` file"),
        (b"<html></html>".to_vec(), "neither a `.vtu` nor a legacy `.vtk` file"),
        (xml.replace("UnstructuredGrid' version", "ImageData' version").into(), "`ImageData`"),
        (
            xml.replace("byte_order", "compressor='vtkZLibDataCompressor' byte_order").into(),
            "compressed",
        ),
        (xml.replace("Float32", "Float128").into(), "type `Float128`"),
        (
            xml.replace("NumberOfComponents='3' format", "format").into(),
            "does not have a value per cell",
        ),
        (xml[..xml.len() / 2].into(), "it is damaged"),
        (LEGACY[..LEGACY.len() - 30].to_vec(), "its end is missing"),
    ] {
        let refused = Vtk::read(&bytes).expect_err("it is refused");
        assert!(refused.contains(expected), "{refused}");
    }
}

/// Damage never ends in a panic, or in more memory than a few times the file's.
#[test]
fn every_cut_and_every_other_byte_is_read_or_refused() {
    for bytes in [XML, LEGACY] {
        for at in 0..bytes.len() {
            let _ = (Vtk::read(&bytes[..at]), Vtk::time(&bytes[..at]));
            for other in [0, b'9', b'<', 0xff] {
                let mut damaged = bytes.to_vec();
                damaged[at] = other;
                let _ = (Vtk::read(&damaged), Vtk::time(&damaged));
            }
        }
    }
}
