//! Numbers of weights against published ones.

use operators::{ARCHITECTURES, Published};
use std::collections::BTreeSet;

#[test]
fn counts_agree_with_the_publications() {
    for published in Published::all() {
        let ours = published.ours().unwrap_or_else(|error| panic!("{published:?}: {error}"));
        assert_eq!(ours + published.idle, published.weights, "{published:?}");
    }
}

/// No number of weights is published for these.
const UNPUBLISHED: [&str; 4] = ["dmd", "linear", "tfno", "unet"];

#[test]
fn every_architecture_has_a_published_count_or_is_known_to_have_none() {
    let published = Published::all().map(|published| published.architecture);
    let known: BTreeSet<&str> = published.chain(UNPUBLISHED).collect();
    assert_eq!(ARCHITECTURES.names().collect::<BTreeSet<_>>(), known);
}
