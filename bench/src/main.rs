//! `eddymark`: generates benchmark data, trains and evaluates neural operators, writes reports.

mod settings;
mod untrusted;

use std::io::Write;
use std::process::ExitCode;

/// Training allocates and frees large tensors in every step. glibc's allocator returns their pages to the
/// system each time; with this allocator a gradient takes half the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Before anything else: this may be a stage of the confinement of an outside program.
    if let Some(stage) = operators::confine(std::env::args_os()) {
        return stage.unwrap_or_else(|error| {
            let _ = writeln!(std::io::stderr(), "eddymark: {error}");
            ExitCode::FAILURE
        });
    }
    if let Some(code) = untrusted::serve_if_asked() {
        return code;
    }
    settings::apply();
    untrusted::read_with_this_program();
    settings::survive_large_files();
    bench::commands::main(std::env::args_os().collect())
}
