//! `metrics/**.toml`: one definition, whose id is the file's stem.

use schemars::Schema;
use toml::Spanned;
use toml::de::DeValue;

use super::alert::AlertTable;
use super::fixture::TestTable;
use super::limits::MetricLimitsTable;
use super::lints::Lints;
use super::measure::MeasureTable;
use super::read::schema::offered;
use super::read::{
    At, DateText, FromToml, HasSchema, Number, OneOrMany, Reader, Sql, Table, Text, choice,
    explain, record,
};
use crate::diagnostic::{Diagnostic, codes};

record! {
    /// A metric; its id is the name of the file.
    pub struct MetricFile {
        /// What reports call the metric.
        title: Text,
        /// Who answers for the value.
        owner: Option<Text>,
        /// What the metric says, and what it leaves out.
        description: Option<Text>,
        /// What the value is counted in: `ratio` (0 to 1), `seconds`, `days`, `count`, `score`
        /// (0 to 100), or a currency such as `currency:EUR`.
        unit: At<Unit>,
        /// The unit in which values are shown; the default is the unit itself.
        display: Option<At<Display>>,
        /// Which way is better.
        direction: Direction,
        /// The version of the definition: higher where a change makes other numbers.
        version: Option<Text>,
        /// The decision or aim that the metric serves.
        goal: Option<Text>,
        /// Who reads the metric.
        stakeholders: Vec<Text>,
        /// The day on which the definition was last reviewed.
        reviewed: Option<At<DateText>>,
        /// Words by which metrics are chosen: `goodhart eval --tag`.
        tags: Vec<Text>,
        /// What is counted: one row per subject.
        population: Option<PopulationTable>,
        /// The aggregate over the population; `kind` decides which keys there are.
        measure: MeasureTable,
        /// The groups that get values of their own.
        breakdown: Option<BreakdownTable>,
        /// The natural bounds: a value outside is an error.
        ceiling: Option<CeilingTable>,
        /// What the value should reach, checked at the newest complete period.
        target: Option<TargetTable>,
        /// Moves of the value that somebody is told of.
        alert: Vec<AlertTable>,
        /// How the metric could be cheated, and what would notice.
        gameability: Option<GameabilityTable>,
        /// Control and technique ids, by framework.
        frameworks: Table<OneOrMany>,
        /// Levels of diagnostics about this metric, by code.
        lints: Lints,
        /// What the metric may take: less than the project allows.
        limits: Option<MetricLimitsTable>,
        /// What the metric must yield for rows that are given.
        test: Vec<TestTable>,
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

impl HasSchema for Unit {
    fn schema() -> Schema {
        offered(&["ratio", "seconds", "days", "count", "score"], "currency:[A-Z]{3}")
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
                Some(code) if is_currency(code) => Some(Self::Currency(code.to_owned())),
                _ => {
                    let message = format!("`{other}` is no unit that goodhart knows");
                    let diagnostic = Diagnostic::new(&codes::INVALID_VALUE, message)
                        .at(text.span, Self::EXPECTED);
                    reader.report(if is_currency(other) {
                        diagnostic.ask(other, &format!("currency:{other}"), false)
                    } else {
                        explain(diagnostic, other, &["ratio", "seconds", "days", "count", "score"])
                    });
                    None
                }
            },
        }
    }
}

/// Whether it looks like an ISO 4217 code.
fn is_currency(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())
}

choice! {
    /// The unit in which values are shown.
    pub enum Display {
        /// A ratio times 100.
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
        /// More is better.
        Higher = "higher",
        /// Less is better.
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
        /// The columns by which values are broken down.
        segments: Vec<Text>,
        /// Segments whose values appear as pseudonyms, besides those that come from a sensitive
        /// column of a source.
        sensitive: Vec<Text>,
        /// Groups of fewer rows are suppressed, with what would reveal them; the default
        /// is the project's `privacy.min_group`.
        min_group: Option<u32>,
        /// A query in DuckDB's dialect over declared sources: one row per subject.
        sql: Sql,
    }
}

record! {
    /// The groups that get values of their own.
    pub struct BreakdownTable {
        /// Sets of segments; `[]` is the total. Where absent: the total, each segment, and all
        /// segments together.
        by: Vec<Vec<Text>>,
    }
}

record! {
    /// The natural bounds of the value.
    pub struct CeilingTable {
        /// The least value that is possible.
        min: Option<Number>,
        /// The greatest value that is possible.
        max: Option<Number>,
        /// Why there is nothing beyond the bounds.
        why: Option<Text>,
    }
}

record! {
    /// What the value should reach, checked at the newest complete period.
    pub struct TargetTable {
        /// The greatest value that meets the target.
        at_most: Option<Number>,
        /// The least value that meets the target.
        at_least: Option<Number>,
        /// Rows below which the target is not checked; the default is the project's `min_n`.
        min_n: Option<At<u32>>,
    }
}

record! {
    /// The honest answer to "how would I cheat this?".
    pub struct GameabilityTable {
        /// How the value could be made better without the work being better.
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
        /// The strategy that is known to work.
        strategy: Text,
        /// Who gave leave.
        owner: Text,
        /// Why it is lived with.
        reason: Text,
        /// The last day on which it holds.
        expires: At<DateText>,
    }
}
