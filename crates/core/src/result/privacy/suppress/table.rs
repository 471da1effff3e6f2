//! The cells of one metric and period, how they add up, and which of them to suppress.
//!
//! Cells of a finer set of segments add up to those of a coarser one. Sets that are not broken
//! down by, but that two shown ones have in common, add up all the same, so they are part of the
//! table as cells that nobody sees.

use std::collections::{BTreeMap, BTreeSet};

use super::solve::determined;
use crate::result::Group;

/// A cell that would be shown.
#[derive(Debug, Clone, Copy)]
pub struct Cell<'a> {
    pub group: &'a Group,
    /// How many subjects are behind it.
    pub size: u64,
    /// Whether these are so few that nobody may know.
    pub small: bool,
}

/// Beyond so many sums that have something to hide, everything but the total is hidden instead of
/// solving for what could be told from them.
const SOLVED: usize = 2_000;

/// Segments sorted by name, with their values.
type Key<'a> = Vec<(&'a str, Option<&'a str>)>;

/// Names of segments.
type Set<'a> = BTreeSet<&'a str>;

#[derive(Debug)]
struct Node<'a> {
    key: Key<'a>,
    size: u64,
    small: bool,
    /// Whether it is a result, and not only a sum that results have in common.
    real: bool,
    hidden: bool,
    /// Of a distribution, the whole: shown with each of these rows.
    shown_with: Vec<usize>,
}

/// One cell is the sum of others.
#[derive(Debug)]
struct Sum {
    whole: usize,
    parts: Vec<usize>,
    /// Whether the parts are results.
    real: bool,
}

/// For each cell, whether it has to be hidden: the small ones, and as many others as it takes
/// that no small one can be computed. Of a distribution, `over` is the segment that it is over.
pub fn hidden(cells: &[Cell<'_>], over: Option<&str>, least: u64) -> Vec<bool> {
    if !cells.iter().any(|cell| cell.small) {
        return vec![false; cells.len()];
    }
    let mut table = Table::new(cells, over);
    table.settle(least);
    table.nodes.into_iter().take(cells.len()).map(|node| node.hidden).collect()
}

struct Table<'a> {
    /// Results first, in their order.
    nodes: Vec<Node<'a>>,
    sums: Vec<Sum>,
}

impl<'a> Table<'a> {
    fn new(cells: &[Cell<'a>], over: Option<&str>) -> Self {
        let mut nodes: Vec<Node<'a>> = cells
            .iter()
            .map(|cell| {
                let mut key: Key<'a> = cell
                    .group
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_deref()))
                    .collect();
                key.sort_unstable();
                let Cell { size, small, .. } = *cell;
                Node { key, size, small, real: true, hidden: small, shown_with: Vec::new() }
            })
            .collect();
        let shown: BTreeSet<Set<'a>> = nodes.iter().map(|node| names(&node.key)).collect();
        let sets = with_common(&shown, over);
        let mut index: BTreeMap<Key<'a>, usize> =
            nodes.iter().enumerate().map(|(index, node)| (node.key.clone(), index)).collect();
        // From the finest: what a cell that nobody sees is the sum of must be there before it.
        let mut finest_first: Vec<&Set<'a>> = sets.iter().collect();
        finest_first.sort_by_key(|set| std::cmp::Reverse(set.len()));
        let mut sums: BTreeMap<(usize, &Set<'a>), Sum> = BTreeMap::new();
        for fine in &finest_first {
            let members: Vec<usize> =
                (0..nodes.len()).filter(|&at| names(&nodes[at].key) == **fine).collect();
            for coarse in finest_first.iter().filter(|coarse| coarse.is_subset(fine)) {
                if coarse.len() == fine.len() {
                    continue;
                }
                for &part in &members {
                    let key: Key<'a> = nodes[part]
                        .key
                        .iter()
                        .copied()
                        .filter(|(name, _)| coarse.contains(name))
                        .collect();
                    let whole = *index.entry(key).or_insert_with_key(|key| {
                        nodes.push(Node {
                            key: key.clone(),
                            size: 0,
                            small: false,
                            real: false,
                            hidden: false,
                            shown_with: Vec::new(),
                        });
                        nodes.len() - 1
                    });
                    let real = nodes[part].real;
                    let sum = sums.entry((whole, fine)).or_insert_with(|| Sum {
                        whole,
                        parts: Vec::new(),
                        real,
                    });
                    sum.real &= real;
                    sum.parts.push(part);
                    let told = over.is_some_and(|of| {
                        fine.contains(of) && !coarse.contains(of) && fine.len() == coarse.len() + 1
                    });
                    if told && real && !nodes[whole].real {
                        nodes[whole].shown_with.push(part);
                    }
                }
            }
        }
        Self { nodes, sums: sums.into_values().collect() }
    }

