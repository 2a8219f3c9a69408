"""DPOT, written anew for its published checkpoints: names and shapes of weights are those of `model_Ti.pth` and larger.

Source: Hao et al. (2024), DPOT: Auto-Regressive Denoising Operator Transformer for Large-Scale PDE Pre-Training,
arXiv:2403.03542; checkpoints at https://huggingface.co/hzk17/DPOT.
"""

import torch
from torch import nn

# Fourier modes of the published models; no weight has this length.
MODES = 32


class Mixer(nn.Module):
    """A two-layer network on the lowest Fourier modes, block-diagonal in the channels."""

    def __init__(self, blocks, size):
        super().__init__()
        self.w1, self.w2 = (nn.Parameter(torch.rand(2, blocks, size, size) / size**2) for _ in range(2))
        self.b1, self.b2 = (nn.Parameter(torch.rand(2, blocks, size) / size**2) for _ in range(2))

    def forward(self, x):
        spectrum = torch.fft.rfft2(x.movedim(1, -1), dim=(1, 2), norm="ortho")
        low = spectrum[:, :MODES, :MODES].unflatten(-1, self.w1.shape[1:3])
        for weight, bias, is_last in ((self.w1, self.b1, False), (self.w2, self.b2, True)):
            low = torch.einsum("...bi,bio->...bo", low, torch.complex(*weight)) + torch.complex(*bias)
            # The activation acts on real and imaginary parts.
            low = low if is_last else torch.complex(*map(nn.functional.gelu, (low.real, low.imag)))
        mixed = torch.zeros_like(spectrum)
        mixed[:, :MODES, :MODES] = low.flatten(-2)
        return x + torch.fft.irfft2(mixed, s=x.shape[-2:], dim=(1, 2), norm="ortho").movedim(-1, 1)


class Block(nn.Module):
    def __init__(self, width, hidden, blocks):
        super().__init__()
        self.norm1, self.norm2 = nn.GroupNorm(8, width), nn.GroupNorm(8, width)
        self.filter = Mixer(blocks, width // blocks)
        self.mlp = nn.Sequential(nn.Conv2d(width, hidden, 1), nn.GELU(), nn.Conv2d(hidden, width, 1))

    def forward(self, x):
        return x + self.mlp(self.norm2(self.filter(self.norm1(x))))


class Patches(nn.Module):
    def __init__(self, channels, between, width, patch):
        super().__init__()
        self.proj = nn.Sequential(nn.Conv2d(channels, between, patch, patch), nn.GELU(), nn.Conv2d(between, width, 1))


class OverTime(nn.Module):
    """The sum over the given states, each with weights of its own, of Fourier features of their times."""

    def __init__(self, states, width):
        super().__init__()
        self.w = nn.Parameter(torch.randn(states, width, width) / (states * width**0.5))
        self.gamma = nn.Parameter(2 ** torch.linspace(-10, 10, width)[None])

    def forward(self, x):
        times = torch.linspace(0, 1, len(self.w), device=x.device)[:, None]
        return torch.einsum("tij,btixy->bjxy", self.w, x * torch.cos(times @ self.gamma)[:, :, None, None])


class Dpot(nn.Module):
    """Predicts the state after `states` given ones: [sample, time, channel, x, y] to [sample, channel, x, y]."""

    def __init__(
        self, cells=128, patch=8, channels=4, states=10, width=512, hidden=512, depth=4, blocks=4, out=32, classes=12
    ):
        super().__init__()
        self.cells, self.channels, self.states = cells, channels, states
        self.patch_embed = Patches(channels + 3, channels * patch + 3, width, patch)
        self.pos_embed = nn.Parameter(0.02 * torch.randn(1, width, cells // patch, cells // patch))
        self.blocks = nn.ModuleList(Block(width, hidden, blocks) for _ in range(depth))
        # Tells data sets apart in the pre-training; it has no part in predictions.
        layers = [nn.Linear(width, width), nn.GELU(), nn.Linear(width, width), nn.GELU(), nn.Linear(width, classes)]
        self.cls_head = nn.Sequential(*layers)
        self.time_agg_layer = OverTime(states, width)
        layers = [nn.ConvTranspose2d(width, out, patch, patch), nn.GELU(), nn.Conv2d(out, out, 1), nn.GELU()]
        self.out_layer = nn.Sequential(*layers, nn.Conv2d(out, channels, 1))

    @classmethod
    def load(cls, path):
        """The model of a checkpoint, whose weights state its sizes."""
        weights = torch.load(path, map_location="cpu", weights_only=True)
        weights = weights.get("model", weights)
        shape = {name: tuple(value.shape) for name, value in weights.items()}
        out, channels = shape["out_layer.0.weight"], shape["out_layer.4.weight"][0]
        patch, blocks = out[-1], shape["blocks.0.filter.w1"][1]
        model = cls(
            cells=shape["pos_embed"][-1] * patch, patch=patch, channels=channels, blocks=blocks, out=out[1],
            states=shape["time_agg_layer.w"][0], width=out[0], hidden=shape["blocks.0.mlp.0.weight"][0],
            depth=1 + max(int(name.split(".")[1]) for name in shape if name.startswith("blocks.")),
            classes=shape["cls_head.4.weight"][0],
        )  # fmt: skip
        model.load_state_dict(weights)
        return model

    def forward(self, x):
        samples, states = x.shape[:2]
        axes = [torch.linspace(0, 1, n, device=x.device) for n in (*x.shape[-2:], states)]
        places = torch.stack(torch.meshgrid(*axes, indexing="ij")).permute(3, 0, 1, 2)
        x = torch.cat([x, places.expand(samples, -1, -1, -1, -1)], 2).flatten(0, 1)
        x = (self.patch_embed.proj(x) + self.pos_embed).unflatten(0, (samples, states))
        x = self.time_agg_layer(x)
        for block in self.blocks:
            x = block(x)
        return self.out_layer(x)
