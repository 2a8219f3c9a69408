//! A running program that answers each line with a line.

use super::Failure;
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::thread::{JoinHandle, sleep};
use std::time::{Duration, Instant};

/// The number of lines of standard error that are kept for messages.
const LAST_LINES: usize = 12;
/// The time in which a program must end after its input has ended.
const END_TIMEOUT: Duration = Duration::from_secs(2);

/// A running program with its standard input and the lines of its outputs.
pub(super) struct Process {
    child: Child,
    input: Option<ChildStdin>,
    answers: Receiver<String>,
    stderr: Arc<Mutex<VecDeque<String>>>,
    listener: JoinHandle<()>,
}

impl Process {
    /// Starts a program in a folder.
    pub(super) fn start(
        program: &Path,
        arguments: &[String],
        folder: &Path,
    ) -> Result<Self, Failure> {
        let mut child = Command::new(program)
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(Failure::Start)?;
        let input = child.stdin.take();
        let output = child.stdout.take().expect("the stream is piped");
        let errors = child.stderr.take().expect("the stream is piped");
        let (sender, answers) = channel();
        std::thread::spawn(move || lines(output).try_for_each(|line| sender.send(line)));
        let stderr = Arc::new(Mutex::new(VecDeque::new()));
        let kept = Arc::clone(&stderr);
        let listener = std::thread::spawn(move || lines(errors).for_each(|line| keep(&kept, line)));
        Ok(Self { child, input, answers, stderr, listener })
    }

    /// Writes a line and waits for a line. `key` is the key in `operator.toml` that raises the time limit.
    pub(super) fn ask(
        &mut self,
        request: &'static str,
        line: &str,
        seconds: f64,
        key: &'static str,
    ) -> Result<String, Failure> {
        if let Ok(line) = self.answers.try_recv() {
            let reason = "nothing had been asked".into();
            return Err(Failure::Answer { request, line, reason });
        }
        let input = self.input.as_mut().expect("input is open until the end");
        let sent = writeln!(input, "{line}").and_then(|()| input.flush());
        let answer = self.answers.recv_timeout(Duration::from_secs_f64(seconds));
        match answer {
            Ok(answer) => Ok(answer),
            Err(RecvTimeoutError::Timeout) if sent.is_ok() => {
                Err(Failure::Late { request, seconds, key })
            }
            Err(_) => Err(Failure::Ended { request, status: self.end() }),
        }
    }

    /// Closes the input, waits for the program to end, and kills it after [`END_TIMEOUT`].
    fn end(&mut self) -> ExitStatus {
        drop(self.input.take());
        wait_until(|| matches!(self.child.try_wait(), Ok(Some(_))));
        let _ = self.child.kill(); // fails when it has ended already
        self.child.wait().expect("a child can be waited for")
    }

    /// Kills the program and returns the last lines of its standard error.
    pub(super) fn last_lines(mut self) -> Vec<String> {
        let _ = self.child.kill();
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

/// Lines as they arrive; invalid UTF-8 is replaced.
fn lines(from: impl Read) -> impl Iterator<Item = String> {
    let line = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).trim_end_matches('\r').to_owned();
    BufReader::new(from).split(b'\n').map_while(Result::ok).map(line)
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
