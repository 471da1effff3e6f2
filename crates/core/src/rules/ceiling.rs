//! `ceiling-missing` and `ceiling-unexplained`: a number without a natural bound can be driven to a
//! perverse extreme, and a bound without a reason is a guess that nobody can argue with.

use super::Project;
use crate::diagnostic::{Diagnostic, codes};

pub fn check(project: &Project<'_>, found: &mut Vec<Diagnostic>) {
    for metric in project.catalog.metrics.values() {
        let definition = &metric.definition;
        let (span, label, add) = match &definition.ceiling {
            None => {
                (definition.title.span, "no [ceiling]", "[ceiling] with `min` or `max` and a `why`")
            }
            Some(ceiling) if ceiling.min.is_none() && ceiling.max.is_none() => (
                ceiling.span,
                "neither `min` nor `max`",
                "`min` or `max`, the natural bounds of the value",
            ),
            Some(ceiling) => {
                if ceiling.why.as_deref().map(str::trim).is_none_or(str::is_empty) {
                    found.push(
                        Diagnostic::new(
                            &codes::CEILING_UNEXPLAINED,
                            format!("the ceiling of `{}` has no reason", metric.id),
                        )
                        .at(ceiling.why.as_ref().map_or(ceiling.span, |why| why.span), "no `why`")
                        .help("add `why`: what makes the bounds natural"),
                    );
                }
                continue;
            }
        };
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
