//! Progress: bars on a terminal, one line per stage elsewhere.

use crate::commands::say;
use data::{printable, printable_lines};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::Duration;

/// Progress bars and messages.
#[derive(Debug, Clone)]
pub struct Progress {
    bars: MultiProgress,
    is_quiet: bool,
}

impl Progress {
    /// On stderr. Bars are hidden where stderr is not a terminal.
    pub fn on_stderr() -> Self {
        Self { bars: MultiProgress::new(), is_quiet: false }
    }

    /// Without any output, for tests.
    pub fn silent() -> Self {
        Self { bars: MultiProgress::with_draw_target(ProgressDrawTarget::hidden()), is_quiet: true }
    }

    /// Prints one line, above the bars if there are any.
    pub fn say(&self, line: &str) {
        if self.is_quiet {
            return;
        }
        if self.bars.is_hidden() {
            say(line);
        } else {
            let _ = self.bars.println(printable_lines(line)); // a closed terminal does not stop the computation
        }
    }

    /// A sign of life with the time since the start, for work that cannot be counted.
    pub fn spinner(&self, title: &str) -> ProgressBar {
        let style = "  {prefix:<28} {spinner:.cyan} {elapsed_precise:.dim}  {msg}";
        let style = ProgressStyle::with_template(style).expect("the template is well formed");
        let bar = self.bars.add(ProgressBar::new_spinner().with_style(style));
        bar.set_prefix(printable(title).into_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }

    /// A bar of `length` steps in `unit`, with the rate and the remaining time.
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
        bar.set_prefix(printable(title).into_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }
}
