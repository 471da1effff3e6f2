//! `goodhart schema`.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::stop::Stop;
use super::{exit, output};
use goodhart_core::error::Error;
use goodhart_core::escape::toml::readable as quoted;
use goodhart_core::project::definition::schema::FileKind;
use goodhart_core::report::diff;

#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct Arguments {
    /// What to describe: project, source, metric or diff; without it, all are listed
    #[arg(value_parser = parse_kind)]
    kind: Option<Kind>,
    /// Write all schemas into this folder as `<kind>.schema.json`, and print the rules of a
    /// `.taplo.toml` that uses them
    #[arg(long, value_name = "DIR", conflicts_with = "kind")]
    out: Option<PathBuf>,
}

const AFTER_HELP: &str = "\
Taplo and Even Better TOML complete, explain and validate definitions with the schemas. In the \
project's folder:

  goodhart schema --out .schemas > .taplo.toml";

/// What has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    File(FileKind),
    /// What `goodhart diff --format json` prints.
    Diff,
}

impl Kind {
    fn all() -> impl Iterator<Item = Self> {
        FileKind::ALL.into_iter().map(Self::File).chain([Self::Diff])
    }

    fn name(self) -> &'static str {
        match self {
            Self::File(kind) => kind.name(),
            Self::Diff => "diff",
        }
    }

    /// What it describes.
    fn of(self) -> &'static str {
        match self {
            Self::File(kind) => kind.files(),
            Self::Diff => "goodhart diff --format json",
        }
    }

    fn schema(self) -> String {
        match self {
            Self::File(kind) => kind.schema(),
            Self::Diff => diff::schema(),
        }
    }
}

fn parse_kind(text: &str) -> Result<Kind, String> {
    let known = || Kind::all().map(Kind::name).collect::<Vec<_>>().join(", ");
    Kind::all()
        .find(|kind| kind.name() == text)
        .ok_or_else(|| format!("expected one of {}", known()))
}

pub fn run(arguments: &Arguments) -> Result<u8, Stop> {
    match (&arguments.out, arguments.kind) {
        (Some(folder), _) => write_all(folder)?,
        (None, Some(kind)) => output::data(&kind.schema())?,
        (None, None) => {
            let line = |kind: Kind| format!("{:<8} {}\n", kind.name(), kind.of());
            output::data(&Kind::all().map(line).collect::<String>())?;
        }
    }
    Ok(exit::CLEAN)
}

fn write_all(folder: &Path) -> Result<(), Error> {
    let mut rules = String::new();
    for kind in Kind::all() {
        let path = folder.join(format!("{}.schema.json", kind.name()));
        write(folder, &path, &kind.schema()).map_err(Error::writing(&path))?;
        output::say(&format!("wrote {}", path.display()));
        if let Kind::File(kind) = kind {
            if !rules.is_empty() {
                rules.push('\n');
            }
            rules.push_str(&rule(kind, &path));
        }
    }
    output::data(&rules)
}

/// Writes beside the target and renames: an editor never reads half a schema.
fn write(folder: &Path, path: &Path, text: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    // A temporary file is private by default; a schema is an ordinary file of the project.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

/// The rule of a `.taplo.toml` for the files of a kind.
fn rule(kind: FileKind, schema: &Path) -> String {
    format!(
        "[[rule]]\ninclude = [{}]\nschema.path = {}\n",
        quoted(kind.files()),
        quoted(&schema.to_string_lossy()),
    )
}
