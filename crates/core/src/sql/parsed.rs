//! What a piece of SQL reads, calls and names.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::calendar::{CalendarCall, calendar_calls_of_as_of};
use super::normal::{Normal, Writer};
use super::tree::Tree;

/// A part of a piece of SQL: its first byte and how many there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    pub start: usize,
    pub length: usize,
}

/// A relation that is read and that no part of the query itself defines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relation {
    /// In lower case, as ids of sources are; DuckDB does not tell cases apart.
    pub name: String,
    /// What is written before the name: a schema, a database.
    pub qualifiers: Vec<String>,
    /// Of the name with its qualifiers.
    pub place: Option<Place>,
}

/// A function that is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// In lower case.
    pub name: String,
    pub qualifiers: Vec<String>,
    pub arguments: usize,
    /// Of the name, or of the call where DuckDB has another name for what is written.
    pub place: Option<Place>,
}

/// A name of a column, or one that the query gives to something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    /// In lower case; of `a.b` it is `b`.
    pub name: String,
    pub place: Option<Place>,
    /// Whether something is written before it: `a.` of `a.b`.
    pub qualified: bool,
    /// Whether it stands between double quotes.
    pub quoted: bool,
}

/// A text between quotes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    pub text: String,
    pub place: Option<Place>,
    /// The function of which it is an argument, in lower case.
    pub argument_of: Option<String>,
}

/// The function that returns the instant of knowledge.
pub const AS_OF: &str = "as_of";

/// The function that returns where the period of a stock begins.
pub const PERIOD_START: &str = "period_start";

/// What is known of a piece of SQL. Places are bytes of the piece.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParsedSql {
    pub relations: Vec<Relation>,
    pub calls: Vec<Call>,
    /// The columns that are named, in their order in the tree.
    pub columns: Vec<Name>,
    /// The names that are given with `as`, to tables and to common tables.
    pub aliases: Vec<Name>,
    pub texts: Vec<Text>,
    /// Calendar functions of `as_of()` whose value belongs to the next period.
    pub calendar_calls: Vec<CalendarCall>,
    /// Whether it compares or sorts values by their order.
    pub orders: bool,
    /// Names of parts of values: of `a.b` where `a` is no relation, and of arguments.
    pub fields: BTreeSet<String>,
    /// Whether names become data somewhere, as in `union by name`: then another name is another
    /// result.
    pub names_are_data: bool,
    pub normal: Normal,
}

impl ParsedSql {
    /// Reads the only statement of `sql`, of which the piece begins at byte `start`.
    pub fn read(statement: &Tree<'_>, sql: &str, start: usize) -> Self {
        let lower = sql.to_ascii_lowercase();
        let mut reader = Reader { sql, lower: &lower, start, ..Reader::default() };
        reader.visit(statement, Place { start, length: 0 });
        if reader.parsed.calls_of(AS_OF).next().is_some() {
            reader.parsed.calendar_calls = calendar_calls_of_as_of(statement, start);
        }
        reader.finish(Writer::write(statement, start))
    }

    /// The calls of a function, by its name in lower case.
    pub fn calls_of<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s Call> {
        self.calls.iter().filter(move |call| call.name == name)
    }

    /// Whether what it returns depends on the instant at which it runs.
    pub fn uses_clock(&self) -> bool {
        self.calls.iter().any(|call| [AS_OF, PERIOD_START].contains(&call.name.as_str()))
    }

    /// The names of all relations.
    pub fn relation_names(&self) -> BTreeSet<&str> {
        self.relations.iter().map(|relation| relation.name.as_str()).collect()
    }

    /// The place where a relation is read first.
    pub fn place_of_relation(&self, name: &str) -> Option<Place> {
        self.relations.iter().find(|relation| relation.name == name)?.place
    }

    /// The place where a column is named first behind the first relation, where conditions stand;
    /// else where its name stands first.
    pub fn place_in_conditions(&self, name: &str) -> Option<Place> {
        let from = self.relations.iter().filter_map(|relation| relation.place).min();
        let named = self.columns.iter().filter(|column| column.name == name);
        let behind = named.filter_map(|column| column.place).filter(|place| Some(*place) > from);
        behind.min().or_else(|| self.place_of_name(name))
    }

    /// The place where a name stands first, of a column or as an alias.
    pub fn place_of_name(&self, name: &str) -> Option<Place> {
        let named = self.columns.iter().chain(&self.aliases).filter(|known| known.name == name);
        named.filter_map(|known| known.place).min()
    }
}

