//! The commands of `docs/guides/` work: they are run in order, in a folder of their own, on smaller cases.
//!
//! A block ```` ```sh ```` is run, ```` ```python NAME ```` and ````
//! ```toml NAME ```` are files. What is marked `not-run` installs or uploads.

use python::python_with;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::share_certificates;

#[path = "../../data/tests/support/python.rs"]
mod python;
mod support;

/// Cases and numbers of the guides, and what takes their place in tests.
const SMALLER: [(&str, &str); 4] = [
    ("cavity/quick", "cavity/smoke"),
    ("run quick", "run smoke"),
    ("train.py $dataset 30", "train.py $dataset 1"),
    ("steps = 100", "steps = 5"),
];

/// A fenced block of a guide.
struct Block {
    /// `sh`, `python fno.py`, …
    kind: String,
    text: String,
}

fn guide(name: &str) -> Vec<Block> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guides").join(name);
    let text = fs_err::read_to_string(path).expect("it is there");
    let (mut blocks, mut open) = (Vec::new(), None::<Block>);
    for line in text.lines() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(kind), None) => open = Some(Block { kind: kind.into(), text: String::new() }),
            (Some(_), Some(block)) => blocks.push(block),
            (None, Some(mut block)) => {
                block.text += line;
                block.text += "\n";
                open = Some(block);
            }
            (None, None) => (),
        }
    }
    assert!(open.is_none(), "{name}: every block ends");
    blocks
}

