"""FNO, U-Net and DeepONets in PyTorch, with the defaults of this crate, for `compare.py`."""

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


class NormalizedRelu(nn.Module):
    """CFDBench's `NormAct`: over all values of a sample."""

    def forward(self, x):
        flat = x.flatten(1)
        mean, std = (f(flat, dim=1).reshape(-1, *[1] * (x.dim() - 1)) for f in (torch.mean, torch.std))
        return F.relu((x - mean) / std) * std + mean


def perceptron(widths, activation):
    layers = [nn.Linear(*pair) for pair in zip(widths, widths[1:])]
    return nn.Sequential(layers[0], *[layer for linear in layers[1:] for layer in (activation(), linear)])


def coordinates(nx, ny):
    centres = ((2 * torch.arange(n) + 1) / n - 1 for n in (nx, ny))
    return torch.stack(torch.meshgrid(*centres, indexing="ij"), dim=-1).flatten(0, 1)


class AutoDeepONet(nn.Module):
    """The functions are computed once for all samples, as here, not once for each."""

    def __init__(self, channels=3, parameters=1, cells=(64, 64), width=100, depth=8):
        super().__init__()
        hidden = [width] * (depth - 1)
        inputs = channels * cells[0] * cells[1] + parameters
        self.branch = perceptron([inputs, *hidden, channels * width], nn.ReLU)
        self.trunk = perceptron([2, *hidden, width], nn.ReLU)
        self.register_buffer("positions", coordinates(*cells))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.channels, self.cells = channels, cells

    def forward(self, x, parameters):
        coefficients = self.branch(torch.cat([x.flatten(1), parameters], dim=1))
        sums = coefficients.unflatten(1, (self.channels, -1)) @ self.trunk(self.positions).T
        return (sums + self.bias[:, None]).unflatten(2, self.cells)


class DeepONet(nn.Module):
    """The first layer is split between time and place, as here: less to do than on pairs."""

    def __init__(self, channels=3, parameters=1, cells=(64, 64), width=100, depth=8):
        super().__init__()
        hidden = [width] * (depth - 1)
        self.branch = perceptron([parameters, *hidden, channels * width], NormalizedRelu)
        self.time, self.position = nn.Linear(1, width), nn.Linear(2, width)
        self.trunk = perceptron([width, *hidden], NormalizedRelu)
        self.register_buffer("positions", coordinates(*cells))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.channels, self.cells = channels, cells

    def forward(self, parameters, times):
        functions = self.trunk(self.position(self.positions) + self.time(times[:, None])[:, None])
        coefficients = self.branch(parameters).unflatten(1, (self.channels, -1))
        return (coefficients @ functions.mT + self.bias[:, None]).unflatten(2, self.cells)
