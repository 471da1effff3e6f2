//! `goodhart review`.
//!
//! Each answer is committed at once: what was accepted before somebody leaves, by whatever way,
//! stays accepted. The lock is held meanwhile, so that what is decided about is what was shown.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, IsTerminal};
use std::path::Path;

use clap::Args;
use console::Term;

use super::progress::Bar;
use super::project::{self, Opened, Refused};
use super::sides::{self, Place};
use super::{Global, chosen, exit, output};
use crate::compare::{State, compare, folder};
use crate::diff::{Cause, Diff, MetricDiff, SeriesChange};
use crate::error::Error;
use crate::report::diff::TextOptions;
use crate::result::{Group, MetricResults, Row};
use crate::review::command::{Verb, command, program};
use crate::review::{
    Answer, Before, Item, Key, Next, Steps, What, definition, items, text as review,
};
use crate::snapshot::{Change, Chosen, INPUTS, Snapshot, Store, Writer};

#[derive(Debug, Args)]
pub struct Arguments {
    /// Metrics whose pending results are reviewed; all where absent
    metrics: Vec<String>,
    /// Why the values that are accepted are right; kept with the groups that changed
    #[arg(long, value_name = "TEXT", value_parser = chosen::reason)]
    reason: Option<String>,
    /// Print everything that is pending and the commands to decide, also on a terminal
    #[arg(long)]
    print: bool,
    /// Print all changed values and whole definitions' differences
    #[arg(long)]
    all: bool,
}

pub fn run(global: &Global, arguments: &Arguments) -> Result<u8, Error> {
    let writer = project::writer(&project::root(global)?, "review")?;
    let mut opened = match project::open(global)? {
        Ok(opened) => opened,
        Err(Refused(code)) => return Ok(code),
    };
    let store = Store::new(&opened.root);
    let known = opened.known();
    let committed = store.inspect(&mut opened.files, &known, None)?;
    opened.diagnostics.extend(committed.found);
    output::diagnostics(global, &opened.diagnostics, &opened.files);
    let verdict = project::verdict(&opened.diagnostics);
    let pending = pending(&store, &opened, &arguments.metrics)?;
    if pending.is_empty() {
        output::say("nothing is pending");
        return Ok(verdict);
    }
    let attended = !arguments.print && io::stdin().is_terminal() && io::stdout().is_terminal();
    let items = all_items(&store, &pending)?;
    let causes = causes(global, opened, &store, &pending)?;
    let session = Session { global, arguments, store, known, causes, items };
    let left = if attended { session.ask(&writer)? } else { session.print()? };
    Ok(match verdict {
        exit::CLEAN if left => exit::STALE,
        verdict => verdict,
    })
}

/// The pending snapshots of metrics that are there, by name; none for the file about inputs.
type Pending = BTreeMap<String, Option<Snapshot>>;

fn pending(store: &Store, opened: &Opened, wanted: &[String]) -> Result<Pending, Error> {
    let names = store.pending()?;
    let missing: Vec<&str> =
        wanted.iter().filter(|name| !names.contains(name)).map(String::as_str).collect();
    if !missing.is_empty() {
        let missing = missing.join(", ");
        return Err(Error::Usage(format!(
            "nothing is pending for {missing}; run `goodhart eval` first"
        )));
    }
    let mut pending = Pending::new();
    for name in names.into_iter().filter(|name| wanted.is_empty() || wanted.contains(name)) {
        if opened.catalog.metrics.contains_key(&name) {
            let snapshot = store.pending_snapshot(&name)?;
            pending.insert(name, Some(snapshot));
        } else if name == INPUTS {
            pending.insert(name, None);
        }
    }
    // The inputs go along with whatever is accepted.
    if pending.len() > 1 {
        pending.remove(INPUTS);
    }
    Ok(pending)
}

/// What there is to decide about, by metric.
fn all_items(store: &Store, pending: &Pending) -> Result<Vec<Item>, Error> {
    let mut all = Vec::new();
    for (name, snapshot) in pending {
        let Some(snapshot) = snapshot else {
            let why = "the inputs changed, and no value did".to_owned();
            all.push(Item { metric: name.clone(), what: What::Whole(why) });
            continue;
        };
        let committed = store.sound(name)?;
        let before = match &committed {
            None => Before::Nothing,
            Some(None) => Before::Unsound,
            Some(Some(committed)) => Before::Sound(committed),
        };
        all.extend(items(before, snapshot));
    }
    Ok(all)
}

/// Why the pending values are other ones.
struct Causes {
    base: State,
    head: State,
    diff: Diff,
}

impl Causes {
    fn of(&self, metric: &str) -> Option<&MetricDiff> {
        self.diff.metrics.iter().find(|changed| changed.metric == metric)
    }
}

