"""Functions and modules as operators: programs that eddymark rolls out, times and scores."""

from __future__ import annotations

import contextlib
import inspect
import io
import json
import pathlib
import sys
import time
import traceback
from typing import Any, BinaryIO, Callable, Iterator, Sequence

import numpy as np

from .dataset import Dataset, Grid, load


class Parameters(Sequence[str]):
    """The parameters of a batch: ``parameters["reynolds"]`` is an array ``[sample]``; ``parameters.array`` has all.

    ``array`` is ``[sample, parameter]``, float64, in SI units, with the columns in the order of ``names``.
    """

    def __init__(self, names: Sequence[str], array: np.ndarray):
        self.names, self.array = list(names), array

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            if key not in self.names:
                raise KeyError(f"there is no parameter `{key}`: the data have {', '.join(self.names) or 'none'}")
            return self.array[:, self.names.index(key)]
        return self.names[key]

    def __len__(self) -> int:
        return len(self.names)

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return np.asarray(self.array, dtype=dtype)


class Operator:
    """A function that predicts states, as a program and as a function.

    ``function(state, parameters, grid)`` returns the next state: ``state`` and the result are
    ``[sample, channel, x, y]``, in three dimensions with ``z``, in SI units; ``parameters`` is :class:`Parameters`,
    ``grid`` a :class:`Grid`. With ``history > 1`` the state is ``[sample, history, channel, x, y]``, oldest first.
    Where a suite asks for an ensemble, the members are further samples, so that a function that draws random numbers
    needs nothing else.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        history: int = 1,
        channels: Sequence[str] | None = None,
        batch: int | None = None,
        weights: int = 0,
    ):
        if history < 1:
            raise ValueError(f"`history = {history}` must be at least 1")
        self.function, self.history, self.weights = function, history, weights
        self.channels, self.batch = channels, batch
        self.__doc__ = function.__doc__

    def __call__(self, state: np.ndarray, parameters: Any = None, grid: Grid | None = None) -> np.ndarray:
        return np.asarray(self.function(state, parameters, grid))

    def rollout(self, history: np.ndarray, parameters: Parameters, grid: Grid, steps: int) -> np.ndarray:
        """Predicts ``steps`` states after ``history``, ``[sample, time, channel, x, y(, z)]``: each from the ones before."""
        if history.shape[1] < self.history:
            raise ValueError(
                f"the operator needs {self.history} given states, and got {history.shape[1]}: "
                f"set `start = {self.history - 1}` in the suite"
            )
        window = history[:, -self.history :]
        predicted = np.empty((history.shape[0], steps, *history.shape[2:]), dtype=np.float32)
        for step in range(steps):
            given = window[:, 0] if self.history == 1 else window
            state = self(given, parameters, grid)
            if state.shape != history[:, 0].shape:
                raise ValueError(
                    f"the operator returned an array {list(state.shape)}, and the next state is "
                    f"{list(history[:, 0].shape)}: [sample, channel, x, y] of the channels it was given"
                )
            predicted[:, step] = state
            window = np.concatenate([window[:, 1:], predicted[:, step : step + 1]], axis=1)
        return predicted

    def serve(self) -> None:
        """Answers the requests of eddymark until its input ends: the last line of ``main.py``."""
        _answer_all(lambda hello: self)

    def _hello(self, request: dict[str, Any]) -> dict[str, Any]:
        known = {"batch": self.batch, "channels": self.channels}
        given = {key: value for key, value in known.items() if value is not None}
        # Version 1 knows files only.
        pipe = {"arrays": "pipe"} if request["protocol"] >= 2 else {}
        return {"protocol": request["protocol"], "weights": self.weights, **pipe, **given}

    def _predict(self, task: dict[str, Any], history: np.ndarray, parameters: np.ndarray) -> np.ndarray:
        is_flat = history.shape[-1] == 1
        history = history[..., 0] if is_flat else history
        names = [of["name"] for of in (task["info"] or {}).get("parameters", [])]
        names = names or [f"parameter-{i}" for i in range(parameters.shape[1])]
        members = task.get("members", 1)
        predicted = np.empty((history.shape[0], members, task["steps"], *history.shape[2:]), dtype=np.float32)
        for grid, samples in _alike(task["grids"]):
            # Members are further samples: the function draws what tells them apart.
            each = np.repeat(samples, members)
            rollout = self.rollout(history[each], Parameters(names, parameters[each]), grid, task["steps"])
            predicted[samples] = rollout.reshape(len(samples), members, *rollout.shape[1:])
        if self.channels is not None and task["info"]:
            predicted = predicted[:, :, :, _positions(self.channels, task["info"]["fields"])]
        predicted = predicted if "members" in task else predicted[:, 0]
        return predicted[..., None] if is_flat else predicted


def _npy(array: np.ndarray) -> list[Any]:
    """The bytes of a ``.npy`` file, in parts, without a copy of the values."""
    array, header = np.ascontiguousarray(array), io.BytesIO()
    np.lib.format.write_array_header_1_0(header, np.lib.format.header_data_from_array_1_0(array))
    return [header.getvalue(), memoryview(array).cast("B")]


def _rollout(operator: Operator, request: dict[str, Any], requests: BinaryIO) -> tuple[dict[str, Any], list[Any]]:
    """The answer to a rollout, and the bytes that follow it. Arrays are in a folder, or follow the request."""
    if "job" in request:
        job = pathlib.Path(request["job"])
        task = json.loads((job / "task.json").read_text(encoding="utf-8"))
        history, parameters = np.load(job / "history.npy"), np.load(job / "parameters.npy")
        np.save(job / "prediction.npy", operator._predict(task, history, parameters))
        return {}, []
    lengths = request["arrays"]
    given = [np.load(io.BytesIO(requests.read(lengths[name]))) for name in ("history", "parameters")]
    start = time.perf_counter()
    predicted = operator._predict(request["task"], *given)
    seconds = time.perf_counter() - start
    prediction = _npy(predicted)
    return {"prediction": sum(map(len, prediction)), "seconds": seconds}, prediction


def _answer_all(
    operator: Callable[[dict[str, Any]], Operator], train: Callable[[dict[str, Any]], Any] | None = None
) -> None:
    """Answers each request on standard input until it ends. ``operator(hello)`` is the operator that was asked for."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    served: Operator | None = None
    # What functions print must not be taken for an answer.
    with contextlib.redirect_stdout(sys.stderr):
        while line := requests.readline():
            request, prediction = json.loads(line), []
            try:
                if request["request"] == "hello":
                    served = operator(request)
                    answer = served._hello(request)
                elif request["request"] == "train":
                    if train is None:
                        raise ValueError("`operator.toml` has a key `train`, and `eddymark.serve` was given no `train`")
                    train(request)
                    answer = {"done": True}
                else:
                    served = served or operator(request)
                    answer, prediction = _rollout(served, request, requests)
                    answer = {"done": True, **answer}
            except Exception as error:
                if request["request"] == "hello":
                    raise
                traceback.print_exc(file=sys.stderr)
                answer = {"error": f"{type(error).__name__}: {error}"}
            for part in (json.dumps(answer).encode() + b"\n", *prediction):
                answers.write(part)
            answers.flush()


