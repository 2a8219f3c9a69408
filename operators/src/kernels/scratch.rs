//! Memory for intermediate values, kept from one use to the next.

use std::cell::Cell;

thread_local! {
    static KEPT: Cell<Vec<f32>> = const { Cell::new(Vec::new()) };
}

/// Lends parts with so many values each, whatever they are: to write them before they are read is up
/// to the borrower.
///
/// They are this thread's, taken away while they are lent: a task that runs in between gets others.
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
