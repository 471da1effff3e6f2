//! As much of GitHub's REST API as comments on a pull request need, and what its documentation
//! wants of every request.

use serde_json::{Value, json};

use super::server::{Answer, Asked, Forge};

pub const TOKEN: &str = "ghs_0123456789abcdef";
pub const BOT: &str = "github-actions[bot]";

#[derive(Debug, Clone)]
pub struct Comment {
    pub id: u64,
    pub author: Option<String>,
    pub body: String,
}

/// The pull request 7 of `owner/name`.
#[derive(Debug, Default)]
pub struct GitHub {
    pub comments: Vec<Comment>,
    /// Comments of a page, where that is not as many as are asked for.
    pub page: Option<usize>,
}

impl GitHub {
    /// With these comments, by author and text, numbered from 100.
    pub fn with(comments: &[(&str, &str)]) -> Self {
        let comment = |(id, (author, body)): (u64, &(&str, &str))| Comment {
            id,
            author: (!author.is_empty()).then(|| (*author).to_owned()),
            body: (*body).to_owned(),
        };
        let comments = (100..).zip(comments).map(comment).collect();
        Self { comments, page: None }
    }

    pub fn bodies(&self) -> Vec<String> {
        self.comments.iter().map(|comment| comment.body.clone()).collect()
    }

    fn list(&self, base: &str, query: &str) -> Answer {
        let number = |name: &str| -> Option<usize> {
            let mut parts = query.split('&').filter_map(|part| part.split_once('='));
            parts.find(|(key, _)| *key == name).map(|(_, value)| value.parse().unwrap())
        };
        let asked = number("per_page").unwrap_or(30);
        assert!(asked <= 100, "a page has at most 100 comments");
        let (page, size) = (number("page").unwrap_or(1), self.page.unwrap_or(asked));
        let shown: Vec<Value> = self
            .comments
            .iter()
            .skip((page - 1) * size)
            .take(size)
            .map(|comment| {
                let user = comment.author.as_ref().map(|author| json!({ "login": author }));
                json!({ "id": comment.id, "body": comment.body, "user": user })
            })
            .collect();
        let last = self.comments.len().div_ceil(size).max(1);
        let answer = Answer::new(200, Value::from(shown).to_string());
        // As GitHub does, by the number of the repository and not by its name.
        let at = |page: usize| {
            format!("<{base}/repositories/1/issues/7/comments?per_page={asked}&page={page}>")
        };
        match page < last {
            true => answer.with(
                "Link",
                format!("{}; rel=\"next\", {}; rel=\"last\"", at(page + 1), at(last)),
            ),
            false => answer,
        }
    }

    fn write(&mut self, asked: &Asked, id: Option<u64>) -> Answer {
        let body = asked.json()["body"].as_str().unwrap().to_owned();
        if body.is_empty() || body.chars().count() > 65_536 {
            return Answer::new(422, r#"{"message":"Validation Failed"}"#);
        }
        // It drops what is empty at the end.
        let body = body.trim_end().to_owned();
        match id {
            None => {
                let id = 100 + self.comments.len() as u64;
                self.comments.push(Comment { id, author: Some(BOT.to_owned()), body });
                Answer::new(201, json!({ "id": id }).to_string())
            }
            Some(id) => match self.comments.iter_mut().find(|comment| comment.id == id) {
                Some(comment) if comment.author.as_deref() == Some(BOT) => {
                    comment.body = body;
                    Answer::new(200, json!({ "id": id }).to_string())
                }
                Some(_) => Answer::new(403, r#"{"message":"Must have admin rights"}"#),
                None => Answer::new(404, r#"{"message":"Not Found"}"#),
            },
        }
    }
}

impl Forge for GitHub {
    fn answer(&mut self, base: &str, asked: &Asked) -> Answer {
        let header = |name: &str| asked.headers.get(name).map(String::as_str);
        assert_eq!(header("accept"), Some("application/vnd.github+json"), "a media type");
        assert_eq!(header("x-github-api-version"), Some("2022-11-28"), "a version of the API");
        assert!(header("user-agent").is_some_and(|agent| agent.starts_with("goodhart/")), "a name");
        if header("authorization") != Some(&format!("Bearer {TOKEN}")) {
            // Some forge may repeat what it was shown.
            let shown = header("authorization").unwrap_or_default();
            let message = format!("Bad credentials {shown}");
            return Answer::new(401, json!({ "message": message }).to_string());
        }
        let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
        let of_one = path.strip_prefix("/repos/owner/name/issues/comments/");
        match (asked.method.as_str(), path) {
            (
                "GET",
                "/repos/owner/name/issues/7/comments" | "/repositories/1/issues/7/comments",
            ) => self.list(base, query),
            ("POST", "/repos/owner/name/issues/7/comments") => self.write(asked, None),
            ("PATCH", _) if of_one.is_some() => {
                self.write(asked, of_one.map(|id| id.parse().unwrap()))
            }
            _ => Answer::new(404, r#"{"message":"Not Found"}"#),
        }
    }
}
