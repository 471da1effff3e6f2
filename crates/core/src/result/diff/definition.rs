//! What of a definition changed, in the words of its keys.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::{Definitions, alerts};
use crate::project::PROJECT_FILE;
use crate::project::catalog::Metric;
use crate::project::definition::display::DisplayUnit;
use crate::project::definition::metric::MetricFile;
use crate::project::definition::read::{Number, Text};

/// A key of a definition, or something upstream, that is another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// `owner`, `target.at_most`, `population`, `source alerts`.
    pub field: String,
    /// As people read it; `None` where there was nothing, or where it is longer than a line.
    pub old: Option<String>,
    pub new: Option<String>,
    pub bearing: ChangeScope,
}

/// What a change of a definition bears on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeScope {
    /// The numbers.
    Numbers,
    /// The verdict on them, which is easier to pass now.
    Loosened,
    /// The verdict on them, which is harder to pass now.
    Tightened,
    /// The verdict on them, in another way.
    Judgement,
    /// Neither.
    Words,
}

/// The changes from one definition to another, where `renamed` has the new names of metrics by the
/// old.
pub fn changes(
    before: (Definitions<'_>, &Metric),
    after: (Definitions<'_>, &Metric),
    renamed: &BTreeMap<String, String>,
) -> Vec<FieldChange> {
    let (old, new) = (&before.1.definition, &after.1.definition);
    let mut found = Vec::new();
    words("title", Some(&old.title), Some(&new.title), &mut found);
    words("owner", old.owner.as_ref(), new.owner.as_ref(), &mut found);
    words("goal", old.goal.as_ref(), new.goal.as_ref(), &mut found);
    words("description", old.description.as_ref(), new.description.as_ref(), &mut found);
    words("version", old.version.as_ref(), new.version.as_ref(), &mut found);
    let unit = |definition: &MetricFile| Some(definition.unit.value.name());
    changed("unit", unit(old), unit(new), ChangeScope::Judgement, &mut found);
    let direction = |definition: &MetricFile| Some(definition.direction.name().to_owned());
    changed("direction", direction(old), direction(new), ChangeScope::Judgement, &mut found);
    bounds(old, new, &mut found);
    alerts::changes(old, new, &mut found);
    guards(old, new, renamed, &mut found);
    found.extend(differences(before, after).into_iter().map(|field| FieldChange {
        field,
        old: None,
        new: None,
        bearing: ChangeScope::Numbers,
    }));
    found
}

/// The names of what decides the numbers of two definitions and is not the same in both.
pub fn differences(
    before: (Definitions<'_>, &Metric),
    after: (Definitions<'_>, &Metric),
) -> Vec<String> {
    // Most metrics are as they were, and bringing all that is upstream into its normal form costs
    // more than looking at it.
    if texts(before) == texts(after) {
        return Vec::new();
    }
    let identity = |(definitions, metric): (Definitions<'_>, &Metric)| {
        definitions.catalog.identity(definitions.files, metric)
    };
    let (first, second) = (identity(before), identity(after));
    first.differences(&second).into_iter().map(str::to_owned).collect()
}

/// All that an identity is made of, as it is written.
fn texts<'a>((definitions, metric): (Definitions<'a>, &'a Metric)) -> Vec<&'a str> {
    let Definitions { catalog, files } = definitions;
    let project = files.ids().find(|file| files.path(*file) == PROJECT_FILE);
    let mut texts = vec![files.text(metric.file), project.map_or("", |file| files.text(file))];
    for one in catalog.with_parts(metric) {
        if one.id != metric.id {
            texts.extend([one.id.as_str(), files.text(one.file)]);
        }
        for id in catalog.upstream(one) {
            let text = catalog.sources.get(id).map_or("", |source| files.text(source.file));
            texts.extend([id, text]);
        }
    }
    texts
}

pub(super) fn words(
    field: &str,
    old: Option<&Text>,
    new: Option<&Text>,
    found: &mut Vec<FieldChange>,
) {
    let text = |text: Option<&Text>| text.map(Text::to_string);
    changed(field, text(old), text(new), ChangeScope::Words, found);
}

pub(super) fn changed(
    field: &str,
    old: Option<String>,
    new: Option<String>,
    bearing: ChangeScope,
    found: &mut Vec<FieldChange>,
) {
    if old != new {
        found.push(FieldChange { field: field.to_owned(), old, new, bearing });
    }
}

/// Which side of a bound is allowed.
#[derive(Clone, Copy)]
enum Allows {
    Above,
    Below,
}

fn bounds(old: &MetricFile, new: &MetricFile, found: &mut Vec<FieldChange>) {
    use Allows::{Above, Below};
    let ceiling = |definition: &MetricFile, high: bool| {
        let table = definition.ceiling.as_ref()?;
        value(if high { &table.max } else { &table.min })
    };
    let target = |definition: &MetricFile, high: bool| {
        let table = definition.target.as_ref()?;
        value(if high { &table.at_most } else { &table.at_least })
    };
    let units = (DisplayUnit::of(old), DisplayUnit::of(new));
    let mut bound = |field: &str, old: Option<Decimal>, new: Option<Decimal>, allows: Allows| {
        let bearing = match (old, new) {
            _ if old == new => return,
            (None, _) => ChangeScope::Tightened,
            (_, None) => ChangeScope::Loosened,
            (Some(old), Some(new)) => match allows {
                Above if new < old => ChangeScope::Loosened,
                Below if new > old => ChangeScope::Loosened,
                Above | Below => ChangeScope::Tightened,
            },
        };
        let (old, new) = (old.map(|b| units.0.show(b)), new.map(|b| units.1.show(b)));
        found.push(FieldChange { field: field.to_owned(), old, new, bearing });
    };
    bound("ceiling.min", ceiling(old, false), ceiling(new, false), Above);
    bound("ceiling.max", ceiling(old, true), ceiling(new, true), Below);
    bound("target.at_least", target(old, false), target(new, false), Above);
    bound("target.at_most", target(old, true), target(new, true), Below);
    let least = |definition: &MetricFile| {
        let min_n = definition.target.as_ref()?.min_n?;
        Some(min_n.value)
    };
    let (before, now) = (least(old), least(new));
    // Fewer groups have enough rows to be checked.
    let bearing = if now > before { ChangeScope::Loosened } else { ChangeScope::Tightened };
    let text = |min_n: Option<u32>| min_n.map(|min_n| min_n.to_string());
    changed("target.min_n", text(before), text(now), bearing, found);
}

fn value(bound: &Option<Number>) -> Option<Decimal> {
    bound.as_ref().map(|bound| bound.value)
}

fn guards(
    old: &MetricFile,
    new: &MetricFile,
    renamed: &BTreeMap<String, String>,
    found: &mut Vec<FieldChange>,
) {
    let names = |definition: &MetricFile| -> BTreeSet<String> {
        let table = definition.gameability.as_ref();
        table.map_or_else(BTreeSet::new, |table| {
            table.guards.iter().map(|guard| guard.to_string()).collect()
        })
    };
    // A guard under another name is the same guard.
    let before = names(old).into_iter();
    let before: BTreeSet<String> =
        before.map(|guard| renamed.get(&guard).cloned().unwrap_or(guard)).collect();
    let now = names(new);
    for removed in before.difference(&now) {
        changed("guards", Some(removed.clone()), None, ChangeScope::Loosened, found);
    }
    for added in now.difference(&before) {
        changed("guards", None, Some(added.clone()), ChangeScope::Tightened, found);
    }
    let notes = |definition: &MetricFile| definition.gameability.as_ref()?.notes.clone();
    words("gameability.notes", notes(old).as_ref(), notes(new).as_ref(), found);
    let waived = |definition: &MetricFile| -> BTreeSet<String> {
        let table = definition.gameability.as_ref();
        table.map_or_else(BTreeSet::new, |table| {
            let waivers = table.waivers.iter();
            waivers.map(|waiver| format!("{} ({})", waiver.strategy, waiver.reason)).collect()
        })
    };
    let (before, now) = (waived(old), waived(new));
    for added in now.difference(&before) {
        changed("waivers", None, Some(added.clone()), ChangeScope::Loosened, found);
    }
    for removed in before.difference(&now) {
        changed("waivers", Some(removed.clone()), None, ChangeScope::Tightened, found);
    }
}
