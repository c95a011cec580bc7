//! Progress on a terminal while a run works; nothing where nobody looks.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use runner::drive::{Driven, Progress};
use runner::matrix::Outcome;

/// A bar on standard error. It hides itself where that is no terminal.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    /// A bar, or none.
    pub(crate) fn new(quiet: bool) -> Bar {
        if quiet {
            return Bar(ProgressBar::hidden());
        }
        let bar = ProgressBar::new(0);
        let style = "{elapsed_precise} {bar:30} {pos}/{len} {per_sec} {msg}";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Bar(bar)
    }

    /// One of so many runs of a matrix is done.
    pub(crate) fn run_done(&self, outcome: &Outcome, runs: usize) {
        self.0.set_length(runs as u64);
        self.0.inc(1);
        self.0.set_message(format!("{}: {}", outcome.entry.id, outcome.verdict.as_str()));
    }

    /// Takes the bar away.
    pub(crate) fn clear(&self) {
        self.0.finish_and_clear();
    }
}

impl Progress for Bar {
    fn unit_done(&self, name: &str, driven: &Driven, planned: Option<usize>) {
        // Where a budget decides, there is always more to do.
        self.0.set_length(planned.map_or(driven.units + 1, |planned| planned as u64));
        self.0.set_position(driven.units);
        let failed = driven.failures.len();
        self.0.set_message(format!("{name}: {} exchanges, {failed} failed", driven.exchanges));
    }
}
