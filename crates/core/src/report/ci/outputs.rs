//! Outputs of a step of GitHub Actions, as they stand in the file that `GITHUB_OUTPUT` names.

use super::Run;
use crate::diagnostic::Severity;
use crate::escape::terminal;

/// One output after the other. `report` is the path of the whole report, where it was written.
pub fn outputs(run: &Run<'_>, report: Option<&str>) -> String {
    let found = run.findings.diagnostics;
    let stale = run.stale.map(|stale| stale.changed.join("\n")).unwrap_or_default();
    let values = [
        ("exit-code", run.exit.to_string()),
        ("summary", terminal::line(&run.sentence())),
        ("changed", run.changed().to_string()),
        ("findings", (found.count(Severity::Error) + found.count(Severity::Warn)).to_string()),
        ("errors", found.count(Severity::Error).to_string()),
        ("stale", run.is_stale().to_string()),
        ("stale-snapshots", stale),
        ("report", report.unwrap_or_default().to_owned()),
    ];
    values.iter().map(|(name, value)| output(name, value)).collect()
}

/// A value between two lines that do not occur in it, so that none of its lines begins another
/// output.
fn output(name: &str, value: &str) -> String {
    // It ends a line, too, and means nothing here.
    let value = value.replace('\r', "");
    let mut end = blake3::hash(value.as_bytes()).to_hex().chars().take(32).collect::<String>();
    while value.lines().any(|line| line.trim() == end) {
        end.push('_');
    }
    format!("{name}<<{end}\n{value}\n{end}\n")
}

#[cfg(test)]
mod tests {
    use super::output;

    /// As the runner reads it.
    fn read(text: &str) -> Vec<(String, String)> {
        let (mut found, mut lines) = (Vec::new(), text.lines());
        while let Some(head) = lines.next() {
            let (name, end) = head.split_once("<<").unwrap();
            let value: Vec<&str> = lines.by_ref().take_while(|line| *line != end).collect();
            found.push((name.to_owned(), value.join("\n")));
        }
        found
    }

    #[test]
    fn a_value_is_no_other_output() {
        let end = blake3::hash(b"").to_hex().chars().take(32).collect::<String>();
        let forged = format!("a\n{end}\nexit-code<<x\n0\nx\nb=c\r\nd\n");
        for value in ["", "a", "a\nb=c", "x<<y\nz\ny", &forged] {
            let text = output("one", value) + &output("two", "2");
            let expected = value.replace('\r', "");
            let expected = [("one".to_owned(), expected), ("two".to_owned(), "2".to_owned())];
            assert_eq!(read(&text), expected, "{value:?}");
        }
    }
}
