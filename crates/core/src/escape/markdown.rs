//! GitHub's and GitLab's Markdown, as a comment or a summary.
//!
//! Two machines read it one after the other. The parser makes structure of the text: what would is
//! written as a character reference, which is never structure. The host then makes links of what
//! is left (`@name`, `#1`, `:tada:`), in which references are characters again: only in code, and
//! with something between the sign and the name, it does not.

use std::fmt::Write;

use super::terminal;
use super::terminal::DrawnLines;

/// What stands between a sign and a name in prose: a space without a width.
const GAP: &str = "&#8203;";

/// Text on one line: within a sentence, a heading, a cell of a table, an HTML element. Never the
/// first thing in a line.
pub fn prose(text: &str) -> String {
    let text = terminal::line(text);
    let mut prose = String::with_capacity(text.len());
    for (before, character, behind) in places(&text) {
        // `GH-1`, `www.a.b`
        if matches!(character, '-' | '.') && begins_link(before) {
            prose.push_str(GAP);
        }
        push(before, character, behind, &mut prose);
        // `@name`, `#1`, `:tada:`, `https://`, and `!1`, `$1`, `%1`, `~label`, `&1` of GitLab;
        // of an address almost anything may stand behind the sign.
        if character == '@' || SIGNS.contains(character) && behind.starts_with(names) {
            prose.push_str(GAP);
        }
    }
    prose
}

/// Text on one line as code, which can be copied as it is; as safe as [`prose`].
pub fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let text = terminal::line(text);
    let mut code = "<code>".to_owned();
    for (before, character, behind) in places(&text) {
        match character {
            // A parser makes links of `www.` and `://` even here.
            '.' if begins_link(before) => code.push_str("&#46;"),
            _ => push(before, character, behind, &mut code),
        }
        if character == '@' {
            // An address is looked for behind the parser, in what stands together.
            code.push_str("<!-- -->");
        }
    }
    code + "</code>"
}

/// A message: prose, with what stands between backticks as code.
pub fn message(text: &str) -> String {
    let mut message = String::new();
    let mut pieces = text.split('`').peekable();
    let mut quoted = false;
    while let Some(piece) = pieces.next() {
        // A last backtick without another is one, and so are two with nothing between them.
        match (quoted, pieces.peek()) {
            (true, Some(_)) if piece.is_empty() => message.push_str(&prose("``")),
            (true, Some(_)) => message.push_str(&code(piece)),
            (true, None) => message.push_str(&prose(&format!("`{piece}"))),
            (false, _) => message.push_str(&prose(piece)),
        }
        quoted = !quoted;
    }
    message
}

/// Lines in a block of code, with the line breaks around it: nothing in them ends it.
pub fn fence(language: &str, text: &str) -> String {
    let drawn = DrawnLines::of(text).text.replace("\r\n", "\n");
    let text = terminal::page(&drawn);
    let mut longest = 0;
    let mut run = 0;
    for character in text.chars() {
        run = if character == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(3.max(longest + 1));
    format!("{fence}{language}\n{}\n{fence}\n", text.trim_end_matches('\n'))
}

/// Text in a comment, which a reader never sees: different texts stay different, and none ends it.
pub fn comment(text: &str) -> String {
    let mut comment = String::with_capacity(text.len());
    for byte in text.bytes() {
        let plain = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'/' | b' ');
        if plain || byte == b'-' && !comment.ends_with(['-', ' ']) {
            comment.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(comment, "%{byte:02X}");
        }
    }
    comment
}

/// Every character with what stands before and behind it.
fn places(text: &str) -> impl Iterator<Item = (&str, char, &str)> {
    text.char_indices().map(move |(at, character)| {
        let before = text.get(..at).unwrap_or("");
        let behind = text.get(at + character.len_utf8()..).unwrap_or("");
        (before, character, behind)
    })
}

/// What a host may look for a name behind.
const SIGNS: &str = "#:!$%~&";

