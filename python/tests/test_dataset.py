import h5py
import numpy as np
import pytest

import eddymark


def test_samples_have_the_numbers_of_their_files(data):
    assert (len(data), data.states, data.cells, data.channels) == (8, 9, (16, 16), ["u", "v", "p"])
    assert [len(data.split(name)) for name in ("train", "valid", "test")] == [4, 2, 2]
    for sample in data:
        states = sample.states()
        assert states.shape == (9, 3, 16, 16) and states.dtype == np.float32
        with h5py.File(sample.path) as file:
            assert np.array_equal(states[:, 2], file["t0_fields/pressure"][0])
            assert np.array_equal(states[:, 1], file["t1_fields/velocity"][0, ..., 1])
        assert np.array_equal(sample.states(2, 5), states[2:5])
        assert np.allclose(np.diff(sample.times), 0.5)


def test_grids_have_edges_and_boundaries(data):
    grid = data[0].grid
    assert grid.shape == (16, 16) and grid.lengths == (1.0, 1.0)
    assert np.allclose(grid.centres[0], (np.arange(16) + 0.5) / 16)
    assert grid.mesh().shape == (2, 16, 16)
    assert grid.boundaries[1][1] == {"wall": {"velocity": [1.0, 0.0, 0.0]}}
    assert data[0].parameters["reynolds"] > 0


def test_windows_are_pairs_of_states(data):
    windows = eddymark.Windows(data, "train", history=2, steps=3)
    assert len(windows) == 4 * 5
    history, future, parameters = windows[7]
    states = data.split("train")[1].states()
    assert np.array_equal(history, states[2:4]) and np.array_equal(future, states[4:7])
    assert parameters.shape == (len(data.parameters),)
    mean, std = windows.mean_and_std()
    every = np.concatenate([sample.states() for sample in data.split("train")])
    assert np.allclose(mean, every.mean((0, 2, 3)), atol=1e-6) and np.allclose(std, every.std((0, 2, 3)), rtol=1e-5)
    with pytest.raises(IndexError):
        windows[20]


def test_windows_are_batched_by_torch(data):
    torch = pytest.importorskip("torch")
    loader = torch.utils.data.DataLoader(eddymark.Windows(data), batch_size=8)
    history, future, parameters = next(iter(loader))
    assert history.shape == (8, 1, 3, 16, 16) and future.shape == history.shape and parameters.shape[0] == 8


@pytest.mark.parametrize("wrong", [{"history": 0}, {"steps": 9}, {"split": "dev"}])
def test_impossible_windows_are_named(data, wrong):
    with pytest.raises(ValueError, match="must be"):
        eddymark.Windows(data, **wrong)


def test_what_is_no_dataset_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="dataset.json"):
        eddymark.load(tmp_path)
    with pytest.raises(eddymark.EddymarkError, match="no-such-run"):
        eddymark.report("no-such-run")
