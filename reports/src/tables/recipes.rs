//! How the operators were trained.

use super::Table;
use crate::results::by_case::Results;
use crate::results::number::count;
use crate::sheet::{Cell, Sheet};
use data::{Part, Run, SurrogateRecipe};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The parameters of the training that have columns of their own, with their headings.
const COLUMNS: [(&str, &str); 5] = [
    ("steps", "steps"),
    ("batch-size", "batch size"),
    ("learning-rate", "learning rate"),
    ("loss", "loss"),
    ("target", "predicts"),
];

/// The recipe of every operator: architecture, weights, seeds and training; empty in runs of older versions.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Recipes {}

impl Part for Recipes {
    const NAME: &'static str = "recipes";
    const SUMMARY: &'static str =
        "the recipe of every operator: architecture, weights, seeds and training";
}

impl Table for Recipes {
    fn sheets(&self, results: &Results) -> Vec<Sheet> {
        let rows: Vec<Vec<Cell>> = results
            .runs
            .iter()
            .enumerate()
            .flat_map(|(number, run)| {
                let trained = run.manifest.recipes.iter().filter(|r| !r.training.is_empty());
                trained.map(move |recipe| row(results, number, run, recipe))
            })
            .collect();
        if rows.is_empty() {
            return Vec::new();
        }
        let headings = ["operator", "architecture", "weights", "seeds"].into_iter();
        let headings = headings.chain(COLUMNS.map(|(_, heading)| heading));
        let headings =
            headings.chain(["architecture's options", "further options of the training"]);
        vec![Sheet {
            stem: Self::NAME.into(),
            title: "Recipes of the operators".into(),
            caption: "All options with their values, defaults included. Where epochs are given, they replace the \
                      steps. Weights are trainable real numbers; they may differ between cases."
                .into(),
            headings: headings.map(String::from).collect(),
            rows,
            folded: true,
            ..Sheet::default()
        }]
    }
}

fn row(results: &Results, number: usize, run: &Run, recipe: &SurrogateRecipe) -> Vec<Cell> {
    let name = &recipe.surrogate;
    let label = match results.runs.len() {
        1 => name.clone(),
        _ => format!("{name} ({})", number + 1),
    };
    let summaries = run.surrogates.iter().filter(|summary| summary.surrogate == *name);
    let weights: BTreeSet<usize> = summaries.map(|summary| summary.weights).collect();
    let weights: Vec<String> = weights.into_iter().map(count).collect();
    let seeds: Vec<String> = recipe.seeds.iter().map(u64::to_string).collect();
    let value = |key: &str| {
        let found = recipe.training.iter().find(|(known, _)| known == key);
        found.map_or_else(|| "–".into(), |(_, value)| value.clone())
    };
    let others = recipe.training.iter();
    let others = others.filter(|(key, _)| !COLUMNS.iter().any(|(column, _)| column == key));
    let head = [label, recipe.source.clone(), weights.join(", "), seeds.join(", ")];
    let training = COLUMNS.map(|(key, _)| value(key));
    let lists = [listed(recipe.options.iter()), listed(others)];
    let texts = head.into_iter().chain(training).map(Cell::text);
    texts.chain(lists.map(Cell::prose)).collect()
}

/// `width = 32, modes = 12`
fn listed<'a>(options: impl Iterator<Item = &'a (String, String)>) -> String {
    let text = |(key, value): &(String, String)| format!("{key} = {value}");
    options.map(text).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic;

    #[test]
    fn every_operator_has_its_recipe() {
        let runs = [synthetic::run(&["cavity", "cavity-tall"])];
        let sheets = Recipes::default().sheets(&Results::new(&runs));
        let rows: Vec<Vec<&str>> =
            sheets[0].rows.iter().map(|row| row.iter().map(|cell| &*cell.text).collect()).collect();
        assert_eq!(rows.len(), 3);
        assert_eq!(
            rows[0],
            [
                "fno",
                "fno",
                "1 188 353",
                "0, 1, 2",
                "1500",
                "8",
                "0.005",
                "relative-l2",
                "–",
                "width = 32, modes = [12, 12]",
                "noise = 0.0"
            ]
        );
    }
}
