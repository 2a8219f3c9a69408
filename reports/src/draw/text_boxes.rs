//! Texts of figures neither overlap nor leave the drawing.

use crate::draw::font::text_width;
use crate::draw::frame::Frame;
use crate::draw::scene::{Anchor, Scene, Shape, Text};
use crate::figures::FIGURES;
use crate::odd::odd_runs;
use crate::results::by_case::Results;

/// The rectangle of the letters, from the baseline to the height of upper-case letters.
fn frame(text: &Text) -> Frame {
    let (length, height) = (text_width(&text.content, text.size), 0.7 * text.size);
    let start = match text.anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => -0.5 * length,
        Anchor::End => -length,
    };
    let [x, y] = text.at;
    if text.rotated {
        Frame { x: x - height / 2.0, y: y - start - length, width: height, height: length }
    } else {
        Frame { x: x + start, y: y - height / 2.0, width: length, height }
    }
}

fn texts(scene: &Scene) -> Vec<(&str, Frame)> {
    let mut texts = Vec::new();
    for shape in &scene.shapes {
        if let Shape::Text(text) = shape {
            texts.push((text.content.as_str(), frame(text)));
        }
    }
    texts
}

/// The runs whose names and numbers are longest, and whose axes are shortest.
const RUNS: [&str; 14] = [
    "two runs",
    "one sample",
    "nothing but ones",
    "huge numbers",
    "tiny numbers",
    "fourteen surrogates with long names",
    "errors over twenty decades",
    "errors that hardly differ",
    "four parameters, one of them dependent",
    "a channel",
    "two channels",
    "a channel of huge numbers",
    "a channel of negative numbers",
    "a channel with long names",
];

#[test]
fn texts_do_not_overlap_and_are_inside_their_drawing() {
    let mut faults = Vec::new();
    let chosen = odd_runs().into_iter().filter(|(name, _)| RUNS.contains(name));
    let chosen: Vec<_> = chosen.collect();
    assert_eq!(chosen.len(), RUNS.len());
    for (name, runs) in chosen {
        let results = Results::new(&runs);
        for entry in FIGURES.entries {
            let figure = FIGURES.build(entry.name, toml::Table::new()).expect("defaults are valid");
            for drawing in figure.draw(&results) {
                let scene = &drawing.scene;
                let texts = texts(scene);
                let page = Frame { x: 0.0, y: 0.0, width: scene.width, height: scene.height };
                for (i, (text, frame)) in texts.iter().enumerate() {
                    let inside = frame.overlap(&page) >= 0.999 * frame.width * frame.height;
                    let clash = texts[..i].iter().find(|(_, other)| frame.overlap(other) > 0.5);
                    if !inside {
                        faults.push(format!(
                            "{} of {name}: `{text}` at {frame:?} leaves the drawing",
                            entry.name
                        ));
                    }
                    if let Some((other, _)) = clash {
                        faults.push(format!("{} of {name}: `{text}` covers `{other}`", entry.name));
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}