    /// Hides until nothing small can be computed.
    fn settle(&mut self, least: u64) {
        loop {
            while self.hide_beside(least) {}
            let Some(rows) = self.unknown() else {
                self.hide_groups();
                while self.hide_beside(least) {}
                return;
            };
            let told: Vec<usize> =
                determined(rows).into_iter().filter(|&at| self.nodes[at].small).collect();
            let more: BTreeSet<usize> =
                told.into_iter().filter_map(|at| self.help_for(at)).collect();
            if more.is_empty() {
                return;
            }
            for at in more {
                self.nodes[at].hidden = true;
            }
        }
    }

    /// Every sum that is shown needs two hidden parts or none, and together these must be no small
    /// group themselves; nor all of size one, which their number would tell. Otherwise the next
    /// smallest part is hidden too, and where there is none the sum.
    fn hide_beside(&mut self, least: u64) -> bool {
        let mut changed = false;
        for sum in 0..self.sums.len() {
            let Sum { whole, parts, real } = &self.sums[sum];
            if self.nodes[*whole].hidden || !real {
                continue;
            }
            let hidden = parts.iter().map(|&at| &self.nodes[at]);
            let hidden: Vec<u64> =
                hidden.filter(|n| n.hidden && n.size > 0).map(|n| n.size).collect();
            let (count, size) =
                (hidden.len() as u64, hidden.iter().fold(0, |a: u64, n| a.saturating_add(*n)));
            if count == 0 || (count >= 2 && size >= least && size > count) {
                continue;
            }
            let next = self.smallest_shown(parts.iter().copied()).unwrap_or(*whole);
            self.nodes[next].hidden = true;
            changed = true;
        }
        changed
    }

    /// The smallest result among some cells that is shown and counts somebody; of equal ones the
    /// first by its group.
    fn smallest_shown(&self, among: impl Iterator<Item = usize>) -> Option<usize> {
        among
            .filter(|&at| self.shown(at) && self.nodes[at].real && self.nodes[at].size > 0)
            .min_by_key(|&at| (self.nodes[at].size, &self.nodes[at].key))
    }

    /// What to hide so that a cell cannot be computed any more.
    fn help_for(&self, told: usize) -> Option<usize> {
        let sums = self.sums.iter().filter(|sum| sum.whole == told || sum.parts.contains(&told));
        let near = sums.flat_map(|sum| sum.parts.iter().copied().chain([sum.whole]));
        self.smallest_shown(near).or_else(|| self.smallest_shown(0..self.nodes.len()))
    }

    /// Whether the size of a cell is known to everybody.
    fn shown(&self, at: usize) -> bool {
        let node = &self.nodes[at];
        let beside = |part: &usize| self.nodes.get(*part).is_some_and(|part| !part.hidden);
        if node.real { !node.hidden } else { node.shown_with.iter().any(beside) }
    }

    /// What is unknown in each sum, with its sign; `None` where these are too many.
    fn unknown(&self) -> Option<Vec<BTreeMap<usize, i8>>> {
        let rows = self.sums.iter().map(|sum| {
            let parts = sum.parts.iter().map(|&part| (part, 1));
            let all = parts.chain([(sum.whole, -1)]);
            // A group of nobody is shown as such.
            all.filter(|(at, _)| !self.shown(*at)).collect::<BTreeMap<usize, i8>>()
        });
        let rows: Vec<_> = rows.filter(|row| !row.is_empty()).collect();
        (rows.len() <= SOLVED).then_some(rows)
    }

    fn hide_groups(&mut self) {
        for node in self.nodes.iter_mut().filter(|node| !node.key.is_empty()) {
            node.hidden |= node.real && node.size > 0;
        }
    }
}

fn names<'a>(key: &Key<'a>) -> Set<'a> {
    key.iter().map(|(name, _)| *name).collect()
}

/// The sets, and every set that is common to some of them: what both add up to. The rows of a
/// distribution tell how large the whole is that they are shares of.
fn with_common<'a>(shown: &BTreeSet<Set<'a>>, over: Option<&str>) -> BTreeSet<Set<'a>> {
    let mut sets = shown.clone();
    if let Some(of) = over {
        sets.extend(
            shown.iter().map(|set| set.iter().copied().filter(|name| *name != of).collect()),
        );
    }
    loop {
        let common: Vec<Set<'a>> = sets
            .iter()
            .flat_map(|one| {
                sets.iter().map(move |other| one.intersection(other).copied().collect())
            })
            .filter(|set| !sets.contains(set))
            .collect();
        if common.is_empty() {
            return sets;
        }
        sets.extend(common);
    }
}
