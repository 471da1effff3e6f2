//! The results of a metric as bytes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use goodhart_core::result::{Group, MetricResults, Period, Row, Status};

/// What is cached of a metric: its results as they may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub results: MetricResults,
    /// Whether pseudonyms were made for it or for one of its parts.
    pub pseudonyms: bool,
}

#[derive(Serialize, Deserialize)]
struct StoredEntry {
    metric: String,
    pseudonyms: bool,
    /// Start and end in microseconds; rows name them by position.
    periods: Vec<(i64, i64)>,
    series: Vec<(Group, Vec<Line>)>,
}

/// A number as mantissa and scale, so that its text is the same again.
type Number = (i128, u32);

#[derive(Serialize, Deserialize)]
struct Line {
    period: usize,
    value: Option<Number>,
    numerator: Option<Number>,
    denominator: Option<Number>,
    n: Option<u64>,
    n_open: Option<u64>,
    ci_low: Option<Number>,
    ci_high: Option<Number>,
    status: Status,
    companions: Vec<(String, Number)>,
    smallest: Option<String>,
}

impl Entry {
    /// The bytes that [`Entry::parse`] reads.
    pub fn render(&self) -> Option<Vec<u8>> {
        let periods: BTreeSet<Period> = self.results.rows.iter().map(|row| row.period).collect();
        let positions: BTreeMap<Period, usize> = periods.iter().copied().zip(0..).collect();
        let series = self.results.series().map(|rows| {
            let group = rows.first().map_or_else(Group::new, |row| row.group.clone());
            let lines = rows.iter().map(|row| line(row, &positions)).collect::<Option<_>>()?;
            Some((group, lines))
        });
        let instants =
            |period: &Period| (period.start.as_microsecond(), period.end.as_microsecond());
        let written = StoredEntry {
            metric: self.results.metric.clone(),
            pseudonyms: self.pseudonyms,
            periods: periods.iter().map(instants).collect(),
            series: series.collect::<Option<_>>()?,
        };
        postcard::to_stdvec(&written).ok()
    }

    /// What was rendered; `None` where the bytes are of something else.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let written: StoredEntry = postcard::from_bytes(bytes).ok()?;
        let period = |(start, end): &(i64, i64)| {
            let start = Timestamp::from_microsecond(*start).ok()?;
            Some(Period { start, end: Timestamp::from_microsecond(*end).ok()? })
        };
        let periods: Vec<Period> = written.periods.iter().map(period).collect::<Option<_>>()?;
        let mut rows = Vec::new();
        for (group, lines) in written.series {
            for line in lines {
                rows.push(row(line, &group, &periods)?);
            }
        }
        let results = MetricResults { metric: written.metric, rows };
        Some(Self { results, pseudonyms: written.pseudonyms })
    }
}

fn line(row: &Row, positions: &BTreeMap<Period, usize>) -> Option<Line> {
    let companions = row.companions.iter().map(|(name, value)| (name.clone(), number(*value)));
    Some(Line {
        period: *positions.get(&row.period)?,
        value: row.value.map(number),
        numerator: row.numerator.map(number),
        denominator: row.denominator.map(number),
        n: row.n,
        n_open: row.n_open,
        ci_low: row.ci_low.map(number),
        ci_high: row.ci_high.map(number),
        status: row.status,
        companions: companions.collect(),
        smallest: row.smallest.clone(),
    })
}

fn row(line: Line, group: &Group, periods: &[Period]) -> Option<Row> {
    let companions = line.companions.into_iter();
    let companions = companions.map(|(name, value)| Some((name, decimal(value)?)));
    Some(Row {
        period: *periods.get(line.period)?,
        group: group.clone(),
        value: optional(line.value)?,
        numerator: optional(line.numerator)?,
        denominator: optional(line.denominator)?,
        n: line.n,
        n_open: line.n_open,
        ci_low: optional(line.ci_low)?,
        ci_high: optional(line.ci_high)?,
        status: line.status,
        companions: companions.collect::<Option<_>>()?,
        smallest: line.smallest,
    })
}

fn number(decimal: Decimal) -> Number {
    (decimal.mantissa(), decimal.scale())
}

fn decimal((mantissa, scale): Number) -> Option<Decimal> {
    Decimal::try_from_i128_with_scale(mantissa, scale).ok()
}

/// The outer `None` is a number that is none.
fn optional(number: Option<Number>) -> Option<Option<Decimal>> {
    match number {
        Some(number) => decimal(number).map(Some),
        None => Some(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use goodhart_core::plan::Timeline;
    use goodhart_core::project::definition::project::Grain;

    #[test]
    fn every_field_comes_back() {
        let timeline =
            Timeline::back_from("2026-03-10T00:00:00Z".parse().unwrap(), Grain::Month, 2).unwrap();
        let number = |text: &str| Some(text.parse::<Decimal>().unwrap());
        let full = Row {
            period: timeline.periods[1],
            group: vec![("team".to_owned(), Some("a\n\"b".to_owned())), ("host".to_owned(), None)],
            value: number("-79228162514264337593543950335"),
            numerator: number("0.000001"),
            denominator: number("1.50"),
            n: Some(u64::MAX),
            n_open: Some(0),
            ci_low: number("0"),
            ci_high: number("12"),
            status: Status::Provisional,
            companions: vec![("p90".to_owned(), "7.25".parse().unwrap())],
            smallest: Some("part".to_owned()),
        };
        let mut bare = Row { period: timeline.periods[0], group: Group::new(), ..full.clone() };
        bare.suppress();
        let results =
            MetricResults { metric: "m".to_owned(), rows: vec![bare.clone(), full.clone()] };
        let entry = Entry { results, pseudonyms: true };
        let bytes = entry.render().unwrap();
        assert_eq!(Entry::parse(&bytes).as_ref(), Some(&entry));
        let again = Entry::parse(&bytes).unwrap().results.rows[1].clone();
        assert_eq!(again.denominator.unwrap().to_string(), "1.50");
        assert_eq!(Entry::parse(&bytes[..bytes.len() - 1]), None);
        assert_eq!(Entry::parse(b""), None);
    }
}
