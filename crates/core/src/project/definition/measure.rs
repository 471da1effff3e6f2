//! `[measure]`: the aggregate over a population, by kind.

use schemars::{Schema, json_schema};
use serde_json::{Value, json};
use toml::Spanned;
use toml::de::DeValue;

use crate::diagnostic::Span;

use super::read::schema::offered;
use super::read::{At, FromToml, HasSchema, Number, Reader, Sql, Text, choice, record};

choice! {
    /// What is computed, which decides the other keys.
    pub enum Kind {
        Count = "count",
        Sum = "sum",
        Mean = "mean",
        Median = "median",
        Quantile = "quantile",
        Ratio = "ratio",
        Share = "share",
        Distribution = "distribution",
        Survival = "survival",
        Score = "score",
        Formula = "formula",
        Change = "change",
    }
}

/// A measure with the keys of its kind.
#[derive(Debug, Clone)]
pub enum MeasureTable {
    Count(Count),
    Sum(Sum),
    Mean(Average),
    Median(Average),
    Quantile(Quantile),
    Ratio(Ratio),
    Share(Share),
    Distribution(Distribution),
    Survival(Survival),
    Score(Score),
    Formula(FormulaTable),
    Change(Change),
}

impl MeasureTable {
    pub fn kind(&self) -> Kind {
        match self {
            Self::Count(_) => Kind::Count,
            Self::Sum(_) => Kind::Sum,
            Self::Mean(_) => Kind::Mean,
            Self::Median(_) => Kind::Median,
            Self::Quantile(_) => Kind::Quantile,
            Self::Ratio(_) => Kind::Ratio,
            Self::Share(_) => Kind::Share,
            Self::Distribution(_) => Kind::Distribution,
            Self::Survival(_) => Kind::Survival,
            Self::Score(_) => Kind::Score,
            Self::Formula(_) => Kind::Formula,
            Self::Change(_) => Kind::Change,
        }
    }

