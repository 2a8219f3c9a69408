"""Scores against numpy's own arithmetic: the conformance values."""

import json

import numpy as np
import pytest

import eddymark


@pytest.fixture(scope="module")
def fields():
    rng = np.random.default_rng(0)
    return rng.standard_normal((3, 2, 8, 6)), rng.standard_normal((3, 2, 8, 6))


def mean(of):
    """The mean over states of a number per state."""
    return np.mean([of(t) for t in range(3)])


def test_metrics_are_their_formulas(fields):
    p, y = (values.astype("f4").astype("f8") for values in fields)
    scores = eddymark.metrics.evaluate(p, y, fields={"velocity": ["u", "v"]})
    error = p - y
    expected = {
        ("nrmse", "u"): mean(lambda t: np.linalg.norm(error[t, 0]) / np.linalg.norm(y[t, 0])),
        ("nrmse", "velocity"): mean(lambda t: np.linalg.norm(error[t]) / np.linalg.norm(y[t])),
        ("rmse", "v"): mean(lambda t: np.sqrt(np.mean(error[t, 1] ** 2))),
        ("mae", "u"): mean(lambda t: np.mean(np.abs(error[t, 0]))),
        ("max-error", "u"): mean(lambda t: np.max(np.abs(error[t, 0]))),
        ("nmse", "velocity"): mean(lambda t: np.sum(error[t] ** 2) / np.sum(y[t] ** 2)),
        ("vrmse", "u"): mean(lambda t: np.sqrt(np.mean(error[t, 0] ** 2) / np.var(y[t, 0]))),
        ("pearson", "v"): mean(lambda t: np.corrcoef(p[t, 1].ravel(), y[t, 1].ravel())[0, 1]),
    }
    for key, value in expected.items():
        assert scores[key] == pytest.approx(value, rel=1e-12), key


def test_every_metric_is_a_function(fields):
    p, y = fields
    assert "nrmse" in dir(eddymark.metrics) and "well_vrmse" in dir(eddymark.metrics)
    assert eddymark.metrics.rmse(p, p)["c0"] == 0.0
    with pytest.raises(AttributeError, match="there is no metric `nrsme`"):
        eddymark.metrics.nrsme
    with pytest.raises(ValueError, match="must have the same shape"):
        eddymark.metrics.rmse(p, y[:2])


def test_predictions_of_all_kinds_have_the_same_scores(data, tmp_path):
    persistence = eddymark.Operator(lambda state, parameters, grid: state)
    test = data.split("test")
    arrays = {sample.index: np.repeat(sample.states(1, 2), 7, axis=0) for sample in test}
    path = tmp_path / "prediction.npy"
    np.save(path, np.stack(list(arrays.values()))[..., None])
    all_scores = [
        eddymark.score(of, data, start=1)
        for of in (persistence, arrays, np.stack(list(arrays.values())), path)
    ]
    tables = [scores.table() for scores in all_scores]
    assert all(table == tables[0] for table in tables)
    first, last = test[0].states(1, 2)[0, 0], test[0].states()[2, 0]
    record = next(
        r for r in all_scores[0].records if (r["metric"], r["channel"], r["sample"]) == ("rmse", "u", test[0].index)
    )
    expected = np.sqrt(np.mean((first.astype("f8") - last) ** 2))
    assert record["values"][0] == pytest.approx(expected, rel=1e-12)
    assert "velocity" in all_scores[0]["nrmse"] and "<table>" in all_scores[0]._repr_html_()
    with pytest.raises(KeyError, match="known are"):
        all_scores[0]["nrsme", "u"]


def test_wrong_predictions_are_refused(data):
    with pytest.raises(ValueError, match="has 1 samples, and the split `test` 2"):
        eddymark.score(np.zeros((1, 8, 3, 16, 16)), data)
    with pytest.raises(eddymark.EddymarkError, match="it should not have 99"):
        eddymark.score({99: np.zeros((8, 3, 16, 16))}, data)


def test_a_run_has_a_report(folder, monkeypatch):
    monkeypatch.chdir(folder)
    operator = folder / "persistence"
    operator.mkdir()
    package = json.dumps(str(__import__("pathlib").Path(eddymark.__file__).parents[1]))
    main = f"import sys\nsys.path.insert(0, {package})\nimport eddymark\n"
    main += "eddymark.Operator(lambda state, parameters, grid: state).serve()\n"
    (operator / "main.py").write_text(main)
    (operator / "operator.toml").write_text(f"command = ['{__import__('sys').executable}', 'main.py']\nread = [{package}]\n")
    suite = "summary = 's'\ncases = ['cavity/smoke']\nstart = 1\n[[surrogate]]\nbaseline = 'persistence'\n"
    (folder / "own.toml").write_text(suite.replace("baseline = 'persistence'", "baseline = 'mean-of-train'"))
    report = eddymark.report(eddymark.run("own.toml", operator=operator))
    assert "persistence" in str(report) and "iframe" in report._repr_html_()
