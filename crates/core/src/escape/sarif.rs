//! Messages of SARIF.

use super::terminal;

/// A plain message: `[text](target)` would be a link in it. A bracket is escaped, and so are the
/// backslashes before it, which would else escape the escape.
pub fn message(text: &str) -> String {
    let mut message = String::with_capacity(text.len());
    let mut backslashes = 0;
    for character in terminal::lines(text).chars() {
        if matches!(character, '[' | ']') {
            message.extend(std::iter::repeat_n('\\', backslashes + 1));
        }
        backslashes = if character == '\\' { backslashes + 1 } else { 0 };
        message.push(character);
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_hold_no_links() {
        assert_eq!(message("[a](b)\u{1b}\nc"), "\\[a\\](b)\\u{1b}\nc");
        assert_eq!(message("\\[a\\](b)"), "\\\\\\[a\\\\\\](b)");
    }
}
