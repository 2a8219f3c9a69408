# List the recipes.
default:
    @just --list --unsorted

# Formatting and lints: before every commit.
check:
    ./eddymark check

# All tests: minutes.
test *ARGS:
    ./eddymark test {{ARGS}}

# Everything once, on tiny grids: seconds.
smoke:
    ./eddymark run smoke

# The main example: generate, train, evaluate, report.
demo:
    ./eddymark run quick

# The long studies, and the solvers against published numbers.
verify:
    ./eddymark verify-all

# Benchmarks of the code's speed.
bench *ARGS:
    ./eddymark bench {{ARGS}}

# That `pip install .` gives a program which works outside the checkout.
wheel-test:
    .ci/wheel

# Processor time of a cold build by crate.
build-times *ARGS:
    docs/build-times.sh {{ARGS}}

# Format the code.
fmt:
    cargo fmt --all
