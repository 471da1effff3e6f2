//! Diagnostics as text for a terminal.

use std::ops::Range;

use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Patch, Renderer, Snippet, renderer::DecorStyle,
};

use super::{Diagnostic, Diagnostics, FileId, Files, Fix, Severity, Span};
use crate::escape::terminal::{self, DrawnLines};

/// Longer texts are cut in the middle: a value may be a megabyte.
const LONGEST_TEXT: usize = 300;
/// What a change is drawn of.
const LONGEST_LINE: usize = 120;
const MOST_LINES: usize = 12;

/// Renders everything in `diagnostics`, one after the other with an empty line between.
///
/// `styled` adds ANSI colours; the caller decides by terminal and `NO_COLOR`.
pub fn render(diagnostics: &Diagnostics, files: &Files, styled: bool) -> String {
    /// Nobody reads more, and each is drawn with the line that it is in, which may be long.
    const DRAWN: usize = 200;
    let mut text = String::new();
    let mut sorted = diagnostics.sorted(files);
    let more = sorted.len().saturating_sub(DRAWN);
    if more > 0 {
        sorted.sort_by_key(|diagnostic| diagnostic.severity != Severity::Error);
    }
    for diagnostic in sorted.into_iter().take(DRAWN) {
        text.push_str(&render_one(diagnostic, files, styled));
        text.push_str("\n\n");
    }
    if more > 0 {
        text.push_str(&format!("... and {more} more, which other formats show\n\n"));
    }
    text
}

/// Renders one diagnostic, without a line break behind it.
pub fn render_one(diagnostic: &Diagnostic, files: &Files, styled: bool) -> String {
    let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
    let mut groups = vec![group(diagnostic, files)];
    if let Some(fix) = &diagnostic.fix {
        match patches(fix, files) {
            Some(snippets) => {
                groups.push(Level::HELP.secondary_title(readable(&fix.says)).elements(snippets))
            }
            None => {
                let group = groups.remove(0);
                groups.push(group.element(Level::HELP.message(readable(&fix.says))));
            }
        }
    }
    terminal::page(&renderer.decor_style(DecorStyle::Ascii).render(&groups))
}

fn group<'a>(diagnostic: &'a Diagnostic, files: &'a Files) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warn => Level::WARNING,
        Severity::Note | Severity::Allow => Level::NOTE,
    };
    let mut group = level
        .primary_title(readable(&diagnostic.message))
        .id(diagnostic.code.name)
        .elements(excerpts(diagnostic));
    for snippet in snippets(diagnostic, files) {
        group = group.element(snippet);
    }
    if let Some(table) = &diagnostic.table {
        group = group.element(Level::NOTE.message(terminal::lines(table)));
    }
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(readable(note)));
    }
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(readable(help)));
    }
    group
}

fn excerpts(diagnostic: &Diagnostic) -> Vec<Snippet<'_, Annotation<'_>>> {
    diagnostic
        .excerpts
        .iter()
        .map(|excerpt| {
            let drawn = DrawnLines::of(&excerpt.text);
            let span = places(clamp(excerpt.range.clone(), &excerpt.text), &drawn);
            Snippet::source(drawn.text)
                .line_start(excerpt.line)
                .path(terminal::line(&excerpt.path))
                .annotation(AnnotationKind::Primary.span(span).label(label_text(&excerpt.label)))
        })
        .collect()
}

/// One snippet per file, since a snippet shows one source text.
fn snippets<'a>(diagnostic: &'a Diagnostic, files: &'a Files) -> Vec<Snippet<'a, Annotation<'a>>> {
    let mut order = Vec::new();
    for label in &diagnostic.labels {
        if !order.contains(&label.span.file) {
            order.push(label.span.file);
        }
    }
    order
        .into_iter()
        .map(|file| {
            let spans = diagnostic.labels.iter().map(|label| label.span);
            let (text, start, line) = lines(spans, file, files);
            let drawn = DrawnLines::of(text);
            let annotations: Vec<Annotation<'_>> = diagnostic
                .labels
                .iter()
                .enumerate()
                .filter(|(_, label)| label.span.file == file)
                .map(|(index, label)| {
                    let kind = if index == 0 && diagnostic.excerpts.is_empty() {
                        AnnotationKind::Primary
                    } else {
                        AnnotationKind::Context
                    };
                    let range = label.span.range();
                    let range = range.start.saturating_sub(start)..range.end.saturating_sub(start);
                    kind.span(places(clamp(range, text), &drawn)).label(label_text(&label.text))
                })
                .collect();
            Snippet::source(drawn.text)
                .line_start(line)
                .path(terminal::line(files.path(file)))
                .annotations(annotations)
        })
        .collect()
}

