//! Workflow commands of GitHub Actions: `::error file=a,line=1::message`.

use super::terminal;

/// A message. A line break in it would begin another command.
pub fn data(text: &str) -> String {
    terminal::lines(text).replace('%', "%25").replace('\n', "%0A")
}

/// A value of a property, which a comma or a colon would end.
pub fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_message_or_a_property() {
        assert_eq!(data("100 %\r\n::a::b\rc"), "100 %25%0A::a::b\\u{d}c");
        assert_eq!(property("a,line=9::b\nc%2C"), "a%2Cline=9%3A%3Ab%0Ac%252C");
    }
}
