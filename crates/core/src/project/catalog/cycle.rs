//! Cycles among names, and an order in which everything comes after what it needs.

use std::collections::BTreeMap;

/// Sorts `graph` (name → names it needs) so that needs come first.
///
/// # Errors
/// A cycle, as the names along it with the first repeated at the end. Names that the graph does
/// not have are ignored: they are somebody else's error.
fn order<'a>(graph: &BTreeMap<&'a str, Vec<&'a str>>) -> Result<Vec<&'a str>, Vec<&'a str>> {
    let mut sorted = Vec::new();
    let mut done: BTreeMap<&str, bool> = BTreeMap::new();
    for start in graph.keys() {
        // An explicit stack: a chain of ten thousand sources must not overflow the real one.
        let mut path: Vec<(&str, usize)> = vec![(start, 0)];
        if done.contains_key(start) {
            continue;
        }
        done.insert(start, false);
        while let Some((name, next)) = path.pop() {
            let needs = &graph[name];
            let Some(need) = needs.get(next) else {
                done.insert(name, true);
                sorted.push(name);
                continue;
            };
            path.push((name, next + 1));
            if !graph.contains_key(need) {
                continue;
            }
            match done.get(need) {
                Some(true) => {}
                Some(false) => {
                    let from = path.iter().position(|(on_path, _)| on_path == need);
                    let mut cycle: Vec<&str> =
                        path[from.unwrap_or(0)..].iter().map(|(name, _)| *name).collect();
                    cycle.push(need);
                    return Err(cycle);
                }
                None => {
                    done.insert(need, false);
                    path.push((need, 0));
                }
            }
        }
    }
    Ok(sorted)
}

/// Like [`order`], with every cycle instead of the first: what is on one is left out of the order.
pub fn order_and_cycles<'a>(
    mut graph: BTreeMap<&'a str, Vec<&'a str>>,
) -> (Vec<&'a str>, Vec<Vec<&'a str>>) {
    let mut cycles = Vec::new();
    loop {
        match order(&graph) {
            Ok(order) => return (order, cycles),
            Err(cycle) => {
                graph.retain(|name, _| !cycle.contains(name));
                cycles.push(cycle);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_come_first_and_cycles_are_named() {
        let graph = BTreeMap::from([("a", vec!["b"]), ("b", vec!["c", "x"]), ("c", vec![])]);
        assert_eq!(order(&graph), Ok(vec!["c", "b", "a"]));
        let graph = BTreeMap::from([("a", vec!["b"]), ("b", vec!["c"]), ("c", vec!["b"])]);
        assert_eq!(order(&graph), Err(vec!["b", "c", "b"]));
        let graph = BTreeMap::from([("a", vec!["a"])]);
        assert_eq!(order(&graph), Err(vec!["a", "a"]));
        let graph = BTreeMap::from([("a", vec!["a"]), ("b", vec!["a"]), ("c", vec!["c"])]);
        assert_eq!(order_and_cycles(graph), (vec!["b"], vec![vec!["a", "a"], vec!["c", "c"]]));
    }
}
