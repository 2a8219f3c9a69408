"""The metrics of eddymark on arrays: ``metrics.nrmse(prediction, reference)``.

Every metric of ``eddymark list metrics`` is a function of this module, its hyphens as underscores. They are computed by
the program, as for a dataset with one test sample: a metric has one implementation. A call takes some tenths of a
second; :func:`evaluate` computes all metrics at once.
"""

from __future__ import annotations

import pathlib
import tempfile
from functools import lru_cache
from typing import Any, Callable, Sequence

import numpy as np

from ._program import call, call_json
from .scores import Scores


def evaluate(
    prediction: np.ndarray,
    reference: np.ndarray,
    *,
    interval: float = 1.0,
    lengths: Sequence[float] | None = None,
    boundaries: str = "periodic",
    fields: dict[str, Sequence[str]] | None = None,
) -> Scores:
    """All metrics of a predicted trajectory, ``[time, channel, x, y(, z)]``.

    ``interval`` is the time between states in s, ``lengths`` those of the domain in m (default 1 each), ``boundaries``
    the kind of all boundaries, and ``fields`` the channels of each field by its name, such as
    ``{"velocity": ["u", "v"]}`` (default: one scalar field per channel). Each state counts as predicted.
    """
    prediction, reference = np.asarray(prediction), np.asarray(reference)
    if prediction.shape != reference.shape or prediction.ndim not in (4, 5):
        raise ValueError(
            f"prediction {list(prediction.shape)} and reference {list(reference.shape)} must have the same shape "
            "[time, channel, x, y] or [time, channel, x, y, z]"
        )
    count, cells = reference.shape[1], reference.shape[2:]
    fields = fields or {f"c{channel}": [f"c{channel}"] for channel in range(count)}
    symbols = [symbol for of in fields.values() for symbol in of]
    if len(symbols) != count:
        raise ValueError(f"`fields` names {len(symbols)} channels, and the arrays have {count}")
    lengths = [1.0] * len(cells) if lengths is None else list(lengths)
    axes = "xyz"[: len(cells)]
    text = ["summary = 'arrays'", "source = 'npz'", "path = 'data'", f"interval = {interval!r}", "split = 'files'"]
    text += [f"cells = {list(cells)}"]
    ends = ", ".join(f"{axis} = [0.0, {float(length)!r}]" for axis, length in zip(axes, lengths))
    text += [f"lengths = {{ {ends} }}"]
    text += ["boundaries = { " + ", ".join(f"{axis} = '{boundaries}'" for axis in axes) + " }"]
    for name, of in fields.items():
        text += ["[[field]]", f"name = '{name}'", f"from = {[f'channel_{symbol}' for symbol in of]}"]
        text += [f"symbols = {list(of)}"]
    # The first state is given and not scored: it precedes the reference.
    states = np.concatenate([reference[:1], reference]).astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for split in ("train", "test"):
            (root / "data" / split).mkdir(parents=True)
            arrays = {f"channel_{symbol}": states[:, channel] for channel, symbol in enumerate(symbols)}
            np.savez(root / "data" / split / "0.npz", **arrays)
        (root / "arrays.toml").write_text("\n".join(text) + "\n", encoding="utf-8")
        dataset = call("generate", "arrays.toml", cwd=root).strip()
        index = sorted(["test", "train"]).index("test")
        padded = prediction.astype(np.float32).reshape(*prediction.shape, *[1] * (3 - len(cells)))
        np.savez(root / "prediction.npz", **{f"sample_{index}": padded})
        scores = call_json("score", "prediction.npz", "--dataset", dataset, cwd=root)
    return Scores(scores[0]["scores"])


@lru_cache(maxsize=1)
def names() -> list[str]:
    """The names of all metrics."""
    return [part["name"] for part in call_json("list", "metrics")]


def __getattr__(name: str) -> Callable[..., Any]:
    metric = name.replace("_", "-")
    if name.startswith("_") or metric not in names():
        raise AttributeError(f"there is no metric `{name}`: known are {', '.join(names())}")

    def of(prediction: np.ndarray, reference: np.ndarray, **options: Any) -> dict[str, float]:
        return evaluate(prediction, reference, **options)[metric]

    of.__name__ = name
    of.__doc__ = f"The metric `{metric}` by channel: means over the states. See :func:`evaluate`."
    return of


def __dir__() -> list[str]:
    return ["evaluate", "names", *(name.replace("-", "_") for name in names())]
