//! A metric that changed.

use super::change::{Change, Group, Number, Value, normal};
use super::object::object;
use crate::result::date_text;
use crate::result::diff::{
    self, ChangeScope, FieldChange, MetricDiff, Presence, Subjects, Verdict, VerdictKind,
};

object! {
    /// A metric that changed.
    pub struct Metric<'a> {
        /// Its id, at the head where it is there.
        metric: &'a str,
        /// Its title.
        title: &'a str,
        /// Its owner.
        owner: Option<&'a str>,
        /// The unit of all its numbers; null where nobody says.
        unit: Option<&'a str>,
        /// `higher`, `lower`, `band` or `neutral`.
        direction: &'static str,
        /// `both`, `added`, `removed` or `renamed`.
        presence: &'static str,
        /// The id at the base, where it is another one.
        renamed_from: Option<&'a str>,
        /// What of the definition changed, in the order of a file.
        definition: Vec<Field<'a>>,
        /// The text of the definition before and after, where it changed.
        text: Option<Text<'a>>,
        /// Why there are no values to compare.
        missing: Option<&'a str>,
        /// All changed values: by group, the total first and then the largest change, and by period.
        changes: Vec<Change<'a>>,
        /// Groups that only the head has.
        appeared: Vec<Group<'a>>,
        /// Groups that only the base has.
        vanished: Vec<Group<'a>>,
        /// Totals that moved against every group, or mostly because the mix of groups did.
        mixes: Vec<Mix<'a>>,
        /// The subjects that the change of the definition touched; null where it touched none that are
        /// known.
        witnesses: Option<SubjectsObject<'a>>,
        /// Ceilings and targets that are newly broken or newly met.
        verdicts: Vec<TargetObject<'a>>,
    }
}

object! {
    /// A key of a definition, or something upstream, that is another one.
    struct Field<'a> {
        /// `owner`, `target.at_most`, `population`, `source alerts`.
        field: &'a str,
        /// As people read it; null where there was nothing, or where it is longer than a line.
        old: Option<&'a str>,
        /// As people read it; null where there is nothing, or where it is longer than a line.
        new: Option<&'a str>,
        /// `numbers`, `loosened`, `tightened`, `judgement` or `words`.
        bearing: &'static str,
    }
}

object! {
    /// A text before and after.
    struct Text<'a> {
        /// At the base.
        old: &'a str,
        /// At the head.
        new: &'a str,
    }
}

object! {
    /// How the mix of groups moved a total.
    struct Mix<'a> {
        /// The segment whose values are the groups.
        segment: &'a str,
        /// The UTC date on which the period begins.
        period: String,
        /// The change of the total, in the metric's unit.
        total: Number,
        /// What comes of the groups' own values.
        within: Number,
        /// What comes of their weights; both add up to the total.
        mix: Number,
        /// Whether every group that moved did so against the total.
        reversal: bool,
    }
}

object! {
    /// The subjects that a change of a definition touched, over the new data.
    struct SubjectsObject<'a> {
        /// Those that count only now.
        entered: Option<SubjectCount<'a>>,
        /// Those that count no longer.
        left: Option<SubjectCount<'a>>,
        /// Those that count before and after, with another value.
        changed: Option<SubjectCount<'a>>,
        /// Why they are not known; all others are null then.
        unknown: Option<&'a str>,
    }
}

object! {
    /// Some subjects.
    struct SubjectCount<'a> {
        /// How many there are.
        count: u64,
        /// The first few of them; pseudonyms where subjects are sensitive.
        first: &'a [String],
    }
}

object! {
    /// A ceiling or target that is newly broken or newly met.
    struct TargetObject<'a> {
        /// `ceiling-broken`, `target-missed`, `ceiling-kept` or `target-met`.
        verdict: &'static str,
        /// The segment values of the group.
        by: Group<'a>,
        /// The UTC date on which the period begins.
        period: String,
        /// The value that was checked at the base; null where there was none.
        old: Option<Value>,
        /// The value that is checked at the head.
        new: Value,
    }
}

impl<'a> Metric<'a> {
    pub fn of(metric: &'a MetricDiff) -> Self {
        let (presence, renamed_from) = match &metric.presence {
            Presence::Both => ("both", None),
            Presence::Added => ("added", None),
            Presence::Removed => ("removed", None),
            Presence::Renamed { from } => ("renamed", Some(from.as_str())),
        };
        let changes = metric.series.iter().flat_map(|series| {
            series.values.iter().map(move |change| Change::of(metric, series, change))
        });
        Self {
            metric: &metric.metric,
            title: &metric.title,
            owner: metric.owner.as_deref(),
            unit: metric.unit.name(),
            direction: metric.direction.name(),
            presence,
            renamed_from,
            definition: metric.definition.iter().map(Field::of).collect(),
            text: metric.text.as_ref().map(|(old, new)| Text { old, new }),
            missing: metric.missing.as_deref(),
            changes: changes.collect(),
            appeared: metric.appeared.iter().map(Group).collect(),
            vanished: metric.vanished.iter().map(Group).collect(),
            mixes: metric.mixes.iter().map(Mix::of).collect(),
            witnesses: metric.affected_subjects.as_ref().map(SubjectsObject::of),
            verdicts: metric.verdicts.iter().map(TargetObject::of).collect(),
        }
    }
}

impl<'a> Field<'a> {
    fn of(change: &'a FieldChange) -> Self {
        let bearing = match change.bearing {
            ChangeScope::Numbers => "numbers",
            ChangeScope::Loosened => "loosened",
            ChangeScope::Tightened => "tightened",
            ChangeScope::Judgement => "judgement",
            ChangeScope::Words => "words",
        };
        let (old, new) = (change.old.as_deref(), change.new.as_deref());
        Self { field: &change.field, old, new, bearing }
    }
}

impl<'a> Mix<'a> {
    fn of(mix: &'a diff::Mix) -> Self {
        Self {
            segment: &mix.segment,
            period: date_text(mix.period.start),
            total: normal(mix.total),
            within: normal(mix.within),
            mix: normal(mix.mix),
            reversal: mix.reversal,
        }
    }
}

impl<'a> SubjectsObject<'a> {
    fn of(affected_subjects: &'a Result<diff::AffectedSubjects, String>) -> Self {
        let known = affected_subjects.as_ref().ok();
        let some = |of: fn(&diff::AffectedSubjects) -> &Subjects| {
            let subjects = known.map(of)?;
            Some(SubjectCount { count: subjects.count, first: &subjects.first })
        };
        Self {
            entered: some(|affected_subjects| &affected_subjects.entered),
            left: some(|affected_subjects| &affected_subjects.left),
            changed: some(|affected_subjects| &affected_subjects.changed),
            unknown: affected_subjects.as_ref().err().map(String::as_str),
        }
    }
}

impl<'a> TargetObject<'a> {
    fn of(verdict: &'a Verdict) -> Self {
        let kind = match verdict.kind {
            VerdictKind::CeilingBroken => "ceiling-broken",
            VerdictKind::TargetMissed => "target-missed",
            VerdictKind::CeilingKept => "ceiling-kept",
            VerdictKind::TargetMet => "target-met",
        };
        Self {
            verdict: kind,
            by: Group(&verdict.new.group),
            period: date_text(verdict.new.period.start),
            old: verdict.old.as_ref().map(Value::of),
            new: Value::of(&verdict.new),
        }
    }
}
