import io
import json
import sys

import numpy as np
import pytest

import eddymark
from eddymark.operators import Parameters


def job(folder, cells=(4, 3, 1), channels=2, samples=2, history=2, steps=3):
    """A job as eddymark writes it; two samples have different grids."""
    axis = lambda count, length: {"edges": list(np.linspace(0, length, count + 1)), "boundaries": ["periodic"] * 2}
    grids = [{"axes": [axis(count, 1.0 + sample) for count in cells]} for sample in range(samples)]
    fields = [{"name": "velocity", "symbols": ["u", "v"]}]
    info = {"fields": fields, "parameters": [{"name": "reynolds"}]}
    task = {"protocol": 1, "samples": samples, "history": history, "steps": steps, "grids": grids, "info": info}
    (folder / "task.json").write_text(json.dumps(task))
    states = np.arange(samples * history * channels * np.prod(cells), dtype="f4")
    states = states.reshape(samples, history, channels, *cells)
    np.save(folder / "history.npy", states)
    np.save(folder / "parameters.npy", np.array([[10.0], [20.0]]))
    return states


def ask(monkeypatch, *requests):
    """Gives a program its requests, of which some are the bytes of arrays."""
    line = lambda request: request if isinstance(request, bytes) else json.dumps(request).encode() + b"\n"
    text = io.BytesIO(b"".join(map(line, requests)))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(text))


def served(operator, requests, monkeypatch, capsys):
    """The answers of a program."""
    ask(monkeypatch, *requests)
    operator.serve()
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_function_is_a_program(tmp_path, monkeypatch, capsys):
    seen = []

    @eddymark.operator(weights=7, batch=5)
    def doubled(state, parameters, grid):
        print("not an answer")
        seen.append((state.shape, parameters["reynolds"].tolist(), grid.lengths))
        return 2 * state

    states = job(tmp_path)
    requests = [{"request": "hello", "protocol": 1}, {"request": "rollout", "job": str(tmp_path)}]
    answers = served(doubled, requests, monkeypatch, capsys)
    assert answers == [{"protocol": 1, "weights": 7, "batch": 5}, {"done": True}]
    predicted = np.load(tmp_path / "prediction.npy")
    assert predicted.shape == (2, 3, 2, 4, 3, 1)
    for step in range(3):
        assert np.array_equal(predicted[:, step], states[:, -1] * 2 ** (step + 1))
    # Samples with different grids are predicted one after the other.
    assert [of[0] for of in seen[::3]] == [(1, 2, 4, 3)] * 2
    assert [of[1:] for of in seen[::3]] == [([10.0], (1.0, 1.0)), ([20.0], (2.0, 2.0))]


def test_arrays_are_exchanged_in_the_pipe(tmp_path, monkeypatch, capsysbinary):
    states = job(tmp_path)
    task = json.loads((tmp_path / "task.json").read_text())
    history, parameters = ((tmp_path / f"{name}.npy").read_bytes() for name in ("history", "parameters"))
    lengths = {"history": len(history), "parameters": len(parameters)}
    rollout = [{"request": "rollout", "task": task, "arrays": lengths}, history, parameters]
    ask(monkeypatch, {"request": "hello", "protocol": 2}, *rollout, *rollout)
    eddymark.Operator(lambda state, parameters, grid: 2 * state).serve()
    written = io.BytesIO(capsysbinary.readouterr().out)
    assert json.loads(written.readline()) == {"protocol": 2, "weights": 0, "arrays": "pipe"}
    for _ in range(2):
        answer = json.loads(written.readline())
        assert answer["done"] and 0 < answer["seconds"] < 60
        predicted = np.load(io.BytesIO(written.read(answer["prediction"])))
        assert np.array_equal(predicted[:, 2], 8 * states[:, -1])
    assert written.read() == b""


