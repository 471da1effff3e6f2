//! Lineage as JSON: a list of edges.

use serde::Serialize;

use crate::escape;
use crate::sql::lineage::{Graph, Node};

#[derive(Serialize)]
struct Edge<'a> {
    from: End<'a>,
    to: End<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase", tag = "kind")]
enum End<'a> {
    Column { source: &'a str, column: &'a str },
    Rows { source: &'a str },
    Metric { metric: &'a str },
}

/// `[{"from": {"kind": "column", "source": …, "column": …}, "to": {"kind": "metric", …}}, …]`
pub fn json(graph: &Graph) -> String {
    let edges: Vec<Edge<'_>> =
        graph.edges().map(|(from, to)| Edge { from: end(from), to: end(to) }).collect();
    escape::json::document(&serde_json::to_string_pretty(&edges).unwrap_or_default()) + "\n"
}

fn end(node: &Node) -> End<'_> {
    match node {
        Node::Column(column) => End::Column { source: &column.source, column: &column.column },
        Node::Rows(source) => End::Rows { source },
        Node::Metric(metric) => End::Metric { metric },
    }
}
