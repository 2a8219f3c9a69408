//! A running program that answers each line with a line.

use super::Failure;
use super::lines::{Line, Lines};
use super::protocol::{announced, beginning};
use data::Stop;
use std::collections::VecDeque;
use std::io::Write;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::{Builder, JoinHandle, sleep};
use std::time::{Duration, Instant};

/// The number of lines of standard error that are kept for messages.
const LAST_LINES: usize = 12;
/// The number of bytes that are kept of a line of standard error.
const LONGEST_MESSAGE: usize = 1 << 12;
/// The number of bytes that a line of standard output may have.
pub(super) const LONGEST_ANSWER: usize = 1 << 20;
/// The number of lines of standard output that wait to be read: a program is to answer, one line at a time.
const WAITING_ANSWERS: usize = 4;
/// The time in which a program must end after its input has ended.
pub(super) const END_TIMEOUT: Duration = Duration::from_secs(2);
/// The time between two looks at a request to stop.
const LOOK: Duration = Duration::from_millis(50);

/// A running program with its standard input and the lines of its outputs.
///
/// Dropping it ends the program, and every process that it has started as far as the system allows.
pub(super) struct Process {
    child: Child,
    /// What a thread writes to its input: a program that does not read delays nobody else.
    input: Option<Sender<Vec<u8>>>,
    answers: Receiver<(Line, Vec<u8>)>,
    /// The most bytes that may follow a line.
    most: Arc<AtomicUsize>,
    stderr: Arc<Mutex<VecDeque<String>>>,
    listener: JoinHandle<()>,
    is_supervised: bool,
}

/// A line, and the bytes that follow it.
pub(super) struct Answer {
    pub(super) line: String,
    pub(super) bytes: Vec<u8>,
}

/// How long to wait for an answer.
pub(super) struct Wait<'a> {
    /// The time limit in s.
    pub(super) seconds: f64,
    /// The key in `operator.toml` that raises it.
    pub(super) key: &'static str,
    /// The request to stop, which ends the wait.
    pub(super) stop: &'a Stop,
}

impl Process {
    /// Starts a program. A supervised one is confined: its parent ends all of its processes, see `confine`.
    pub(super) fn start(mut command: Command, is_supervised: bool) -> Result<Self, Failure> {
        let mut child = own_group(&mut command)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(Failure::Start)?;
        let mut input = child.stdin.take().expect("the stream is piped");
        let output = child.stdout.take().expect("the stream is piped");
        let errors = child.stderr.take().expect("the stream is piped");
        let (sender, answers) = sync_channel(WAITING_ANSWERS);
        let (requests, to_write) = channel::<Vec<u8>>();
        let most = Arc::new(AtomicUsize::new(0));
        let limit = Arc::clone(&most);
        let stderr = Arc::new(Mutex::new(VecDeque::new()));
        let kept = Arc::clone(&stderr);
        let listen = || {
            Builder::new().spawn(move || {
                to_write.iter().try_for_each(|bytes| {
                    input.write_all(&bytes)?;
                    input.flush()
                })
            })?;
            Builder::new().spawn(move || {
                let mut lines = Lines::new(output, LONGEST_ANSWER);
                while let Some(line) = lines.next() {
                    let bytes = lines.bytes(announced(&line, limit.load(Ordering::SeqCst)));
                    if sender.send((line, bytes)).is_err() {
                        break;
                    }
                }
            })?;
            Builder::new().spawn(move || {
                Lines::new(errors, LONGEST_MESSAGE).for_each(|line| keep(&kept, line.text));
            })
        };
        let listener = listen().map_err(|error| {
            let _ = child.kill();
            let _ = child.wait();
            Failure::Start(error)
        })?;
        let input = Some(requests);
        Ok(Self { child, input, answers, most, stderr, listener, is_supervised })
    }

    /// Writes a line and waits for a line.
    pub(super) fn ask(
        &mut self,
        request: &'static str,
        line: String,
        wait: &Wait<'_>,
    ) -> Result<String, Failure> {
        Ok(self.exchange(request, line, &[], 0, wait)?.line)
    }

