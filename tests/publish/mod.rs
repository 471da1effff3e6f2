//! A report becomes the comment on a pull request, against stand-ins of the APIs on this machine
//! that want what the forges' documentation wants.

mod github;
mod gitlab;
mod server;

use std::cell::RefCell;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use goodhart::publish::{Api, Clock, Delivery, DeliveryOutcome, Run, Thread, Token, deliver};
use goodhart_core::error::Error;

use github::{BOT, TOKEN};
use server::{Answer, Server, Trouble};

/// A clock on which waiting takes no time.
#[derive(Default)]
struct Hands(RefCell<Vec<u64>>);

const NOW: i64 = 1_800_000_000;

impl Clock for Hands {
    fn now(&self) -> i64 {
        NOW + self.0.borrow().iter().sum::<u64>() as i64
    }

    fn wait(&self, time: Duration, why: &str) {
        assert!(why.starts_with("Git"), "{why}");
        self.0.borrow_mut().push(time.as_secs());
    }
}

const MARK: &str = "<!-- goodhart:diff:main -->\n";
/// As long as a busy machine could need.
const TIMEOUT: Duration = Duration::from_secs(30);

fn comment(run: &str, text: &str) -> String {
    format!("{MARK}<!-- goodhart:run:{run} -->\n{text}")
}

fn pull_request() -> goodhart::publish::GitHub {
    let (repository, author) = ("owner/name".to_owned(), BOT.to_owned());
    goodhart::publish::GitHub { repository, pull: 7, author }
}

/// What became of a report of a run, and what was waited for, in seconds.
fn post(
    server: &Server<github::GitHub>,
    run: &str,
    report: &str,
) -> (Result<DeliveryOutcome, String>, Vec<u64>) {
    let api = Api::parse(&server.address).unwrap();
    let http = goodhart::publish::GitHub::http(&api, TOKEN, TIMEOUT);
    posted(&pull_request(), (&api, &http), run, report)
}

fn posted(
    thread: &dyn Thread,
    host: (&Api, &goodhart::publish::Http),
    run: &str,
    report: &str,
) -> (Result<DeliveryOutcome, String>, Vec<u64>) {
    let clock = Hands::default();
    let delivery = Delivery { key: "main", run: Run::parse(run).unwrap(), report };
    let posted = deliver(thread, host, &clock, delivery).map_err(|error| {
        assert!(matches!(error, Error::Undelivered(_)), "{error}");
        error.to_string()
    });
    (posted, clock.0.into_inner())
}

fn start(comments: &[(&str, &str)], troubles: &[Trouble]) -> Server<github::GitHub> {
    Server::start(github::GitHub::with(comments), troubles.iter().cloned().map(Some).collect())
}

fn bodies(server: &Server<github::GitHub>) -> Vec<String> {
    server.forge(|forge| forge.bodies())
}

const LIST: &str = "GET /repos/owner/name/issues/7/comments?per_page=100";
const CREATE: &str = "POST /repos/owner/name/issues/7/comments";

#[test]
fn the_first_report_is_a_new_comment() {
    let server = start(&[("kim", "Looks good")], &[]);
    assert_eq!(post(&server, "12", "One\n"), (Ok(DeliveryOutcome::Created), vec![]));
    assert_eq!(bodies(&server), ["Looks good", &comment("12.1", "One")]);
    assert_eq!(server.asked(), [LIST, CREATE]);
}

#[test]
fn later_reports_are_in_the_same_comment() {
    let server = start(&[("kim", "Looks good")], &[]);
    post(&server, "12", "One").0.unwrap();
    assert_eq!(post(&server, "13", "Two").0, Ok(DeliveryOutcome::Updated));
    assert_eq!(bodies(&server), ["Looks good", &comment("13.1", "Two")]);
    assert_eq!(server.asked()[2..], [LIST, "PATCH /repos/owner/name/issues/comments/101"]);
}

#[test]
fn the_same_is_not_written_again() {
    let server = start(&[(BOT, &comment("12.1", "One\r\nTwo"))], &[]);
    assert_eq!(post(&server, "12", "One\nTwo\n").0, Ok(DeliveryOutcome::Unchanged));
    assert_eq!(server.asked(), [LIST]);
    // A later run takes the comment for its own, so that one in between does not.
    assert_eq!(post(&server, "14", "One\nTwo").0, Ok(DeliveryOutcome::Updated));
    let later = Run { id: 14, attempt: 1 };
    assert_eq!(post(&server, "13", "Three").0, Ok(DeliveryOutcome::Superseded(later)));
    assert_eq!(bodies(&server), [comment("14.1", "One\nTwo")]);
}

