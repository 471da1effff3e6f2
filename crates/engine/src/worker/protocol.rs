//! What goes between goodhart and its worker: a length, then so many bytes of one message.
//!
//! Neither side believes the other. A length beyond what is agreed, a message that does not
//! parse, or bytes behind it end the conversation. No message contains itself, so none can be
//! nested so deep that reading it overflows the stack.

use std::io::{self, Read, Write};
use std::path::PathBuf;

use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::allowance::Answer;
use crate::local::{QueryError, Setup};
use goodhart_core::measure::Cell;
use goodhart_core::measure::calendar::WrittenCalendar;

/// Both sides must be the same build: the messages of another one may mean something else.
pub const VERSION: &str = concat!("goodhart worker ", env!("CARGO_PKG_VERSION"), " 1");

/// No message is longer: the plans of 64 statements, or a source's rows in a test.
pub const LONGEST: u64 = 512 << 20;

/// The first message, to the worker.
#[derive(Debug, Serialize, Deserialize)]
pub struct Start {
    pub version: String,
    pub setup: Setup,
    pub calendars: Vec<(String, WrittenCalendar)>,
    /// The files that may be read.
    pub files: Vec<PathBuf>,
    /// What the process may take; without it, there are no limits.
    pub limits: Option<Limits>,
    /// Whether to let the kernel keep the process from everything else.
    pub sandbox: bool,
}

/// What the process may take.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes that DuckDB may take.
    pub memory: u64,
    /// Processor seconds of all threads.
    pub seconds: u64,
}

/// The answer to [`Start`].
#[derive(Debug, Serialize, Deserialize)]
pub enum StartReply {
    /// What could not be had, a line for each.
    Ready {
        missing: Vec<String>,
    },
    Failed(String),
}

/// Any other message to the worker.
#[derive(Debug, Serialize, Deserialize)]
pub struct Request<'a> {
    pub sql: &'a str,
    /// How much may be returned; without it, nothing is returned.
    pub answer: Option<Answer>,
    /// Milliseconds until the statement is interrupted.
    pub time: Option<u64>,
}

/// Any other message from the worker.
#[derive(Debug, Serialize, Deserialize)]
pub enum Response {
    Done,
    Rows(Vec<Vec<Value>>),
    Query(QueryError),
}

/// A cell.
pub type Value = Wire<Wire<Nothing>>;

/// A cell, with `Item` in its lists.
#[derive(Debug, Serialize, Deserialize)]
pub enum Wire<Item> {
    Null,
    Boolean(bool),
    Integer(i128),
    Decimal([u8; 16]),
    Double(f64),
    Text(String),
    Instant(i64),
    List(Vec<Item>),
    Other(String),
}

/// There is none: nothing is in the lists of a list.
#[derive(Debug, Serialize, Deserialize)]
pub enum Nothing {}

impl From<Cell> for Value {
    fn from(cell: Cell) -> Self {
        match cell {
            Cell::List(cells) => Self::List(cells.into_iter().map(flat).collect()),
            other => plain(other),
        }
    }
}

fn flat(cell: Cell) -> Wire<Nothing> {
    match cell {
        Cell::List(cells) => Wire::Other(format!("{cells:?}")),
        other => plain(other),
    }
}

fn plain<Item>(cell: Cell) -> Wire<Item> {
    match cell {
        Cell::Null => Wire::Null,
        Cell::Boolean(value) => Wire::Boolean(value),
        Cell::Integer(number) => Wire::Integer(number),
        Cell::Decimal(number) => Wire::Decimal(number.serialize()),
        Cell::Double(number) => Wire::Double(number),
        Cell::Text(text) => Wire::Text(text),
        Cell::Instant(micros) => Wire::Instant(micros),
        Cell::List(cells) => Wire::Other(format!("{cells:?}")),
        Cell::Other(text) => Wire::Other(text),
    }
}

impl From<Value> for Cell {
    fn from(value: Value) -> Self {
        value.into_cell(|item| item.into_cell(|nothing| match nothing {}))
    }
}

