//! `goal-missing` and `stakeholders-missing`: a number that serves no aim, or that nobody reads, is
//! work for nothing. Only where the project asks for them in `[require]`.

use super::Project;
use crate::diagnostic::{Diagnostic, codes};

pub fn check(project: &Project<'_>, found: &mut Vec<Diagnostic>) {
    let settings = &project.catalog.settings;
    for metric in project.catalog.metrics.values() {
        let definition = &metric.definition;
        let goal = definition.goal.as_ref();
        if settings.require_goal && goal.is_none_or(|goal| goal.trim().is_empty()) {
            found.push(
                Diagnostic::new(
                    &codes::GOAL_MISSING,
                    format!("metric `{}` serves no goal", metric.id),
                )
                .at(goal.map_or(definition.title.span, |goal| goal.span), "no `goal`")
                .help("add `goal`: what is better when the number is better"),
            );
        }
        if settings.require_stakeholders
            && definition.stakeholders.iter().all(|reader| reader.trim().is_empty())
        {
            found.push(
                Diagnostic::new(
                    &codes::STAKEHOLDERS_MISSING,
                    format!("metric `{}` has no stakeholders", metric.id),
                )
                .at(definition.title.span, "read by nobody")
                .help("add `stakeholders`: who decides something by this number"),
            );
        }
    }
}
