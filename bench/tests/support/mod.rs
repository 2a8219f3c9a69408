//! What several tests need.

use std::path::Path;

/// Lets all tests share the certificates of the solvers, each of which takes seconds of all cores.
///
/// Their names contain the hash of the solvers' sources, so that none is of other solvers.
pub(crate) fn share_certificates(datasets: &Path) {
    let shared = Path::new(env!("CARGO_TARGET_TMPDIR")).join("certificates");
    for folder in [&shared, datasets] {
        fs_err::create_dir_all(folder).expect("there is room");
    }
    // Elsewhere links need a privilege, and tests take longer.
    #[cfg(unix)]
    std::os::unix::fs::symlink(&shared, datasets.join(".certificates")).expect("it is new");
}
