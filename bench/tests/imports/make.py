"""Writes the same flow in the layouts of CFDBench, PDEBench, The Well, numpy and OpenFOAM: make.py ROOT.

With make.py ROOT DATASET, writes a dataset of eddymark in the layout of CFDBench.

The flow is decaying vortices in a periodic square of side 2 pi:
u = sin(x + s) cos(y) F, v = -cos(x + s) sin(y) F, p = (cos 2(x + s) + cos 2y) F^2 / 4, F = exp(-2 nu t).
Sample i has nu = (i + 1) / 10 and s = 0.3 i.
"""

import json
import pathlib
import sys

import h5py
import numpy as np

CELLS, STATES, SAMPLES, INTERVAL = 12, 6, 8, 0.1
SPLITS = {"train": range(4), "valid": range(4, 6), "test": range(6, 8)}
VISCOSITY = [(i + 1) / 10 for i in range(SAMPLES)]
CENTRES = (np.arange(CELLS) + 0.5) / CELLS * 2 * np.pi
TIMES = np.arange(STATES) * INTERVAL


def flow(i):
    x, y = np.meshgrid(CENTRES + 0.3 * i, CENTRES, indexing="ij")
    decay = np.exp(-2 * VISCOSITY[i] * TIMES)[:, None, None]
    u, v = np.sin(x) * np.cos(y) * decay, -np.cos(x) * np.sin(y) * decay
    return u, v, 0.25 * (np.cos(2 * x) + np.cos(2 * y)) * decay**2


U, V, P = (np.stack(fields) for fields in zip(*map(flow, range(SAMPLES))))


def cfdbench(root):
    for i in range(SAMPLES):
        case = root / ("bc" if i < 4 else "prop") / f"case{i:04d}"
        case.mkdir(parents=True)
        np.save(case / "u.npy", U[i].transpose(0, 2, 1))
        np.save(case / "v.npy", V[i].transpose(0, 2, 1))
        side = 2 * np.pi
        about = {"viscosity": VISCOSITY[i], "height": side, "width": side, "rotated": False}
        (case / "case.json").write_text(json.dumps(about))


def pdebench(root):
    root.mkdir()
    with h5py.File(root / "2D_CFD_Train.hdf5", "w") as file:
        file.attrs["eta"] = 0.01
        for name, values in [("Vx", U), ("Vy", V), ("pressure", P), ("density", np.ones_like(P))]:
            file[name] = values.astype("f4")
        for name in ["x-coordinate", "y-coordinate"]:
            file[name] = CENTRES.astype("f4")
        file["t-coordinate"] = (np.arange(STATES + 1) * INTERVAL).astype("f4")


def pdebench_groups(root):
    root.mkdir()
    with h5py.File(root / "2D_rdb.h5", "w") as file:
        for i in range(SAMPLES):
            group = file.create_group(f"{i:04d}")
            group["data"] = np.stack([U[i], V[i], P[i]], -1).astype("f4")
            for name, values in [("x", CENTRES), ("y", CENTRES), ("t", TIMES)]:
                group[f"grid/{name}"] = values.astype("f4")
            group.attrs["nu"] = VISCOSITY[i]
            group.attrs["config"] = "name: rdb"


def pdebench_incompressible(root):
    root.mkdir()
    with h5py.File(root / "ns_incom.h5", "w") as file:
        file["velocity"] = np.stack([U, V], -1).astype("f4")
        file["particles"] = P[..., None].astype("f4")
        file["force"] = np.zeros((SAMPLES, CELLS, CELLS, 2), "f4")
        file["t"] = np.tile(TIMES, (SAMPLES, 1)).astype("f4")


def varying(array, sample, time):
    array.attrs["sample_varying"], array.attrs["time_varying"] = sample, time


def the_well(root):
    for split, members in SPLITS.items():
        folder = root / "data" / split
        folder.mkdir(parents=True)
        with h5py.File(folder / "vortices.hdf5", "w") as file:
            file.attrs.update(dataset_name="vortices", grid_type="cartesian", n_spatial_dims=2)
            file.attrs.update(n_trajectories=len(members), simulation_parameters=["rho"], rho=1.0)
            dimensions = file.create_group("dimensions")
            dimensions.attrs["spatial_dims"] = ["x", "y"]
            for name, values in [("time", TIMES), ("x", CENTRES), ("y", CENTRES)]:
                dimensions[name] = values.astype("f4")
                varying(dimensions[name], False, name == "time")
            for axis in "xy":
                group = file.create_group(f"boundary_conditions/{axis}_periodic")
                group.attrs.update(associated_dims=[axis], associated_fields=np.zeros(0), bc_type="PERIODIC")
                varying(group, False, False)
                group["mask"] = np.isin(np.arange(CELLS), [0, CELLS - 1])
            scalars = file.create_group("scalars")
            scalars.attrs["field_names"] = ["nu", "rho"]
            scalars["nu"] = np.array([VISCOSITY[i] for i in members], "f4")
            varying(scalars["nu"], True, False)
            scalars["rho"] = np.float32(1)
            varying(scalars["rho"], False, False)
            velocity = np.stack([U, V], -1)[members]
            fields = [("t0_fields", "pressure", P[members]), ("t1_fields", "velocity", velocity)]
            for group, name, values in fields:
                file.create_group(group).attrs["field_names"] = [name]
                file[group][name] = values.astype("f4")
                file[group][name].attrs["dim_varying"] = [True, True]
                varying(file[group][name], True, True)
            # A tensor that is constant in time and along y.
            tensors = file.create_group("t2_fields")
            tensors.attrs["field_names"] = ["D"]
            tensors["D"] = np.arange(CELLS * 4).reshape(CELLS, 2, 2).astype("f4")
            tensors["D"].attrs["dim_varying"] = [True, False]
            varying(tensors["D"], False, False)


