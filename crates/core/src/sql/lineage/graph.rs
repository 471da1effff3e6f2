//! The graph, and the part of it that is asked for.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::reachable;
use crate::project::catalog::Catalog;
use crate::sql::facts::{BoundProject, ColumnRef};

/// Something that a number depends on, or a number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Node {
    Column(ColumnRef),
    /// Which rows a derived source has: joins and conditions decide that, and every reader of the
    /// source depends on it.
    Rows(String),
    Metric(String),
}

/// Who depends on whom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Graph {
    /// From what is read to what reads it.
    edges: BTreeMap<Node, BTreeSet<Node>>,
}

impl Graph {
    /// The dependencies of everything in the catalog that could be bound.
    pub fn of(catalog: &Catalog, bound: &BoundProject) -> Self {
        let mut graph = Self::default();
        for (id, source) in &bound.sources {
            let rows = Node::Rows(id.clone());
            let mut values = BTreeSet::new();
            for column in &source.query.columns {
                let own = ColumnRef { source: id.clone(), column: column.name.clone() };
                for from in &column.origin.columns {
                    values.insert(from);
                    graph.add(Node::Column(from.clone()), Node::Column(own.clone()));
                }
            }
            for read in source.query.reads.iter().filter(|read| !values.contains(read)) {
                graph.add(Node::Column(read.clone()), rows.clone());
            }
            for read in sources(&source.query.reads) {
                graph.add(Node::Rows(read.to_owned()), rows.clone());
            }
        }
        for (id, metric) in &bound.metrics {
            let own = Node::Metric(id.clone());
            for read in &metric.population.reads {
                graph.add(Node::Column(read.clone()), own.clone());
            }
            for read in sources(&metric.population.reads) {
                graph.add(Node::Rows(read.to_owned()), own.clone());
            }
        }
        for metric in catalog.metrics.values() {
            for part in &metric.parts {
                graph.add(Node::Metric(part.clone()), Node::Metric(metric.id.clone()));
            }
        }
        graph
    }

    fn add(&mut self, from: Node, to: Node) {
        self.edges.entry(from).or_default().insert(to);
    }

    /// The part of the graph that `start` can reach: what a change there touches.
    pub fn below(&self, start: &BTreeSet<Node>) -> Self {
        let mut part = Self::default();
        for node in reachable(start, |node| self.after(node)) {
            for to in self.after(node) {
                part.add(node.clone(), to.clone());
            }
        }
        part
    }

    /// The part of the graph from which `end` can be reached: what it depends on.
    pub fn above(&self, end: &Node) -> Self {
        self.reversed().below(&BTreeSet::from([end.clone()])).reversed()
    }

    fn reversed(&self) -> Self {
        let mut reversed = Self::default();
        for (from, to) in self.edges() {
            reversed.add(to.clone(), from.clone());
        }
        reversed
    }

    /// What depends on a node, sorted.
    pub fn after(&self, node: &Node) -> impl Iterator<Item = &Node> {
        self.edges.get(node).into_iter().flatten()
    }

    /// From what is read to what reads it, sorted.
    pub fn edges(&self) -> impl Iterator<Item = (&Node, &Node)> {
        self.edges.iter().flat_map(|(from, to)| to.iter().map(move |to| (from, to)))
    }

    /// Every node of an edge, sorted.
    pub fn nodes(&self) -> BTreeSet<&Node> {
        self.edges().flat_map(|(from, to)| [from, to]).collect()
    }
}

fn sources(reads: &BTreeSet<ColumnRef>) -> BTreeSet<&str> {
    reads.iter().map(|read| read.source.as_str()).collect()
}
