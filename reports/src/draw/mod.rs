//! Drawing: shapes in a scene, axes, colours, and the output as SVG, PDF and PNG.
//!
//! - `bitmap`: a scene as pixels
//! - `colour_bar`: the bar that shows what the colours of images mean
//! - `colour_difference`: tests of the palettes
//! - `colour_map`: colours of field values
//! - `colour_scale`: field values as an image
//! - `drawing`: a scene with title and caption
//! - `escape`: text in XML and HTML
//! - `font`: the font of PNG and PDF figures
//! - `formula`: texts with subscripts
//! - `frame`: rectangles and clipping
//! - `labels`: legends, and labels beside points
//! - `palette`: which colour each surrogate has
//! - `pdf`, `pdf_font`: a scene as PDF, and its font
//! - `plot`: axes, and lines in a frame
//! - `scale`: linear and logarithmic axes with their ticks
//! - `scene`: the shapes of a drawing
//! - `series_style`: the style of each surrogate
//! - `statistic_plot`: curves of statistics, and the band of the reference
//! - `style`: colours, dashes and markers
//! - `svg`: a scene as SVG
//! - `text_boxes`: a test of the texts in figures

pub(crate) mod bitmap;
pub(crate) mod colour_bar;
#[cfg(test)]
mod colour_difference;
pub(crate) mod colour_map;
pub(crate) mod colour_scale;
pub mod drawing;
pub(crate) mod escape;
pub(crate) mod font;
pub(crate) mod formula;
pub mod frame;
pub mod labels;
pub mod palette;
pub(crate) mod pdf;
pub(crate) mod pdf_font;
pub mod plot;
pub mod scale;
pub mod scene;
pub mod series_style;
pub(crate) mod statistic_plot;
pub mod style;
pub(crate) mod svg;
#[cfg(test)]
mod text_boxes;
