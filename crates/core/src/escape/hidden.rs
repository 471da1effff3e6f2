//! Characters that are not seen, or that change how others are seen.

/// Control characters, those that change the direction of text, those that have no width (what
/// Unicode calls default ignorable: joiners, fillers, selectors, tags), separators of lines, and
/// what XML cannot hold.
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{fffe}'..='\u{ffff}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_of_any_script_is_seen() {
        for text in ["é ß Ñ", "中文 日本語 한국어", "العربية עברית", "हिन्दी", "😀 ▁▂▃ · …"]
        {
            assert!(!text.chars().any(is_hidden), "{text}");
        }
    }

    #[test]
    fn nothing_invisible_is_taken_for_text() {
        for hidden in
            "\0\u{1b}\n\u{7f}\u{85}\u{9b}\u{ad}\u{200b}\u{202e}\u{2066}\u{2028}\u{e0041}".chars()
        {
            assert!(is_hidden(hidden), "{}", hidden.escape_unicode());
        }
    }
}
