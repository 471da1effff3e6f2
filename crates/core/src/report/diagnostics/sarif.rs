//! `--format sarif`: SARIF 2.1.0, for code scanning and editors.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use serde_sarif::sarif;

use super::{Findings, Place, level, told};
use crate::diagnostic::{CODES, Code, Diagnostic, Fix, Severity};
use crate::escape;

/// Where relative addresses begin; the reader knows where that is.
const BASE: &str = "%SRCROOT%";

/// A log with one run.
pub fn sarif(findings: &Findings<'_>) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let driver = sarif::ToolComponent::builder()
        .name("goodhart")
        .version(version)
        .semantic_version(version)
        .rules(CODES.iter().map(|code| rule(code)).collect::<Vec<_>>())
        .build();
    let invocation = sarif::Invocation::builder()
        .execution_successful(!findings.diagnostics.has_failures())
        .build();
    let mut seen = BTreeMap::new();
    let results: Vec<sarif::Result> = findings
        .list()
        .into_iter()
        .map(|diagnostic| result(findings, diagnostic, &mut seen))
        .collect();
    let run = sarif::Run::builder()
        .tool(sarif::Tool::builder().driver(driver).build())
        .column_kind("unicodeCodePoints")
        .invocations(vec![invocation])
        .results(results)
        .build();
    let log = sarif::Sarif::builder()
        .schema("https://json.schemastore.org/sarif-2.1.0.json")
        .version("2.1.0")
        .runs(vec![run])
        .build();
    escape::json::document(&serde_json::to_string_pretty(&log).unwrap_or_default()) + "\n"
}

fn rule(code: &Code) -> sarif::ReportingDescriptor {
    let text = |text: &str| sarif::MultiformatMessageString::builder().text(text).build();
    sarif::ReportingDescriptor::builder()
        .id(code.name)
        .short_description(text(code.summary))
        .full_description(text(code.summary))
        .help(
            sarif::MultiformatMessageString::builder().text(code.page).markdown(code.page).build(),
        )
        .default_configuration(
            sarif::ReportingConfiguration::builder().level(level(code.default)).build(),
        )
        .build()
}

fn result<'a>(
    findings: &Findings<'a>,
    diagnostic: &'a Diagnostic,
    seen: &mut BTreeMap<String, usize>,
) -> sarif::Result {
    let mut places = findings.places(diagnostic).into_iter();
    let primary = places.next();
    let fingerprint = fingerprint(diagnostic, primary.as_ref().map(|(place, _)| place), seen);
    let level = match diagnostic.severity {
        Severity::Error => sarif::ResultLevel::Error,
        Severity::Warn => sarif::ResultLevel::Warning,
        Severity::Note | Severity::Allow => sarif::ResultLevel::Note,
    };
    let mut result = sarif::Result::builder()
        .rule_id(diagnostic.code.name)
        .level(level)
        .message(message(&told(diagnostic)))
        .partial_fingerprints(BTreeMap::from([("goodhart/v1".to_owned(), fingerprint)]))
        .build();
    let index = CODES.iter().position(|code| code.name == diagnostic.code.name);
    result.rule_index = index.and_then(|index| i64::try_from(index).ok());
    result.locations = primary.map(|(place, text)| vec![location(&place, text, None)]);
    let related: Vec<sarif::Location> =
        (1..).zip(places).map(|(id, (place, text))| location(&place, text, Some(id))).collect();
    result.related_locations = Some(related).filter(|related| !related.is_empty());
    result.fixes = diagnostic.fix.as_ref().map(|fix| vec![change(findings, fix)]);
    result
}

/// The same for the same problem when lines above it come or go: a number of a line is not in it.
pub(super) fn fingerprint(
    diagnostic: &Diagnostic,
    place: Option<&Place>,
    seen: &mut BTreeMap<String, usize>,
) -> String {
    let (path, text) = place.map_or(("", ""), |place| (&place.path, &place.text));
    let what = [diagnostic.code.name, path, &diagnostic.message, text].join("\0");
    let occurrence = seen.entry(what.clone()).or_insert(0);
    let hash = blake3::hash(format!("{what}\0{occurrence}").as_bytes());
    *occurrence += 1;
    hash.to_hex().chars().take(32).collect()
}

