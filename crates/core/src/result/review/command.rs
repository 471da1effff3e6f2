//! The exact command that decides about something, for a POSIX shell.

use super::group::argument;
use crate::result::Group;

/// Longer ones are not shown: a line that is cut is another command.
const LONGEST: usize = 400;

/// What a person says about something pending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Accept,
    Reject,
}

impl Verb {
    pub fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Reject => "reject",
        }
    }
}

/// How goodhart is called for a project that somebody named.
pub fn program(project: Option<&str>) -> String {
    match project {
        None => "goodhart".to_owned(),
        Some(folder) => format!("goodhart --project {}", quoted(folder)),
    }
}

/// The command about a metric, or about one group of it; none where it would be too long.
pub fn command(program: &str, verb: Verb, metric: &str, group: Option<&Group>) -> Option<String> {
    let whole = format!("{program} {} {metric}", verb.name());
    let Some(group) = group else { return Some(whole) };
    if group.is_empty() {
        return Some(format!("{whole} --total"));
    }
    let segments = group.iter().map(|(segment, value)| {
        format!(" --segment {}", quoted(&argument(segment, value.as_deref())))
    });
    let command = format!("{whole}{}", segments.collect::<String>());
    (command.chars().count() <= LONGEST).then_some(command)
}

/// A word of a POSIX shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_what_was_meant() {
        let of = |value: &str| {
            let group = vec![("client_id".to_owned(), Some(value.to_owned()))];
            command("goodhart", Verb::Accept, "m", Some(&group)).unwrap_or_default()
        };
        assert_eq!(of("acme"), "goodhart accept m --segment client_id=acme");
        assert_eq!(of("a'; rm -r x"), "goodhart accept m --segment 'client_id=a'\\''; rm -r x'");
        assert_eq!(of("$(x)`y`"), "goodhart accept m --segment 'client_id=$(x)`y`'");
        assert_eq!(of("a\nb"), "goodhart accept m --segment 'client_id=\"a\\nb\"'");
        assert_eq!(of(&"x".repeat(500)), "", "that would be about all of the metric");
        let reject = |group: Option<&Group>| command("g", Verb::Reject, "m", group);
        assert_eq!(reject(Some(&Vec::new())).as_deref(), Some("g reject m --total"));
        assert_eq!(reject(None).as_deref(), Some("g reject m"));
        assert_eq!(program(Some("a b")), "goodhart --project 'a b'");
    }
}
