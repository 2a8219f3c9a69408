//! Bars on a terminal, a line a stage elsewhere.

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::Duration;

/// What tells the user how far the work is.
#[derive(Debug, Clone)]
pub struct Progress {
    bars: MultiProgress,
    is_quiet: bool,
}

impl Progress {
    /// Bars on stderr; indicatif itself hides them when stderr is no terminal.
    pub fn on_stderr() -> Self {
        Self { bars: MultiProgress::new(), is_quiet: false }
    }

    /// Says nothing at all: for tests.
    pub fn silent() -> Self {
        Self { bars: MultiProgress::with_draw_target(ProgressDrawTarget::hidden()), is_quiet: true }
    }

    /// Says one line, above the bars if there are any.
    pub fn say(&self, line: &str) {
        if self.is_quiet {
            return;
        }
        if self.bars.is_hidden() {
            eprintln!("{line}");
        } else {
            let _ = self.bars.println(line); // a closed terminal is no reason to stop computing
        }
    }

    /// A bar of `length` steps in `unit`, with rate and time left.
    pub fn bar(&self, title: &str, unit: &str, length: usize) -> ProgressBar {
        let style = format!(
            "  {{prefix:<28}} {{bar:24.cyan/dim}} {{pos}}/{{len}} {unit}  {{per_sec:.dim}}  {{eta_precise}} left  {{msg}}"
        );
        let bar = ProgressBar::new(length as u64).with_style(
            ProgressStyle::with_template(&style)
                .expect("the template is well formed")
                .progress_chars("━╸─"),
        );
        let bar = self.bars.add(bar);
        bar.set_prefix(title.to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }
}
