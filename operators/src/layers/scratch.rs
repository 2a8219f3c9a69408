//! Memory for intermediate values, kept from one use to the next.

use std::cell::Cell;

thread_local! {
    static KEPT: Cell<Vec<f32>> = const { Cell::new(Vec::new()) };
}

/// Lends so many values of this thread, whatever they are: to write them before they are read is up
/// to the borrower.
pub(super) fn with_scratch<R>(count: usize, borrow: impl FnOnce(&mut [f32]) -> R) -> R {
    let mut scratch = KEPT.take();
    if scratch.len() < count {
        scratch.resize(count, 0.0);
    }
    let result = borrow(&mut scratch[..count]);
    KEPT.set(scratch);
    result
}
