//! The comments of a pull request, as a forge has them.

use super::http::Request;

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    pub id: u64,
    /// The account that wrote it.
    pub author: String,
    pub body: String,
}

/// Whose comments goodhart's are.
pub enum Author {
    Known(String),
    /// The account is in what this path answers, at this place in its JSON.
    Asked {
        path: &'static str,
        pointer: &'static str,
    },
}

/// Where a forge keeps the comments of one pull request. Paths begin behind the API's address.
pub trait Thread {
    /// What the forge is called.
    fn name(&self) -> &'static str;
    fn author(&self) -> Author;
    /// The path of the first page of comments.
    fn first(&self) -> String;
    /// The comments of a page; `None` where it is none.
    fn comments(&self, page: &str) -> Option<Vec<Comment>>;
    /// The request that writes a comment.
    fn create(&self, body: &str) -> Request;
    /// The request that writes the comment `id` anew.
    fn update(&self, id: u64, body: &str) -> Request;
    /// How many characters a comment may have.
    fn longest(&self) -> usize;
    /// A report in which the forge obeys nothing.
    fn inert(&self, report: &str) -> String;
    /// What the token must allow.
    fn needs(&self) -> &'static str;
}
