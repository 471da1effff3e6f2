//! `--format github`: workflow commands, which GitHub Actions shows beside the changed lines.

use super::{Findings, told};
use crate::diagnostic::{Diagnostic, Severity};
use crate::escape::command::{data, property};

/// One command per line; nothing where nothing was found.
pub fn github(findings: &Findings<'_>) -> String {
    findings.list().into_iter().map(|diagnostic| command(findings, diagnostic) + "\n").collect()
}

fn command(findings: &Findings<'_>, diagnostic: &Diagnostic) -> String {
    let word = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warn => "warning",
        Severity::Note | Severity::Allow => "notice",
    };
    let mut properties = Vec::new();
    if let Some((place, _)) = findings.places(diagnostic).into_iter().next() {
        properties.push(format!("file={}", property(&place.path)));
        properties.push(format!("line={}", place.line));
        properties.push(format!("endLine={}", place.end_line));
        // Columns over several lines mean nothing to GitHub.
        if place.line == place.end_line {
            properties.push(format!("col={}", place.column));
            properties.push(format!("endColumn={}", place.end_column));
        }
    }
    properties.push(format!("title={}", property(diagnostic.code.name)));
    format!("::{word} {}::{}", properties.join(","), data(&told(diagnostic)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Diagnostics, Files, Span, codes};

    #[test]
    fn no_value_begins_a_command() {
        let mut files = Files::default();
        let file = files.add("metrics/a,line=9::b\n::error::c.toml", "x");
        let mut diagnostics = Diagnostics::default();
        diagnostics.push(
            Diagnostic::new(&codes::UNKNOWN_KEY, "100 %\r\n::set-output name=x::y\u{1b}[2J")
                .at(Span::new(file, 0..1), "::stop-commands::z\r::error::w"),
        );
        let text = github(&Findings { diagnostics: &diagnostics, files: &files, prefix: "" });
        assert_eq!(text.lines().count(), 1);
        assert!(!text.contains('\r') && !text.contains('\u{1b}'));
        assert!(text.starts_with("::error file=metrics/a%2Cline=9%3A%3Ab%0A%3A%3Aerror%3A%3Ac"));
        assert!(text.contains("::100 %25%0A::set-output name=x::y"));
    }
}
