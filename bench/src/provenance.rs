//! The program's sources and the machine on which it runs.

/// The commit from which the program was built.
pub fn commit() -> &'static str {
    env!("EDDYMARK_COMMIT")
}

/// Version of the solvers and fingerprint of their sources: what computed a dataset.
pub fn solver() -> String {
    format!("eddymark-solvers {} ({})", env!("CARGO_PKG_VERSION"), env!("EDDYMARK_SOLVERS_SOURCE"))
}

/// Fingerprint of the sources that turn solutions into stored samples: averaging, steady states, error estimates.
pub(crate) fn samples_source() -> &'static str {
    env!("EDDYMARK_SAMPLES_SOURCE")
}

/// Fingerprints of the sources that determine trained weights: operators, and the data model's normalization.
pub(crate) fn training_source() -> &'static str {
    concat!(env!("EDDYMARK_DATA_SOURCE"), " ", env!("EDDYMARK_OPERATORS_SOURCE"))
}

/// Fingerprints of the sources that determine an evaluation.
pub(crate) fn evaluation_source() -> String {
    format!(
        "{} {} {}",
        env!("EDDYMARK_SOLVERS_SOURCE"),
        training_source(),
        env!("EDDYMARK_BENCH_SOURCE")
    )
}

/// Fingerprints of the sources that determine a report.
pub(crate) fn report_source() -> String {
    format!("{} {}", env!("EDDYMARK_REPORTS_SOURCE"), env!("EDDYMARK_BENCH_SOURCE"))
}

/// Processor, its logical cores, and operating system.
pub fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let processor = std::fs::read_to_string("/proc/cpuinfo")
        .ok()
        .and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("model name"))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        })
        .unwrap_or_else(|| std::env::consts::ARCH.into());
    format!("{processor}, {cores} cores, {}", std::env::consts::OS)
}
