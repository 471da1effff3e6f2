//! What of a definition decides its number or the verdict on it, as text that is the same
//! whatever the layout.

use std::collections::BTreeSet;

use super::alert::AlertTable;
use super::measure::MeasureTable;
use super::metric::MetricFile;
use super::read::{Number, Sql};
use crate::sql::{Form, LocalNames, ParsedPieces, Piece};

/// SQL and names of a definition in a form that does not change with layout, nor with the names that
/// the population gives by itself.
pub struct Canonical<'a> {
    names: LocalNames,
    sql: &'a ParsedPieces,
}

impl<'a> Canonical<'a> {
    /// For a definition of which `sql` has the pieces. `fixed` are names that mean something outside
    /// of the population.
    pub fn new(metric: &MetricFile, fixed: &BTreeSet<String>, sql: &'a ParsedPieces) -> Self {
        let population = metric.population.as_ref();
        let query = population.and_then(|population| sql.query(population.sql.as_str()));
        Self { names: query.map(|query| LocalNames::of(query, fixed)).unwrap_or_default(), sql }
    }

    fn name(&self, name: &str) -> String {
        self.names.name(name)
    }

    /// A piece; what cannot be parsed is what it is.
    fn piece(&self, form: Form, sql: &Sql) -> String {
        let parsed = self.sql.get(Piece { form, text: sql.as_str() });
        parsed.map_or_else(|| sql.as_str().to_owned(), |parsed| self.names.canonical(parsed))
    }
}

/// The parts of a metric's definition by name, in their order in a file. Two definitions with the
/// same aspects yield the same numbers and are checked alike; titles, notes, owners and comments
/// are not among them.
pub fn aspects(metric: &MetricFile, canonical: &Canonical<'_>) -> Vec<(&'static str, String)> {
    let population = metric.population.as_ref().map(|population| {
        let at = population.at.as_deref().map_or("-".to_owned(), |at| canonical.name(at));
        let sql = canonical.piece(Form::Query, &population.sql);
        format!("{} {at} {sql}", canonical.name(&population.subject))
    });
    let breakdown = metric.breakdown.as_ref().map(|table| {
        let set = |set: &Vec<_>| names(set).join(",");
        table.by.iter().map(set).collect::<Vec<_>>().join(" ")
    });
    // Without a breakdown, the segments are what is broken down by.
    let segments = metric.population.as_ref().map(|population| names(&population.segments));
    let ceiling = metric.ceiling.as_ref().map(|table| bounds(&table.min, &table.max));
    let target = metric.target.as_ref().map(|table| {
        let min_n = table.min_n.map_or(0, |min_n| min_n.value);
        format!("{} {min_n}", bounds(&table.at_least, &table.at_most))
    });
    let alerts: Vec<String> = metric.alert.iter().map(alert).collect();
    vec![
        ("unit", metric.unit.value.name()),
        ("direction", metric.direction.name().to_owned()),
        ("population", population.unwrap_or_default()),
        ("segments", segments.unwrap_or_default().join(",")),
        ("measure", measure(&metric.measure, |sql| canonical.piece(Form::Expression, sql))),
        ("breakdown", breakdown.unwrap_or_default()),
        ("ceiling", ceiling.unwrap_or_default()),
        ("target", target.unwrap_or_default()),
        ("alert", alerts.join("; ")),
    ]
}

fn alert(alert: &AlertTable) -> String {
    let watch = alert.watch().map(|watch| format!("{} {}", watch.name(), watch.text()));
    let by = alert.segments().map_or("-".to_owned(), |by| format!("[{}]", by.join(",")));
    format!(
        "{} over {} within {} by {by} min_n {}",
        watch.unwrap_or_default(),
        alert.over(),
        alert.within.as_ref().map_or(0, |within| within.value.seconds),
        alert.min_n.map_or(0, |min_n| min_n.value)
    )
}

fn names(texts: &[super::read::Text]) -> Vec<&str> {
    texts.iter().map(super::read::Text::as_str).collect()
}

fn bounds(low: &Option<Number>, high: &Option<Number>) -> String {
    let bound = |bound: &Option<Number>| {
        bound.as_ref().map_or("-".to_owned(), |bound| bound.value.normalize().to_string())
    };
    format!("{} {}", bound(low), bound(high))
}

fn measure(measure: &MeasureTable, sql: impl Fn(&Sql) -> String) -> String {
    let expressions: Vec<String> = measure.expressions().into_iter().map(sql).collect();
    let with = |with: &[super::read::At<super::measure::Statistic>]| -> String {
        with.iter().map(|statistic| statistic.value.name()).collect::<Vec<_>>().join(",")
    };
    let parameters = match measure {
        MeasureTable::Mean(table) | MeasureTable::Median(table) => {
            format!("open {} with {}", table.open.is_some(), with(&table.with))
        }
        MeasureTable::Quantile(table) => format!(
            "q {} open {} with {}",
            table.q.value.normalize(),
            table.open.is_some(),
            with(&table.with)
        ),
        MeasureTable::Survival(table) => format!(
            "q {} with {}",
            table.q.as_ref().map_or("-".to_owned(), |q| q.value.normalize().to_string()),
            with(&table.with)
        ),
        MeasureTable::Distribution(table) => table.of.to_string(),
        MeasureTable::Score(table) => {
            let component = |component: &super::measure::Component| {
                format!(
                    "{} {} {} {}",
                    component.metric.as_str(),
                    component.weight.value.normalize(),
                    component.worst.value.normalize(),
                    component.best.value.normalize()
                )
            };
            table.components.iter().map(component).collect::<Vec<_>>().join(", ")
        }
        MeasureTable::Formula(table) => table.expression.as_str().split_whitespace().collect(),
        MeasureTable::Change(table) => format!(
            "{} relative {} periods {}",
            table.of.as_str(),
            table.relative,
            table.periods.map_or(1, |periods| periods.value)
        ),
        MeasureTable::Count(_)
        | MeasureTable::Sum(_)
        | MeasureTable::Ratio(_)
        | MeasureTable::Share(_) => String::new(),
    };
    format!("{} {} {parameters}", measure.kind().name(), expressions.join("; "))
}
