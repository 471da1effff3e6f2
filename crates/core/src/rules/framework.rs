//! `unknown-framework`, `unknown-framework-id`, `withdrawn-framework-id` and `framework-edition`:
//! an id is evidence for somebody else, who looks it up in the edition that the key names.

use super::Project;
use crate::diagnostic::{Applicability, Diagnostic, closest, codes};
use crate::project::definition::read::Text;
use crate::rules::control_frameworks::{self, FRAMEWORKS, Framework, Verdict};

pub fn check(project: &Project<'_>, found: &mut Vec<Diagnostic>) {
    for metric in project.catalog.metrics.values() {
        for (key, ids) in metric.definition.frameworks.iter() {
            match control_frameworks::named(key) {
                Some(framework) => {
                    found.extend(ids.0.iter().filter_map(|id| check_one(framework, id)));
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
    let akin = control_frameworks::akin(key);
    match akin.as_slice() {
        [] => match closest(key, keys()) {
            Some(near) => known_as(diagnostic, key, near),
            None => diagnostic
                .note(format!("known are {}", quoted(keys())))
                .help("where the ids are right, set `unknown-framework = \"allow\"` in [lints]"),
        },
        [one] => known_as(diagnostic, key, one),
        _ => diagnostic.help(format!("say which edition: {}", quoted(akin.iter().copied()))),
    }
}

fn known_as(diagnostic: Diagnostic, key: &Text, near: &str) -> Diagnostic {
    let says = format!("did you mean `{near}`?");
    diagnostic.help(format!("goodhart knows `{near}`")).replace(
        key.span,
        near,
        says,
        Applicability::Suggested,
    )
}

fn check_one(framework: &Framework, id: &Text) -> Option<Diagnostic> {
    match framework.verdict(id) {
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
                format!("{} has withdrawn `{id}`", framework.name),
            )
            .at(id.span, entry.title);
            Some(instead(diagnostic, framework, id, &now, true))
        }
        Verdict::OtherEdition { of, entry, here, forward } => {
            let diagnostic = Diagnostic::new(
                &codes::FRAMEWORK_EDITION,
                format!("`{id}` is an id of {}, not of {}", of.name, framework.name),
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
            let diagnostic = diagnostic.help(format!("ids look like {}", framework.looks));
            Some(match closest(id, framework.current().map(|entry| entry.id)) {
                Some(near) => diagnostic.replace(
                    id.span,
                    toml(near),
                    format!("did you mean `{near}`?"),
                    Applicability::Suggested,
                ),
                None => diagnostic,
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
    let name = framework.name;
    let part = if now.len() == 1 { "for it" } else { "for a part of it" };
    let diagnostic =
        now.iter().filter_map(|id| framework.entry(id)).fold(diagnostic, |all, now| {
            all.help(format!("{name} has `{}` {part}: {}", now.id, now.title))
        });
    let Some(first) = now.first() else {
        return diagnostic.help(format!("no single id of {name} stands for it"));
    };
    let applicability = match certain && now.len() == 1 {
        true => Applicability::Safe,
        false => Applicability::Suggested,
    };
    diagnostic.replace(id.span, toml(first), format!("write `{first}`"), applicability)
}

fn toml(id: &str) -> String {
    format!("\"{id}\"")
}

fn quoted<'a>(keys: impl Iterator<Item = &'a str>) -> String {
    keys.map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Files, Span};

    /// What the fix writes in the place of the quoted id, and whether it asks first.
    fn fix(key: &str, id: &str) -> Option<(String, Applicability)> {
        let toml = format!("ä = [\"{id}\"]");
        let file = Files::default().add("metrics/x.toml", toml.as_str());
        let id = Text::new(id, Span::new(file, 6..toml.len() - 1));
        let fix = check_one(control_frameworks::named(key).unwrap(), &id)?.fix?;
        assert_eq!((fix.edits.len(), fix.edits[0].span), (1, id.span));
        Some((fix.edits[0].text.clone(), fix.applicability))
    }

    #[test]
    fn only_what_the_newer_edition_says_is_safe() {
        let safe = |id: &str| Some((toml(id), Applicability::Safe));
        let asked = |id: &str| Some((toml(id), Applicability::Suggested));
        assert_eq!(fix("nist_csf_2", "DE.AE-02"), None);
        assert_eq!(fix("nist_csf_2", "de.ae-02"), safe("DE.AE-02"));
        assert_eq!(fix("nist_csf_2", "DE.AE-2"), safe("DE.AE-02"));
        assert_eq!(fix("nist_csf_2", "DE.AE-01"), safe("ID.AM-03"));
        assert_eq!(fix("nist_csf_2", "RS.IM-1"), asked("ID.IM-03"));
        assert_eq!(fix("nist_csf_2", "PR.IP"), None);
        assert!(fix("nist_csf_2", "DE.AE-09").is_some_and(|f| f.1 == Applicability::Suggested));
        assert_eq!(fix("nist_csf_1_1", "DE.AE-02"), asked("DE.AE-2"));
        assert_eq!(fix("iso_27001_2022", "A.16.1.1"), safe("5.24"));
        assert_eq!(fix("iso_27001_2022", "A.18.2.3"), asked("5.36"));
        assert_eq!(fix("iso_27001_2013", "A.5.12"), asked("A.8.2.1"));
    }
}
