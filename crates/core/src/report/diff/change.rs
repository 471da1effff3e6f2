//! A changed value in words, for all formats that people read. Nothing here is escaped.

use rust_decimal::Decimal;

use crate::project::definition::display::{DisplayUnit, Steps, percentage};
use crate::project::definition::metric::Direction;
use crate::result::diff::{
    AffectedSubjects, Cause, ChangeScope, Effects, FieldChange, MetricDiff, Mix, SeriesChange,
    Subjects, ValueChange, VerdictKind,
};
use crate::result::{Group, Row, Status, listed};

/// A changed value as it is printed. What there is not is empty.
#[derive(Debug, Default)]
pub struct ValueTexts {
    pub old: String,
    pub new: String,
    /// With its sign; of percentages in percentage points.
    pub delta: String,
    /// The delta in percent of the old value.
    pub relative: String,
    pub course: Option<Assessment>,
    /// Other subjects might have moved it as well. A definition over the same data is no chance.
    pub within_chance: bool,
    /// The cause with the effects, which add up to the delta.
    pub cause: String,
    /// What part of the definition effect is there only because the data moved too.
    pub interaction: Option<String>,
    /// Why there is no cause.
    pub unknown: Option<String>,
}

/// Whether a change is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assessment {
    Better,
    Worse,
}

impl Assessment {
    pub fn name(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Worse => "worse",
        }
    }

    fn of(direction: Direction, delta: Decimal) -> Option<Self> {
        let rises = delta > Decimal::ZERO;
        match direction {
            _ if delta.is_zero() => None,
            Direction::Higher => Some(if rises { Self::Better } else { Self::Worse }),
            Direction::Lower => Some(if rises { Self::Worse } else { Self::Better }),
            Direction::Band | Direction::Neutral => None,
        }
    }
}

impl ValueTexts {
    pub fn of(metric: &MetricDiff, change: &ValueChange) -> Self {
        let numbers = Numbers::of(&metric.unit, change);
        let (old, new) = numbers.printed();
        let (cause, unknown) = cause(&change.cause, &numbers);
        let delta = change.delta().filter(|_| change.old.value != change.new.value);
        Self {
            old: value(&change.old, old),
            new: value(&change.new, new),
            delta: delta.and_then(|_| numbers.delta()).unwrap_or_default(),
            relative: delta.and_then(|_| change.relative()).map(percentage).unwrap_or_default(),
            course: delta.and_then(|delta| Assessment::of(metric.direction, delta)),
            within_chance: change.is_within_chance() && has_data_effect(&change.cause),
            cause,
            interaction: numbers.effects().and_then(|(_, _, interaction)| interaction),
            unknown,
        }
    }

    /// `-2.3 pp (relative -2.5 %)`
    pub fn size(&self) -> String {
        match (self.delta.is_empty(), self.relative.is_empty()) {
            (true, _) => String::new(),
            (false, true) => self.delta.clone(),
            (false, false) => format!("{} (relative {})", self.delta, self.relative),
        }
    }

    /// Whether it is good, or chance alone can explain it.
    pub fn judgement(&self) -> &'static str {
        match self.course {
            _ if self.within_chance => "within chance",
            Some(course) => course.name(),
            None => "",
        }
    }

    /// The course where chance does not explain it.
    pub fn sure(&self) -> Option<Assessment> {
        self.course.filter(|_| !self.within_chance)
    }
}

/// The old value, perhaps that of the old definition over the new data, and the new value.
struct Numbers {
    steps: Option<Steps>,
    effects: Option<Effects>,
    unit: DisplayUnit,
    ends: (Option<Decimal>, Option<Decimal>),
}

impl Numbers {
    fn of(unit: &DisplayUnit, change: &ValueChange) -> Self {
        let effects = match &change.cause {
            Cause::Both(effects) => *effects,
            _ => None,
        };
        let ends = (change.old.value, change.new.value);
        let between = effects.and_then(|effects| ends.0?.checked_add(effects.data));
        let steps = ends.0.zip(ends.1).map(|(old, new)| match between {
            Some(between) => unit.steps(&[old, between, new]),
            None => unit.steps(&[old, new]),
        });
        Self { steps, effects: effects.filter(|_| between.is_some()), unit: unit.clone(), ends }
    }

