//! Text from data and definitions, made harmless for a terminal.

/// Shows control, bidirectional and zero-width characters as escapes, so that a value can neither
/// move the cursor nor pretend to be another one.
pub fn visible(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        let hidden = character.is_control()
            || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{61c}');
        if hidden {
            safe.extend(character.escape_unicode());
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
    fn escapes_are_seen() {
        assert_eq!(visible("a\u{1b}[2J\u{202e}é"), "a\\u{1b}[2J\\u{202e}é");
    }
}
