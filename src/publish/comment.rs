//! The hidden lines by which goodhart knows its own comment, and the run that wrote it.
//!
//! Both are the first two lines of a comment and are written here, whatever the report says: a
//! report that brings such lines along could otherwise claim to be newer than every other one.

use goodhart_core::report::diff::marker;

/// The run of CI that made a report; a later one has a higher number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Run {
    pub id: u64,
    /// How often that run was started again. An old run that is started again stays an old one.
    pub attempt: u64,
}

impl Run {
    /// `123`, or `123.2` for its second attempt.
    pub fn parse(text: &str) -> Option<Self> {
        // No signs, as `u64` would take a plus.
        if !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            return None;
        }
        let (id, attempt) = text.split_once('.').unwrap_or((text, "1"));
        Some(Self { id: id.parse().ok()?, attempt: attempt.parse().ok()? })
    }

    fn marker(self) -> String {
        format!("{RUN}{}.{}{END}", self.id, self.attempt)
    }

    fn of_marker(line: &str) -> Option<Self> {
        Self::parse(line.strip_prefix(RUN)?.strip_suffix(END)?)
    }
}

const RUN: &str = "<!-- goodhart:run:";
const END: &str = " -->";

/// Whether a text may tell the comments of several projects apart: it stands in a hidden line,
/// which it must not end.
pub fn is_key(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    (1..=64).contains(&text.len()) && text.chars().all(plain) && !text.contains("--")
}

/// The whole comment.
pub fn compose(key: &str, run: Run, report: &str) -> String {
    let mut rest = report;
    while let Some((_, behind)) = rest
        .split_once('\n')
        .filter(|(line, _)| line.starts_with("<!-- goodhart:") && line.trim_end().ends_with(END))
    {
        rest = behind;
    }
    format!("{}\n{}\n{}\n", marker(key), run.marker(), rest.trim_end())
}

/// Whether a comment is the one with this key.
pub fn is_ours(key: &str, body: &str) -> bool {
    body.lines().next().map(str::trim_end) == Some(marker(key).as_str())
}

/// The run that wrote one of our comments, where it says so.
pub fn run_of(body: &str) -> Option<Run> {
    Run::of_marker(body.lines().nth(1)?.trim_end())
}

/// Whether two comments are the same. A forge may change line ends, and drops what is empty at the
/// end.
pub fn is_same(one: &str, other: &str) -> bool {
    one.trim_end().lines().eq(other.trim_end().lines())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_does_not_say_which_comment_it_is() {
        let forged = "<!-- goodhart:diff:other -->\n<!-- goodhart:run:999999.1 -->\nText\n\n";
        let run = Run { id: 12, attempt: 2 };
        let body = compose("main", run, forged);
        assert_eq!(body, "<!-- goodhart:diff:main -->\n<!-- goodhart:run:12.2 -->\nText\n");
        assert!(is_ours("main", &body) && !is_ours("other", &body) && !is_ours("mai", &body));
        assert_eq!(run_of(&body), Some(run));
        let later = compose("main", run, "Text\n<!-- goodhart:run:999999.1 -->\n");
        assert_eq!(run_of(&later), Some(run));
        assert!(is_same(&body, &body.trim_end().replace('\n', "\r\n")));
        assert!(!is_same(&body, &later));
    }

    #[test]
    fn runs_are_ordered_by_number_and_then_by_attempt() {
        let run = |text| Run::parse(text).unwrap();
        assert!(run("9") < run("10") && run("10") < run("10.2") && run("9.7") < run("10.1"));
        for text in ["", ".", "1.", "+1", "1.2.3", "1-2", "99999999999999999999"] {
            assert_eq!(Run::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_key_does_not_end_its_line() {
        assert!(is_key("soc-kpis_2.main"));
        for key in ["", "a--b", "a -->", "a\nb", "é", &"a".repeat(65)] {
            assert!(!is_key(key), "{key}");
        }
    }
}
