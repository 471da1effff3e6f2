//! Walks over graphs that are given by what each node leads to. None recurses: a chain of ten
//! thousand sources must not overflow the stack.

use std::collections::{BTreeMap, BTreeSet};

/// `starts` and everything that can be reached from there.
pub fn reachable<N: Copy + Ord, I: IntoIterator<Item = N>>(
    starts: impl IntoIterator<Item = N>,
    next: impl Fn(N) -> I,
) -> BTreeSet<N> {
    let mut pending: Vec<N> = starts.into_iter().collect();
    let mut seen = BTreeSet::new();
    while let Some(node) = pending.pop() {
        if seen.insert(node) {
            pending.extend(next(node));
        }
    }
    seen
}

/// Everything that can be reached from `starts`, each node after what it needs, and every cycle: the
/// nodes along it with the first repeated at the end. What is on a cycle is left out of the order.
pub fn topological_order<N: Copy + Ord, I: IntoIterator<Item = N>>(
    starts: impl IntoIterator<Item = N>,
    needs: impl Fn(N) -> I,
) -> (Vec<N>, Vec<Vec<N>>) {
    let (mut order, mut cycles) = (Vec::new(), Vec::new());
    // Whether a node is on the path, or done.
    let mut open: BTreeMap<N, bool> = BTreeMap::new();
    for start in starts {
        let mut path: Vec<(N, I::IntoIter)> = Vec::new();
        let mut next = Some(start);
        while let Some(node) = next {
            match open.get(&node) {
                None => {
                    open.insert(node, true);
                    path.push((node, needs(node).into_iter()));
                }
                Some(true) => {
                    let from = path.iter().position(|(on_path, _)| *on_path == node);
                    let mut cycle: Vec<N> =
                        path.drain(from.unwrap_or(0)..).map(|(node, _)| node).collect();
                    open.extend(cycle.iter().map(|node| (*node, false)));
                    cycle.push(node);
                    cycles.push(cycle);
                }
                Some(false) => {}
            }
            next = None;
            while let Some((node, needs)) = path.last_mut()
                && next.is_none()
            {
                next = needs.next();
                if next.is_none() {
                    open.insert(*node, false);
                    order.push(*node);
                    path.pop();
                }
            }
        }
    }
    (order, cycles)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(graph: &[(char, &'static str)]) -> (String, Vec<String>) {
        let needs = |node: char| {
            graph.iter().filter(move |(of, _)| *of == node).flat_map(|(_, needs)| needs.chars())
        };
        let (order, cycles) = topological_order(graph.iter().map(|(node, _)| *node), needs);
        (order.into_iter().collect(), cycles.into_iter().map(String::from_iter).collect())
    }

    #[test]
    fn needs_come_first_and_cycles_are_named() {
        let none = Vec::new();
        assert_eq!(order(&[('a', "b"), ('b', "cx"), ('c', "")]), ("cxba".to_owned(), none));
        let cycle = vec!["bcb".to_owned()];
        assert_eq!(order(&[('a', "b"), ('b', "c"), ('c', "b")]), ("a".to_owned(), cycle));
        let cycles = vec!["aa".to_owned(), "cc".to_owned()];
        assert_eq!(order(&[('a', "a"), ('b', "a"), ('c', "c")]), ("b".to_owned(), cycles));
    }

    #[test]
    fn what_is_reached_has_the_starts() {
        let next = |node: u32| (node < 3).then_some(node + 1);
        assert_eq!(reachable([1, 7], next), BTreeSet::from([1, 2, 3, 7]));
    }
}
