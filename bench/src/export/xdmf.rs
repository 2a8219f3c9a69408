//! XDMF, for ParaView and VisIt.

use super::layout::Layout;
use super::request::Export;
use crate::BenchError;
use data::{DataError, Grid, write_atomically};
use hdf5::File;
use ndarray::s;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

/// Two files per sample: `NAME_0007.xdmf`, which ParaView opens, and `NAME_0007.h5` with the numbers.
///
/// Each state is a rectilinear mesh, so that stretched axes are as they are, with values in its cells. XDMF has x as
/// the fastest axis, and vectors with three components; in two dimensions the mesh has one cell along z.
///
/// Source: XDMF model and format, version 3.
pub(super) struct Xdmf;

impl Layout for Xdmf {
    const NAME: &'static str = "xdmf";
    const SUMMARY: &'static str = "XDMF and HDF5 per sample, for ParaView and VisIt";

    fn write(export: &Export<'_>) -> Result<(), BenchError> {
        for &index in &export.samples {
            let stem = format!("{}_{index:04}", export.name());
            write_numbers(export, index, &export.to.join(format!("{stem}.h5")))?;
            let (grid, times) = export.places(index)?;
            let text = describe(export, &stem, &grid, &times);
            let file = export.to.join(format!("{stem}.xdmf"));
            write_atomically(&file, |to| to.write_all(text.as_bytes()))?;
            export.step()?;
        }
        Ok(())
    }
}

fn write_numbers(export: &Export<'_>, index: usize, path: &Path) -> Result<(), BenchError> {
    let failed = |error: hdf5::Error| -> BenchError {
        DataError::Hdf5 { path: path.into(), action: "written", reason: error.to_string() }.into()
    };
    let file = File::create(path).map_err(failed)?;
    let (grid, _) = export.places(index)?;
    for (axis, name) in grid.axes.iter().zip(["x", "y", "z"]) {
        file.new_dataset_builder().with_data(&axis.edges).create(name).map_err(failed)?;
    }
    let [nx, ny, nz] = export.info().cells;
    for (name, is_vector, channels, constant) in export.fields() {
        let states = if constant { 1 } else { export.info().frames };
        let components = if is_vector { 3 } else { 1 };
        let shape = (states, nz, ny, nx, components);
        let builder = file.new_dataset::<f32>().shape(shape).chunk((1, nz, ny, nx, components));
        let array = builder.shuffle().deflate(4).create(name.as_str()).map_err(failed)?;
        for time in 0..states {
            let state = export.state(index, time)?;
            let mut values = ndarray::Array4::<f32>::zeros((nz, ny, nx, components));
            for (component, channel) in channels.clone().enumerate() {
                let from = state.slice(s![channel, .., .., ..]).reversed_axes();
                values.slice_mut(s![.., .., .., component]).assign(&from);
            }
            array.write_slice(values.view(), s![time, .., .., .., ..]).map_err(failed)?;
        }
    }
    file.close().map_err(failed)
}

/// The text of the `.xdmf` file.
fn describe(export: &Export<'_>, stem: &str, grid: &Grid, times: &[f64]) -> String {
    let [nx, ny, nz] = export.info().cells;
    let mut text = String::from(
        "<?xml version=\"1.0\" ?>\n<!DOCTYPE Xdmf SYSTEM \"Xdmf.dtd\" []>\n<Xdmf Version=\"3.0\">\n <Domain>\n  \
         <Grid Name=\"states\" GridType=\"Collection\" CollectionType=\"Temporal\">\n",
    );
    let mut line = |content: String| {
        text.push_str(&content);
        text.push('\n');
    };
    for (number, time) in times.iter().enumerate() {
        line(format!(
            "   <Grid Name=\"state {number}\" GridType=\"Uniform\">\n    <Time Value=\"{time}\"/>"
        ));
        let points = format!("{} {} {}", nz + 1, ny + 1, nx + 1);
        line(format!("    <Topology TopologyType=\"3DRectMesh\" Dimensions=\"{points}\"/>"));
        line("    <Geometry GeometryType=\"VXVYVZ\">".into());
        for (axis, name) in grid.axes.iter().zip(["x", "y", "z"]) {
            let count = axis.edges.len();
            line(format!(
                "     <DataItem Dimensions=\"{count}\" NumberType=\"Float\" Precision=\"8\" \
                 Format=\"HDF\">{stem}.h5:/{name}</DataItem>"
            ));
        }
        line("    </Geometry>".into());
        for (name, is_vector, _, constant) in export.fields() {
            let (kind, components) = if is_vector { ("Vector", 3) } else { ("Scalar", 1) };
            let (states, of) = if constant { (1, 0) } else { (times.len(), number) };
            line(format!(
                "    <Attribute Name=\"{name}\" AttributeType=\"{kind}\" Center=\"Cell\">"
            ));
            let vector = if is_vector { " 3" } else { "" };
            line(format!(
                "     <DataItem ItemType=\"HyperSlab\" Dimensions=\"{nz} {ny} {nx}{vector}\">\n      \
                 <DataItem Dimensions=\"3 5\" Format=\"XML\">{of} 0 0 0 0  1 1 1 1 1  1 {nz} {ny} {nx} \
                 {components}</DataItem>\n      <DataItem Dimensions=\"{states} {nz} {ny} {nx} {components}\" \
                 NumberType=\"Float\" Precision=\"4\" Format=\"HDF\">{stem}.h5:/{name}</DataItem>\n     </DataItem>"
            ));
            line("    </Attribute>".into());
        }
        line("   </Grid>".into());
    }
    writeln!(text, "  </Grid>\n </Domain>\n</Xdmf>").expect("writing to a string succeeds");
    text
}
