//! The file formats: CSV, NDJSON and one nested JSON document, packed with
//! gzip where the table is large.

use std::io::{self, Write as _};

use flate2::{Compression, GzBuilder};
use serde::{Serialize, Serializer};

/// A file, ready to write.
pub struct GeneratedFile {
    pub name: &'static str,
    pub rows: usize,
    pub bytes: Vec<u8>,
}

/// A table as CSV; a name that ends in `.gz` packs it.
pub fn csv<R: Serialize>(
    name: &'static str,
    rows: impl IntoIterator<Item = R>,
) -> io::Result<GeneratedFile> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut count = 0;
    for row in rows {
        writer.serialize(row)?;
        count += 1;
    }
    let text = writer.into_inner().map_err(|error| error.into_error())?;
    finish(name, count, text)
}

/// A table as one JSON object per line; a name that ends in `.gz` packs it.
pub fn ndjson<R: Serialize>(
    name: &'static str,
    rows: impl IntoIterator<Item = R>,
) -> io::Result<GeneratedFile> {
    let mut text = Vec::new();
    let mut count = 0;
    for row in rows {
        serde_json::to_writer(&mut text, &row)?;
        text.push(b'\n');
        count += 1;
    }
    finish(name, count, text)
}

/// A table as a web API would answer: `{"value": [...]}`, a record per line.
pub fn json_value<R: Serialize>(
    name: &'static str,
    rows: impl IntoIterator<Item = R>,
) -> io::Result<GeneratedFile> {
    let mut text = b"{\"value\": [\n".to_vec();
    let mut count = 0;
    for row in rows {
        if count > 0 {
            text.extend_from_slice(b",\n");
        }
        serde_json::to_writer(&mut text, &row)?;
        count += 1;
    }
    text.extend_from_slice(b"\n]}\n");
    finish(name, count, text)
}

fn finish(name: &'static str, rows: usize, text: Vec<u8>) -> io::Result<GeneratedFile> {
    let bytes = if name.ends_with(".gz") { gzip(&text)? } else { text };
    Ok(GeneratedFile { name, rows, bytes })
}

/// Gzip without a time or a file name in its header.
fn gzip(text: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzBuilder::new().mtime(0).write(Vec::new(), Compression::new(9));
    encoder.write_all(text)?;
    encoder.finish()
}

/// A list column of a CSV file: its items joined with `|`.
pub fn joined<S: Serializer>(items: &[impl AsRef<str>], serializer: S) -> Result<S::Ok, S::Error> {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    serializer.serialize_str(&items.join("|"))
}
