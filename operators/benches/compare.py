#!/usr/bin/env python3
"""Time and memory of the gradient of a training step and of an inference, here and in PyTorch, as a Markdown table.

    OMP_NUM_THREADS=1 python compare.py [--rounds 2] [network ...]

Each number is measured in a process of its own that runs one pass of one network: sixteen samples of 64 x 64 cells, or,
with the suffix `-channel` on the name of a transformer, its published configuration for channel flow. Processes
of both sides alternate, and the minimum of all rounds is reported. `OMP_NUM_THREADS` is the number of threads of both.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

PERIOD = 2.0
PLANE = ["fno", "unet", "auto-deeponet", "deeponet", "factformer", "ifactformer-m", "ifactformer-o", "transolver"]


def build(name):
    """The reference, the network and its inputs."""
    import torch

    from pytorch import AutoDeepONet, DeepONet, Fno, UNet
    from pytorch_transformers import Factorized, Transolver

    cells, batch = ((32, 33, 16), 2) if name.endswith("-channel") else ((64, 64), 16)
    sizes = {"width": 96, "iterations": 10, "heads": 5, "head_width": 96} if name.endswith("-channel") else {}
    reference, one = torch.randn(batch, 3, *cells), torch.randn(batch, 1)
    wide = lambda n: torch.randn(batch, n, *cells)
    return reference, *{
        "fno": lambda: (Fno(), wide(6)),
        "unet": lambda: (UNet(), wide(4)),
        "auto-deeponet": lambda: (AutoDeepONet(), reference, one),
        "deeponet": lambda: (DeepONet(), one, torch.zeros(batch)),
        "factformer": lambda: (Factorized(cells, False, layers=3, iterations=1), reference),
        "ifactformer-m": lambda: (Factorized(cells, True, **sizes), reference),
        "ifactformer-o": lambda: (Factorized(cells, False, **sizes), reference),
        "transolver": lambda: (Transolver(cells), reference),
    }[name.removesuffix("-channel")]()


def mebibytes():
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def pytorch(name, kind):
    """Prints the same line as `networks.rs`, for PyTorch."""
    import torch

    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    torch.randn(8, 8) @ torch.randn(8, 8)
    idle = mebibytes()
    reference, network, *inputs = build(name)

    def gradient():
        network.zero_grad()
        error = (network(*inputs) - reference).flatten(2).norm(dim=2)
        (error / reference.flatten(2).norm(dim=2)).mean().backward()

    def inference():
        with torch.inference_mode():
            network(*inputs)

    work = {"gradient": gradient, "inference": inference}[kind]
    work(), work()
    times, begin, busy = [], time.perf_counter(), time.process_time()
    while len(times) < 3 or time.perf_counter() - begin < PERIOD:
        start = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - start))
    busy = 1e3 * (time.process_time() - busy) / len(times)
    print(json.dumps({"least": min(times), "busy": busy, "peak": mebibytes(), "idle": idle}))


def best(rounds):
    """The minimum of each number over all rounds."""
    return {key: min(result[key] for result in rounds) for key in rounds[0]}


def report(names, rounds):
    threads = os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ["RAYON_NUM_THREADS"] = threads
    os.environ.setdefault("MIMALLOC_PURGE_DELAY", "10000")  # as `./eddymark` sets them
    os.environ.setdefault("CANDLE_NUM_THREADS", "1")
    import torch

    folder = Path(__file__).parent
    ours = ["cargo", "bench", "-q", "--workspace", "--bench", "networks", "--"]
    theirs = [sys.executable, __file__, "--one"]
    run = lambda command: json.loads(subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE).stdout)
    subprocess.run([*ours[:-1], "--no-run"], cwd=folder, check=True)
    model = next(line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name"))
    print(f"PyTorch {torch.__version__}, {threads} thread(s),{model.split(':')[1]}\n")
    print("| | ours | PyTorch | ratio | processors' time | ratio | memory | ratio |")
    print("|---|---|---|---|---|---|---|---|")
    for name in names:
        for kind in ["gradient", "inference"]:
            pairs = [(run([*ours, name, kind]), run([*theirs, name, kind])) for _ in range(rounds)]
            us, them = (best(side) for side in zip(*pairs))
            more = [side["peak"] - side["idle"] for side in (us, them)]
            print(
                f"| {name}, {kind} | {us['least']:.0f} ms | {them['least']:.0f} ms | {them['least'] / us['least']:.2f} "
                f"| {us['busy']:.0f} and {them['busy']:.0f} ms | {them['busy'] / us['busy']:.2f} "
                f"| {more[0]:.0f} and {more[1]:.0f} MiB | {more[1] / more[0]:.1f} |",
                flush=True,
            )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=PLANE)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--one", action="store_true", help="one process of PyTorch: a network and a pass")
    arguments = parser.parse_args()
    if arguments.one:
        pytorch(*arguments.names)
    else:
        report(arguments.names, arguments.rounds)


main()
