"""Scores of predictions."""

from __future__ import annotations

import os
import pathlib
import tempfile
from typing import Any, Mapping

import numpy as np

from ._program import call_json
from .dataset import Dataset, load
from .operators import Operator, Parameters, wrap


class Scores:
    """All metrics on all channels. ``scores["nrmse", "velocity"]`` is the mean over samples and steps.

    ``scores.records`` has one entry per metric, channel and sample, with times and values. A diverged rollout has
    values that are not a number.
    """

    def __init__(self, records: list[dict[str, Any]]):
        self.records = records

    def table(self) -> dict[tuple[str, str], float]:
        """The means over samples and steps, by metric and channel."""
        values: dict[tuple[str, str], list[float]] = {}
        for record in self.records:
            of = np.array([np.nan if value is None else value for value in record["values"]])
            values.setdefault((record["metric"], record["channel"]), []).append(float(np.mean(of)) if of.size else np.nan)
        return {key: float(np.mean(means)) for key, means in values.items()}

    def __getitem__(self, key: Any) -> Any:
        metric, channel = key if isinstance(key, tuple) else (key, None)
        table = self.table()
        if channel is None:
            found = {name: value for (known, name), value in table.items() if known == metric}
            if found:
                return found
        elif (metric, channel) in table:
            return table[metric, channel]
        known = sorted({name for name, _ in table}) if channel is None else [c for m, c in table if m == metric]
        raise KeyError(f"there is no score {key!r}: known are {', '.join(known)}")

    def _repr_html_(self) -> str:
        row = "<tr><td>{}</td><td>{}</td><td>{:.3e}</td></tr>"
        rows = "".join(row.format(metric, channel, value) for (metric, channel), value in self.table().items())
        return f"<table><tr><th>metric</th><th>channel</th><th>mean</th></tr>{rows}</table>"

    def __repr__(self) -> str:
        lines = [f"{metric:<20} {channel:<12} {value:.3e}" for (metric, channel), value in self.table().items()]
        return "\n".join(lines)


def predict(
    operator: Any, dataset: Dataset, split: str = "test", start: int = 0, steps: int | None = None
) -> dict[int, np.ndarray]:
    """Rolls an operator out: for each sample of a split, the states after state ``start``, ``[step, channel, x, y(, z)]``."""
    operator = operator if isinstance(operator, Operator) else wrap(operator)
    steps = dataset.states - 1 - start if steps is None else steps
    predictions = {}
    for sample in dataset.split(split):
        values = np.array([[sample.parameters[name] for name in dataset.parameters]])
        parameters = Parameters(dataset.parameters, values)
        history = sample.states(0, start + 1)[None]
        predictions[sample.index] = operator.rollout(history, parameters, sample.grid, steps)[0]
    return predictions


def score(
    prediction: Any,
    dataset: Dataset | str | os.PathLike[str],
    split: str = "test",
    start: int = 0,
    steps: int | None = None,
) -> Scores:
    """The scores of a prediction, computed by ``eddymark score``.

    ``prediction`` is a ``torch.nn.Module`` or an :class:`Operator`, which is rolled out; a dictionary from indices of
    samples to arrays ``[step, channel, x, y(, z)]``; an array ``[sample, step, channel, x, y(, z)]`` with the samples
    of the split in order; or the path of a file. It begins with the state after state ``start``. Nothing is timed:
    ``eddymark run SUITE --operator FOLDER`` times operators.
    """
    dataset = dataset if isinstance(dataset, Dataset) else load(dataset)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "prediction.npz"
        if isinstance(prediction, (str, os.PathLike)):
            path = pathlib.Path(prediction)
        else:
            arrays = _arrays(prediction, dataset, split, start, steps)
            np.savez(path, start=float(start), **{f"sample_{index}": array for index, array in arrays.items()})
        options = ["--split", split, "--start", str(start)]
        options += [] if steps is None else ["--steps", str(steps)]
        return Scores(call_json("score", path, "--dataset", dataset.path, *options)[0]["scores"])


def _arrays(
    prediction: Any, dataset: Dataset, split: str, start: int, steps: int | None
) -> Mapping[int, np.ndarray]:
    if isinstance(prediction, Mapping):
        arrays = prediction
    elif isinstance(prediction, np.ndarray):
        indices = [sample.index for sample in dataset.split(split)]
        if len(prediction) != len(indices):
            raise ValueError(f"the prediction has {len(prediction)} samples, and the split `{split}` {len(indices)}")
        arrays = dict(zip(indices, prediction))
    else:
        arrays = predict(prediction, dataset, split, start, steps)
    missing = 3 - len(dataset.cells)
    dimensions = 2 + len(dataset.cells)

    def whole(array: Any) -> np.ndarray:
        array = np.asarray(array)
        return array.reshape(*array.shape, *[1] * missing) if array.ndim == dimensions else array

    return {index: whole(array) for index, array in arrays.items()}
