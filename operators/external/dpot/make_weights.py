"""Writes `model.pth` with random weights of a tiny DPOT, in the form of the published checkpoints."""

import torch
from dpot import Dpot

torch.manual_seed(0)
model = Dpot(cells=32, patch=4, width=16, hidden=16, depth=1, blocks=2, out=8)
torch.save({"model": model.state_dict()}, "model.pth")
