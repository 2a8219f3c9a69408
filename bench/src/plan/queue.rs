//! Steps that several processes share.

use super::StepContext;
use super::resolved::Resolved;
use crate::BenchError;
use data::Claim;
use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

/// The time between two looks at a step that another process executes.
const PAUSE: Duration = Duration::from_millis(200);

/// Steps of one kind, which the threads of this process and other processes with the same plan share out.
///
/// Each is claimed before it is executed. Those that others have claimed come last: they may end without a result.
pub(super) struct Queue<'a, S> {
    context: &'a StepContext,
    /// The steps, and how often each was found claimed.
    open: Mutex<VecDeque<(&'a S, usize)>>,
}

impl<'a, S: Resolved> Queue<'a, S> {
    pub(super) fn new(context: &'a StepContext, steps: &'a [S]) -> Self {
        Self { context, open: Mutex::new(steps.iter().map(|step| (step, 0)).collect()) }
    }

    /// The next step that is not done, and the claim on it; `None` when all are done or in the hands of other threads.
    /// Waits for steps that other processes execute.
    pub(super) fn next(&self) -> Result<Option<(&'a S, Claim)>, BenchError> {
        loop {
            self.context.stop.check()?;
            let next = self.open.lock().expect("no thread panics with it").pop_front();
            let Some((step, waits)) = next else { return Ok(None) };
            if waits > 0 {
                std::thread::sleep(PAUSE);
            }
            let path = step.path()?;
            fs_err::create_dir_all(path.parent().expect("a result lies in a folder"))?;
            let Some(claim) = Claim::attempt(&path)? else {
                if waits == 1 {
                    let path = path.display();
                    self.context.progress.say(&format!("another process computes {path}; waiting"));
                }
                self.open.lock().expect("no thread panics with it").push_back((step, waits + 1));
                continue;
            };
            // What cannot be read fails when it is executed.
            if !matches!(step.is_done(), Ok(true)) {
                return Ok(Some((step, claim)));
            }
        }
    }
}
