//! The leaves: text, numbers, dates, durations, and tables with free keys.

use std::fmt;
use std::num::ParseIntError;
use std::ops::Deref;
use std::str::FromStr;

use jiff::civil::Date;
use rust_decimal::Decimal;
use toml::Spanned;
use toml::de::DeValue;

use super::{FromToml, Reader};
use crate::diagnostic::Span;

/// A value and its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At<T> {
    pub value: T,
    pub span: Span,
}

impl<T: FromToml> FromToml for At<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn from_toml(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        let span = reader.span(value);
        T::from_toml(value, reader).map(|value| Self { value, span })
    }
}

/// A string and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    value: String,
    pub span: Span,
}

impl Text {
    pub fn new(value: impl Into<String>, span: Span) -> Self {
        Self { value: value.into(), span }
    }

    pub fn as_str(&self) -> &str {
        &self.value
    }
}

impl fmt::Display for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.value)
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.value
    }
}

impl FromToml for Text {
    const EXPECTED: &'static str = "a string";

    fn from_toml(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        match value.get_ref() {
            DeValue::String(text) => Some(Self::new(text.as_ref(), reader.span(value))),
            _ => reader.wrong_type(value, Self::EXPECTED),
        }
    }
}

impl FromToml for bool {
    const EXPECTED: &'static str = "true or false";

    fn from_toml(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        match value.get_ref() {
            DeValue::Boolean(value) => Some(*value),
            _ => reader.wrong_type(value, Self::EXPECTED),
        }
    }

    fn absent(_: &str, _: Span, _: &mut Reader<'_>) -> Option<Self> {
        Some(false)
    }
}

impl FromToml for u32 {
    const EXPECTED: &'static str = "a whole number";

    fn from_toml(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        let says = "expected a whole number from 0 to 4294967295";
        whole(value, reader, Self::from_str_radix, says)
    }
}

impl FromToml for u64 {
    const EXPECTED: &'static str = "a whole number";

    fn from_toml(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        whole(value, reader, Self::from_str_radix, "expected a whole number")
    }
}

fn whole<T: FromToml>(
    value: &Spanned<DeValue<'_>>,
    reader: &mut Reader<'_>,
    parse: fn(&str, u32) -> Result<T, ParseIntError>,
    says: &str,
) -> Option<T> {
    let DeValue::Integer(integer) = value.get_ref() else {
        return reader.wrong_type(value, T::EXPECTED);
    };
    let span = reader.span(value);
    parse(integer.as_str(), integer.radix())
        .ok()
        .or_else(|| reader.invalid(span, format!("{integer} is out of range"), says))
}

/// An exact decimal number with its place; the TOML text is never taken through a float.
pub type Number = At<Decimal>;

impl FromToml for Decimal {
    const EXPECTED: &'static str = "a number";

    fn from_toml(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        let (text, radix) = match value.get_ref() {
            DeValue::Integer(integer) => (integer.as_str(), integer.radix()),
            DeValue::Float(float) => (float.as_str(), 10),
            _ => return reader.wrong_type(value, Self::EXPECTED),
        };
        let number = if radix == 10 {
            Self::from_str_exact(text).or_else(|_| Self::from_scientific(text)).ok()
        } else {
            i64::from_str_radix(text, radix).ok().map(Self::from)
        };
        let span = reader.span(value);
        number.or_else(|| {
            reader.invalid(
                span,
                format!("`{text}` is not a number that goodhart can hold exactly"),
                "at most 28 digits, neither inf nor nan",
            )
        })
    }
}

/// A string or an array of strings.
#[derive(Debug, Clone, Default)]
pub struct OneOrMany(pub Vec<Text>);

impl FromToml for OneOrMany {
    const EXPECTED: &'static str = "a string or an array of strings";

    fn from_toml(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        match value.get_ref() {
            DeValue::String(_) => Text::from_toml(value, reader).map(|text| Self(vec![text])),
            DeValue::Array(_) => Vec::from_toml(value, reader).map(Self),
            _ => reader.wrong_type(value, Self::EXPECTED),
        }
    }

    fn absent(_: &str, _: Span, _: &mut Reader<'_>) -> Option<Self> {
        Some(Self::default())
    }
}

/// A table whose keys are the user's names, in the order of the file.
#[derive(Debug, Clone)]
pub struct Table<T> {
    pub entries: Vec<(Text, T)>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { entries: Vec::new() }
    }
}

