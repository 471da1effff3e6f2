//! Writing: data to stdout, everything else to stderr.

use std::io::{self, IsTerminal, Write};

use super::{ColorWhen, Global};
use goodhart_core::diagnostic::{Diagnostics, Files, Severity, render};
use goodhart_core::error::Error;
use goodhart_core::escape::terminal;

/// Whether a stream is coloured.
fn coloured(when: ColorWhen, terminal: bool) -> bool {
    match when {
        ColorWhen::Always => true,
        ColorWhen::Never => false,
        ColorWhen::Auto => {
            terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        }
    }
}

pub fn stdout_coloured(global: &Global) -> bool {
    coloured(global.color, io::stdout().is_terminal())
}

fn stderr_coloured(global: &Global) -> bool {
    coloured(global.color, io::stderr().is_terminal())
}

/// Writes data.
///
/// # Errors
/// A stdout that cannot be written to; [`Error::Pipe`] where the reader went away.
pub fn data(text: &str) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    written.map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Error::Pipe,
        _ => Error::Write { path: "stdout".into(), source: error },
    })
}

/// Tells the person something; a stderr that is gone is no reason to fail.
pub fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{}", terminal::page(&terminal::lines(text)));
}

/// Shows diagnostics and counts them.
pub fn diagnostics(global: &Global, diagnostics: &Diagnostics, files: &Files) {
    if diagnostics.is_empty() {
        return;
    }
    let _ = write!(io::stderr(), "{}", render(diagnostics, files, stderr_coloured(global)));
    count(diagnostics);
}

/// Says how many diagnostics there are of each severity.
pub fn count(diagnostics: &Diagnostics) {
    let words = [
        (Severity::Error, "error", "errors"),
        (Severity::Warn, "warning", "warnings"),
        (Severity::Note, "note", "notes"),
    ];
    let counts: Vec<String> = words
        .into_iter()
        .map(|(severity, one, many)| (diagnostics.count(severity), one, many))
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| counted(count, one, many))
        .collect();
    if counts.is_empty() {
        return;
    }
    let fixable = match diagnostics.fixable() {
        0 => String::new(),
        count => format!("; {count} fixable with `goodhart check --fix`"),
    };
    say(&format!("{}{fixable}", counts.join(", ")));
}

/// A number and its word: `1 file`, `2 files`.
pub fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Shows why the tool could not go on.
pub fn complain(global: &Global, error: &Error) {
    let (open, close) =
        if stderr_coloured(global) { ("\u{1b}[1;31m", "\u{1b}[0m") } else { ("", "") };
    let lines = terminal::lines(&error.to_string()).replace('\n', "\n       ");
    let _ = writeln!(io::stderr(), "{}", terminal::page(&format!("{open}error{close}: {lines}")));
    if let Some(hint) = error.hint() {
        say(&format!("help: {hint}"));
    }
}
