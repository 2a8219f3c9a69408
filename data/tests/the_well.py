"""Reads a dataset with h5py and with The Well's own loader: `python the_well.py ROOT`.

Ends with 0 when all is well, and also when a package is not installed, which it says; else with 1.
For more than the skip: `pip install h5py numpy pyyaml the_well`.
"""

import json
import pathlib
import sys


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


def check_loader(root):
    """Loads every split through WellDataset, normalized, and compares with h5py and our statistics."""
    ours = json.loads((root / "normalization.json").read_text())
    for split in ("train", "valid", "test"):
        files = sorted((root / "data" / split).glob("*.hdf5"))
        options = dict(path=str(root), well_split_name=split, n_steps_input=2, n_steps_output=1)
        raw = WellDataset(**options)
        scaled = WellDataset(**options, use_normalization=True, normalization_type=ZScoreNormalization)
        with h5py.File(files[0]) as file:
            scalars = [file["t0_fields"][n][0, :2, ..., None] for n in file["t0_fields"].attrs["field_names"]]
            vectors = [file["t1_fields"][n][0, :2] for n in file["t1_fields"].attrs["field_names"]]
            expected = np.concatenate(scalars + vectors, axis=-1)
            names = list(file["dimensions"].attrs["spatial_dims"])
        sample = raw[0]
        check(np.array_equal(sample["input_fields"].numpy(), expected), f"{split}: input_fields")
        check(sample["boundary_conditions"].shape == (len(names), 2), f"{split}: boundaries")
        print(f"{split}: {len(raw)} windows, boundaries {sample['boundary_conditions'].tolist()}")
        if split == "train":
            seen = np.concatenate([scaled[i]["input_fields"].numpy() for i in range(len(scaled))])
            check(abs(seen.mean()) < 0.2 and abs(seen.std() - 1) < 0.2, "train is not normalized")
    metadata = raw.metadata
    order = [c for c, names in ((0, metadata.field_names[0]), (1, metadata.field_names[1])) for _ in names]
    print(f"fields {metadata.field_names}, parameters {metadata.constant_scalar_names}")
    stats = yaml.safe_load((root / "stats.yaml").read_text())
    theirs = [v for name in stats["mean"] for v in np.atleast_1d(stats["mean"][name])]
    check(np.array_equal(theirs, ours["mean"]), "stats.yaml is not normalization.json")


try:
    import h5py
    import numpy as np
except ImportError as error:
    sys.exit(print(f"skipped: {error.name} is not installed"))

root = pathlib.Path(sys.argv[1])
files = sorted(root.glob("data/*/*.hdf5"))
check(files, f"{root} holds no samples")
for path in files:
    check_file(path)
print(f"h5py {h5py.__version__}: {len(files)} files follow The Well's format")

try:
    import yaml
    from the_well.data.datasets import WellDataset
    from the_well.data.normalization import ZScoreNormalization
except ImportError as error:
    sys.exit(print(f"skipped: {error.name} is not installed, so that WellDataset was not tried"))
check_loader(root)
