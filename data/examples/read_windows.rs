//! The time in ms to read two states at a random place of a dataset, without and with memory for decoded states.
//!
//! ```sh
//! cargo run --release -p eddymark-data --example read_windows -- datasets/cavity-quick-1a2b3c4d
//! ```

use data::{DataError, Dataset, Source, Split};
use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

/// Windows that are timed.
const WINDOWS: usize = 4000;

fn main() -> Result<(), DataError> {
    let root = PathBuf::from(std::env::args_os().nth(1).unwrap_or_default());
    for memory in [0, 1 << 30] {
        let dataset = Dataset::open(&root)?.with_memory(memory);
        let (train, frames) = (dataset.indices(Split::Train), dataset.info().frames);
        let mut draw = 1;
        let mut window = || {
            draw = (draw * 48_271) % 2_147_483_647; // Lehmer's generator
            let index = train[draw % train.len()];
            dataset.window(index, draw / train.len() % (frames - 2), 2)
        };
        // Files are open, and decoded where there is memory.
        for _ in 0..8 * train.len() {
            window()?;
        }
        let clock = Instant::now();
        for _ in 0..WINDOWS {
            window()?;
        }
        let time = 1e3 * clock.elapsed().as_secs_f64() / WINDOWS as f64;
        writeln!(std::io::stdout(), "{time}")?;
    }
    Ok(())
}
