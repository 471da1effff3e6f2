//! Markdown that goodhart did not necessarily write, in a comment under the name of a bot: what a
//! forge would do because of it is undone, the looks are left alone.

/// No account is told of it: a space of no width stands behind every `@` that could begin a name.
pub fn unmentioning(markdown: &str) -> String {
    let mut safe = String::with_capacity(markdown.len());
    let mut characters = markdown.chars().peekable();
    while let Some(character) = characters.next() {
        safe.push(character);
        let name = characters.peek().is_some_and(|next| next.is_alphanumeric() || *next == '_');
        if character == '@' && name {
            safe.push('\u{200b}');
        }
    }
    safe
}

/// No line is a command of GitLab (`/merge`, `/approve`), which obeys it with the rights of the one
/// who comments.
pub fn uncommanding(markdown: &str) -> String {
    let lines = markdown.split_inclusive(['\n', '\r']).map(|line| {
        let rest = line.trim_start();
        let command =
            rest.strip_prefix('/').is_some_and(|name| name.starts_with(char::is_alphabetic));
        match command {
            true => format!("{}\\{rest}", &line[..line.len() - rest.len()]),
            false => line.to_owned(),
        }
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_called() {
        assert_eq!(
            unmentioning("@a @@b x@c.d @ @- `@e`"),
            "@\u{200b}a @@\u{200b}b x@\u{200b}c.d @ @- `@\u{200b}e`"
        );
    }

    #[test]
    fn nothing_is_ordered() {
        assert_eq!(
            uncommanding("/merge\n \t/close\r\na /b\n/\n/* c"),
            "\\/merge\n \t\\/close\r\na /b\n/\n/* c"
        );
    }
}
