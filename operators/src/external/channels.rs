//! The channels that a program predicts.

use super::Failure;
use data::{Channel, Info, channels};

/// The positions of the named channels among all channels, in the order of the names.
///
/// A channel is named by its symbol (`u`), or by its field and axis (`velocity-x`); the name of a field stands for all
/// of its channels.
pub(super) fn positions(names: &[String], info: Option<&Info>) -> Result<Vec<usize>, Failure> {
    let all = info.map_or_else(Vec::new, |info| channels(&info.fields));
    let fits = |channel: &Channel, name: &str| {
        let axis = channel.component.and_then(|axis| ["x", "y", "z"].get(axis));
        channel.symbol == name
            || channel.field == name
            || axis.is_some_and(|axis| format!("{}-{axis}", channel.field) == name)
    };
    let mut positions = Vec::new();
    let mut is_good = !names.is_empty();
    for name in names {
        let before = positions.len();
        positions.extend((0..all.len()).filter(|&position| fits(&all[position], name)));
        is_good &= positions.len() > before;
    }
    let mut sorted = positions.clone();
    sorted.sort_unstable();
    is_good &= sorted.windows(2).all(|pair| pair[0] != pair[1]);
    let list = |names: Vec<&str>| names.join(", ");
    if is_good {
        return Ok(positions);
    }
    let mut known: Vec<&str> = all.iter().flat_map(|c| [c.symbol.as_str(), &c.field]).collect();
    known.dedup();
    Err(Failure::Channels {
        found: list(names.iter().map(String::as_str).collect()),
        known: list(known),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::{Field, Interval};

    fn info() -> Info {
        let fields = vec![
            Field::vector("velocity", &["u", "v"], "m/s"),
            Field::scalar("pressure", "p", "Pa"),
        ];
        Info {
            name: "box".into(),
            problem: "box".into(),
            fields,
            parameters: vec![],
            monitors: vec![],
            cells: [4, 4, 1],
            interval: Interval::Seconds(1.0),
            frames: 3,
        }
    }

    #[test]
    fn channels_are_named_by_symbol_field_or_axis() {
        let of = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(ToString::to_string).collect();
            positions(&names, Some(&info()))
        };
        for (names, expected) in [
            (&["u", "v"][..], &[0, 1][..]),
            (&["velocity"], &[0, 1]),
            (&["velocity-y"], &[1]),
            (&["p", "velocity-x"], &[2, 0]),
        ] {
            assert_eq!(of(names).expect("they are known"), expected);
        }
        for wrong in [&[][..], &["w"], &["u", "velocity"]] {
            let message = of(wrong).expect_err("it is wrong").to_string();
            assert!(
                message.contains("one of [u, velocity, v, velocity, p, pressure]"),
                "{message}"
            );
        }
        assert!(positions(&["u".into()], None).is_err());
    }
}
