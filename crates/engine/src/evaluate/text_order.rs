//! Numbers that were kept as text and are ordered as such: what of the rule `text-order` only the data
//! say.

use std::collections::BTreeSet;

use super::Run;
use crate::bind::bind_some;
use crate::{Parser, Purpose};
use goodhart_core::cache::{Cache, Key};
use goodhart_core::error::Error;
use goodhart_core::measure::Cell;
use goodhart_core::plan::quote;
use goodhart_core::project::catalog::{Source, pieces_of_metric, pieces_of_source};
use goodhart_core::project::definition::source::Type;
use goodhart_core::rules;
use goodhart_core::sql::facts::ColumnRef;

/// The texts that [`goodhart_core::sql::facts::number`] takes for numbers.
const NUMBER: &str = r"[+-]?(0|[1-9][0-9]*)([.][0-9]+)?";

impl Run<'_> {
    /// Reports what orders a text column whose values are numbers in another order. Nothing is bound
    /// where no SQL of the plan orders anything, or no such column was loaded.
    ///
    /// # Errors
    /// Only an engine failure.
    pub(super) fn check_text_order(&mut self) -> Result<(), Error> {
        if !self.orders_values() {
            return Ok(());
        }
        let sources = self.loaded.keys().filter_map(|id| self.catalog.sources.get(id));
        let numbers: BTreeSet<ColumnRef> =
            sources.flat_map(|source| self.misordered(source)).collect();
        if numbers.is_empty() {
            return Ok(());
        }
        let plan = self.plan;
        let parser = Parser::new(self.request.protection.clone(), Purpose::Binding);
        let wanted =
            |metric: &goodhart_core::project::catalog::Metric| plan.metrics.contains(&metric.id);
        let cache = Cache::default();
        let (mut bound, _) = bind_some(self.catalog, self.files, &wanted, &cache, &parser)?;
        bound.sources.retain(|id, _| plan.sources.iter().any(|step| step.id == *id));
        let found = rules::numbers_ordered_as_text(self.catalog, &bound, &numbers);
        self.diagnostics.extend(found);
        Ok(())
    }

    fn orders_values(&self) -> bool {
        let metrics = self.plan.metrics.iter().filter_map(|id| self.catalog.metrics.get(id));
        let sources = self.plan.sources.iter();
        let sources = sources.filter_map(|step| self.catalog.sources.get(&step.id));
        let pieces = metrics.flat_map(|metric| pieces_of_metric(&metric.definition));
        let mut pieces = pieces.chain(sources.flat_map(|one| pieces_of_source(&one.definition)));
        pieces.any(|piece| self.catalog.sql.get(piece).is_none_or(|parsed| parsed.orders))
    }

    /// The text columns of a source whose values are numbers in another order; a key is often ordered
    /// by for the sake of one order. That there are none is cached by content.
    fn misordered(&self, source: &Source) -> Vec<ColumnRef> {
        let columns = source.definition.columns.iter();
        let texts = columns.filter(|(_, column)| {
            column.r#type.value == Type::Text && column.values.is_empty() && !column.key
        });
        let texts: Vec<&str> = texts.map(|(name, _)| name.as_str()).collect();
        let key = self.text_order_key(source);
        if texts.is_empty() || self.request.cache.get(&key).is_some() {
            return Vec::new();
        }
        let relation = format!("loaded.{}", quote(&source.id));
        // The first text that is no number ends the search.
        let other = |name: &&str| {
            let name = quote(name);
            format!("exists (from {relation} where not regexp_full_match({name}, '{NUMBER}'))")
        };
        let others: Vec<String> = texts.iter().map(other).collect();
        let Ok(rows) = self.engine.query(&format!("select {}", others.join(", "))) else {
            return Vec::new();
        };
        let is_number = |cell: &Cell| *cell == Cell::Boolean(false);
        let cells = rows.first().into_iter().flatten();
        let numbers = texts.iter().zip(cells).filter(|(_, cell)| is_number(cell));
        let found: Vec<ColumnRef> = numbers
            .filter(|(name, _)| self.is_misordered(&relation, &quote(name)))
            .map(|(name, _)| ColumnRef { source: source.id.clone(), column: (*name).to_owned() })
            .collect();
        if found.is_empty() {
            self.request.cache.put(&key, &[]);
        }
        found
    }

    fn is_misordered(&self, relation: &str, column: &str) -> bool {
        let rows = self.engine.query(&format!(
            "select exists (from (select number, lag(number) over (order by value) as earlier from \
             (select distinct {column} as value, {column}::double as number from {relation})) \
             where earlier > number)"
        ));
        rows.is_ok_and(|rows| rows.first().is_some_and(|row| row.contains(&Cell::Boolean(true))))
    }

    fn text_order_key(&self, source: &Source) -> Key {
        let content = self.loaded.get(&source.id).map(|loaded| loaded.fingerprint.as_str());
        let declaration = self.files.text(source.file);
        Key::new("text-order", [declaration, content.unwrap_or_default()])
    }
}