/// Walks a syntax tree.
#[derive(Default)]
struct Reader<'t> {
    sql: &'t str,
    lower: &'t str,
    /// Where the piece begins in `sql`.
    start: usize,
    parsed: ParsedSql,
    /// The common tables that can be seen: those of the queries around, of its siblings only the
    /// earlier ones, and itself only in the part of it that repeats. A name that is seen too widely
    /// would let a table of the engine through.
    visible: Vec<String>,
    /// The functions around, innermost last.
    calls: Vec<String>,
    /// The names of all relations and those that are given to them.
    tables: BTreeSet<String>,
    /// The names of columns with all their parts.
    paths: Vec<Vec<String>>,
}

/// Kinds of nodes, of joins and of set operations for which columns of one name belong together.
const BY_NAME: &[&str] = &["NATURAL", "PIVOT", "UNION_BY_NAME"];

/// Kinds of comparisons for which order matters.
const BY_ORDER: &[&str] = &[
    "COMPARE_BETWEEN",
    "COMPARE_GREATERTHAN",
    "COMPARE_GREATERTHANOREQUALTO",
    "COMPARE_LESSTHAN",
    "COMPARE_LESSTHANOREQUALTO",
    "COMPARE_NOT_BETWEEN",
];

/// Functions that take the first or the last of some values.
const EXTREMES: &[&str] = &[
    "arg_max",
    "arg_max_null",
    "arg_max_nulls_last",
    "arg_min",
    "arg_min_null",
    "arg_min_nulls_last",
    "argmax",
    "argmin",
    "greatest",
    "least",
    "max",
    "max_by",
    "min",
    "min_by",
];

impl<'t> Reader<'t> {
    fn visit(&mut self, tree: &Tree<'_>, around: Place) {
        match tree {
            Tree::List(values) => {
                for value in values {
                    self.visit(value, around);
                }
            }
            Tree::Object(fields) => self.object(tree, fields, around),
            Tree::Null | Tree::True | Tree::False | Tree::Number(_) | Tree::Text(_) => {}
        }
    }

