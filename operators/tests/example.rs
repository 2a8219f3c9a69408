//! The example of `examples/add_an_operator.rs` trains.

#[path = "../examples/add_an_operator.rs"]
mod add_an_operator;

#[test]
fn the_example_trains() {
    add_an_operator::main().expect("the loss decreases tenfold");
}
