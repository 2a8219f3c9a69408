//! What can be refused before there are data.

use super::Recipe;
use crate::interface::constants;
use crate::{ARCHITECTURES, Architecture, Interface, OperatorError, Target, count};
use data::{Grid, Info, Invalid, Part, channels};

/// Refuses a training that must fail: an invalid table or recipe, an architecture that cannot be built for the grid, or
/// training samples that are shorter than a window. `samples` is the number of training samples, `grid` that of one.
///
/// No weights are drawn and no memory is allocated for them.
pub fn check_training(
    architecture: &str,
    table: &toml::Table,
    recipe: &Recipe,
    info: &Info,
    grid: &Grid,
    samples: usize,
) -> Result<(), OperatorError> {
    recipe.check()?;
    let built = ARCHITECTURES.build(architecture, table.clone())?;
    check_target(architecture, &*built, recipe)?;
    steps(&*built, recipe, info.frames, samples)?;
    let interface = interface(info, Some(grid), recipe.history);
    count(architecture, table.clone(), &interface, false).map(drop)
}

/// Refuses increments of an architecture that is not given the latest state.
pub(super) fn check_target(
    name: &str,
    architecture: &dyn Architecture,
    recipe: &Recipe,
) -> Result<(), OperatorError> {
    if recipe.target == Target::Increment && !architecture.is_autoregressive() {
        let expected = format!("`state`: the latest state is not an input of `{name}`");
        return Err(Invalid::new("target", "increment", expected).into());
    }
    Ok(())
}

/// The number of optimizer steps of a training on `samples` samples of `frames` states.
pub(super) fn steps(
    architecture: &dyn Architecture,
    recipe: &Recipe,
    frames: usize,
    samples: usize,
) -> Result<usize, OperatorError> {
    if architecture.fit().is_some() {
        // It is fitted to pairs of a history and the state after it.
        windows(frames, samples, recipe.history + 1).map(|_| 1)
    } else {
        Ok(recipe.total_steps(windows(frames, samples, recipe.window())?))
    }
}

/// The number of windows of `needed` states.
fn windows(frames: usize, samples: usize, needed: usize) -> Result<usize, OperatorError> {
    match samples * (frames + 1).saturating_sub(needed) {
        0 => Err(OperatorError::NoWindows { samples, frames, needed }),
        windows => Ok(windows),
    }
}

/// The interface of a dataset whose samples have such a grid.
pub(super) fn interface(info: &Info, grid: Option<&Grid>, history: usize) -> Interface {
    let periodic = |axis: usize| grid.is_some_and(|grid| grid.axes[axis].is_periodic());
    Interface {
        history,
        channels: channels(&info.fields).len(),
        parameters: info.parameters.len(),
        cells: info.cells,
        periodic: [0, 1, 2].map(periodic),
        constants: constants(&info.fields),
    }
}
