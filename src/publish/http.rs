//! Requests to one host. Nothing else names ureq.

use std::collections::BTreeMap;
use std::time::Duration;

use ureq::Agent;
use ureq::http::{self, Method, Uri};

/// Bytes of an answer: a hundred comments of the longest kind.
const LARGEST: u64 = 32 << 20;

/// The address of an API, which is `https`, or of this very machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Api {
    /// Without a slash at its end.
    base: String,
    local: bool,
}

impl Api {
    /// # Errors
    /// What is wrong with the address.
    pub fn parse(text: &str) -> Result<Self, String> {
        let base = text.trim_end_matches('/').to_owned();
        let none = || format!("`{text}` is no address such as https://api.github.com");
        let uri: Uri = base.parse().map_err(|_| none())?;
        let (host, authority) = uri.host().zip(uri.authority()).ok_or_else(none)?;
        if authority.as_str().contains('@') || uri.query().is_some() {
            return Err(none());
        }
        let local = matches!(host, "127.0.0.1" | "[::1]" | "localhost");
        match uri.scheme_str() {
            Some("https") => Ok(Self { base, local }),
            Some("http") if local => Ok(Self { base, local }),
            _ => Err(format!("`{text}` is not https, and a token is not sent in the clear")),
        }
    }

    /// The address of a path, which begins with a slash.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// An address that the forge names (another page, a new place), where it is on the same host:
    /// nobody else is shown the token.
    pub fn within(&self, address: &str) -> Option<String> {
        let base: Uri = self.base.parse().ok()?;
        let origin = format!("{}://{}", base.scheme_str()?, base.authority()?);
        if address.starts_with('/') && !address.starts_with("//") {
            return Some(format!("{origin}{address}"));
        }
        let uri: Uri = address.parse().ok()?;
        let same = uri.scheme() == base.scheme() && uri.authority() == base.authority();
        same.then(|| address.to_owned())
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    Get { url: String },
    Post { url: String, json: String },
    Patch { url: String, json: String },
    Put { url: String, json: String },
}

impl Request {
    pub fn url(&self) -> &str {
        let (Self::Get { url }
        | Self::Post { url, .. }
        | Self::Patch { url, .. }
        | Self::Put { url, .. }) = self;
        url
    }

    /// The same, of another address.
    pub fn moved(&self, to: String) -> Self {
        let mut moved = self.clone();
        let (Self::Get { url }
        | Self::Post { url, .. }
        | Self::Patch { url, .. }
        | Self::Put { url, .. }) = &mut moved;
        *url = to;
        moved
    }
}

/// What was answered.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    /// By lower-case name.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

/// A host, with what every request to it says.
pub struct Http {
    agent: Agent,
    headers: Vec<(&'static str, String)>,
    /// What no message may show.
    secret: String,
}

impl Http {
    /// `authorization` is the header that holds the secret, `timeout` the time for one request.
    pub fn new(
        api: &Api,
        authorization: (&'static str, &str, &str),
        accept: &[(&'static str, &str)],
        timeout: Duration,
    ) -> Self {
        let (name, prefix, secret) = authorization;
        let mut headers = vec![(name, format!("{prefix}{secret}"))];
        headers.extend(accept.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let mut config = Agent::config_builder()
            .user_agent(concat!("goodhart/", env!("CARGO_PKG_VERSION")))
            .http_status_as_error(false)
            // They are followed where they stay on the host; see the client.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(timeout))
            .https_only(!api.local);
        if api.local {
            config = config.proxy(None);
        }
        Self { agent: config.build().new_agent(), headers, secret: secret.to_owned() }
    }

    /// One request; an answer of any status is one.
    ///
    /// # Errors
    /// Why there is no answer.
    pub fn send(&self, request: &Request) -> Result<Response, String> {
        let (method, json) = match request {
            Request::Get { .. } => (Method::GET, None),
            Request::Post { json, .. } => (Method::POST, Some(json)),
            Request::Patch { json, .. } => (Method::PATCH, Some(json)),
            Request::Put { json, .. } => (Method::PUT, Some(json)),
        };
        let mut builder = http::Request::builder().method(method).uri(request.url());
        for (name, value) in &self.headers {
            builder = builder.header(*name, value.as_str());
        }
        let answer = match json {
            None => builder.body(()).map_err(ureq::Error::from).and_then(|r| self.agent.run(r)),
            Some(json) => builder
                .header("content-type", "application/json")
                .body(json.as_str())
                .map_err(ureq::Error::from)
                .and_then(|r| self.agent.run(r)),
        };
        let mut answer = answer.map_err(|error| self.hidden(&error.to_string()))?;
        let headers = answer
            .headers()
            .iter()
            .filter_map(|(name, value)| {
                Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
            })
            .collect();
        let body = answer.body_mut().with_config().limit(LARGEST).lossy_utf8(true);
        let body = body.read_to_string().map_err(|error| self.hidden(&error.to_string()))?;
        Ok(Response { status: answer.status().as_u16(), headers, body })
    }

    /// A message without the secret, whoever repeats it.
    pub fn hidden(&self, message: &str) -> String {
        if self.secret.is_empty() {
            return message.to_owned();
        }
        message.replace(&self.secret, "***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_to_nobody_else_and_never_in_the_clear() {
        for address in [
            "http://api.github.com",
            "http://127.0.0.1.example.org",
            "https://user@api.github.com",
            "https://api.github.com?a=b",
            "ftp://localhost",
            "api.github.com",
            "",
        ] {
            assert!(Api::parse(address).is_err(), "{address}");
        }
        for address in ["http://127.0.0.1:8080", "http://[::1]:1/api/v4", "http://localhost"] {
            assert!(Api::parse(address).is_ok(), "{address}");
        }
        let api = Api::parse("https://git.example.org/api/v3/").unwrap();
        assert_eq!(api.at("/user"), "https://git.example.org/api/v3/user");
        let here = "https://git.example.org/api/v3/repositories/1?page=2";
        assert_eq!(api.within(here).as_deref(), Some(here));
        assert_eq!(api.within("/x").as_deref(), Some("https://git.example.org/x"));
        for elsewhere in [
            "https://git.example.org.evil.example/api",
            "https://git.example.org:8443/api",
            "https://git.example.org@evil.example/",
            "http://git.example.org/api",
            "//evil.example/x",
            "javascript:x",
        ] {
            assert_eq!(api.within(elsewhere), None, "{elsewhere}");
        }
    }
}
