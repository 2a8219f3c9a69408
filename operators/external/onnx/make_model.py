"""Writes `model.onnx`, which returns its input; `torch.onnx.export` writes yours. Needs the package onnx."""

import onnx
from onnx import TensorProto, helper

shape = ["sample", "channel", "x", "y"]
state, following = (helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("state", "next"))
graph = helper.make_graph([helper.make_node("Identity", ["state"], ["next"])], "persistence", [state], [following])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
onnx.checker.check_model(model)
onnx.save(model, "model.onnx")
