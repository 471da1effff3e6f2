//! The walk over a syntax tree: everything that is not allowed, each at its place.

use super::calls::{self, Call};
use super::kinds::{self, OPERATORS, Sort};
use super::relations::{Readable, Scope};
use super::syntax::Tree;
use super::types;
use crate::engine::SqlFailure;

/// Byte offset and length in the text.
type Place = Option<(usize, usize)>;

pub struct Walk<'w> {
    sql: &'w str,
    readable: Readable<'w>,
    scope: Scope,
    found: Vec<SqlFailure>,
}

impl<'w> Walk<'w> {
    /// Looks at every node of the only statement of `sql`.
    pub fn over(
        statement: &Tree<'_>,
        sql: &'w str,
        readable: Readable<'w>,
    ) -> Result<(), Vec<SqlFailure>> {
        let mut walk = Self { sql, readable, scope: Scope::default(), found: Vec::new() };
        walk.visit(statement, None);
        // One mistake is often seen twice: a pattern is also an argument.
        walk.found.dedup();
        if walk.found.is_empty() { Ok(()) } else { Err(walk.found) }
    }

    fn visit(&mut self, tree: &Tree<'_>, around: Place) {
        match tree {
            Tree::List(values) => {
                for value in values {
                    self.visit(value, around);
                }
            }
            Tree::Object(_) => self.object(tree, around),
            Tree::Null | Tree::True | Tree::Plain | Tree::Number(_) | Tree::Text(_) => {}
        }
    }

    fn object(&mut self, tree: &Tree<'_>, around: Place) {
        let Tree::Object(fields) = tree else { return };
        let place = place(tree).or(around);
        let names = fields.iter().map(|(name, _)| name.as_ref());
        let (sort, kind) = match kinds::kind(tree.text_of("class"), tree.text_of("type"), names) {
            Ok(known) => known,
            Err(unknown) => return self.found.push(unknown_kind(unknown).at(place)),
        };
        match (sort, kind) {
            (Sort::Query, _) => return self.query(tree, kind, place),
            (Sort::Relation, "BASE_TABLE") => self.base_table(tree, place),
            (Sort::Relation, "TABLE_FUNCTION") => return self.table_function(tree, place),
            (Sort::Expression, "FUNCTION" | "WINDOW") => self.call(tree, place, false),
            (Sort::Expression, "OPERATOR") => {
                let operator = tree.text_of("type").unwrap_or("");
                if !OPERATORS.contains(&operator) {
                    self.found.push(unknown_kind(operator).at(place));
                }
            }
            (Sort::Expression, "TYPE") => self.type_name(tree, place),
            (Sort::Expression, "COLLATE") => {
                let name = tree.text_of("collation").unwrap_or("");
                if !types::collation_allowed(name) {
                    let failure = SqlFailure::unknown("collation", name, types::COLLATIONS);
                    let known = format!("there are {}", types::COLLATIONS.join(", "));
                    self.found.push(failure.noted(&known).at(place));
                }
            }
            _ => {}
        }
        for (name, value) in fields {
            self.field(name, value, place);
        }
    }

    fn field(&mut self, name: &str, value: &Tree<'_>, place: Place) {
        match (name, value) {
            (_, Tree::Null) => {}
            ("sample", _) => self.found.push(
                SqlFailure::refused(
                    "a sample is another one on every run",
                    "not the same for the same data",
                    "derive the choice from the data: `hash(id) % 20 = 0` picks the same rows everywhere",
                )
                .at(place),
            ),
            ("at_clause", _) => self.found.push(
                SqlFailure::refused(
                    "a source has no versions to choose from",
                    "not possible here",
                    "`known_at` in the source says which rows were known at the as-of",
                )
                .at(place),
            ),
            ("pivot_enum", Tree::Text(name)) if !name.is_empty() => {
                self.found.push(unknown_kind("a pivot over a type").at(place));
            }
            _ => self.visit(value, place),
        }
    }

