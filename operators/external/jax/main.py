"""Linear extrapolation in time with JAX: replace `step` by your model. Needs the packages eddymark and jax."""

import eddymark
import jax


@jax.jit
def step(states):
    """The next state, [sample, channel, x, y], of the last two, [sample, 2, channel, x, y]."""
    return 2 * states[:, 1] - states[:, 0]


eddymark.Operator(lambda states, parameters, grid: step(states), history=2).serve()
