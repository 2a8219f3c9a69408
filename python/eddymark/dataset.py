"""Datasets as numpy arrays."""

from __future__ import annotations

import json
import os
import pathlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Iterator, Sequence

import numpy as np

AXES = ("x", "y", "z")


@dataclass(frozen=True)
class Field:
    """A physical quantity and its channels in a state."""

    name: str
    unit: str
    symbols: tuple[str, ...]
    constant: bool
    channels: slice


@dataclass(frozen=True)
class Grid:
    """The cells of a domain.

    ``edges`` and ``boundaries`` have one entry for each axis with more than one cell: positions in m, one more than
    cells, and the kinds of the low and the high end, such as ``"periodic"``, ``"open"`` or
    ``{"wall": {"velocity": [1, 0, 0]}}``.
    """

    edges: tuple[np.ndarray, ...]
    boundaries: tuple[tuple[Any, Any], ...]

    @property
    def centres(self) -> tuple[np.ndarray, ...]:
        """The centres of the cells along each axis in m."""
        return tuple((edges[1:] + edges[:-1]) / 2 for edges in self.edges)

    @property
    def lengths(self) -> tuple[float, ...]:
        """The lengths of the axes in m."""
        return tuple(float(edges[-1] - edges[0]) for edges in self.edges)

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of cells along each axis."""
        return tuple(len(edges) - 1 for edges in self.edges)

    def mesh(self) -> np.ndarray:
        """The centres of all cells, ``[axis, x, y(, z)]`` in m."""
        return np.stack(np.meshgrid(*self.centres, indexing="ij"))


class Sample:
    """One trajectory. Arrays are read when they are asked for."""

    def __init__(self, dataset: Dataset, index: int):
        self.dataset, self.index = dataset, index
        self.split: str = dataset.splits[index]
        self.path = dataset.path / "data" / self.split / f"{dataset.name.replace('/', '-')}_{index:04}.hdf5"

    def _open(self) -> Any:
        try:
            import h5py
        except ImportError as error:
            raise ImportError("`eddymark.load` reads HDF5 files with h5py: `pip install h5py`") from error
        return h5py.File(self.path)

    def states(self, start: int = 0, stop: int | None = None) -> np.ndarray:
        """States ``[time, channel, x, y(, z)]``, float32, in SI units; axes of one cell are left out."""
        with self._open() as file:
            parts = []
            for field in self.dataset.fields:
                group = "t1_fields" if len(field.symbols) > 1 else "t0_fields"
                array = file[group][field.name.replace("-", "_")]
                count = len(range(*slice(start, stop).indices(self.dataset.states)))
                values = array[0] if field.constant else array[0, start:stop]
                values = np.broadcast_to(values, (count, *values.shape)) if field.constant else values
                vector = group == "t1_fields"
                parts.append(np.moveaxis(values, -1, 1) if vector else values[:, None])
        return np.concatenate(parts, axis=1).astype(np.float32, copy=False)

    @cached_property
    def parameters(self) -> dict[str, float]:
        """The parameters by name, in SI units."""
        with self._open() as file:
            names = self.dataset.parameters
            return {name: float(file.attrs[name.replace("-", "_")]) for name in names}

    @cached_property
    def times(self) -> np.ndarray:
        """The times of the states in s."""
        with self._open() as file:
            return file["double_precision/time"][:]

    @cached_property
    def grid(self) -> Grid:
        """The cells and the boundaries."""
        with self._open() as file:
            axes = [axis for axis, cells in zip(AXES, self.dataset.all_cells) if cells > 1]
            edges = tuple(file[f"double_precision/{axis}_edges"][:] for axis in axes)
            return Grid(edges, tuple(_boundaries(file["boundary_conditions"], axis) for axis in axes))

    def __repr__(self) -> str:
        return f"Sample {self.index} ({self.split}) of {self.dataset.name}"


def _boundaries(group: Any, axis: str) -> tuple[Any, Any]:
    ends: list[Any] = [None, None]
    for name, of in group.items():
        if name.split("_")[0] != axis:
            continue
        kind = str(of.attrs["bc_type"]).lower()
        boundary = {"wall": {"velocity": list(of.attrs["velocity"])}} if kind == "wall" else kind
        mask = of["mask"][:]
        for end, touches in enumerate((mask[0], mask[-1])):
            if touches:
                ends[end] = boundary
    return ends[0], ends[1]


class Dataset(Sequence[Sample]):
    """A dataset of eddymark: a sequence of samples, and what they share."""

    def __init__(self, path: str | os.PathLike[str], train: Sequence[int] | None = None):
        self.path = pathlib.Path(path)
        file = self.path / "dataset.json"
        if not file.is_file():
            raise FileNotFoundError(f"`{self.path}` holds no `dataset.json`: give a folder that `eddymark generate` wrote")
        header = json.loads(file.read_text(encoding="utf-8"))
        info = header["info"]
        self.name: str = info["name"]
        self.splits: list[str] = header["splits"]
        training = [index for index, split in enumerate(self.splits) if split == "train"]
        self._train = set(training if train is None else train)
        if not self._train.issubset(training):
            others = sorted(self._train.difference(training))
            raise ValueError(f"`train` names the samples {others}, which are not for training")
        self.parameters: list[str] = [parameter["name"] for parameter in info["parameters"]]
        self.all_cells: list[int] = info["cells"]
        self.states: int = info["frames"]
        fields, first = [], 0
        for field in info["fields"]:
            symbols = tuple(field["symbols"])
            channels = slice(first, first + len(symbols))
            fields.append(Field(field["name"], field["unit"], symbols, field.get("constant", False), channels))
            first = channels.stop
        self.fields: tuple[Field, ...] = tuple(fields)

    @property
    def channels(self) -> list[str]:
        """The symbols of the channels, in order."""
        return [symbol for field in self.fields for symbol in field.symbols]

    @property
    def cells(self) -> tuple[int, ...]:
        """The cells along each axis that has more than one."""
        return tuple(cells for cells in self.all_cells if cells > 1)

    def split(self, name: str) -> list[Sample]:
        """The samples of ``"train"``, ``"valid"`` or ``"test"``, in order; of those for training, the allowed ones."""
        if name not in ("train", "valid", "test"):
            raise ValueError(f"`split = {name!r}` must be 'train', 'valid' or 'test'")
        of_split = [index for index, split in enumerate(self.splits) if split == name]
        return [self[index] for index in of_split if name != "train" or index in self._train]

    def __len__(self) -> int:
        return len(self.splits)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(f"there are {len(self)} samples, and none of index {index}")
        return Sample(self, index % len(self))

    def __iter__(self) -> Iterator[Sample]:
        return (Sample(self, index) for index in range(len(self)))

    def __repr__(self) -> str:
        cells = " × ".join(map(str, self.cells))
        return f"{self.name}: {len(self)} samples of {self.states} states on {cells} cells, channels {self.channels}"


def load(path: str | os.PathLike[str], train: Sequence[int] | None = None) -> Dataset:
    """Opens a dataset: the folder that ``eddymark generate`` prints.

    ``train`` are the indices of the samples that may be used for training, for studies with few of them. Default: all.
    """
    return Dataset(path, train)


class Windows:
    """Windows of trajectories, with the methods of a ``torch.utils.data.Dataset``.

    ``windows[i]`` is ``(history, future, parameters)``: float32 arrays ``[history, channel, x, y(, z)]``,
    ``[steps, channel, x, y(, z)]`` and ``[parameter]``. All states of the split are in memory.
    """

    def __init__(self, dataset: Dataset, split: str = "train", history: int = 1, steps: int = 1):
        if history < 1 or steps < 1 or history + steps > dataset.states:
            raise ValueError(
                f"`history = {history}` and `steps = {steps}` must be at least 1, and together at most {dataset.states}"
            )
        self.history, self.steps = history, steps
        samples = dataset.split(split)
        self.states = [sample.states() for sample in samples]
        values = [[sample.parameters[name] for name in dataset.parameters] for sample in samples]
        self.parameters = np.array(values, dtype=np.float32).reshape(len(samples), len(dataset.parameters))
        self._each = dataset.states - history - steps + 1

    def __len__(self) -> int:
        return self._each * len(self.states)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if not -len(self) <= index < len(self):
            raise IndexError(f"there are {len(self)} windows, and none of index {index}")
        sample, start = divmod(index % len(self), self._each)
        middle = start + self.history
        states = self.states[sample]
        return states[start:middle], states[middle : middle + self.steps], self.parameters[sample]

    def mean_and_std(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of each channel over all states, ``[channel]``, float32."""
        every = np.concatenate(self.states)
        axes = tuple(axis for axis in range(every.ndim) if axis != 1)
        return every.mean(axes, dtype=np.float64).astype("f4"), every.std(axes, dtype=np.float64).astype("f4")
