//! Which colour each surrogate has: the same in all figures and in all reports.

use crate::draw::style::SERIES;

/// Names with a colour of their own, by priority: the first twelve never share one. They are those of the
/// architectures and baselines when a suite does not rename them.
pub const FIXED: [&str; 36] = [
    "fno",
    "unet",
    "deeponet",
    "transolver",
    "solver-1/2x",
    "linear",
    "solver-1x",
    "ffno",
    "mean-of-train",
    "solver-1/4x",
    "dmd",
    "persistence",
    "uno",
    "cno",
    "unet-modern",
    "factformer",
    "unet-convnext",
    "tfno",
    "solver-2x",
    "resnet",
    "dil-resnet",
    "ifno",
    "ffn",
    "auto-ffn",
    "cfdbench-fno",
    "cfdbench-unet",
    "auto-deeponet",
    "ifactformer-m",
    "ifactformer-o",
    "auto-deeponet-cnn",
    "auto-edeeponet",
    "solver-1/8x",
    "solver-4x",
    "solver-1/16x",
    "solver-1/3x",
    "solver-8x",
];

/// A colour, and how many surrogates of the report had it before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot {
    /// The index of the colour.
    pub(crate) colour: usize,
    /// 0 for the first surrogate of this colour, 1 for the second: they differ in dash and marker.
    pub(crate) round: usize,
}

/// The slots of the surrogates of a report, in the order of `names`, which are distinct.
///
/// A name determines its colour: by its place in the list of fixed names, otherwise by its hash. Where two names of
/// one report determine the same colour, that of higher priority has it, and the other has the next colour that the
/// fewest have. Up to twelve surrogates therefore have different colours, and a colour changes between reports only
/// where it must.
pub(crate) fn slots(names: &[&str]) -> Vec<Slot> {
    let mut by_priority: Vec<usize> = (0..names.len()).collect();
    by_priority.sort_by_key(|&i| (priority(names[i]), names[i]));
    let mut uses = [0; SERIES];
    let mut slots = vec![Slot { colour: 0, round: 0 }; names.len()];
    for i in by_priority {
        let preferred = preferred(names[i]);
        let colours = (0..SERIES).map(|shift| (preferred + shift) % SERIES);
        let colour = colours.min_by_key(|&colour| uses[colour]).expect("there are colours");
        slots[i] = Slot { colour, round: uses[colour] };
        uses[colour] += 1;
    }
    slots
}

/// The place among the fixed names; behind all of them for others.
fn priority(name: &str) -> usize {
    FIXED.iter().position(|fixed| *fixed == name).unwrap_or(FIXED.len())
}

fn preferred(name: &str) -> usize {
    match priority(name) {
        place if place < FIXED.len() => place % SERIES,
        _ => {
            let hash = data::hash_hex(name.as_bytes());
            let number = u32::from_str_radix(&hash[..8], 16).expect("hashes are hexadecimal");
            number as usize % SERIES
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn slot(name: &str, others: &[&str]) -> Slot {
        let names: Vec<&str> = [name].into_iter().chain(others.iter().copied()).collect();
        slots(&names)[0]
    }

    #[test]
    fn a_name_has_the_same_colour_beside_any_others() {
        let alone = slot("fno", &[]);
        assert_eq!(alone, slot("fno", &["unet", "uno", "my-net", "persistence"]));
        assert_eq!(slot("my-net", &[]), slot("my-net", &["fno", "unet"]));
        let (a, b) = (slots(&["unet", "my-net", "fno"]), slots(&["fno", "unet", "my-net"]));
        assert_eq!((a[0], a[1], a[2]), (b[1], b[2], b[0]), "the order does not matter");
    }

    #[test]
    fn twelve_surrogates_have_twelve_colours_whatever_their_names() {
        let numbered: Vec<String> = (0..SERIES).map(|i| format!("network {i}")).collect();
        let fixed: Vec<String> = FIXED[20..20 + SERIES].iter().map(ToString::to_string).collect();
        for names in [numbered, fixed] {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let colours: BTreeSet<usize> = slots(&names).iter().map(|slot| slot.colour).collect();
            assert_eq!(colours.len(), SERIES, "{names:?}");
        }
    }

    #[test]
    fn more_surrogates_share_colours_evenly_and_differ_in_round() {
        let names: Vec<String> = (0..30).map(|i| format!("network {i}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let slots = slots(&names);
        let distinct: BTreeSet<(usize, usize)> =
            slots.iter().map(|slot| (slot.colour, slot.round)).collect();
        assert_eq!(distinct.len(), 30);
        assert!(slots.iter().all(|slot| slot.round <= 2));
    }

    #[test]
    fn fixed_names_are_distinct() {
        assert_eq!(FIXED.iter().collect::<BTreeSet<_>>().len(), FIXED.len());
    }
}
