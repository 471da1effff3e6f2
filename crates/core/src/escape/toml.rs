//! Strings and keys of TOML that goodhart writes.

use toml_writer::{TomlKeyBuilder, TomlStringBuilder, TomlWrite};

use super::{begins_command, is_hidden};

/// A basic string on one line: no value becomes a line, a key or a table, and a diff shows what is
/// hidden in it.
pub fn string(text: &str) -> String {
    let mut quoted = String::new();
    // Writing to a string does not fail.
    let _ = quoted.value(TomlStringBuilder::new(text).as_basic());
    visible(&quoted)
}

/// A string as a person would quote it, on one line.
pub fn readable(text: &str) -> String {
    if visible(text) != text {
        return string(text);
    }
    let mut quoted = String::new();
    let _ = quoted.value(text);
    quoted
}

/// A key, quoted where it has to be.
pub fn key(name: &str) -> String {
    let builder = TomlKeyBuilder::new(name);
    let mut written = String::new();
    let _ = written.key(builder.as_unquoted().unwrap_or_else(|| builder.as_basic()));
    visible(&written)
}

/// Escapes what the library leaves as it is; between the quotes of a basic string that means the
/// same. What would begin a command of a CI system is escaped too: a log shows diffs of snapshots.
fn visible(quoted: &str) -> String {
    let mut written = String::with_capacity(quoted.len());
    for (at, character) in quoted.char_indices() {
        let command = character == '[' && begins_command(quoted.get(..at).unwrap_or(""));
        match u32::from(character) {
            _ if !command && !is_hidden(character) => written.push(character),
            short @ ..=0xffff => written.push_str(&format!("\\u{short:04X}")),
            long => written.push_str(&format!("\\U{long:08X}")),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_values_stay_values() {
        let hostile = [
            "\"\nx = 1",
            "é\u{202e}\u{0}",
            "]\r\n[table]",
            "",
            "\u{7f}\u{9b}",
            "'''\n\"\"\"\n",
            "\\\u{e0041}\u{200b}\\",
            "##[group]a ##vso[b]",
        ];
        for hostile in hostile {
            for written in [string(hostile), readable(hostile)] {
                assert!(!written.chars().any(is_hidden), "{written}");
                assert!(!written.contains("##[") && !written.contains("##vso["), "{written}");
                let table: toml::Table = format!("v = {written}").parse().unwrap();
                assert_eq!(table["v"].as_str(), Some(hostile));
            }
            assert!(!key(hostile).chars().any(is_hidden));
            let table: toml::Table = format!("{} = 1", key(hostile)).parse().unwrap();
            assert!(table.contains_key(hostile));
        }
    }

    #[test]
    fn ordinary_text_is_as_a_person_writes_it() {
        assert_eq!(string("é 中"), "\"é 中\"");
        assert_eq!((readable("a\"b").as_str(), key("a-b").as_str()), ("'a\"b'", "a-b"));
    }
}