    /// A query, with its common tables first: each sees those before it.
    fn query(&mut self, tree: &Tree<'_>, kind: &str, place: Place) {
        let Tree::Object(fields) = tree else { return };
        let mark = self.scope.enter();
        let tables = tree.field("cte_map").map_or(&[][..], |map| map.list_of("map"));
        for table in tables {
            self.visit(table, place);
            if let Some(name) = table.text_of("key") {
                self.scope.add(name);
            }
        }
        for (name, value) in fields {
            let itself = (kind == "RECURSIVE_CTE_NODE" && name == "right")
                .then(|| tree.text_of("cte_name"))
                .flatten();
            let inner = self.scope.enter();
            if let Some(itself) = itself {
                self.scope.add(itself);
            }
            if name != "cte_map" {
                self.field(name, value, place);
            }
            self.scope.leave(inner);
        }
        self.scope.leave(mark);
    }

    fn base_table(&mut self, tree: &Tree<'_>, place: Place) {
        let name = tree.text_of("table_name").unwrap_or("");
        let known = self.scope.has(name) || self.readable.has(name);
        let written = place.map(|(offset, length)| (offset, name_length(self.sql, offset, length)));
        if !qualifiers(tree, "catalog_name", "schema_name", name).is_empty() {
            let failure = if self.readable.has(name) {
                SqlFailure::own(&format!("source `{name}` is in no schema"))
                    .labelled("more than a name")
                    .noted(&format!("read it as `{name}`, and nothing before that"))
            } else {
                let all = self.sql_at(written, name);
                SqlFailure::missing_source(all)
            };
            self.found.push(failure.at(written));
        } else if !known {
            let failure = if name.contains(['/', '\\', '.', '*', ':']) {
                SqlFailure::refused(
                    "a query cannot read files of its own",
                    "not possible here",
                    "declare the file as a source, and read that",
                )
            } else {
                SqlFailure::missing_source(name)
            };
            self.found.push(failure.at(written));
        }
    }

    /// A table function; its own call is not one of a value.
    fn table_function(&mut self, tree: &Tree<'_>, place: Place) {
        let Tree::Object(fields) = tree else { return };
        for (name, value) in fields {
            match (name.as_ref(), value) {
                ("function", Tree::Object(parts)) if value.text_of("class") == Some("FUNCTION") => {
                    let place = self::place(value).or(place);
                    let names = parts.iter().map(|(name, _)| name.as_ref());
                    if let Err(unknown) = kinds::kind(Some("FUNCTION"), None, names) {
                        self.found.push(unknown_kind(unknown).at(place));
                        continue;
                    }
                    self.call(value, place, true);
                    for (name, part) in parts {
                        self.field(name, part, place);
                    }
                }
                ("function", _) => self.found.push(unknown_kind("a table function").at(place)),
                _ => self.field(name, value, place),
            }
        }
    }

    fn call(&mut self, tree: &Tree<'_>, place: Place, table: bool) {
        let name = tree.text_of("function_name").unwrap_or("");
        let written = place.map(|(offset, length)| (offset, name_length(self.sql, offset, length)));
        // Where nothing is written at the place, DuckDB has another name for it.
        let at = if self.sql_at(written, "").is_empty() { place } else { written };
        let qualifiers = qualifiers(tree, "catalog", "schema", name);
        if !qualifiers.is_empty() {
            let failure = SqlFailure::refused(
                &format!("`{}.{name}` names a function in a schema", qualifiers.join(".")),
                "more than a name",
                "write the name alone, and what it is about between the parentheses",
            );
            self.found.push(failure.at(at));
        } else if matches!(tree.field("export_state"), Some(Tree::True)) {
            self.found.push(unknown_kind("the state of an aggregate").at(at));
        } else {
            let call = Call { name, arguments: tree.list_of("arguments"), table };
            self.found.extend(calls::refusal(&call).map(|failure| failure.at(at)));
        }
    }

