//! Text that a person reads: on a terminal, in the log of a CI system, in a report of tests.

use super::{begins_command, is_hidden};

/// A text on one line: what is hidden is shown as `\u{202e}`, so that a value can neither move the
/// cursor nor pretend to be another one; and it begins no command of a CI system within a line.
pub fn line(text: &str) -> String {
    pieces(text).map(|(_, piece)| piece.to_string()).collect()
}

/// A text on its own lines.
pub fn lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(line).collect();
    lines.join("\n")
}

/// A text on one line of at most `widest` characters, cut where it is longer.
pub fn short(text: &str, widest: usize) -> String {
    let mut shown = String::new();
    let (mut count, mut whole) = (0, 0);
    for (_, piece) in pieces(text) {
        let piece = piece.to_string();
        count += piece.chars().count();
        if count > widest {
            shown.truncate(whole);
            shown.push('…');
            return shown;
        }
        shown.push_str(&piece);
        // Where it would be cut, there is room for the mark.
        if count < widest {
            whole = shown.len();
        }
    }
    shown
}

/// A page of lines that are safe by themselves: none begins a command of GitHub Actions, which
/// ignores the blanks before it. Applied to all that is printed as text, because only the page
/// knows where its lines begin.
pub fn page(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| {
        let rest = behind_blanks(line);
        match rest.strip_prefix("::") {
            // `::: path` is how another file is drawn; no command is called `:`.
            Some(behind) if !behind.starts_with(": ") => {
                let blanks = &line[..line.len() - rest.len()];
                format!("{blanks}\\u{{3a}}:{behind}")
            }
            _ => line.to_owned(),
        }
    });
    lines.collect()
}

/// A line without the blanks and the colours that it begins with: where colours are taken away,
/// what is behind them begins the line.
fn behind_blanks(line: &str) -> &str {
    let mut rest = line.trim_start();
    while let Some((codes, behind)) =
        rest.strip_prefix("\u{1b}[").and_then(|rest| rest.split_once('m'))
    {
        if !codes.chars().all(|c| c.is_ascii_digit() || c == ';') {
            break;
        }
        rest = behind.trim_start();
    }
    rest
}

/// Lines of a file as they are drawn, with the places in them.
#[derive(Debug)]
pub struct DrawnLines {
    pub text: String,
    /// Where the original has something that is drawn longer, and by how many bytes.
    grown: Vec<(usize, usize)>,
}

impl DrawnLines {
    /// Line breaks and tabs stay: whoever draws lays them out.
    pub fn of(text: &str) -> Self {
        let mut drawn = Self { text: String::with_capacity(text.len()), grown: Vec::new() };
        for (at, piece) in pieces(text) {
            let stays = match piece {
                Piece::Hidden('\n' | '\t') => true,
                Piece::Hidden('\r') => text[at..].starts_with("\r\n"),
                _ => false,
            };
            let before = drawn.text.len();
            match piece {
                Piece::Hidden(character) if stays => drawn.text.push(character),
                _ => drawn.text.push_str(&piece.to_string()),
            }
            let grown = (drawn.text.len() - before).saturating_sub(piece.character().len_utf8());
            if grown > 0 {
                drawn.grown.push((at, grown));
            }
        }
        drawn
    }

    /// Where an offset of the original is.
    pub fn place(&self, offset: usize) -> usize {
        let before = self.grown.iter().take_while(|(at, _)| *at < offset);
        offset + before.map(|(_, grown)| grown).sum::<usize>()
    }
}

/// How a character is shown.
#[derive(Debug, Clone, Copy)]
enum Piece {
    Seen(char),
    Hidden(char),
}

impl Piece {
    fn character(self) -> char {
        let (Self::Seen(character) | Self::Hidden(character)) = self;
        character
    }
}

impl std::fmt::Display for Piece {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Seen(character) => write!(formatter, "{character}"),
            Self::Hidden(character) => write!(formatter, "{}", character.escape_unicode()),
        }
    }
}

fn pieces(text: &str) -> impl Iterator<Item = (usize, Piece)> {
    let mut pictured = false;
    text.char_indices().map(move |(at, character)| {
        // Which of two looks an emoji has is said behind it.
        let look = pictured && character == '\u{fe0f}';
        let hidden = is_hidden(character) && !look
            || character == '[' && begins_command(text.get(..at).unwrap_or(""));
        pictured = !hidden && !look && !character.is_ascii();
        (at, if hidden { Piece::Hidden(character) } else { Piece::Seen(character) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_seen() {
        assert_eq!(line("a\u{1b}[2J\u{202e}é"), "a\\u{1b}[2J\\u{202e}é");
        assert_eq!(line("a\r\nb\t"), "a\\u{d}\\u{a}b\\u{9}");
        assert_eq!(lines("a\u{7f}\r\n\rb"), "a\\u{7f}\n\\u{d}b");
        assert_eq!(line("中文 é العربية 😀 ❤\u{fe0f}"), "中文 é العربية 😀 ❤\u{fe0f}");
        assert_eq!(line("a\u{fe0f}❤\u{fe0f}\u{fe0f}"), "a\\u{fe0f}❤\u{fe0f}\\u{fe0f}");
    }

    #[test]
    fn nothing_begins_a_command() {
        assert_eq!(line("x ##[group]y ##vso[a]b"), "x ##\\u{5b}group]y ##vso\\u{5b}a]b");
        assert_eq!(line("a #[x] ## [y]"), "a #[x] ## [y]");
        let text = "::a\n \u{a0}::error::b\n1 | ::c\n::";
        assert_eq!(page(text), "\\u{3a}:a\n \u{a0}\\u{3a}:error::b\n1 | ::c\n\\u{3a}:");
        let coloured = "\u{1b}[1m \u{1b}[0;32m::a\n\u{1b}[K::b\n";
        assert_eq!(page(coloured), "\u{1b}[1m \u{1b}[0;32m\\u{3a}:a\n\u{1b}[K::b\n");
        assert_eq!(page("  ::: a.toml:1\n:::a\n"), "  ::: a.toml:1\n\\u{3a}::a\n");
    }

    #[test]
    fn long_texts_are_cut_between_characters_that_are_shown() {
        assert_eq!(short("abcde", 5), "abcde");
        assert_eq!(short("abcdef", 5), "abcd…");
        assert_eq!(short("ab\u{202e}c", 5), "ab…");
        assert_eq!(short("", 5), "");
        assert_eq!(short(&"é".repeat(1_000_000), 5), "éééé…");
    }

    #[test]
    fn places_move_with_what_is_drawn() {
        let drawn = DrawnLines::of("\ta\u{202e}b\u{1b}c\r\nd\re");
        assert_eq!(drawn.text, "\ta\\u{202e}b\\u{1b}c\r\nd\\u{d}e");
        // With what follows: the escapes have letters too.
        let at = |text: &str| drawn.text.find(text).unwrap();
        assert_eq!(drawn.place(1), 1);
        assert_eq!(drawn.place(5), at("b\\u{1b}"));
        assert_eq!(drawn.place(7), at("c\r\n"));
        assert_eq!(drawn.place(12), drawn.text.len() - 1);
    }
}
