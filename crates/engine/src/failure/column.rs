//! A column that there is not, and what was meant where no column was.

/// Parts of dates, which other dialects write without quotes.
const PARTS: &[&str] = &[
    "day",
    "epoch",
    "hour",
    "minute",
    "month",
    "quarter",
    "second",
    "week",
    "year",
    "dow",
    "doy",
    "isodow",
    "millisecond",
    "microsecond",
];

/// Clocks that other dialects write without parentheses.
const CLOCKS: &[&str] = &["as_of", "getdate", "sysdate", "sysdatetime", "systimestamp"];

/// What was probably meant by a column `name` at a `place` in `sql`, if not one of the columns that
/// there are, which are `alike` or not.
pub fn explained(
    name: &str,
    sql: &str,
    place: Option<(usize, usize)>,
    alike: bool,
) -> Option<String> {
    let (before, written) = place.and_then(|(start, length)| {
        let end = start.checked_add(length)?;
        Some((sql.get(..start)?, sql.get(start..end)?))
    })?;
    let known = name.to_lowercase();
    let known = known.as_str();
    let curly = |character: char| matches!(character, '\u{2018}'..='\u{201f}');
    if name.contains(curly) {
        Some(format!("quotes are straight in SQL: `'{}'`", name.trim_matches(curly)))
    } else if name.ends_with('\u{ff0c}') {
        Some("the comma behind it is not the one of SQL: write `,`".to_owned())
    } else if written.starts_with('"') && !alike {
        Some(format!("text is in single quotes: `'{name}'`"))
    } else if CLOCKS.contains(&known) {
        Some("`as_of()`, with parentheses, is the one clock of a definition".to_owned())
    } else if PARTS.contains(&known) && before.trim_end().ends_with('(') {
        Some(format!("the part of a date is a text: `'{known}'`"))
    } else {
        None
    }
}