    fn type_name(&mut self, tree: &Tree<'_>, place: Place) {
        let name = tree.text_of("type_name").unwrap_or("");
        if types::allowed(name) && qualifiers(tree, "catalog", "schema", name).is_empty() {
            return;
        }
        let failure = match name.to_ascii_lowercase().as_str() {
            "array" => SqlFailure::refused(
                "a list of a fixed size",
                "not possible here",
                "a list of any length is `type[]`",
            ),
            "enum" | "union" | "geometry" | "variant" => SqlFailure::refused(
                &format!("the type `{name}` is for tables that somebody creates"),
                "not possible here",
                "texts, numbers, instants, lists and structs are what a metric needs",
            ),
            _ => SqlFailure::unknown("type", name, types::all()),
        };
        self.found.push(failure.at(place));
    }

    /// The text at a place, or another where there is none.
    fn sql_at<'s>(&'s self, place: Place, otherwise: &'s str) -> &'s str {
        let text =
            place.and_then(|(offset, length)| self.sql.get(offset..offset.saturating_add(length)));
        text.unwrap_or(otherwise)
    }
}

/// Where a node says that it stands.
fn place(tree: &Tree<'_>) -> Place {
    let number = |name| match tree.field(name) {
        Some(Tree::Number(number)) => usize::try_from(*number).ok(),
        _ => None,
    };
    // No place is the largest number.
    let offset = number("query_location").filter(|offset| u32::try_from(*offset).is_ok())?;
    Some((offset, number("query_location_length").unwrap_or(0).max(1)))
}

/// What stands before a name, of the fields for that and of the path that says the same.
fn qualifiers<'t>(tree: &'t Tree<'_>, catalog: &str, schema: &str, name: &str) -> Vec<&'t str> {
    let parts = [catalog, schema].into_iter().filter_map(|field| tree.text_of(field));
    let mut parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    let path = tree.field("qualified_name").map_or(&[][..], |path| path.list_of("path"));
    let texts: Vec<&str> = path
        .iter()
        .filter_map(|part| match part {
            Tree::Text(text) => Some(text.as_ref()),
            _ => None,
        })
        .collect();
    // Two answers about one name are none.
    if parts.is_empty() && texts != [name] {
        parts.extend(texts.iter().rev().skip(1).rev());
        if parts.is_empty() {
            parts.push("?");
        }
    }
    parts
}

/// How many of the bytes at an offset are the name, with what it is qualified by.
fn name_length(sql: &str, offset: usize, length: usize) -> usize {
    let written = sql.get(offset..offset.saturating_add(length)).unwrap_or("");
    let mut quoted = None;
    let end = written.char_indices().find(|(_, character)| match (quoted, *character) {
        (Some(quote), character) => {
            if character == quote {
                quoted = None;
            }
            false
        }
        (None, '"' | '\'') => {
            quoted = Some(*character);
            false
        }
        (None, character) => !(character.is_alphanumeric() || "_.$".contains(character)),
    });
    end.map_or(written.len(), |(end, _)| end)
}

/// A node that is on no list, in the words of somebody who wrote SQL.
fn unknown_kind(kind: &str) -> SqlFailure {
    match kind {
        _ if kind.ends_with("_QUERY_NODE") => {
            SqlFailure::own("only a query can stand here").labelled("changes something")
        }
        "SHOW_REF" => SqlFailure::refused(
            "`describe`, `show` and `summarize` tell of the engine, not of the data",
            "not possible here",
            "select the columns that are needed",
        ),
        "PARAMETER" => SqlFailure::refused(
            "a parameter has no value here",
            "not possible here",
            "write the value itself",
        ),
        "DEFAULT" => SqlFailure::refused(
            "`default` is a value only where rows are inserted",
            "not possible here",
            "write the value itself",
        ),
        _ => SqlFailure::refused(
            &format!("{} is more than a definition may use", kind.to_lowercase().replace('_', " ")),
            "not possible here",
            "",
        ),
    }
}
