//! Changes that mend what a diagnostic is about, and what they make of the files.

use std::collections::BTreeMap;

use super::{Diagnostic, Diagnostics, FileId, Files, Span};

/// A change of text that mends what a diagnostic is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What the change does, as an order: "put it in quotes"; or what is to be confirmed: "did
    /// you mean `A`?".
    pub says: String,
    /// None of them overlaps another.
    pub edits: Vec<Edit>,
    pub applicability: Applicability,
}

/// A piece of a definition file and what stands there instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub span: Span,
    pub text: String,
}

/// Whether a fix is applied without a person looking at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applicability {
    /// It changes no number and means what the author meant: `--fix` applies it.
    Safe,
    /// It is a guess at what was meant, for an editor to offer.
    Suggested,
}

impl Applicability {
    /// The name in machine formats.
    pub fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Suggested => "suggested",
        }
    }
}

/// What the safe fixes of a run make of the files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FixedFiles {
    /// The new texts of the files that change.
    pub texts: BTreeMap<FileId, String>,
    /// How many diagnostics were mended.
    pub count: usize,
}

/// Applies every safe fix. One that overlaps an earlier one waits: the next look at the files
/// finds it again, or finds that it is no longer needed.
pub fn apply(diagnostics: &Diagnostics, files: &Files) -> FixedFiles {
    let mut taken: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    let mut count = 0;
    for diagnostic in diagnostics.sorted(files) {
        if let Some(edits) = edits(diagnostic, files)
            && edits.iter().all(|edit| fits(edit, taken.get(&edit.span.file)))
        {
            for edit in edits {
                let taken = taken.entry(edit.span.file).or_default();
                if !taken.contains(&edit) {
                    taken.push(edit);
                }
            }
            count += 1;
        }
    }
    let texts = taken.into_iter().map(|(file, edits)| (file, edited(files.text(file), edits)));
    FixedFiles { texts: texts.collect(), count }
}

/// The edits of a safe fix, if they can be made.
fn edits<'a>(diagnostic: &'a Diagnostic, files: &Files) -> Option<&'a [Edit]> {
    let fix = diagnostic.fix.as_ref().filter(|_| diagnostic.is_fixable())?;
    let inside = |edit: &Edit| files.text(edit.span.file).get(edit.span.range()).is_some();
    (!fix.edits.is_empty() && fix.edits.iter().all(inside)).then_some(fix.edits.as_slice())
}

/// Whether an edit can be made beside those that were taken. Two diagnostics may ask for the same.
fn fits(edit: &Edit, taken: Option<&Vec<&Edit>>) -> bool {
    let apart = |other: &&Edit| {
        let (a, b) = (edit.span.range(), other.span.range());
        // What is inserted where another edit begins or ends could stand before or behind it.
        let inserts = a.is_empty() || b.is_empty();
        let (start, end) = (a.start.max(b.start), a.end.min(b.end));
        if inserts { start > end } else { start >= end }
    };
    taken.into_iter().flatten().all(|other| edit == *other || apart(other))
}

fn edited(text: &str, mut edits: Vec<&Edit>) -> String {
    edits.sort_by_key(|edit| edit.span.start);
    let mut result = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        result.push_str(text.get(at..edit.span.start).unwrap_or(""));
        result.push_str(&edit.text);
        at = edit.span.end;
    }
    result.push_str(text.get(at..).unwrap_or(""));
    result
}

#[cfg(test)]
mod tests {
    use super::super::codes;
    use super::*;

    const TEXT: &str = "Title = \"é\"  # a note\r\nOWNER=\"soc\"\r\n";

    fn run(edits: &[(std::ops::Range<usize>, &str, Applicability)]) -> (String, usize) {
        let mut files = Files::default();
        let file = files.add("metrics/x.toml", TEXT);
        let mut diagnostics = Diagnostics::default();
        for (index, (range, text, applicability)) in edits.iter().enumerate() {
            let span = Span::new(file, range.clone());
            diagnostics.push(
                Diagnostic::new(&codes::UNKNOWN_KEY, format!("number {index}"))
                    .at(span, "")
                    .replace(span, *text, "replace it", *applicability),
            );
        }
        let fixed = apply(&diagnostics, &files);
        (fixed.texts.get(&file).map_or(TEXT, String::as_str).to_owned(), fixed.count)
    }

    #[test]
    fn everything_else_keeps_its_bytes() {
        let at = TEXT.find("OWNER").unwrap();
        let (text, count) = run(&[
            (at..at + 5, "owner", Applicability::Safe),
            (0..5, "title", Applicability::Safe),
            (9..11, "x", Applicability::Suggested),
        ]);
        assert_eq!(text, "title = \"é\"  # a note\r\nowner=\"soc\"\r\n");
        assert_eq!(count, 2);
    }

    #[test]
    fn what_overlaps_waits_and_the_same_is_done_once() {
        let safe = Applicability::Safe;
        assert_eq!(run(&[(0..5, "a", safe), (3..8, "b", safe)]).1, 1);
        assert_eq!(run(&[(0..5, "a", safe), (5..6, "b", safe)]).1, 2);
        assert_eq!(run(&[(0..0, "a", safe), (0..0, "b", safe)]).1, 1);
        let (text, count) = run(&[(0..5, "a", safe), (0..5, "a", safe)]);
        assert!(text.starts_with("a ="));
        assert_eq!(count, 2);
    }

    #[test]
    fn a_fix_outside_the_text_is_none() {
        assert_eq!(run(&[(0..900, "a", Applicability::Safe)]), (TEXT.to_owned(), 0));
        let inside_a_character = TEXT.find('é').unwrap() + 1;
        let range = inside_a_character..inside_a_character + 1;
        assert_eq!(run(&[(range, "a", Applicability::Safe)]).1, 0);
    }
}
