//! What must hold of whatever is printed, judged without goodhart's own code.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Characters that nobody sees or that change how others are seen.
fn hidden(c: char) -> bool {
    let ranges = [
        (0x0, 0x9),
        (0xb, 0x1f),
        (0x7f, 0x9f),
        (0xad, 0xad),
        (0x34f, 0x34f),
        (0x61c, 0x61c),
        (0x115f, 0x1160),
        (0x180b, 0x180f),
        (0x200b, 0x200f),
        (0x2028, 0x202e),
        (0x2060, 0x206f),
        (0x3164, 0x3164),
        (0xfe00, 0xfe0f),
        (0xfeff, 0xfeff),
        (0xfff9, 0xfffb),
        (0xfffe, 0xffff),
        (0xe0000, 0xe0fff),
    ];
    ranges.iter().any(|(first, last)| (*first..=*last).contains(&u32::from(c)))
}

/// Takes the colours away, which alone may be there.
pub fn without_colours(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("\u{1b}[") {
        let behind = &rest[at + 2..];
        let end = behind.find(|c: char| !c.is_ascii_digit() && c != ';').unwrap_or(0);
        assert!(behind[end..].starts_with('m'), "an escape that is no colour: {behind:.40?}");
        plain.push_str(&rest[..at]);
        rest = &behind[end + 1..];
    }
    plain + rest
}

/// What is wrong with a text that is printed.
pub fn problems(text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    for line in text.split('\n') {
        if let Some(found) = line.chars().find(|c| hidden(*c)) {
            problems.push(format!("{} in {line:?}", found.escape_unicode()));
        }
        // `::: path` is how the renderer draws another file: no command is called `:`.
        let begins = line.trim_start();
        let begins = begins.starts_with("::") && !begins.starts_with("::: ");
        let within = ["##[", "##vso[", "##teamcity["].iter().any(|command| line.contains(command));
        if begins || within {
            problems.push(format!("a command in {line:?}"));
        }
    }
    problems
}

/// A workflow command as GitHub Actions reads it.
#[derive(Debug)]
pub struct Command {
    pub name: String,
    pub properties: BTreeMap<String, String>,
    pub message: String,
}

/// Every line as a command; panics on one that is none.
pub fn commands(text: &str) -> Vec<Command> {
    let decoded = |text: &str| {
        let text = text.replace("%0D", "\r").replace("%0A", "\n");
        text.replace("%3A", ":").replace("%2C", ",").replace("%25", "%")
    };
    let command = |line: &str| {
        let (head, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
        let (name, properties) = head.split_once(' ').unwrap();
        let properties = properties.split(',').map(|property| {
            let (key, value) = property.split_once('=').unwrap();
            (key.to_owned(), decoded(value))
        });
        Command {
            name: name.to_owned(),
            properties: properties.collect(),
            message: decoded(message),
        }
    };
    text.lines().map(command).collect()
}

/// How wide a text is drawn, as far as the markers need it.
pub fn width(text: &str) -> usize {
    let wide = |c: char| matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{ff00}'..='\u{ff60}' | '😀');
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}

/// Whether a spreadsheet would compute a cell.
pub fn is_formula(cell: &str) -> bool {
    let text = cell.trim_start();
    let begins = text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    (begins || cell.starts_with(['\t', '\r'])) && cell.parse::<f64>().is_err()
}

/// What is wrong with a flowchart, of which every line must be of a known shape.
pub fn flowchart_problems(text: &str) -> Vec<String> {
    let label = |text: &str| {
        let mut rest = text.to_owned();
        for character in 0..128 {
            rest = rest.replace(&format!("#{character};"), "");
        }
        !rest.contains(|c: char| c.is_ascii_punctuation() && !"_-.()".contains(c))
    };
    let node = |text: &str| {
        let text = text.trim_start_matches(['n', 's']);
        let text = text.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
        let inner = [("([\"", "\"])"), ("[\"", "\"]")]
            .iter()
            .find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close));
        inner.is_some_and(label)
    };
    let edge = |text: &str| {
        let number = |text: &str| text.strip_prefix('n').is_some_and(|n| n.parse::<u32>().is_ok());
        text.split_once(" --> ").is_some_and(|(from, to)| number(from) && number(to))
    };
    let known = |line: &&str| {
        let line = line.trim();
        let rest = line.strip_prefix("subgraph ").unwrap_or(line);
        line == "flowchart LR" || line == "end" || node(rest) || edge(line)
    };
    text.lines()
        .filter(|line| !known(line))
        .map(|line| format!("{line:?} in a flowchart"))
        .collect()
}

