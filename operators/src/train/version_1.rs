//! Checkpoints of version 1, with former names of tensors and of keys.

use super::Recipe;
use crate::ARCHITECTURES;
use data::{Part, Renamed};
use serde::Deserialize;
use serde_json::Value;

/// Kinds of tensors: the former and the present name.
const KINDS: [(&str, &str); 3] =
    [("first.", "exp_avg."), ("second.", "exp_avg_sq."), ("average.", "ema.")];

/// The present name of a tensor.
pub(super) fn tensor_name(name: &str) -> String {
    let of_kind = |(former, present)| Some(format!("{present}{}", name.strip_prefix(former)?));
    KINDS.into_iter().find_map(of_kind).unwrap_or_else(|| name.into())
}

/// Updates the spellings in a description: those of the architecture's table and of the recipe.
pub(super) fn update(description: &mut Value) {
    let architecture = description["architecture"].as_str().unwrap_or_default();
    let of_architecture = ARCHITECTURES.find(architecture).map_or(&[][..], |entry| entry.renamed);
    for (key, renamed) in [("table", of_architecture), ("recipe", Recipe::RENAMED)] {
        if let Some(table) = description.get_mut(key) {
            update_table(table, renamed);
        }
    }
}

fn update_table(table: &mut Value, renamed: &[Renamed]) {
    if let Some(keys) = table.as_object_mut() {
        keys.retain(|_, value| !value.is_null()); // an absent option, for which TOML has no value
    }
    if let Ok(mut updated) = toml::Table::deserialize(&*table) {
        for renamed in renamed {
            renamed.update(&mut updated);
        }
        *table = serde_json::to_value(updated).expect("a table without dates is plain JSON");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn former_keys_values_and_names_are_updated() {
        let mut description = json!({
            "architecture": "unet",
            "table": { "width": 16, "levels": 3, "walls": "nearest" },
            "recipe": {
                "steps": 20, "epochs": null, "clip": 1.0,
                "schedule": { "step": { "every": 0.2, "factor": 0.5 } },
            },
        });
        update(&mut description);
        let present = json!({
            "architecture": "unet",
            "table": { "width": 16, "levels": 3, "padding-mode": "replicate" },
            "recipe": {
                "steps": 20, "clip-grad-norm": 1.0,
                "schedule": { "step": { "every": 0.2, "gamma": 0.5 } },
            },
        });
        assert_eq!(description, present);
        for (former, present) in [
            ("first.head.weight", "exp_avg.head.weight"),
            ("second.head.weight", "exp_avg_sq.head.weight"),
            ("average.head.weight", "ema.head.weight"),
            ("weights.first.weight", "weights.first.weight"),
        ] {
            assert_eq!(tensor_name(former), present);
        }
    }
}
