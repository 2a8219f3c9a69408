#!/bin/sh
# Prints the table of docs/ROBUSTNESS.md: damaged copies of each kind of file, and what the program makes of them.
#
#   docs/robustness.sh            minutes: at least 2000 copies of each
set -eu
cd "$(dirname "$0")/.."
echo '| attack | tries | refused | accepted | accepted with wrong values | panics | signals | hangs |'
echo '|---|---|---|---|---|---|---|---|'
# Each test fails if a column after `accepted` is not 0.
./eddymark test --quiet --lib --test untrusted --test mutation many_damaged -- --ignored --nocapture --test-threads 2 2>/dev/null |
    sed -n 's/^.*robustness | \(.*\)$/| \1 |/p' | sort
