//! `version-not-raised`: two numbers of one metric and one version must be comparable.

use std::collections::BTreeMap;

use super::Project;
use crate::diagnostic::{Applicability, Diagnostic, codes};
use crate::project::catalog::{Catalog, Metric};
use crate::project::definition::aspects::{Canonical, aspects};
use crate::project::definition::metric::MetricFile;
use crate::project::definition::read::Text;
use crate::sql::ParsedPieces;

/// The metrics of another revision.
#[derive(Debug)]
pub struct Base {
    /// By id.
    pub metrics: BTreeMap<String, MetricFile>,
    /// What is known of their SQL.
    pub sql: ParsedPieces,
}

/// Compares every metric with the definition of the same id in `base`.
pub fn check(project: &Project<'_>, base: &Base, found: &mut Vec<Diagnostic>) {
    for metric in project.catalog.metrics.values() {
        let Some(before) = base.metrics.get(&metric.id) else {
            continue;
        };
        let changed = changed(project.catalog, base, before, metric);
        if changed.is_empty() || raised(before.version.as_ref(), metric) {
            continue;
        }
        let definition = &metric.definition;
        let mut diagnostic = Diagnostic::new(
            &codes::VERSION_NOT_RAISED,
            format!("the definition of `{}` changed and its version was not raised", metric.id),
        )
        .note(format!("changed: {}", changed.join(", ")));
        diagnostic = match &definition.version {
            None => diagnostic
                .at(definition.title.span, "has no `version`")
                .help("add `version = \"1.0.0\"`, and raise it with each change of the number"),
            Some(version) => {
                let diagnostic = diagnostic.at(version.span, "as before the change");
                match next(version) {
                    Some(next) => diagnostic.replace(
                        version.span,
                        format!("\"{next}\""),
                        format!("raise the version to `{next}`"),
                        Applicability::Suggested,
                    ),
                    None => diagnostic.help("write it as three numbers, such as \"1.1.0\""),
                }
            }
        };
        found.push(diagnostic);
    }
}

/// The aspects in which a metric differs from its definition `before`.
fn changed(
    catalog: &Catalog,
    base: &Base,
    before: &MetricFile,
    metric: &Metric,
) -> Vec<&'static str> {
    let fixed = catalog.fixed_names(metric);
    let now = &metric.definition;
    let (old, new) =
        (Canonical::new(before, &fixed, &base.sql), Canonical::new(now, &fixed, &catalog.sql));
    let pairs = aspects(before, &old).into_iter().zip(aspects(now, &new));
    pairs.filter(|((_, before), (_, now))| before != now).map(|(_, (name, _))| name).collect()
}

/// Whether the version went up; one that was not there before is enough.
fn raised(before: Option<&Text>, metric: &Metric) -> bool {
    let (Some(before), Some(now)) = (before, &metric.definition.version) else {
        return metric.definition.version.is_some();
    };
    match (semver::Version::parse(before), semver::Version::parse(now)) {
        (Ok(before), Ok(now)) => now > before,
        _ => before.as_str() != now.as_str(),
    }
}

/// The next minor version.
fn next(version: &str) -> Option<semver::Version> {
    let version = semver::Version::parse(version).ok()?;
    Some(semver::Version::new(version.major, version.minor.checked_add(1)?, 0))
}