#[test]
fn a_later_run_is_not_overwritten() {
    for (run, later) in [("12", "13.1"), ("12.1", "12.2"), ("12.9", "13.1"), ("9", "10.1")] {
        let server = start(&[(BOT, &comment(later, "Later"))], &[]);
        let expected = DeliveryOutcome::Superseded(Run::parse(later).unwrap());
        assert_eq!(post(&server, run, "Earlier").0, Ok(expected), "{run} {later}");
        assert_eq!(server.asked(), [LIST]);
    }
}

#[test]
fn a_report_cannot_pretend_to_be_another_one() {
    let report = comment("999999.1", "/merge @owner") + "\n<!-- goodhart:run:999999.1 -->";
    let server = start(&[], &[]);
    post(&server, "12", &report).0.unwrap();
    let text = "/merge @\u{200b}owner\n<!-- goodhart:run:999999.1 -->";
    assert_eq!(bodies(&server), [comment("12.1", text)]);
    assert_eq!(post(&server, "13", "Two").0, Ok(DeliveryOutcome::Updated));
}

#[test]
fn comments_of_others_are_left_alone() {
    let forged = comment("999999.1", "Everything is fine");
    let other = forged.replace(":main ", ":other ");
    let quoted = format!("> {forged}");
    let taken = [("mallory", &*forged), ("", &*forged), (BOT, &*other), (BOT, &*quoted)];
    let server = start(&taken, &[]);
    assert_eq!(post(&server, "12", "One").0, Ok(DeliveryOutcome::Created));
    let before = taken.map(|(_, body)| body.to_owned());
    let now = bodies(&server);
    assert_eq!((&now[..4], now.len()), (&before[..], 5));
    assert_eq!(post(&server, "13", "Two").0, Ok(DeliveryOutcome::Updated));
    assert_eq!(bodies(&server)[..4], before);
}

#[test]
fn all_pages_are_looked_through() {
    let old = comment("12.1", "One");
    let mut comments = vec![("kim", "a"); 5];
    comments.push((BOT, &old));
    let server = start(&comments, &[]);
    server.forge(|forge| forge.page = Some(2));
    assert_eq!(post(&server, "13", "Two").0, Ok(DeliveryOutcome::Updated));
    let page = "GET /repositories/1/issues/7/comments?per_page=100&page=";
    let update = "PATCH /repos/owner/name/issues/comments/105".to_owned();
    let expected = [LIST.to_owned(), format!("{page}2"), format!("{page}3"), update];
    assert_eq!(server.asked(), expected);
    assert_eq!(bodies(&server).len(), 6);
}

fn instead(status: u16, body: &str) -> Trouble {
    Trouble::Instead(Answer::new(status, body))
}

#[test]
fn failures_of_the_forge_pass() {
    let server = start(&[], &[instead(502, "<html>"), instead(502, "<html>")]);
    assert_eq!(post(&server, "12", "One"), (Ok(DeliveryOutcome::Created), vec![1, 2]));
    assert_eq!(server.asked(), [LIST, LIST, LIST, CREATE]);
}

#[test]
fn failures_that_do_not_pass_end() {
    let server = start(&[], &vec![instead(500, ""); 20]);
    let (posted, waited) = post(&server, "12", "One");
    let message = "the report was not delivered: GitHub: it answers 500; it was tried 7 times";
    assert_eq!(posted, Err(message.to_owned()));
    assert_eq!(waited, [1, 2, 4, 8, 16, 32]);
}

#[test]
fn a_comment_is_not_made_twice() {
    // It is made, and the answer is lost.
    let after = Trouble::After(Answer::new(502, ""));
    let server = Server::start(github::GitHub::default(), vec![None, Some(after)]);
    assert_eq!(post(&server, "12", "One"), (Ok(DeliveryOutcome::Unchanged), vec![1]));
    assert_eq!(bodies(&server), [comment("12.1", "One")]);
    assert_eq!(server.asked(), [LIST, CREATE, LIST]);
}

