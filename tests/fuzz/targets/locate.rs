//! A TOML string of SQL → the way back from every offset in the SQL to a place in the file.
//!
//! An input is what stands behind `sql = `.
#![no_main]

use goodhart::definition::read::{Fields, FromToml, Reader, Sql};
use goodhart::diagnostic::Files;
use libfuzzer_sys::fuzz_target;
use toml::Spanned;
use toml::de::DeValue;

struct Definition(Sql);

impl FromToml for Definition {
    const EXPECTED: &'static str = "a table";

    fn from_toml(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        Fields::open(value, &["sql"], reader)?.field("sql", reader).map(Self)
    }
}

fuzz_target!(|input: &str| {
    let mut files = Files::default();
    let file = files.add("x.toml", format!("sql = {input}"));
    let (definition, _) = Reader::read::<Definition>(&files, file);
    let Some(Definition(sql)) = definition else {
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
