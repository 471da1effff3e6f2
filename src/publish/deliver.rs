//! Look, decide, write.

use super::client::{Client, Clock, Failure};
use super::comment::{Run, compose, is_ours, is_same, run_of};
use super::http::{Api, Http, Request};
use super::thread::{Author, Comment, Thread};
use goodhart_core::error::Error;

/// Pages of a hundred comments that are looked through.
const PAGES: usize = 100;

/// What is delivered.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    /// Tells the comments of several projects on one pull request apart; see [`super::is_key`].
    pub key: &'a str,
    pub run: Run,
    /// Markdown.
    pub report: &'a str,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryOutcome {
    Created,
    Updated,
    /// The comment says the same already.
    Unchanged,
    /// The comment is that of a later run, and stays.
    Superseded(Run),
}

/// Makes the report the comment on a pull request.
///
/// Nothing is written twice blindly: after a write that may have failed, the comments are read
/// again. So a comment whose creation was answered by an error is found, and not made once more.
///
/// # Errors
/// [`Error::Undelivered`].
pub fn deliver(
    thread: &dyn Thread,
    (api, http): (&Api, &Http),
    clock: &dyn Clock,
    delivery: Delivery<'_>,
) -> Result<DeliveryOutcome, Error> {
    let body = compose(delivery.key, delivery.run, &thread.inert(delivery.report));
    let (length, longest) = (body.chars().count(), thread.longest());
    if length > longest {
        return Err(Error::Undelivered(format!(
            "the report has {length} characters, and a comment of {} at most {longest}",
            thread.name()
        )));
    }
    let mut client = Client::new(api, http, clock);
    loop {
        match attempt(thread, &client, delivery, &body) {
            Ok(posted) => return Ok(posted),
            Err(failure) => client.wait(explained(thread, failure))?,
        }
    }
}

/// A failure with what the forge is called, and what may be wrong.
fn explained(thread: &dyn Thread, failure: Failure) -> Failure {
    let named = |why: &str| format!("{}: {why}", thread.name());
    match failure {
        Failure::Passing { why, wait } => Failure::Passing { why: named(&why), wait },
        Failure::Refused { status: 401, why } => {
            Failure::Final(format!("{}; the token is not valid there", named(&why)))
        }
        Failure::Refused { status: 403 | 404, why } => {
            Failure::Final(format!("{}; {}", named(&why), thread.needs()))
        }
        Failure::Refused { why, .. } | Failure::Final(why) => Failure::Final(named(&why)),
    }
}

fn attempt(
    thread: &dyn Thread,
    client: &Client<'_>,
    delivery: Delivery<'_>,
    body: &str,
) -> Result<DeliveryOutcome, Failure> {
    let Some(ours) = find(thread, client, delivery.key)? else {
        client.send(&thread.create(body))?;
        return Ok(DeliveryOutcome::Created);
    };
    match run_of(&ours.body) {
        Some(run) if run > delivery.run => Ok(DeliveryOutcome::Superseded(run)),
        _ if is_same(&ours.body, body) => Ok(DeliveryOutcome::Unchanged),
        // The same report of a later run is written too: else an earlier one that comes late would
        // take the comment for its own.
        _ => {
            client.send(&thread.update(ours.id, body))?;
            Ok(DeliveryOutcome::Updated)
        }
    }
}

/// Our comment, which is the first with the key by our account: anybody can write down the key.
fn find(thread: &dyn Thread, client: &Client<'_>, key: &str) -> Result<Option<Comment>, Failure> {
    let author = account(thread, client)?;
    let mut next = Some(thread.first());
    for _ in 0..PAGES {
        let Some(url) = next else {
            return Ok(None);
        };
        let page = client.send(&Request::Get { url })?;
        let comments = thread
            .comments(&page.body)
            .ok_or_else(|| Failure::passing("it answers something else than comments"))?;
        let mut comments = comments.into_iter();
        let ours = comments.find(|comment| {
            comment.author.eq_ignore_ascii_case(&author) && is_ours(key, &comment.body)
        });
        if ours.is_some() {
            return Ok(ours);
        }
        next = match page.headers.get("link").and_then(|link| following(link)) {
            None => None,
            Some(address) => Some(client.api().within(address).ok_or_else(|| {
                Failure::Final("the next page of comments is on another host".to_owned())
            })?),
        };
    }
    Err(Failure::Final(format!("there are more than {} comments", PAGES * 100)))
}

/// The account of the token.
fn account(thread: &dyn Thread, client: &Client<'_>) -> Result<String, Failure> {
    let (path, pointer) = match thread.author() {
        Author::Known(name) => return Ok(name),
        Author::Asked { path, pointer } => (path, pointer),
    };
    let answer = client.send(&Request::Get { url: path.to_owned() })?;
    let answer: Option<serde_json::Value> = serde_json::from_str(&answer.body).ok();
    let name = answer.as_ref().and_then(|answer| answer.pointer(pointer)?.as_str());
    let name = name.filter(|name| !name.is_empty()).map(str::to_owned);
    name.ok_or_else(|| Failure::passing("it does not say whose token this is"))
}

/// The next page in a `link` header: `<https://…?page=2>; rel="next", <…>; rel="last"`.
fn following(link: &str) -> Option<&str> {
    link.split(',').find_map(|part| {
        let (address, about) = part.split_once(';')?;
        let next =
            about.split(';').any(|about| matches!(about.trim(), r#"rel="next""# | "rel=next"));
        address.trim().strip_prefix('<')?.strip_suffix('>').filter(|_| next)
    })
}

#[cfg(test)]
mod tests {
    use super::following;

    #[test]
    fn the_next_page_is_the_one_called_so() {
        let link = r#"<https://a/?page=1>; rel="prev", <https://a/?page=3&b>; rel="next""#;
        assert_eq!(following(link), Some("https://a/?page=3&b"));
        for link in ["", "next", r#"<https://a>; rel="last""#, r#"https://a; rel="next""#] {
            assert_eq!(following(link), None, "{link}");
        }
    }
}
