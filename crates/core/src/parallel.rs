//! The same work on every core.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// How many threads this machine runs at once.
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// How many workers are worth starting for so many pieces of work.
pub fn workers(pieces: usize) -> usize {
    cores().min(pieces).max(1)
}

/// What `work` makes of each item, in the order of the items however many cores there are.
///
/// Fewer items than `worth` are done here: starting a thread costs more than small work.
pub fn map<T: Sync, R: Send>(items: &[T], worth: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let workers = if items.len() < worth { 1 } else { workers(items.len()) };
    map_with(items, vec![(); workers], |(), item| work(item))
}

/// The same by as many workers as there are `states`, each with one of its own.
pub fn map_with<T: Sync, S: Send, R: Send>(
    items: &[T],
    mut states: Vec<S>,
    work: impl Fn(&mut S, &T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let share = |mut state: S| {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            match items.get(index) {
                Some(item) => done.push((index, work(&mut state, item))),
                None => return done,
            }
        }
    };
    // This thread is one of the workers.
    let Some(own) = states.pop() else {
        return Vec::new();
    };
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let share = &share;
        let running: Vec<_> =
            states.into_iter().map(|state| scope.spawn(move || share(state))).collect();
        let mut done = share(own);
        for worker in running {
            match worker.join() {
                Ok(part) => done.extend(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_unstable_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_have_the_order_of_the_items() {
        let items: Vec<u32> = (0..1_000).collect();
        let squares: Vec<u32> = items.iter().map(|item| item * item).collect();
        assert_eq!(super::map(&items, 2, |item| item * item), squares);
        assert_eq!(super::map(&items, 2_000, |item| item * item), squares);
        assert!(super::map(&[] as &[u32], 0, |item| item * item).is_empty());
    }
}
