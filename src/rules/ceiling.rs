//! `ceiling-missing`: a number without a natural bound can be driven to a perverse extreme.

use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, codes};

pub fn check(catalog: &Catalog, found: &mut Vec<Diagnostic>) {
    for metric in catalog.metrics.values() {
        let definition = &metric.definition;
        let problem = match &definition.ceiling {
            None => Some((definition.title.span, "no [ceiling]")),
            Some(ceiling) if ceiling.min.is_none() && ceiling.max.is_none() => {
                Some((ceiling.span, "neither `min` nor `max`"))
            }
            Some(ceiling) => match ceiling.why.as_deref().map(str::trim) {
                None | Some("") => Some((ceiling.span, "no `why`")),
                Some(_) => None,
            },
        };
        if let Some((span, label)) = problem {
            found.push(
                Diagnostic::new(
                    &codes::CEILING_MISSING,
                    format!("metric `{}` has no natural ceiling", metric.id),
                )
                .at(span, label)
                .help("add [ceiling] with `min` or `max` and a `why`"),
            );
        }
        if let Some(ceiling) = &definition.ceiling
            && let (Some(min), Some(max)) = (&ceiling.min, &ceiling.max)
            && min.value >= max.value
        {
            found.push(
                Diagnostic::new(
                    &codes::INVALID_VALUE,
                    "the ceiling's `min` is not below its `max`",
                )
                .at(min.span, "this")
                .at(max.span, "is not below this"),
            );
        }
    }
}
