//! A straight interface in a cell (PLIC).

/// A straight interface n·x = α in a unit cell centred at the origin, |n₁| + |n₂| = 1; water lies where n·x < α.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Line {
    normal: [f64; 2],
    offset: f64,
}

impl Line {
    /// The line with the outward normal `[x, y]` that leaves the part `fraction` of the cell to the water.
    ///
    /// Let a ≤ b be the magnitudes of the normal's components and s the distance n·x from the corner that lies
    /// deepest in the water. The volume below s is `s²/2ab` for s ≤ a and `(s − a/2)/b` for a ≤ s ≤ ½.
    ///
    /// Source: Scardovelli & Zaleski (2000), J. Comput. Phys. 164, 228, §2.2.
    #[inline]
    pub(crate) fn through([x, y]: [f64; 2], fraction: f64) -> Self {
        let scale = 1.0 / (x.abs() + y.abs());
        let normal = [x * scale, y * scale];
        let (a, b) = magnitudes(normal);
        let less = fraction.min(1.0 - fraction).max(0.0);
        let reach =
            if 2.0 * b * less < a { (2.0 * a * b * less).sqrt() } else { b * less + 0.5 * a };
        let depth = 0.5 - reach;
        Self { normal, offset: if fraction < 0.5 { -depth } else { depth } }
    }

    /// The same line in the coordinates of a cell that is `by` cells away.
    #[inline]
    pub(crate) fn seen_from(&self, by: [f64; 2]) -> Self {
        let [x, y] = self.normal;
        Self { offset: self.offset - x * by[0] - y * by[1], ..*self }
    }

    /// The volume fraction of water in the cell.
    #[inline]
    pub(crate) fn fraction(&self) -> f64 {
        let (a, b) = magnitudes(self.normal);
        filled(a, b, self.offset)
    }

    /// The unit normal out of the water in physical coordinates; `spacing` in m.
    pub(crate) fn direction(&self, spacing: [f64; 2]) -> [f64; 2] {
        let [x, y] = [self.normal[0] / spacing[0], self.normal[1] / spacing[1]];
        [x / x.hypot(y), y / x.hypot(y)]
    }

    /// The two points where the line crosses the cell's boundary, in m from the centre.
    pub(crate) fn ends(&self, spacing: [f64; 2]) -> [[f64; 2]; 2] {
        let [x, y] = self.normal;
        let nearest = self.offset / (x * x + y * y);
        let (foot, along) = ([x * nearest, y * nearest], [-y, x]);
        let (mut first, mut last) = (f64::NEG_INFINITY, f64::INFINITY);
        for axis in (0..2).filter(|&axis| along[axis] != 0.0) {
            let [a, b] = [-0.5, 0.5].map(|face: f64| (face - foot[axis]) / along[axis]);
            (first, last) = (first.max(a.min(b)), last.min(a.max(b)));
        }
        [first, last].map(|way| [0, 1].map(|axis| spacing[axis] * (foot[axis] + way * along[axis])))
    }

    /// The volume of water in a slab of `width` at the low (`side` −1) or high (+1) end of `axis`, in cells.
    #[inline]
    pub(crate) fn slab(&self, axis: usize, side: f64, width: f64) -> f64 {
        let across = self.normal[axis];
        let along = self.normal[1 - axis].abs();
        let offset = self.offset - across * side * 0.5 * (1.0 - width);
        let thin = across.abs() * width;
        width * filled(thin.min(along), thin.max(along), offset)
    }
}

/// The smaller and the larger magnitude of two components.
#[inline]
fn magnitudes([x, y]: [f64; 2]) -> (f64, f64) {
    let (x, y) = (x.abs(), y.abs());
    (x.min(y), x.max(y))
}

/// The part of a unit cell where n·x < `offset`, for a normal with component magnitudes a ≤ b.
#[inline]
fn filled(a: f64, b: f64, offset: f64) -> f64 {
    let reach = 0.5 * (a + b) - offset.abs();
    let less = if reach <= 0.0 {
        0.0
    } else if reach < a {
        0.5 * reach * reach / (a * b)
    } else {
        (reach - 0.5 * a) / b
    };
    if offset > 0.0 { 1.0 - less } else { less }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_line_leaves_the_fraction_it_was_put_through(
            angle in 0.0..std::f64::consts::TAU, fraction in 0.0..1.0,
        ) {
            let line = Line::through([angle.cos(), angle.sin()], fraction);
            // Near a corner the square root turns roundings ε of the offset into √ε · ε.
            prop_assert!((line.fraction() - fraction).abs() < 1e-14);
        }

        #[test]
        fn two_slabs_make_the_cell(
            angle in 0.0..std::f64::consts::TAU, fraction in 0.0..1.0, width in 1e-3..0.999, axis in 0usize..2,
        ) {
            let line = Line::through([angle.cos(), angle.sin()], fraction);
            let whole = line.slab(axis, -1.0, width) + line.slab(axis, 1.0, 1.0 - width);
            prop_assert!((whole - fraction).abs() < 1e-13);
        }
    }

    #[test]
    fn a_line_ends_where_it_leaves_the_cell() {
        let slanted = Line::through([1.0, 1.0], 0.5);
        assert_eq!(slanted.ends([2.0, 1.0]), [[1.0, -0.5], [-1.0, 0.5]]);
        assert!((slanted.direction([2.0, 1.0])[1] - 0.8_f64.sqrt()).abs() < 1e-15);
        let level = Line::through([0.0, 1.0], 0.25);
        assert_eq!(level.ends([1.0, 1.0]), [[0.5, -0.25], [-0.5, -0.25]]);
    }

    #[test]
    fn a_diagonal_fills_triangles() {
        let half = Line::through([1.0, 1.0], 0.5);
        assert!((half.slab(0, -1.0, 0.5) - 0.375).abs() < 1e-15);
        assert!((half.slab(1, 1.0, 0.5) - 0.125).abs() < 1e-15);
        assert!((half.seen_from([1.0, 0.0]).fraction() - 0.0).abs() < 1e-15);
    }
}
