//! `lost-offset`: a cast to TIMESTAMP reads the wall clock of a text and drops the offset behind it.

use super::Project;
use super::queries::queries;
use crate::diagnostic::{Diagnostic, codes};
use crate::sql::facts::{BoundProject, Text, TimeUsed};

pub fn check(project: &Project<'_>, bound: &BoundProject, found: &mut Vec<Diagnostic>) {
    for written in queries(project.catalog, bound) {
        for time in &written.query.times {
            let TimeUsed::Cast { of, tries } = &time.what else {
                continue;
            };
            let (message, label, cast) = match of {
                Text::Literal(text) => {
                    let Some(offset) = offset(text) else {
                        continue;
                    };
                    let message = format!("the offset of `{text}` is lost");
                    (message, format!("{offset} is dropped"), format!("'{text}'"))
                }
                Text::Raw(text) => (
                    format!(
                        "an offset in `{}` would be lost",
                        text.as_deref().unwrap_or("the text")
                    ),
                    "read without an offset".to_owned(),
                    text.clone().unwrap_or_else(|| "…".to_owned()),
                ),
            };
            let mut diagnostic = Diagnostic::new(&codes::LOST_OFFSET, message)
                .at(written.span(time.place), label)
                .help(if *tries {
                    format!("read it with its offset: `try_cast({cast} as timestamptz)::timestamp`")
                } else {
                    format!("read it with its offset: `{cast}::timestamptz::timestamp`")
                });
            if matches!(of, Text::Raw(_)) {
                diagnostic = diagnostic.help(
                    "or declare the column with type \"timestamp\", which goodhart reads with its \
                     offset",
                );
            }
            found.push(diagnostic);
        }
    }
}

/// The offset at the end of a text, where it is another one than that of UTC.
fn offset(text: &str) -> Option<&str> {
    let text = text.trim();
    // A sign behind the time of day, not one of the date.
    let time = text.find(':')?;
    let sign = text.get(time..)?.find(['+', '-'])?.checked_add(time)?;
    let offset = text.get(sign..)?;
    let digits = |c: char| c.is_ascii_digit() || c == ':';
    let is_offset = offset.len() > 1 && offset.chars().skip(1).all(digits);
    (is_offset && offset.chars().any(|c| ('1'..='9').contains(&c))).then_some(offset)
}
