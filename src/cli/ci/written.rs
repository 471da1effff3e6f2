//! What a run leaves behind: files, the summary of the job, outputs of the step.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use super::environment::CiEnvironment;
use goodhart_core::error::Error;
use goodhart_core::project::real;
use goodhart_core::project::write::StagedFile;
use goodhart_core::report::ci::{self, Run};
use goodhart_core::report::diagnostics as findings;
use goodhart_core::report::diff::{self, COMMENT, MarkdownOptions};

/// Bytes of a job summary; GitHub shows none that is longer.
const SUMMARY: usize = 1 << 20;

/// The report that a person reads.
pub const REPORT: &str = "report.md";

/// Writes every format below `folder`.
///
/// # Errors
/// A file that cannot be written, or a folder that is none.
pub fn files(
    run: &Run<'_>,
    key: &str,
    environment: &CiEnvironment,
    folder: &Path,
) -> Result<(), Error> {
    if !real::folder(folder)? {
        fs::create_dir_all(folder).map_err(Error::writing(folder))?;
    }
    let whole = environment.whole.as_deref();
    let markdown = |limit| ci::markdown(run, &MarkdownOptions { key, limit, whole });
    let empty = serde_json::Value::Null.to_string() + "\n";
    let texts = [
        (REPORT, markdown(usize::MAX)),
        ("comment.md", markdown(COMMENT)),
        ("codequality.json", findings::codequality(&run.findings)),
        ("diff.json", run.diff.map_or(empty, |diff| diff::json(diff, &run.findings))),
        ("findings.json", findings::json(&run.findings)),
        ("findings.sarif", findings::sarif(&run.findings)),
        ("junit.xml", ci::junit(run)),
        ("verdict.json", ci::json(run)),
    ];
    for (name, text) in texts {
        // A file that is there is replaced and not written to, so that a link leads nowhere.
        StagedFile::new(folder, &folder.join(name), text.as_bytes())?.place()?;
    }
    Ok(())
}

/// Adds the report to the summary of the job, shorter where there is no room for all of it.
///
/// # Errors
/// A file that cannot be written.
pub fn summary(run: &Run<'_>, key: &str, environment: &CiEnvironment) -> Result<(), Error> {
    let Some(path) = &environment.summary else {
        return Ok(());
    };
    let taken = fs::metadata(path).map_or(0, |file| file.len());
    let limit = SUMMARY.saturating_sub(usize::try_from(taken).unwrap_or(SUMMARY) + 1024);
    append(path, &ci::markdown(run, &MarkdownOptions { key, limit, whole: None }))
}

/// Sets the outputs of the step; `folder` is where the reports are.
///
/// # Errors
/// A file that cannot be written.
pub fn outputs(
    run: &Run<'_>,
    environment: &CiEnvironment,
    folder: Option<&Path>,
) -> Result<(), Error> {
    let Some(path) = &environment.outputs else {
        return Ok(());
    };
    let report = folder.map(|folder| folder.join(REPORT).to_string_lossy().into_owned());
    append(path, &ci::outputs(run, report.as_deref()))
}

fn append(path: &Path, text: &str) -> Result<(), Error> {
    let mut options = OpenOptions::new();
    let file = options.append(true).create(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(Error::writing(path))
}
