//! Statistics of the training samples: `normalization.json` in full precision, and The Well's `stats.yaml`.

use crate::{DataError, Info, Normalization, Rank, write_atomically};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

fn path(root: &Path) -> PathBuf {
    root.join("normalization.json")
}

/// Writes `stats.yaml`, then `normalization.json`.
pub(super) fn write(root: &Path, info: &Info, statistics: &Normalization) -> Result<(), DataError> {
    write_atomically(&root.join("stats.yaml"), |file| {
        file.write_all(yaml(info, statistics).as_bytes())
    })?;
    write_atomically(&path(root), |file| {
        serde_json::to_writer_pretty(&mut *file, statistics)?;
        file.write_all(b"\n")
    })
}

/// Reads `normalization.json`.
pub(super) fn read(root: &Path, info: &Info) -> Result<Normalization, DataError> {
    let path = path(root);
    let text = match fs_err::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(DataError::Mismatch {
                path: root.into(),
                found: "no `normalization.json`".into(),
                expected: "a finished dataset with training samples; generate it to its end".into(),
            });
        }
        text => text?,
    };
    let statistics: Normalization = serde_json::from_str(&text)
        .map_err(|source| DataError::Json { path: path.clone(), line: source.line(), source })?;
    let (channels, parameters) = (crate::channels(&info.fields).len(), info.parameters.len());
    let lengths = [
        &statistics.mean,
        &statistics.standard_deviation,
        &statistics.root_mean_square,
        &statistics.mean_delta,
        &statistics.standard_deviation_delta,
        &statistics.root_mean_square_delta,
    ];
    let is_right = lengths.into_iter().all(|list| list.len() == channels)
        && statistics.parameter_mean.len() == parameters
        && statistics.parameter_standard_deviation.len() == parameters;
    if is_right {
        return Ok(statistics);
    }
    Err(DataError::Mismatch {
        path,
        found: "statistics of other channels or parameters".into(),
        expected: format!(
            "those of {channels} channels and {parameters} parameters; remove it and generate the dataset again"
        ),
    })
}

/// The largest relative difference of statistics that sums of the same numbers in another order may have.
const ROUNDING: f64 = 1e-9;

/// An error unless both files hold the statistics `expected`.
pub(super) fn must_hold(
    root: &Path,
    info: &Info,
    expected: &Normalization,
) -> Result<(), DataError> {
    const REMEDY: &str = "remove it and generate the dataset again";
    let found = read(root, info)?;
    let symbols: Vec<String> =
        crate::channels(&info.fields).into_iter().map(|c| c.symbol).collect();
    let names: Vec<String> =
        info.parameters.iter().map(|parameter| parameter.name.clone()).collect();
    let of = |all: &Normalization| {
        [
            ("mean", all.mean.clone()),
            ("standard deviation", all.standard_deviation.clone()),
            ("root mean square", all.root_mean_square.clone()),
            ("mean of differences", all.mean_delta.clone()),
            ("standard deviation of differences", all.standard_deviation_delta.clone()),
            ("root mean square of differences", all.root_mean_square_delta.clone()),
            ("mean", all.parameter_mean.clone()),
            ("standard deviation", all.parameter_standard_deviation.clone()),
        ]
    };
    for (number, ((what, found), (_, expected))) in
        of(&found).into_iter().zip(of(expected)).enumerate()
    {
        let names = if number < 6 { &symbols } else { &names };
        let scale = expected.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
        for (name, (found, expected)) in names.iter().zip(found.iter().zip(&expected)) {
            let is_same =
                (found - expected).abs() <= ROUNDING * scale || found.is_nan() && expected.is_nan();
            if !is_same {
                return Err(DataError::Mismatch {
                    path: path(root),
                    found: format!("a {what} of {name} of {found}"),
                    expected: format!("{expected}, that of the training samples; {REMEDY}"),
                });
            }
        }
    }
    let yaml_path = root.join("stats.yaml");
    if fs_err::read_to_string(&yaml_path)? == yaml(info, &found) {
        return Ok(());
    }
    Err(DataError::Mismatch {
        path: yaml_path,
        found: "other numbers than `normalization.json`".into(),
        expected: format!("the same; {REMEDY}"),
    })
}

/// The Well's six maps: statistic → field → a number, or a list for a vector.
fn yaml(info: &Info, statistics: &Normalization) -> String {
    let mut text = String::new();
    for (name, channels) in [
        ("mean", &statistics.mean),
        ("std", &statistics.standard_deviation),
        ("rms", &statistics.root_mean_square),
        ("mean_delta", &statistics.mean_delta),
        ("std_delta", &statistics.standard_deviation_delta),
        ("rms_delta", &statistics.root_mean_square_delta),
    ] {
        writeln!(text, "{name}:").expect("writing to a string succeeds");
        let mut rest = channels.iter().map(|&value| yaml_float(value));
        for field in &info.fields {
            let values: Vec<String> = rest.by_ref().take(field.symbols.len()).collect();
            let name = crate::hdf5::disk_name(&field.name);
            let value = match field.rank {
                Rank::Scalar => values.concat(),
                Rank::Vector => format!("[{}]", values.join(", ")),
            };
            writeln!(text, "  {name}: {value}").expect("writing to a string succeeds");
        }
    }
    text
}

/// A number in the form that YAML 1.1 recognizes, with a point and a signed exponent: `1.5e+0`.
fn yaml_float(value: f64) -> String {
    if !value.is_finite() {
        return ".nan".into();
    }
    let text = format!("{value:e}");
    let (digits, exponent) = text.split_once('e').expect("the format has an exponent");
    let point = if digits.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with('-') { "" } else { "+" };
    format!("{digits}{point}e{sign}{exponent}")
}

#[cfg(test)]
mod tests {
    use super::yaml_float;

    #[test]
    fn floats_are_floats_to_a_yaml_reader() {
        assert_eq!(yaml_float(1.0), "1.0e+0");
        assert_eq!(yaml_float(-0.25), "-2.5e-1");
        assert_eq!(yaml_float(f64::NAN), ".nan");
        assert_eq!(yaml_float(0.1 + 0.2).parse(), Ok(0.1 + 0.2));
    }
}
