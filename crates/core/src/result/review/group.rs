//! One group of a metric on the command line: `client_id=acme`.
//!
//! A value stands as it is. What would not survive that (what is hidden, null, what looks like one of
//! the two) is written as in a snapshot: `client_id="a\u202Eb"`, `client_id=[]` for null,
//! `"client=id"="acme"`.

use crate::escape::toml::{key, string};
use crate::result::Group;

/// A segment and its value as an argument.
pub fn argument(segment: &str, value: Option<&str>) -> String {
    let written = key(segment);
    let plain = |value: &str| {
        !value.starts_with('"') && value != "[]" && string(value).trim_matches('"') == value
    };
    match value {
        None => format!("{written}=[]"),
        Some(value) if written == segment && plain(value) => format!("{segment}={value}"),
        Some(value) => format!("{written}={}", string(value)),
    }
}

/// The segment and the value of an argument.
///
/// # Errors
/// What is no such argument, in words.
pub fn parse(argument: &str) -> Result<(String, Option<String>), String> {
    let expected = || "expected SEGMENT=VALUE, such as client_id=acme".to_owned();
    let quoted = |text: &str| -> Option<(String, Option<String>)> {
        let table: toml::Table = text.parse().ok()?;
        let mut entries = table.into_iter();
        let (segment, value) = entries.next().filter(|_| entries.next().is_none())?;
        match value {
            toml::Value::String(value) => Some((segment, Some(value))),
            toml::Value::Array(values) if values.is_empty() => Some((segment, None)),
            _ => None,
        }
    };
    if argument.starts_with('"') {
        return quoted(argument).ok_or_else(expected);
    }
    let (segment, value) = argument.split_once('=').ok_or_else(expected)?;
    match value {
        "[]" => Ok((segment.to_owned(), None)),
        text if text.starts_with('"') => {
            let value = quoted(&format!("v={text}")).ok_or_else(expected)?.1;
            Ok((segment.to_owned(), value))
        }
        text => Ok((segment.to_owned(), Some(text.to_owned()))),
    }
}

/// A group of a metric with these segments, in their order.
///
/// # Errors
/// A segment that the metric does not have, or that is named twice, in words.
pub fn group(segments: &[&str], arguments: &[(String, Option<String>)]) -> Result<Group, String> {
    for (at, (segment, _)) in arguments.iter().enumerate() {
        if !segments.contains(&segment.as_str()) {
            let known = match segments {
                [] => "it has none".to_owned(),
                segments => format!("it has {}", segments.join(", ")),
            };
            return Err(format!("the metric has no segment `{segment}`: {known}"));
        }
        if arguments.iter().take(at).any(|(other, _)| other == segment) {
            return Err(format!("`{segment}` has two values; name one group at a time"));
        }
    }
    let mut group: Group = arguments.to_vec();
    group.sort_by_key(|(segment, _)| segments.iter().position(|known| known == segment));
    Ok(group)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let texts = [
            "acme",
            "",
            "a b",
            "[]",
            "\"",
            "'",
            "a=b",
            "\u{202e}\u{0}\n",
            "\\",
            "##[group]",
            "é 中",
            "client_id",
            "-x",
            "\"a\"",
        ];
        for segment in texts {
            for value in texts.iter().copied().map(Some).chain([None]) {
                let written = argument(segment, value);
                let expected = (segment.to_owned(), value.map(str::to_owned));
                assert_eq!(parse(&written), Ok(expected), "{written}");
                assert_eq!(crate::escape::terminal::line(&written), written);
            }
        }
    }

    #[test]
    fn ordinary_values_stand_as_they_are() {
        assert_eq!(argument("client_id", Some("acme corp")), "client_id=acme corp");
        assert_eq!(argument("client_id", None), "client_id=[]");
    }

    #[test]
    fn a_group_is_of_the_metric() {
        let one = |text: &str| parse(text).unwrap();
        let both = [one("b=1"), one("a=2")];
        let in_order =
            vec![("a".to_owned(), Some("2".to_owned())), ("b".to_owned(), Some("1".to_owned()))];
        assert_eq!(group(&["a", "b"], &both), Ok(in_order));
        assert!(group(&["a"], &both).unwrap_err().contains("no segment `b`: it has a"));
        assert!(group(&["a"], &[one("a=1"), one("a=2")]).unwrap_err().contains("two values"));
        for wrong in ["", "a", "\"a\"", "a=\"x", "\"a\"=1"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
