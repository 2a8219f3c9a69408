//! Drawing: shapes in a scene, axes, colours, and the output as SVG and PNG.
//!
//! - `bitmap`: a scene as pixels
//! - `colour_map`: colours of field values
//! - `colour_scale`: field values as an image
//! - `drawing`: a scene with title and caption
//! - `escape`: text in XML and HTML
//! - `font`: the font of PNG figures
//! - `frame`: rectangles and clipping
//! - `labels`: legends, and labels beside points
//! - `plot`: axes, and lines in a frame
//! - `scale`: linear and logarithmic axes with their ticks
//! - `scene`: the shapes of a drawing
//! - `series_style`: the style of each surrogate
//! - `style`: colours, dashes and markers
//! - `svg`: a scene as SVG

pub(crate) mod bitmap;
pub(crate) mod colour_map;
pub(crate) mod colour_scale;
pub mod drawing;
pub(crate) mod escape;
pub(crate) mod font;
pub mod frame;
pub mod labels;
pub mod plot;
pub mod scale;
pub mod scene;
pub mod series_style;
pub mod style;
pub(crate) mod svg;
