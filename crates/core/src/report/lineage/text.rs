//! Lineage as text: a line per source, then the metrics.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::diagnostic::Files;
use crate::escape::terminal;
use crate::project::catalog::Catalog;
use crate::sql::lineage::{Graph, Node};

/// What the metric `id` depends on: `above` is the part of the graph that leads to it.
pub fn upstream(catalog: &Catalog, files: &Files, above: &Graph, id: &str) -> String {
    let own = Node::Metric(id.to_owned());
    let direct: BTreeSet<&Node> =
        above.edges().filter(|(_, to)| **to == own).map(|(from, _)| from).collect();
    let nodes = above.nodes();
    let rest = nodes.iter().copied().filter(|node| !direct.contains(node) && **node != own);
    let mut text = format!("metric {id}{} reads\n", place(catalog, files, id));
    section(catalog, files, &direct, &mut text);
    let rest: BTreeSet<&Node> = rest.collect();
    // That a source has rows at all is not worth a line where nothing decides which.
    let worth = rest.iter().any(|node| !matches!(node, Node::Rows(_)));
    if worth {
        text.push_str("and through that\n");
        section(catalog, files, &rest, &mut text);
    }
    terminal::page(&text)
}

/// What depends on `what`: `below` is the part of the graph that starts there.
pub fn downstream(
    catalog: &Catalog,
    files: &Files,
    below: &Graph,
    start: &BTreeSet<Node>,
    what: &str,
) -> String {
    let what = terminal::line(what);
    let nodes = below.nodes();
    let touched: BTreeSet<&Node> =
        nodes.into_iter().filter(|node| !start.contains(*node)).collect();
    if touched.is_empty() {
        return terminal::page(&format!("nothing reads {what}\n"));
    }
    let mut text = format!("a change of {what} touches\n");
    section(catalog, files, &touched, &mut text);
    terminal::page(&text)
}

fn section(catalog: &Catalog, files: &Files, nodes: &BTreeSet<&Node>, text: &mut String) {
    let mut columns: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for node in nodes {
        match node {
            Node::Column(column) => columns.entry(&column.source).or_default().push(&column.column),
            Node::Rows(source) => drop(columns.entry(source).or_default()),
            Node::Metric(_) => {}
        }
    }
    for (id, names) in &columns {
        let rows = nodes.contains(&Node::Rows((*id).to_owned()));
        let what = if names.is_empty() {
            "which rows it has".to_owned()
        } else {
            terminal::line(&names.join(", "))
        };
        // Which rows a derived source has matters to every reader; of files it is given.
        let derived =
            catalog.sources.get(*id).is_some_and(|source| source.definition.sql.is_some());
        if names.is_empty() && !(rows && derived) {
            continue;
        }
        let _ = writeln!(text, "  source {id}{}: {what}", place(catalog, files, id));
    }
    for node in nodes {
        if let Node::Metric(id) = node {
            let _ = writeln!(text, "  metric {id}{}", place(catalog, files, id));
        }
    }
}

/// ` (metrics/x.toml)`
fn place(catalog: &Catalog, files: &Files, id: &str) -> String {
    let metric = catalog.metrics.get(id).map(|metric| metric.file);
    let file = catalog.sources.get(id).map(|source| source.file).or(metric);
    file.map_or(String::new(), |file| format!(" ({})", terminal::line(files.path(file))))
}
