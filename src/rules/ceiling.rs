//! `ceiling-missing`: a number without a natural bound can be driven to a perverse extreme.

use super::Project;
use crate::diagnostic::{Diagnostic, codes};

pub fn check(project: &Project<'_>, found: &mut Vec<Diagnostic>) {
    for metric in project.catalog.metrics.values() {
        let definition = &metric.definition;
        let bounds = "`min` or `max`, the natural bounds of the value";
        let missing = match &definition.ceiling {
            None => Some((
                definition.title.span,
                "no [ceiling]",
                "[ceiling] with `min` or `max` and a `why`",
            )),
            Some(ceiling) if ceiling.min.is_none() && ceiling.max.is_none() => {
                Some((ceiling.span, "neither `min` nor `max`", bounds))
            }
            Some(ceiling) => match ceiling.why.as_deref().map(str::trim) {
                None | Some("") => {
                    Some((ceiling.span, "no `why`", "`why`: what makes the bounds natural"))
                }
                Some(_) => None,
            },
        };
        if let Some((span, label, add)) = missing {
            found.push(
                Diagnostic::new(
                    &codes::CEILING_MISSING,
                    format!("metric `{}` has no natural ceiling", metric.id),
                )
                .at(span, label)
                .help(format!("add {add}")),
            );
        }
    }
}
