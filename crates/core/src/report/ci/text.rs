//! A line per stage, for the log.

use super::Run;
use crate::escape::terminal;

/// The stages and what came of them.
pub fn text(run: &Run<'_>) -> String {
    let lines = run.stages.iter().map(|stage| {
        let (name, outcome) = (stage.name.name(), stage.outcome.name());
        let says = terminal::line(stage.outcome.says());
        format!("{name:<6} {outcome:<9} {says}").trim_end().to_owned() + "\n"
    });
    terminal::page(&lines.collect::<String>())
}
