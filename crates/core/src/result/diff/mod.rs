//! Results × results → what changed, and why.
//!
//! A value V is that of a definition over data. Between a base and a head it is split into
//!
//! ```text
//! definition effect = V(new, new) − V(old, new)
//! data effect       = V(old, new) − V(old, old)
//! ```
//!
//! which add up exactly. Where only one of the two moved, the whole change is its effect and nothing
//! needs to be evaluated; where both did, [`Counterfactuals`] has V(old, new), and V(new, old) where the old
//! data is still there. Everything here is a pure function.

mod alerts;
mod cause;
mod definition;
mod findings;
mod metric;
mod mix;
mod rank;
mod sources;
mod values;
mod verdict;

pub use cause::{Cause, ChangedInput, Effects, moved};
pub use definition::{ChangeScope, FieldChange};
pub use findings::findings;
pub use mix::Mix;
pub use sources::SourceChange;
pub use values::{SeriesChange, ValueChange};
pub use verdict::{Verdict, VerdictKind};

use std::collections::BTreeMap;

use crate::diagnostic::Files;
use crate::project::catalog::{Catalog, Metric};
use crate::project::definition::display::DisplayUnit;
use crate::project::definition::metric::Direction;
use crate::result::snapshot::InputsFile;
use crate::result::{Group, MetricResults, SourceInput};

/// One of the two states that are compared.
pub struct Revision<'a> {
    pub provenance: Provenance,
    /// Absent where there are only results, or the definitions cannot be read.
    pub definitions: Option<Definitions<'a>>,
    /// By metric.
    pub results: BTreeMap<String, MetricResults>,
}

impl<'a> Revision<'a> {
    /// A metric with the definitions that it belongs to.
    pub fn metric(&self, id: &str) -> Option<(Definitions<'a>, &'a Metric)> {
        let definitions = self.definitions?;
        Some((definitions, definitions.catalog.metrics.get(id)?))
    }
}

/// The definitions of a side.
#[derive(Clone, Copy)]
pub struct Definitions<'a> {
    pub catalog: &'a Catalog,
    pub files: &'a Files,
}

/// What identifies a side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// What somebody called it: `main`, `working tree`, a folder.
    pub name: String,
    /// The whole hash of the commit, where it is one.
    pub commit: Option<String>,
    /// What its results were computed from, where that is known.
    pub inputs: Option<InputsFile>,
}

/// Results of the definitions of one side over the data of the other, by metric; or why there are
/// none. A metric that is not among them needs none.
#[derive(Debug, Default)]
pub struct Counterfactuals {
    /// V(old, new)
    pub old_over_new: BTreeMap<String, Result<MetricResults, String>>,
    /// V(new, old)
    pub new_over_old: BTreeMap<String, Result<MetricResults, String>>,
    /// What a change of the definition did to single subjects, over the new data.
    pub affected_subjects: BTreeMap<String, Result<AffectedSubjects, String>>,
}

/// The subjects that a change of the definition touched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AffectedSubjects {
    pub entered: Subjects,
    pub left: Subjects,
    /// They count before and after, with another value.
    pub changed: Subjects,
}

/// Some subjects: how many, and the first few by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subjects {
    pub count: u64,
    /// In order; pseudonyms where subjects are sensitive, and none where there is no key for them.
    pub first: Vec<String>,
}

/// What changed between two sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    pub base: Provenance,
    pub head: Provenance,
    pub sources: Vec<SourceChange>,
    /// What changed, most important first.
    pub metrics: Vec<MetricDiff>,
    /// How many metrics both sides have with the same values and the same definition.
    pub unchanged: usize,
}

/// What changed of a metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricDiff {
    pub metric: String,
    pub title: String,
    pub owner: Option<String>,
    pub unit: DisplayUnit,
    pub direction: Direction,
    pub presence: Presence,
    /// What of the definition changed, in the order of a file.
    pub definition: Vec<FieldChange>,
    /// The text of the definition before and after, where it changed.
    pub text: Option<(String, String)>,
    /// Why there are no values to compare, where a side lacks them.
    pub missing: Option<String>,
    /// Groups with changed values, most important first.
    pub series: Vec<SeriesChange>,
    /// Groups that only the head has.
    pub appeared: Vec<Group>,
    /// Groups that only the base has.
    pub vanished: Vec<Group>,
    /// Totals that moved against every group, or mostly because the mix of groups did.
    pub mixes: Vec<Mix>,
    pub affected_subjects: Option<Result<AffectedSubjects, String>>,
    /// Ceilings and targets that are newly broken or newly met.
    pub verdicts: Vec<Verdict>,
}

/// On which side a metric is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence {
    Both,
    Added,
    Removed,
    /// The base has it under another id.
    Renamed {
        from: String,
    },
}

impl MetricDiff {
    /// How many values changed.
    pub fn changed_values(&self) -> usize {
        self.series.iter().map(|series| series.values.len()).sum()
    }

    /// Whether no value changed.
    pub fn is_unmoved(&self) -> bool {
        self.series.is_empty() && self.appeared.is_empty() && self.vanished.is_empty()
    }

    /// The change that stands for the metric: of the total where it changed, else of the first
    /// group, at the newest complete period.
    pub fn headline(&self) -> Option<&ValueChange> {
        let total = self.series.iter().find(|series| series.group.is_empty());
        total.or(self.series.first()).and_then(SeriesChange::headline)
    }
}

/// Compares two sides.
pub fn diff(base: &Revision<'_>, head: &Revision<'_>, crossed: &Counterfactuals) -> Diff {
    let sources = sources::changes(&base.provenance, &head.provenance);
    let pairs = metric::pairs(base, head);
    let renamed = metric::renamed(&pairs);
    let mut unchanged = 0;
    let mut metrics = Vec::new();
    for pair in pairs {
        match metric::compare(base, head, crossed, &pair, &renamed) {
            Some(changed) => metrics.push(changed),
            None => unchanged += 1,
        }
    }
    rank::sort(&mut metrics);
    Diff {
        base: base.provenance.clone(),
        head: head.provenance.clone(),
        sources,
        metrics,
        unchanged,
    }
}
