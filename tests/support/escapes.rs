//! Text with escapes, for what would be too long or too odd to write down.

/// `\n`, `\r`, `\t`, `\\`, `\xNN` for any byte, and `\{1000:text}` for a repeated text.
pub fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let escape = &rest[at + 1..];
        let length = match escape.chars().next() {
            Some('n') => bytes.push_and(b'\n'),
            Some('r') => bytes.push_and(b'\r'),
            Some('t') => bytes.push_and(b'\t'),
            Some('\\') => bytes.push_and(b'\\'),
            Some('x') => {
                bytes.push(u8::from_str_radix(&escape[1..3], 16).unwrap());
                3
            }
            Some('{') => {
                let end = escape.find('}').unwrap();
                let (count, repeated) = escape[1..end].split_once(':').unwrap();
                bytes.extend(repeated.repeat(count.parse().unwrap()).bytes());
                end + 1
            }
            other => panic!("`\\{other:?}` is no escape"),
        };
        rest = &escape[length..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}

trait PushAnd {
    /// Pushes and returns how many bytes of the escape that took.
    fn push_and(&mut self, byte: u8) -> usize;
}

impl PushAnd for Vec<u8> {
    fn push_and(&mut self, byte: u8) -> usize {
        self.push(byte);
        1
    }
}
