//! The command line: arguments in, stages composed, an exit code out.
//!
//! One file per verb. This is the only code that reads the clock, the environment and the
//! terminal, and the only code that names clap.

mod accept;
mod backfill;
mod blame;
mod check;
mod ci;
mod clock;
mod diff;
mod eval;
mod exit;
mod explain;
mod findings;
mod fix;
mod history;
mod init;
mod instant;
mod lineage;
mod output;
mod pending_selection;
mod progress;
mod publish;
mod reject;
mod resolve;
mod review;
mod revisions;
mod schema;
mod segment;
mod session;
mod stop;
mod test;
mod worker;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use stop::Stop;

use goodhart_core::error::Error;
use goodhart_core::escape::terminal;

/// Metrics as code: definitions with owners, ceilings and an honest answer to gaming,
/// evaluated by a machine and stored in git.
#[derive(Debug, Parser)]
#[command(name = "goodhart", version, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Args)]
struct Global {
    /// The project's folder; the default is the nearest one at or above the current folder
    #[arg(long, global = true, value_name = "DIR")]
    project: Option<PathBuf>,
    /// When to colour the output
    #[arg(long, global = true, value_enum, default_value_t = ColorWhen::Auto)]
    color: ColorWhen,
    /// Compute everything anew: read nothing from the cache, and replace what it has
    #[arg(long, global = true, visible_alias = "fresh")]
    no_cache: bool,
    /// Fail if a part of the sandbox is missing on this system
    #[arg(long, global = true)]
    require_sandbox: bool,
}

/// When output is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ColorWhen {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Start a small project that evaluates at once
    Init(init::Arguments),
    /// Look for mistakes in the definitions, without data
    Check(check::Arguments),
    /// Say what a diagnostic means and how to mend it
    Explain(explain::Arguments),
    /// Run the tests that stand in the definitions, without data
    Test(test::Arguments),
    /// Evaluate metrics and compare them with the committed snapshots
    Eval(eval::Arguments),
    /// Show what changed between two states, and whether the definition or the data moved it
    Diff(diff::Arguments),
    /// Show how a metric came to its value, commit by commit
    History(history::Arguments),
    /// Show which commit last changed a value, and why
    Blame(blame::Arguments),
    /// Evaluate metrics as of past instants, without writing anything
    Backfill(backfill::Arguments),
    /// Show what a metric depends on, or what depends on a source or column
    Lineage(lineage::Arguments),
    /// Step through pending results, or print them with the commands that decide about them
    Review(review::Arguments),
    /// Make pending results the committed snapshots
    Accept(accept::Arguments),
    /// Drop pending results; the committed snapshots stay as they are
    Reject(reject::Arguments),
    /// Settle snapshots that a merge left in conflict, by evaluating what was merged
    Resolve(resolve::Arguments),
    /// Check, test, evaluate and compare with the base, with a report in every format
    Ci(ci::Arguments),
    /// Make a report the comment on a pull request
    Publish(publish::Arguments),
    /// Print the JSON Schema of a kind of definition file, for editors
    Schema(schema::Arguments),
    /// Run SQL for another goodhart, in a process that can do little else
    #[command(hide = true)]
    Worker,
}

/// Runs the program with the process's arguments.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let failed = error.use_stderr();
            let plain = error.render().to_string();
            if terminal::page(&terminal::lines(&plain)) == plain.trim_end() {
                // A closed pipe is no reason to fail while showing help.
                let _ = error.print();
            } else {
                // An argument holds what a terminal or a CI system would obey.
                output::say(plain.trim_end());
            }
            return if failed { exit::FAILURE } else { exit::CLEAN }.into();
        }
    };
    let outcome = match &cli.verb {
        Verb::Init(arguments) => init::run(arguments),
        Verb::Check(arguments) => check::run(&cli.global, arguments),
        Verb::Explain(arguments) => explain::run(arguments),
        Verb::Test(arguments) => test::run(&cli.global, arguments),
        Verb::Eval(arguments) => eval::run(&cli.global, arguments),
        Verb::Diff(arguments) => diff::run(&cli.global, arguments),
        Verb::History(arguments) => history::run(&cli.global, arguments),
        Verb::Blame(arguments) => blame::run(&cli.global, arguments),
        Verb::Backfill(arguments) => backfill::run(&cli.global, arguments),
        Verb::Lineage(arguments) => lineage::run(&cli.global, arguments),
        Verb::Accept(arguments) => accept::run(&cli.global, arguments),
        Verb::Reject(arguments) => reject::run(&cli.global, arguments),
        Verb::Review(arguments) => review::run(&cli.global, arguments),
        Verb::Resolve(arguments) => resolve::run(&cli.global, arguments),
        Verb::Ci(arguments) => ci::run(&cli.global, arguments),
        Verb::Publish(arguments) => publish::run(arguments),
        Verb::Schema(arguments) => schema::run(arguments),
        Verb::Worker => worker::run(),
    };
    match outcome {
        Ok(code) => code.into(),
        Err(Stop::Shown(code)) => code.into(),
        Err(Stop::Failed(Error::Pipe)) => exit::CLEAN.into(),
        Err(Stop::Failed(error)) => {
            output::complain(&cli.global, &error);
            let code = if matches!(error, Error::Undelivered(_)) {
                exit::UNDELIVERED
            } else {
                exit::FAILURE
            };
            code.into()
        }
    }
}

/// The command with all its verbs, for the generated reference.
pub fn command() -> clap::Command {
    Cli::command()
}
