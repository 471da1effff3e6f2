//! Which sets of segments a metric has results for.

use crate::diagnostic::{Diagnostic, Span, codes};
use crate::project::definition::measure::MeasureTable;
use crate::project::definition::metric::MetricFile;
use crate::project::definition::read::Text;

/// The breakdown of a metric over rows: what it declares, else the total, each segment alone and
/// all segments together. A distribution has no value without the segment that it distributes.
pub fn of_rows(metric: &MetricFile, found: &mut Vec<Diagnostic>) -> Vec<Vec<String>> {
    let Some(population) = &metric.population else {
        return Vec::new();
    };
    let segments: Vec<&str> = population.segments.iter().map(|s| s.as_str()).collect();
    for (index, segment) in population.segments.iter().enumerate() {
        if segments[..index].contains(&segment.as_str()) {
            found.push(
                Diagnostic::new(
                    &codes::INVALID_VALUE,
                    format!("segment `{}` is listed twice", segment.as_str()),
                )
                .at(segment.span, "the second time"),
            );
        }
    }
    for name in &population.sensitive {
        if !segments.contains(&name.as_str()) {
            found.push(no_segment(name, "not in `segments`", &segments));
        }
    }
    let distributed = match &metric.measure {
        MeasureTable::Distribution(distribution) => Some(&distribution.of),
        _ => None,
    };
    if let Some(of) = distributed
        && !segments.contains(&of.as_str())
    {
        found.push(no_segment(of, "a distribution is over a segment", &segments));
    }
    let with_distributed =
        |set: &Vec<String>| distributed.is_none_or(|of| set.iter().any(|s| s == of.as_str()));
    let Some(breakdown) = &metric.breakdown else {
        return default_sets(&segments).into_iter().filter(with_distributed).collect();
    };
    for set in &breakdown.by {
        for name in set {
            if !segments.contains(&name.as_str()) {
                found.push(no_segment(name, "not in `segments`", &segments));
            }
        }
    }
    let sets = declared_sets(metric);
    if let (Some(of), Some(bad)) = (distributed, sets.iter().find(|set| !with_distributed(set))) {
        found.push(
            Diagnostic::new(
                &codes::SEGMENT_MISMATCH,
                format!("a distribution of `{}` has no value by [{}]", of.as_str(), bad.join(", ")),
            )
            .at(set_span(metric, bad, breakdown.span), "this set lacks the segment")
            .help(format!("add \"{}\" to the set, or remove the set", of.as_str())),
        );
    }
    sets
}

/// The breakdown of a composed metric: what it declares, else what all its parts have.
pub fn of_parts(
    metric: &MetricFile,
    parts: &[(&str, &[Vec<String>])],
    found: &mut Vec<Diagnostic>,
) -> Vec<Vec<String>> {
    let has =
        |sets: &[Vec<String>], wanted: &Vec<String>| sets.iter().any(|set| same_set(set, wanted));
    let Some(breakdown) = &metric.breakdown else {
        let Some(((_, first), rest)) = parts.split_first() else {
            return Vec::new();
        };
        return first
            .iter()
            .filter(|set| rest.iter().all(|(_, sets)| has(sets, set)))
            .cloned()
            .collect();
    };
    let sets = declared_sets(metric);
    for set in &sets {
        for (part, part_sets) in parts {
            if !has(part_sets, set) {
                found.push(
                    Diagnostic::new(
                        &codes::SEGMENT_MISMATCH,
                        format!("`{part}` has no results by [{}]", set.join(", ")),
                    )
                    .at(set_span(metric, set, breakdown.span), "every part needs this set")
                    .help(format!("add the set to the breakdown of `{part}`, or remove it here")),
                );
            }
        }
    }
    sets
}

fn no_segment(name: &Text, says: &str, segments: &[&str]) -> Diagnostic {
    let message = format!("`{}` is not a segment of the population", name.as_str());
    Diagnostic::new(&codes::UNKNOWN_COLUMN, message)
        .at(name.span, says)
        .did_you_mean(name, segments.iter().copied())
}

/// Where a set is declared, which an empty one has no place for.
fn set_span(metric: &MetricFile, set: &[String], fallback: Span) -> Span {
    metric
        .breakdown
        .iter()
        .flat_map(|breakdown| &breakdown.by)
        .find(|declared| {
            declared.len() == set.len()
                && declared.iter().all(|name| set.iter().any(|s| s == name.as_str()))
        })
        .and_then(|declared| {
            let (first, last) = (declared.first()?, declared.last()?);
            Some(Span { end: last.span.end, ..first.span })
        })
        .unwrap_or(fallback)
}

fn same_set(a: &[String], b: &[String]) -> bool {
    a.len() == b.len() && a.iter().all(|name| b.contains(name))
}

/// The declared sets without repetitions, each without repeated names.
fn declared_sets(metric: &MetricFile) -> Vec<Vec<String>> {
    let mut sets: Vec<Vec<String>> = Vec::new();
    for declared in metric.breakdown.iter().flat_map(|b| &b.by) {
        let mut set: Vec<String> = Vec::new();
        for name in declared {
            if !set.iter().any(|known| known == name.as_str()) {
                set.push(name.to_string());
            }
        }
        if !sets.iter().any(|known| same_set(known, &set)) {
            sets.push(set);
        }
    }
    sets
}

fn default_sets(segments: &[&str]) -> Vec<Vec<String>> {
    let mut sets = vec![Vec::new()];
    sets.extend(segments.iter().map(|segment| vec![(*segment).to_owned()]));
    if segments.len() > 1 {
        sets.push(segments.iter().map(|s| (*s).to_owned()).collect());
    }
    sets
}
