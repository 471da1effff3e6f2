//! SQL that is generated: queries over two small tables, and the same query written in another way.

use proptest::prelude::*;

/// The tables with their rows, nulls among them.
pub const TABLES: &[&str] = &[
    "create table alerts (id integer, sev varchar, \"Sent at\" timestamp)",
    "insert into alerts values (1, 'low', '2026-01-01'), (2, 'high', null), (3, null, '2026-01-03')",
    "create table hosts (id integer, name varchar)",
    "insert into hosts values (1, 'from alerts'), (2, 'a;b'), (4, null)",
];

/// How a query is written: what does not change its meaning.
#[derive(Debug, Clone)]
pub struct Style {
    upper: bool,
    comment: &'static str,
    space: &'static str,
    text: usize,
    with_as: bool,
    quoted: bool,
}

fn style() -> impl Strategy<Value = Style> {
    let comments = prop_oneof![
        Just(" "),
        Just(" -- from hosts\n"),
        Just(" /* from hosts; */ "),
        Just(" -- it's\n"),
        Just(" /* $$ */ "),
    ];
    let spaces = prop_oneof![Just(" "), Just("\n"), Just("\t ")];
    (any::<bool>(), comments, spaces, 0..4_usize, any::<bool>(), any::<bool>()).prop_map(
        |(upper, comment, space, text, with_as, quoted)| Style {
            upper,
            comment,
            space,
            text,
            with_as,
            quoted,
        },
    )
}

impl Style {
    fn word(&self, word: &str) -> String {
        let word = if self.upper { word.to_uppercase() } else { word.to_owned() };
        format!("{}{word}{}", self.space, self.comment)
    }

    fn name(&self, name: &str) -> String {
        let special = !name.chars().all(|c| c.is_ascii_lowercase());
        match (special || self.quoted, self.upper) {
            (true, _) => format!("\"{name}\""),
            (false, true) => name.to_uppercase(),
            (false, false) => name.to_owned(),
        }
    }

    /// A text, by one of the ways in which it can be quoted.
    fn text(&self, text: &str) -> String {
        match self.text {
            1 => format!("$${text}$$"),
            2 => format!("$t${text}$t$"),
            3 => format!("e'{}'", text.replace('\\', "\\\\").replace('\'', "''")),
            _ => format!("'{}'", text.replace('\'', "''")),
        }
    }

    fn alias(&self, name: &str) -> String {
        let gap = if self.with_as { self.word("as") } else { " ".to_owned() };
        format!("{gap} {}", self.name(name))
    }
}