def test_members_of_an_ensemble_are_further_samples(tmp_path, monkeypatch, capsysbinary):
    states = job(tmp_path)
    task = {**json.loads((tmp_path / "task.json").read_text()), "members": 4}
    history, parameters = ((tmp_path / f"{name}.npy").read_bytes() for name in ("history", "parameters"))
    lengths = {"history": len(history), "parameters": len(parameters)}
    request = {"request": "rollout", "task": task, "arrays": lengths}
    ask(monkeypatch, {"request": "hello", "protocol": 2}, request, history, parameters)

    @eddymark.operator(channels=["v"])
    def drawn(state, parameters, grid):
        assert state.shape[0] == 4 and parameters["reynolds"].shape == (4,)
        return state + np.arange(4)[:, None, None, None]

    drawn.serve()
    written = io.BytesIO(capsysbinary.readouterr().out)
    written.readline()
    answer = json.loads(written.readline())
    predicted = np.load(io.BytesIO(written.read(answer["prediction"])))
    assert predicted.shape == (2, 4, 3, 1, 4, 3, 1)
    for member in range(4):
        assert np.array_equal(predicted[:, member, 1, 0], states[:, -1, 1] + 2 * member)


def test_history_and_channels_are_those_that_are_asked_for(tmp_path, monkeypatch, capsys):
    @eddymark.operator(history=2, channels=["v"])
    def extrapolated(state, parameters, grid):
        assert state.shape[1] == 2
        return 2 * state[:, 1] - state[:, 0]

    states = job(tmp_path)
    answers = served(extrapolated, [{"request": "rollout", "job": str(tmp_path)}], monkeypatch, capsys)
    assert answers == [{"done": True}]
    predicted = np.load(tmp_path / "prediction.npy")
    assert predicted.shape == (2, 3, 1, 4, 3, 1)
    assert np.allclose(predicted[:, 2, 0], (4 * states[:, 1] - 3 * states[:, 0])[:, 1])


@pytest.mark.parametrize(
    "function, message",
    [
        (lambda state, parameters, grid: state[:, :1], r"returned an array \[1, 1, 4, 3\], and the next state is \[1, 2, 4, 3\]"),
        (lambda state, parameters, grid: parameters["prandtl"], "no parameter `prandtl`: the data have reynolds"),
        (lambda state, parameters, grid: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_mistakes_are_answered_in_the_users_terms(tmp_path, monkeypatch, capsys, function, message):
    job(tmp_path)
    [answer] = served(eddymark.Operator(function), [{"request": "rollout", "job": str(tmp_path)}], monkeypatch, capsys)
    assert __import__("re").search(message, answer["error"]), answer


def test_too_few_given_states_are_named():
    operator = eddymark.Operator(lambda *_: None, history=3)
    with pytest.raises(ValueError, match="set `start = 2` in the suite"):
        operator.rollout(np.zeros((1, 1, 1, 4, 4)), Parameters([], np.zeros((1, 0))), None, 2)


def test_a_program_with_seeds_is_trained_and_loaded(folder, tmp_path, monkeypatch, capsys):
    def train(dataset, output, seed):
        assert len(dataset.split("train")) == 4
        (output / "weights.txt").write_text(str(seed))

    def loaded(seed, trained):
        factor = float((trained / "weights.txt").read_text())
        return eddymark.Operator(lambda state, parameters, grid: factor * state)

    output = tmp_path / "output"
    output.mkdir()
    states = job(tmp_path)
    dataset = {"dataset": str(folder / "dataset"), "output": str(output), "seed": 3}
    requests = [
        {"request": "train", "protocol": 2, "threads": 1, "device": "cpu", **dataset},
        {"request": "hello", "protocol": 2, "seed": 3, "trained": str(output)},
        {"request": "rollout", "job": str(tmp_path)},
    ]
    ask(monkeypatch, *requests)
    eddymark.serve(loaded, train)
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert answers == [{"done": True}, {"protocol": 2, "weights": 0, "arrays": "pipe"}, {"done": True}]
    assert np.array_equal(np.load(tmp_path / "prediction.npy")[:, 0], 3 * states[:, -1])


def test_a_module_is_an_operator():
    torch = pytest.importorskip("torch")

    class Scaled(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.tensor([3.0]))

        def forward(self, state, parameters):
            return self.weight * state + parameters.sum(1)[:, None, None, None]

    operator = eddymark.wrap(Scaled())
    assert operator.weights == 1
    state = operator(np.ones((2, 1, 4, 4)), Parameters(["a"], np.array([[1.0], [2.0]])))
    assert np.array_equal(state[:, 0, 0, 0], [4.0, 5.0])
