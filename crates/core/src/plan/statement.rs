//! The SQL of a scan.
//!
//! ```sql
//! with population as (…the user's query…),
//! measured as (select period, segments, the measures' expressions from population)
//! select period, segments, aggregates from measured group by grouping sets (…)
//! ```
//!
//! Sums of floats go through DECIMAL, because a sum of doubles depends on the order of the rows
//! and so on the number of threads; quantiles of one sample are asked for together, because the
//! sort is what they cost.

use jiff::Timestamp;

use super::composed::MappedSql;
use super::scan::Scan;
use super::{Timeline, literal, quote, timestamp};
use crate::measure::{Aggregate, Cell};
use crate::project::definition::project::Grain;
use crate::project::definition::read::Sql;
use crate::result::Period;
use crate::sql::TypeKind;

/// The distinct expressions of a scan's aggregates, as columns `e0`, `e1`, … of `measured`.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    expressions: Vec<Sql>,
}

impl Columns {
    pub fn of(scan: &Scan) -> Self {
        let mut columns = Self::default();
        for aggregate in &scan.aggregates {
            match aggregate {
                Aggregate::Rows => {}
                Aggregate::CountWhere(conditions) => {
                    for condition in conditions {
                        columns.add(condition);
                    }
                }
                Aggregate::Sum(of) => columns.add(of),
                Aggregate::Ended(sample, _) | Aggregate::OpenValues(sample) => {
                    columns.add(&sample.of);
                    if let Some(open) = &sample.open {
                        columns.add(open);
                    }
                }
            }
        }
        columns
    }

    /// The columns of one expression alone.
    pub fn single(expression: &Sql) -> Self {
        Self { expressions: vec![expression.clone()] }
    }

    pub fn expressions(&self) -> &[Sql] {
        &self.expressions
    }

    fn add(&mut self, sql: &Sql) {
        if self.position(sql).is_none() {
            self.expressions.push(sql.clone());
        }
    }

    fn position(&self, sql: &Sql) -> Option<usize> {
        self.expressions.iter().position(|known| known.as_str().trim() == sql.as_str().trim())
    }

    fn kind(&self, sql: &Sql, kinds: &[TypeKind]) -> TypeKind {
        let index = self.position(sql);
        index.and_then(|index| kinds.get(index)).copied().unwrap_or(TypeKind::Other)
    }

    fn name(&self, sql: &Sql) -> String {
        self.position(sql).map_or("null".to_owned(), |index| format!("e{index}"))
    }
}

/// How to read the rows of a scan's statement.
#[derive(Debug, Clone, Default)]
pub struct Shape {
    /// For each aggregate, the result column and, in a list column, the element.
    aggregates: Vec<(usize, Option<usize>)>,
    /// For each aggregate, whether it counts rows.
    counted: Vec<bool>,
    /// The column of the first segment; period and set come before.
    segments: usize,
}

impl Shape {
    /// The start of the period, in microseconds.
    pub fn period<'a>(&self, row: &'a [Cell]) -> &'a Cell {
        row.first().unwrap_or(&Cell::Null)
    }

    /// The index into [`Scan::sets`] of a row.
    pub fn set(&self, row: &[Cell], scan: &Scan) -> Option<usize> {
        let mask = match row.get(1)? {
            Cell::Integer(mask) => u64::try_from(*mask).ok()?,
            _ => return None,
        };
        scan.sets.iter().position(|set| grouping_mask(set, scan.segments.len()) == mask)
    }

    pub fn segment<'a>(&self, row: &'a [Cell], index: usize) -> &'a Cell {
        row.get(self.segments + index).unwrap_or(&Cell::Null)
    }

    /// For each aggregate of the scan, whether it counts rows.
    pub fn counted(&self) -> &[bool] {
        &self.counted
    }

    /// The cells of the scan's aggregates, in their order.
    pub fn aggregates(&self, row: &[Cell]) -> Vec<Cell> {
        self.aggregates
            .iter()
            .map(|&(column, element)| {
                let cell = row.get(column).unwrap_or(&Cell::Null);
                match element {
                    None => cell.clone(),
                    Some(element) => cell.elements().get(element).cloned().unwrap_or(Cell::Null),
                }
            })
            .collect()
    }
}

/// DuckDB's `grouping(s0, s1, …)`: a bit per segment, the first the highest, set where the
/// segment is totalled over.
fn grouping_mask(set: &[usize], segments: usize) -> u64 {
    (0..segments)
        .filter(|index| !set.contains(index))
        .map(|index| 1 << (segments - 1 - index))
        .sum()
}

/// A query whose columns are the population's, the segments as text, and the expressions; it is
/// only described, to learn the types before anything runs.
pub fn probe(scan: &Scan, columns: &Columns) -> MappedSql {
    let mut sql = population(scan);
    sql.push("select population.*");
    for (index, expression) in columns.expressions.iter().enumerate() {
        sql.push(",\n  (").push_sql(expression).push(&format!(") as e{index}"));
    }
    sql.push("\nfrom population");
    sql
}

