//! Ids that are known by their shape.

/// Whether an id has a shape: `#` is a digit, `@` a capital letter, anything else itself; a `+`
/// repeats what stands before it.
pub(super) fn matches(shape: &str, id: &str) -> bool {
    bytes(shape.as_bytes(), id.as_bytes())
}

fn bytes(shape: &[u8], id: &[u8]) -> bool {
    match (shape, id) {
        ([one, b'+', rest @ ..], [byte, behind @ ..]) => {
            fits(*one, *byte) && (bytes(shape, behind) || bytes(rest, behind))
        }
        ([one, rest @ ..], [byte, behind @ ..]) => fits(*one, *byte) && bytes(rest, behind),
        (shape, id) => shape.is_empty() && id.is_empty(),
    }
}

fn fits(shape: u8, byte: u8) -> bool {
    match shape {
        b'#' => byte.is_ascii_digit(),
        b'@' => byte.is_ascii_uppercase(),
        other => byte == other,
    }
}
