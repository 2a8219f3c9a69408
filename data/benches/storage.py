"""Size and speed of the chunks and filters with which states can be stored, for the states of one dataset.

python data/benches/storage.py datasets/cavity-quick-1a2b3c4d

Each row stores the states of all training samples anew. A window has two states, as a training with one step reads it,
from a file that is open, at random places; the chunk cache of HDF5 has its default size. `level` is that of deflate.
"""

import pathlib
import sys
import tempfile
import time

import h5py
import numpy as np

WINDOWS = 1000


def states_of(path):
    """[state, channel, x, y(, z)]"""
    with h5py.File(path) as file:
        fields = [file[group][name][0] for group in ("t0_fields", "t1_fields") for name in file[group]]
    states = max(len(field) for field in fields)
    cells = next(field.shape[1:] for field in fields if len(field) == states)
    fields = [field for field in fields if len(field) == states]  # others are constant in time
    parts = [field if field.shape[1:] == cells else np.moveaxis(field, -1, 1) for field in fields]
    return [part if part.ndim > len(cells) + 1 else part[:, None] for part in parts]


def stored(folder, samples, length, options):
    """Bytes per value, s for writing, ms per window."""
    start = time.perf_counter()
    paths = []
    for index, fields in enumerate(samples):
        paths.append(folder / f"{index}.hdf5")
        with h5py.File(paths[-1], "w") as file:
            for name, field in enumerate(fields):
                chunks = (min(length, len(field)), *field.shape[1:])
                file.create_dataset(str(name), data=field, chunks=chunks, **options)
    writing = time.perf_counter() - start
    size = sum(path.stat().st_size for path in paths)
    opened = [h5py.File(path) for path in paths]
    rng = np.random.default_rng(0)
    start = time.perf_counter()
    for _ in range(WINDOWS):
        file = opened[rng.integers(len(opened))]
        at = rng.integers(len(file["0"]) - 1)
        for name in file:
            file[name][at : at + 2]
    reading = 1e3 * (time.perf_counter() - start) / WINDOWS
    for file in opened:
        file.close()
    return size / sum(field.size for fields in samples for field in fields), writing, reading


def main():
    paths = sorted(pathlib.Path(sys.argv[1]).glob("data/train/*.hdf5"))
    samples = [states_of(path) for path in paths]
    deflate = lambda level, shuffle: {"compression": "gzip", "compression_opts": level, "shuffle": shuffle}
    rows = [
        ("chunk of 1 state, not compressed", 1, {}),
        ("chunk of 1 state, level 1", 1, deflate(1, False)),
        ("chunk of 1 state, shuffle and level 1", 1, deflate(1, True)),
        ("chunk of 1 state, shuffle and level 4", 1, deflate(4, True)),
        ("chunk of 1 state, shuffle and level 9", 1, deflate(9, True)),
        ("chunk of 1 state, shuffle and lzf", 1, {"compression": "lzf", "shuffle": True}),
        ("chunk of 8 states, shuffle and level 1", 8, deflate(1, True)),
        ("chunk of all states, shuffle and level 1", 1 << 30, deflate(1, True)),
    ]
    values = sum(field.size for fields in samples for field in fields)
    print(f"{len(samples)} samples, {values:.3g} values in single precision\n")
    print("| | bytes per value | writing, s | window, ms |\n|---|---|---|---|")
    for label, length, options in rows:
        with tempfile.TemporaryDirectory() as folder:
            size, writing, reading = stored(pathlib.Path(folder), samples, length, options)
        print(f"| {label} | {size:.2f} | {writing:.2f} | {reading:.2f} |", flush=True)


if __name__ == "__main__":
    main()
