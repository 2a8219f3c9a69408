"""Compares an export with its dataset, read by the packages that its layout is for: check.py LAYOUT DATASET EXPORT."""

import csv
import hashlib
import json
import pathlib
import sys

import h5py
import numpy as np

layout, dataset, export = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
header = json.loads((dataset / "dataset.json").read_text())


class Sample:
    """A sample of the dataset: arrays [time, x, y, ...] by field."""

    def __init__(self, path):
        self.split, self.number, self.stem = path.parent.name, int(path.stem[-4:]), path.stem
        with h5py.File(path) as file:
            self.parameters = {name: file.attrs[name] for name in file.attrs["simulation_parameters"]}
            self.time = file["double_precision/time"][:]
            self.edges = {axis: file[f"double_precision/{axis}_edges"][:] for axis in "xyz"}
            self.axes = list(file["dimensions"].attrs["spatial_dims"])
            fields = [(group, name) for group in ("t0_fields", "t1_fields") for name in file[group]]
            self.fields = {name: file[group][name][0] for group, name in fields}
            self.constant = {name for group, name in fields if not file[group][name].attrs["time_varying"]}

    def centres(self, axis):
        return (self.edges[axis][1:] + self.edges[axis][:-1]) / 2


samples = [Sample(path) for path in sorted(dataset.glob("data/*/*.hdf5"))]
assert samples, "the dataset has samples"


def same(found, expected, what):
    assert found.shape == expected.shape, f"{what}: {found.shape}, {expected.shape}"
    assert found.dtype == expected.dtype, f"{what}: {found.dtype}, {expected.dtype}"
    assert np.array_equal(found, expected, equal_nan=True), what


def the_well(root=export):
    from the_well.data import WellDataset

    for split in {sample.split for sample in samples}:
        well = WellDataset(path=str(root), well_split_name=split, n_steps_input=1, n_steps_output=1)
        of_split = [sample for sample in samples if sample.split == split]
        states = len(of_split[0].time) - 1
        assert len(well) == states * len(of_split)
        names = [name for group in (0, 1, 2) for name in well.metadata.field_names[group]]
        for i in (0, len(well) - 1):
            sample, state = of_split[i // states], i % states
            field = well[i]["input_fields"][0].numpy()
            parts = [v[state] for k, v in sample.fields.items() if k not in sample.constant]
            parts = [part[..., None] if part.ndim == len(sample.axes) else part for part in parts]
            same(field, np.concatenate(parts, -1), f"{split} {i} {names}")


def pdebench():
    for split in {sample.split for sample in samples}:
        of_split = [sample for sample in samples if sample.split == split]
        with h5py.File(next(export.glob(f"*_{split}.hdf5"))) as file:
            components = {f"V{axis}": axis for axis in of_split[0].axes}
            for name, axis in components.items():
                place = of_split[0].axes.index(axis)
                same(file[name][:], np.stack([s.fields["velocity"][..., place] for s in of_split]), name)
            same(file["pressure"][:], np.stack([s.fields["pressure"] for s in of_split]), "pressure")
            same(file["x-coordinate"][:], of_split[0].centres("x").astype("f4"), "x")
            assert len(file["t-coordinate"]) == len(of_split[0].time) + 1
            assert file["density"].shape == file["pressure"].shape
            for name in of_split[0].parameters:
                same(file["parameters"][name][:], np.array([s.parameters[name] for s in of_split]), name)


def cfdbench():
    for sample in samples:
        case = next(export.glob(f"*/case{sample.number:04d}"))
        for place, name in enumerate("uv"):
            rows = np.load(case / f"{name}.npy")
            same(rows, sample.fields["velocity"][..., place].transpose(0, 2, 1).astype("f8"), name)
        about = json.loads((case / "case.json").read_text())
        assert all(about[name] == value for name, value in sample.parameters.items())
        assert about["width"] == sample.edges["x"][-1] - sample.edges["x"][0]


def npz():
    for sample in samples:
        arrays = np.load(export / sample.split / f"{sample.stem}.npz")
        for name, values in sample.fields.items():
            same(arrays[name], values, name)
        for name, value in sample.parameters.items():
            assert arrays[name] == value
        same(arrays["time"], sample.time, "time")
        for axis in sample.axes:
            same(arrays[f"{axis}_edges"], sample.edges[axis], axis)


def zarr():
    import zarr as package

    root = package.open_group(str(export), mode="r")
    assert root.attrs["eddymark"]["name"] == header["info"]["name"]
    for sample in samples:
        group = root[sample.split][f"sample_{sample.number:04d}"]
        for name, values in sample.fields.items():
            same(group[name][:], values, name)
        same(group["time"][:], sample.time, "time")
        same(group["x"][:], sample.centres("x"), "x")
        assert dict(group.attrs["parameters"]) == sample.parameters
        expected = [] if name in sample.constant else ["time"]
        assert list(group[name].metadata.dimension_names)[: len(expected) + 1] == expected + ["x"]


def xdmf():
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkIOXdmf2 import vtkXdmfReader

    for sample in (samples[0], samples[-1]):
        reader = vtkXdmfReader()
        reader.SetFileName(str(export / f"{sample.stem}.xdmf"))
        reader.UpdateInformation()
        key = reader.GetExecutive().TIME_STEPS()
        times = reader.GetOutputInformation(0).Get(key)
        assert np.allclose(times, sample.time)
        for state in (0, len(times) - 1):
            reader.UpdateTimeStep(times[state])
            mesh = reader.GetOutputDataObject(0)
            for axis, found in zip("xyz", (mesh.GetXCoordinates(), mesh.GetYCoordinates(), mesh.GetZCoordinates())):
                assert np.allclose(vtk_to_numpy(found), sample.edges[axis]), axis
            for name, values in sample.fields.items():
                values = values if name in sample.constant else values[state]
                flat = sample.axes
                cells = [len(sample.edges[axis]) - 1 for axis in "xyz"]
                found = vtk_to_numpy(mesh.GetCellData().GetArray(name))
                found = found.reshape(cells[2], cells[1], cells[0], -1).transpose(2, 1, 0, 3)
                values = values.reshape(*cells, -1)
                same(found[..., : values.shape[-1]], values, f"{name} {flat}")


def huggingface():
    import mlcroissant

    the_well()
    document = json.loads((export / "croissant.json").read_text())
    for file in document["distribution"]:
        content = (export / file["contentUrl"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file["sha256"], file
    assert {file["@id"] for file in document["distribution"]} >= {"README.md", "samples.csv", "stats.yaml"}
    described = mlcroissant.Dataset(jsonld=str(export / "croissant.json"))
    issues = described.metadata.ctx.issues
    assert not issues.errors and not issues.warnings, issues.report()
    records = list(described.records("samples"))
    assert len(records) == len(samples)
    for record, sample in zip(records, sorted(samples, key=lambda sample: sample.number)):
        assert record["samples/sample"] == sample.number
        for name, value in sample.parameters.items():
            assert record[f"samples/{name}"] == value
    with open(export / "samples.csv") as file:
        assert all((export / row["file"]).is_file() for row in csv.DictReader(file))
    assert (export / "README.md").read_text().startswith("---\nlicense: cc-by-4.0\n")


{name.replace("_", "-"): check for name, check in list(globals().items()) if callable(check)}[layout]()
