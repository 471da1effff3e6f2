//! Paths in definitions: text in which `${NAME}` stands for a value of the environment.

use super::read::Text;
use crate::diagnostic::{Diagnostic, codes};

/// A piece of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    Text(&'a str),
    /// The name of a variable of the environment.
    Variable(&'a str),
}

/// Only variables that are meant for goodhart: any other may be a secret, and a path that is not
/// found would show it.
const OURS: &str = "GOODHART_";

/// How the names of variables end that hold secrets, goodhart's own among them.
const SECRET: [&str; 4] = ["KEY", "TOKEN", "SECRET", "PASSWORD"];

/// Takes a path apart.
///
/// # Errors
/// A brace that is not closed, and every variable that a definition must not ask for.
pub fn pieces(path: &Text) -> Result<Vec<Piece<'_>>, Vec<Diagnostic>> {
    let mut pieces = Vec::new();
    let mut found = Vec::new();
    let mut rest = path.as_str();
    while let Some((text, behind)) = rest.split_once("${") {
        let Some((name, behind)) = behind.split_once('}') else {
            found.push(
                Diagnostic::new(&codes::INVALID_VALUE, "`${` is never closed")
                    .at(path.span, "expected `}` behind the name of the variable"),
            );
            return Err(found);
        };
        if !text.is_empty() {
            pieces.push(Piece::Text(text));
        }
        found.extend(forbidden(path, name));
        pieces.push(Piece::Variable(name));
        rest = behind;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    if found.is_empty() { Ok(pieces) } else { Err(found) }
}

fn forbidden(path: &Text, name: &str) -> Option<Diagnostic> {
    let upper = name.to_ascii_uppercase();
    let diagnostic = |label: &str| {
        Diagnostic::new(
            &codes::FORBIDDEN_VARIABLE,
            format!("a path cannot hold the environment variable `{name}`"),
        )
        .at(path.span, label)
    };
    if SECRET.iter().any(|end| upper.ends_with(end)) {
        return Some(
            diagnostic("by its name it is a secret").help("give it a name of another end"),
        );
    }
    let bare = upper.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if name.len() > OURS.len() && name.starts_with(OURS) && bare {
        return None;
    }
    let diagnostic = diagnostic("only names that begin with GOODHART_ are read");
    Some(if bare && !name.is_empty() {
        diagnostic.help(format!("call it `${{{OURS}{upper}}}`, here and where goodhart runs"))
    } else {
        diagnostic.help("write it as in `${GOODHART_LAKE}`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Files, Span};

    fn codes_of(path: &str) -> Vec<&'static str> {
        let span = Span::new(Files::default().add("", ""), 0..0);
        match pieces(&Text::new(path, span)) {
            Ok(_) => Vec::new(),
            Err(found) => found.iter().map(|diagnostic| diagnostic.code.name).collect(),
        }
    }

    #[test]
    fn only_our_own_variables_and_no_secrets() {
        assert_eq!(codes_of("a/${GOODHART_DAY}/b"), [""; 0]);
        for path in ["${HOME}", "${GITHUB_TOKEN}", "${GOODHART_PSEUDONYM_KEY}", "${}"] {
            assert_eq!(codes_of(path), ["forbidden-variable"], "{path}");
        }
        for path in ["${GOODHART_}", "${goodhart_x}", "${GOODHART_A B}", "${GOODHART_token}"] {
            assert_eq!(codes_of(path), ["forbidden-variable"], "{path}");
        }
        assert_eq!(codes_of("${A}/${B}"), ["forbidden-variable"; 2]);
        assert_eq!(codes_of("a${GOODHART_A"), ["invalid-value"]);
    }
}
