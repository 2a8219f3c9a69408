//! Drawing: shapes in a scene, axes, colours, and the two ways to make a file of them.
//!
//! - `bitmap`: a scene as pixels
//! - `colour_map`: colours of field values
//! - `colour_scale`: field values as an image
//! - `drawing`: a scene with title and caption
//! - `escape`: text in XML and HTML
//! - `font`: the font of PNG figures
//! - `frame`: rectangles and clipping
//! - `labels`: legends, and labels beside points
//! - `look`: how each surrogate looks
//! - `plot`: axes, and lines in a frame
//! - `scale`: linear and logarithmic axes with their ticks
//! - `scene`: the shapes of a drawing
//! - `style`: colours, dashes and markers
//! - `svg`: a scene as SVG

pub(crate) mod bitmap;
pub(crate) mod colour_map;
pub(crate) mod colour_scale;
pub(crate) mod drawing;
pub(crate) mod escape;
pub(crate) mod font;
pub(crate) mod frame;
pub(crate) mod labels;
pub(crate) mod look;
pub(crate) mod plot;
pub(crate) mod scale;
pub(crate) mod scene;
pub(crate) mod style;
pub(crate) mod svg;