    /// The SQL expressions over the population.
    pub fn expressions(&self) -> Vec<&Sql> {
        match self {
            Self::Sum(sum) => vec![&sum.of],
            Self::Mean(average) | Self::Median(average) => {
                std::iter::once(&average.of).chain(&average.open).collect()
            }
            Self::Quantile(quantile) => {
                std::iter::once(&quantile.of).chain(&quantile.open).collect()
            }
            Self::Ratio(ratio) => vec![&ratio.numerator, &ratio.denominator],
            Self::Share(share) => std::iter::once(&share.r#where).chain(&share.among).collect(),
            Self::Survival(survival) => vec![&survival.of, &survival.open],
            Self::Count(_)
            | Self::Distribution(_)
            | Self::Score(_)
            | Self::Formula(_)
            | Self::Change(_) => Vec::new(),
        }
    }

    /// The first line of the table.
    pub fn span(&self) -> Span {
        match self {
            Self::Count(table) => table.span,
            Self::Sum(table) => table.span,
            Self::Mean(table) | Self::Median(table) => table.span,
            Self::Quantile(table) => table.span,
            Self::Ratio(table) => table.span,
            Self::Share(table) => table.span,
            Self::Distribution(table) => table.span,
            Self::Survival(table) => table.span,
            Self::Score(table) => table.span,
            Self::Formula(table) => table.span,
            Self::Change(table) => table.span,
        }
    }

    /// Whether the measure is computed from other metrics, not from rows.
    pub fn is_composed(&self) -> bool {
        matches!(self, Self::Score(_) | Self::Formula(_) | Self::Change(_))
    }
}

record! {
    /// The number of rows.
    pub struct Count {
        kind: Kind,
    }
}

record! {
    /// The sum of an expression.
    pub struct Sum {
        kind: Kind,
        /// A SQL expression: what is summed.
        of: Sql,
    }
}

record! {
    /// The mean or median of an expression over the rows that are not open.
    pub struct Average {
        kind: Kind,
        /// A SQL expression: what is averaged.
        of: Sql,
        /// True for rows whose duration is not over yet: counted as `n_open`, not averaged.
        open: Option<Sql>,
        /// Companion statistics beside the value, such as `["mean", "p90"]`.
        with: Vec<At<Statistic>>,
    }
}

record! {
    /// The `q` quantile (linear, type 7) of an expression over the rows that are not open.
    pub struct Quantile {
        kind: Kind,
        /// A SQL expression: what the quantile is of.
        of: Sql,
        /// From 0 to 1: 0.5 is the median, 0.9 leaves a tenth of the rows above it.
        q: Number,
        /// True for rows whose duration is not over yet: counted as `n_open`, not part of the quantile.
        open: Option<Sql>,
        /// Companion statistics beside the value, such as `["mean", "p90"]`.
        with: Vec<At<Statistic>>,
    }
}

record! {
    /// The sum of one expression over the sum of another.
    pub struct Ratio {
        kind: Kind,
        /// A SQL expression whose sum stands above the line.
        numerator: Sql,
        /// A SQL expression whose sum stands below the line.
        denominator: Sql,
    }
}

record! {
    /// The share of rows for which a condition holds; a null condition does not hold.
    pub struct Share {
        kind: Kind,
        /// A SQL condition: the rows whose share it is.
        r#where: Sql,
        /// A SQL condition: the rows that count at all; by default, every row.
        among: Option<Sql>,
    }
}

record! {
    /// The share of each value of a segment in the total over that segment.
    pub struct Distribution {
        kind: Kind,
        /// One of the population's segments.
        of: Text,
    }
}

record! {
    /// The Kaplan-Meier quantile of a duration; open rows are censored at their value.
    pub struct Survival {
        kind: Kind,
        /// A SQL expression: how long it took, or has taken so far.
        of: Sql,
        /// A SQL condition: true where the duration is not over yet.
        open: Sql,
        /// Which quantile; the default is 0.5, the median.
        q: Option<Number>,
        /// Companion statistics beside the value, such as `["mean", "p90"]`.
        with: Vec<At<Statistic>>,
    }
}

record! {
    /// The weighted mean of other metrics, each normalised to 0..100.
    pub struct Score {
        kind: Kind,
        /// The parts of the score.
        components: Vec<Component>,
    }
}

record! {
    /// One part of a score: `worst` becomes 0, `best` becomes 100, what lies outside is clipped.
    pub struct Component {
        /// The id of a metric.
        metric: Text,
        /// How much the part counts, relative to the others.
        weight: Number,
        /// The value that becomes 0.
        worst: Number,
        /// The value that becomes 100.
        best: Number,
    }
}

record! {
    /// Arithmetic over other metrics at the same period and segments.
    pub struct FormulaTable {
        kind: Kind,
        /// Arithmetic over metric ids: `+ - * /`, `min`, `max`, `abs`.
        expression: Sql,
    }
}

record! {
    /// The change of another metric against an earlier period.
    pub struct Change {
        kind: Kind,
        /// The id of a metric.
        of: Text,
        /// As a share of the earlier value instead of as a difference.
        relative: bool,
        /// How many periods back; the default is 1.
        periods: Option<At<u32>>,
    }
}

/// A companion statistic, shown beside the headline.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Statistic {
    Mean,
    Median,
    Min,
    Max,
    /// `p90`: a quantile in percent.
    Percentile(u8),
    /// The Kaplan-Meier median, open rows censored.
    SurvivalMedian,
    /// The area under the Kaplan-Meier curve up to the longest duration.
    RestrictedMean,
}

impl Statistic {
    pub fn name(&self) -> String {
        match self {
            Self::Mean => "mean".to_owned(),
            Self::Median => "median".to_owned(),
            Self::Min => "min".to_owned(),
            Self::Max => "max".to_owned(),
            Self::Percentile(percent) => format!("p{percent}"),
            Self::SurvivalMedian => "survival_median".to_owned(),
            Self::RestrictedMean => "restricted_mean".to_owned(),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "mean" => Self::Mean,
            "median" => Self::Median,
            "min" => Self::Min,
            "max" => Self::Max,
            "survival_median" => Self::SurvivalMedian,
            "restricted_mean" => Self::RestrictedMean,
            other => {
                let percent = other.strip_prefix('p')?.parse().ok()?;
                (1..=99).contains(&percent).then_some(Self::Percentile(percent))?
            }
        })
    }
}

