//! `eddymark export`

use super::given::{Needed, expect};
use super::terminal::print;
use crate::number::bytes;
use crate::{
    About, BenchError, ExportLayout, Exported, LAYOUTS, Progress, Selection, Stop, export as write,
};
use clap::builder::PossibleValuesParser;
use clap::{Args, ValueHint};
use data::Split;
use std::path::PathBuf;

/// What is exported, and how.
#[derive(Debug, Clone, Args)]
pub(super) struct ExportArgs {
    /// A dataset's folder.
    #[arg(value_hint = ValueHint::DirPath)]
    dataset: PathBuf,
    /// The layout.
    #[arg(long, value_name = "LAYOUT", value_parser = layouts())]
    format: String,
    /// The folder to create.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    to: PathBuf,
    /// Only the samples of this split. May be repeated.
    #[arg(long, value_name = "SPLIT", value_parser = ["train", "valid", "test"])]
    split: Vec<String>,
    /// Only these samples, such as `0,3,7`. May be repeated.
    #[arg(long, value_name = "INDEX", value_delimiter = ',')]
    samples: Vec<usize>,
    /// Licence of the dataset, such as CC-BY-4.0; for `huggingface`.
    #[arg(long)]
    license: Option<String>,
    /// How the dataset is cited; for `huggingface`.
    #[arg(long)]
    citation: Option<String>,
    /// Who made the dataset; for `huggingface`.
    #[arg(long)]
    creator: Option<String>,
    /// Address at which the dataset is published; for `huggingface`.
    #[arg(long)]
    url: Option<String>,
}

fn layouts() -> PossibleValuesParser {
    let value =
        |layout: &ExportLayout| clap::builder::PossibleValue::new(layout.name).help(layout.summary);
    PossibleValuesParser::new(LAYOUTS.iter().map(value))
}

/// Writes a dataset in another layout.
pub(super) fn export(
    progress: &Progress,
    stop: &Stop,
    args: &ExportArgs,
) -> Result<(), BenchError> {
    expect(&args.dataset, Needed::Dataset)?;
    let wanted = |split: &Split| {
        args.split.is_empty() || args.split.iter().any(|name| name == split.folder())
    };
    let splits: Vec<Split> = Split::ALL.into_iter().filter(wanted).collect();
    let selection = Selection { splits: &splits, samples: &args.samples };
    let about = About {
        license: args.license.clone(),
        citation: args.citation.clone(),
        creator: args.creator.clone(),
        url: args.url.clone(),
    };
    let layout = ExportLayout::find(&args.format)?;
    if layout.name == "huggingface" {
        for (key, value) in [
            ("license", &about.license),
            ("citation", &about.citation),
            ("creator", &about.creator),
            ("url", &about.url),
        ] {
            if value.is_none() {
                progress.say(&format!("the card states no {key}: give --{key}"));
            }
        }
    }
    let Exported { samples, bytes: size } =
        write(&args.dataset, layout, selection, &args.to, &about, progress, stop)?;
    progress.say(&format!("{samples} samples, {}", bytes(size as f64)));
    print(&format!("{}\n", args.to.display()))
}
