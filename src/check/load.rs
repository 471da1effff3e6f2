//! Reading a project.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::tz::TimeZone;

use goodhart_core::diagnostic::{Diagnostic, Diagnostics, Files};
use goodhart_core::error::Error;
use goodhart_core::project::catalog::{self, Catalog, Definitions, Parse};
use goodhart_core::project::definition::project::AsOf;
use goodhart_core::project::{self, ProjectFiles};
use goodhart_core::rules;

/// A project as it was read, with or without mistakes.
#[derive(Debug)]
pub struct LoadedProject {
    pub root: PathBuf,
    pub files: Files,
    /// Absent where `goodhart.toml` cannot be read.
    pub catalog: Option<Catalog>,
    /// What was found so far, with the project's levels.
    pub diagnostics: Diagnostics,
}

/// Reads every definition below `root` and resolves the names in them.
///
/// # Errors
/// Only what stops the tool; whatever is wrong with the definitions is a diagnostic.
pub fn load(root: &Path, parser: &dyn Parse) -> Result<LoadedProject, Error> {
    let mut files = Files::default();
    let (listed, found) = project::list(root, &mut files, catalog::definition_size)?;
    LoadedProject::read(root.to_owned(), files, &listed, found, parser)
}

impl LoadedProject {
    /// Reads the files that were `listed` below `root`; `found` is what was said about them.
    ///
    /// # Errors
    /// Only an engine failure.
    pub fn read(
        root: PathBuf,
        files: Files,
        listed: &ProjectFiles,
        found: Vec<Diagnostic>,
        parser: &dyn Parse,
    ) -> Result<Self, Error> {
        let mut diagnostics = Diagnostics::default();
        diagnostics.extend(found);
        let (definitions, found) = Definitions::read(&files, listed);
        diagnostics.extend(found);
        let version = env!("CARGO_PKG_VERSION");
        let (catalog, found) = catalog::build(&files, definitions, &root, parser, version)?;
        diagnostics.extend(found);
        if let Some(catalog) = &catalog {
            diagnostics.apply_levels(catalog.settings.levels.clone());
        }
        Ok(Self { root, files, catalog, diagnostics })
    }

    /// The day for which reviews and waivers are checked. A project with a fixed as-of stands
    /// still on that day; any other one is checked `now`.
    pub fn today(&self, now: Date) -> Date {
        match self.catalog.as_ref().map(|catalog| &catalog.settings.as_of) {
            Some(AsOf::Fixed(instant)) => instant.to_zoned(TimeZone::UTC).date(),
            _ => now,
        }
    }

    /// Adds the errors that the rules over definitions find: what keeps a project from being
    /// evaluated. The rest is for `goodhart check` to say.
    pub fn check_rules(&mut self, now: Date) {
        let today = self.today(now);
        if let Some(catalog) = &self.catalog {
            let project = rules::Project { catalog, files: &self.files, today };
            self.diagnostics.extend_errors(rules::check(&project));
        }
    }
}
