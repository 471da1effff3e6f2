//! Diagnostics as text for a terminal.

use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Renderer, Snippet, renderer::DecorStyle,
};

use super::{Diagnostic, Diagnostics, Files, Severity};

/// Renders everything in `diagnostics`, one after the other with an empty line between.
///
/// `styled` adds ANSI colours; the caller decides by terminal and `NO_COLOR`.
pub fn render(diagnostics: &Diagnostics, files: &Files, styled: bool) -> String {
    let renderer =
        if styled { Renderer::styled() } else { Renderer::plain() }.decor_style(DecorStyle::Ascii);
    let mut text = String::new();
    for diagnostic in diagnostics.sorted(files) {
        text.push_str(&renderer.render(&[group(diagnostic, files)]));
        text.push_str("\n\n");
    }
    text
}

fn group<'a>(diagnostic: &'a Diagnostic, files: &'a Files) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warn => Level::WARNING,
        Severity::Note | Severity::Allow => Level::NOTE,
    };
    let mut group = level
        .primary_title(diagnostic.message.as_str())
        .id(diagnostic.code.name)
        .elements(excerpts(diagnostic));
    for snippet in snippets(diagnostic, files) {
        group = group.element(snippet);
    }
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(note.as_str()));
    }
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    group
}

fn excerpts(diagnostic: &Diagnostic) -> Vec<Snippet<'_, Annotation<'_>>> {
    diagnostic
        .excerpts
        .iter()
        .map(|excerpt| {
            Snippet::source(excerpt.text.as_str())
                .line_start(excerpt.line)
                .path(excerpt.path.as_str())
                .annotation(
                    AnnotationKind::Primary
                        .span(clamp(excerpt.range.clone(), &excerpt.text))
                        .label(label_text(&excerpt.label)),
                )
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
            let text = files.text(file);
            let annotations = diagnostic
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
                    kind.span(clamp(label.span.range(), text)).label(label_text(&label.text))
                });
            Snippet::source(text).path(files.path(file)).annotations(annotations)
        })
        .collect()
}

/// An empty label would be drawn as trailing blanks.
fn label_text(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// Keeps a range inside the text and on character borders: the renderer panics otherwise.
fn clamp(range: std::ops::Range<usize>, text: &str) -> std::ops::Range<usize> {
    let start = text.floor_char_boundary(range.start.min(text.len()));
    let end = text.ceil_char_boundary(range.end.clamp(start, text.len()));
    start..end
}

#[cfg(test)]
mod tests {
    use super::super::{Span, codes};
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
}
