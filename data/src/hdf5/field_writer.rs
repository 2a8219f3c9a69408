//! Writing the states of one field.

use super::attribute::{set_list, set_text, set_texts, set_varying};
use super::read::frames;
use super::schema::{Place, disk_name, group, places, spatial_axes};
use crate::{Info, Rank};
use hdf5::{Dataset, File, Result};
use ndarray::{ArrayView4, Axis};

/// Deflate's fastest level: the next ones cost twice the time and save a few percent.
const DEFLATE: u8 = 1;

/// A field of a file that is being written, state by state.
pub(super) struct FieldWriter<'a> {
    place: Place<'a>,
    /// The shape in the file.
    shape: Vec<usize>,
    dataset: Dataset,
    /// The smallest and the largest value of every component so far, NaN aside.
    ranges: Vec<[f32; 2]>,
}

impl<'a> FieldWriter<'a> {
    /// Creates the groups of all ranks and their fields, without states.
    pub(super) fn create_all(file: &File, info: &'a Info) -> Result<Vec<Self>> {
        for rank in [Rank::Scalar, Rank::Vector] {
            let of_rank = info.fields.iter().filter(|field| field.rank == rank);
            let names: Vec<String> = of_rank.map(|field| disk_name(&field.name)).collect();
            let group = file.create_group(group(rank))?;
            set_texts(&group, "field_names", &names)?;
        }
        let tensors = file.create_group("t2_fields")?;
        set_texts::<&str>(&tensors, "field_names", &[])?;
        places(&info.fields).into_iter().map(|place| Self::create(file, place, info)).collect()
    }

    /// One chunk per state, so that a single state can be read. A constant field has one chunk.
    fn create(file: &File, place: Place<'a>, info: &Info) -> Result<Self> {
        let shape = place.shape(info.frames, info.cells);
        let mut chunk = shape.clone();
        if !place.field.constant {
            chunk[1] = 1;
        }
        let builder = file.new_dataset_builder().shuffle().deflate(DEFLATE).chunk(chunk);
        let dataset = builder.empty::<f32>().shape(&shape[..]).create(place.path.as_str())?;
        set_list(&dataset, "dim_varying", &vec![true; spatial_axes(info.cells).len()])?;
        set_varying(&dataset, true, !place.field.constant)?;
        set_text(&dataset, "unit", &place.field.unit)?;
        set_texts(&dataset, "symbols", &place.field.symbols)?;
        let ranges = vec![[f32::INFINITY, f32::NEG_INFINITY]; place.channels.len()];
        Ok(Self { place, shape, dataset, ranges })
    }

    /// Writes the field's values of a state `[channel, x, y, z]`: `[x, y, z, component]` in the file. Of a constant
    /// field only the first state is written.
    pub(super) fn write(&mut self, step: usize, state: ArrayView4<'_, f32>) -> Result<()> {
        let values = state.slice_axis_move(Axis(0), self.place.channels.clone().into());
        for (range, values) in self.ranges.iter_mut().zip(values.outer_iter()) {
            *range = values.iter().fold(*range, |[least, most], &x| [least.min(x), most.max(x)]);
        }
        let is_constant = self.place.field.constant;
        if is_constant && step > 0 {
            return Ok(());
        }
        let mut shape = self.shape.clone();
        if !is_constant {
            shape[1] = 1;
        }
        let values = values.permuted_axes([1, 2, 3, 0]).as_standard_layout().into_owned();
        let values = values.into_shape_with_order(shape)?;
        if is_constant {
            return self.dataset.write(values.view());
        }
        self.dataset.write_slice(values.view(), frames(step, 1, self.shape.len()))
    }

    /// Writes the ranges, for listings that do not read the field.
    pub(super) fn finish(self) -> Result<()> {
        let extremes =
            |which: usize| self.ranges.iter().map(|range| range[which]).collect::<Vec<_>>();
        set_list(&self.dataset, "minimum", &extremes(0))?;
        set_list(&self.dataset, "maximum", &extremes(1))
    }
}
