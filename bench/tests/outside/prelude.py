# What the programs of these tests share. It needs no package.
import ast, json, os, struct, subprocess, sys, time


def read_npy(path):
    """Shape and values of an array of f4 in C order."""
    with open(path, "rb") as file:
        content = file.read()
    (length,) = struct.unpack("<H", content[8:10])
    header = ast.literal_eval(content[10 : 10 + length].decode())
    return header["shape"], struct.iter_unpack("<f", content[10 + length :])


def write_npy(path, shape, values, descr="<f4", fortran=False):
    """Values are an iterable of numbers in the order of the file."""
    header = "{'descr': %r, 'fortran_order': %r, 'shape': %r, }" % (descr, fortran, tuple(shape))
    header = header.ljust(64 * (len(header) // 64 + 1) + 53) + "\n"
    order = ">" if descr[0] == ">" else "<"
    code = {"f2": "e", "f4": "f", "f8": "d", "i1": "b", "i4": "i"}[descr[1:]]
    values = list(values)
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        file.write(struct.pack(order + str(len(values)) + code, *values))


def expected(job):
    """The shape that is requested."""
    with open(job + "/task.json") as file:
        steps = json.load(file)["steps"]
    samples, _, *state = read_npy(job + "/history.npy")[0]
    return [samples, steps, *state]


def size(shape):
    product = 1
    for length in shape:
        product *= length
    return product


def fill(job, value, **options):
    shape = expected(job)
    write_npy(job + "/prediction.npy", shape, [value] * size(shape), **options)


def persistence(job, channels=None, absent=None):
    """Repeats the last state; of some channels only, or with others NaN."""
    shape = expected(job)
    samples, history, all_channels, *cells = read_npy(job + "/history.npy")[0]
    values = [value for (value,) in read_npy(job + "/history.npy")[1]]
    cells = size(cells)
    written = []
    for sample in range(samples):
        last = (sample * history + history - 1) * all_channels * cells
        state = [values[last + c * cells :][:cells] for c in range(all_channels)]
        for channel in absent or []:
            state[channel] = [float("nan")] * cells
        chosen = state if channels is None else [state[c] for c in channels]
        written += [value for channel in chosen for value in channel] * shape[1]
    shape[2] = len(channels) if channels is not None else shape[2]
    write_npy(job + "/prediction.npy", shape, written)


def say(answer):
    print(json.dumps(answer), flush=True)


def serve(rollout, hello={}):
    for line in sys.stdin:
        request = json.loads(line)
        if request["request"] == "hello":
            say({"protocol": 1, **hello})
        else:
            answer = rollout(request["job"])
            say(answer or {"done": True})
