//! Memory for intermediate values, reused from one call to the next.

use std::cell::Cell;

thread_local! {
    static KEPT: Cell<Vec<f32>> = const { Cell::new(Vec::new()) };
}

/// Calls `borrow` with N slices of `counts` values. Their contents are arbitrary, and must be written before they
/// are read.
///
/// The memory belongs to the thread. While it is in use, another task on the same thread is given other memory.
pub(crate) fn with_scratch<const N: usize, R>(
    counts: [usize; N],
    borrow: impl FnOnce([&mut [f32]; N]) -> R,
) -> R {
    let mut kept = KEPT.take();
    let count = counts.iter().sum();
    if kept.len() < count {
        kept.resize(count, 0.0);
    }
    let mut rest = &mut kept[..];
    let parts = counts.map(|count| {
        let (part, others) = std::mem::take(&mut rest).split_at_mut(count);
        rest = others;
        part
    });
    let result = borrow(parts);
    KEPT.set(kept);
    result
}
