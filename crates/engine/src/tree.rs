//! DuckDB's syntax tree of a query, and the way back to SQL.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Engine;
use goodhart_core::measure::Cell;
use goodhart_core::plan::literal;

/// All objects of a tree or of a part of it.
pub fn objects(tree: &Value) -> impl Iterator<Item = &Value> {
    let mut pending = vec![tree];
    std::iter::from_fn(move || {
        loop {
            let value = pending.pop()?;
            match value {
                Value::Object(map) => {
                    pending.extend(map.values());
                    return Some(value);
                }
                Value::Array(values) => pending.extend(values),
                _ => {}
            }
        }
    })
}

impl Engine {
    /// The syntax tree of a query, in DuckDB's JSON; `None` where it is not exactly one query.
    pub fn syntax_tree(&self, sql: &str) -> Option<Value> {
        let json = self.text(&format!("select json_serialize_sql({})", literal(sql)))?;
        let tree: Value = serde_json::from_str(&json).ok()?;
        (tree["statements"].as_array()?.len() == 1).then_some(tree)
    }

    /// The last parts of the names of columns in an expression; none where it does not parse.
    pub fn columns_in(&self, expression: &str) -> Vec<String> {
        let tree = self.syntax_tree(&format!("select {expression}")).unwrap_or_default();
        let names = objects(&tree).filter_map(|node| node["column_names"].as_array()?.last());
        names.filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// The SQL of a syntax tree; `None` where it is none.
    pub fn sql_of(&self, tree: &Value) -> Option<String> {
        self.text(&format!("select json_deserialize_sql({})", literal(&tree.to_string())))
    }

    /// The names of all functions that take many rows and return one value.
    pub fn aggregate_functions(&self) -> BTreeSet<String> {
        let sql = "select distinct function_name from duckdb_functions() \
                   where function_type = 'aggregate'";
        let rows = self.ask(sql).unwrap_or_default();
        rows.into_iter()
            .filter_map(|row| match row.into_iter().next() {
                Some(Cell::Text(name)) => Some(name),
                _ => None,
            })
            .collect()
    }

    fn text(&self, sql: &str) -> Option<String> {
        match self.ask(sql).ok()?.into_iter().next()?.into_iter().next()? {
            Cell::Text(text) => Some(text),
            _ => None,
        }
    }
}
