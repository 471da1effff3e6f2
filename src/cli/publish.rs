//! `goodhart publish`.

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::clock;
use super::output;
use super::stop::Stop;
use crate::publish::{
    Api, Clock, Delivery, DeliveryOutcome, GitHub, GitLab, Run, Thread, Token, deliver, is_key,
};
use goodhart_core::error::Error;
use goodhart_core::project::real::{self, Content};

#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    forge: Forge,
}

#[derive(Debug, Subcommand)]
enum Forge {
    /// A pull request of GitHub; the token is in GITHUB_TOKEN
    Github {
        #[command(flatten)]
        report: Report,
        /// The repository
        #[arg(long, value_name = "OWNER/NAME", value_parser = repository)]
        repo: String,
        /// The number of the pull request
        #[arg(long, value_name = "N")]
        pull: u64,
        /// The account that the token belongs to
        #[arg(long, value_name = "LOGIN", default_value = "github-actions[bot]")]
        author: String,
        /// The address of the API
        #[arg(long, value_name = "URL", default_value = "https://api.github.com", value_parser = Api::parse)]
        api: Api,
    },
    /// A merge request of GitLab; the token is in GITLAB_TOKEN, else that of the job in CI_JOB_TOKEN
    Gitlab {
        #[command(flatten)]
        report: Report,
        /// The project: its path or its number
        #[arg(long, value_name = "PROJECT", value_parser = project)]
        repo: String,
        /// The number of the merge request within the project
        #[arg(long, value_name = "N")]
        pull: u64,
        /// The account that the token belongs to; by default, the forge is asked
        #[arg(long, value_name = "NAME")]
        author: Option<String>,
        /// The address of the API
        #[arg(long, value_name = "URL", default_value = "https://gitlab.com/api/v4", value_parser = Api::parse)]
        api: Api,
    },
}

#[derive(Debug, Args)]
struct Report {
    /// The Markdown to post
    #[arg(long, value_name = "FILE")]
    report: PathBuf,
    /// The run of CI that made the report: the comment of a later one stays
    #[arg(long, value_name = "ID[.ATTEMPT]", value_parser = run_number)]
    run: Run,
    /// Tells the comments of several projects on one pull request apart
    #[arg(long, value_name = "KEY", default_value = KEY, value_parser = key)]
    key: String,
}

/// The key of the one project that most repositories have.
pub const KEY: &str = "goodhart";

/// How long a request may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Bytes of a report: the longest comment of any forge, in the longest characters.
const LARGEST: u64 = 4_000_000;

fn repository(text: &str) -> Result<String, String> {
    let is = GitHub::is_repository(text);
    is.then(|| text.to_owned()).ok_or_else(|| "expected owner/name".to_owned())
}

fn project(text: &str) -> Result<String, String> {
    let is = GitLab::is_project(text);
    is.then(|| text.to_owned()).ok_or_else(|| "expected group/name or a number".to_owned())
}

fn run_number(text: &str) -> Result<Run, String> {
    Run::parse(text).ok_or_else(|| "expected a number, or two such as 123.2".to_owned())
}

/// A key as an argument.
pub fn key(text: &str) -> Result<String, String> {
    let problem = "expected at most 64 letters, digits, dots, underscores and single hyphens";
    is_key(text).then(|| text.to_owned()).ok_or_else(|| problem.to_owned())
}

pub fn run(arguments: &Arguments) -> Result<u8, Stop> {
    let token = |name: &str| std::env::var(name).ok().filter(|token| !token.is_empty());
    match &arguments.forge {
        Forge::Github { report, repo, pull, author, api } => {
            let token = token("GITHUB_TOKEN")
                .ok_or_else(|| Error::Usage("there is no token in GITHUB_TOKEN".to_owned()))?;
            let (repository, author) = (repo.clone(), author.clone());
            let thread = GitHub { repository, pull: *pull, author };
            post(&thread, (api, &GitHub::http(api, &token, TIMEOUT)), report)
        }
        Forge::Gitlab { report, repo, pull, author, api } => {
            let (access, job) = (token("GITLAB_TOKEN"), token("CI_JOB_TOKEN"));
            let token = access.as_deref().map(Token::Access);
            let token = token.or(job.as_deref().map(Token::Job)).ok_or_else(|| {
                Error::Usage("there is no token in GITLAB_TOKEN or CI_JOB_TOKEN".to_owned())
            })?;
            let thread = GitLab {
                project: repo.clone(),
                merge_request: *pull,
                author: author.clone(),
                job: matches!(token, Token::Job(_)),
            };
            post(&thread, (api, &GitLab::http(api, token, TIMEOUT)), report)
        }
    }
}

fn post(
    thread: &dyn Thread,
    host: (&Api, &crate::publish::Http),
    report: &Report,
) -> Result<u8, Stop> {
    // It may have come out of an archive that somebody else packed: a link in it would make a
    // comment of whatever this job can read.
    let text = match real::read(&report.report, LARGEST)? {
        Content::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Content::TooLarge => {
            let problem = format!("the report has more than {LARGEST} bytes");
            return Err(Error::Undelivered(problem).into());
        }
        Content::Absent => {
            let problem = format!("there is no report {}", report.report.display());
            return Err(Error::Usage(problem).into());
        }
    };
    let delivery = Delivery { key: &report.key, run: report.run, report: &text };
    output::say(&match deliver(thread, host, &Now, delivery)? {
        DeliveryOutcome::Created => "the report is a new comment".to_owned(),
        DeliveryOutcome::Updated => "the report is in the comment".to_owned(),
        DeliveryOutcome::Unchanged => "the comment says the same already".to_owned(),
        DeliveryOutcome::Superseded(run) => {
            format!("the comment is that of the later run {}, and stays", run.id)
        }
    });
    Ok(super::exit::CLEAN)
}

/// The clock of this machine.
struct Now;

impl Clock for Now {
    fn now(&self) -> i64 {
        clock::seconds()
    }

    fn wait(&self, time: Duration, why: &str) {
        output::say(&format!("{why}; trying again in {} s", time.as_secs()));
        thread::sleep(time);
    }
}
