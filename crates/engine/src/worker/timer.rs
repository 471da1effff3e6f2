//! Something that happens unless what is being waited for comes first.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// A thread that does one thing when the time is up.
///
/// Setting and stopping it costs next to nothing: the thread is only woken for a time that is
/// earlier than the one for which it sleeps anyway.
pub struct Timer {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// When it is to happen.
    until: Option<Instant>,
    /// How long the thread sleeps; without it, nothing wakes it.
    asleep: Option<Instant>,
    happened: bool,
    over: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Timer {
    /// A timer that is not set. What happens, happens before [`Timer::stop`] returns or not at all.
    pub fn new(happen: impl Fn() + Send + 'static) -> Self {
        let shared = Arc::new(Shared::default());
        let own = Arc::clone(&shared);
        thread::spawn(move || watch(&own, &happen));
        Self { shared }
    }

    /// Lets it happen after `time`.
    pub fn set(&self, time: Duration) {
        let mut state = self.shared.lock();
        // Beyond what an instant can be, it never happens.
        state.until = Instant::now().checked_add(time);
        state.happened = false;
        if state.asleep.is_none_or(|asleep| state.until.is_some_and(|until| until < asleep)) {
            self.shared.changed.notify_one();
        }
    }

    /// Keeps it from happening; whether it was too late.
    pub fn stop(&self) -> bool {
        let mut state = self.shared.lock();
        state.until = None;
        state.happened
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.shared.lock().over = true;
        self.shared.changed.notify_one();
    }
}

fn watch(shared: &Shared, happen: &dyn Fn()) {
    let mut state = shared.lock();
    while !state.over {
        let now = Instant::now();
        let left = state.until.map(|until| until.saturating_duration_since(now));
        if left == Some(Duration::ZERO) {
            happen();
            state.until = None;
            state.happened = true;
            continue;
        }
        // Where it was stopped, the thread sleeps on: the next time is later than this one.
        let asleep = state.until.or(state.asleep).filter(|asleep| *asleep > now);
        state.asleep = asleep;
        state = match asleep {
            Some(asleep) => {
                let waited = shared.changed.wait_timeout(state, asleep - now);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
            None => shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
        };
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn it_happens_when_the_time_is_up_and_not_after_it_was_stopped() {
        let (sender, happened) = mpsc::channel();
        let timer = Timer::new(move || sender.send(()).unwrap());
        timer.set(Duration::from_secs(3_600));
        assert!(!timer.stop());
        timer.set(Duration::ZERO);
        happened.recv().unwrap();
        assert!(timer.stop());
        timer.set(Duration::from_secs(3_600));
        assert!(!timer.stop());
        assert!(happened.try_recv().is_err());
    }
}