    fn object(&mut self, tree: &Tree<'_>, fields: &[super::tree::Field<'_>], around: Place) {
        let place = tree.place().unwrap_or(around);
        let mut kinds = ["type", "ref_type", "setop_type"].into_iter();
        if kinds.any(|field| tree.text_of(field).is_some_and(|kind| BY_NAME.contains(&kind))) {
            self.parsed.names_are_data = true;
        }
        let ordered = tree.text_of("type").is_some_and(|kind| BY_ORDER.contains(&kind));
        self.parsed.orders |= ordered || !tree.list_of("orders").is_empty();
        match (tree.text_of("class"), tree.text_of("type")) {
            (None, Some("RECURSIVE_CTE_NODE" | "SELECT_NODE" | "SET_OPERATION_NODE")) => {
                return self.query(tree, fields, place);
            }
            (None, Some(_)) => self.relation(tree, place),
            (Some("FUNCTION" | "WINDOW"), _) => return self.call(tree, fields, place),
            (Some("COLUMN_REF"), _) => self.column(tree, place),
            (Some("CONSTANT"), _) => self.constant(tree, place),
            (Some("STAR"), _) => self.star(tree),
            (None, None) => {
                let name = tree.text_of("name").filter(|name| !name.is_empty());
                self.parsed.fields.extend(name.map(str::to_ascii_lowercase));
            }
            _ => {}
        }
        self.alias(tree, place);
        for name in ["aliases", "column_name_alias"].into_iter().flat_map(|f| tree.texts_of(f)) {
            self.given(&name.to_ascii_lowercase(), Place { length: usize::MAX, ..place }, true);
        }
        for (_, value) in fields {
            self.visit(value, place);
        }
    }

    /// A query, with its common tables first: each sees those before it.
    fn query(&mut self, tree: &Tree<'_>, fields: &[super::tree::Field<'_>], place: Place) {
        let mark = self.visible.len();
        for table in tree.field("cte_map").map_or(&[][..], |map| map.list_of("map")) {
            self.visit(table, place);
            if let Some(name) = table.text_of("key") {
                let name = name.to_ascii_lowercase();
                self.given(&name, Place { length: usize::MAX, ..place }, true);
                self.tables.insert(name.clone());
                self.visible.push(name);
            }
        }
        for (name, value) in fields {
            if name == "cte_map" {
                continue;
            }
            let inner = self.visible.len();
            if name == "right"
                && tree.text_of("type") == Some("RECURSIVE_CTE_NODE")
                && let Some(itself) = tree.text_of("cte_name")
            {
                self.visible.push(itself.to_ascii_lowercase());
            }
            self.visit(value, place);
            self.visible.truncate(inner);
        }
        self.visible.truncate(mark);
    }

    fn relation(&mut self, tree: &Tree<'_>, place: Place) {
        let alias = tree.text_of("alias").filter(|alias| !alias.is_empty());
        self.tables.extend(alias.map(str::to_ascii_lowercase));
        if tree.text_of("type") != Some("BASE_TABLE") {
            return;
        }
        let written = tree.text_of("table_name").unwrap_or("");
        let name = written.to_ascii_lowercase();
        let qualifiers = tree.qualifiers("catalog_name", "schema_name", written);
        self.tables.insert(name.clone());
        if qualifiers.is_empty() && self.visible.contains(&name) {
            return;
        }
        let place = self.own(Place { length: name_length(self.sql, place), ..place });
        self.parsed.relations.push(Relation { name, qualifiers, place });
    }

    /// A `*` of the columns of relations is no data; one that is chosen or renamed by names is.
    fn star(&mut self, tree: &Tree<'_>) {
        let chosen = matches!(tree.field("columns"), Some(Tree::True))
            || tree.field("expr").is_some_and(|expr| !matches!(expr, Tree::Null))
            || !tree.list_of("rename_list").is_empty();
        self.parsed.names_are_data |= chosen || !self.calls.is_empty();
    }

    fn call(&mut self, tree: &Tree<'_>, fields: &[super::tree::Field<'_>], place: Place) {
        let written = tree.text_of("function_name").unwrap_or("");
        let name = written.to_ascii_lowercase();
        let length = name_length(self.sql, place);
        let place_of_name = if length == 0 { place } else { Place { length, ..place } };
        self.parsed.calls.push(Call {
            name: name.clone(),
            qualifiers: tree.qualifiers("catalog", "schema", written),
            arguments: tree.list_of("arguments").len(),
            place: self.own(place_of_name),
        });
        self.alias(tree, place);
        self.parsed.orders |=
            !tree.list_of("orders").is_empty() || EXTREMES.contains(&name.as_str());
        // It tells the name of a column.
        self.parsed.names_are_data |= name == "alias";
        self.calls.push(name);
        for (_, value) in fields {
            self.visit(value, place);
        }
        self.calls.pop();
    }

    fn column(&mut self, tree: &Tree<'_>, place: Place) {
        let parts: Vec<&str> = tree.texts_of("column_names").collect();
        let Some(last) = parts.last() else { return };
        let written = self.sql.get(place.start..place.end()).unwrap_or("");
        // The last part of what is written: `b` of `a . "b"`.
        let quoted = written.ends_with('"');
        let length = if quoted { last.len() + 2 } else { last.len() };
        let at = written.len().checked_sub(length).filter(|at| written.is_char_boundary(*at));
        let place = match at {
            Some(at) => Place { start: place.start + at, length },
            None => place,
        };
        self.paths.push(parts.iter().map(|part| part.to_ascii_lowercase()).collect());
        let name = Name {
            name: last.to_ascii_lowercase(),
            place: self.own(place),
            qualified: parts.len() > 1,
            quoted,
        };
        self.parsed.columns.push(name);
    }

    fn constant(&mut self, tree: &Tree<'_>, place: Place) {
        let Some(literal) = tree.field("literal") else { return };
        if literal.text_of("kind") == Some("STRING") {
            self.parsed.texts.push(Text {
                text: literal.text_of("text").unwrap_or("").to_owned(),
                place: self.own(place),
                argument_of: self.calls.last().cloned(),
            });
        }
    }

    /// The name that is given to something, and where: it is written behind.
    fn alias(&mut self, tree: &Tree<'_>, place: Place) {
        if let Some(alias) = tree.text_of("alias").filter(|alias| !alias.is_empty()) {
            let is_relation = tree.text_of("class").is_none();
            self.given(&alias.to_ascii_lowercase(), place, is_relation);
        }
    }

    /// The tree does not say where a name is given: it is looked for in and behind what is named.
    fn given(&mut self, name: &str, around: Place, within: bool) {
        let rest = self.lower.get(around.start..).unwrap_or("");
        // A relation is named at the end of its place, an expression behind it.
        let from = match around.length {
            usize::MAX => 0,
            length if within => length.saturating_sub(name.len() + 2),
            length => length,
        };
        let at = rest.get(from..).and_then(|rest| place_of_alias(rest, name));
        let place = at.map(|at| Place { start: around.start + from + at, length: name.len() });
        let with_quotes = place.and_then(|place| {
            let quotes = Place { start: place.start.checked_sub(1)?, length: place.length + 2 };
            let written = self.sql.get(quotes.start..quotes.end())?;
            (written.starts_with('"') && written.ends_with('"')).then_some(quotes)
        });
        self.parsed.aliases.push(Name {
            name: name.to_owned(),
            place: with_quotes.or(place).and_then(|place| self.own(place)),
            qualified: false,
            quoted: with_quotes.is_some(),
        });
    }

    /// What can be said when everything was seen.
    fn finish(self, normal: Normal) -> ParsedSql {
        let mut parsed = self.parsed;
        for path in &self.paths {
            match path.as_slice() {
                // The row of a relation is a value with the names of its columns.
                [only] => parsed.names_are_data |= self.tables.contains(only),
                [first, rest @ ..] => {
                    let fields = rest.iter().skip(usize::from(self.tables.contains(first)));
                    parsed.fields.extend(fields.cloned());
                }
                [] => {}
            }
            // The name that DuckDB gives to a value without one repeats the names in it.
            let given = |part: &String| parsed.aliases.iter().any(|alias| alias.name == *part);
            let plain = |c: char| c.is_alphanumeric() || c == '_';
            parsed.names_are_data |=
                path.iter().any(|part| !part.chars().all(plain) && !given(part));
        }
        ParsedSql { normal, ..parsed }
    }

    /// A place within the piece, counted from its beginning.
    fn own(&self, place: Place) -> Option<Place> {
        let start = place.start.checked_sub(self.start)?;
        Some(Place { start, ..place })
    }
}