impl<Item> Wire<Item> {
    fn into_cell(self, of_item: impl Fn(Item) -> Cell) -> Cell {
        match self {
            Self::Null => Cell::Null,
            Self::Boolean(value) => Cell::Boolean(value),
            Self::Integer(number) => Cell::Integer(number),
            Self::Decimal(bytes) => Cell::Decimal(Decimal::deserialize(bytes)),
            Self::Double(number) => Cell::Double(number),
            Self::Text(text) => Cell::Text(text),
            Self::Instant(micros) => Cell::Instant(micros),
            Self::List(items) => Cell::List(items.into_iter().map(of_item).collect()),
            Self::Other(text) => Cell::Other(text),
        }
    }
}

/// Writes a message.
///
/// # Errors
/// A pipe that is closed, or a message that is too long.
pub fn send(output: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    // The length is filled in when it is known.
    let mut bytes = postcard::to_extend(message, vec![0; size_of::<u64>()]).map_err(invalid)?;
    let length = (bytes.len() - size_of::<u64>()) as u64;
    if length > LONGEST {
        return Err(invalid("a message that is too long"));
    }
    bytes[..size_of::<u64>()].copy_from_slice(&length.to_le_bytes());
    output.write_all(&bytes)?;
    output.flush()
}

/// Reads the bytes of a message.
///
/// # Errors
/// A pipe that is closed, or a length that is not possible.
pub fn receive(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut length = [0; size_of::<u64>()];
    input.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    if length > LONGEST {
        return Err(invalid("a length that is not possible"));
    }
    // Grows with what comes, not with what was announced.
    let mut bytes = Vec::new();
    input.by_ref().take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(bytes)
}

/// The message that the bytes are, all of them.
///
/// # Errors
/// Anything else.
pub fn message<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> io::Result<T> {
    let (message, rest) = postcard::take_from_bytes(bytes).map_err(invalid)?;
    if rest.is_empty() { Ok(message) } else { Err(invalid("bytes behind a message")) }
}

/// Reads a message.
///
/// # Errors
/// Those of [`receive`] and [`message`].
pub fn read<T: DeserializeOwned>(input: &mut impl Read) -> io::Result<T> {
    message(&receive(input)?)
}

fn invalid(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back_as_they_were() {
        let cells = vec![
            Cell::Null,
            Cell::Boolean(true),
            Cell::Integer(i128::MIN),
            Cell::Decimal("-0.000001".parse().unwrap()),
            Cell::Double(f64::NEG_INFINITY),
            Cell::Text("é\u{0}\n".to_owned()),
            Cell::Instant(i64::MIN),
            Cell::List(vec![Cell::Null, Cell::Text(String::new())]),
            Cell::Other("?".to_owned()),
        ];
        let row = cells.iter().cloned().map(Value::from).collect();
        let mut bytes = Vec::new();
        send(&mut bytes, &Response::Rows(vec![row])).unwrap();
        let Response::Rows(mut rows) = read(&mut bytes.as_slice()).unwrap() else { panic!() };
        let back: Vec<Cell> = rows.pop().unwrap().into_iter().map(Cell::from).collect();
        assert_eq!(back, cells);
    }

    #[test]
    fn what_is_no_message_is_refused() {
        let refused = |bytes: &[u8]| read::<Response>(&mut &bytes[..]).unwrap_err().kind();
        let announced = |length: u64, bytes: &[u8]| [&length.to_le_bytes()[..], bytes].concat();
        assert_eq!(refused(&[1, 0]), io::ErrorKind::UnexpectedEof);
        assert_eq!(refused(&announced(LONGEST + 1, &[0])), io::ErrorKind::InvalidData);
        assert_eq!(refused(&announced(LONGEST, &[0])), io::ErrorKind::UnexpectedEof);
        assert_eq!(refused(&announced(2, &[0, 0])), io::ErrorKind::InvalidData);
        assert_eq!(refused(&announced(1, &[9])), io::ErrorKind::InvalidData);
        // A million rows are announced and none is there.
        assert_eq!(refused(&announced(4, &[1, 0xff, 0xff, 0x3f])), io::ErrorKind::InvalidData);
        assert!(matches!(read(&mut &announced(1, &[0])[..]), Ok(Response::Done)));
    }
}