    fn last(&self) -> usize {
        if self.effects.is_some() { 2 } else { 1 }
    }

    /// The old and the new value.
    fn printed(&self) -> (Option<String>, Option<String>) {
        match &self.steps {
            Some(steps) => (steps.value(0), steps.value(self.last())),
            None => {
                let show = |value: Option<Decimal>| value.map(|value| self.unit.show(value));
                (show(self.ends.0), show(self.ends.1))
            }
        }
    }

    fn delta(&self) -> Option<String> {
        self.steps.as_ref()?.step(0, self.last())
    }

    /// The definition effect, the data effect, and what of the first is interaction.
    fn effects(&self) -> Option<(String, String, Option<String>)> {
        let (steps, effects) = (self.steps.as_ref()?, self.effects?);
        // It is a part of the definition effect, so there is none without one.
        let told = |part: &Decimal| !part.is_zero() && !effects.definition.is_zero();
        let interaction = effects.interaction.filter(told);
        let interaction = interaction.map(|interaction| steps.difference(interaction));
        Some((steps.step(1, 2)?, steps.step(0, 1)?, interaction))
    }
}

/// A value with what has to be known about it.
fn value(row: &Row, number: Option<String>) -> String {
    let Some(number) = number else {
        return match row.status {
            Status::Suppressed => "suppressed".to_owned(),
            _ => "undefined".to_owned(),
        };
    };
    match row.status {
        Status::Provisional => format!("{number} (provisional)"),
        Status::Insufficient => format!("{number} (few rows)"),
        Status::Final | Status::Undefined | Status::Suppressed => number,
    }
}

fn cause(cause: &Cause, numbers: &Numbers) -> (String, Option<String>) {
    let told = match cause {
        Cause::Definition(_) => "definition".to_owned(),
        Cause::Data(_) => "data".to_owned(),
        // Where one of the two had no effect, the other is the cause.
        Cause::Both(Some(effects)) if effects.data.is_zero() => "definition".to_owned(),
        Cause::Both(Some(effects)) if effects.definition.is_zero() => "data".to_owned(),
        Cause::Both(_) => match numbers.effects() {
            Some((definition, data, _)) => format!("definition {definition}, data {data}"),
            None => "definition and data".to_owned(),
        },
        Cause::NotAttributable(why) => {
            return ("not attributable".to_owned(), Some(why.clone()));
        }
    };
    (told, None)
}

/// Whether other data may be why a value is another one.
fn has_data_effect(cause: &Cause) -> bool {
    match cause {
        Cause::Definition(_) => false,
        Cause::Both(Some(effects)) => !effects.data.is_zero(),
        Cause::Data(_) | Cause::Both(None) | Cause::NotAttributable(_) => true,
    }
}

/// `because of the data`
pub fn because(metric: &MetricDiff, change: &ValueChange) -> String {
    let one = |what: &str| format!("because of the {what}");
    match &change.cause {
        Cause::Definition(_) => one("definition"),
        Cause::Data(_) => one("data"),
        Cause::Both(Some(effects)) if effects.data.is_zero() => one("definition"),
        Cause::Both(Some(effects)) if effects.definition.is_zero() => one("data"),
        Cause::Both(_) => match Numbers::of(&metric.unit, change).effects() {
            Some((definition, data, _)) => {
                format!("because of the definition ({definition}) and the data ({data})")
            }
            None => "because of the definition and the data".to_owned(),
        },
        Cause::NotAttributable(_) => "for a reason that cannot be told".to_owned(),
    }
}

/// What a mix of groups did to a total; the parts add up to it.
pub fn mix(unit: &DisplayUnit, mix: &Mix) -> String {
    let steps = unit.steps(&[Decimal::ZERO, mix.within, mix.total]);
    let step = |from, to| steps.step(from, to).unwrap_or_default();
    let says = if mix.reversal {
        "against every one of them"
    } else {
        "mostly because their shares changed"
    };
    format!(
        "moved {says}: {} in total, {} within the groups, {} from their shares",
        step(0, 2),
        step(0, 1),
        step(1, 2)
    )
}

