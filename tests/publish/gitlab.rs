//! As much of GitLab's REST API as notes on a merge request need.

use serde_json::{Value, json};

use super::server::{Answer, Asked, Forge};

pub const TOKEN: &str = "glpat-0123456789";

/// The merge request 7 of `group/sub/name`, and the account of the token.
#[derive(Debug, Default)]
pub struct GitLab {
    /// By author and text, numbered from 100.
    pub notes: Vec<(String, String)>,
}

impl Forge for GitLab {
    fn answer(&mut self, base: &str, asked: &Asked) -> Answer {
        let header = |name: &str| asked.headers.get(name).map(String::as_str);
        let job = header("job-token") == Some(TOKEN);
        if !job && header("private-token") != Some(TOKEN) {
            return Answer::new(401, r#"{"message":"401 Unauthorized"}"#);
        }
        let notes = "/projects/group%2Fsub%2Fname/merge_requests/7/notes";
        let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
        let account = if job { "kim" } else { "project_1_bot" };
        match (asked.method.as_str(), path) {
            ("GET", "/user") if !job => {
                Answer::new(200, json!({ "username": account }).to_string())
            }
            ("GET", "/job") if job => {
                Answer::new(200, json!({ "id": 1, "user": { "username": account } }).to_string())
            }
            ("GET", _) if path == notes => {
                let second = query.contains("page=2");
                let (skip, next) = if second { (1, false) } else { (0, self.notes.len() > 1) };
                let shown: Vec<Value> = (100..)
                    .zip(&self.notes)
                    .skip(skip)
                    .take(if second { 99 } else { 1 })
                    .map(|(id, (author, body))| {
                        json!({ "id": id, "body": body, "author": { "username": author } })
                    })
                    .collect();
                let answer = Answer::new(200, Value::from(shown).to_string());
                match next {
                    true => answer.with("Link", format!("<{base}{notes}?page=2>; rel=\"next\"")),
                    false => answer,
                }
            }
            ("POST", _) if path == notes => {
                let body = asked.json()["body"].as_str().unwrap().to_owned();
                self.notes.push((account.to_owned(), body));
                Answer::new(201, "{}")
            }
            ("PUT", _) => {
                let id = path.strip_prefix(notes).and_then(|rest| rest.strip_prefix('/')).unwrap();
                let at = id.parse::<usize>().unwrap() - 100;
                assert_eq!(self.notes[at].0, account, "nobody changes a note of somebody else");
                self.notes[at].1 = asked.json()["body"].as_str().unwrap().to_owned();
                Answer::new(200, "{}")
            }
            _ => Answer::new(404, r#"{"message":"404 Not found"}"#),
        }
    }
}