/// The change that a fix makes, a snippet for each file. None where its lines are too long, too
/// many or hold what a terminal must not see: then it is told and not shown.
fn patches<'a>(fix: &'a Fix, files: &'a Files) -> Option<Vec<Snippet<'a, Patch<'a>>>> {
    let mut order: Vec<FileId> = fix.edits.iter().map(|edit| edit.span.file).collect();
    order.sort();
    order.dedup();
    order
        .into_iter()
        .map(|file| {
            let spans = fix.edits.iter().map(|edit| edit.span);
            let (text, start, line) = lines(spans, file, files);
            // The break behind the last line would be drawn as a line more.
            let text = text.strip_suffix('\n').unwrap_or(text);
            let text = text.strip_suffix('\r').unwrap_or(text);
            let edits = || fix.edits.iter().filter(move |edit| edit.span.file == file);
            if !showable(text) || !edits().all(|edit| showable(&edit.text)) {
                return None;
            }
            let patches = edits().map(|edit| {
                let range = edit.span.range();
                let range = range.start.saturating_sub(start)..range.end.saturating_sub(start);
                Patch::new(clamp(range, text), edit.text.as_str())
            });
            let path = terminal::line(files.path(file));
            Some(Snippet::source(text).line_start(line).path(path).patches(patches))
        })
        .collect()
}

/// Whether a text is drawn as a change: the renderer neither cuts nor folds it there.
fn showable(text: &str) -> bool {
    let shown = |line: &str| line.chars().count() <= LONGEST_LINE && terminal::line(line) == line;
    text.lines().count() <= MOST_LINES && text.lines().all(shown)
}

/// The lines of a file that its `spans` touch, where they begin and the number of the
/// first. The renderer goes through all the text that it is given, once for each diagnostic.
fn lines(
    spans: impl Iterator<Item = Span> + Clone,
    file: FileId,
    files: &Files,
) -> (&str, usize, usize) {
    let text = files.text(file);
    let spans = || spans.clone().filter(|span| span.file == file);
    let first = spans().map(|span| span.start).min().unwrap_or(0);
    let last = spans().map(|span| span.end).max().unwrap_or(0);
    let Range { start: first, end: last } = clamp(first..last, text);
    let start = text[..first].rfind('\n').map_or(0, |at| at + 1);
    let end = text[last..].find('\n').map_or(text.len(), |at| last + at + 1);
    (&text[start..end], start, files.line(file, start))
}

/// An empty label would be drawn as trailing blanks.
fn label_text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| readable(text))
}

/// A text that may hold anything (a value of the data, an engine's message) as it is shown.
fn readable(text: &str) -> String {
    let text = terminal::lines(text);
    let length = text.chars().count();
    if length <= LONGEST_TEXT {
        return text;
    }
    // More of the beginning than of the end, which in a message is what is said about the value.
    let head: String = text.chars().take(LONGEST_TEXT * 2 / 3).collect();
    let tail: String = text.chars().skip(length - LONGEST_TEXT / 3).collect();
    format!("{head} … {tail}")
}

/// A range of the original where it is drawn.
fn places(range: Range<usize>, drawn: &DrawnLines) -> Range<usize> {
    drawn.place(range.start)..drawn.place(range.end)
}

/// Keeps a range inside the text and on character borders: the renderer panics otherwise.
fn clamp(range: Range<usize>, text: &str) -> Range<usize> {
    let start = text.floor_char_boundary(range.start.min(text.len()));
    let end = text.ceil_char_boundary(range.end.clamp(start, text.len()));
    start..end
}

#[cfg(test)]
mod tests {
    use super::super::codes;
    use super::*;

    #[test]
    fn a_span_outside_the_text_is_drawn_at_its_end() {
        let mut files = Files::default();
        let file = files.add("metrics/é.toml", "title = \"é\"\n");
        let mut diagnostics = Diagnostics::default();
        diagnostics.push(
            Diagnostic::new(&codes::UNKNOWN_KEY, "unknown key")
                .at(Span::new(file, 10..900), "here"),
        );
        assert!(render(&diagnostics, &files, false).contains("metrics/é.toml:1:10"));
    }

    #[test]
    fn what_is_shown_is_short_and_harmless() {
        assert_eq!(readable("a\u{1b}[2J\nb"), "a\\u{1b}[2J\nb");
        let long = readable(&format!("`{}` is not possible", "x".repeat(1_000_000)));
        assert!(long.starts_with("`xxx") && long.ends_with("xx` is not possible"));
        assert!(long.chars().count() < 310);
    }
}