/// A query, apart from how it is written.
#[derive(Debug, Clone)]
pub enum Query {
    Select { columns: Vec<Value>, from: Box<Relation>, filter: Option<Value> },
    Set { kind: usize, left: Box<Query>, right: Box<Query> },
    With { name: &'static str, table: Box<Query>, query: Box<Query> },
}

#[derive(Debug, Clone)]
pub enum Relation {
    Table(&'static str),
    Nested(Box<Query>),
    Join { kind: usize, left: Box<Relation>, right: Box<Relation> },
}

#[derive(Debug, Clone)]
pub enum Value {
    Column(&'static str),
    Text(&'static str),
    Number(u8),
    Compared(usize, Box<Value>, Box<Value>),
    Exists(Box<Query>),
    Function(usize, Box<Value>),
}

const JOINS: &[&str] =
    &["join", "left join", "right join", "full join", "cross join", "semi join", "anti join", ","];
const SETS: &[&str] = &["union", "union all", "except", "intersect", "union by name"];
const FUNCTIONS: &[&str] = &["lower", "upper", "length", "md5"];
const COMPARISONS: &[&str] = &["=", "<>", "is distinct from", "||"];

fn value(query: BoxedStrategy<Query>) -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        4 => prop_oneof![Just("id"), Just("sev"), Just("name"), Just("Sent at")].prop_map(Value::Column),
        2 => prop_oneof![Just("low"), Just("it's"), Just("from hosts"), Just("a;b"), Just("--")]
            .prop_map(Value::Text),
        1 => (0_u8..5).prop_map(Value::Number),
    ];
    leaf.prop_recursive(2, 6, 2, move |inner| {
        prop_oneof![
            (0..COMPARISONS.len(), inner.clone(), inner.clone())
                .prop_map(|(kind, a, b)| Value::Compared(kind, a.into(), b.into())),
            (0..FUNCTIONS.len(), inner).prop_map(|(name, of)| Value::Function(name, of.into())),
            query.clone().prop_map(|query| Value::Exists(query.into())),
        ]
    })
    .boxed()
}

fn relation(query: BoxedStrategy<Query>) -> BoxedStrategy<Relation> {
    let table = prop_oneof![Just("alerts"), Just("hosts")].prop_map(Relation::Table);
    let leaf = prop_oneof![4 => table, 1 => query.prop_map(|query| Relation::Nested(query.into()))];
    leaf.prop_recursive(1, 3, 2, |inner| {
        (0..JOINS.len(), inner.clone(), inner).prop_map(|(kind, left, right)| Relation::Join {
            kind,
            left: left.into(),
            right: right.into(),
        })
    })
    .boxed()
}

fn select(inner: BoxedStrategy<Query>) -> BoxedStrategy<Query> {
    let columns = prop::collection::vec(value(inner.clone()), 0..3);
    (columns, relation(inner.clone()), prop::option::of(value(inner)))
        .prop_map(|(columns, from, filter)| Query::Select { columns, from: from.into(), filter })
        .boxed()
}

fn query() -> BoxedStrategy<Query> {
    let simple = prop_oneof![Just("alerts"), Just("hosts")].prop_map(|table| Query::Select {
        columns: vec![Value::Column("id")],
        from: Relation::Table(table).into(),
        filter: None,
    });
    simple
        .prop_recursive(2, 8, 2, |inner| {
            let inner = inner.boxed();
            prop_oneof![
                4 => select(inner.clone()),
                1 => (0..SETS.len(), inner.clone(), inner.clone()).prop_map(|(kind, left, right)| {
                    Query::Set { kind, left: left.into(), right: right.into() }
                }),
                1 => (prop_oneof![Just("alerts"), Just("open")], inner.clone(), inner).prop_map(
                    |(name, table, query)| Query::With { name, table: table.into(), query: query.into() }
                ),
            ]
        })
        .boxed()
}

fn write(query: &Query, style: &Style) -> String {
    match query {
        Query::Select { columns, from, filter } => {
            let columns: Vec<String> = columns
                .iter()
                .enumerate()
                .map(|(at, column)| {
                    format!("{}{}", write_value(column, style), style.alias(["a", "b", "c"][at]))
                })
                .collect();
            let columns = if columns.is_empty() { " *".to_owned() } else { columns.join(", ") };
            let filter = filter.as_ref().map_or(String::new(), |filter| {
                format!("{} {}", style.word("where"), write_value(filter, style))
            });
            let (select, from_word) = (style.word("select"), style.word("from"));
            format!("{select} {columns} {from_word} {}{filter}", write_relation(from, style))
        }
        Query::Set { kind, left, right } => {
            format!(
                "({}) {} ({})",
                write(left, style),
                style.word(SETS[*kind]),
                write(right, style)
            )
        }
        Query::With { name, table, query } => format!(
            "{} {} {} ({}) {}",
            style.word("with"),
            style.name(name),
            style.word("as"),
            write(table, style),
            write(query, style)
        ),
    }
}

fn write_relation(relation: &Relation, style: &Style) -> String {
    match relation {
        Relation::Table(name) => style.name(name),
        Relation::Nested(query) => format!("({}){}", write(query, style), style.alias("t")),
        Relation::Join { kind, left, right } => {
            let (word, left, right) =
                (JOINS[*kind], write_relation(left, style), write_relation(right, style));
            match word {
                "," => format!("{left}, {right}"),
                "cross join" => format!("{left} {} {right}", style.word(word)),
                _ => format!("{left} {} {right} {} (id)", style.word(word), style.word("using")),
            }
        }
    }
}

fn write_value(value: &Value, style: &Style) -> String {
    match value {
        Value::Column(name) => style.name(name),
        Value::Text(text) => style.text(text),
        Value::Number(number) => number.to_string(),
        Value::Compared(kind, a, b) => {
            let (a, b) = (write_value(a, style), write_value(b, style));
            format!("({a} {} {b})", style.word(COMPARISONS[*kind]))
        }
        Value::Exists(query) => format!("{} ({})", style.word("exists"), write(query, style)),
        Value::Function(name, of) => {
            format!("{}({})", FUNCTIONS[*name], write_value(of, style))
        }
    }
}

/// Two texts: mostly one query in two styles, else two queries that may differ in little.
pub fn pairs() -> impl Strategy<Value = (String, String)> {
    (query(), query(), style(), style(), 0..4_u8).prop_map(|(one, other, first, second, same)| {
        let other = if same == 0 { &other } else { &one };
        (write(&one, &first), write(other, &second))
    })
}
