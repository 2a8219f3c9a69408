"""Reads a dataset by the rules of The Well's format, or with The Well's own loader.

    python the_well.py format ROOT    needs h5py and numpy
    python the_well.py loader ROOT    needs pyyaml and the_well as well

Ends with 0 when all agrees, else with 1.
"""

import json
import pathlib
import sys

sys.path.pop(0)  # this file's folder, where `the_well` would be this file

import h5py
import numpy as np


def check(condition, message):
    if not condition:
        sys.exit(f"wrong: {message}")


def check_varying(item, dimensions, trajectories, steps, order):
    """The shape rule of The Well's format checker."""
    attributes = item.attrs
    for name in ("sample_varying", "time_varying"):
        check(isinstance(attributes[name], np.bool_), f"{item.name} @{name} is no boolean")
    lengths = [trajectories] if attributes["sample_varying"] else []
    lengths += [steps] if attributes["time_varying"] else []
    if "dim_varying" in attributes:
        lengths += [n for n, varies in zip(dimensions, attributes["dim_varying"]) if varies]
    lengths += [len(dimensions)] * order
    check(item.shape == tuple(lengths), f"{item.name} is {item.shape}, not {lengths}")


def check_file(path):
    """The rules of check_thewell_formatting.py, which is in The Well's repository, not in its wheel."""
    with h5py.File(path) as file:
        for name, kind in (
            ("dataset_name", str),
            ("grid_type", str),
            ("n_spatial_dims", np.integer),
            ("n_trajectories", np.integer),
        ):
            check(isinstance(file.attrs[name], kind), f"{path} @{name} is no {kind}")
        trajectories = int(file.attrs["n_trajectories"])
        axes = list(file["dimensions"].attrs["spatial_dims"])
        check(len(axes) == file.attrs["n_spatial_dims"], "spatial_dims")
        dimensions = [len(file["dimensions"][axis]) for axis in axes]
        steps = file["dimensions/time"].shape[-1]
        for name in file.attrs["simulation_parameters"]:
            check(np.isclose(file.attrs[name], file["scalars"][name][()]), f"parameter {name}")
        for name in file["scalars"].attrs["field_names"]:
            check_varying(file["scalars"][name], [], trajectories, steps, 0)
        for order in range(3):
            group = file[f"t{order}_fields"]
            check(set(group) == set(group.attrs["field_names"]), f"{group.name} @field_names")
            for name in group.attrs["field_names"]:
                check_varying(group[name], dimensions, trajectories, steps, order)
        for name, boundary in file["boundary_conditions"].items():
            attributes = boundary.attrs
            check(attributes["bc_type"].lower() in name, f"{name} does not name its type")
            check(all(axis in name for axis in attributes["associated_dims"]), f"{name}, its axis")
            lengths = [len(file["dimensions"][axis]) for axis in attributes["associated_dims"]]
            check(boundary["mask"].shape == tuple(lengths), f"{name}/mask")
            check(boundary["mask"].dtype == bool, f"{name}/mask is no boolean")


def read_states(path, frames):
    """Varying fields as WellDataset orders them, scalars before vectors, `[time, x, y, channel]`; likewise the constant
    ones, `[x, y, channel]`; the names of both."""
    states, names = {True: [], False: []}, {True: [], False: []}
    with h5py.File(path) as file:
        for group in (file["t0_fields"], file["t1_fields"]):
            for name in group.attrs["field_names"]:
                varies = bool(group[name].attrs["time_varying"])
                values = group[name][0, :frames] if varies else group[name][0]
                states[varies].append(values[..., None] if group.name == "/t0_fields" else values)
                names[varies].append(name)
    joined = {varies: np.concatenate(parts, axis=-1) for varies, parts in states.items() if parts}
    return joined, names


def check_loader(root):
    """Loads every split through WellDataset, raw and normalized, and compares with h5py."""
    stats = yaml.safe_load((root / "stats.yaml").read_text())
    zscore = dict(use_normalization=True, normalization_type=ZScoreNormalization)
    for split in ("train", "valid", "test"):
        options = dict(path=str(root), well_split_name=split, n_steps_input=2, n_steps_output=1)
        dataset = WellDataset(**options)
        sample, scaled = dataset[0], WellDataset(**options, **zscore)[0]
        expected, names = read_states(min((root / "data" / split).glob("*.hdf5")), 2)
        for varies, key in ((True, "input_fields"), (False, "constant_fields")):
            if not names[varies]:
                continue
            check(np.array_equal(sample[key].numpy(), expected[varies]), f"{split}: {key}")
            mean, std = ([v for name in names[varies] for v in np.atleast_1d(stats[s][name])] for s in ("mean", "std"))
            # Both round in f32, numbers of order one.
            close = np.allclose(scaled[key].numpy(), (expected[varies] - mean) / std, rtol=1e-5, atol=1e-5)
            check(close, f"{split}: normalized {key}")
        print(f"{split}: {len(dataset)} windows, boundaries {sample['boundary_conditions'].tolist()}")
    parameters = dict(zip(dataset.metadata.constant_scalar_names, sample["constant_scalars"].tolist()))
    print(f"WellDataset: fields {dataset.metadata.field_names}, parameters {parameters}")
    ours = json.loads((root / "normalization.json").read_text())
    names = names[True] + names[False]
    theirs = {s: sorted(v for name in names for v in np.atleast_1d(stats[s][name])) for s in stats}
    check(theirs["mean"] == sorted(ours["mean"]), "stats.yaml differs from normalization.json")
    check(theirs["std_delta"] == sorted(ours["standard-deviation-delta"]), "std_delta differs")


root = pathlib.Path(sys.argv[2])
files = sorted(root.glob("data/*/*.hdf5"))
check(files, f"{root} holds no samples")
if sys.argv[1] == "format":
    for path in files:
        check_file(path)
    print(f"h5py {h5py.__version__}: {len(files)} files follow The Well's format")
else:
    import yaml
    from the_well.data.datasets import WellDataset
    from the_well.data.normalization import ZScoreNormalization

    check_loader(root)
