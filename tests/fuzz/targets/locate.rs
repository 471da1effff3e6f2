//! A TOML string of SQL → the way back from every offset in the SQL to a place in the file.
//!
//! An input is what stands behind `sql = `.
#![no_main]

use goodhart_core::diagnostic::Files;
use goodhart_core::project::definition::read::{Reader, Sql, Table};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let mut files = Files::default();
    let file = files.add("x.toml", format!("sql = {input}"));
    let (definition, _) = Reader::read::<Table<Sql>>(&files, file);
    let Some((_, sql)) = definition.as_ref().and_then(|table| table.entries.first()) else {
        return;
    };
    let toml = files.text(file);
    let place = |offset: usize, length: usize| {
        let span = sql.locate(&files, offset, length);
        assert!(sql.span.start <= span.start && span.end <= sql.span.end, "{offset}+{length}");
        assert!(span.start < span.end, "{offset}+{length} is nowhere");
        assert!(toml.get(span.range()).is_some(), "{offset}+{length} cuts a character");
        span
    };
    let mut before = 0;
    for (offset, character) in sql.as_str().char_indices() {
        let span = place(offset, character.len_utf8());
        let raw = &toml[span.range()];
        let same = raw.chars().eq([character]);
        assert!(same || raw.starts_with('\\') || raw.starts_with('\r'), "{character:?} at {raw:?}");
        assert!(before <= span.start, "a later offset is at an earlier place");
        before = span.end;
    }
    // DuckDB's offsets are taken as they come.
    for offset in (0..sql.as_str().len() + 2).step_by(1 + input.len() / 64).chain([usize::MAX]) {
        for length in [0, 1, 2, input.len(), usize::MAX] {
            place(offset, length);
        }
    }
});
