//! `metrics/**.toml`: one definition, whose id is the file's stem.

use toml::Spanned;
use toml::de::DeValue;

use super::measure::MeasureTable;
use super::read::{
    At, DateText, FromToml, Number, OneOrMany, Reader, Sql, Table, Text, choice, record,
};

record! {
    /// A metric.
    pub struct MetricFile {
        title: Text,
        owner: Option<Text>,
        description: Option<Text>,
        unit: At<Unit>,
        /// The unit in which values are shown; the unit itself where absent.
        display: Option<At<Display>>,
        direction: Direction,
        version: Option<Text>,
        goal: Option<Text>,
        stakeholders: Vec<Text>,
        reviewed: Option<At<DateText>>,
        tags: Vec<Text>,
        population: Option<PopulationTable>,
        measure: MeasureTable,
        breakdown: Option<BreakdownTable>,
        ceiling: Option<CeilingTable>,
        target: Option<TargetTable>,
        gameability: Option<GameabilityTable>,
        /// Control and technique ids, by framework.
        frameworks: Table<OneOrMany>,
        /// Levels of diagnostics about this metric, by code.
        lints: Table<Text>,
    }
}

/// What a value is counted in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unit {
    /// A share from 0 to 1.
    Ratio,
    Seconds,
    Count,
    /// 0 to 100.
    Score,
    Days,
    /// `currency:EUR`
    Currency(String),
}

impl Unit {
    pub fn name(&self) -> String {
        match self {
            Self::Ratio => "ratio".to_owned(),
            Self::Seconds => "seconds".to_owned(),
            Self::Count => "count".to_owned(),
            Self::Score => "score".to_owned(),
            Self::Days => "days".to_owned(),
            Self::Currency(code) => format!("currency:{code}"),
        }
    }
}

impl FromToml for Unit {
    const EXPECTED: &'static str = "one of `ratio` `seconds` `days` `count` `score` `currency:EUR`";

    fn from_toml(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        let text = Text::from_toml(value, reader)?;
        match text.as_str() {
            "ratio" => Some(Self::Ratio),
            "seconds" => Some(Self::Seconds),
            "count" => Some(Self::Count),
            "score" => Some(Self::Score),
            "days" => Some(Self::Days),
            other => match other.strip_prefix("currency:") {
                Some(code) if code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()) => {
                    Some(Self::Currency(code.to_owned()))
                }
                _ => reader.invalid(
                    text.span,
                    format!("`{other}` is no unit that goodhart knows"),
                    Self::EXPECTED,
                ),
            },
        }
    }
}

choice! {
    pub enum Display {
        Percent = "percent",
        Seconds = "seconds",
        Minutes = "minutes",
        Hours = "hours",
        Days = "days",
    }
}

choice! {
    /// Which way is better.
    pub enum Direction {
        Higher = "higher",
        Lower = "lower",
        /// Best between the target's bounds.
        Band = "band",
        /// Context only.
        Neutral = "neutral",
    }
}

record! {
    /// The SQL that yields one row per counted subject.
    pub struct PopulationTable {
        /// The column that is unique per row.
        subject: Text,
        /// The column that decides the period; a population without one is a stock.
        at: Option<Text>,
        segments: Vec<Text>,
        sql: Sql,
    }
}

record! {
    pub struct BreakdownTable {
        /// Sets of segments; `[]` is the total.
        by: Vec<Vec<Text>>,
    }
}

record! {
    /// The natural bounds of the value.
    pub struct CeilingTable {
        min: Option<Number>,
        max: Option<Number>,
        why: Option<Text>,
    }
}

record! {
    pub struct TargetTable {
        at_most: Option<Number>,
        at_least: Option<Number>,
        /// Rows below which the target is not judged; the project's `min_n` where absent.
        min_n: Option<At<u32>>,
    }
}

record! {
    /// The honest answer to "how would I cheat this?".
    pub struct GameabilityTable {
        notes: Option<Text>,
        /// Metrics that must get worse when this one is gamed.
        guards: Vec<Text>,
        /// Strategies that are known to work and are lived with for a while.
        waivers: Vec<WaiverTable>,
    }
}

record! {
    /// Leave to be exposed to a strategy, by somebody, for a reason, until a day.
    pub struct WaiverTable {
        strategy: Text,
        owner: Text,
        reason: Text,
        /// The last day on which it holds.
        expires: At<DateText>,
    }
}