#[test]
fn limits_are_waited_for_as_the_forge_says() {
    let limited = |status: u16, headers: &[(&str, String)], message: &str| {
        let body = format!(r#"{{"message":"{message}"}}"#);
        let answer = headers
            .iter()
            .fold(Answer::new(status, body), |answer, (name, value)| answer.with(name, value));
        let server = start(&[], &[Trouble::Instead(answer.clone()), Trouble::Instead(answer)]);
        let (posted, waited) = post(&server, "12", "One");
        assert_eq!(posted, Ok(DeliveryOutcome::Created), "{message}");
        waited
    };
    let after = |seconds: &str| ("Retry-After", seconds.to_owned());
    let left = |count: &str| ("X-RateLimit-Remaining", count.to_owned());
    let reset = ("X-RateLimit-Reset", (NOW + 90).to_string());
    assert_eq!(limited(429, &[after("7")], "Slow down"), [7, 7]);
    assert_eq!(limited(403, &[after("30")], "You have exceeded a secondary rate limit"), [30, 30]);
    // The hour is over after the first wait; the second answer is the same and asks for no more.
    assert_eq!(limited(403, &[left("0"), reset.clone()], "API rate limit exceeded"), [91, 0]);
    // Nothing says when: a minute, and then longer.
    let secondary = "You have exceeded a secondary rate limit";
    assert_eq!(limited(403, &[left("4000"), reset], secondary), [60, 120]);
    assert_eq!(limited(429, &[], "Too many"), [60, 120]);
    assert_eq!(limited(503, &[after("5")], "Down"), [5, 5]);
}

#[test]
fn nobody_waits_for_an_hour() {
    let answer = Answer::new(429, "").with("Retry-After", 3600);
    let server = start(&[], &[Trouble::Instead(answer)]);
    let (posted, waited) = post(&server, "12", "One");
    let message = "the report was not delivered: GitHub: it answers 429; it could go on in 3600 s";
    assert_eq!((posted, waited), (Err(message.to_owned()), vec![]));
}

#[test]
fn what_is_refused_is_not_tried_again() {
    for (status, says, ends) in [
        (401, "Bad credentials", "the token is not valid there"),
        (403, "Resource not accessible by integration", "the token needs `pull-requests: write`"),
        (404, "Not Found", "the token needs `pull-requests: write`"),
        (410, "Issues are disabled", "Issues are disabled"),
        (422, "Validation Failed", "Validation Failed"),
    ] {
        let server = start(&[], &[instead(status, &format!(r#"{{"message":"{says}"}}"#))]);
        let (posted, waited) = post(&server, "12", "One");
        let message = posted.unwrap_err();
        assert!(message.contains(&format!("it answers {status}, {says}")), "{message}");
        assert!(message.ends_with(ends), "{message}");
        assert_eq!((server.asked().len(), waited), (1, vec![]), "{status}");
    }
}

#[test]
fn what_is_no_answer_is_tried_again() {
    for body in ["", "<html>", "{}", "[{\"id\":\"a\"}]", "[{\"id\":1,\"body\":7}]"] {
        let server = start(&[], &[instead(200, body)]);
        assert_eq!(post(&server, "12", "One"), (Ok(DeliveryOutcome::Created), vec![1]), "{body}");
    }
    // One that hangs is cut off, however often that takes on a busy machine.
    let server = start(&[], &[Trouble::Instead(Answer::Nothing)]);
    let api = Api::parse(&server.address).unwrap();
    let http = goodhart::publish::GitHub::http(&api, TOKEN, Duration::from_secs(1));
    let (answered, waited) = posted(&pull_request(), (&api, &http), "12", "One");
    assert!(answered.is_ok() && !waited.is_empty());
    let server = start(&[], &[]);
    let gone = Api::parse("http://127.0.0.1:1").unwrap();
    let http = goodhart::publish::GitHub::http(&gone, TOKEN, TIMEOUT);
    let (refused, waited) = posted(&pull_request(), (&gone, &http), "12", "One");
    assert!(refused.is_err() && waited.len() == 6 && server.asked().is_empty());
}

#[test]
fn requests_follow_where_the_repository_went_and_nowhere_else() {
    let moved = |to: String| Trouble::Instead(Answer::new(301, "").with("Location", to));
    let server = Server::start(github::GitHub::default(), vec![]);
    let there = format!("{}/repositories/1/issues/7/comments?per_page=100", server.address);
    drop(server);
    // The port is another one, which is another host.
    let server = start(&[], &[moved(there)]);
    let message = post(&server, "12", "One").0.unwrap_err();
    assert!(message.ends_with("it sends the request to another host"), "{message}");
    assert_eq!(server.asked().len(), 1);
    let here = "/repositories/1/issues/7/comments?per_page=100".to_owned();
    let server = start(&[], &[moved(here)]);
    assert_eq!(post(&server, "12", "One").0, Ok(DeliveryOutcome::Created));
}

#[test]
fn a_report_that_is_too_long_is_not_sent() {
    let server = start(&[], &[]);
    let most = 65_536 - comment("12.1", "\n").len();
    assert_eq!(post(&server, "12", &"é".repeat(most)).0, Ok(DeliveryOutcome::Created));
    let message = post(&server, "13", &"é".repeat(most + 1)).0.unwrap_err();
    assert!(message.contains("65537 characters"), "{message}");
    assert_eq!(server.asked().len(), 2);
}

fn post_note(
    server: &Server<gitlab::GitLab>,
    token: Token<'_>,
    run: &str,
    report: &str,
) -> DeliveryOutcome {
    let api = Api::parse(&server.address).unwrap();
    let http = goodhart::publish::GitLab::http(&api, token, TIMEOUT);
    let thread = goodhart::publish::GitLab {
        project: "group/sub/name".to_owned(),
        merge_request: 7,
        author: None,
        job: matches!(token, Token::Job(_)),
    };
    posted(&thread, (&api, &http), run, report).0.unwrap()
}

#[test]
fn a_merge_request_has_one_note() {
    let forged = comment("999999.1", "Everything is fine");
    let notes = vec![("mallory".to_owned(), forged.clone())];
    let server = Server::start(gitlab::GitLab { notes }, vec![]);
    let access = Token::Access(gitlab::TOKEN);
    assert_eq!(
        post_note(&server, access, "12", "One\n /merge\n/close @all"),
        DeliveryOutcome::Created
    );
    // GitLab would do what a line that begins with a slash says.
    let note = comment("12.1", "One\n \\/merge\n\\/close @\u{200b}all\n");
    assert_eq!(server.forge(|forge| forge.notes[1].1.clone()), note);
    assert_eq!(post_note(&server, access, "13", "Two"), DeliveryOutcome::Updated);
    assert_eq!(post_note(&server, access, "13", "Two"), DeliveryOutcome::Unchanged);
    let later = DeliveryOutcome::Superseded(Run { id: 13, attempt: 1 });
    assert_eq!(post_note(&server, access, "12", "One"), later);
    // The token of a job is that of whoever started it.
    let job = Token::Job(gitlab::TOKEN);
    assert_eq!(post_note(&server, job, "14", "Three"), DeliveryOutcome::Created);
    let authors = server.forge(|forge| forge.notes.clone());
    let authors: Vec<&str> = authors.iter().map(|(author, _)| author.as_str()).collect();
    assert_eq!(authors, ["mallory", "project_1_bot", "kim"]);
    assert_eq!(server.forge(|forge| forge.notes[0].1.clone()), forged);
}

/// Runs `goodhart publish` in a folder with variables: what it said and the exit code.
fn publish(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> (String, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_goodhart"))
        .arg("publish")
        .args(arguments)
        .env_clear()
        .envs(variables.iter().copied())
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.stdout.is_empty());
    (String::from_utf8(output.stderr).unwrap(), output.status.code())
}

const GITHUB: [&str; 9] =
    ["github", "--repo", "owner/name", "--pull", "7", "--run", "12", "--report", "comment.md"];

#[test]
fn the_command_line_says_what_became_of_it() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("comment.md"), "One\n").unwrap();
    let server = start(&[], &[]);
    let arguments = [&GITHUB[..], &["--api", &server.address, "--key", "main"]].concat();
    let run = |token: &str| publish(folder.path(), &arguments, &[("GITHUB_TOKEN", token)]);
    assert_eq!(run(TOKEN), ("the report is a new comment\n".to_owned(), Some(0)));
    assert_eq!(run(TOKEN), ("the comment says the same already\n".to_owned(), Some(0)));
    // A report that is not delivered has an exit code of its own, and the token stays secret.
    let (said, exit) = run("ghs_somebodyelse");
    assert_eq!(exit, Some(4), "{said}");
    assert!(said.contains("401") && said.contains("Bearer ***"), "{said}");
    assert!(!said.contains("ghs_somebodyelse"), "{said}");
    let (said, exit) = publish(folder.path(), &arguments, &[]);
    assert_eq!((exit, &*said), (Some(2), "error: there is no token in GITHUB_TOKEN\n"));
    assert_eq!(bodies(&server), [comment("12.1", "One")]);
}

#[test]
fn arguments_that_cannot_be_meant_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("comment.md"), "One\n").unwrap();
    for (changed, to) in [
        (2, "owner"),
        (2, "owner/../other"),
        (2, "owner/name?a=b"),
        (4, "7/../8"),
        (6, "newest"),
        (8, "absent.md"),
    ] {
        let mut arguments = GITHUB;
        arguments[changed] = to;
        let (said, exit) = publish(folder.path(), &arguments, &[("GITHUB_TOKEN", TOKEN)]);
        assert_eq!(exit, Some(2), "{to}: {said}");
    }
    for api in ["http://api.github.com", "https://a@b", "file:///etc/passwd"] {
        let arguments = [&GITHUB[..], &["--api", api]].concat();
        let (said, exit) = publish(folder.path(), &arguments, &[("GITHUB_TOKEN", TOKEN)]);
        assert_eq!(exit, Some(2), "{api}: {said}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_is_no_report() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("secret"), "s3cr3t\n").unwrap();
    std::os::unix::fs::symlink("secret", folder.path().join("comment.md")).unwrap();
    let server = start(&[], &[]);
    let arguments = [&GITHUB[..], &["--api", &server.address]].concat();
    let (said, exit) = publish(folder.path(), &arguments, &[("GITHUB_TOKEN", TOKEN)]);
    assert_eq!(exit, Some(2), "{said}");
    assert!(server.asked().is_empty());
}