def serve(
    operator: Callable[[int | None, pathlib.Path | None], Operator],
    train: Callable[[Dataset, pathlib.Path, int], Any] | None = None,
) -> None:
    """Answers the requests of eddymark for an operator with seeds: the last line of ``main.py``, with ``protocol = 2``.

    ``operator(seed, trained)`` returns the :class:`Operator` of a seed; ``trained`` is the folder that its training has
    written, or None. With a key ``train`` in ``operator.toml``, ``train(dataset, output, seed)`` trains: it reads
    training and validation samples of ``dataset``, of which ``dataset.split("train")`` has those that the suite allows,
    and writes what it wants to keep into the folder ``output``.
    """

    def of(hello: dict[str, Any]) -> Operator:
        trained = hello.get("trained")
        return operator(hello.get("seed"), pathlib.Path(trained) if trained else None)

    def trained_on(request: dict[str, Any]) -> None:
        assert train is not None
        dataset = load(request["dataset"], request.get("samples"))
        train(dataset, pathlib.Path(request["output"]), request["seed"])

    _answer_all(of, trained_on if train else None)


def _alike(grids: list[Any]) -> Iterator[tuple[Grid, list[int]]]:
    """The grids that differ, each with the samples that have it."""
    groups: dict[str, list[int]] = {}
    for sample, grid in enumerate(grids):
        groups.setdefault(json.dumps(grid, sort_keys=True), []).append(sample)
    for samples in groups.values():
        axes = [axis for axis in grids[samples[0]]["axes"] if len(axis["edges"]) > 2]
        edges = tuple(np.array(axis["edges"]) for axis in axes)
        yield Grid(edges, tuple((axis["boundaries"][0], axis["boundaries"][1]) for axis in axes)), samples