/// Compares what is pending with what is committed. The definitions of the base are those with which
/// the committed values were accepted, as long as they are still those of that commit.
fn causes(
    global: &Global,
    opened: Opened,
    store: &Store,
    pending: &Pending,
) -> Result<Causes, Error> {
    let bar = Bar::start();
    let context = sides::context(global, Some(&opened.root), None, &bar)?;
    let snapshots = opened.root.join("snapshots");
    let mut base = match Place::find(global)?.accepted() {
        Ok(base) => base,
        Err(Error::NoRepository { .. } | Error::Revision { .. }) => {
            folder(&snapshots, "a project without a commit")?
        }
        Err(error) => return Err(error),
    };
    // Groups whose committed values are not those of the last commit.
    let mut accepted: BTreeSet<(String, Group)> = BTreeSet::new();
    let results = pending.keys().filter_map(|name| {
        let committed = store.committed(name).ok().flatten()?.results();
        let before = base.results.get(name);
        let before: BTreeMap<&Group, &[Row]> = before
            .into_iter()
            .flat_map(MetricResults::series)
            .filter_map(|rows| Some((&rows.first()?.group, rows)))
            .collect();
        for rows in committed.series() {
            let Some(first) = rows.first() else { continue };
            if before.get(&first.group) != Some(&rows) {
                accepted.insert((name.clone(), first.group.clone()));
            }
        }
        Some((name.clone(), committed))
    });
    base.results = results.collect();
    let results = pending.values().flatten().map(|new| (new.metric.clone(), new.results()));
    let Opened { root, files, catalog, .. } = opened;
    let inputs = store.newest_inputs()?;
    let definitions = (files, Some(catalog));
    let head = State::here("what is pending", &root, definitions, results.collect(), inputs);
    let mut diff = compare(&base, &head, &context)?;
    diff.metrics.retain(|changed| pending.contains_key(&changed.metric));
    for changed in &mut diff.metrics {
        let metric = &changed.metric;
        let of =
            |series: &&mut SeriesChange| accepted.contains(&(metric.clone(), series.group.clone()));
        for value in changed.series.iter_mut().filter(of).flat_map(|series| &mut series.values) {
            let why = "other values were accepted since the last commit".to_owned();
            value.cause = Cause::NotAttributable(why);
        }
    }
    Ok(Causes { base, head, diff })
}

struct Session<'a> {
    global: &'a Global,
    arguments: &'a Arguments,
    store: Store,
    known: BTreeSet<String>,
    causes: Causes,
    items: Vec<Item>,
}

impl Session<'_> {
    fn options(&self, all: bool) -> TextOptions {
        TextOptions { all, styled: output::stdout_coloured(self.global) }
    }

    /// What has to be known about a metric before its items.
    fn heading(&self, metric: &str, all: bool) -> String {
        let (changed, styled) = (self.causes.of(metric), self.options(all).styled);
        let mut text = review::heading(metric, changed, styled);
        let (base, head) = (self.causes.base.side(), self.causes.head.side());
        if let (Some(changed), Some(head)) = (changed, head.definitions) {
            text.push_str(&definition(changed, base.definitions, head, all, styled));
        }
        text
    }

    fn item(&self, item: &Item, all: bool) -> String {
        review::item(item, self.causes.of(&item.metric), self.options(all))
    }

    /// Prints all items with the commands that decide about them. Returns whether any are left.
    fn print(&self) -> Result<bool, Error> {
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
            "{} pending; `--reason TEXT` keeps why something was accepted",
            output::counted(self.items.len(), "change is", "changes are")
        ));
        Ok(true)
    }

    /// Asks about each item. Returns whether any are left.
    fn ask(&self, writer: &Writer) -> Result<bool, Error> {
        let terminal = Term::stdout();
        let failed = |error| Error::Write { path: "terminal".into(), source: error };
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
                    self.heading(&item.metric, self.arguments.all)
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
                Err(error) if error.kind() == io::ErrorKind::Interrupted => Key::Quit,
                Ok(_) => Key::Other,
                Err(error) => return Err(failed(error)),
            };
            output::data("\n")?;
            match steps.press(key) {
                Next::Ask => {}
                Next::More => {
                    let heading = self.heading(&item.metric, true);
                    output::data(&format!("\n{heading}{}", self.item(item, true)))?;
                }
                Next::Answered(range, answer) => {
                    let answered = self.items.get(range).unwrap_or_default();
                    if let Some(count) = counts.get_mut(answer as usize) {
                        *count += answered.len();
                    }
                    self.decide(writer, answered, answer)?;
                }
                Next::Done => break,
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

/// Items of one metric as one choice.
fn together(items: &[Item]) -> Option<Chosen> {
    let first = items.first()?;
    let groups: Vec<_> = items.iter().filter_map(Item::group).cloned().collect();
    if groups.is_empty() {
        return Some(first.chosen());
    }
    Some(Chosen::Groups(first.metric.clone(), groups))
}

fn question(steps: &Steps, count: usize, item: &Item) -> String {
    let scope = steps.scope();
    let about = match scope.len() {
        1 => format!("{} of {count}", scope.start + 1),
        several => format!("the remaining {several} of {}", item.metric),
    };
    format!("{about}: a accept, r reject, s skip, m all of this metric, d show more, q quit? ")
}
