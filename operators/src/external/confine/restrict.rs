//! The process that limits itself, and becomes the program.

use super::Confinement;
use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetError, Scope, path_beneath_rules,
};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit, setrlimit};
use nix::sys::signal::Signal;
use nix::sys::statvfs::statvfs;
use nix::unistd::setsid;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

/// The access rights that are known here. Older kernels enforce those that they know.
const RIGHTS: ABI = ABI::V9;
/// What programs and libraries read of the system's state. `/proc/self` is that of the process which becomes the
/// program; no other process is visible, `eddymark` with its command line least of all.
const PROC: [&str; 11] = [
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/version",
    "/proc/filesystems",
    "/proc/uptime",
    "/proc/loadavg",
    "/proc/devices",
    "/proc/modules",
    "/proc/driver",
];
/// Devices without content, and memory that processes share.
const DEVICES: [&str; 6] =
    ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/shm"];
/// Beginnings of the names of GPUs and of fast networks between them.
const ACCELERATORS: [&str; 6] = ["nvidia", "dri", "kfd", "accel", "infiniband", "dxg"];

/// The number of processes and threads beyond those that run already.
const MOST_TASKS: u64 = 4096;

/// Limits this process, and becomes the program. Returns why it could not.
pub(super) fn become_program(confinement: &Confinement) -> io::Error {
    if let Err(error) = limit(confinement) {
        return error;
    }
    if let Err(error) = restrict(confinement) {
        return io::Error::other(error);
    }
    let error = Command::new(&confinement.program).args(&confinement.arguments).exec();
    let text = format!("`{}` cannot be executed: {error}", confinement.program.display());
    io::Error::new(error.kind(), text)
}

/// Limits of resources, and the end together with the supervisor.
fn limit(confinement: &Confinement) -> io::Result<()> {
    set_pdeathsig(Signal::SIGKILL)?;
    // A session of its own has no terminal to write to or to read from.
    setsid()?;
    // If the machine runs out of memory all the same, the system kills the program, not `eddymark`. Not possible
    // without /proc, and then not necessary.
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    lower(Resource::RLIMIT_CORE, 0)?;
    if let Some(memory) = confinement.memory.or_else(available_memory) {
        lower(Resource::RLIMIT_DATA, memory)?;
    }
    // Of this user, in all; the system's administrator is exempt.
    if let Some(tasks) = tasks() {
        lower(Resource::RLIMIT_NPROC, tasks + MOST_TASKS)?;
    }
    if let Some(space) = confinement.write.first().and_then(|folder| statvfs(folder).ok()) {
        let free = space.blocks_available().saturating_mul(space.fragment_size());
        lower(Resource::RLIMIT_FSIZE, free / 2)?;
    }
    Ok(())
}

/// Lowers a limit, for good. A lower one stays.
fn lower(resource: Resource, limit: u64) -> io::Result<()> {
    let (_, most) = getrlimit(resource)?;
    let limit = if most == RLIM_INFINITY { limit } else { limit.min(most) };
    Ok(setrlimit(resource, limit, limit)?)
}

/// Bytes of memory that programs can use without swapping.
fn available_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024)
}

/// The number of processes and threads of the whole system: `0.20 0.18 0.12 1/80 11206`.
fn tasks() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/loadavg").ok()?;
    text.split_whitespace().nth(3)?.split_once('/')?.1.parse().ok()
}

/// Gives up everything but what the confinement names.
fn restrict(confinement: &Confinement) -> Result<(), RulesetError> {
    let (read, all) = (AccessFs::from_read(RIGHTS), AccessFs::from_all(RIGHTS));
    let use_device =
        AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::ReadDir | AccessFs::IoctlDev;
    let shared = PathBuf::from("/dev/shm");
    let mut rules = Ruleset::default().handle_access(all)?.scope(Scope::from_all(RIGHTS))?;
    if !confinement.network {
        rules = rules.handle_access(AccessNet::from_all(ABI::V4))?;
    }
    rules
        .create()?
        .add_rules(path_beneath_rules(&confinement.read, read))?
        .add_rules(path_beneath_rules(&confinement.list, AccessFs::ReadDir))?
        .add_rules(path_beneath_rules(PROC, read))?
        .add_rules(path_beneath_rules(devices(), use_device))?
        .add_rules(path_beneath_rules([shared], all))?
        .add_rules(path_beneath_rules(&confinement.write, all))?
        .restrict_self()?;
    Ok(())
}

fn devices() -> Vec<PathBuf> {
    let is_accelerator = |entry: &std::fs::DirEntry| {
        let name = entry.file_name();
        ACCELERATORS.iter().any(|start| name.as_encoded_bytes().starts_with(start.as_bytes()))
    };
    let found = std::fs::read_dir("/dev").into_iter().flatten().flatten().filter(is_accelerator);
    DEVICES.map(PathBuf::from).into_iter().chain(found.map(|entry| entry.path())).collect()
}

/// What the kernel cannot isolate, in words.
pub(super) fn gaps() -> Vec<&'static str> {
    let is_known = |ruleset: fn(Ruleset) -> Result<Ruleset, RulesetError>| {
        let strict = Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
        ruleset(strict).and_then(Ruleset::create).is_ok()
    };
    let known = [
        ("files", is_known(|rules| rules.handle_access(AccessFs::from_all(ABI::V3)))),
        ("the network", is_known(|rules| rules.handle_access(AccessNet::from_all(ABI::V4)))),
        ("signals to other processes", is_known(|rules| rules.scope(Scope::from_all(ABI::V6)))),
    ];
    known.into_iter().filter_map(|(name, is_known)| (!is_known).then_some(name)).collect()
}
