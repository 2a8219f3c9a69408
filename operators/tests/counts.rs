//! How many numbers every architecture learns, against the counts of its references.

use operators::{ARCHITECTURES, Published};
use std::collections::BTreeSet;

#[test]
fn counts_are_those_of_the_references() {
    for published in Published::all() {
        let ours = published.ours().unwrap_or_else(|error| panic!("{published:?}: {error}"));
        assert_eq!(ours + published.idle, published.weights, "{published:?}");
    }
}

/// Nobody has published how many weights these have.
const UNPUBLISHED: [&str; 4] = ["dmd", "linear", "tfno", "unet"];

#[test]
fn every_architecture_has_a_published_count_or_is_known_to_have_none() {
    let published = Published::all().map(|published| published.architecture);
    let known: BTreeSet<&str> = published.chain(UNPUBLISHED).collect();
    assert_eq!(ARCHITECTURES.names().collect::<BTreeSet<_>>(), known);
}