impl HasSchema for Statistic {
    fn schema() -> Schema {
        let named = ["mean", "median", "min", "max", "survival_median", "restricted_mean"];
        offered(&named, "p0*[1-9][0-9]?")
    }
}

impl FromToml for Statistic {
    const EXPECTED: &'static str = "one of `mean` `median` `min` `max` `p1`..`p99` \
                                    `survival_median` `restricted_mean`";

    fn from_toml(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        let text = Text::from_toml(value, reader)?;
        Self::parse(&text).or_else(|| {
            reader.invalid(
                text.span,
                format!("`{}` is no companion statistic", text.as_str()),
                Self::EXPECTED,
            )
        })
    }
}

impl HasSchema for MeasureTable {
    /// One schema per kind, told apart by `kind`.
    fn schema() -> Schema {
        let kinds = Kind::NAMES.iter().filter_map(|name| Kind::parse(name)).map(of_kind);
        json_schema!({
            "type": "object",
            "required": ["kind"],
            "properties": { "kind": {
                "type": "string",
                "description": "What is computed, which decides the other keys.",
            } },
            "oneOf": kinds.collect::<Vec<_>>(),
        })
    }
}

/// The schema of a measure of one kind. Editors show the keys of all kinds together, so that the
/// words of each name the kind.
fn of_kind(kind: Kind) -> Schema {
    let mut schema = match kind {
        Kind::Count => Count::schema(),
        Kind::Sum => Sum::schema(),
        Kind::Mean | Kind::Median => Average::schema(),
        Kind::Quantile => Quantile::schema(),
        Kind::Ratio => Ratio::schema(),
        Kind::Share => Share::schema(),
        Kind::Distribution => Distribution::schema(),
        Kind::Survival => Survival::schema(),
        Kind::Score => Score::schema(),
        Kind::Formula => FormulaTable::schema(),
        Kind::Change => Change::schema(),
    };
    let name = kind.name();
    let words = schema.remove("description");
    if let Some(keys) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        for key in keys.values_mut() {
            if let Some(Value::String(words)) = key.get_mut("description") {
                *words = format!("`{name}`: {words}");
            }
        }
        let only = json!({ "const": name, "x-taplo": { "docs": { "constValue": words } } });
        keys.insert("kind".to_owned(), only);
    }
    if let Some(Value::String(words)) = words {
        schema.insert("description".to_owned(), format!("`{name}`: {words}").into());
    }
    schema
}

impl FromToml for MeasureTable {
    const EXPECTED: &'static str = "a table with `kind`";

    /// The kind decides which keys the table may have, so it is read first.
    fn from_toml(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        let DeValue::Table(table) = value.get_ref() else {
            return reader.wrong_type(value, Self::EXPECTED);
        };
        let kind = match table.get("kind") {
            Some(kind) => Kind::from_toml(kind, reader)?,
            None => {
                let span = reader.span(value);
                return Kind::absent("kind", span, reader).and(None);
            }
        };
        Some(match kind {
            Kind::Count => Self::Count(Count::from_toml(value, reader)?),
            Kind::Sum => Self::Sum(Sum::from_toml(value, reader)?),
            Kind::Mean => Self::Mean(Average::from_toml(value, reader)?),
            Kind::Median => Self::Median(Average::from_toml(value, reader)?),
            Kind::Quantile => Self::Quantile(Quantile::from_toml(value, reader)?),
            Kind::Ratio => Self::Ratio(Ratio::from_toml(value, reader)?),
            Kind::Share => Self::Share(Share::from_toml(value, reader)?),
            Kind::Distribution => Self::Distribution(Distribution::from_toml(value, reader)?),
            Kind::Survival => Self::Survival(Survival::from_toml(value, reader)?),
            Kind::Score => Self::Score(Score::from_toml(value, reader)?),
            Kind::Formula => Self::Formula(FormulaTable::from_toml(value, reader)?),
            Kind::Change => Self::Change(Change::from_toml(value, reader)?),
        })
    }
}
