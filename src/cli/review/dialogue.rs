//! Items are printed, or asked about one after the other.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use console::Term;

use super::Arguments;
use super::causes::Causes;
use crate::cli::{Global, output};
use goodhart_core::error::Error;
use goodhart_core::report::diff::TextOptions;
use goodhart_core::result::Group;
use goodhart_core::result::review::command::{Verb, command, program};
use goodhart_core::result::review::{
    Answer, Item, Key, StepOutcome, Steps, definition, text as review,
};
use goodhart_core::result::snapshot::{Change, PendingSelection, Store, Writer};

/// Items and all there is to say about them.
pub struct Dialogue<'a> {
    pub global: &'a Global,
    pub arguments: &'a Arguments,
    pub store: Store,
    pub known: BTreeSet<String>,
    pub causes: Causes,
    pub items: Vec<Item>,
}

impl Dialogue<'_> {
    fn options(&self, all: bool) -> TextOptions {
        TextOptions { all, styled: output::stdout_coloured(self.global) }
    }

    /// What has to be known about a metric before its items.
    fn heading(&self, metric: &str, all: bool) -> String {
        let (changed, styled) = (self.causes.of(metric), self.options(all).styled);
        let mut text = review::heading(metric, self.causes.metric(metric), changed, styled);
        let (base, head) = self.causes.definitions();
        if let (Some(changed), Some(head)) = (changed, head) {
            text.push_str(&definition(changed, base, head, all, styled));
        }
        text
    }

    fn item(&self, item: &Item, all: bool) -> String {
        let metric = self.causes.metric(&item.metric);
        review::item(item, metric, self.causes.of(&item.metric), self.options(all))
    }

    /// Prints all items with the commands that decide about them. Returns whether any are left.
    ///
    /// # Errors
    /// A stdout that cannot be written to.
    pub fn print(&self) -> Result<bool, Error> {
        let folder = self.global.project.as_deref().map(Path::to_string_lossy);
        let program = program(folder.as_deref());
        let mut text = String::new();
        let commands = |metric: &str, group: Option<&Group>| -> String {
            let line = |verb| match command(&program, verb, metric, group) {
                Some(command) => format!("    {command}\n"),
                None => format!("    {}: too long for a command, ask on a terminal\n", verb.name()),
            };
            [Verb::Accept, Verb::Reject].map(line).concat()
        };
        for of_metric in self.items.chunk_by(|one, other| one.metric == other.metric) {
            let Some(metric) = of_metric.first().map(|item| item.metric.as_str()) else { continue };
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&self.heading(metric, self.arguments.all));
            for item in of_metric {
                text.push('\n');
                text.push_str(&self.item(item, self.arguments.all));
                text.push_str(&commands(metric, item.group()));
            }
            if of_metric.len() > 1 {
                text.push_str(&format!("\n  all of {metric}\n{}", commands(metric, None)));
            }
        }
        output::data(&text)?;
        output::say(&format!(
            "{} pending; `{program} accept` takes all, and with `--reason TEXT` keeps why",
            output::counted(self.items.len(), "change is", "changes are")
        ));
        Ok(true)
    }

    /// Asks about each item. Returns whether any are left.
    ///
    /// # Errors
    /// A terminal or a store that cannot be read or written.
    pub fn ask(&self, writer: &Writer) -> Result<bool, Error> {
        let terminal = Term::stdout();
        let failed = |error| Error::Read { path: "terminal".into(), source: error };
        let metrics = self.items.iter().map(|item| item.metric.clone()).collect();
        let mut steps = Steps::new(metrics);
        let mut counts = [0; 3];
        let mut shown = None;
        while let Some(at) = steps.current() {
            let Some(item) = self.items.get(at) else { break };
            if shown != Some(at) {
                let first = at == 0
                    || self.items.get(at - 1).is_some_and(|before| before.metric != item.metric);
                let heading = if first {
                    self.heading(&item.metric, self.arguments.all) + "\n"
                } else {
                    String::new()
                };
                output::data(&format!("\n{heading}{}", self.item(item, self.arguments.all)))?;
                shown = Some(at);
            }
            output::data(&question(&steps, self.items.len(), item))?;
            let key = match terminal.read_key() {
                Ok(console::Key::Char(character)) => Key::of(character),
                // Control-C, or nobody there any more.
                Ok(console::Key::CtrlC) => Key::Quit,
                Err(error) if is_gone(&error) => Key::Quit,
                Ok(_) => Key::Other,
                Err(error) => return Err(failed(error)),
            };
            output::data("\n")?;
            match steps.press(key) {
                StepOutcome::Ask => {}
                StepOutcome::More => {
                    let heading = self.heading(&item.metric, true);
                    output::data(&format!("\n{heading}{}", self.item(item, true)))?;
                }
                StepOutcome::Answered(range, answer) => {
                    let answered = self.items.get(range).unwrap_or_default();
                    if let Some(count) = counts.get_mut(answer as usize) {
                        *count += answered.len();
                    }
                    self.decide(writer, answered, answer)?;
                    output::data(&format!("{}\n", answer.told()))?;
                }
                StepOutcome::Done => break,
            }
        }
        let [accepted, rejected, _] = counts;
        let left = self.items.len() - accepted - rejected;
        output::say(&format!("{accepted} accepted, {rejected} rejected, {left} still pending"));
        Ok(left > 0)
    }

    /// Writes what was said about items of one metric.
    fn decide(&self, writer: &Writer, items: &[Item], answer: Answer) -> Result<(), Error> {
        let Some(chosen) = together(items) else { return Ok(()) };
        let change: Change = match answer {
            Answer::Skip => return Ok(()),
            Answer::Accept => {
                let reason = self.arguments.reason.as_deref();
                self.store.accept(&chosen, &self.known, reason)?.0
            }
            Answer::Reject => self.store.reject(&chosen)?.0,
        };
        writer.commit(&change)
    }
}

fn is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::UnexpectedEof)
}

/// Items of one metric as one choice.
fn together(items: &[Item]) -> Option<PendingSelection> {
    let first = items.first()?;
    let groups: Vec<_> = items.iter().filter_map(Item::group).cloned().collect();
    if groups.is_empty() {
        return Some(first.chosen());
    }
    Some(PendingSelection::Groups(first.metric.clone(), groups))
}

fn question(steps: &Steps, count: usize, item: &Item) -> String {
    let scope = steps.scope();
    let about = match scope.len() {
        1 => format!("{} of {count}", scope.start + 1),
        several => format!("the remaining {several} of {}", item.metric),
    };
    format!("{about}: a accept, r reject, s skip, m all of this metric, d show more, q quit? ")
}
