//! JSON, which may be printed to a terminal or the log of a CI system all the same.

use std::fmt::Write;

use super::{begins_command, is_hidden};

/// A JSON document that means the same and hides nothing: what is hidden, and what would begin a
/// command, can only stand within strings, where an escape means the character.
pub fn document(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for (at, character) in json.char_indices() {
        let command = character == '[' && begins_command(json.get(..at).unwrap_or(""));
        // Serializers break lines, and only between strings.
        if command || is_hidden(character) && character != '\n' {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(character);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_means_the_same() {
        let hostile = ["\u{202e}\\\u{7f}\"\u{e0041}\u{9b}é中", "##[x]##vso[y][", "\n\u{2028}"];
        for pretty in [false, true] {
            let text = if pretty {
                serde_json::to_string_pretty(&hostile)
            } else {
                serde_json::to_string(&hostile)
            };
            let safe = document(&text.unwrap());
            assert!(!safe.chars().any(|c| is_hidden(c) && c != '\n') && !safe.contains("##["));
            assert!(safe.contains("\\u202e") && safe.contains("é中"), "{safe}");
            assert_eq!(serde_json::from_str::<Vec<String>>(&safe).unwrap(), hostile);
        }
    }
}
