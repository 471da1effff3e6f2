//! Reading lines of a data file, compressed or not: the header before loading, and the record
//! that is wrong after loading failed.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// Opens a file and undoes gzip and zstd, by the file's extension like DuckDB.
pub fn open(path: &Path) -> io::Result<Box<dyn Read>> {
    let file = BufReader::new(File::open(path)?);
    let extension = path.extension().and_then(|extension| extension.to_str());
    Ok(match extension {
        Some("gz") => Box::new(flate2::bufread::MultiGzDecoder::new(file)),
        Some("zst") => {
            Box::new(ruzstd::decoding::StreamingDecoder::new(file).map_err(io::Error::other)?)
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
    Ok(csv::ReaderBuilder::new()
        .delimiter(dialect.delimiter)
        .quote(dialect.quote)
        .has_headers(false)
        .flexible(true)
        .from_reader(without_byte_order_mark(open(path)?)?))
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
    let mut reader = csv_reader(path, dialect)?;
    reader.read_byte_record(&mut record).map_err(io::Error::other)?;
    Ok(record.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect())
}

/// Where a record of a data file is.
#[derive(Debug, Clone)]
pub struct Record {
    /// 1-based line on which it begins.
    pub line: usize,
    /// The text of that line.
    pub text: String,
}

/// The `ordinal`-th (from 1) record behind the header of a CSV file.
pub fn csv_record(path: &Path, dialect: Dialect, ordinal: u64) -> io::Result<Option<Record>> {
    let mut record = csv::ByteRecord::new();
    let mut reader = csv_reader(path, dialect)?;
    for _ in 0..=ordinal {
        if !reader.read_byte_record(&mut record).map_err(io::Error::other)? {
            return Ok(None);
        }
    }
    let Some(position) = record.position() else {
        return Ok(None);
    };
    line(path, position.line() as usize)
}

/// The `ordinal`-th (from 1) line that is not blank.
pub fn ndjson_record(path: &Path, ordinal: u64) -> io::Result<Option<Record>> {
    let mut seen = 0;
    for (index, text) in lines(path)?.enumerate() {
        let text = text?;
        if !text.trim().is_empty() {
            seen += 1;
            if seen == ordinal {
                return Ok(Some(Record { line: index + 1, text }));
            }
        }
    }
    Ok(None)
}

/// The line with a 1-based number.
pub fn line(path: &Path, number: usize) -> io::Result<Option<Record>> {
    let text = lines(path)?.nth(number.saturating_sub(1)).transpose()?;
    Ok(text.map(|text| Record { line: number, text }))
}

fn lines(path: &Path) -> io::Result<impl Iterator<Item = io::Result<String>>> {
    let mut reader = BufReader::new(open(path)?);
    Ok(std::iter::from_fn(move || {
        let mut bytes = Vec::new();
        match reader.read_until(b'\n', &mut bytes) {
            Ok(0) => None,
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