/// The starts of the periods of a timeline into which the rows of a flow fall.
pub fn periods(scan: &Scan, timeline: &Timeline) -> MappedSql {
    let mut sql = population(scan);
    sql.push(&format!(
        "select distinct {}\nfrom population\n",
        period_column(scan, timeline.grain, None)
    ));
    window(scan, timeline, &mut sql);
    sql.push("order by 1");
    sql
}

/// A query that computes every value of the population and the expressions for every row, and
/// aggregates none: it fails where one of them does.
pub fn forced(scan: &Scan, columns: &Columns) -> MappedSql {
    let mut sql = population(scan);
    sql.push("select max(hash(population))");
    for expression in &columns.expressions {
        sql.push(",\n  max(hash(").push_sql(expression).push("))");
    }
    sql.push("\nfrom population");
    sql
}

/// Every subject of a scan of one metric with a hash over what it contributes: when, and where it is
/// to be told by more than that (`deep`), in which groups and with which values.
pub fn contributions(scan: &Scan, columns: &Columns, timeline: &Timeline, deep: bool) -> MappedSql {
    let mut sql = population(scan);
    sql.push(&format!("select {}::varchar, hash(", quote(&scan.population.subject)));
    match &scan.population.at {
        Some(at) => sql.push(&quote(at)),
        None => sql.push("true"),
    };
    if deep {
        for segment in &scan.segments {
            sql.push(&format!(", {}", quote(segment)));
        }
        for expression in &columns.expressions {
            sql.push(",\n  ").push_sql(expression);
        }
    }
    sql.push(")::varchar\nfrom population");
    let (first, last) = (timeline.periods.first(), timeline.periods.last());
    if let (Some(at), Some(first), Some(last)) = (&scan.population.at, first, last) {
        let (at, end) = (quote(at), last.end.min(timeline.as_of));
        let (start, end) = (timestamp(first.start), timestamp(end));
        sql.push(&format!("\nwhere {at} >= {start} and {at} < {end}"));
    }
    sql
}

/// Counts rows, null subjects and distinct hashes of subjects: where there are as many hashes as
/// rows, every subject is unique. Eight bytes a row instead of the subjects themselves.
pub fn subject_unique(scan: &Scan) -> MappedSql {
    let subject = quote(&scan.population.subject);
    let mut sql = population(scan);
    sql.push(&format!(
        "select count(*), count(*) filter (where {subject} is null), \
         count(distinct hash({subject}))\nfrom population"
    ));
    sql
}

/// The first repeated or null subjects with how often they occur.
pub fn subject_repeats(scan: &Scan) -> MappedSql {
    let subject = quote(&scan.population.subject);
    let mut sql = population(scan);
    sql.push(&format!(
        "select {subject}::varchar, count(*)\nfrom population\ngroup by {subject}\n\
         having count(*) > 1 or {subject} is null\norder by 2 desc, 1 limit 3"
    ));
    sql
}

/// The statement of a scan over `timeline` (a flow) or at the end of `stock` (a stock).
/// `kinds` are the kinds of the expressions of `columns`.
pub fn statement(
    scan: &Scan,
    columns: &Columns,
    kinds: &[TypeKind],
    timeline: &Timeline,
    stock: Option<Period>,
) -> (MappedSql, Shape) {
    let mut sql = population(scan);
    // The population ends with a line break, and `with` goes on with a second table.
    sql.push(", measured as (\n  select ");
    sql.push(&period_column(scan, timeline.grain, stock));
    for (index, segment) in scan.segments.iter().enumerate() {
        sql.push(&format!(",\n    population.{}::varchar as s{index}", quote(segment)));
    }
    for (index, expression) in columns.expressions.iter().enumerate() {
        sql.push(",\n    (").push_sql(expression).push(&format!("    ) as e{index}"));
    }
    sql.push("\n  from population\n");
    window(scan, timeline, &mut sql);
    sql.push(")\nselect period, ");
    let segments: Vec<String> = (0..scan.segments.len()).map(|index| format!("s{index}")).collect();
    if segments.is_empty() {
        sql.push("0");
    } else {
        sql.push(&format!("grouping({})", segments.join(", ")));
    }
    for segment in &segments {
        sql.push(", ").push(segment);
    }
    let (texts, positions) = aggregates(scan, columns, kinds, 2 + segments.len());
    for text in &texts {
        sql.push(",\n  ").push(text);
    }
    sql.push("\nfrom measured\n").push(&group_by(scan));
    let counted = scan
        .aggregates
        .iter()
        .map(|aggregate| match aggregate {
            Aggregate::Rows | Aggregate::CountWhere(_) => true,
            Aggregate::Sum(of) => columns.kind(of, kinds) == TypeKind::Boolean,
            Aggregate::Ended(..) | Aggregate::OpenValues(_) => false,
        })
        .collect();
    let shape = Shape { aggregates: positions, counted, segments: 2 };
    (sql, shape)
}

/// The condition that keeps the rows of a flow that lie within a timeline.
fn window(scan: &Scan, timeline: &Timeline, sql: &mut MappedSql) {
    if let (Some(at), Some(first), Some(last)) =
        (&scan.population.at, timeline.periods.first(), timeline.periods.last())
    {
        let at = quote(at);
        sql.push(&format!(
            "  where population.{at} >= {} and population.{at} < {} and population.{at} <= {}\n",
            timestamp(first.start),
            timestamp(last.end),
            timestamp(timeline.as_of)
        ));
    }
}

