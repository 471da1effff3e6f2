//! `unknown-framework`, `unknown-framework-id`, `withdrawn-framework-id` and `framework-edition`:
//! an id is evidence for somebody else, who looks it up in the edition that the key names.

use super::Project;
use crate::definition::read::Text;
use crate::diagnostic::{Applicability, Diagnostic, closest, codes};
use crate::framework::{self, FRAMEWORKS, Framework, Verdict};

pub fn check(project: &Project<'_>, found: &mut Vec<Diagnostic>) {
    for metric in project.catalog.metrics.values() {
        for (key, ids) in metric.definition.frameworks.iter() {
            match framework::named(key) {
                Some(framework) => {
                    found.extend(ids.0.iter().filter_map(|id| judge(framework, id)));
                }
                None => found.push(unknown_framework(key)),
            }
        }
    }
}

fn unknown_framework(key: &Text) -> Diagnostic {
    let keys = || FRAMEWORKS.iter().map(|framework| framework.key);
    let diagnostic = Diagnostic::new(
        &codes::UNKNOWN_FRAMEWORK,
        format!("goodhart does not know the framework `{key}`"),
    )
    .at(key.span, "its ids are not checked");
    match framework::akin(key).as_slice() {
        [] => match closest(key, keys()) {
            Some(near) => did_you_mean(diagnostic, key, near, near),
            None => diagnostic
                .note(format!("known are {}", quoted(keys())))
                .help("where the ids are right, set `unknown-framework = \"allow\"` in [lints]"),
        },
        [one] => did_you_mean(diagnostic, key, one, one),
        several => {
            diagnostic.help(format!("say which edition: {}", quoted(several.iter().copied())))
        }
    }
}

fn judge(framework: &Framework, id: &Text) -> Option<Diagnostic> {
    match framework.judge(id) {
        Verdict::Known => None,
        Verdict::Misspelt(right) => Some(
            Diagnostic::new(
                &codes::UNKNOWN_FRAMEWORK_ID,
                format!("{} writes `{right}`, not `{id}`", framework.name),
            )
            .at(id.span, "not found as it is written")
            .replace(
                id.span,
                toml(&right),
                format!("write `{right}`"),
                Applicability::Safe,
            ),
        ),
        Verdict::Withdrawn(entry) => {
            let now: Vec<&str> = entry.now().collect();
            let diagnostic = Diagnostic::new(
                &codes::WITHDRAWN_FRAMEWORK_ID,
                format!("{} has withdrawn `{}`", framework.name, entry.id),
            )
            .at(id.span, entry.title);
            Some(instead(diagnostic, framework, id, &now, true))
        }
        Verdict::OtherEdition { of, entry, here, forward } => {
            let diagnostic = Diagnostic::new(
                &codes::FRAMEWORK_EDITION,
                format!("`{}` is an id of {}, not of {}", entry.id, of.name, framework.name),
            )
            .at(id.span, entry.title);
            let diagnostic = instead(diagnostic, framework, id, &here, forward);
            Some(diagnostic.help(format!("where the edition is meant, put it under `{}`", of.key)))
        }
        Verdict::Unknown => {
            let diagnostic = Diagnostic::new(
                &codes::UNKNOWN_FRAMEWORK_ID,
                format!("{} has no id `{id}`", framework.name),
            )
            .at(id.span, "nobody can look this up");
            Some(match closest(id, framework.current().map(|entry| entry.id)) {
                Some(near) => did_you_mean(diagnostic, id, near, &toml(near)),
                None => diagnostic.help(format!("ids look like {}", framework.looks)),
            })
        }
    }
}

/// Names what stands for the id in the edition. Where that is one id and the edition says so, it
/// is what the author meant; of several, somebody who knows the metric takes the right one.
fn instead(
    diagnostic: Diagnostic,
    framework: &Framework,
    id: &Text,
    now: &[&'static str],
    certain: bool,
) -> Diagnostic {
    match now {
        [] => diagnostic.help(format!("nothing in {} stands for all of it", framework.name)),
        [one] => {
            let applicability =
                if certain { Applicability::Safe } else { Applicability::Suggested };
            with_title(diagnostic, framework, one).replace(
                id.span,
                toml(one),
                format!("write `{one}`"),
                applicability,
            )
        }
        [first, ..] => now
            .iter()
            .fold(diagnostic, |diagnostic, one| with_title(diagnostic, framework, one))
            .help("take those that the metric is about")
            .replace(id.span, toml(first), format!("write `{first}`"), Applicability::Suggested),
    }
}

fn with_title(diagnostic: Diagnostic, framework: &Framework, id: &str) -> Diagnostic {
    match framework.entry(id) {
        Some(entry) => diagnostic.note(format!("`{id}` in {}: {}", framework.name, entry.title)),
        None => diagnostic,
    }
}

fn did_you_mean(diagnostic: Diagnostic, wrong: &Text, near: &str, text: &str) -> Diagnostic {
    let says = format!("did you mean `{near}`?");
    diagnostic.replace(wrong.span, text, says, Applicability::Suggested)
}

fn toml(id: &str) -> String {
    format!("\"{id}\"")
}

fn quoted<'a>(keys: impl Iterator<Item = &'a str>) -> String {
    keys.map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
}
