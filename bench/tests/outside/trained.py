# Trains a factor, 1 + seed / 100, by which it multiplies the last state.
from pathlib import Path


def train(request):
    assert request["protocol"] == 2 and request["threads"] >= 1 and request["device"] == "cpu", request
    seed, dataset, output = request["seed"], Path(request["dataset"]), Path(request["output"])
    if seed == 13:
        return {"error": "13 is no lucky number"}
    assert (dataset / "dataset.json").read_text()
    files = [path for split in ("train", "valid") for path in (dataset / "data" / split).glob("*.hdf5")]
    hidden = list((dataset / "data" / "test").iterdir())
    samples = request.get("samples")
    if samples is not None:
        others = [path for path in files if path.parent.name == "train" and int(path.stem[-4:]) not in samples]
        files, hidden = [path for path in files if path not in others], hidden + others
        hidden += [dataset / "normalization.json", dataset / "stats.yaml"]
        assert len(files) == 1 + len(samples), request
    assert all(path.read_bytes() for path in files), files
    if sys.platform == "linux":
        for path in hidden:
            try:
                path.read_bytes()
            except PermissionError:
                continue
            raise AssertionError(f"{path} can be read")
    if seed != 14:
        (output / "weights.json").write_text(json.dumps({"factor": 1 + seed / 100 + len(samples or ())}))
    return {"done": True}


def rollout(request, hello):
    weights = hello.get("trained")
    factor = json.loads((Path(weights) / "weights.json").read_text())["factor"] if weights else 1.0
    job = Path(request["job"])
    steps = json.loads((job / "task.json").read_text())["steps"]
    (samples, history, *state), values = read_npy(job / "history.npy")
    values, count = [value for (value,) in values], size(state)
    last = [[factor * value for value in values[((i + 1) * history - 1) * count :][:count]] for i in range(samples)]
    write_npy(job / "prediction.npy", (samples, steps, *state), [value for one in last for value in one * steps])
    return {"done": True}


hello = {}
for line in sys.stdin:
    request = json.loads(line)
    if request["request"] == "train":
        answer = train(request)
    elif request["request"] == "hello":
        hello = request
        answer = {"protocol": 2}
        if "trained" not in request:
            answer["training"] = {"seconds": 7200, "hardware": "one A100"}
    else:
        answer = rollout(request, hello)
    print(json.dumps(answer), flush=True)
