//! A circular cylinder in the flow: cut cells, differences near the wall, forces.

mod body;
mod capacitance;
mod cut_faces;
mod disk;
mod flow_past;
mod near_wall;
mod traction;

pub(crate) use body::{Body, NearFace, NearTendency};
pub(crate) use capacitance::{Capacitance, CutCell};
pub(crate) use traction::traction;

pub use disk::Disk;
pub use flow_past::{FlowPastCylinder, mask_and_distance};