impl<T> Table<T> {
    pub fn get(&self, name: &str) -> Option<&T> {
        self.entries.iter().find(|(key, _)| key.as_str() == name).map(|(_, value)| value)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(name, _)| name.as_str())
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Text, &T)> {
        self.entries.iter().map(|(name, value)| (name, value))
    }
}

impl<T: FromToml> FromToml for Table<T> {
    const EXPECTED: &'static str = "a table";

    fn from_toml(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        let DeValue::Table(table) = value.get_ref() else {
            return reader.wrong_type(value, Self::EXPECTED);
        };
        let mut entries: Vec<(Text, T)> = table
            .iter()
            .filter_map(|(key, value)| {
                let name = Text::new(key.get_ref().as_ref(), reader.span(key));
                T::from_toml(value, reader).map(|value| (name, value))
            })
            .collect();
        entries.sort_by_key(|(name, _)| name.span.start);
        Some(Self { entries })
    }

    fn absent(_: &str, _: Span, _: &mut Reader<'_>) -> Option<Self> {
        Some(Self::default())
    }
}

/// A date or date-time as TOML writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateText(pub toml::value::Datetime);

impl DateText {
    /// The day, where there is one: TOML also knows a time alone.
    pub fn date(&self) -> Option<Date> {
        let date = self.0.date?;
        let part = |part: u8| i8::try_from(part).ok();
        Date::new(i16::try_from(date.year).ok()?, part(date.month)?, part(date.day)?).ok()
    }
}

impl FromToml for DateText {
    const EXPECTED: &'static str = "a date such as 2026-05-04";

    fn from_toml(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        match value.get_ref() {
            DeValue::Datetime(datetime) => Some(Self(*datetime)),
            _ => reader.wrong_type(value, Self::EXPECTED),
        }
    }
}

/// One ASCII character, as a byte of a text format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Character(pub u8);

impl FromToml for Character {
    const EXPECTED: &'static str = "a string of one character";

    fn from_toml(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        let text = Text::from_toml(value, reader)?;
        match text.as_bytes() {
            [byte] if byte.is_ascii() && !matches!(byte, b'\n' | b'\r' | 0) => Some(Self(*byte)),
            _ => reader.invalid(
                text.span,
                format!("`{}` is not one ASCII character", text.as_str()),
                "expected one character, such as \";\"",
            ),
        }
    }
}

/// An amount of bytes: a number and a unit, such as `4GB` (of a thousand) or `512MiB` (of 1024).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub bytes: u64,
}

impl FromToml for Size {
    const EXPECTED: &'static str = "a string such as \"4GB\"";

    fn from_toml(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        const UNITS: [(&str, u64); 8] = [
            ("KB", 1_000),
            ("MB", 1_000_000),
            ("GB", 1_000_000_000),
            ("TB", 1_000_000_000_000),
            ("KiB", 1 << 10),
            ("MiB", 1 << 20),
            ("GiB", 1 << 30),
            ("TiB", 1 << 40),
        ];
        let text = Text::from_toml(value, reader)?;
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = UNITS.iter().find(|(name, _)| *name == &text[digits.len()..]);
        let count = digits.trim_end().parse::<u32>().ok().filter(|count| *count > 0);
        if let (Some(count), Some((_, unit))) = (count, unit) {
            return Some(Self { bytes: u64::from(count).saturating_mul(*unit) });
        }
        reader.invalid(
            text.span,
            format!("`{}` is not an amount of memory", text.as_str()),
            "a whole number and KB, MB, GB or TB, such as \"4GB\"",
        )
    }
}

/// A span of time written as a whole number and a unit: `90s`, `15m`, `36h`, `2d`, `1w`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Duration {
    pub seconds: i64,
}

impl FromStr for Duration {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = match &text[digits.len()..] {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            "w" => 604_800,
            _ => return Err(()),
        };
        let count: i64 = digits.parse().map_err(|_| ())?;
        let seconds = count.checked_mul(unit).ok_or(())?;
        if seconds < 0 {
            return Err(());
        }
        Ok(Self { seconds })
    }
}

impl FromToml for Duration {
    const EXPECTED: &'static str = "a duration such as \"36h\" or \"2d\"";

    fn from_toml(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        let DeValue::String(text) = value.get_ref() else {
            return reader.wrong_type(value, Self::EXPECTED);
        };
        let span = reader.span(value);
        text.parse().ok().or_else(|| {
            reader.invalid(
                span,
                format!("`{text}` is not a duration"),
                "a whole number and s, m, h, d or w, such as \"36h\"",
            )
        })
    }
}
