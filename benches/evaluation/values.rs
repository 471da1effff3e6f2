//! The values of both sides, and how far they are apart.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

/// (metric, start of the month in microseconds, severity, team) → value; `None` is undefined.
pub type Values = BTreeMap<(String, i64, String, String), Option<f64>>;

/// Sums of doubles differ in their last bits, and goodhart rounds to six decimals.
const TOLERANCE: f64 = 1e-6;

/// How two sets of values compare.
pub struct Agreement {
    pub compared: usize,
    /// The largest difference, relative to the value where that is above 1.
    pub deviation: f64,
}

pub fn write(values: &Values, path: &Path) -> Result<(), Box<dyn Error>> {
    let mut text = String::new();
    for ((metric, month, severity, team), value) in values {
        let value = value.map_or(String::new(), |value| value.to_string());
        text.push_str(&format!("{metric}\t{month}\t{severity}\t{team}\t{value}\n"));
    }
    Ok(fs::write(path, text)?)
}

fn read(path: &Path) -> Result<Values, Box<dyn Error>> {
    let mut values = Values::new();
    for line in fs::read_to_string(path)?.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let &[metric, month, severity, team, value] = fields.as_slice() else {
            return Err(format!("not five fields: {line}").into());
        };
        let value = if value.is_empty() { None } else { Some(value.parse()?) };
        values.insert((metric.into(), month.parse()?, severity.into(), team.into()), value);
    }
    Ok(values)
}

/// Compares every cell; a group that only one side has is a difference too.
pub fn compare(a: &Path, b: &Path) -> Result<Agreement, Box<dyn Error>> {
    let (a, b) = (read(a)?, read(b)?);
    if let Some(key) = a.keys().find(|key| !b.contains_key(*key)) {
        return Err(format!("only one side has {key:?}").into());
    }
    let mut deviation: f64 = 0.0;
    for (key, b) in &b {
        let a = a.get(key).ok_or_else(|| format!("only one side has {key:?}"))?;
        let apart = match (a, b) {
            (None, None) => 0.0,
            (Some(a), Some(b)) => (a - b).abs() / b.abs().max(1.0),
            _ => return Err(format!("{key:?}: {a:?} and {b:?}").into()),
        };
        if apart > TOLERANCE {
            return Err(format!("{key:?}: {a:?} and {b:?}").into());
        }
        deviation = deviation.max(apart);
    }
    Ok(Agreement { compared: a.len(), deviation })
}