fn population(scan: &Scan) -> MappedSql {
    let mut sql = MappedSql::default();
    sql.push("with population as (\n").push_sql(&scan.population.sql).push(")\n");
    sql
}

fn period_column(scan: &Scan, grain: Grain, stock: Option<Period>) -> String {
    match (&scan.population.at, stock) {
        (_, Some(period)) => format!("{} as period", timestamp(period.start)),
        (Some(at), None) => format!(
            "date_trunc({}, population.{}::timestamp) as period",
            literal(grain.name()),
            quote(at)
        ),
        (None, None) => format!("{} as period", timestamp(Timestamp::UNIX_EPOCH)),
    }
}

fn group_by(scan: &Scan) -> String {
    let sets: Vec<String> = scan
        .sets
        .iter()
        .map(|set| {
            let mut columns = vec!["period".to_owned()];
            columns.extend(set.iter().map(|index| format!("s{index}")));
            format!("({})", columns.join(", "))
        })
        .collect();
    format!("group by grouping sets ({})", sets.join(", "))
}

/// The texts of the aggregate columns, and where each aggregate of the scan is found.
fn aggregates(
    scan: &Scan,
    columns: &Columns,
    kinds: &[TypeKind],
    offset: usize,
) -> (Vec<String>, Vec<(usize, Option<usize>)>) {
    use crate::measure::Reduction;
    let mut texts: Vec<String> = Vec::new();
    let mut positions = Vec::new();
    let kind = |sql: &Sql| columns.kind(sql, kinds);
    for aggregate in &scan.aggregates {
        let mut element = None;
        let text = match aggregate {
            Aggregate::Rows => "count(*)".to_owned(),
            Aggregate::CountWhere(conditions) => {
                let all: Vec<String> = conditions.iter().map(|c| columns.name(c)).collect();
                format!("count(*) filter (where {})", all.join(" and "))
            }
            Aggregate::Sum(of) => sum(&columns.name(of), kind(of)),
            Aggregate::OpenValues(sample) => format!(
                "list_sort(list({}) filter (where {}))",
                columns.name(&sample.of),
                sample.open.as_ref().map_or("false".to_owned(), |open| columns.name(open))
            ),
            Aggregate::Ended(sample, reduction) => {
                let of = columns.name(&sample.of);
                let ended = sample.open.as_ref().map_or(String::new(), |open| {
                    format!(" filter (where {} is not true)", columns.name(open))
                });
                match reduction {
                    Reduction::Count => format!("count({of}){ended}"),
                    Reduction::Sum => format!("{}{ended}", sum(&of, kind(&sample.of))),
                    Reduction::Min => format!("min({of}){ended}"),
                    Reduction::Max => format!("max({of}){ended}"),
                    Reduction::Values => format!(
                        "list_sort(list({of}) filter (where {of} is not null{}))",
                        sample.open.as_ref().map_or(String::new(), |open| {
                            format!(" and {} is not true", columns.name(open))
                        })
                    ),
                    Reduction::Quantile(q) => {
                        let all = quantiles(scan, sample);
                        element = all.iter().position(|known| known == q);
                        let list: Vec<String> = all.iter().map(ToString::to_string).collect();
                        format!(
                            "quantile_cont({}, [{}]){ended}",
                            as_number(&of, kind(&sample.of)),
                            list.join(", ")
                        )
                    }
                }
            }
        };
        let column = texts.iter().position(|known| *known == text).unwrap_or_else(|| {
            texts.push(text);
            texts.len() - 1
        });
        positions.push((offset + column, element));
    }
    (texts, positions)
}

/// All quantiles that any metric of the scan asks of a sample, ascending.
fn quantiles(scan: &Scan, sample: &crate::measure::Sample) -> Vec<rust_decimal::Decimal> {
    let mut all: Vec<rust_decimal::Decimal> = scan
        .aggregates
        .iter()
        .filter_map(|aggregate| match aggregate {
            Aggregate::Ended(other, crate::measure::Reduction::Quantile(q))
                if other.same(sample) =>
            {
                Some(*q)
            }
            _ => None,
        })
        .collect();
    all.sort();
    all.dedup();
    all
}

/// An exact sum: the same for any order of the rows.
fn sum(column: &str, kind: TypeKind) -> String {
    match kind {
        TypeKind::Boolean => format!("sum({column}::integer)"),
        TypeKind::Integer | TypeKind::HugeInteger | TypeKind::Decimal => {
            format!("sum({column})")
        }
        _ => format!("sum({column}::decimal(38, 6))"),
    }
}

/// Interpolation is in doubles: between decimals it would round to their scale.
fn as_number(column: &str, kind: TypeKind) -> String {
    match kind {
        TypeKind::Integer | TypeKind::Double => column.to_owned(),
        TypeKind::Boolean => format!("{column}::integer"),
        _ => format!("{column}::double"),
    }
}
