"""Predicts that the flow does not change. It needs no package, and is a template for other languages."""

import ast
import json
import pathlib
import struct
import sys


def read_npy(path):
    """Shape and bytes of an array in C order. The header is a Python dict after 10 bytes."""
    content = pathlib.Path(path).read_bytes()
    (length,) = struct.unpack("<H", content[8:10])
    header = ast.literal_eval(content[10 : 10 + length].decode())
    assert header["descr"] == "<f4" and not header["fortran_order"], header
    return header["shape"], content[10 + length :]


def write_npy(path, shape, values):
    header = repr({"descr": "<f4", "fortran_order": False, "shape": tuple(shape)})
    header = header.ljust(64 * (len(header) // 64 + 1) + 53) + "\n"  # data begin at a multiple of 64 bytes
    start = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode()
    pathlib.Path(path).write_bytes(start + values)


def rollout(job):
    steps = json.loads((job / "task.json").read_text())["steps"]
    (samples, history, *state), values = read_npy(job / "history.npy")
    size = len(values) // (samples * history)  # bytes per state
    last = [values[((i + 1) * history - 1) * size :][:size] for i in range(samples)]
    write_npy(job / "prediction.npy", (samples, steps, *state), b"".join(s * steps for s in last))


for line in sys.stdin:
    request = json.loads(line)
    if request["request"] == "hello":
        answer = {"protocol": 1}
    else:
        rollout(pathlib.Path(request["job"]))
        answer = {"done": True}
    print(json.dumps(answer), flush=True)
