//! The walk over a syntax tree: everything that is not allowed, each at its place.

use super::calls::{self, Call};
use super::kinds::{self, OPERATORS, Sort};
use super::types;
use crate::SqlFailure;
use goodhart_core::sql::{Place, Tree, name_length};

/// Byte offset and length in the text.
type At = Option<(usize, usize)>;

pub struct Walk<'w> {
    sql: &'w str,
    found: Vec<SqlFailure>,
}

impl<'w> Walk<'w> {
    /// Looks at every node of the only statement of `sql`, but for what relations are called: which
    /// of them may be read is another question.
    pub fn over(statement: &Tree<'_>, sql: &'w str) -> Vec<SqlFailure> {
        let mut walk = Self { sql, found: Vec::new() };
        walk.visit(statement, None);
        // One mistake is often seen twice: a pattern is also an argument.
        walk.found.dedup();
        walk.found
    }

    fn visit(&mut self, tree: &Tree<'_>, around: At) {
        match tree {
            Tree::List(values) => {
                for value in values {
                    self.visit(value, around);
                }
            }
            Tree::Object(_) => self.object(tree, around),
            Tree::Null | Tree::True | Tree::False | Tree::Number(_) | Tree::Text(_) => {}
        }
    }

    fn object(&mut self, tree: &Tree<'_>, around: At) {
        let Tree::Object(fields) = tree else { return };
        let place = place(tree).or(around);
        let names = fields.iter().map(|(name, _)| name.as_ref());
        let (sort, kind) = match kinds::kind(tree.text_of("class"), tree.text_of("type"), names) {
            Ok(known) => known,
            Err(unknown) => return self.found.push(unknown_kind(unknown).at(place)),
        };
        match (sort, kind) {
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

    fn field(&mut self, name: &str, value: &Tree<'_>, place: At) {
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

    /// A table function; its own call is not one of a value.
    fn table_function(&mut self, tree: &Tree<'_>, place: At) {
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

    fn call(&mut self, tree: &Tree<'_>, place: At, table: bool) {
        let name = tree.text_of("function_name").unwrap_or("");
        let written = place.map(|(offset, length)| {
            (offset, name_length(self.sql, Place { start: offset, length }))
        });
        // Where nothing is written at the place, DuckDB has another name for it.
        let at = if self.sql_at(written, "").is_empty() { place } else { written };
        let qualifiers = tree.qualifiers("catalog", "schema", name);
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

    fn type_name(&mut self, tree: &Tree<'_>, place: At) {
        let name = tree.text_of("type_name").unwrap_or("");
        if types::allowed(name) && tree.qualifiers("catalog", "schema", name).is_empty() {
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
    fn sql_at<'s>(&'s self, place: At, otherwise: &'s str) -> &'s str {
        let text =
            place.and_then(|(offset, length)| self.sql.get(offset..offset.saturating_add(length)));
        text.unwrap_or(otherwise)
    }
}

/// Where a node says that it stands.
fn place(tree: &Tree<'_>) -> At {
    tree.place().map(|place| (place.start, place.length))
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
