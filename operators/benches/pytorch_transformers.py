"""Factorized transformers and Transolver in PyTorch, written as their authors did, for `compare.py`:
channels last, kernels applied by `einsum`.
"""

import torch
import torch.nn.functional as F
from torch import nn


class Kernel(nn.Module):
    def __init__(self, width, heads, rank, places):
        super().__init__()
        self.heads, self.rank = heads, rank
        self.reduce = nn.Linear(width, width, bias=False)
        self.norm = nn.LayerNorm(width)
        self.widen = nn.Linear(width, 2 * width)
        self.narrow = nn.Linear(width, width)
        self.queries = nn.Linear(width, heads * rank, bias=False)
        self.keys = nn.Linear(width, heads * rank, bias=False)
        angles = 64 * places[:, None] * 10000.0 ** (-torch.arange(0, rank, 2) / rank)
        angles = torch.cat([angles, angles], dim=-1)[:, None, :]
        self.register_buffer("cos", angles.cos())
        self.register_buffer("sin", angles.sin())

    def turn(self, x):
        first, second = x.chunk(2, dim=-1)
        return x * self.cos + torch.cat([-second, first], dim=-1) * self.sin

    def forward(self, w, axis):
        p = self.reduce(w).mean(dim=[a for a in range(1, w.dim() - 1) if a != axis + 1])
        a, b = self.widen(self.norm(p)).chunk(2, dim=-1)
        p = self.narrow(F.gelu(a) * b)
        q, k = (f(p).unflatten(-1, (self.heads, self.rank)) for f in [self.queries, self.keys])
        return torch.einsum("bihd,bjhd->bhij", self.turn(q), self.turn(k))


class Block(nn.Module):
    def __init__(self, width, heads, head_width, cells, parallel):
        super().__init__()
        self.heads, self.parallel = heads, parallel
        self.norm = nn.LayerNorm(width)
        self.values = nn.Linear(width, heads * head_width, bias=False)
        self.inner = nn.Linear(width, width, bias=False)
        places = [torch.linspace(0, 1, n) for n in cells]
        self.kernels = nn.ModuleList(Kernel(width, heads, 3 * head_width, p) for p in places)
        made = heads * head_width * (len(cells) if parallel else 1)
        self.mixing = nn.Linear(made, width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        letters = "xyz"[: len(cells)]
        self.along = [
            f"bhi{a},bh{letters}c->bh{letters.replace(a, 'i')}c" for a in letters
        ]
        self.instance_norm = nn.InstanceNorm3d(made) if len(cells) == 3 else nn.InstanceNorm2d(made)

    def forward(self, u):
        n = self.norm(u)
        v = self.values(n).unflatten(-1, (self.heads, -1)).movedim(-2, 1)
        w = self.inner(n)
        kernels = [kernel(w, axis) for axis, kernel in enumerate(self.kernels)]
        if self.parallel:
            z = torch.cat([torch.einsum(a, k, v) for a, k in zip(self.along, kernels)], dim=-1)
        else:
            z = v
            for along, kernel in zip(self.along, kernels):
                z = torch.einsum(along, kernel, z)
        z = self.instance_norm(z.movedim(-1, 2).flatten(1, 2))
        return self.out(F.gelu(self.mixing(z.movedim(1, -1))))


class Factorized(nn.Module):
    def __init__(self, cells, parallel, width=48, layers=1, iterations=4, heads=4, head_width=24, channels=3):
        super().__init__()
        self.cells, self.iterations = cells, iterations
        self.lift = nn.Conv1d(channels, width // 2, 1, groups=channels)
        self.mix = nn.Conv1d(width // 2, width, 1, bias=False)
        self.wavenumbers = nn.Parameter(torch.randn(len(cells), width // 2), requires_grad=False)
        places = torch.meshgrid(*[torch.linspace(0, 1, n) for n in cells], indexing="ij")
        self.register_buffer("places", torch.stack(places, dim=-1))
        self.positions = nn.ModuleList(nn.Linear(width, width) for _ in range(layers))
        self.blocks = nn.ModuleList(Block(width, heads, head_width, cells, parallel) for _ in range(layers))
        self.narrow = nn.Conv1d(width, width // 2, 1, bias=False)
        self.project = nn.Conv1d(width // 2, channels, 1)

    def forward(self, x):
        u = self.mix(F.gelu(self.lift(x.flatten(2)))).unflatten(2, self.cells).movedim(1, -1)
        phases = 2 * torch.pi * self.places @ self.wavenumbers
        features = torch.cat([phases.sin(), phases.cos()], dim=-1)
        for position, block in zip(self.positions, self.blocks):
            u = u + position(features)
            for _ in range(self.iterations):
                u = u + block(u) / self.iterations
        u = u.movedim(-1, 1).flatten(2)
        return self.project(F.gelu(self.narrow(u))).unflatten(2, self.cells)


class SliceAttention(nn.Module):
    def __init__(self, width, heads, slices):
        super().__init__()
        self.heads, each = heads, width // heads
        self.temperature = nn.Parameter(torch.full([1, heads, 1, 1], 0.5))
        self.places = nn.Conv2d(width, width, 3, padding=1)
        self.fields = nn.Conv2d(width, width, 3, padding=1)
        self.slices = nn.Linear(each, slices)
        self.qkv = nn.ModuleList(nn.Linear(each, each, bias=False) for _ in range(3))
        self.out = nn.Linear(width, width)

    def forward(self, a):
        a = a.movedim(-1, 1).contiguous()
        split = (lambda x: x.movedim(1, -1).flatten(1, 2).unflatten(-1, (self.heads, -1)).movedim(2, 1))
        x, f = split(self.places(a)).contiguous(), split(self.fields(a)).contiguous()
        shares = F.softmax(self.slices(x) / self.temperature.clamp(0.1, 5), dim=-1)
        tokens = torch.einsum("bhnc,bhng->bhgc", f, shares) / (shares.sum(2) + 1e-5)[..., None]
        q, k, v = (linear(tokens) for linear in self.qkv)
        tokens = F.softmax(q @ k.mT / q.shape[-1] ** 0.5, dim=-1) @ v
        y = torch.einsum("bhgc,bhng->bhnc", tokens, shares).movedim(1, 2).flatten(2)
        return self.out(y).unflatten(1, a.shape[2:])


class Transolver(nn.Module):
    def __init__(self, cells, width=48, layers=4, heads=4, slices=16, places=8, channels=3):
        super().__init__()
        self.register_buffer("distances", torch.rand(*cells, places**2))
        inputs = channels + places**2
        self.lift, self.narrow = nn.Linear(inputs, 2 * width), nn.Linear(2 * width, width)
        self.layers = nn.ModuleList(
            nn.ModuleList(
                [
                    nn.LayerNorm(width),
                    SliceAttention(width, heads, slices),
                    nn.Sequential(
                        nn.LayerNorm(width), nn.Linear(width, width), nn.GELU(), nn.Linear(width, width)
                    ),
                ]
            )
            for _ in range(layers)
        )
        self.project = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, channels))

    def forward(self, x):
        r = self.distances.expand(x.shape[0], -1, -1, -1)
        v = self.narrow(F.gelu(self.lift(torch.cat([x.movedim(1, -1), r], dim=-1))))
        for norm, attention, perceptron in self.layers:
            v = v + attention(norm(v))
            v = v + perceptron(v)
        return self.project(v).movedim(-1, 1)
