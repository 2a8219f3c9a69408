//! The parent of a confined program, which ends with all of its processes.

use super::super::process::END_TIMEOUT;
use super::RESTRICT;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::prctl::set_child_subreaper;
use nix::sys::signal::{SigSet, Signal, kill, raise};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use std::collections::BTreeMap;
use std::io;
use std::os::fd::AsFd;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::thread::sleep;
use std::time::Duration;

/// Signals at which the program is killed.
const SIGNALS: [Signal; 3] = [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP];
/// The time between two rounds of killing, in which orphans become children of this process.
const ROUND: Duration = Duration::from_millis(2);

/// Starts the second stage with the confinement in `file`, and returns when no process is left.
pub(super) fn supervise(file: &Path) -> io::Result<ExitCode> {
    close_inherited()?;
    set_child_subreaper(true)?;
    let signals: SigSet = SIGNALS.into_iter().collect();
    // Blocked in this thread and those that it starts, to be waited for; `spawn` unblocks them in the child.
    signals.thread_block()?;
    let child = Command::new("/proc/self/exe").arg(RESTRICT).arg(file).spawn()?;
    let child = Pid::from_raw(child.id().cast_signed());
    std::thread::spawn(move || {
        while signals.wait().is_ok() {
            let _ = kill(child, Signal::SIGKILL);
        }
    });
    std::thread::spawn(move || {
        wait_for_end_of_input();
        sleep(END_TIMEOUT);
        let _ = kill(child, Signal::SIGKILL);
    });
    let status = wait_for(child)?;
    kill_descendants()?;
    Ok(end_as(status))
}

/// Closes everything but the standard streams: among it are files of datasets, which libhdf5 opens to be inherited.
fn close_inherited() -> io::Result<()> {
    let mut open = Vec::new();
    for entry in std::fs::read_dir("/proc/self/fd")? {
        open.extend(entry?.file_name().to_str().and_then(|name| name.parse::<i32>().ok()));
    }
    // The one by which the list was read is closed already.
    open.into_iter().filter(|&descriptor| descriptor > 2).for_each(|descriptor| {
        let _ = nix::unistd::close(descriptor);
    });
    Ok(())
}

/// Waits until nobody can write to standard input: `eddymark` has closed it, or has ended in whatever way.
fn wait_for_end_of_input() {
    let input = io::stdin();
    // Without events to wait for, the end is still reported.
    let mut descriptors = [PollFd::new(input.as_fd(), PollFlags::empty())];
    while matches!(poll(&mut descriptors, PollTimeout::NONE), Err(Errno::EINTR)) {}
}

/// Waits for the program, and meanwhile for the orphans that have become children of this process.
fn wait_for(child: Pid) -> io::Result<WaitStatus> {
    loop {
        match waitpid(None, None) {
            Ok(status) if status.pid() == Some(child) => return Ok(status),
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Kills all descendants until none is left. What a killed process has started becomes a child of this one.
fn kill_descendants() -> io::Result<()> {
    loop {
        for descendant in descendants(Pid::this())? {
            let _ = kill(descendant, Signal::SIGKILL);
        }
        loop {
            match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
                Err(Errno::ECHILD) => return Ok(()),
                Ok(WaitStatus::StillAlive) => break,
                Ok(_) | Err(Errno::EINTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        sleep(ROUND);
    }
}

/// The children of a process, their children, and so on.
fn descendants(root: Pid) -> io::Result<Vec<Pid>> {
    let mut children: BTreeMap<Pid, Vec<Pid>> = BTreeMap::new();
    for entry in std::fs::read_dir("/proc")?.flatten() {
        let id = entry.file_name().to_str().and_then(|name| name.parse().ok()).map(Pid::from_raw);
        if let Some((id, parent)) = id.and_then(|id| Some((id, parent(id)?))) {
            children.entry(parent).or_default().push(id);
        }
    }
    let mut found = vec![root];
    let mut next = 0;
    while let Some(process) = found.get(next) {
        found.extend(children.remove(process).unwrap_or_default());
        next += 1;
    }
    Ok(found.split_off(1))
}

/// The second number after the program's name, which is in parentheses and may hold anything: `12 (name) S 1 …`.
fn parent(process: Pid) -> Option<Pid> {
    let text = std::fs::read(format!("/proc/{process}/stat")).ok()?;
    let text = String::from_utf8_lossy(&text);
    let (_, after_name) = text.rsplit_once(')')?;
    after_name.split_whitespace().nth(1)?.parse().ok().map(Pid::from_raw)
}

/// Ends by the program's signal, so that messages name it; else with its exit code.
fn end_as(status: WaitStatus) -> ExitCode {
    match status {
        WaitStatus::Exited(_, code) => ExitCode::from(code as u8),
        WaitStatus::Signaled(_, signal, _) => {
            let _ = SigSet::from(signal).thread_unblock();
            let _ = raise(signal);
            ExitCode::from(128u8.wrapping_add(signal as u8))
        }
        _ => ExitCode::FAILURE,
    }
}
