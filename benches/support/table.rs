//! What was measured, as the table of docs/benchmarks.md.

/// A comparison of goodhart with something else, a pair per repetition.
pub struct Line {
    pub what: String,
    pub pairs: Vec<(f64, f64)>,
    pub unit: Unit,
    /// What is promised, where something is.
    pub target: Option<Target>,
}

/// A promise about the best of both sides.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    /// The ratio is at most this.
    Ratio(f64),
    /// Goodhart takes at most so many seconds more than the other side.
    #[allow(dead_code, reason = "not every benchmark promises one")]
    More(f64),
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
    /// The best of both sides: whatever else the machine does makes a run longer, never shorter.
    fn best(&self) -> (f64, f64) {
        let least = |numbers: &mut dyn Iterator<Item = f64>| numbers.fold(f64::INFINITY, f64::min);
        (
            least(&mut self.pairs.iter().map(|pair| pair.0)),
            least(&mut self.pairs.iter().map(|pair| pair.1)),
        )
    }

    fn markdown(&self) -> String {
        if self.pairs.is_empty() {
            return format!("| {} | not measured | | | | |", self.what);
        }
        let (ours, theirs) = self.best();
        let ratio = ours / theirs;
        let ratios = || self.pairs.iter().map(|(ours, theirs)| ours / theirs);
        let (target, met) = match self.target {
            Some(Target::Ratio(most)) => (format!("≤ {most}"), yes(ratio <= most)),
            Some(Target::More(most)) => {
                (format!("≤ {} more", self.unit.show(most)), yes(ours - theirs <= most))
            }
            None => (String::new(), ""),
        };
        format!(
            "| {} | {ratio:.3} ({:.3}–{:.3}) | {target} | {met} | {} | {} |",
            self.what,
            ratios().fold(f64::INFINITY, f64::min),
            ratios().fold(0.0, f64::max),
            self.unit.show(ours),
            self.unit.show(theirs),
        )
    }
}

fn yes(met: bool) -> &'static str {
    if met { "yes" } else { "**no**" }
}

pub fn print(lines: &[Line]) {
    println!(
        "| comparison | ratio of the best (from–to of the pairs) | target | met | goodhart | other side |"
    );
    println!("| --- | --- | --- | --- | --- | --- |");
    for line in lines {
        println!("{}", line.markdown());
    }
}

/// 10000 → "10,000".
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| str::from_utf8(group).ok()).collect();
    groups.join(",")
}
