"""eddymark from Python: datasets as arrays, operators as programs, scores with the benchmark's own code.

>>> import eddymark
>>> data = eddymark.load("datasets/cavity-quick-1a2b3c4d")   # doctest: +SKIP
>>> eddymark.score(model, data)["nrmse", "velocity"]          # doctest: +SKIP

Numbers are computed by the program ``eddymark``, which this package calls: a score has the value that the command line
gives it, and there is one implementation of each metric. numpy is needed; ``load`` needs h5py, ``wrap`` PyTorch.
"""

from . import metrics
from ._program import EddymarkError, run
from .dataset import Dataset, Field, Grid, Sample, Windows, load
from .operators import Operator, Parameters, operator, serve, wrap
from .report import Report, report
from .scores import Scores, score

__all__ = [
    "Dataset",
    "EddymarkError",
    "Field",
    "Grid",
    "Operator",
    "Parameters",
    "Report",
    "Sample",
    "Scores",
    "Windows",
    "load",
    "metrics",
    "operator",
    "report",
    "run",
    "score",
    "serve",
    "wrap",
]
