//! Stepping through items with a key for each: pure, so that it is tested without a terminal.

use std::ops::Range;

/// What is said about an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Accept,
    Reject,
    Skip,
}

impl Answer {
    /// What was done.
    pub fn told(self) -> &'static str {
        match self {
            Self::Accept => "accepted",
            Self::Reject => "rejected",
            Self::Skip => "skipped",
        }
    }
}

/// A key that was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    Answer(Answer),
    /// The next answer is for all that is left of this metric.
    Metric,
    More,
    Quit,
    /// Any other one; Enter too, which is pressed too easily to decide anything.
    Other,
}

impl Key {
    pub fn of(character: char) -> Self {
        match character {
            'a' => Self::Answer(Answer::Accept),
            'r' => Self::Answer(Answer::Reject),
            's' => Self::Answer(Answer::Skip),
            'm' => Self::Metric,
            'd' => Self::More,
            'q' => Self::Quit,
            _ => Self::Other,
        }
    }
}

/// What follows from a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepOutcome {
    /// The same question once more.
    Ask,
    /// The current item with all there is to say, and the question once more.
    More,
    /// These items are answered.
    Answered(Range<usize>, Answer),
    Done,
}

/// Where one is among the items.
#[derive(Debug)]
pub struct Steps {
    /// The metric of each item; those of one metric stand together.
    metrics: Vec<String>,
    at: usize,
    whole_metric: bool,
}

impl Steps {
    pub fn new(metrics: Vec<String>) -> Self {
        Self { metrics, at: 0, whole_metric: false }
    }

    /// The item that is asked about; `None` behind the last one.
    pub fn current(&self) -> Option<usize> {
        (self.at < self.metrics.len()).then_some(self.at)
    }

    /// The items that the next answer is about.
    pub fn scope(&self) -> Range<usize> {
        let metric = self.metrics.get(self.at);
        let behind = self.metrics.iter().skip(self.at);
        let count = match self.whole_metric {
            true => behind.take_while(|other| Some(*other) == metric).count(),
            false => behind.take(1).count(),
        };
        self.at..self.at + count
    }

    pub fn press(&mut self, key: Key) -> StepOutcome {
        match key {
            _ if self.current().is_none() => StepOutcome::Done,
            Key::Quit => StepOutcome::Done,
            Key::Other => StepOutcome::Ask,
            Key::More => StepOutcome::More,
            Key::Metric => {
                self.whole_metric = !self.whole_metric;
                StepOutcome::Ask
            }
            Key::Answer(answer) => {
                let scope = self.scope();
                (self.at, self.whole_metric) = (scope.end, false);
                StepOutcome::Answered(scope, answer)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(keys: &str) -> Vec<StepOutcome> {
        let metrics = ["a", "a", "a", "b"].map(str::to_owned).to_vec();
        let mut steps = Steps::new(metrics);
        keys.chars().map(|key| steps.press(Key::of(key))).collect()
    }

    #[test]
    fn a_key_answers_one_item_and_after_m_the_rest_of_a_metric() {
        use Answer::{Accept, Reject, Skip};
        let expected = [
            StepOutcome::Answered(0..1, Skip),
            StepOutcome::Ask,
            StepOutcome::Answered(1..3, Accept),
            StepOutcome::More,
            StepOutcome::Answered(3..4, Reject),
            StepOutcome::Done,
        ];
        assert_eq!(pressed("smadra"), expected);
        assert_eq!(
            pressed("mmr"),
            [StepOutcome::Ask, StepOutcome::Ask, StepOutcome::Answered(0..1, Reject)]
        );
    }

    #[test]
    fn nothing_is_accepted_by_enter_or_by_chance() {
        assert_eq!(
            pressed("\n\r A"),
            [StepOutcome::Ask, StepOutcome::Ask, StepOutcome::Ask, StepOutcome::Ask]
        );
        assert_eq!(pressed("q"), [StepOutcome::Done]);
        assert_eq!(Steps::new(Vec::new()).press(Key::of('a')), StepOutcome::Done);
    }
}
