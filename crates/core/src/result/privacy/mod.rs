//! What results must not say: who somebody is, and what is so about few.
//!
//! Results are committed to git and printed in public logs. Once all metrics are computed and
//! composed, and before anything looks at a row, values of sensitive segments become pseudonyms
//! and small groups are suppressed. Nothing behind this stage ever sees what stood there before.

mod key;
mod personal;
mod pseudonym;
mod segments;
mod suppress;

pub use key::{Key, NoKey};
pub use personal::{Personal, by_name};
pub use segments::{Segments, is_sensitive, sensitive};

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::diagnostic::{Diagnostic, Span, codes};
use crate::project::catalog::{Catalog, Metric};
use crate::result::MetricResults;

/// The environment variable with the secret of the pseudonyms. It is no argument: those are for
/// everybody on the machine to see.
pub const KEY_VARIABLE: &str = "GOODHART_PSEUDONYM_KEY";

/// What protecting results had to say.
#[derive(Debug, Default)]
pub struct ProtectedResults {
    pub diagnostics: Vec<Diagnostic>,
    /// Metrics whose results were taken away, and why.
    pub skipped: BTreeMap<String, String>,
    /// Metrics for which pseudonyms were made.
    pub pseudonyms: BTreeSet<String>,
}

/// Protects the results of all metrics, the parts of composed ones too. Without a key the metrics
/// that need pseudonyms lose their results. `sensitive` has the sensitive segments of those metrics,
/// `chosen` are the metrics that will be shown, from the period that begins at `since`; rows before it
/// are there because others were computed from them.
pub fn protect(
    catalog: &Catalog,
    sensitive: &Segments,
    chosen: &BTreeSet<String>,
    key: Result<&Key, &NoKey>,
    since: Option<Timestamp>,
    metrics: &mut BTreeMap<String, MetricResults>,
) -> ProtectedResults {
    let mut protected = ProtectedResults::default();
    // Before pseudonyms, and only of what stays as it is.
    protected.diagnostics.extend(personal_values(catalog, chosen, sensitive, since, metrics));
    match key {
        Ok(key) => protected.pseudonyms = pseudonym::replace(key, sensitive, since, metrics),
        Err(why) => {
            let lost: Vec<&Metric> = sensitive
                .keys()
                .filter(|id| metrics.remove(*id).is_some())
                .filter_map(|id| catalog.metrics.get(id))
                .collect();
            for metric in &lost {
                let reason = "there is no key for its pseudonyms".to_owned();
                protected.skipped.insert(metric.id.clone(), reason);
            }
            protected.diagnostics.extend(without_key(&lost, sensitive, why));
        }
    }
    suppress::suppress(catalog, metrics);
    protected
}

/// Where a metric names a segment; its measure where it only has it from its parts.
fn place(metric: &Metric, segments: &BTreeSet<String>) -> Span {
    let population = metric.definition.population.as_ref();
    let mut named = population.into_iter().flat_map(|population| &population.segments);
    named
        .find(|segment| segments.contains(segment.as_str()))
        .map_or(metric.definition.measure.span(), |segment| segment.span)
}

fn without_key(
    lost: &[&Metric],
    sensitive: &BTreeMap<String, BTreeSet<String>>,
    why: &NoKey,
) -> Option<Diagnostic> {
    const SHOWN: usize = 3;
    let names: Vec<String> = lost.iter().map(|metric| format!("`{}`", metric.id)).collect();
    let message = match names.as_slice() {
        [] => return None,
        [one] => format!("metric {one} needs pseudonyms, and {why}"),
        several => format!("{} metrics need pseudonyms, and {why}", several.len()),
    };
    let mut diagnostic = Diagnostic::new(&codes::PSEUDONYM_KEY_MISSING, message);
    for metric in lost.iter().take(SHOWN) {
        if let Some(segments) = sensitive.get(&metric.id) {
            diagnostic = diagnostic.at(place(metric, segments), "sensitive");
        }
    }
    if lost.len() > SHOWN {
        diagnostic = diagnostic.note(format!("of {}", names.join(", ")));
    }
    Some(diagnostic.help(format!(
        "make a key with `openssl rand -hex 32`, keep it outside the repository, and set \
         {KEY_VARIABLE} to it"
    )))
}

/// Segments that show what looks like addresses. The values themselves are not repeated.
fn personal_values(
    catalog: &Catalog,
    chosen: &BTreeSet<String>,
    sensitive: &BTreeMap<String, BTreeSet<String>>,
    since: Option<Timestamp>,
    metrics: &BTreeMap<String, MetricResults>,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for id in chosen {
        let (Some(metric), Some(results)) = (catalog.metrics.get(id), metrics.get(id)) else {
            continue;
        };
        let is_sensitive =
            |segment: &str| sensitive.get(id).is_some_and(|segments| segments.contains(segment));
        let mut seen: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
        let shown = results.rows.iter().filter(|row| Some(row.period.start) >= since);
        for (segment, value) in shown.flat_map(|row| &row.group) {
            if let Some(value) = value.as_deref()
                && !is_sensitive(segment)
                && let Some(what) = personal::by_value(value)
            {
                seen.entry(segment).or_default().insert(value, what);
            }
        }
        for (segment, values) in seen {
            let what = values.values().next().copied().unwrap_or_default();
            let count = match values.len() {
                1 => "1 value looks".to_owned(),
                count => format!("{count} values look"),
            };
            let only = BTreeSet::from([segment.to_owned()]);
            found.push(
                Diagnostic::new(
                    &codes::PERSONAL_VALUE,
                    format!("segment `{segment}` of metric `{id}`: {count} like {what}"),
                )
                .at(place(metric, &only), "shown as it is, and committed")
                .help(format!(
                    "declare the column `sensitive`, or list `{segment}` in `sensitive` of \
                     [population]"
                )),
            );
        }
    }
    found
}
