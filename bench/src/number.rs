//! Durations and sizes as people read them.

/// `1.2 s`, `3 min 20 s`, `2 h 5 min`
pub(crate) fn duration(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..60 => format!("{seconds:.1} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

/// `1.2 GB`, in powers of ten.
pub(crate) fn bytes(count: f64) -> String {
    match count {
        ..1e6 => format!("{:.0} kB", count / 1e3),
        ..1e9 => format!("{:.0} MB", count / 1e6),
        _ => format!("{:.1} GB", count / 1e9),
    }
}
