//! Comments on a pull request of GitHub, which are those of its issue.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use super::http::{Api, Http, Request};
use super::thread::{Author, Comment, Thread};
use goodhart_core::escape;

/// A pull request.
#[derive(Debug, Clone)]
pub struct GitHub {
    /// `owner/name`
    pub repository: String,
    pub pull: u64,
    /// The account of the token: that of a workflow is `github-actions[bot]`, and cannot ask who
    /// it is.
    pub author: String,
}

impl GitHub {
    /// Whether a text is `owner/name`.
    pub fn is_repository(text: &str) -> bool {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let name =
            |name: &str| !name.is_empty() && !matches!(name, "." | "..") && name.chars().all(plain);
        text.split_once('/').is_some_and(|(owner, rest)| name(owner) && name(rest))
    }

    /// Requests with what GitHub wants every one of them to say.
    pub fn http(api: &Api, token: &str, timeout: Duration) -> Http {
        let accept =
            [("accept", "application/vnd.github+json"), ("x-github-api-version", "2022-11-28")];
        Http::new(api, ("authorization", "Bearer ", token), &accept, timeout)
    }
}

#[derive(Deserialize)]
struct IssueComment {
    id: u64,
    body: Option<String>,
    /// Absent where the account is gone.
    user: Option<User>,
}

#[derive(Deserialize)]
struct User {
    login: String,
}

impl Thread for GitHub {
    fn name(&self) -> &'static str {
        "GitHub"
    }

    fn author(&self) -> Author {
        Author::Known(self.author.clone())
    }

    fn first(&self) -> String {
        format!("/repos/{}/issues/{}/comments?per_page=100", self.repository, self.pull)
    }

    fn comments(&self, page: &str) -> Option<Vec<Comment>> {
        let found: Vec<IssueComment> = serde_json::from_str(page).ok()?;
        let comment = |found: IssueComment| Comment {
            id: found.id,
            author: found.user.map(|user| user.login).unwrap_or_default(),
            body: found.body.unwrap_or_default(),
        };
        Some(found.into_iter().map(comment).collect())
    }

    fn create(&self, body: &str) -> Request {
        let url = format!("/repos/{}/issues/{}/comments", self.repository, self.pull);
        Request::Post { url, json: json!({ "body": body }).to_string() }
    }

    fn update(&self, id: u64, body: &str) -> Request {
        let url = format!("/repos/{}/issues/comments/{id}", self.repository);
        Request::Patch { url, json: json!({ "body": body }).to_string() }
    }

    fn longest(&self) -> usize {
        65_536
    }

    fn inert(&self, report: &str) -> String {
        escape::comment::unmentioning(report)
    }

    fn needs(&self) -> &'static str {
        "the token needs `pull-requests: write`"
    }
}
