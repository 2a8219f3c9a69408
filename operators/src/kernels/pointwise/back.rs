//! The derivative of a chain of maps, some cells at a time.

use super::many::Chain;
use super::map::WeightAndBias;
use super::packed::{Packed, bend, lay_out};
use crate::kernels::activation::Curve;
use crate::kernels::correlation::add_products;
use crate::kernels::scratch::with_scratch;
use crate::kernels::slices::sum;
use crate::kernels::tile::{PANEL, apart};
use ndarray::{ArrayView2, ArrayViewMut2};
use pulp::Arch;

/// What the derivative of a chain is made of.
pub(super) struct Backward<'a, 'c> {
    chain: &'a Chain<'c>,
    channels: Vec<usize>,
    /// Those whose values are needed once more.
    inner: Vec<Packed>,
    transposed: Vec<Packed>,
}

impl<'a, 'c> Backward<'a, 'c> {
    pub(super) fn new(chain: &'a Chain<'c>, channels: Vec<usize>) -> Self {
        let mut inner = chain.scaled();
        inner.pop();
        let across = |map: &WeightAndBias<'c>| {
            Packed::of(WeightAndBias { weight: map.weight.reversed_axes(), bias: &[] }, 1.0)
        };
        Self { chain, channels, inner, transposed: chain.maps.iter().map(across).collect() }
    }

    /// How many weights and biases there are, of every map a bias.
    pub(super) fn weights(&self) -> usize {
        self.channels.windows(2).map(|pair| (pair[0] + 1) * pair[1]).sum()
    }

    /// Rows of [`Room`]: what is given and its slopes, the gradient and the one before, and of every
    /// map but the last what it made.
    pub(super) fn rows(channels: &[usize]) -> [usize; 5] {
        let last = channels.len() - 1;
        let widest = |channels: &[usize]| channels.iter().copied().max().unwrap_or_default();
        let (before, between) = (widest(&channels[..last]), &channels[1..last]);
        [before, before, widest(&channels[1..]), widest(between), between.iter().sum()]
    }

    /// Adds the gradients of pieces that lie side by side, samples of few cells or cells of one.
    pub(super) fn run<C: Curve>(
        &self,
        x: &[ArrayView2<'_, f32>],
        g: &[ArrayView2<'_, f32>],
        of_x: &mut [Option<ArrayViewMut2<'_, f32>>],
        of_all: &mut [f32],
    ) {
        let piece = x[0].ncols().next_multiple_of(PANEL);
        let pieces = Pieces { x, piece, apart: apart(x.len() * piece) };
        let rows = Self::rows(&self.channels).map(|rows| rows * pieces.apart);
        with_scratch(rows, |[given, slopes, gradient, before, made]| {
            let mut room = Room { given, slopes, gradient, before, made };
            for (number, map) in self.inner.iter().enumerate() {
                self.give::<C>(number, &pieces, &mut room);
                map.apply(room.given, pieces.apart, &[], self.made(number, &pieces, room.made));
            }
            for (number, g) in g.iter().enumerate() {
                let rows = &mut room.gradient[number * piece..];
                Arch::new().dispatch(|| lay_out(*g, pieces.apart, |g| self.chain.step * g, rows));
            }
            let mut rest = of_all;
            for number in (0..self.transposed.len()).rev() {
                let share = (self.channels[number] + 1) * self.channels[number + 1];
                let (front, of_map) = rest.split_at_mut(rest.len() - share);
                rest = front;
                self.give::<C>(number, &pieces, &mut room);
                self.add_weights(number, &pieces, &room, of_map);
                if number > 0 {
                    self.go_back::<C>(number, &pieces, &mut room);
                }
            }
            self.finish::<C>(&pieces, &mut room, of_x);
        });
    }

    /// What the map of this number made.
    fn made<'r>(&self, number: usize, pieces: &Pieces, made: &'r mut [f32]) -> &'r mut [f32] {
        let before: usize = self.channels[1..=number].iter().sum();
        &mut made[before * pieces.apart..][..self.channels[number + 1] * pieces.apart]
    }

    /// What the map of this number sees.
    fn give<C: Curve>(&self, number: usize, pieces: &Pieces, room: &mut Room) {
        if let Some(before) = number.checked_sub(1) {
            let values = &*self.made(before, pieces, room.made);
            let given = &mut room.given[..values.len()];
            given.copy_from_slice(values);
            return Arch::new().dispatch(|| bend(given, C::value));
        }
        for (number, x) in pieces.x.iter().enumerate() {
            let rows = &mut room.given[number * pieces.piece..];
            self.chain.begin::<C>(*x, pieces.apart, rows);
        }
    }

    /// Adds the gradients of a map's weight and bias.
    fn add_weights(&self, number: usize, pieces: &Pieces, room: &Room, of_map: &mut [f32]) {
        let [inputs, out] = [self.channels[number], self.channels[number + 1]];
        let (apart, count) = (pieces.apart, pieces.x.len() * pieces.piece);
        let (of_weight, of_bias) = of_map.split_at_mut(inputs * out);
        let (g, x) = (&room.gradient[..out * apart], &room.given[..inputs * apart]);
        for (sum_of_row, g) in of_bias.iter_mut().zip(g.chunks_exact(apart)) {
            *sum_of_row += sum(&g[..count]);
        }
        add_products([g, x], [apart; 2], count, of_weight, inputs);
    }

    /// From the gradient behind a map to that behind the map before.
    fn go_back<C: Curve>(&self, number: usize, pieces: &Pieces, room: &mut Room) {
        let values = &*self.made(number - 1, pieces, room.made);
        let slopes = &mut room.slopes[..values.len()];
        slopes.copy_from_slice(values);
        Arch::new().dispatch(|| bend(slopes, C::slope));
        self.transposed[number].apply(room.gradient, pieces.apart, slopes, room.before);
        let rows = values.len();
        room.gradient[..rows].copy_from_slice(&room.before[..rows]);
    }

    /// Adds the gradients of x, where they are wanted.
    fn finish<C: Curve>(
        &self,
        pieces: &Pieces,
        room: &mut Room,
        of_x: &mut [Option<ArrayViewMut2<'_, f32>>],
    ) {
        let &Pieces { x, piece, apart } = pieces;
        for (number, (x, of_x)) in x.iter().zip(of_x).enumerate() {
            let Some(of_x) = of_x.take() else { continue };
            let mut slopes = &[][..];
            if self.chain.bent && !C::IS_IDENTITY {
                Arch::new().dispatch(|| lay_out(*x, apart, C::slope, room.slopes));
                slopes = room.slopes;
            }
            let gradient = &room.gradient[number * piece..];
            self.transposed[0].product(gradient, apart, slopes, 1.0, of_x);
        }
    }
}

/// Pieces that lie side by side, from one to the next so many places, in rows so far apart.
struct Pieces<'a, 'x> {
    x: &'a [ArrayView2<'x, f32>],
    piece: usize,
    apart: usize,
}

/// See [`Backward::rows`].
struct Room<'a> {
    given: &'a mut [f32],
    slopes: &'a mut [f32],
    gradient: &'a mut [f32],
    before: &'a mut [f32],
    made: &'a mut [f32],
}
