//! `secret-in-definition`: definitions are in git, for everybody and for ever.

mod pattern;

use super::Project;
use crate::diagnostic::{Diagnostic, Span, codes};

/// Looks through the whole text of every file: values, SQL and comments alike. The message never
/// repeats what was found, because messages go to logs.
pub fn check(project: &Project<'_>, found: &mut Vec<Diagnostic>) {
    for file in project.files.ids() {
        for secret in pattern::secrets(project.files.text(file)) {
            found.push(
                Diagnostic::new(
                    &codes::SECRET_IN_DEFINITION,
                    format!("this looks like {}", secret.what),
                )
                .at(Span::new(file, secret.range), "readable for everybody who has the project")
                .help("remove it, and revoke it where it was issued: git keeps what was there"),
            );
        }
    }
}
