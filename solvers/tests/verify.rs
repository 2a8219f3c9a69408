//! All checks of the certificates pass.

use solvers::verify::{VERIFIED, parts, verify};

fn failures(problem: &str, resolutions: &[usize]) -> Vec<String> {
    let mut told = 0;
    let certificate = verify(problem, resolutions, &mut |_| told += 1);
    let certificate = certificate.expect("verified flows are stable");
    assert_eq!(told, parts(problem, resolutions), "{problem}");
    assert!(!certificate.tables.is_empty() && !certificate.checks.is_empty(), "{certificate:?}");
    for table in &certificate.tables {
        assert!(table.rows.iter().all(|row| row.len() == table.columns.len()), "{}", table.title);
    }
    let failed = certificate.checks.into_iter().filter(|check| !check.passed);
    failed.map(|check| format!("{}: {} ({})", check.name, check.measured, check.limit)).collect()
}

#[test]
fn certificates_hold_on_coarse_grids() {
    for problem in ["taylor-green", "kolmogorov", "decaying-turbulence", "tube"] {
        assert_eq!(failures(problem, &[32, 64]), Vec::<String>::new(), "{problem}");
    }
    assert_eq!(failures("cylinder", &[32]), Vec::<String>::new());
}

#[test]
fn the_certificate_of_shear_layers_holds_on_coarse_grids() {
    assert_eq!(failures("shear-layer", &[32, 64]), Vec::<String>::new());
}

#[test]
fn the_certificates_of_two_fluids_hold_on_coarse_grids() {
    for problem in ["column", "dam"] {
        assert_eq!(failures(problem, &[32, 64]), Vec::<String>::new(), "{problem}");
    }
}

#[test]
fn only_known_problems_can_be_verified() {
    let error = verify("cavty", &[16], &mut |_| {}).expect_err("there is no such problem");
    assert_eq!(
        error.to_string(),
        format!("`cavty` cannot be verified; what can is {}", VERIFIED.join(", "))
    );
}

#[test]
#[ignore = "minutes: steady cavities at four Reynolds numbers up to 128²"]
fn the_certificate_of_every_problem_holds() {
    for &problem in VERIFIED {
        assert_eq!(failures(problem, &[32, 64, 128]), Vec::<String>::new());
    }
}

#[test]
#[ignore = "minutes: vortex shedding on up to 40 cells per diameter, and in a stream 32 diameters wide"]
fn the_certificate_of_cylinders_holds() {
    assert_eq!(failures("cylinder", &[32, 64, 128]), Vec::<String>::new());
}