/// Where a name is given: behind the first `as` that it follows, else where it stands first and is
/// not part of a longer word.
fn place_of_alias(text: &str, name: &str) -> Option<usize> {
    let inside = |character: char| character.is_alphanumeric() || character == '_';
    let words = text.match_indices(name).map(|(at, _)| at).filter(|at| {
        let before = text.get(..*at).and_then(|text| text.chars().next_back());
        let behind = text.get(at + name.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(inside) && !behind.is_some_and(inside)
    });
    let behind_as = |at: &usize| {
        let before = text.get(..*at).unwrap_or("").trim_end_matches('"').trim_end();
        let rest = before.strip_suffix("as");
        rest.is_some_and(|rest| !rest.ends_with(inside))
    };
    words.clone().find(behind_as).or_else(|| words.clone().next())
}

/// How many of the bytes at a place are a name, with what it is qualified by.
pub fn name_length(sql: &str, place: Place) -> usize {
    let written = sql.get(place.start..place.end()).unwrap_or("");
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

impl Place {
    /// The first byte behind it.
    pub fn end(self) -> usize {
        self.start.saturating_add(self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{expression, query};
    use super::*;

    fn relations(sql: &str) -> Vec<String> {
        query(sql).relations.into_iter().map(|relation| relation.name).collect()
    }

    #[test]
    fn relations_are_what_the_query_does_not_define() {
        for (sql, expected) in [
            ("select a from alerts", &["alerts"][..]),
            ("from Alerts select a", &["alerts"]),
            ("from x: alerts", &["alerts"]),
            ("(table alerts)", &["alerts"]),
            ("select 1 from (alerts left join \"in\"\"c\" using (id))", &["alerts", "in\"c"]),
            ("select x from a, b where y in (select z from c)", &["a", "b", "c"]),
            ("select 'from x' -- from y\n/* from z */ from a", &["a"]),
            ("select $$from x$$ from a", &["a"]),
            ("with a as (select * from b) select * from a, c", &["b", "c"]),
            ("with a as (select * from a) select * from a", &["a"]),
            ("with a as (select 1), b as (select * from a) select * from b", &[]),
            ("select * from (with a as (select 1) select * from a) t, a", &["a"]),
            (
                "with recursive r(n) as (select 1 union all select n + 1 from r) select * from r",
                &[],
            ),
            ("select * from range(3) r, unnest([1]) u", &[]),
            ("select * from s.t", &["t"]),
        ] {
            assert_eq!(relations(sql), expected, "{sql}");
        }
        assert_eq!(query("select * from s.t").relations[0].qualifiers, ["s"]);
    }

    #[test]
    fn places_are_those_of_the_names() {
        let sql = "select max(a.\"B c\") as m, x y from alerts as a where as_of() > t";
        let query = query(sql);
        let at = |place: Option<Place>| place.map(|place| &sql[place.start..place.end()]);
        assert_eq!(at(query.relations[0].place), Some("alerts"));
        assert_eq!(at(query.calls[0].place), Some("max"));
        assert_eq!(at(query.columns[0].place), Some("\"B c\""));
        assert_eq!(at(query.place_of_name("m")), Some("m"));
        assert_eq!(at(query.place_of_name("y")), Some("y"));
        assert_eq!(at(query.calls[1].place), Some("as_of"));
        let measure = expression("x + as_of()");
        let clock = measure.calls_of(AS_OF).next().and_then(|call| call.place);
        assert_eq!(clock, Some(Place { start: 4, length: 5 }));
    }

    #[test]
    fn the_clock_is_found_only_where_it_is_called() {
        assert!(!query("select 'as_of()', $$as_of()$$, as_of from alerts").uses_clock());
        assert!(query("select $$'$$, as_of() from alerts").uses_clock());
    }
}
