"""Writes `kinds.h5`: every type, dataspace and link that HDF5 has, h5py can write, and datasets of eddymark lack.

python kinds.py kinds.h5
"""

import sys

import h5py
import numpy as np

with h5py.File(sys.argv[1], "w") as f:
    f["f16"] = np.zeros((2, 3), "f2")
    f.attrs["f16"] = np.float16(1.5)
    f["f128"] = np.zeros(2, np.longdouble)
    f.attrs["f128"] = np.longdouble(2.5)
    f["complex"] = np.zeros(2, "c8")
    f.attrs["opaque"] = np.void(b"abc")
    f["datetime"] = np.arange(3).astype("M8[s]").astype(h5py.opaque_dtype("M8[s]"))
    f["enumeration"] = np.zeros(2, h5py.enum_dtype({"A": 0, "B": 1}, basetype="i2"))
    f["flags"] = np.zeros(2, bool)
    f["compound"] = np.zeros(2, dtype=[("a", "i4"), ("b", "f2")])
    f.create_dataset("lists", (2,), dtype=h5py.vlen_dtype(np.int32))
    f["array"] = np.zeros(2, dtype=np.dtype(("i4", (2, 2))))
    f["big_endian"] = np.zeros(3, ">f4")
    f.attrs["big_endian"] = np.array(2, ">f4")
    f.attrs["reference"] = f["f16"].ref
    f.attrs["region"] = f["f16"].regionref[0:1]
    f.attrs["no_value"] = h5py.Empty("f")
    f.attrs["no_text"] = h5py.Empty(h5py.string_dtype())
    f.create_dataset("no_values", data=h5py.Empty("f"))
    f.attrs["text_of_5_bytes"] = np.bytes_("hello")
    f.attrs.create("no_utf8", b"a\xff\xfeb", dtype=h5py.string_dtype())
    f.attrs["escapes"] = "red\x1b[31m\u202egnp"
    f["name\x1b[31m\nof two lines"] = 1
    f["type"] = np.dtype("i4")
    f.create_dataset("of_type", (2,), dtype=f["type"])
    f["elsewhere"] = h5py.ExternalLink("nowhere.h5", "/a")
    f["nowhere"] = h5py.SoftLink("/nope")
    f["soft"] = h5py.SoftLink("/f16")
    f["again"] = f["f16"]
    f["group/around"] = f["/"]
    space = h5py.h5s.create_simple((2,))
    h5py.h5d.create(f.id, b"bit_field", h5py.h5t.STD_B8LE, space)
    h5py.h5d.create(f.id, b"time", h5py.h5t.UNIX_D32LE, space)
    f.create_dataset("huge", (2**60,), "f8", chunks=(1024,))
    layout = h5py.VirtualLayout((2, 3), "f2")
    layout[:] = h5py.VirtualSource("nowhere.h5", "f16", (2, 3))
    f.create_virtual_dataset("virtual", layout)
