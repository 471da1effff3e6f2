//! What `as_of()` is while SQL is bound.
//!
//! DuckDB puts an instant in the place of the macro before anybody sees the plan. Nobody writes an
//! instant of that millennium, so what depends on the as-of is known by its year, whatever was
//! computed of it: it says nothing about which rows a condition leaves.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::plan::{text, type_name};
use goodhart_core::plan::period_start;
use goodhart_core::project::definition::project::Grain;

/// A Thursday, so that every grain has another start.
const STAND_IN: DateTime = DateTime::constant(5000, 8, 7, 12, 0, 0, 0);

/// Longer intervals are not taken away from an as-of or added to it.
const YEARS_BESIDE: u16 = 1000;

/// The instant that stands for the as-of.
pub fn stand_in() -> Timestamp {
    STAND_IN.to_zoned(TimeZone::UTC).map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

/// Whether an instant was computed of the as-of.
pub fn depends(instant: DateTime) -> bool {
    instant.year().abs_diff(STAND_IN.year()) < YEARS_BESIDE
}

/// How SQL writes an instant that was computed of the as-of; `None` where no call alone yields it.
pub fn call(instant: DateTime) -> Option<String> {
    if instant == STAND_IN {
        return Some("as_of()".to_owned());
    }
    let starts = |grain: &&Grain| {
        let start = period_start(stand_in(), **grain).ok();
        start.is_some_and(|start| start.to_zoned(TimeZone::UTC).datetime() == instant)
    };
    let grain = Grain::ALL.iter().find(starts)?;
    Some(format!("period_start('{}')", grain.name()))
}

/// The instant that a constant is, by its text or as a number of microseconds.
pub fn instant(constant: &Value) -> Option<DateTime> {
    let value = &constant["value"]["value"];
    match type_name(constant) {
        "VARCHAR" => value.as_str()?.trim().parse().ok(),
        "TIMESTAMP" => {
            let micros = value.as_i64()?;
            let instant = Timestamp::from_microsecond(micros).ok()?;
            Some(instant.to_zoned(TimeZone::UTC).datetime())
        }
        _ => None,
    }
}

/// Whether an expression is the as-of itself.
pub fn is_as_of(expression: &Value) -> bool {
    match text(&expression["type"]) {
        "VALUE_CONSTANT" => instant(expression) == Some(STAND_IN),
        "OPERATOR_CAST" => is_as_of(&expression["children"][0]),
        _ => false,
    }
}

/// How SQL writes a constant instant: as the call that yields it, else as a literal; `None` where it
/// was computed of the as-of by more than a call.
pub fn written(constant: &Value) -> Option<String> {
    let instant = instant(constant)?;
    if depends(instant) {
        return call(instant);
    }
    let literal = instant.to_string().replace('T', " ");
    (text(&constant["type"]) == "VALUE_CONSTANT").then(|| format!("timestamp '{literal}'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_is_known_by_its_instant() {
        assert_eq!(call(STAND_IN).as_deref(), Some("as_of()"));
        for grain in Grain::ALL {
            let start = period_start(stand_in(), *grain).unwrap();
            let start = start.to_zoned(TimeZone::UTC).datetime();
            assert!(depends(start));
            assert_eq!(call(start), Some(format!("period_start('{}')", grain.name())));
        }
        assert!(!depends("2026-01-01T00:00:00".parse().unwrap()));
        assert!(!depends("9999-12-31T00:00:00".parse().unwrap()));
    }
}
