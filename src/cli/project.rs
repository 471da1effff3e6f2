//! Opening a project: find, read, merge, check.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Global, clock, output};
use crate::check;
use crate::git;
use goodhart_core::diagnostic::{Diagnostics, Files};
use goodhart_core::error::Error;
use goodhart_core::project::catalog::Catalog;
use goodhart_core::project::{self, Kept};
use goodhart_core::result::privacy;
use goodhart_core::result::snapshot::{PRIVATE, Store, Writer};
use goodhart_core::sql::facts::Bound;
use goodhart_engine::bind::{self, bind};
use goodhart_engine::{Parser, Protection, Purpose};

/// A project whose definitions are free of errors.
pub struct Opened {
    pub root: PathBuf,
    pub files: Files,
    pub catalog: Catalog,
    /// Warnings so far; the sink with the project's levels.
    pub diagnostics: Diagnostics,
}

impl Opened {
    /// The ids of all metrics.
    pub fn known(&self) -> BTreeSet<String> {
        self.catalog.metrics.keys().cloned().collect()
    }
}

/// Why a project could not be opened: the exit code, after everything was said.
pub struct Refused(pub u8);

/// Finds and reads the project; what the rules call an error is one here too.
///
/// # Errors
/// What stops the tool. Definitions with errors are [`Refused`] after they were shown.
pub fn open(global: &Global) -> Result<Result<Opened, Refused>, Error> {
    open_with(global, &parser(global, Memory::Used, Purpose::Binding)?)
}

/// As [`open`], by a parser that goes on to bind or to evaluate.
///
/// # Errors
/// As [`open`].
pub fn open_with(global: &Global, parser: &Parser<'_>) -> Result<Result<Opened, Refused>, Error> {
    let mut opened = check::open(&root(global)?, parser)?;
    opened.refuse_wrong(clock::today());
    let check::Opened { root, files, catalog, diagnostics } = opened;
    match catalog {
        Some(catalog) if !diagnostics.has_errors() => {
            Ok(Ok(Opened { root, files, catalog, diagnostics }))
        }
        _ => {
            output::diagnostics(global, &diagnostics, &files);
            Ok(Err(Refused(verdict(&diagnostics))))
        }
    }
}

/// As [`open`], with everything bound; what does not bind is among the diagnostics.
///
/// # Errors
/// As [`open`], and an engine failure.
pub fn open_bound(global: &Global) -> Result<Result<(Opened, Bound), Refused>, Error> {
    let parser = parser(global, Memory::Used, Purpose::Binding)?;
    let mut opened = match open_with(global, &parser)? {
        Ok(opened) => opened,
        Err(refused) => return Ok(Err(refused)),
    };
    let (bound, found) = remembering(&opened.root, false, |memory| {
        bind(&opened.catalog, &opened.files, memory, &parser)
    })?;
    opened.diagnostics.extend(found);
    Ok(Ok((opened, bound)))
}

/// Whether what earlier runs left behind is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// It is, where it did not come with the repository.
    Used,
    /// It is not, but written anew.
    Renewed,
    /// It is neither read nor written.
    Unused,
}

/// What parses the SQL of the project.
///
/// # Errors
/// A program that cannot find itself.
pub fn parser<'a>(
    global: &Global,
    memory: Memory,
    purpose: Purpose<'a>,
) -> Result<Parser<'a>, Error> {
    let believed = |root: &PathBuf| memory != Memory::Unused && !is_committed(root);
    let root = root(global).ok().filter(believed);
    let kept = of_this_program(root.and_then(|root| Store::new(&root).parsed(clock::now())));
    let kept = if memory == Memory::Renewed { kept.map(Kept::afresh) } else { kept };
    Ok(Parser::new(protection(global)?, purpose).keeping(kept))
}

