//! What a number depends on, and what depends on a column: a graph over bound SQL.

mod graph;

pub use graph::{Graph, Node};