fn location(place: &Place, text: &str, id: Option<i64>) -> sarif::Location {
    let physical = sarif::PhysicalLocation::builder()
        .artifact_location(artifact(&place.path))
        .region(region(place))
        .build();
    let mut location = sarif::Location::builder().physical_location(physical).build();
    location.id = id;
    location.message = Some(text).filter(|text| !text.is_empty()).map(message);
    location
}

fn region(place: &Place) -> sarif::Region {
    let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    sarif::Region::builder()
        .start_line(number(place.line))
        .start_column(number(place.column))
        .end_line(number(place.end_line))
        .end_column(number(place.end_column))
        .build()
}

fn artifact(path: &str) -> sarif::ArtifactLocation {
    let address = address(path);
    if path.starts_with('/') {
        return sarif::ArtifactLocation::builder().uri(format!("file://{address}")).build();
    }
    sarif::ArtifactLocation::builder().uri(address).uri_base_id(BASE).build()
}

/// A path as a relative reference of RFC 3986.
fn address(path: &str) -> String {
    let mut address = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~') {
            address.push(char::from(byte));
        } else {
            address.push_str(&format!("%{byte:02X}"));
        }
    }
    address
}

fn message(text: &str) -> sarif::Message {
    sarif::Message::builder().text(escape::sarif::message(text)).build()
}

fn change(findings: &Findings<'_>, fix: &Fix) -> sarif::Fix {
    let edits: Vec<(Place, &str)> =
        fix.edits.iter().map(|edit| (Place::of(findings, edit.span), edit.text.as_str())).collect();
    let paths: BTreeSet<&str> = edits.iter().map(|(place, _)| place.path.as_str()).collect();
    let changes: Vec<sarif::ArtifactChange> = paths
        .into_iter()
        .map(|path| {
            let here = edits.iter().filter(|(place, _)| place.path == path);
            let replacements: Vec<sarif::Replacement> = here
                .map(|(place, text)| {
                    sarif::Replacement::builder()
                        .deleted_region(region(place))
                        .inserted_content(sarif::ArtifactContent::builder().text(*text).build())
                        .build()
                })
                .collect();
            sarif::ArtifactChange::builder()
                .artifact_location(artifact(path))
                .replacements(replacements)
                .build()
        })
        .collect();
    let applicability = ("applicability".to_owned(), Value::from(fix.applicability.name()));
    sarif::Fix::builder()
        .description(message(&fix.says))
        .artifact_changes(changes)
        .properties(
            sarif::PropertyBag::builder()
                .additional_properties(BTreeMap::from([applicability]))
                .build(),
        )
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Diagnostics, Files, Span, codes};

    fn fingerprints(text: &str) -> Vec<String> {
        let mut files = Files::default();
        let file = files.add("metrics/x.toml", text);
        let mut diagnostics = Diagnostics::default();
        for (at, _) in text.match_indices("titel") {
            let span = Span::new(file, at..at + 5);
            diagnostics.push(Diagnostic::new(&codes::UNKNOWN_KEY, "unknown").at(span, ""));
        }
        let findings = Findings { diagnostics: &diagnostics, files: &files, prefix: "" };
        let log: Value = serde_json::from_str(&sarif(&findings)).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap().iter();
        let print = |result: &Value| result["partialFingerprints"]["goodhart/v1"].to_string();
        results.map(print).collect()
    }

    #[test]
    fn lines_above_change_no_fingerprint() {
        let before = fingerprints("titel = 1\n[a]\ntitel = 2\n");
        assert_eq!(before, fingerprints("# new\n\ntitel = 1\n[a]\n  titel = 3\n"));
        assert_ne!(before[0], before[1]);
    }

    #[test]
    fn addresses_hold_no_spaces() {
        assert_eq!(address("a b/é%.toml"), "a%20b/%C3%A9%25.toml");
        assert_eq!(artifact("/d/x").uri.as_deref(), Some("file:///d/x"));
    }
}