def npz(root):
    for split, members in SPLITS.items():
        (root / split).mkdir(parents=True)
        for i in members:
            np.savez_compressed(
                root / split / f"{i}.npz", x=CENTRES, y=CENTRES, time=TIMES, nu=VISCOSITY[i],
                velocity=np.stack([U[i], V[i]], -1), pressure=np.asfortranarray(P[i]), note="text",
            )  # fmt: skip


def npz_all(root):
    root.mkdir()
    np.savez(root / "all.npz", nu=np.array(VISCOSITY), u=U, v=V, p=P.astype("f4"), mask=np.ones((CELLS, CELLS)))


def openfoam(root):
    """Results as `foamToVTK` writes them, in each encoding of VTK, with the cells in no order."""
    import vtk
    from vtk.util.numpy_support import numpy_to_vtk

    edges = np.linspace(0, 2 * np.pi, CELLS + 1)
    points = np.stack(np.meshgrid(edges, edges, [0, 0.1], indexing="ij"), -1).reshape(-1, 3).astype("f4")
    index = np.arange((CELLS + 1) ** 2 * 2).reshape(CELLS + 1, CELLS + 1, 2)
    base = [index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]]
    corners = np.stack([at[..., 0] for at in base] + [at[..., 1] for at in base], -1).reshape(-1, 8)
    shuffled = np.random.default_rng(0).permutation(CELLS**2)
    for i in range(SAMPLES):
        folder = root / f"c{i:04d}"
        (folder / "VTK").mkdir(parents=True)
        (folder / "case.json").write_text(json.dumps({"nu": VISCOSITY[i]}))
        for state in range(STATES):
            grid = vtk.vtkUnstructuredGrid()
            places = vtk.vtkPoints()
            places.SetData(numpy_to_vtk(points, deep=True))
            grid.SetPoints(places)
            for cell in corners[shuffled].tolist():
                grid.InsertNextCell(vtk.VTK_HEXAHEDRON, 8, cell)
            velocity = np.stack([U[i, state], V[i, state], np.zeros((CELLS, CELLS))], -1).reshape(-1, 3)
            for name, values in [("p", P[i, state].reshape(-1)), ("U", velocity)]:
                array = numpy_to_vtk(values[shuffled].astype("f4"), deep=True)
                array.SetName(name)
                grid.GetCellData().AddArray(array)
            time = numpy_to_vtk(np.array([TIMES[state]], "f4"), deep=True)
            time.SetName("TimeValue")
            grid.GetFieldData().AddArray(time)
            stem = folder / "VTK" / f"c_{5 * state}"
            if i < 2:
                writer = vtk.vtkUnstructuredGridWriter()
                writer.SetFileVersion(42)
                writer.SetFileType(1 + i)
                writer.SetFileName(f"{stem}.vtk")
            else:
                stem.mkdir()
                writer = vtk.vtkXMLUnstructuredGridWriter()
                writer.SetCompressorTypeToNone()
                writer.SetDataMode([0, 1, 2, 2, 1, 2][i - 2])  # ASCII, base64, appended
                writer.SetEncodeAppendedData(i != 5)
                if i in (6, 7):
                    writer.SetHeaderTypeToUInt64()
                    writer.SetByteOrderToBigEndian()
                writer.SetFileName(str(stem / "internal.vtu"))
            writer.SetInputData(grid)
            assert writer.Write()


def dataset(root, source):
    """A dataset of the lid-driven cavity; files are sorted, so that numbers of cases are those of samples."""
    for path in sorted(pathlib.Path(source).glob("data/*/*.hdf5"), key=lambda path: path.stem):
        split = path.parent.name
        case = root / split / f"case{path.stem[-4:]}"
        case.mkdir(parents=True)
        with h5py.File(path) as file:
            velocity = file["t1_fields/velocity"][0].astype("f8")
            for axis, name in enumerate("uv"):
                np.save(case / f"{name}.npy", velocity[..., axis].transpose(0, 2, 1))
            about = {"reynolds": file.attrs["reynolds"], "height": 1.0, "width": 1.0}
            (case / "case.json").write_text(json.dumps(about))


if __name__ == "__main__":
    place = pathlib.Path(sys.argv[1])
    if len(sys.argv) > 2:
        dataset(place, sys.argv[2])
    else:
        layouts = [cfdbench, pdebench, pdebench_groups, pdebench_incompressible, the_well, npz, npz_all]
        layouts += [openfoam]
        for layout in layouts:
            layout(place / layout.__name__.replace("_", "-"))
