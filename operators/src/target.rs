//! The meaning of a network's output.

use serde::{Deserialize, Serialize};

/// The meaning of a network's output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// The next state itself.
    #[default]
    State,
    /// The difference between the next and the latest state, over the root mean square that this
    /// difference has in the training split, channel by channel. An output of 0 is persistence. Errors of
    /// predicted increments accumulate in fields that are diagnostic, such as the pressure of an
    /// incompressible flow.
    Increment,
}
