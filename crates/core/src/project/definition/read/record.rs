//! The macros that turn a struct or enum into a [`FromToml`](super::FromToml) type.
//!
//! Doc comments are what an editor shows for a key or a value: they are words for the author of a
//! definition, too.

/// Declares a struct that is read from a TOML table.
///
/// Every field is a key of the same name (a leading `r#` is dropped). The field's type decides
/// what absence means: `Option` and `Vec` may be absent, `bool` is then false, anything else is
/// reported as missing. Keys that no field takes are reported. All fields are read before the
/// record gives up, so that all its problems are reported at once.
macro_rules! record {
    (
        $(#[doc = $doc:literal])*
        $vis:vis struct $name:ident {
            $( $(#[doc = $field_doc:literal])* $field:ident : $ty:ty ),* $(,)?
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone)]
        $vis struct $name {
            /// The first line of the table.
            pub span: $crate::diagnostic::Span,
            $( $(#[doc = $field_doc])* pub $field: $ty, )*
        }

        impl $crate::project::definition::read::FromToml for $name {
            const EXPECTED: &'static str = "a table";

            fn from_toml(
                value: &toml::Spanned<toml::de::DeValue<'_>>,
                reader: &mut $crate::project::definition::read::Reader<'_>,
            ) -> Option<Self> {
                use $crate::project::definition::read::{Fields, key};

                let names = [$( key(stringify!($field)) ),*];
                let fields = Fields::open(value, &names, reader)?;
                $( let $field: Option<$ty> = fields.field(key(stringify!($field)), reader); )*
                Some(Self { span: fields.span(), $( $field: $field? ),* })
            }
        }

        impl $crate::project::definition::read::HasSchema for $name {
            fn schema() -> schemars::Schema {
                use $crate::project::definition::read::schema::{Key, record};

                record(
                    &[$( $doc ),*],
                    vec![$( Key::of::<$ty>(stringify!($field), &[$( $field_doc ),*]) ),*],
                )
            }
        }
    };
}

/// Declares an enum that is read from a TOML string.
macro_rules! choice {
    (
        $(#[doc = $doc:literal])*
        $vis:vis enum $name:ident {
            $( $(#[doc = $variant_doc:literal])* $variant:ident = $text:literal ),* $(,)?
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        $vis enum $name {
            $( $(#[doc = $variant_doc])* $variant ),*
        }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$( Self::$variant ),*];

            /// The names as they are written in TOML.
            pub const NAMES: &'static [&'static str] = &[$( $text ),*];

            pub fn name(self) -> &'static str {
                match self { $( Self::$variant => $text ),* }
            }

            pub fn parse(text: &str) -> Option<Self> {
                match text { $( $text => Some(Self::$variant), )* _ => None }
            }
        }

        impl $crate::project::definition::read::FromToml for $name {
            const EXPECTED: &'static str = concat!("one of", $( " `", $text, "`", )*);

            fn from_toml(
                value: &toml::Spanned<toml::de::DeValue<'_>>,
                reader: &mut $crate::project::definition::read::Reader<'_>,
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
                .at(reader.span(value), Self::EXPECTED);
                reader.report($crate::project::definition::read::explain(diagnostic, text, Self::NAMES));
                None
            }
        }

        impl $crate::project::definition::read::HasSchema for $name {
            fn schema() -> schemars::Schema {
                $crate::project::definition::read::schema::choice(
                    &[$( $doc ),*],
                    &[$( ($text, &[$( $variant_doc ),*]) ),*],
                )
            }
        }
    };
}

pub(crate) use {choice, record};
