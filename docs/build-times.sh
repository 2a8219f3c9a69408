#!/usr/bin/env bash
# Processor time of a cold build by crate, in seconds, largest first; wall time says little on a busy machine.
#
#   docs/build-times.sh [arguments for `cargo build --release`]
#
# Compiles everything once more, into a temporary folder or the one that TARGET names.
# "script" is what compiling and running the package's build script took, C compilers included.
set -euo pipefail

# Cargo calls the script in place of the compiler. It runs the compiler, records its time, and has build scripts timed too.
if [ -n "${BUILD_TIMES-}" ]; then
    TIMEFORMAT="${CARGO_PKG_NAME-cargo} %U %S"
    previous= script= folder= suffix=
    for argument in "$@"; do
        case $previous in
        --crate-name) case $argument in build_script_*) script=$argument TIMEFORMAT="${CARGO_PKG_NAME-cargo}:script %U %S" ;; esac ;;
        --out-dir) folder=$argument ;;
        esac
        case $argument in extra-filename=*) suffix=${argument#*=} ;; esac
        previous=$argument
    done
    { time "$@" 2>&3; } 3>&2 2>>"$BUILD_TIMES"
    program=$folder/$script$suffix
    if [ -n "$script" ] && [ -x "$program" ]; then
        mv "$program" "$program.timed"
        cat >"$program" <<EOF
#!/usr/bin/env bash
TIMEFORMAT="${CARGO_PKG_NAME-cargo}:script %U %S"
{ time "$program.timed" "\$@" 2>&3; } 3>&2 2>>"$BUILD_TIMES"
EOF
        chmod +x "$program"
    fi
    exit
fi

here=$(cd "$(dirname "$0")" && pwd)
target=${TARGET:-$(mktemp -d)}
[ -n "${TARGET-}" ] || trap 'rm -rf "$target"' EXIT
times=$target/times
mkdir -p "$target"
: >"$times"
cd "$here/.."
BUILD_TIMES=$times RUSTC_WRAPPER=$here/build-times.sh CARGO_TARGET_DIR=$target cargo build --release "$@" >&2
awk '{ seconds[$1] += $2 + $3; all += $2 + $3 }
    END { for (name in seconds) printf "%8.1f %s\n", seconds[name], name; printf "%8.1f total\n", all }' "$times" | sort -rn
