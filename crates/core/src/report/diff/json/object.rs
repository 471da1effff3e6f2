//! Objects that know their schema.

use schemars::{Schema, json_schema};

/// A struct that is written as an object; its schema says of a key what the struct says of the
/// field.
macro_rules! object {
    (
        $(#[doc = $about:literal])*
        $visibility:vis struct $name:ident $(<$life:lifetime>)? {
            $($(#[doc = $says:literal])* $field:ident: $type:ty,)*
        }
    ) => {
        $(#[doc = $about])*
        #[derive(serde::Serialize)]
        $visibility struct $name $(<$life>)? {
            $($(#[doc = $says])* $field: $type,)*
        }

        impl $(<$life>)? schemars::JsonSchema for $name $(<$life>)? {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let fields = vec![$((
                    stringify!($field),
                    concat!($($says),*),
                    generator.subschema_for::<$type>(),
                )),*];
                $crate::report::diff::json::object::schema(concat!($($about),*), fields)
            }
        }
    };
}

pub(super) use object;

/// The schema of an object that has all of its keys: (name, words, schema).
pub fn schema(about: &str, fields: Vec<(&str, &str, Schema)>) -> Schema {
    let names: Vec<&str> = fields.iter().map(|(name, _, _)| *name).collect();
    let properties: serde_json::Map<_, _> = fields
        .into_iter()
        .map(|(name, says, mut schema)| {
            schema.insert("description".to_owned(), says.trim().into());
            (name.to_owned(), schema.to_value())
        })
        .collect();
    json_schema!({
        "type": "object",
        "description": about.trim(),
        "required": names,
        "properties": properties,
    })
}
