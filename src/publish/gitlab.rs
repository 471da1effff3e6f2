//! Notes on a merge request of GitLab.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use super::http::{Api, Http, Request};
use super::thread::{Author, Comment, Thread};
use goodhart_core::escape;

/// Who speaks to GitLab.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Token<'a> {
    /// Of a project, a group or a person, with the scope `api`.
    Access(&'a str),
    /// `CI_JOB_TOKEN`, where the instance lets it write notes.
    Job(&'a str),
}

/// A merge request.
#[derive(Debug, Clone)]
pub struct GitLab {
    /// `group/name`, or the number of the project.
    pub project: String,
    /// Its number within the project.
    pub merge_request: u64,
    /// The account of the token; by default, the forge is asked.
    pub author: Option<String>,
    /// Whether the token is that of a job.
    pub job: bool,
}

impl GitLab {
    /// Whether a text is the path or the number of a project.
    pub fn is_project(text: &str) -> bool {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        text.split('/')
            .all(|part| !part.is_empty() && !matches!(part, "." | "..") && part.chars().all(plain))
    }

    /// Requests with what GitLab wants every one of them to say.
    pub fn http(api: &Api, token: Token<'_>, timeout: Duration) -> Http {
        let authorization = match token {
            Token::Access(token) => ("private-token", "", token),
            Token::Job(token) => ("job-token", "", token),
        };
        Http::new(api, authorization, &[("accept", "application/json")], timeout)
    }

    fn notes(&self) -> String {
        let project = self.project.replace('/', "%2F");
        format!("/projects/{project}/merge_requests/{}/notes", self.merge_request)
    }
}

#[derive(Deserialize)]
struct Note {
    id: u64,
    body: String,
    author: User,
}

#[derive(Deserialize)]
struct User {
    username: String,
}

impl Thread for GitLab {
    fn name(&self) -> &'static str {
        "GitLab"
    }

    fn author(&self) -> Author {
        match &self.author {
            Some(author) => Author::Known(author.clone()),
            None if self.job => Author::Asked { path: "/job", pointer: "/user/username" },
            None => Author::Asked { path: "/user", pointer: "/username" },
        }
    }

    fn first(&self) -> String {
        // From the oldest, so that a new one moves nothing to another page.
        format!("{}?per_page=100&sort=asc&order_by=created_at", self.notes())
    }

    fn comments(&self, page: &str) -> Option<Vec<Comment>> {
        let found: Vec<Note> = serde_json::from_str(page).ok()?;
        let comment =
            |found: Note| Comment { id: found.id, author: found.author.username, body: found.body };
        Some(found.into_iter().map(comment).collect())
    }

    fn create(&self, body: &str) -> Request {
        Request::Post { url: self.notes(), json: json!({ "body": body }).to_string() }
    }

    fn update(&self, id: u64, body: &str) -> Request {
        let url = format!("{}/{id}", self.notes());
        Request::Put { url, json: json!({ "body": body }).to_string() }
    }

    fn longest(&self) -> usize {
        1_000_000
    }

    fn inert(&self, report: &str) -> String {
        escape::comment::uncommanding(&escape::comment::unmentioning(report))
    }

    fn needs(&self) -> &'static str {
        "the token needs the scope `api` and a role that may comment"
    }
}
