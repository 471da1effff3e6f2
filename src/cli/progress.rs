//! A progress bar on a terminal, for what takes longer than a second.

use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use goodhart_core::escape::terminal;
use goodhart_engine::evaluate::Progress;

/// Until then there is nothing to see: most evaluations are over before.
const PATIENCE: Duration = Duration::from_secs(1);

/// A bar on stderr; indicatif draws nothing where that is no terminal.
pub struct Bar(ProgressBar);

impl Bar {
    pub fn start() -> Self {
        let bar = ProgressBar::hidden();
        if let Ok(style) =
            ProgressStyle::with_template("{spinner} {wide_msg} {pos}/{len} {elapsed}")
        {
            bar.set_style(style);
        }
        let shown = bar.clone();
        // Detached: it only ever wakes a bar that is still at work.
        thread::spawn(move || {
            thread::sleep(PATIENCE);
            if !shown.is_finished() && std::env::var_os("CI").is_none() {
                shown.set_draw_target(ProgressDrawTarget::stderr());
                shown.enable_steady_tick(Duration::from_millis(120));
            }
        });
        Self(bar)
    }
}

impl Bar {
    /// Takes the bar off the terminal.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}

impl Progress for Bar {
    fn step(&self, what: &str, done: usize, total: usize) {
        self.0.set_length(total as u64);
        self.0.set_position(done as u64);
        self.0.set_message(terminal::line(what));
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.finish();
    }
}
