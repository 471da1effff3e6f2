//! What was measured, as the table of docs/benchmarks.md.

/// A comparison of goodhart with something else, a pair per repetition.
pub struct Line {
    pub what: String,
    pub pairs: Vec<(f64, f64)>,
    pub unit: Unit,
    /// The ratio that is promised, where one is.
    pub target: Option<f64>,
}

#[derive(Debug, Clone, Copy)]
pub enum Unit {
    Seconds,
    Milliseconds,
    Mebibytes,
}

impl Unit {
    fn show(self, number: f64) -> String {
        match self {
            Self::Seconds => format!("{number:.2} s"),
            Self::Milliseconds => format!("{:.1} ms", number * 1e3),
            Self::Mebibytes => format!("{number:.0} MiB"),
        }
    }
}

impl Line {
    /// The middle of the ratios: both sides of a pair ran next to each other, under one load.
    fn ratio(&self) -> f64 {
        median(self.pairs.iter().map(|(ours, theirs)| ours / theirs))
    }

    fn markdown(&self) -> String {
        if self.pairs.is_empty() {
            return format!("| {} | not measured | | | | |", self.what);
        }
        let ratio = self.ratio();
        let ratios = || self.pairs.iter().map(|(ours, theirs)| ours / theirs);
        let (target, met) = match self.target {
            Some(target) if ratio <= target => (format!("≤ {target}"), "yes"),
            Some(target) => (format!("≤ {target}"), "**no**"),
            None => (String::new(), ""),
        };
        format!(
            "| {} | {ratio:.3} ({:.3}–{:.3}) | {target} | {met} | {} | {} |",
            self.what,
            ratios().fold(f64::INFINITY, f64::min),
            ratios().fold(0.0, f64::max),
            self.unit.show(median(self.pairs.iter().map(|pair| pair.0))),
            self.unit.show(median(self.pairs.iter().map(|pair| pair.1))),
        )
    }
}

pub fn print(lines: &[Line]) {
    println!("| comparison | ratio (from–to) | target | met | goodhart | other side |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for line in lines {
        println!("{}", line.markdown());
    }
}

fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = numbers.collect();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => sorted[count / 2],
        count => (sorted[count / 2 - 1] + sorted[count / 2]) / 2.0,
    }
}
