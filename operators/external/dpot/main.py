"""A pre-trained DPOT, fine-tuned on a few samples. Needs the packages eddymark, h5py and torch.

`model.pth` is a checkpoint of https://huggingface.co/hzk17/DPOT; `make_weights.py` writes a tiny one that is not
trained. States are interpolated to the cells of the model and back. Channels are divided by their standard deviation
over the given states, and those that the data lack are 1, as in the pre-training. The model needs ten given states:
`start = 9`.
"""

import eddymark
import torch
from dpot import Dpot

STEPS, BATCH, RATE = 200, 8, 1e-4


def predict(model, states):
    """The next state, [sample, channel, x, y], of given ones, [sample, time, channel, x, y]."""
    used, cells = states.shape[2], states.shape[-2:]
    scale = states.std((1, 3, 4), keepdim=True) + 1e-12
    scaled = resized((states / scale).flatten(0, 1), (model.cells, model.cells))
    given = torch.ones(len(scaled), model.channels, model.cells, model.cells, device=states.device)
    given[:, :used] = scaled
    predicted = model(given.unflatten(0, states.shape[:2]))[:, :used]
    return resized(predicted, cells) * scale[:, 0]


def resized(fields, cells):
    return torch.nn.functional.interpolate(fields, cells, mode="bilinear", align_corners=False)


def operator(seed, trained):
    """The fine-tuned model of a seed; as it was published if it is not trained, as in `eddymark check-operator`."""
    model = Dpot.load(trained / "model.pth" if trained else "model.pth").eval()

    def step(states, parameters, grid):
        with torch.no_grad():
            return predict(model, torch.from_numpy(states.copy())).numpy()

    weights = sum(weight.numel() for weight in model.parameters())
    return eddymark.Operator(step, history=model.states, weights=weights, batch=BATCH)


def train(dataset, output, seed):
    """Fine-tunes on the training samples that are allowed; on none, the model stays as it was published."""
    torch.manual_seed(seed)
    model = Dpot.load("model.pth")
    if dataset.split("train"):
        windows = eddymark.Windows(dataset, "train", history=model.states)
        draw = torch.utils.data.RandomSampler(windows, replacement=True, num_samples=STEPS * BATCH)
        optimizer = torch.optim.AdamW(model.parameters(), RATE)
        for states, future, _ in torch.utils.data.DataLoader(windows, BATCH, sampler=draw):
            error = predict(model, states) - future[:, 0]
            size = future[:, 0].square().mean((2, 3), keepdim=True) + 1e-12
            optimizer.zero_grad()
            (error.square() / size).mean().backward()
            optimizer.step()
    torch.save({"model": model.state_dict()}, output / "model.pth")


eddymark.serve(operator, train)