/// Binds with what the project at `root` remembers of binding (with nothing where it is to be
/// `fresh`), and keeps what is new.
///
/// # Errors
/// Those of `bind`.
pub fn remembering<T>(
    root: &Path,
    fresh: bool,
    bind: impl FnOnce(&mut bind::Memory) -> Result<T, Error>,
) -> Result<T, Error> {
    let store = Store::new(root);
    let mut memory = if fresh || !is_believed(root) {
        bind::Memory::default()
    } else {
        bind::Memory::parse(&store.remembered())
    };
    let bound = bind(&mut memory)?;
    if let Some(text) = memory.render() {
        store.remember(&text);
    }
    Ok(bound)
}

/// Whether to believe what goodhart seems to have remembered in this project: not where it came
/// with the repository, because then anybody may have written it.
pub fn is_believed(root: &Path) -> bool {
    let committed = is_committed(root);
    if committed {
        output::say(&format!(
            "warning: {PRIVATE} is in git, so nothing in it is believed; take it out with `git rm -r \
             --cached {PRIVATE}`"
        ));
    }
    !committed
}

/// Whether what goodhart remembers is part of the repository.
fn is_committed(root: &Path) -> bool {
    root.join(PRIVATE).exists() && git::tracks(root, PRIVATE)
}

/// The same for this program alone.
fn of_this_program(kept: Option<Kept>) -> Option<Kept> {
    kept?.of_program(&std::env::current_exe().ok()?)
}

/// Where it is remembered what was verified in the project at `root`, and the results. Nothing
/// where that is not believed; where all is to be `fresh`, nothing is known and all is remembered.
pub fn memories(root: &Path, fresh: bool) -> (Option<PathBuf>, Option<Kept>) {
    if !is_believed(root) {
        return (None, None);
    }
    let results = of_this_program(Store::new(root).results(clock::now()));
    match fresh {
        true => (None, results.map(Kept::afresh)),
        false => (Store::new(root).memory(), results),
    }
}

/// All layers around SQL, with this program as its own worker.
///
/// # Errors
/// A program that cannot find itself.
pub fn protection(global: &Global) -> Result<Protection, Error> {
    let program = std::env::current_exe().map_err(Error::reading(Path::new("goodhart")))?;
    Ok(Protection { required: global.require_sandbox, ..Protection::full(program) })
}

/// The variable with the secret of the pseudonyms. It is no argument: those are for everybody on
/// the machine to see.
pub const PSEUDONYM_KEY: &str = "GOODHART_PSEUDONYM_KEY";

/// A variable that a path in a definition names. It may be any but the secret: paths are shown.
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|_| name != PSEUDONYM_KEY)
}

/// What makes pseudonyms, or why nothing does.
///
/// # Errors
/// There is no key, or one that could be guessed.
pub fn pseudonym_key() -> Result<privacy::Key, privacy::NoKey> {
    privacy::Key::of(&std::env::var(PSEUDONYM_KEY).unwrap_or_default())
}

/// Takes the lock of the project at `root` for a verb, and says what it had to finish first.
///
/// # Errors
/// Those of [`Writer::begin`].
pub fn writer(root: &Path, verb: &str) -> Result<Writer, Error> {
    let writer = Writer::begin(root, verb)?;
    if let Some(interrupted) = &writer.finished {
        output::say(&format!("finished what an interrupted `goodhart {interrupted}` had begun"));
    }
    Ok(writer)
}

/// The exit code that diagnostics lead to.
pub fn verdict(diagnostics: &Diagnostics) -> u8 {
    if diagnostics.has_failures() {
        super::exit::FAILURE
    } else if diagnostics.has_errors() {
        super::exit::FINDINGS
    } else {
        super::exit::CLEAN
    }
}

pub fn root(global: &Global) -> Result<PathBuf, Error> {
    let from = match &global.project {
        Some(folder) => folder.clone(),
        None => {
            std::env::current_dir().map_err(|source| Error::Read { path: ".".into(), source })?
        }
    };
    let found = if global.project.is_some() {
        from.join(project::PROJECT_FILE).is_file().then(|| from.clone())
    } else {
        project::find(&from)
    };
    found.ok_or(Error::NoProject { from })
}
