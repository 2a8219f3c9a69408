//! Where the program comes from and where it runs.

/// The commit it was built from.
pub fn commit() -> &'static str {
    env!("EDDYMARK_COMMIT")
}

/// The solvers' version and the state of their sources: what computed a dataset.
pub fn solver() -> String {
    format!("eddymark-solvers {} ({})", env!("CARGO_PKG_VERSION"), env!("EDDYMARK_SOLVERS_SOURCE"))
}

/// The state of the operators' sources.
pub(crate) fn operators_source() -> &'static str {
    env!("EDDYMARK_OPERATORS_SOURCE")
}

/// The state of the sources behind a judgement.
pub(crate) fn judgement_source() -> String {
    format!(
        "{} {} {}",
        env!("EDDYMARK_SOLVERS_SOURCE"),
        operators_source(),
        env!("EDDYMARK_BENCH_SOURCE")
    )
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
