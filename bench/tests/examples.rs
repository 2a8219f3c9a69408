//! The examples of the contributor's guide do what they say.

#[path = "../examples/add_a_metric.rs"]
#[expect(unreachable_pub, reason = "the example is written as the file of a library")]
mod add_a_metric;

#[test]
fn the_example_of_a_metric_runs() {
    add_a_metric::main();
}
