//! What a network's output means.

use serde::{Deserialize, Serialize};

/// What a network's output means.
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
