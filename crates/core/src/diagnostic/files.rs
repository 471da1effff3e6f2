//! The texts that diagnostics point into.

use std::ops::Range;

/// A file of the project, as a handle into [`Files`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// A byte range in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub file: FileId,
    /// Byte offset of the first byte.
    pub start: usize,
    /// Byte offset behind the last byte.
    pub end: usize,
}

impl Span {
    pub fn new(file: FileId, range: Range<usize>) -> Self {
        Self { file, start: range.start, end: range.end }
    }

    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// Whether `other` lies within.
    pub fn contains(self, other: Self) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }
}

/// The arena of definition files that were read.
#[derive(Debug, Default)]
pub struct Files {
    files: Vec<File>,
}

#[derive(Debug)]
struct File {
    path: String,
    text: String,
    /// Where the lines begin, but for the first: a file of a MiB may have a mistake in every line,
    /// and counting its lines for each of them takes the square of its length.
    lines: Vec<usize>,
}

impl Files {
    /// Adds a file; `path` is relative to the project root with `/` as separator, so that the
    /// same mistake reads the same on every machine.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<String>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        let text = text.into();
        let lines = text.match_indices('\n').map(|(at, _)| at + 1).collect();
        self.files.push(File { path: path.into(), text, lines });
        id
    }

    /// The path relative to the project root.
    pub fn path(&self, id: FileId) -> &str {
        self.files.get(id.0 as usize).map_or("", |file| file.path.as_str())
    }

    pub fn text(&self, id: FileId) -> &str {
        self.files.get(id.0 as usize).map_or("", |file| file.text.as_str())
    }

    /// The number of the line in which an offset lies, from 1.
    pub fn line(&self, id: FileId, offset: usize) -> usize {
        let lines = self.files.get(id.0 as usize).map_or(&[][..], |file| file.lines.as_slice());
        1 + lines.partition_point(|start| *start <= offset)
    }

    /// The line and column (in characters) at which a span begins, both from 1.
    pub fn position(&self, span: Span) -> (usize, usize) {
        let text = self.text(span.file);
        let before = &text[..text.floor_char_boundary(span.start.min(text.len()))];
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        (self.line(span.file, before.len()), 1 + before[line..].chars().count())
    }

    pub fn ids(&self) -> impl Iterator<Item = FileId> + use<> {
        (0..self.files.len()).map(|index| FileId(index as u32))
    }
}
