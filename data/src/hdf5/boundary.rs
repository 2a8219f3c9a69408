//! Boundaries: The Well's masks, the velocity of walls, and the axis of a pipe as a fourth type.
//!
//! A periodic axis has one group, `x_periodic`. Any other axis has one group per end, such as `x_wall_low`.

use super::attribute::{set_list, set_text, set_texts, set_varying};
use super::checked;
use super::schema::{AXES, spatial_axes};
use crate::{Axis, Boundary, Grid};
use hdf5::{Group, Result};

/// The name of a boundary type in The Well's layout.
fn kind(boundary: Boundary) -> &'static str {
    match boundary {
        Boundary::Periodic => "PERIODIC",
        Boundary::Wall { .. } => "WALL",
        Boundary::Open => "OPEN",
        Boundary::Axis => "AXIS",
    }
}

/// Writes the boundaries of all spatial axes into `/boundary_conditions`.
pub(super) fn write(file: &Group, grid: &Grid) -> Result<()> {
    let all = file.create_group("boundary_conditions")?;
    let axes = spatial_axes(grid.cells());
    for &axis in &axes {
        let (name, Axis { boundaries: [low, high], .. }) = (AXES[axis], &grid.axes[axis]);
        let cells = grid.axes[axis].cells();
        let mask = |ends: [bool; 2]| {
            let mut mask = vec![false; cells];
            (mask[0], mask[cells - 1]) = (ends[0], ends[1]);
            mask
        };
        if low == high && *low == Boundary::Periodic {
            write_one(&all, &format!("{name}_periodic"), axis, &axes, *low, &mask([true, true]))?;
            continue;
        }
        for (end, boundary, ends) in [("low", *low, [true, false]), ("high", *high, [false, true])]
        {
            let group = format!("{name}_{}_{end}", kind(boundary).to_lowercase());
            write_one(&all, &group, axis, &axes, boundary, &mask(ends))?;
        }
    }
    Ok(())
}

/// Writes one group: the cells at the boundary, its type, and the velocity of a wall.
fn write_one(
    all: &Group,
    name: &str,
    axis: usize,
    axes: &[usize],
    boundary: Boundary,
    mask: &[bool],
) -> Result<()> {
    let group = all.create_group(name)?;
    set_texts(&group, "associated_dims", &[AXES[axis]])?;
    set_texts::<&str>(&group, "associated_fields", &[])?;
    set_text(&group, "bc_type", kind(boundary))?;
    set_varying(&group, false, false)?;
    group.new_dataset_builder().with_data(mask).create("mask")?;
    if let Boundary::Wall { velocity } = boundary {
        set_list(&group, "velocity", &velocity)?;
        let values: Vec<f32> = axes.iter().map(|&axis| velocity[axis] as f32).collect();
        group.new_dataset_builder().with_data(&values).create("values")?;
    }
    Ok(())
}

/// Reads both ends of an axis with the given number of cells.
pub(super) fn read(file: &Group, axis: usize, cells: usize) -> Result<[Boundary; 2]> {
    let all = checked::group(file, "boundary_conditions")?;
    let mut ends = [None; 2];
    for name in all.member_names()? {
        if name.split('_').next() != Some(AXES[axis]) {
            continue;
        }
        let group = checked::group(&all, &name)?;
        let mask = checked::dataset(&group, "mask")?;
        let mask = checked::array::<i8>(&mask, &format!("{name}/mask"), &[cells])?;
        let boundary = read_one(&group)?;
        for (end, touches) in ends.iter_mut().zip([mask.first(), mask.last()]) {
            *end = if touches.is_some_and(|&flag| flag != 0) { Some(boundary) } else { *end };
        }
    }
    match ends {
        [Some(low), Some(high)] => Ok([low, high]),
        _ => Err(format!("axis `{}` has an end without boundary condition", AXES[axis]).into()),
    }
}

fn read_one(group: &Group) -> Result<Boundary> {
    match checked::text(group, "bc_type")?.as_str() {
        "PERIODIC" => Ok(Boundary::Periodic),
        "OPEN" => Ok(Boundary::Open),
        "AXIS" => Ok(Boundary::Axis),
        "WALL" => {
            let velocity = checked::list::<f64>(group, "velocity")?;
            let velocity = velocity.try_into().map_err(|_| "a wall's velocity has 3 components")?;
            Ok(Boundary::Wall { velocity })
        }
        other => {
            Err(format!("`bc_type` is `{other}`, and must be WALL, OPEN, PERIODIC or AXIS").into())
        }
    }
}
