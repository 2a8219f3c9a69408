# Every way to the data of the tests that these tests know of; ROOT is replaced by the folder with the datasets.
import glob, socket

ROOT = "ROOT"


def is_possible(attack):
    try:
        return bool(attack())
    except Exception:
        return False


def read(path):
    with open(path, "rb") as file:
        return file.read(1)


def write(path):
    with open(path, "w") as file:
        file.write("x")
    return True


def through_link(job):
    os.symlink(TEST, job + "/link")
    return read(job + "/link")


def through_hard_link(job):
    os.link(TEST, job + "/hard")
    return read(job + "/hard")


def connects():
    with socket.create_server(("127.0.0.1", 0)):
        return True


TEST = ROOT + "/datasets/DATASET/data/test/SAMPLE"
PARENT = "/proc/%d/" % os.getppid()
ATTACKS = {
    "open files that were inherited": lambda job: len(os.listdir("/proc/self/fd")) > 4,  # three, and the list
    "the parent's open files": lambda job: os.listdir(PARENT + "fd"),
    "the parent's command line": lambda job: read(PARENT + "cmdline"),
    "the parent's environment": lambda job: read(PARENT + "environ"),
    "the parent's memory map": lambda job: read(PARENT + "maps"),
    "the parent's folder": lambda job: os.readlink(PARENT + "cwd"),
    "all processes": lambda job: os.listdir("/proc"),
    "the environment": lambda job: [v for v in os.environ.values() if "datasets" in v or "runs" in v],
    "a test sample": lambda job: read(TEST),
    "a test sample by a link": through_link,
    "a test sample by a hard link": through_hard_link,
    "a test sample by another program": lambda job: subprocess.run(["cat", TEST], capture_output=True).stdout,
    "the list of test samples": lambda job: os.listdir(os.path.dirname(TEST)),
    "a training sample": lambda job: [f for f in glob.glob(ROOT + "/datasets/*/data/*/*.hdf5") if read(f)],
    "results": lambda job: os.listdir("../runs"),
    "everything": lambda job: os.listdir("/"),
    "writing beside the program": lambda job: write("memory"),
    "writing beside the jobs": lambda job: write(os.path.dirname(os.path.dirname(os.path.dirname(job))) + "/memory"),
    "writing for all": lambda job: write("/tmp/eddymark-memory") or write("/var/tmp/eddymark-memory"),
    "the network": lambda job: connects(),
    "signals to the parent": lambda job: os.kill(os.getppid(), 0) is None,
}


def rollout(job):
    found = [name for name, attack in ATTACKS.items() if is_possible(lambda: attack(job))]
    if found:
        return {"error": "found " + ", ".join(found)}
    fill(job, 0.0)


serve(rollout)
