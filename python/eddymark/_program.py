"""The program ``eddymark``."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
import sysconfig
from typing import Any


class EddymarkError(RuntimeError):
    """The program refused what it was asked for; the message is its own."""


def program() -> str:
    """The path of the program: ``$EDDYMARK``, the one that was installed with this package, or the first in ``PATH``."""
    named = os.environ.get("EDDYMARK")
    beside = shutil.which("eddymark", path=sysconfig.get_path("scripts"))
    found = named or beside or shutil.which("eddymark")
    if found is None:
        raise EddymarkError("there is no program `eddymark`: install it with pip, or set EDDYMARK to its path")
    return found


def call(*arguments: str | os.PathLike[str], cwd: str | os.PathLike[str] | None = None) -> str:
    """What the program prints on its standard output."""
    command = [program(), *map(os.fspath, arguments)]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)
    if ended.returncode != 0:
        raise EddymarkError(_message(ended.stderr) or f"`eddymark` ended with code {ended.returncode}")
    return ended.stdout


def _message(stderr: str) -> str:
    """The message of an error, without the frame that a terminal shows."""
    words = [word for word in stderr.split() if word not in ("×", "│")]
    return " ".join(words)


def call_json(*arguments: str | os.PathLike[str], cwd: str | os.PathLike[str] | None = None) -> Any:
    """The JSON document that the program prints."""
    return json.loads(call(*arguments, "--json", cwd=cwd))


def run(suite: str, operator: str | os.PathLike[str] | None = None, *options: str) -> pathlib.Path:
    """Runs a suite, with an operator's folder if one is given: ``eddymark run SUITE --operator FOLDER``.

    Progress goes to standard error. Returns the folder of the run, for :func:`eddymark.report`.
    """
    command = [program(), "run", suite, *options]
    if operator is not None:
        command += ["--operator", os.fspath(operator)]
    if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode != 0:
        raise EddymarkError(f"`{' '.join(command)}` failed; its messages are on standard error")
    name = pathlib.Path(suite).stem if suite.endswith(".toml") else suite.replace("/", "-")
    return pathlib.Path("runs") / name
