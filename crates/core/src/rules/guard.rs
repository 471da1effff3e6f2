//! `unknown-guard`, `self-guard` and `dependent-guard`: a guard is another number, which gets worse
//! when this one is cheated.

use super::Project;
use crate::diagnostic::{Applicability, Diagnostic, Files, Span, codes};
use crate::project::catalog::Metric;
use crate::project::definition::measure::{Kind, MeasureTable};
use crate::project::definition::read::Text;

pub fn check(project: &Project<'_>, found: &mut Vec<Diagnostic>) {
    let metrics = &project.catalog.metrics;
    for metric in metrics.values() {
        for guard in metric.definition.gameability.iter().flat_map(|g| &g.guards) {
            match metrics.get(guard.as_str()) {
                Some(other) if other.id == metric.id => {
                    found.push(self_guard(metric, guard, project.files));
                }
                Some(other) => found.extend(dependent(project, metric, guard, other)),
                None if project.catalog.unread.contains(guard.as_str()) => {}
                None => found.push(
                    Diagnostic::new(
                        &codes::UNKNOWN_GUARD,
                        format!("guard `{}` is no metric of this project", guard.as_str()),
                    )
                    .at(guard.span, "not in metrics/")
                    .did_you_mean(guard, metrics.keys().map(String::as_str)),
                ),
            }
        }
    }
}

fn self_guard(metric: &Metric, guard: &Text, files: &Files) -> Diagnostic {
    let (span, applicability) = element(guard.span, files.text(guard.span.file));
    Diagnostic::new(&codes::SELF_GUARD, format!("`{}` guards itself", metric.id))
        .at(guard.span, "gets better when the metric is cheated")
        .help("name a metric that gets worse when this one is cheated")
        .replace(span, "", "remove the metric from its own guards", applicability)
}

/// An element of an array with the comma that goes with it. Removing it is safe where it shares a
/// line with its neighbour; elsewhere it leaves a line that somebody should look at.
fn element(span: Span, text: &str) -> (Span, Applicability) {
    let blank = [' ', '\t'];
    let behind = text.get(span.end..).unwrap_or("");
    let before = text.get(..span.start).unwrap_or("");
    let after_comma = behind.trim_start_matches(blank).strip_prefix(',');
    if let Some(rest) = after_comma.map(|rest| rest.trim_start_matches(blank))
        && !rest.starts_with(['\n', '\r', '#'])
    {
        return (Span { end: text.len() - rest.len(), ..span }, Applicability::Safe);
    }
    let rest = before.trim_end_matches(blank);
    match (after_comma, rest.strip_suffix(',')) {
        (None, Some(rest)) => (Span { start: rest.len(), ..span }, Applicability::Safe),
        _ if rest.ends_with('[') && behind.starts_with(']') => (span, Applicability::Safe),
        (Some(rest), _) => {
            (Span { end: text.len() - rest.len(), ..span }, Applicability::Suggested)
        }
        _ => (span, Applicability::Suggested),
    }
}

fn dependent(
    project: &Project<'_>,
    metric: &Metric,
    guard: &Text,
    other: &Metric,
) -> Option<Diagnostic> {
    let diagnostic = |label: String| {
        Diagnostic::new(
            &codes::DEPENDENT_GUARD,
            format!("`{}` would not notice that `{}` is cheated", other.id, metric.id),
        )
        .at(guard.span, label)
    };
    let help = "name a guard that is measured on other rows or in another way";
    let (upper, lower) = if is_made_of(metric, other) {
        (metric, other)
    } else if is_made_of(other, metric) {
        (other, metric)
    } else {
        let population = other.definition.population.as_ref()?;
        let kind = |metric: &Metric| metric.definition.measure.kind();
        if kind(metric) != kind(other) {
            return None;
        }
        return (measured(project, metric)? == measured(project, other)?).then(|| {
            diagnostic("measures the same on the same rows".to_owned())
                .at(population.sql.span, "this population")
                .help(help)
        });
    };
    let label = format!("`{}` is computed from nothing but `{}`", upper.id, lower.id);
    Some(diagnostic(label).at(upper.definition.measure.span(), "here").help(help))
}

/// Whether a metric is a formula over one other, such as its complement.
fn is_made_of(metric: &Metric, other: &Metric) -> bool {
    metric.definition.measure.kind() == Kind::Formula
        && matches!(metric.parts.as_slice(), [part] if *part == other.id)
}

/// What a metric over rows measures, in a form that layout and letter case do not change.
fn measured(project: &Project<'_>, metric: &Metric) -> Option<Vec<String>> {
    let population = metric.definition.population.as_ref()?;
    let measure = &metric.definition.measure;
    let rest = match measure {
        MeasureTable::Quantile(quantile) => quantile.q.value.normalize().to_string(),
        MeasureTable::Survival(survival) => {
            survival.q.map_or(String::new(), |q| q.value.normalize().to_string())
        }
        MeasureTable::Distribution(distribution) => distribution.of.to_string(),
        _ => String::new(),
    };
    let parsed = &project.catalog.sql;
    let query = parsed.query(population.sql.as_str())?;
    let mut measured = vec![measure.kind().name().to_owned(), rest];
    measured.push(query.normal.as_str().to_owned());
    for sql in measure.expressions() {
        measured.push(parsed.expression(sql.as_str())?.normal.as_str().to_owned());
    }
    Some(measured)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left of a file after the fix, and whether it is safe.
    fn without(text: &str) -> (String, bool) {
        let mut files = Files::default();
        let file = files.add("metrics/me.toml", text);
        let start = text.find("\"me\"").unwrap();
        let (span, applicability) = element(Span::new(file, start..start + 4), text);
        let rest = [&text[..span.start], &text[span.end..]].concat();
        assert!(toml::de::DeTable::parse(&rest).is_ok(), "{rest}");
        (rest, applicability == Applicability::Safe)
    }

    #[test]
    fn an_element_leaves_with_its_comma() {
        assert_eq!(without("g = [\"me\"]"), ("g = []".to_owned(), true));
        assert_eq!(without("g = [\"me\", \"b\"]"), ("g = [\"b\"]".to_owned(), true));
        assert_eq!(without("g = [\"a\", \"me\"]"), ("g = [\"a\"]".to_owned(), true));
        assert_eq!(without("g = [\"a\", \"me\",]"), ("g = [\"a\", ]".to_owned(), true));
        assert_eq!(without("g = [\n  \"me\", # x\n]"), ("g = [\n   # x\n]".to_owned(), false));
        assert_eq!(without("g = [\n  \"me\"\n]"), ("g = [\n  \n]".to_owned(), false));
    }
}
