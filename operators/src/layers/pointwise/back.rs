//! The derivative of a chain of maps, some cells at a time.

use super::many::Chain;
use super::map::WeightAndBias;
use super::packed::{Packed, bend, lay_out};
use crate::layers::correlation::Correlation;
use crate::layers::curve::Curve;
use crate::layers::scratch::with_scratch;
use crate::layers::slices::sum;
use crate::layers::tile::{PANEL, apart};
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

    /// Some samples of few cells, or some cells of one, side by side.
    pub(super) fn run<C: Curve>(
        &self,
        x: &[ArrayView2<'_, f32>],
        g: &[ArrayView2<'_, f32>],
        of_x: &mut [Option<ArrayViewMut2<'_, f32>>],
        of_all: &mut [f32],
    ) {
        let piece = x[0].ncols().next_multiple_of(PANEL);
        let apart = apart(x.len() * piece);
        let widest = self.channels.iter().copied().max().expect("there are channels") * apart;
        let inner: usize = self.channels[1..self.chain.maps.len()].iter().sum();
        with_scratch(4 * widest + inner * apart, |scratch| {
            let (mut rows, mut made) = scratch.split_at_mut(4 * widest);
            let [given, slopes, gradient, before] = [(); 4].map(|()| {
                let (here, rest) = std::mem::take(&mut rows).split_at_mut(widest);
                rows = rest;
                here
            });
            let mut values = Vec::new();
            for map in &self.inner {
                let (here, rest) = made.split_at_mut(map.out * apart);
                values.push(here);
                made = rest;
            }
            let mut block = Block { backward: self, x, piece, apart, given, slopes, values };
            block.recompute::<C>();
            let (mut gradient, mut before) = (gradient, before);
            for (number, g) in g.iter().enumerate() {
                let rows = &mut gradient[number * piece..];
                Arch::new().dispatch(|| lay_out(*g, apart, |g| self.chain.step * g, rows));
            }
            let mut rest = of_all;
            for number in (0..self.transposed.len()).rev() {
                let share = (self.channels[number] + 1) * self.channels[number + 1];
                let (front, of_map) = rest.split_at_mut(rest.len() - share);
                rest = front;
                block.give::<C>(number);
                block.weights(number, gradient, of_map);
                if number > 0 {
                    block.go_back::<C>(number, gradient, before);
                    std::mem::swap(&mut gradient, &mut before);
                }
            }
            block.finish::<C>(gradient, of_x);
        });
    }
}

/// Pieces on their way back.
struct Block<'a, 'c, 'x, 'b> {
    backward: &'a Backward<'a, 'c>,
    x: &'a [ArrayView2<'x, f32>],
    piece: usize,
    apart: usize,
    /// What a map was given.
    given: &'b mut [f32],
    slopes: &'b mut [f32],
    /// What every map but the last made.
    values: Vec<&'b mut [f32]>,
}

impl Block<'_, '_, '_, '_> {
    fn recompute<C: Curve>(&mut self) {
        for number in 0..self.values.len() {
            self.give::<C>(number);
            self.backward.inner[number].apply(self.given, self.apart, &[], self.values[number]);
        }
    }

    /// What the map of this number sees.
    fn give<C: Curve>(&mut self, number: usize) {
        match number.checked_sub(1) {
            Some(before) => {
                let values = &*self.values[before];
                let given = &mut self.given[..values.len()];
                given.copy_from_slice(values);
                Arch::new().dispatch(|| bend(given, C::value));
            }
            None => {
                for (number, x) in self.x.iter().enumerate() {
                    let rows = &mut self.given[number * self.piece..];
                    self.backward.chain.begin::<C>(*x, self.apart, rows);
                }
            }
        }
    }

    /// Adds the gradients of a map's weight and bias.
    fn weights(&self, number: usize, gradient: &[f32], of_map: &mut [f32]) {
        let (channels, apart) = (&self.backward.channels, self.apart);
        let [inputs, out] = [channels[number], channels[number + 1]];
        let (of_weight, of_bias) = of_map.split_at_mut(inputs * out);
        let (g, x) = (&gradient[..out * apart], &self.given[..inputs * apart]);
        for (sum_of_row, g) in of_bias.iter_mut().zip(g.chunks_exact(apart)) {
            *sum_of_row += sum(&g[..self.x.len() * self.piece]);
        }
        Correlation {
            g: vec![g],
            places: apart,
            x: vec![x],
            plane: apart,
            shifts: &[0],
            count: self.x.len() * self.piece,
        }
        .add_to(of_weight, inputs);
    }

    /// From the gradient behind a map to that behind the map before.
    fn go_back<C: Curve>(&mut self, number: usize, gradient: &[f32], before: &mut [f32]) {
        let values = &*self.values[number - 1];
        let slopes = &mut self.slopes[..values.len()];
        slopes.copy_from_slice(values);
        Arch::new().dispatch(|| bend(slopes, C::slope));
        self.backward.transposed[number].apply(gradient, self.apart, slopes, before);
    }

    /// Adds the gradients of x, where they are wanted.
    fn finish<C: Curve>(&mut self, gradient: &[f32], of_x: &mut [Option<ArrayViewMut2<'_, f32>>]) {
        let (map, bent) =
            (&self.backward.transposed[0], self.backward.chain.bent && !C::IS_IDENTITY);
        for (number, (x, of_x)) in self.x.iter().zip(of_x).enumerate() {
            let Some(of_x) = of_x.take() else { continue };
            let slopes = if bent {
                Arch::new().dispatch(|| lay_out(*x, self.apart, C::slope, self.slopes));
                &*self.slopes
            } else {
                &[]
            };
            map.product(&gradient[number * self.piece..], self.apart, slopes, 1.0, of_x);
        }
    }
}
