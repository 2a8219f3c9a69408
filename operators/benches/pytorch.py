#!/usr/bin/env python3
"""Times in PyTorch what `benches/operators.rs` times in Rust: FNO and U-Net with their defaults.

    OMP_NUM_THREADS=1 python pytorch.py

Sixteen states of 64 x 64 cells; the gradient of the loss, and inference; least and median of ten, and
the processors' time, which other programs disturb less.
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


class Block(nn.Sequential):
    def __init__(self, channels, width):
        halves = ([nn.Conv2d(n, width, 3, padding=1), nn.GroupNorm(1, width), nn.GELU()] for n in (channels, width))
        super().__init__(*[layer for half in halves for layer in half])


class UNet(nn.Module):
    def __init__(self, channels=3, parameters=1, width=16, levels=3):
        super().__init__()
        widths = [width * 2**level for level in range(levels + 1)]
        pairs = list(zip(widths, widths[1:]))
        self.before = nn.ModuleList(Block(a, b) for a, b in zip([channels + parameters, *widths[1:]], widths))
        self.down = nn.ModuleList(nn.Conv2d(fine, coarse, 3, stride=2, padding=1) for fine, coarse in pairs)
        self.up = nn.ModuleList(nn.Conv2d(coarse, fine, 3, padding=1) for fine, coarse in pairs)
        self.after = nn.ModuleList(Block(2 * fine, fine) for fine in widths[:-1])
        self.head = nn.Conv2d(width, channels, 1)

    def forward(self, x):
        seen = []
        for before, down in zip(self.before, self.down):
            seen.append(before(x))
            x = down(seen[-1])
        x = self.before[-1](x)
        for fine, up, after in reversed(list(zip(seen, self.up, self.after))):
            x = after(torch.cat([fine, up(F.interpolate(x, scale_factor=2))], dim=1))
        return self.head(x)


def milliseconds(work, samples=10):
    work()
    times, start = [], time.process_time()
    for _ in range(samples):
        begin = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - begin))
    busy = 1e3 * (time.process_time() - start) / samples
    return f"{min(times):.0f} ms at least, median {statistics.median(times):.0f} ms, processors {busy:.0f} ms"


def measure(name, network, inputs):
    x, truth = torch.randn(16, inputs, 64, 64), torch.randn(16, 3, 64, 64)

    def gradient():
        network.zero_grad()
        error = (network(x) - truth).flatten(2).norm(dim=2)
        (error / truth.flatten(2).norm(dim=2)).mean().backward()

    def inference():
        with torch.inference_mode():
            network(x)

    weights = sum(weight.numel() * (2 if weight.is_complex() else 1) for weight in network.parameters())
    print(f"{name}, {weights} weights: gradient  {milliseconds(gradient)}")
    print(f"{name}, {weights} weights: inference {milliseconds(inference)}")


def main():
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads")
    measure("fno", Fno(), 6)
    measure("unet", UNet(), 4)


if __name__ == "__main__":
    main()