    /// Writes a line and the bytes of `arrays`, and waits for a line that at most `most` bytes follow.
    pub(super) fn exchange(
        &mut self,
        request: &'static str,
        line: String,
        arrays: &[Vec<u8>],
        most: usize,
        wait: &Wait<'_>,
    ) -> Result<Answer, Failure> {
        if let Ok((line, _)) = self.answers.try_recv() {
            let (line, reason) = (beginning(&line.text), "nothing had been asked".into());
            return Err(Failure::Answer { request, line, reason });
        }
        self.most.store(most, Ordering::SeqCst);
        let mut message = line.into_bytes();
        message.push(b'\n');
        for array in arrays {
            message.extend_from_slice(array);
        }
        let input = self.input.as_ref().expect("input is open until the end");
        let sent = input.send(message);
        match self.answer(wait) {
            Ok((line, _)) if line.is_cut => {
                let reason = format!("it is longer than {LONGEST_ANSWER} bytes");
                Err(Failure::Answer { request, line: beginning(&line.text), reason })
            }
            Ok((line, bytes)) => Ok(Answer { line: line.text, bytes }),
            Err(_) if wait.stop.is_requested() => Err(Failure::Stopped),
            Err(RecvTimeoutError::Timeout) if sent.is_ok() => {
                Err(Failure::Late { request, seconds: wait.seconds, key: wait.key })
            }
            Err(_) => Err(Failure::Ended { request, status: self.end() }),
        }
    }

    /// The next line, a timeout at the time limit or at a request to stop.
    fn answer(&self, wait: &Wait<'_>) -> Result<(Line, Vec<u8>), RecvTimeoutError> {
        let limit = Duration::from_secs_f64(wait.seconds);
        let start = Instant::now();
        loop {
            let left = limit.saturating_sub(start.elapsed());
            match self.answers.recv_timeout(left.min(LOOK)) {
                Err(RecvTimeoutError::Timeout) if left > LOOK && !wait.stop.is_requested() => {}
                answer => return answer,
            }
        }
    }

    /// Closes the input, waits for the program to end, and kills it after [`END_TIMEOUT`].
    fn end(&mut self) -> ExitStatus {
        drop(self.input.take());
        wait_until(|| matches!(self.child.try_wait(), Ok(Some(_))));
        self.kill()
    }

    /// Kills the program and all processes that are known to be its own.
    fn kill(&mut self) -> ExitStatus {
        if self.is_supervised {
            // Its supervisor kills all of its processes, and ends as the program ended.
            ask_to_end(&self.child);
            wait_until(|| matches!(self.child.try_wait(), Ok(Some(_))));
        }
        kill_group(&self.child);
        let _ = self.child.kill(); // fails when it has ended already
        self.child.wait().expect("a child can be waited for")
    }

    /// Kills the program and returns the last lines of its standard error.
    pub(super) fn last_lines(mut self) -> Vec<String> {
        self.kill();
        wait_until(|| self.listener.is_finished());
        let lines = self.stderr.lock().expect("nothing panics while it holds the lines");
        lines.iter().cloned().collect()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

fn keep(kept: &Mutex<VecDeque<String>>, line: String) {
    let mut kept = kept.lock().expect("nothing panics while it holds the lines");
    kept.push_back(line);
    if kept.len() > LAST_LINES {
        kept.pop_front();
    }
}

/// Waits until a condition holds, at most [`END_TIMEOUT`].
fn wait_until(mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() && start.elapsed() < END_TIMEOUT {
        sleep(Duration::from_millis(1));
    }
}

/// Starts it in a process group of its own, which Ctrl-C in a terminal does not reach and which can be killed as one.
#[cfg(unix)]
fn own_group(command: &mut Command) -> &mut Command {
    std::os::unix::process::CommandExt::process_group(command, 0)
}

#[cfg(not(unix))]
fn own_group(command: &mut Command) -> &mut Command {
    command
}

#[cfg(unix)]
fn ask_to_end(child: &Child) {
    use nix::sys::signal::{Signal, kill};
    let _ = kill(group(child), Signal::SIGTERM);
}

#[cfg(not(unix))]
fn ask_to_end(_: &Child) {}

/// Kills what is left in its process group.
#[cfg(unix)]
fn kill_group(child: &Child) {
    use nix::sys::signal::{Signal, killpg};
    let _ = killpg(group(child), Signal::SIGKILL);
}

#[cfg(not(unix))]
fn kill_group(_: &Child) {}

/// The process and its group have the same number.
#[cfg(unix)]
fn group(child: &Child) -> nix::unistd::Pid {
    nix::unistd::Pid::from_raw(child.id().cast_signed())
}
