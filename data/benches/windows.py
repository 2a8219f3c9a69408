"""How fast windows of two states are read from one dataset, by h5py, The Well's loader and eddymark, in one run.

cargo build --release -p eddymark-data --example read_windows
python data/benches/windows.py datasets/cavity-quick-1a2b3c4d
"""

import pathlib
import subprocess
import sys
import time

import h5py
import numpy as np
from the_well.data import WellDataset

WINDOWS = 4000
ROOT = pathlib.Path(__file__).parents[2]


def timed(window, count, windows=WINDOWS):
    """ms per window, at random places."""
    draws = np.random.default_rng(1).integers(0, count, windows)
    for draw in draws[: count // 4]:
        window(int(draw))
    start = time.perf_counter()
    for draw in draws:
        window(int(draw))
    return 1e3 * (time.perf_counter() - start) / windows


def with_h5py(paths, keep_open):
    def fields(path):
        file = h5py.File(path)
        return [file[group][name] for group in ("t0_fields", "t1_fields") for name in file[group]]

    opened = [fields(path) for path in paths]
    states = opened[0][0].shape[1] - 1

    def window(draw):
        of = opened[draw // states] if keep_open else fields(paths[draw // states])
        start = draw % states
        parts = [field[0, start : start + 2] for field in of]
        parts = [part[..., None] if part.ndim == 3 else part for part in parts]
        if not keep_open:
            of[0].file.close()
        return np.concatenate(parts, axis=-1)

    return timed(window, states * len(paths))


def main():
    dataset = pathlib.Path(sys.argv[1])
    paths = sorted(dataset.glob("data/train/*.hdf5"))
    well = WellDataset(path=str(dataset), well_split_name="train", n_steps_input=1, n_steps_output=1)
    reader = ROOT / "target" / "release" / "examples" / "read_windows"
    ours = subprocess.run([reader, dataset], capture_output=True, text=True, check=True).stdout.split()
    rows = [
        ("eddymark, decoded states in memory", float(ours[1])),
        ("eddymark, without memory", float(ours[0])),
        ("h5py, all files open", with_h5py(paths, True)),
        ("h5py, a file opened for each window", with_h5py(paths, False)),
        ("the_well's WellDataset", timed(well.__getitem__, len(well), 400)),
    ]
    for name, milliseconds in rows:
        print(f"{name:<40} {milliseconds:8.3f} ms")


if __name__ == "__main__":
    main()