/// What is wrong with Markdown in which nothing but known structure may be: anything else that a
/// parser or the host behind it makes something of, and rows of another width than their table.
pub fn markdown_problems(text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut fence: Option<String> = None;
    let mut columns = None;
    for line in text.lines() {
        let ticks: String = line.chars().take_while(|c| *c == '`').collect();
        if let Some(open) = &fence {
            if line == open {
                fence = None;
            } else if ticks.len() >= open.len() {
                wrong.push(format!("a fence may end at {line:?}"));
            }
            continue;
        }
        if ticks.len() >= 3 {
            fence = Some(ticks);
            continue;
        }
        if line.starts_with("<!-- goodhart:diff:") && line.ends_with(" -->") {
            continue;
        }
        let row = line.starts_with("| ");
        let width = line.matches('|').count();
        if row && *columns.get_or_insert(width) != width {
            wrong.push(format!("{width} columns in {line:?}"));
        }
        columns = columns.filter(|_| row);
        wrong.extend(structure(line, row).map(|what| format!("{what:?} in {line:?}")));
        wrong.extend(reference(line).map(|what| format!("{what:?} is a reference in {line:?}")));
    }
    if let Some(open) = fence {
        wrong.push(format!("{open} is never closed"));
    }
    wrong
}

/// What a parser would make something of, besides what goodhart writes.
fn structure(line: &str, row: bool) -> Option<String> {
    let mut rest = line.to_owned();
    for known in [
        "<code>",
        "</code>",
        "<br>",
        "<details>",
        "</details>",
        "<summary>",
        "</summary>",
        "<!-- -->",
        "**",
        "&nbsp;",
        "&#xFE0F;",
        ":--",
        "--:",
    ] {
        rest = rest.replace(known, "");
    }
    for character in 0..=8203 {
        rest = rest.replace(&format!("&#{character};"), " ");
    }
    let rest = rest.strip_prefix("### ").unwrap_or(&rest);
    let rest = if row { rest.replace('|', "") } else { rest.to_owned() };
    let letters: Vec<char> = rest.chars().collect();
    let emphasis = letters.windows(3).any(|around| {
        around[1] == '_' && !(around[0].is_alphanumeric() && around[2].is_alphanumeric())
    });
    let markup = letters.iter().find(|c| "<>[]`*~\\@#$&|".contains(**c)).map(char::to_string);
    let link = ["://", "www."].into_iter().find(|link| rest.contains(link)).map(str::to_owned);
    markup.or(link).or(emphasis.then(|| "_".to_owned()))
}

/// What a host would make a link or a picture of, outside of code, where references are characters
/// again.
fn reference(line: &str) -> Option<String> {
    let line = line.replace("&#xFE0F;", "");
    let mut prose = String::new();
    for piece in line.split("<code>") {
        prose.push_str(piece.split_once("</code>").map_or(piece, |(_, behind)| behind));
        prose.push(' ');
    }
    for character in (32..127).chain([8203]) {
        let plain = char::from_u32(character).unwrap().to_string();
        prose = prose.replace(&format!("&#{character};"), &plain);
    }
    let letters: Vec<char> = prose.chars().collect();
    let sign = letters
        .windows(2)
        .find(|pair| "@#".contains(pair[0]) && (pair[1].is_alphanumeric() || pair[1] == '_'));
    let word = ["://", "www.", "GH-1"].into_iter().find(|word| prose.contains(word));
    sign.map(|pair| pair.iter().collect()).or(word.map(str::to_owned))
}

/// The links that a viewer would make of a message: unescaped brackets.
pub fn links(text: &str) -> Vec<&str> {
    let mut escaped = false;
    let mut links = Vec::new();
    for (at, character) in text.char_indices() {
        if matches!(character, '[' | ']') && !escaped {
            links.push(&text[at..]);
        }
        escaped = character == '\\' && !escaped;
    }
    links
}

/// The values of both segments in objects of results.
pub fn segment_values<'a>(results: impl Iterator<Item = &'a Value>) -> BTreeSet<String> {
    let mut values = BTreeSet::new();
    for result in results {
        for (name, value) in result["by"].as_object().unwrap() {
            assert!(name == "kind" || name == super::project::COLUMN, "{name:?}");
            values.insert(value.as_str().unwrap().to_owned());
        }
    }
    values
}