/// The group whose change stands for a metric: the total where it changed, else the first.
pub fn leading(metric: &MetricDiff) -> Option<&SeriesChange> {
    let total = metric.series.iter().find(|series| series.group.is_empty());
    total.or(metric.series.first())
}

/// What a change of a definition bears on, in a word.
pub fn bearing(change: &FieldChange) -> &'static str {
    match change.bearing {
        ChangeScope::Numbers => "affects results",
        ChangeScope::Loosened => "loosened",
        ChangeScope::Tightened => "tightened",
        ChangeScope::Judgement => "another verdict",
        ChangeScope::Words => "no effect on results",
    }
}

/// What became of a ceiling or target.
pub fn verdict(kind: VerdictKind) -> &'static str {
    match kind {
        VerdictKind::CeilingBroken => "newly outside the ceiling",
        VerdictKind::TargetMissed => "newly misses the target",
        VerdictKind::CeilingKept => "inside the ceiling again",
        VerdictKind::TargetMet => "newly meets the target",
    }
}

/// The verdicts in the order of importance.
const VERDICTS: [VerdictKind; 4] = [
    VerdictKind::CeilingBroken,
    VerdictKind::TargetMissed,
    VerdictKind::CeilingKept,
    VerdictKind::TargetMet,
];

/// Ceilings and targets that are newly broken or newly met, a line each; of each the `most` first
/// groups as `group` writes them. `line` writes what became of it, and the groups.
pub fn verdicts(
    metric: &MetricDiff,
    most: usize,
    group: impl Fn(&Group, &str) -> String,
    line: impl Fn(&str, &str) -> String,
) -> Vec<String> {
    let of = |kind| {
        let of: Vec<_> = metric.verdicts.iter().filter(|verdict| verdict.kind == kind).collect();
        let groups = of.iter().map(|verdict| {
            let values = compared(&metric.unit, verdict.old.as_ref(), &verdict.new);
            group(&verdict.new.group, &values)
        });
        (!of.is_empty()).then(|| line(verdict(kind), &listed(groups, most).join("; ")))
    };
    VERDICTS.into_iter().filter_map(of).collect()
}

/// `new groups: client a; client b`
pub fn groups(
    what: &str,
    groups: &[Group],
    most: usize,
    group: impl Fn(&Group) -> String,
) -> Option<String> {
    let plural = if groups.len() == 1 { "group" } else { "groups" };
    let names = listed(groups.iter().map(group), most);
    (!groups.is_empty()).then(|| format!("{what} {plural}: {}", names.join("; ")))
}

/// The old and the new value of a row that is checked: one is missing where there was none.
pub fn compared(unit: &DisplayUnit, old: Option<&Row>, new: &Row) -> String {
    let ends = (old.and_then(|row| row.value), new.value);
    let steps = ends.0.zip(ends.1).map(|(old, new)| unit.steps(&[old, new]));
    let number = |index: usize, value: Option<Decimal>| match &steps {
        Some(steps) => steps.value(index),
        None => value.map(|value| unit.show(value)),
    };
    let new = value(new, number(1, ends.1));
    match old {
        Some(old) => {
            let old = value(old, number(0, ends.0));
            if old == new { new } else { format!("{old} → {new}") }
        }
        None => new,
    }
}

/// The subjects that a definition touched, each written by `name`.
pub fn affected_subjects(
    affected_subjects: &AffectedSubjects,
    name: impl Fn(&str) -> String,
) -> String {
    let some = |what: &str, subjects: &Subjects| {
        let first: Vec<String> = subjects.first.iter().map(|subject| name(subject)).collect();
        let more = if subjects.count > first.len() as u64 { ", …" } else { "" };
        let first = match first.as_slice() {
            [] => String::new(),
            _ => format!(" ({}{more})", first.join(", ")),
        };
        (subjects.count > 0).then(|| format!("{} {what}{first}", subjects.count))
    };
    let all = [
        some("entered", &affected_subjects.entered),
        some("left", &affected_subjects.left),
        some("counted differently", &affected_subjects.changed),
    ];
    let all: Vec<String> = all.into_iter().flatten().collect();
    if all.is_empty() {
        "subjects: all the same".to_owned()
    } else {
        format!("subjects: {}", all.join(", "))
    }
}
