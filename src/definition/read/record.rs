//! The macros that turn a struct or enum into a [`FromToml`](super::FromToml) type.

/// Declares a struct that is read from a TOML table.
///
/// Every field is a key of the same name (a leading `r#` is dropped). The field's type decides
/// what absence means: `Option` and `Vec` may be absent, `bool` is then false, anything else is
/// reported as missing. Keys that no field takes are reported. All fields are read before the
/// record gives up, so that all its problems are reported at once.
macro_rules! record {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident {
            $( $(#[$field_meta:meta])* $field:ident : $ty:ty ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone)]
        $vis struct $name {
            /// The first line of the table.
            pub span: $crate::diagnostic::Span,
            $( $(#[$field_meta])* pub $field: $ty, )*
        }

        impl $crate::definition::read::FromToml for $name {
            const EXPECTED: &'static str = "a table";

            fn from_toml(
                value: &toml::Spanned<toml::de::DeValue<'_>>,
                reader: &mut $crate::definition::read::Reader<'_>,
            ) -> Option<Self> {
                const KEYS: &[&str] = &[$( stringify!($field) ),*];
                let names: Vec<&str> =
                    KEYS.iter().map(|key| key.strip_prefix("r#").unwrap_or(key)).collect();
                let fields = $crate::definition::read::Fields::open(value, &names, reader)?;
                $(
                    let key = stringify!($field);
                    let $field: Option<$ty> =
                        fields.field(key.strip_prefix("r#").unwrap_or(key), reader);
                )*
                Some(Self { span: fields.span(), $( $field: $field? ),* })
            }
        }
    };
}

/// Declares an enum that is read from a TOML string.
macro_rules! choice {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident {
            $( $(#[$variant_meta:meta])* $variant:ident = $text:literal ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        $vis enum $name {
            $( $(#[$variant_meta])* $variant ),*
        }

        impl $name {
            /// The names as they are written in TOML.
            pub const NAMES: &'static [&'static str] = &[$( $text ),*];

            pub fn name(self) -> &'static str {
                match self { $( Self::$variant => $text ),* }
            }

            pub fn parse(text: &str) -> Option<Self> {
                match text { $( $text => Some(Self::$variant), )* _ => None }
            }
        }

        impl $crate::definition::read::FromToml for $name {
            const EXPECTED: &'static str = concat!("one of", $( " `", $text, "`", )*);

            fn from_toml(
                value: &toml::Spanned<toml::de::DeValue<'_>>,
                reader: &mut $crate::definition::read::Reader<'_>,
            ) -> Option<Self> {
                let toml::de::DeValue::String(text) = value.get_ref() else {
                    return reader.wrong_type(value, Self::EXPECTED);
                };
                if let Some(choice) = Self::parse(text) {
                    return Some(choice);
                }
                let diagnostic = $crate::diagnostic::Diagnostic::new(
                    &$crate::diagnostic::codes::INVALID_VALUE,
                    format!("`{text}` is not possible here"),
                )
                .at(reader.span(value), Self::EXPECTED)
                .did_you_mean(text, Self::NAMES.iter().copied());
                reader.report(diagnostic);
                None
            }
        }
    };
}

pub(crate) use {choice, record};