/// A virtual environment with the package and the program, as `pip install` makes it.
fn installed(python: &str, folder: &Path) -> PathBuf {
    let environment = folder.join("environment");
    let succeeds = |command: &mut Command| {
        let output = command.output().expect("it starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    succeeds(Command::new(python).args(["-m", "venv", "--without-pip"]).arg(&environment));
    let ask = ["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"];
    let site = succeeds(Command::new(environment.join("bin/python3")).args(ask));
    let packages = succeeds(Command::new(python).args(ask));
    fs_err::write(Path::new(&site).join("packages.pth"), packages).expect("there is room");
    let target = Path::new(&site).join("eddymark");
    fs_err::create_dir(&target).expect("there is room");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../python/eddymark");
    for entry in fs_err::read_dir(source).expect("it is there").flatten() {
        if entry.path().is_file() {
            fs_err::copy(entry.path(), target.join(entry.file_name())).expect("there is room");
        }
    }
    let program = environment.join("bin/eddymark");
    fs_err::copy(env!("CARGO_BIN_EXE_eddymark"), program).expect("there is room");
    environment
}

/// Runs a guide, and returns what its commands print.
fn run(name: &str, modules: &[&str]) -> Option<String> {
    let python = python_with(modules, &format!("docs/guides/{name}"))?;
    let folder = tempfile::tempdir().expect("there is room");
    let environment = installed(&python, folder.path());
    let work = folder.path().join("work");
    share_certificates(&work.join("datasets"));
    let smaller =
        |text: &str| SMALLER.iter().fold(text.to_owned(), |text, (a, b)| text.replace(a, b));
    let mut script = String::from("set -eu\n");
    for Block { kind, text } in guide(name) {
        match kind.split_once(' ') {
            None if kind == "sh" => script += &smaller(&text),
            Some(("sh", "not-run")) | None => (),
            Some((_, file)) => {
                fs_err::write(work.join(file), smaller(&text)).expect("there is room");
            }
        }
    }
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("bash")
        .args(["-c", &script])
        .current_dir(&work)
        .env("PATH", format!("{}:{path}", environment.join("bin").display()))
        .output()
        .expect("bash is there");
    let [stdout, stderr] =
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(output.status.success(), "{name}:\n{script}\n{stdout}\n{stderr}");
    Some(stdout)
}

#[test]
fn a_pytorch_operator_is_trained_and_scored() {
    let Some(text) = run("score-a-pytorch-operator.md", &["numpy", "h5py", "torch"]) else {
        return;
    };
    assert!(text.contains("nrmse                velocity"), "{text}");
    let board = text.split("Leaderboard of").nth(1).expect("it ends with a leaderboard");
    let row = board.lines().find(|line| line.starts_with("my-fno")).expect("the operator is in it");
    assert!(row.contains("process") && !row.contains("failed"), "{board}");
    assert!(text.contains("diverged 2 of 2"), "an empty template counts as diverged: {text}");
}

#[test]
fn examples_in_jax_and_onnx_are_ready() {
    for (name, modules) in
        [("jax", &["numpy", "jax"][..]), ("onnx", &["numpy", "onnx", "onnxruntime"])]
    {
        let Some(python) = python_with(modules, &format!("operators/external/{name}")) else {
            continue;
        };
        let folder = tempfile::tempdir().expect("there is room");
        let environment = installed(&python, folder.path());
        let example =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../operators/external").join(name);
        let copy = "cp -r \"$1\" op && cd op && if [ -e make_model.py ]; then python3 make_model.py; fi && cd .. \
                    && eddymark check-operator op";
        let path = std::env::var("PATH").unwrap_or_default();
        let output = Command::new("bash")
            .args(["-ec", copy, "bash"])
            .arg(example)
            .current_dir(folder.path())
            .env("PATH", format!("{}:{path}", environment.join("bin").display()))
            .output()
            .expect("bash is there");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success(),
            "{name}: {text}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(text.contains("ready: ") && text.contains("all are predicted"), "{name}: {text}");
    }
}

/// The published implementation of DPOT (commit dcd2f9a of its repository) predicted the states of the fixture with the
/// weights of the fixture, which are random. Both computed in single precision: 3 layers of sums of 16 terms and more.
const DPOT_PARITY: &str = r"
import sys, torch
from dpot import Dpot
fixture = torch.load(sys.argv[1], weights_only=True)
with torch.no_grad():
    found = Dpot.load(sys.argv[1])(fixture['given'])
error = (found - fixture['predicted']).abs().max() / fixture['predicted'].abs().max()
assert error < 1e-5, error
";

const DPOT_SUITE: &str = "summary = 'few'\ncases = ['tiny.toml']\nstart = 9\nmetrics = ['nrmse']\nseeds = [1, 2]\n\
                          [[surrogate]]\nprocess = 'op'\nsamples = [0, 1, 2]\n";
const DPOT_CASE: &str = "summary = 'tiny'\nproblem = 'cavity'\ncells = [16, 16]\ninterval = 0.2\nframes = 12\nseed = 1\n\
                         [vary]\nreynolds = { log-uniform = [20, 100] }\n[reference]\nrefine = 1\n\
                         error-estimate = false\n[split]\ntrain = 2\nvalid = 1\ntest = 2\n";

#[test]
fn a_foundation_model_is_fine_tuned_on_few_samples() {
    let Some(python) = python_with(&["numpy", "h5py", "torch"], "operators/external/dpot") else {
        return;
    };
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let environment = installed(&python, folder.path());
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (name, text) in
        [("tiny.toml", DPOT_CASE), ("suite.toml", DPOT_SUITE), ("parity.py", DPOT_PARITY)]
    {
        fs_err::write(folder.path().join(name), text).expect("there is room");
    }
    // Two steps show that it is trained.
    let script = "cp -r \"$1\" op && sed -i 's/^STEPS, BATCH/STEPS, BATCH, RATE = 2, 4, 1e-2 #/' op/main.py \
                  && PYTHONPATH=op python3 parity.py \"$2\" \
                  && (cd op && python3 make_weights.py) && eddymark run suite.toml";
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("bash")
        .args(["-ec", script, "bash"])
        .arg(root.join("../operators/external/dpot"))
        .arg(root.join("tests/fixtures/dpot.pth"))
        .current_dir(folder.path())
        .env("PATH", format!("{}:{path}", environment.join("bin").display()))
        .output()
        .expect("bash is there");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let run = data::Run::load(&folder.path().join("runs/suite")).expect("it was run");
    let score = |name: &str, seed: u64| {
        let of =
            |r: &&data::Record| r.surrogate == name && r.seed == Some(seed) && r.channel == "all";
        run.records.iter().find(of).expect("it was scored").values[0]
    };
    // Without samples, the model is the published one for every seed.
    assert_eq!(score("dpot-0-samples", 1), score("dpot-0-samples", 2));
    assert!(score("dpot-1-sample", 1) != score("dpot-0-samples", 1));
    assert!(score("dpot-2-samples", 1) != score("dpot-1-sample", 1));
}

#[test]
fn a_dataset_is_brought() {
    let Some(text) = run("bring-your-own-dataset.md", &["numpy"]) else { return };
    assert!(text.contains("Leaderboard of vortices"), "{text}");
    assert!(!text.contains("WRONG"), "{text}");
}

#[test]
fn a_dataset_is_published() {
    let modules = ["numpy", "h5py", "mlcroissant"];
    let Some(text) = run("publish-a-dataset.md", &modules) else { return };
    assert!(text.contains("paraview"), "{text}");
}

#[test]
fn cfdbench_is_reproduced() {
    let Some(text) = run("reproduce-cfdbench.md", &["sys"]) else { return };
    assert!(text.contains("cfdbench/cavity-quick"), "{text}");
}
