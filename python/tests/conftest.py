"""A small dataset, made once by the program."""

import os
import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
ROOT = pathlib.Path(__file__).parents[2]
os.environ.setdefault("EDDYMARK", str(ROOT / "target" / "release" / "eddymark"))


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A folder with the dataset of `cavity/smoke`."""
    folder = tmp_path_factory.mktemp("eddymark")
    command = [os.environ["EDDYMARK"], "generate", "cavity/smoke"]
    made = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    (folder / "dataset").symlink_to(folder / made.stdout.strip())
    return folder


@pytest.fixture(scope="session")
def data(folder):
    import eddymark

    return eddymark.load(folder / "dataset")