/// Whether something is a name, of a person or of anything else, from here on.
fn names(character: char) -> bool {
    character.is_alphanumeric() || "_\"'/+-".contains(character)
}

/// A character that no parser takes for structure.
fn push(before: &str, character: char, behind: &str, text: &mut String) {
    let plain = match character {
        // Within a word it is one of its letters.
        '_' => before.ends_with(char::is_alphanumeric) && behind.starts_with(char::is_alphanumeric),
        ':' => behind.starts_with(' '),
        _ if character.is_ascii() => {
            character.is_ascii_alphanumeric() || " ,.()%/?'\";=+-".contains(character)
        }
        _ => true,
    };
    if plain {
        text.push(character);
    } else {
        let _ = write!(text, "&#{};", u32::from(character));
    }
}

/// Whether what stands here is taken for the beginning of a link where it goes on.
fn begins_link(before: &str) -> bool {
    let word = before.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("");
    word.eq_ignore_ascii_case("gh") || word.eq_ignore_ascii_case("www")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_markup() {
        let markup = "**a** _b_ `c` [d](e) ![f](g) <h> | ~~i~~ \\ $j$ {k} > # - [ ] &amp;";
        for written in [prose(markup), code(markup)] {
            let inner = written.trim_start_matches("<code>").trim_end_matches("</code>");
            assert!(
                !inner.contains(['*', '`', '[', ']', '<', '>', '|', '~', '\\', '$']),
                "{inner}"
            );
            assert!(!inner.contains(" _") && !inner.contains("&amp;"), "{inner}");
        }
        assert_eq!(prose("sla_adherence, 93.1 % (é)"), "sla_adherence, 93.1 % (é)");
        assert_eq!(code("a\u{202e}"), "<code>a&#92;u&#123;202e&#125;</code>");
        assert_eq!(prose("a\nb"), "a&#92;u&#123;a&#125;b");
    }

    #[test]
    fn nothing_is_a_link_of_the_host() {
        let gap = |text: &str| prose(text).replace("&#8203;", "·");
        assert_eq!(gap("@a #1 a/b#2"), "&#64;·a &#35;·1 a/b&#35;·2");
        assert_eq!(gap("GH-1 gh-2 weigh-3"), "GH·-1 gh·-2 weigh-3");
        assert_eq!(gap("www.a.b https://c"), "www·.a.b https&#58;·//c");
        assert_eq!(gap("a@b.c :tada: 100 %: x"), "a&#64;·b.c &#58;·tada: 100 %: x");
        assert_eq!(gap("a@.b"), "a&#64;·.b");
        assert_eq!(code("a@b.c"), "<code>a&#64;<!-- -->b.c</code>");
        assert_eq!(code("a://www.b"), "<code>a&#58;//www&#46;b</code>");
        assert_eq!(code("metrics/a.toml"), "<code>metrics/a.toml</code>");
    }

    #[test]
    fn messages_have_code_between_backticks() {
        assert_eq!(message("the `a_b` is `c"), "the <code>a_b</code> is &#96;c");
        assert_eq!(message("#``1"), "&#35;&#96;&#96;1");
        assert_eq!(message("`<b>`"), "<code>&#60;b&#62;</code>");
    }

    #[test]
    fn nothing_ends_a_fence_or_a_comment() {
        assert_eq!(fence("diff", "+a\n"), "```diff\n+a\n```\n");
        assert_eq!(fence("", "a ```` b\n```"), "`````\na ```` b\n```\n`````\n");
        assert_eq!(
            fence("", " ::error::x\n\tb\u{1b}"),
            "```\n \\u{3a}:error::x\n\tb\\u{1b}\n```\n"
        );
        assert_eq!(comment("team/kpi-a_b.c"), "team/kpi-a_b.c");
        for hostile in ["-->", "--!>", ">", "->", "a--b", "- -", "\n", "é", "-"] {
            let comment = comment(hostile);
            assert!(!comment.contains("--") && !comment.contains(['>', '!', '\n']), "{comment}");
        }
        assert_ne!(comment("a-%2D"), comment("a--"));
    }
}
