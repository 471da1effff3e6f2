//! Reading lines of a data file, compressed or not: the header before loading, and the record
//! that is wrong after loading failed.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::ops::Range;
use std::path::Path;

use serde_json::value::RawValue;

/// A file without line breaks must not end up in memory: longer lines are not looked at.
const LONGEST_HEADER: u64 = 1 << 20;
const LONGEST_LINE: u64 = 64 << 20;

/// Opens a file and undoes gzip and zstd, by the file's extension like DuckDB.
pub fn open(path: &Path) -> io::Result<Box<dyn Read>> {
    let file = BufReader::new(File::open(path)?);
    let extension = path.extension().and_then(|extension| extension.to_str());
    Ok(match extension {
        Some("gz") => Box::new(flate2::bufread::MultiGzDecoder::new(file)),
        Some("zst") => {
            let decoder = ruzstd::decoding::StreamingDecoder::new(file);
            Box::new(decoder.map_err(|_| io::Error::other("not a zstd file"))?)
        }
        _ => Box::new(file),
    })
}

/// How a CSV file is written.
#[derive(Debug, Clone, Copy)]
pub struct Dialect {
    pub delimiter: u8,
    pub quote: u8,
}

fn csv_reader(path: &Path, dialect: Dialect) -> io::Result<csv::Reader<Box<dyn Read>>> {
    csv_reader_of(open(path)?, dialect)
}

fn csv_reader_of(file: Box<dyn Read>, dialect: Dialect) -> io::Result<csv::Reader<Box<dyn Read>>> {
    Ok(csv::ReaderBuilder::new()
        .delimiter(dialect.delimiter)
        .quote(dialect.quote)
        .has_headers(false)
        .flexible(true)
        .from_reader(without_byte_order_mark(file)?))
}

