//! Lineage as a Mermaid flowchart, for Markdown that is rendered.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::escape::mermaid::label;
use crate::sql::lineage::{Graph, Node};

/// A flowchart from left to right: a box per source with its columns, and the metrics.
pub fn mermaid(graph: &Graph) -> String {
    let nodes = graph.nodes();
    let numbers: BTreeMap<&Node, usize> =
        nodes.iter().enumerate().map(|(number, node)| (*node, number)).collect();
    let mut sources: BTreeMap<&str, Vec<(usize, &str)>> = BTreeMap::new();
    let mut text = "flowchart LR\n".to_owned();
    for (node, number) in &numbers {
        match node {
            Node::Column(column) => {
                sources.entry(&column.source).or_default().push((*number, &column.column));
            }
            Node::Rows(source) => sources.entry(source).or_default().push((*number, "(rows)")),
            Node::Metric(id) => drop(writeln!(text, "  n{number}([\"{}\"])", label(id))),
        }
    }
    for (index, (source, columns)) in sources.iter().enumerate() {
        let _ = writeln!(text, "  subgraph s{index} [\"{}\"]", label(source));
        for (number, column) in columns {
            let _ = writeln!(text, "    n{number}[\"{}\"]", label(column));
        }
        text.push_str("  end\n");
    }
    for (from, to) in graph.edges() {
        if let (Some(from), Some(to)) = (numbers.get(from), numbers.get(to)) {
            let _ = writeln!(text, "  n{from} --> n{to}");
        }
    }
    text
}