def _positions(channels: Sequence[str], fields: list[dict[str, Any]]) -> list[int]:
    """The places of channels that are named by symbols, by fields, or by fields and axes."""
    places: dict[str, list[int]] = {}
    place = 0
    for field in fields:
        for axis, symbol in zip("xyz", field["symbols"]):
            for name in {symbol, field["name"], f"{field['name']}-{axis}"}:
                places.setdefault(name, []).append(place)
            place += 1
    unknown = [name for name in channels if name not in places]
    if unknown:
        raise ValueError(f"`channels` names {unknown[0]!r}, and the data have {', '.join(places)}")
    return [position for name in channels for position in places[name]]


def operator(function: Callable[..., Any] | None = None, **options: Any) -> Any:
    """Makes an :class:`Operator` of a function; a decorator, with or without options.

    >>> @operator
    ... def persistence(state, parameters, grid):
    ...     return state
    >>> persistence(np.zeros((1, 2, 8, 8))).shape
    (1, 2, 8, 8)

    Options: ``history`` (given states, default 1), ``channels`` (those that are predicted, default all), ``batch`` (the
    largest number of samples at a time) and ``weights`` (the number of trainable weights).
    """
    if function is None:
        return lambda of: Operator(of, **options)
    return Operator(function, **options)


def wrap(module: Any, *, device: str | None = None, **options: Any) -> Operator:
    """Makes an :class:`Operator` of a ``torch.nn.Module``, in evaluation mode and without gradients.

    The module is called with a float32 tensor ``[sample, channel, x, y(, z)]`` in SI units, or ``[sample, history,
    channel, x, y(, z)]``, and with a tensor ``[sample, parameter]`` if its ``forward`` takes a second argument. It
    returns the next state. ``device`` is that of its weights unless it is given.
    """
    try:
        import torch
    except ImportError as error:
        raise ImportError("`eddymark.wrap` needs PyTorch: `pip install torch`") from error
    module = module.to(device) if device else module
    module.eval()
    weights = list(module.parameters())
    place = device or (weights[0].device if weights else "cpu")
    takes_parameters = len(inspect.signature(module.forward).parameters) > 1

    def step(state: np.ndarray, parameters: Any, grid: Grid | None) -> np.ndarray:
        inputs = [torch.as_tensor(np.ascontiguousarray(state, dtype=np.float32), device=place)]
        if takes_parameters:
            inputs.append(torch.as_tensor(np.asarray(parameters, dtype=np.float32), device=place))
        with torch.no_grad():
            return module(*inputs).cpu().numpy()

    count = sum(weight.numel() * (2 if weight.is_complex() else 1) for weight in weights if weight.requires_grad)
    return Operator(step, weights=count, **options)
