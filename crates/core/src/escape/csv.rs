//! CSV that is opened in a spreadsheet.

use std::borrow::Cow;

/// A cell of text. A spreadsheet would compute what begins like a formula; with an apostrophe
/// before it it shows the text. A text that begins with an apostrophe gets one more, so that
/// taking one away gives the text back. Numbers are no texts: `-1` stays a number.
pub fn cell(text: &str) -> Cow<'_, str> {
    let formula = |c: char| matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '\'');
    // Some trim a cell before they look at it.
    let blank = |c: char| c.is_whitespace() || super::is_hidden(c);
    let broken = text.starts_with(['\t', '\r', '\n']);
    if broken || text.trim_start_matches(blank).starts_with(formula) {
        return format!("'{text}").into();
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_a_formula() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1", " =1", "\u{feff}=1", "'="]
        {
            assert_eq!(cell(text), format!("'{text}"));
        }
        for text in ["", "a=1", "{\"a\":\"=1\"}", "1", "é"] {
            assert_eq!(cell(text), text);
        }
    }
}