fn without_byte_order_mark(mut reader: Box<dyn Read>) -> io::Result<Box<dyn Read>> {
    let mut start = [0; 3];
    let mut filled = 0;
    while filled < start.len() {
        match reader.read(&mut start[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    let kept = if start == *b"\xef\xbb\xbf" { 0 } else { filled };
    Ok(Box::new(io::Cursor::new(start[..kept].to_vec()).chain(reader)))
}

/// The column names of a CSV file; none where it is empty.
pub fn header(path: &Path, dialect: Dialect) -> io::Result<Vec<String>> {
    let mut record = csv::ByteRecord::new();
    let start = open(path)?.take(LONGEST_HEADER + 1);
    let mut reader = csv_reader_of(Box::new(start), dialect)?;
    reader.read_byte_record(&mut record).map_err(io::Error::other)?;
    if reader.position().byte() > LONGEST_HEADER {
        return Err(io::Error::other("the line of column names has more than 1 MiB"));
    }
    Ok(record.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect())
}

/// A line of a data file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// 1-based.
    pub number: usize,
    pub text: String,
    /// The byte range of what was looked for.
    pub range: Range<usize>,
}

impl Line {
    fn new(number: usize, text: String) -> Self {
        Self { number, range: 0..text.len(), text }
    }

    /// Where `value` stands; the whole line where it does not.
    fn at_text(mut self, value: &str) -> Self {
        if !value.is_empty()
            && let Some(start) = self.text.find(value)
        {
            self.range = start..start + value.len();
        }
        self
    }
}

/// A value in the `ordinal`-th (from 1) record behind the header of a CSV file: in the field of
/// `column`, else in the first field that is equal to it, else where its text is.
pub fn csv_value(
    path: &Path,
    dialect: Dialect,
    ordinal: u64,
    column: Option<&str>,
    value: &str,
) -> io::Result<Option<Line>> {
    let mut record = csv::ByteRecord::new();
    let mut reader = csv_reader(path, dialect)?;
    let mut column = column.map(str::as_bytes);
    let mut index = None;
    for count in 0..=ordinal {
        if !reader.read_byte_record(&mut record).map_err(io::Error::other)? {
            return Ok(None);
        }
        if count == 0 && record.len() == 1 {
            return single_column_value(path, dialect, ordinal, value);
        }
        if count == 0
            && let Some(name) = column.take()
        {
            index = record.iter().position(|field| field.eq_ignore_ascii_case(name));
        }
    }
    let Some(start) = record.position() else {
        return Ok(None);
    };
    let bytes = slice(path, start.byte()..reader.position().byte())?;
    // The reader ends a record before the line feed of `\r\n`, and skips empty lines.
    let blank = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let (blank, raw) = bytes.split_at(blank);
    let first = start.line() as usize + line_feeds(blank);
    let index = index.or_else(|| record.iter().position(|field| field == value.as_bytes()));
    let field = index.and_then(|index| fields(raw, dialect).into_iter().nth(index));
    let Some(field) = field else {
        return Ok(line(path, first)?.map(|line| line.at_text(value)));
    };
    let before = raw.get(..field.start).unwrap_or_default();
    let Some(mut found) = line(path, first + line_feeds(before))? else {
        return Ok(None);
    };
    let begin = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let start = (field.start - begin).min(found.text.len());
    found.range = start..(field.end - begin).clamp(start, found.text.len());
    Ok(Some(found))
}

/// Like [`csv_value`] in a file of one column, where an empty line is a row without a value.
fn single_column_value(
    path: &Path,
    dialect: Dialect,
    ordinal: u64,
    value: &str,
) -> io::Result<Option<Line>> {
    let mut quoted = false;
    let mut row = 0;
    for (index, text) in lines(path)?.enumerate() {
        let text = text?;
        if row == ordinal {
            return Ok(Some(Line::new(index + 1, text).at_text(value)));
        }
        quoted ^= text.bytes().filter(|byte| *byte == dialect.quote).count() % 2 == 1;
        if !quoted {
            row += 1;
        }
    }
    Ok(None)
}

fn line_feeds(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

/// Bytes behind the byte-order mark.
fn slice(path: &Path, range: Range<u64>) -> io::Result<Vec<u8>> {
    let mut reader = without_byte_order_mark(open(path)?)?;
    io::copy(&mut reader.by_ref().take(range.start), &mut io::sink())?;
    let mut bytes = Vec::new();
    reader.take(range.end.saturating_sub(range.start)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The ranges of the fields of a record, without their quotes.
fn fields(record: &[u8], dialect: Dialect) -> Vec<Range<usize>> {
    let mut fields = Vec::new();
    let mut start = 0;
    let mut quoted = false;
    for (at, &byte) in record.iter().enumerate() {
        if byte == dialect.quote {
            quoted = !quoted;
        } else if !quoted && byte == dialect.delimiter {
            fields.push(start..at);
            start = at + 1;
        }
    }
    let line_end = record.iter().rev().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    fields.push(start..(record.len() - line_end).max(start));
    let inside = |field: Range<usize>| match record.get(field.clone()) {
        Some([first, .., last]) if *first == dialect.quote && *last == dialect.quote => {
            field.start + 1..field.end - 1
        }
        _ => field,
    };
    fields.into_iter().map(inside).collect()
}

/// The value at `path` in the `ordinal`-th (from 1) line that is not blank; the whole line where
/// there is none.
pub fn ndjson_value(
    path: &Path,
    ordinal: u64,
    keys: Option<&[String]>,
) -> io::Result<Option<Line>> {
    let mut seen = 0;
    for (index, text) in lines(path)?.enumerate() {
        let text = text?;
        if !text.trim().is_empty() {
            seen += 1;
            if seen == ordinal {
                let range = keys.and_then(|keys| json_at(&text, keys));
                let range = range.unwrap_or(0..text.len());
                return Ok(Some(Line { number: index + 1, text, range }));
            }
        }
    }
    Ok(None)
}

/// The value at `keys` in the `ordinal`-th (from 1) record of a JSON file, where the records are
/// the elements of one list.
pub fn json_value(
    path: &Path,
    records: Option<&str>,
    ordinal: u64,
    keys: Option<&[String]>,
) -> io::Result<Option<Line>> {
    let text = text(path)?;
    let range = json_list(&text, records).and_then(|list| {
        let within = &text[list.clone()];
        let elements: Vec<&RawValue> = serde_json::from_str(within).ok()?;
        let element = elements.get(usize::try_from(ordinal).ok()?.checked_sub(1)?)?;
        let start = list.start + offset(within, element.get())?;
        let inner = keys.and_then(|keys| json_at(element.get(), keys));
        let inner = inner.unwrap_or(0..element.get().len());
        Some(start + inner.start..start + inner.end)
    });
    Ok(range.map(|range| line_at(&text, range)))
}

/// The keys of a JSON path such as `$.cpu."core count"`; none where it has anything else.
pub fn json_keys(path: &str) -> Option<Vec<String>> {
    let mut rest = path.strip_prefix('$')?;
    let mut keys = Vec::new();
    while !rest.is_empty() {
        rest = rest.strip_prefix('.')?;
        let key = match rest.strip_prefix('"') {
            Some(quoted) => {
                let end = quoted.find('"')?;
                rest = &quoted[end + 1..];
                &quoted[..end]
            }
            None => {
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                let (key, behind) = rest.split_at(end);
                rest = behind;
                key
            }
        };
        if key.is_empty() || key.contains('*') {
            return None;
        }
        keys.push(key.to_owned());
    }
    Some(keys)
}

/// The list of records, by its path or the file itself.
fn json_list(text: &str, records: Option<&str>) -> Option<Range<usize>> {
    match records {
        None => Some(0..text.len()),
        Some(records) => json_at(text, &json_keys(records.strip_suffix("[*]")?)?),
    }
}

/// Where the value at `keys` is in a JSON text.
fn json_at(text: &str, keys: &[String]) -> Option<Range<usize>> {
    let mut value: &str = text;
    for key in keys {
        let object: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(value).ok()?;
        value = object.get(key.as_str())?.get();
    }
    let start = offset(text, value)?;
    Some(start..start + value.len())
}

/// Where a piece of a text begins in it.
fn offset(text: &str, piece: &str) -> Option<usize> {
    let start = (piece.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    (start + piece.len() <= text.len()).then_some(start)
}

/// The lines that a range touches, as one excerpt.
fn line_at(text: &str, range: Range<usize>) -> Line {
    let start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[range.end..].find('\n').map_or(text.len(), |at| range.end + at);
    Line {
        number: 1 + line_feeds(&text.as_bytes()[..start]),
        text: text[start..end].to_owned(),
        range: range.start - start..range.end - start,
    }
}

/// The whole text of a file.
pub fn text(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    without_byte_order_mark(open(path)?)?.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The first byte of a file that is no white space.
pub fn first_byte(path: &Path) -> io::Result<Option<u8>> {
    for byte in BufReader::new(without_byte_order_mark(open(path)?)?).bytes() {
        let byte = byte?;
        if !byte.is_ascii_whitespace() {
            return Ok(Some(byte));
        }
    }
    Ok(None)
}

/// The line with a 1-based number.
pub fn line(path: &Path, number: usize) -> io::Result<Option<Line>> {
    let text = lines(path)?.nth(number.saturating_sub(1)).transpose()?;
    Ok(text.map(|text| Line::new(number, text)))
}

/// The lines of a file, without their ends.
pub fn lines(path: &Path) -> io::Result<impl Iterator<Item = io::Result<String>>> {
    let mut reader = BufReader::new(open(path)?);
    Ok(std::iter::from_fn(move || {
        let mut bytes = Vec::new();
        match reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut bytes) {
            Ok(0) => None,
            Ok(count) if count as u64 == LONGEST_LINE => {
                Some(Err(io::Error::other("a line of more than 64 MiB")))
            }
            Ok(_) => {
                while bytes.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
                    bytes.pop();
                }
                Some(Ok(String::from_utf8_lossy(&bytes).into_owned()))
            }
            Err(error) => Some(Err(error)),
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_json_value_is_found_by_its_keys() {
        let text = r#"{"a": "x", "b": {"a": "x", "c\"d": [1]}}"#;
        let keys = |path: &str| json_keys(path).unwrap();
        assert_eq!(json_at(text, &keys("$.b.a")), Some(22..25));
        assert_eq!(json_at(text, &keys("$.a")), Some(6..9));
        assert_eq!(json_at(text, &keys("$.b.x")), None);
        assert_eq!(keys("$.\"a b\".c"), ["a b", "c"]);
        assert_eq!(json_keys("$.a[*].b"), None);
        assert_eq!(json_keys("a"), None);
    }

    const DIALECT: Dialect = Dialect { delimiter: b',', quote: b'"' };

    /// Line and underlined text of a value.
    fn find(csv: &str, ordinal: u64, column: Option<&str>, value: &str) -> (usize, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.csv");
        std::fs::write(&path, csv).unwrap();
        let line = csv_value(&path, DIALECT, ordinal, column, value).unwrap().unwrap();
        (line.number, line.text[line.range].to_owned())
    }

    #[test]
    fn a_line_is_counted_with_any_line_end_byte_order_mark_and_empty_line() {
        for (mark, end) in [("", "\n"), ("", "\r\n"), ("\u{feff}", "\n"), ("\u{feff}", "\r\n")] {
            let csv = format!("{mark}id,n{end}a,1{end}{end}b,x{end}c,y");
            assert_eq!(find(&csv, 1, Some("n"), "1"), (2, "1".to_owned()), "{csv:?}");
            assert_eq!(find(&csv, 2, Some("n"), "x"), (4, "x".to_owned()), "{csv:?}");
            assert_eq!(find(&csv, 3, Some("n"), "y"), (5, "y".to_owned()), "{csv:?}");
        }
    }

    #[test]
    fn the_field_is_found_and_not_only_its_text() {
        let csv = "id,note,n\r\nx1,\"of \"\"x\"\", y\r\nand x\",x\r\n";
        assert_eq!(find(csv, 1, Some("n"), "x"), (3, "x".to_owned()));
        assert_eq!(find(csv, 1, Some("N"), "x").0, 3);
        assert_eq!(find(csv, 1, Some("note"), "x"), (2, "of \"\"x\"\", y".to_owned()));
        // An expression: a field that is equal, else the text, else the whole line.
        assert_eq!(find(csv, 1, None, "x"), (3, "x".to_owned()));
        assert_eq!(find(csv, 1, None, "1"), (2, "1".to_owned()));
        assert_eq!(find(csv, 1, None, "X"), (2, "x1,\"of \"\"x\"\", y".to_owned()));
    }

    #[test]
    fn an_empty_line_is_a_row_of_a_single_column() {
        let csv = "id\na\n\n\"x\ny\"\nz\n";
        assert_eq!(find(csv, 2, Some("id"), ""), (3, String::new()));
        assert_eq!(find(csv, 3, Some("id"), ""), (4, "\"x".to_owned()));
        assert_eq!(find(csv, 4, Some("id"), "z"), (6, "z".to_owned()));
    }

    #[test]
    fn a_record_with_too_few_fields_is_underlined_as_a_whole() {
        assert_eq!(find("id,n\na\n", 1, Some("n"), ""), (2, "a".to_owned()));
        assert_eq!(find("id,n\na,\n", 1, Some("n"), ""), (2, String::new()));
    }
}
