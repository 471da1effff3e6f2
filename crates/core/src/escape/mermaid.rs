//! Mermaid, which stands in Markdown and becomes HTML.

use super::terminal;

/// A label between quotes. What is not a letter or a digit of some script is written by its
/// number: a quote or a fence would end it, `%%{…}%%` is a directive wherever it stands, `<`, `&`
/// and `$` begin markup.
pub fn label(text: &str) -> String {
    let mut label = String::with_capacity(text.len());
    for character in terminal::line(text).chars() {
        let plain = !character.is_ascii()
            || character.is_ascii_alphanumeric()
            || matches!(character, '_' | '-' | '.' | ' ' | '(' | ')');
        if plain {
            label.push(character);
        } else {
            label.push_str(&format!("#{};", u32::from(character)));
        }
    }
    label
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_a_label() {
        assert_eq!(label("é_1 (rows)"), "é_1 (rows)");
        assert_eq!(label("\"]\nclick"), "#34;#93;#92;u#123;a#125;click");
        for hostile in ["```", "%%{init: {}}%%", "<img>", "&lt;", "#quot;", "`**a**`", "$$x$$"] {
            let label = label(hostile).replace("#35;", "");
            assert!(!label.contains(['`', '%', '<', '&', '{', '$', '"']), "{label}");
        }
    }
}
