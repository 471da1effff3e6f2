//! `personal-segment`: results are in git for everybody who has the project; who somebody is does
//! not belong there.

use super::Project;
use crate::diagnostic::{Diagnostic, codes};
use crate::project::catalog::Metric;
use crate::result::privacy::{self, Personal};
use crate::sql::facts::{BoundMetric, BoundProject};

pub fn check(project: &Project<'_>, bound: &BoundProject, found: &mut Vec<Diagnostic>) {
    for (id, facts) in &bound.metrics {
        let Some(metric) = project.catalog.metrics.get(id) else {
            continue;
        };
        let population = metric.definition.population.as_ref();
        for segment in population.into_iter().flat_map(|population| &population.segments) {
            let shown = metric.segments().contains(&segment.as_str());
            if !shown || privacy::is_sensitive(project.catalog, bound, metric, segment) {
                continue;
            }
            let Some((what, from)) = looks_like(bound, facts, segment) else {
                continue;
            };
            let message = format!(
                "segment `{}` of metric `{id}` looks like {}",
                segment.as_str(),
                what.name()
            );
            let mut diagnostic = Diagnostic::new(&codes::PERSONAL_SEGMENT, message)
                .at(segment.span, "its values are committed as they are");
            if let Some(from) = from {
                diagnostic = diagnostic.note(format!("it comes from {from}"));
            }
            found.push(diagnostic.help(help(metric, segment, what)));
        }
    }
}

fn help(metric: &Metric, segment: &str, what: Personal) -> String {
    match what {
        Personal::Secret => "break down by something that may be read by everybody".to_owned(),
        Personal::Person | Personal::Address => format!(
            "declare its column `sensitive = true` in the source, or list `{segment}` in \
             `sensitive` of [population] of `{}`: results have pseudonyms then",
            metric.id
        ),
    }
}

/// What a segment looks like by its name, else by the one column of a file that it comes from.
fn looks_like(
    bound: &BoundProject,
    facts: &BoundMetric,
    segment: &str,
) -> Option<(Personal, Option<String>)> {
    if let Some(what) = privacy::by_name(segment) {
        return Some((what, None));
    }
    let roots = bound.roots(&facts.population.column(segment)?.origin);
    // What is computed from several columns is seldom the value of one.
    let mut roots = roots.into_iter();
    let (root, None) = (roots.next()?, roots.next()) else {
        return None;
    };
    let what = privacy::by_name(&root.column)?;
    Some((what, Some(format!("`{}` of source `{}`", root.column, root.source))))
}
