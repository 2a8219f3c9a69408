#!/usr/bin/env python3
"""Times in PyTorch what `benches/operators.rs` times in Rust: the FNO with its defaults.

    OMP_NUM_THREADS=1 python pytorch.py

Sixteen states of 64 x 64 cells; the gradient of the loss, and inference; least and median of ten.
"""

import os
import statistics
import time

import torch
import torch.nn.functional as F
from torch import nn

MODES, WIDTH, LAYERS, PROJECTION, PADDING = 12, 32, 4, 128, 8


class Spectral(nn.Module):
    def __init__(self):
        super().__init__()
        shape = (2, WIDTH, WIDTH, MODES, MODES)
        self.weight = nn.Parameter(torch.rand(shape, dtype=torch.cfloat) / WIDTH**2)

    def forward(self, x):
        nx, ny = x.shape[2:]
        padded = F.pad(x, [0, PADDING, 0, PADDING])
        spectrum = torch.fft.rfft2(padded)
        out = torch.zeros_like(spectrum)
        for rows, weight in zip([slice(MODES), slice(-MODES, None)], self.weight):
            low = spectrum[:, :, rows, :MODES]
            out[:, :, rows, :MODES] = torch.einsum("bcxy,coxy->boxy", low, weight)
        return torch.fft.irfft2(out, s=padded.shape[2:])[:, :, :nx, :ny]


class Fno(nn.Module):
    def __init__(self, channels=3, parameters=1):
        super().__init__()
        self.lift = nn.Conv2d(channels + parameters + 2, WIDTH, 1)
        self.spectral = nn.ModuleList(Spectral() for _ in range(LAYERS))
        self.local = nn.ModuleList(nn.Conv2d(WIDTH, WIDTH, 1) for _ in range(LAYERS))
        self.widen = nn.Conv2d(WIDTH, PROJECTION, 1)
        self.project = nn.Conv2d(PROJECTION, channels, 1)

    def forward(self, x):
        v = self.lift(x)
        for layer, (spectral, local) in enumerate(zip(self.spectral, self.local)):
            v = spectral(v) + local(v)
            if layer < LAYERS - 1:
                v = F.gelu(v)
        return self.project(F.gelu(self.widen(v)))


def milliseconds(work):
    work()
    times = []
    for _ in range(10):
        start = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - start))
    return f"{min(times):.0f} ms at least, median {statistics.median(times):.0f} ms"


def main():
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    network, x, truth = Fno(), torch.randn(16, 6, 64, 64), torch.randn(16, 3, 64, 64)

    def gradient():
        network.zero_grad()
        error = (network(x) - truth).flatten(2).norm(dim=2)
        (error / truth.flatten(2).norm(dim=2)).mean().backward()

    def inference():
        with torch.inference_mode():
            network(x)

    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads")
    print("gradient ", milliseconds(gradient))
    print("inference", milliseconds(inference))


main()
