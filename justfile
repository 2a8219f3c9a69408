# List what can be done.
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

# The main job: generate, train, judge, report.
demo:
    ./eddymark run quick

# The long studies, and the solvers against published numbers.
verify:
    ./eddymark verify-all

# How fast it is.
bench *ARGS:
    ./eddymark bench {{ARGS}}

# Format the code.
fmt:
    cargo fmt --all
