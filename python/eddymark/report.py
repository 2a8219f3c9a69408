"""Reports in notebooks."""

from __future__ import annotations

import base64
import os
import pathlib

from ._program import call


class Report:
    """A report; a notebook shows its page, and ``str`` its leaderboard."""

    def __init__(self, page: pathlib.Path, leaderboard: str):
        self.page, self.leaderboard = page, leaderboard

    def _repr_html_(self) -> str:
        content = base64.b64encode(self.page.read_bytes()).decode("ascii")
        source = f"data:text/html;base64,{content}"
        return f'<iframe src="{source}" width="100%" height="800" style="border: 0"></iframe>'

    def __repr__(self) -> str:
        return self.leaderboard


def report(run: str | os.PathLike[str]) -> Report:
    """Draws the report of a run: the name of its suite, or its folder, as :func:`eddymark.run` returns it."""
    lines = call("report", run).strip().splitlines()
    return Report(pathlib.Path(lines[-1].strip()), "\n".join(lines[:-1]).strip())
