//! `--format json`: the whole comparison as one object, described by docs/schemas/diff.schema.json.

mod change;
mod metric;
mod object;
mod revision;

use schemars::generate::SchemaSettings;

use super::sentence::sentence;
use crate::escape;
use crate::report::diagnostics::{Findings, Object};
use crate::result::diff::Diff;
use metric::Metric;
use object::object;
use revision::{RevisionObject, Source};

/// The version of the format: another one is another shape.
const FORMAT: u32 = 1;

object! {
    /// What changed between two states of a project, and why.
    struct Comparison<'a> {
        /// The version of this format.
        format: u32,
        /// What changed and why, in one sentence.
        sentence: String,
        /// The state that is compared with.
        base: RevisionObject<'a>,
        /// The state that is compared.
        head: RevisionObject<'a>,
        /// The sources whose files are others.
        sources: Vec<Source<'a>>,
        /// What a reviewer should not overlook, as `goodhart check --format json` prints it.
        findings: Vec<Object<'a>>,
        /// The metrics that changed, most important first.
        metrics: Vec<Metric<'a>>,
        /// How many metrics did not change.
        unchanged: usize,
    }
}

/// The comparison with what was found in it, as one document that ends with a line break.
pub fn json(diff: &Diff, findings: &Findings<'_>) -> String {
    let comparison = Comparison {
        format: FORMAT,
        sentence: sentence(diff),
        base: RevisionObject::of(&diff.base),
        head: RevisionObject::of(&diff.head),
        sources: diff.sources.iter().map(Source::of).collect(),
        findings: findings.objects(),
        metrics: diff.metrics.iter().map(Metric::of).collect(),
        unchanged: diff.unchanged,
    };
    let text = serde_json::to_string_pretty(&comparison).unwrap_or_default();
    escape::json::document(&format!("{text}\n"))
}

/// The JSON Schema of what [`json`] writes.
pub fn schema() -> String {
    // Nothing refers to anything else, so that a key is described where it stands.
    let settings = SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true);
    let generator = settings.for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<Comparison<'_>>();
    schema.insert("title".to_owned(), "goodhart diff".into());
    format!("{:#}\n", schema.as_value())
}
