"""A model in ONNX Runtime. `model.onnx` has the input `state`, float32 [sample, channel, x, y] in SI units, and one output
of the same shape; `make_model.py` writes one that predicts persistence. Needs the packages eddymark and onnxruntime."""

import eddymark
import numpy as np
import onnxruntime

session = onnxruntime.InferenceSession("model.onnx", providers=["CPUExecutionProvider"])


def step(state, parameters, grid):
    return session.run(None, {"state": np.ascontiguousarray(state)})[0]


eddymark.Operator(step).serve()
