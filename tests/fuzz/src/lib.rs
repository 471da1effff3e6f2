//! What the targets share: a project in memory, and what holds of everything that is said of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use goodhart::check::LoadedProject;
use goodhart_core::diagnostic::{Diagnostics, Files, Span, render};
use goodhart_core::project::{self, ProjectFiles};
use goodhart_engine::Parser;
use jiff::civil::{Date, date};

/// The day for which rules check.
pub const TODAY: Date = date(2026, 6, 15);

/// Definition files by their paths.
pub type Texts = BTreeMap<String, String>;

/// The definition files of a project of this repository.
pub fn texts(folder: &str) -> Texts {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    let mut files = Files::default();
    project::list(&root, &mut files, |_, _| u64::MAX).expect("the project is there");
    files.ids().map(|id| (files.path(id).to_owned(), files.text(id).to_owned())).collect()
}

thread_local! {
    /// One for all inputs: to open an engine takes longer than to look at most of them.
    pub static PARSER: Parser<'static> = Parser::within();
}

/// Reads a project that is nowhere on a disk.
pub fn open(texts: &Texts) -> LoadedProject {
    let mut files = Files::default();
    let mut listed = ProjectFiles {
        project: None,
        sources: Vec::new(),
        metrics: Vec::new(),
        unreadable: Vec::new(),
    };
    for (path, text) in texts {
        let id = files.add(path.as_str(), text.as_str());
        match path.split_once('/') {
            Some(("sources", _)) => listed.sources.push(id),
            Some(("metrics", _)) => listed.metrics.push(id),
            _ => listed.project = Some(id),
        }
    }
    PARSER.with(|parser| {
        let root = PathBuf::from(".");
        LoadedProject::read(root, files, &listed, Vec::new(), parser).expect("the engine opens")
    })
}

/// What is printed; every place in it is a piece of a file, every diagnostic says something.
pub fn rendered(diagnostics: &Diagnostics, files: &Files) -> String {
    let text = render(diagnostics, files, false);
    for diagnostic in diagnostics.sorted(files) {
        assert!(!diagnostic.message.trim().is_empty(), "{diagnostic:?}");
        assert!(text.contains(diagnostic.code.name), "{diagnostic:?}");
        for label in &diagnostic.labels {
            assert_place(label.span, files, diagnostic);
        }
        for edit in diagnostic.fix.iter().flat_map(|fix| &fix.edits) {
            assert_place(edit.span, files, diagnostic);
        }
    }
    text
}

fn assert_place(span: Span, files: &Files, about: &impl std::fmt::Debug) {
    assert!(files.text(span.file).get(span.range()).is_some(), "no place: {about:?}");
}
