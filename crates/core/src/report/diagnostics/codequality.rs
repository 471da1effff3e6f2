//! GitLab's report of code quality, which a merge request shows beside the changed lines.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Findings;
use super::sarif::fingerprint;
use crate::diagnostic::Severity;
use crate::escape;
use crate::project::PROJECT_FILE;

#[derive(Serialize)]
struct Issue<'a> {
    description: &'a str,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
}

/// An array with one object per line.
pub fn codequality(findings: &Findings<'_>) -> String {
    let mut seen = BTreeMap::new();
    let issues = findings.list().into_iter().map(|diagnostic| {
        let place = findings.places(diagnostic).into_iter().next().map(|(place, _)| place);
        let issue = Issue {
            description: &diagnostic.message,
            check_name: diagnostic.code.name,
            fingerprint: fingerprint(diagnostic, place.as_ref(), &mut seen),
            severity: match diagnostic.severity {
                Severity::Error => "major",
                Severity::Warn => "minor",
                Severity::Note | Severity::Allow => "info",
            },
            // GitLab wants a place; what has none is about the project.
            location: match place {
                Some(place) => Location { path: place.path, lines: Lines { begin: place.line } },
                None => Location {
                    path: format!("{}{PROJECT_FILE}", findings.prefix),
                    lines: Lines { begin: 1 },
                },
            },
        };
        serde_json::to_string(&issue).unwrap_or_default()
    });
    let issues: Vec<String> = issues.collect();
    if issues.is_empty() {
        return "[]\n".to_owned();
    }
    escape::json::document(&format!("[\n{}\n]\n", issues.join(",\n")))
}
