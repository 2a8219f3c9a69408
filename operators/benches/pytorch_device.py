#!/usr/bin/env python3
"""Times of the networks of `benches/device.rs` in PyTorch, on a GPU.

    python pytorch_device.py [cuda:0]
"""

import statistics
import sys
import time

import torch

from pytorch import Fno
from pytorch_transformers import Factorized

STEPS = 20
CHANNEL = (32, 33, 16)
AS_PUBLISHED = {"width": 96, "iterations": 10, "heads": 5, "head_width": 96}


def milliseconds(count, work):
    for _ in range(5):
        work()
    times = []
    for _ in range(count):
        begin = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - begin))
    return min(times), statistics.median(times)


def measure(name, network, batch, cells, device, constants=0):
    network = network.to(device)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-4)
    x, reference = torch.randn(batch, 3, *cells, device=device), torch.randn(batch, 3, *cells, device=device)
    fields = torch.rand(batch, constants, *cells, device=device)
    step = lambda x: network(torch.cat([x, fields], dim=1))
    synchronize = torch.cuda.synchronize if device.startswith("cuda") else lambda: None

    def train():
        optimizer.zero_grad()
        error = (step(x) - reference).flatten(2).norm(dim=2)
        loss = (error / reference.flatten(2).norm(dim=2)).mean()
        loss.item()
        loss.backward()
        optimizer.step()
        synchronize()

    def rollout():
        with torch.inference_mode():
            state = x
            for _ in range(STEPS):
                state = step(state)
            state.sum().item()

    least, median = milliseconds(30, train)
    print(f"{name:14} training step, batch {batch}: {median:8.2f} ms (minimum {least:.2f})")
    least, median = (time / STEPS for time in milliseconds(10, rollout))
    print(f"{name:14} rollout step,  batch {batch}: {median:8.2f} ms (minimum {least:.2f})")
    if device.startswith("cuda"):
        print(f"{name:14} {torch.cuda.max_memory_allocated() / 2**20:.0f} MiB peak")
        torch.cuda.reset_peak_memory_stats()


def main():
    device = sys.argv[1] if len(sys.argv) > 1 else "cuda:0"
    print(f"torch {torch.__version__} on {torch.cuda.get_device_name() if torch.cuda.is_available() else device}")
    measure("fno", Fno(parameters=0), 32, (64, 64), device, constants=2)
    measure("ifactformer-m", Factorized(CHANNEL, True, **AS_PUBLISHED), 5, CHANNEL, device)


main()
