//! What paths say by themselves, before anything is looked for: they stay below the project or
//! below a folder that whoever runs goodhart names, and out of hidden folders.

use std::path::{Component, Path};

use super::Source;
use crate::diagnostic::{Diagnostic, codes};
use crate::project::definition::location::{Piece, pieces};
use crate::project::definition::read::Text;

/// Checks the paths of a source.
pub fn check_source(source: &Source, found: &mut Vec<Diagnostic>) {
    for path in &source.definition.files.0 {
        if path.is_empty() {
            found.push(
                Diagnostic::new(&codes::INVALID_VALUE, "the path is empty")
                    .at(path.span, "expected a path or glob, such as \"data/*.csv\""),
            );
            continue;
        }
        match pieces(path) {
            Ok(pieces) => check(
                path,
                &pieces,
                "name the folder in [roots] of goodhart.toml and set `root`",
                found,
            ),
            Err(wrong) => found.extend(wrong),
        }
    }
}

/// Checks a folder of `[roots]`. Definitions may come from strangers, so a folder outside the
/// project is named by the environment, which is never theirs.
pub fn check_root(name: &str, path: &Text, found: &mut Vec<Diagnostic>) {
    let help = format!(
        "write {name} = \"${{GOODHART_{}}}\" and let the environment say where it is",
        name.to_uppercase()
    );
    match pieces(path).as_deref() {
        Ok([Piece::Variable(_), behind @ ..]) => match behind {
            // `${GOODHART_LAKE}-other` would be a folder beside the one that was named.
            [] => {}
            [Piece::Text(text), ..] if text.starts_with('/') => {
                let behind: Vec<Piece<'_>> =
                    std::iter::once(Piece::Text(".")).chain(behind.iter().copied()).collect();
                check(path, &behind, "name the folder itself by a variable", found);
            }
            _ => found.push(
                outside(path)
                    .at(path.span, "a folder beside the one that the variable names")
                    .help("put `/` behind the variable"),
            ),
        },
        Ok(pieces) => check(path, pieces, &help, found),
        Err(wrong) => found.extend(wrong.iter().cloned()),
    }
}

fn check(path: &Text, pieces: &[Piece<'_>], help: &str, found: &mut Vec<Diagnostic>) {
    let text = |piece: &Piece<'_>| match piece {
        Piece::Text(text) => (*text).to_owned(),
        Piece::Variable(_) => "x".to_owned(),
    };
    let plain: String = pieces.iter().map(text).collect();
    for part in Path::new(&plain).components() {
        let label = match part {
            Component::Normal(name) if name.to_string_lossy().starts_with('.') => {
                found.push(hidden(path));
                return;
            }
            Component::Normal(_) | Component::CurDir => continue,
            Component::ParentDir => "`..` leads out of it",
            Component::RootDir | Component::Prefix(_) => "an absolute path",
        };
        found.push(outside(path).at(path.span, label).help(help));
        return;
    }
}

fn outside(path: &Text) -> Diagnostic {
    Diagnostic::new(
        &codes::OUTSIDE_PROJECT,
        format!("`{}` is not below the project", path.as_str()),
    )
}

fn hidden(path: &Text) -> Diagnostic {
    Diagnostic::new(&codes::HIDDEN_FILE, format!("`{}` is hidden", path.as_str()))
        .at(path.span, "begins with a dot, and may hold what nobody should see")
        .help("put data where it can be seen")
}
