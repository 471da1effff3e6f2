//! `[[alert]]`: which move of a value somebody is told of.

use rust_decimal::Decimal;
use schemars::{Schema, json_schema};
use toml::Spanned;
use toml::de::DeValue;

use super::read::{At, Duration, FromToml, HasSchema, Number, Reader, Text, record};
use crate::diagnostic::{Applicability, Diagnostic, Span, codes};

record! {
    /// A move of the value that somebody is told of: one of `fall`, `rise`, `change` and `band`.
    pub struct AlertTable {
        /// What the alert is called.
        name: Option<Text>,
        /// Lower by so much or more, in the unit that is shown: percentage points of a percentage.
        fall: Option<Number>,
        /// Higher by so much or more, in the unit that is shown: percentage points of a percentage.
        rise: Option<Number>,
        /// Lower or higher by such a share of the earlier value, such as `"10%"`.
        change: Option<At<Percent>>,
        /// Farther from the mean of the values before it than so many of their standard deviations.
        band: Option<Number>,
        /// How many values make the band; the default is 8.
        over: Option<At<u32>>,
        /// How far back the earlier value may lie, such as `"14d"`; the default is one period.
        within: Option<At<Duration>>,
        /// The segments of the groups that are watched, `[]` for the total; by default, every group.
        by: Option<At<Vec<Text>>>,
        /// Rows below which a value is not checked; the default is the project's `min_n`.
        min_n: Option<At<u32>>,
        /// Why somebody wants to know.
        why: Option<Text>,
    }
}

/// What an alert looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watch {
    /// In the unit that is shown.
    Fall(Decimal),
    /// In the unit that is shown.
    Rise(Decimal),
    /// A share of the earlier value.
    Change(Decimal),
    /// A number of standard deviations.
    Band(Decimal),
}

impl Watch {
    /// The key that asks for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fall(_) => "fall",
            Self::Rise(_) => "rise",
            Self::Change(_) => "change",
            Self::Band(_) => "band",
        }
    }

    /// How large a move has to be.
    pub fn limit(self) -> Decimal {
        match self {
            Self::Fall(limit) | Self::Rise(limit) | Self::Change(limit) | Self::Band(limit) => {
                limit
            }
        }
    }

    /// The limit as it is written.
    pub fn text(self) -> String {
        match self {
            Self::Change(share) => format!("{}%", (share * Decimal::ONE_HUNDRED).normalize()),
            _ => self.limit().normalize().to_string(),
        }
    }
}

impl AlertTable {
    /// So many values make a band where the definition does not say.
    pub const OVER: u32 = 8;

    /// All that the alert looks for, with its place: one thing, or the catalog refuses it.
    pub fn watches(&self) -> Vec<(Watch, Span)> {
        let number = |number: &Option<Number>, watch: fn(Decimal) -> Watch| {
            number.as_ref().map(|number| (watch(number.value), number.span))
        };
        let change = self.change.map(|change| (Watch::Change(change.value.share), change.span));
        [number(&self.fall, Watch::Fall), number(&self.rise, Watch::Rise), change]
            .into_iter()
            .chain([number(&self.band, Watch::Band)])
            .flatten()
            .collect()
    }

    /// What the alert looks for.
    pub fn watch(&self) -> Option<Watch> {
        self.watches().first().map(|(watch, _)| *watch)
    }

    /// The segments that it asks for, sorted; `None` is every set.
    pub fn segments(&self) -> Option<Vec<&str>> {
        let by = self.by.as_ref()?;
        let mut segments: Vec<&str> = by.value.iter().map(Text::as_str).collect();
        segments.sort_unstable();
        segments.dedup();
        Some(segments)
    }

    /// How many values make a band.
    pub fn over(&self) -> usize {
        self.over.map_or(Self::OVER, |over| over.value) as usize
    }
}

/// A share that is written in percent: `"10%"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Percent {
    /// 0.1 for `"10%"`.
    pub share: Decimal,
}

impl HasSchema for Percent {
    fn schema() -> Schema {
        json_schema!({ "type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?\s*%$" })
    }
}

impl FromToml for Percent {
    const EXPECTED: &'static str = "a string such as \"10%\"";

    fn from_toml(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        if matches!(value.get_ref(), DeValue::Integer(_) | DeValue::Float(_)) {
            return without_percent(value, reader);
        }
        let text = Text::from_toml(value, reader)?;
        let digits = text.strip_suffix('%').map(str::trim_end).filter(|digits| {
            let inner = |c: char| c.is_ascii_digit() || c == '.';
            digits.chars().all(inner) && !digits.starts_with('.') && !digits.ends_with('.')
        });
        let percent = digits.and_then(|digits| Decimal::from_str_exact(digits).ok());
        match percent.and_then(|percent| percent.checked_div(Decimal::ONE_HUNDRED)) {
            Some(share) => Some(Self { share }),
            None => reader.invalid(
                text.span,
                format!("`{}` is not a share in percent", text.as_str()),
                "a number and %, such as \"10%\"",
            ),
        }
    }
}

/// Says that a number alone could be a share or a difference.
fn without_percent<T>(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<T> {
    let span = reader.span(value);
    let written = reader.text().get(span.range()).unwrap_or("");
    let says = format!("expected {}, found {}", Percent::EXPECTED, value.get_ref().type_str());
    let diagnostic = Diagnostic::new(&codes::WRONG_TYPE, says)
        .at(span, "a share of the earlier value, in percent")
        .replace(span, format!("\"{written}%\""), "write it in percent", Applicability::Suggested);
    reader.report(diagnostic);
    None
}
