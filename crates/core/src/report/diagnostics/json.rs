//! `--format json`: an array of objects. docs/check.md describes the shape, which stays.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;

use super::{Findings, Place, level};
use crate::diagnostic::{Diagnostic, Fix};
use crate::escape;

/// A diagnostic as an object.
#[derive(Serialize)]
pub struct Object<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    /// The primary place; null where there is none.
    #[serde(flatten)]
    at: Option<At>,
    labels: Vec<Label<'a>>,
    notes: &'a [String],
    help: &'a [String],
    fix: Option<Change<'a>>,
}

impl JsonSchema for Object<'_> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Finding".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let place = |words: &str| json_schema!({ "type": "integer", "description": words });
        let texts = |words: &str| json_schema!({ "type": "array", "items": { "type": "string" }, "description": words });
        json_schema!({
            "type": "object",
            "required": ["code", "severity", "message", "labels", "notes", "help", "fix"],
            "properties": {
                "code": { "type": "string", "description": "What is found; docs/codes has a page." },
                "severity": { "enum": ["error", "warning", "note"], "description": "How bad it is." },
                "message": { "type": "string", "description": "What is wrong, in a sentence." },
                "path": { "type": "string", "description": "The file; absent where there is none." },
                "line": place("The line, from 1."),
                "column": place("The column in characters, from 1."),
                "endLine": place("The line on which it ends."),
                "endColumn": place("The column behind its end."),
                "labels": { "type": "array", "description": "All places, with what is said there." },
                "notes": texts("What else is to be known."),
                "help": texts("What to do about it."),
                "fix": { "type": ["object", "null"], "description": "What a machine could do." },
            },
        })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct At {
    path: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
struct Label<'a> {
    #[serde(flatten)]
    at: At,
    text: &'a str,
}

#[derive(Serialize)]
struct Change<'a> {
    says: &'a str,
    applicability: &'static str,
    edits: Vec<Label<'a>>,
}

impl From<Place> for At {
    fn from(place: Place) -> Self {
        let Place { path, line, column, end_line, end_column, .. } = place;
        Self { path, line, column, end_line, end_column }
    }
}

fn change<'a>(findings: &Findings<'_>, fix: &'a Fix) -> Change<'a> {
    let edits = fix
        .edits
        .iter()
        .map(|edit| Label { at: Place::of(findings, edit.span).into(), text: edit.text.as_str() });
    Change { says: &fix.says, applicability: fix.applicability.name(), edits: edits.collect() }
}

fn object<'a>(findings: &Findings<'a>, diagnostic: &'a Diagnostic) -> Object<'a> {
    let places = findings.places(diagnostic);
    let labels: Vec<Label<'_>> =
        places.iter().map(|(place, text)| Label { at: place.clone().into(), text }).collect();
    Object {
        code: diagnostic.code.name,
        severity: level(diagnostic.severity),
        message: &diagnostic.message,
        at: places.into_iter().next().map(|(place, _)| place.into()),
        labels,
        notes: &diagnostic.notes,
        help: &diagnostic.help,
        fix: diagnostic.fix.as_ref().map(|fix| change(findings, fix)),
    }
}

impl<'a> Findings<'a> {
    /// All of them as objects, for documents that they are a part of.
    pub(in crate::report) fn objects(&self) -> Vec<Object<'a>> {
        self.list().into_iter().map(|diagnostic| object(self, diagnostic)).collect()
    }
}

/// An array with one object per line.
pub fn json(findings: &Findings<'_>) -> String {
    let objects = findings.objects();
    let lines: Vec<String> =
        objects.iter().map(|object| serde_json::to_string(object).unwrap_or_default()).collect();
    if lines.is_empty() {
        return "[]\n".to_owned();
    }
    escape::json::document(&format!("[\n{}\n]\n", lines.join(",\n")))
}
