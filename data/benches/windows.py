"""How fast h5py reads windows of two states: the counterpart of `read_windows_of_files` in `dataset.rs`.

python data/benches/windows.py
"""

import sys
import tempfile
import time

import h5py
import numpy as np

FRAMES, CELLS, WINDOWS = 25, 64, 4000


def write(path, index):
    """A sample in the layout of `data/FORMAT.md`: smooth fields, one chunk per state."""
    x, y = np.meshgrid(np.arange(CELLS), np.arange(CELLS), indexing="ij")
    phase = 0.05 * (np.arange(FRAMES)[:, None, None, None] + index) + np.arange(3)
    values = np.sin(0.1 * x[None, ..., None] + phase) * np.cos(0.07 * y[None, ..., None] - phase)
    with h5py.File(path, "w") as file:
        for name, field in [("t1_fields/velocity", values[..., :2]), ("t0_fields/pressure", values[..., 2])]:
            chunks = (1, 1, *field.shape[1:])
            field = field[None].astype("f4")
            file.create_dataset(name, data=field, chunks=chunks, shuffle=True, compression="gzip", compression_opts=1)


def measure(samples, folder, keep_open):
    paths = [f"{folder}/{index}.hdf5" for index in range(samples)]
    fields = {}

    def window(index, start):
        if index not in fields:
            file = h5py.File(paths[index])
            fields[index] = file["t1_fields/velocity"], file["t0_fields/pressure"]
        parts = [field[:, start : start + 2] for field in fields[index]]
        if not keep_open:
            fields.pop(index)[0].file.close()
        return np.concatenate([parts[0], parts[1][..., None]], axis=-1)

    draws = np.random.default_rng(1).integers(0, [samples, FRAMES - 2], (WINDOWS, 2))
    for index in range(samples if keep_open else 0):
        window(index, 0)
    start = time.perf_counter()
    for index, first in draws:
        window(int(index), int(first))
    return (time.perf_counter() - start) / WINDOWS


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for index in range(400):
            write(f"{folder}/{index}.hdf5", index)
        for samples in (48, 400):
            for keep_open in (True, False):
                seconds = measure(samples, folder, keep_open)
                files = "kept open" if keep_open else "opened for each window"
                sys.stdout.write(f"{samples} files, {files}: {1e3 * seconds:.2f} ms\n")
