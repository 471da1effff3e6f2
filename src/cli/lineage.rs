//! `goodhart lineage`.

use std::collections::BTreeSet;

use clap::{Args, ValueEnum};

use super::session::{self, Options};
use super::stop::Stop;
use super::{Global, exit, output};
use goodhart_core::diagnostic::closest;
use goodhart_core::error::Error;
use goodhart_core::project::catalog::Catalog;
use goodhart_core::report::lineage::{downstream, json, mermaid, upstream};
use goodhart_core::sql::facts::{BoundProject, ColumnRef};
use goodhart_core::sql::lineage::{Graph, Node};

#[derive(Debug, Args)]
pub struct Arguments {
    /// A metric: what it depends on. A source, or a column as `source.column`: what depends on it
    #[arg(value_name = "METRIC|SOURCE[.COLUMN]")]
    of: String,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How lineage is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    /// A flowchart for Markdown
    Mermaid,
    /// A list of edges
    Json,
}

pub fn run(global: &Global, arguments: &Arguments) -> Result<u8, Stop> {
    let session = session::start(global, Options::default())?;
    let mut project = session::open(global, &session)?;
    let bound = session.bind(&mut project)?;
    let (catalog, files) = (&project.catalog, &project.files);
    let asked = asked(catalog, &bound, &arguments.of).map_err(Error::Usage)?;
    let graph = Graph::of(catalog, &bound);
    let (part, text) = match &asked {
        Target::Metric(id) => {
            let part = graph.above(&Node::Metric(id.clone()));
            let text = upstream(catalog, files, &part, id);
            (part, text)
        }
        Target::Data(start) => {
            let part = graph.below(start);
            let text = downstream(catalog, files, &part, start, &arguments.of);
            (part, text)
        }
    };
    output::data(&match arguments.format {
        Format::Text => text,
        Format::Mermaid => mermaid(&part),
        Format::Json => json(&part),
    })?;
    output::diagnostics(global, &project.diagnostics, files);
    if project.diagnostics.has_errors() {
        output::say("what has errors is not in the lineage");
    }
    Ok(exit::of(&project.diagnostics))
}

enum Target {
    Metric(String),
    Data(BTreeSet<Node>),
}

/// What a name on the command line means.
fn asked(catalog: &Catalog, bound: &BoundProject, name: &str) -> Result<Target, String> {
    if catalog.metrics.contains_key(name) {
        return Ok(Target::Metric(name.to_owned()));
    }
    let (source, column) = match name.split_once('.') {
        Some((source, column)) => (source, Some(column)),
        None => (name, None),
    };
    if !catalog.sources.contains_key(source) {
        let known = catalog.metrics.keys().chain(catalog.sources.keys());
        return Err(unknown(&format!("no metric or source called `{name}`"), source, known));
    }
    let query = bound.sources.get(source).map(|source| &source.query);
    let columns = query.map_or(&[][..], |query| &query.columns);
    let node = |column: &str| {
        Node::Column(ColumnRef { source: source.to_owned(), column: column.to_owned() })
    };
    match column {
        Some(column) if columns.iter().any(|known| known.name == column) => {
            Ok(Target::Data(BTreeSet::from([node(column)])))
        }
        Some(column) => {
            let known = columns.iter().map(|known| &known.name);
            Err(unknown(&format!("source `{source}` has no column `{column}`"), column, known))
        }
        None => {
            let mut start: BTreeSet<Node> =
                columns.iter().map(|column| node(&column.name)).collect();
            start.insert(Node::Rows(source.to_owned()));
            Ok(Target::Data(start))
        }
    }
}

fn unknown<'a>(problem: &str, name: &str, known: impl Iterator<Item = &'a String>) -> String {
    match closest(name, known.map(String::as_str)) {
        Some(near) => format!("{problem}; did you mean `{near}`?"),
        None => problem.to_owned(),
    }
}
