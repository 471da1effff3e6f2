//! Rules about good definitions, one per file; each looks at the project and reports.

mod absolute_path;
mod average_of_averages;
mod boundary_count;
mod calendar_duration;
mod calendar_of_as_of;
mod ceiling;
mod ceiling_target;
mod ceiling_unit;
mod clock;
mod clock_out_of_place;
mod closed_only;
mod cohort;
pub mod control_frameworks;
mod current_severity;
mod end_of_day;
pub mod fixtures;
mod framework;
mod gameability;
mod gameability_copied;
mod guard;
mod hidden_mix;
mod impossible_condition;
mod lost_offset;
mod mean_alone;
mod name_style;
mod null_in_condition;
mod observed;
mod owner;
mod part_of_duration;
mod personal_segment;
mod population_duplicate;
mod population_similar;
mod queries;
mod ratio_of_averages;
mod redundant_condition;
mod require;
mod review;
mod row_order;
mod secret;
mod stock_without_as_of;
mod text_order;
mod tolerance;
mod union_by_position;
mod unit;
mod unknown_value;
mod unused;
mod version;
mod waiver;

pub use text_order::numbers_ordered_as_text;
pub use version::Base;

use jiff::civil::Date;

use crate::diagnostic::{Diagnostic, Files};
use crate::parallel;
use crate::project::catalog::Catalog;
use crate::sql::facts::BoundProject;

/// What the rules look at.
#[derive(Debug, Clone, Copy)]
pub struct Project<'a> {
    pub catalog: &'a Catalog,
    /// For places inside SQL.
    pub files: &'a Files,
    /// The day for which reviews and waivers are checked.
    pub today: Date,
}

/// A rule over definitions: a pure function that needs no engine.
type Rule = fn(&Project<'_>, &mut Vec<Diagnostic>);

/// The rules over definitions, in the order in which they run.
const RULES: &[Rule] = &[
    owner::check,
    require::check,
    review::check,
    name_style::check,
    ceiling::check,
    ceiling_unit::check,
    ceiling_target::check,
    gameability::check,
    gameability_copied::check,
    guard::check,
    waiver::check,
    unit::check,
    mean_alone::check,
    tolerance::check,
    ratio_of_averages::check,
    population_duplicate::check,
    population_similar::check,
    framework::check,
    clock::check,
    clock_out_of_place::check,
    calendar_of_as_of::check,
    absolute_path::check,
    secret::check,
];

/// Runs every rule over definitions.
pub fn check(project: &Project<'_>) -> Vec<Diagnostic> {
    let each = parallel::map(RULES, worth(project), |rule| {
        let mut found = Vec::new();
        rule(project, &mut found);
        found
    });
    each.into_iter().flatten().collect()
}

/// How many rules are worth a thread: in a small project none are.
fn worth(project: &Project<'_>) -> usize {
    const SMALL: usize = 100;
    if project.catalog.metrics.len() < SMALL { usize::MAX } else { 2 }
}

/// What was found by binding, without what follows from a rule's finding about the same SQL.
pub fn without_follow_ups(
    catalog: &Catalog,
    files: &Files,
    found: Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    // Looking through all SQL is for when there is something to leave out.
    if found.is_empty() {
        return found;
    }
    let refused = clock::refused(catalog, files);
    let follows = |diagnostic: &Diagnostic| {
        let place = diagnostic.labels.first().map(|label| label.span);
        // The allow-list refuses the same functions, and finds whatever else is wrong.
        place.is_some_and(|place| {
            refused.iter().any(|(sql, functions)| {
                place == *sql || functions.iter().any(|function| function.contains(place))
            })
        })
    };
    found.into_iter().filter(|diagnostic| !follows(diagnostic)).collect()
}

/// A rule over bound SQL.
type BoundRule = fn(&Project<'_>, &BoundProject, &mut Vec<Diagnostic>);

/// The rules over bound SQL, in the order in which they run.
const BOUND_RULES: &[BoundRule] = &[
    closed_only::check,
    cohort::check,
    average_of_averages::check,
    hidden_mix::check,
    current_severity::check,
    stock_without_as_of::check,
    part_of_duration::check,
    calendar_duration::check,
    boundary_count::check,
    end_of_day::check,
    lost_offset::check,
    row_order::check,
    personal_segment::check,
    null_in_condition::check,
    unknown_value::check,
    impossible_condition::check,
    redundant_condition::check,
    text_order::check,
    union_by_position::check,
    unused::check,
    fixtures::check,
];

/// Runs every rule over bound SQL.
pub fn check_bound(project: &Project<'_>, bound: &BoundProject) -> Vec<Diagnostic> {
    let each = parallel::map(BOUND_RULES, worth(project), |rule| {
        let mut found = Vec::new();
        rule(project, bound, &mut found);
        found
    });
    each.into_iter().flatten().collect()
}

/// Compares with the metrics of another revision, by id.
pub fn check_against(project: &Project<'_>, base: &Base) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    version::check(project, base, &mut found);
    found
}
