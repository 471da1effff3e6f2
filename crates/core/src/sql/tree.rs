//! DuckDB's syntax tree, as `json_serialize_sql` writes it: texts and names are those of the JSON,
//! not copies.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::parsed::Place;

/// A value of DuckDB's JSON.
#[derive(Debug)]
pub enum Tree<'a> {
    Null,
    True,
    False,
    Number(u64),
    Text(Cow<'a, str>),
    List(Vec<Self>),
    Object(Vec<(Cow<'a, str>, Self)>),
}

/// A field of an object: its name and its value.
pub type Field<'a> = (Cow<'a, str>, Tree<'a>);

/// Why a tree cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// The reader stops at 128 levels, so nothing behind it can be too deep to walk.
    TooDeep,
    /// What the reader of JSON says.
    Malformed(String),
}

impl<'a> Tree<'a> {
    /// Reads JSON.
    ///
    /// # Errors
    /// What is too deep, or no JSON.
    pub fn read(json: &'a str) -> Result<Self, Unreadable> {
        serde_json::from_str(json).map_err(|error| {
            let text = error.to_string();
            if text.contains("recursion limit") {
                Unreadable::TooDeep
            } else {
                Unreadable::Malformed(text)
            }
        })
    }

    /// The value of a field of an object.
    pub fn field(&self, name: &str) -> Option<&Self> {
        let Self::Object(fields) = self else { return None };
        fields.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The text in a field of an object.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        match self.field(name)? {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The values of a list in a field of an object.
    pub fn list_of(&self, name: &str) -> &[Self] {
        match self.field(name) {
            Some(Self::List(values)) => values,
            _ => &[],
        }
    }

    /// The texts of a list in a field of an object.
    pub fn texts_of(&self, name: &str) -> impl Iterator<Item = &str> {
        self.list_of(name).iter().filter_map(|value| match value {
            Self::Text(text) => Some(text.as_ref()),
            _ => None,
        })
    }

    /// Where a node says that it stands in the statement.
    pub fn place(&self) -> Option<Place> {
        let number = |name| match self.field(name) {
            Some(Self::Number(number)) => usize::try_from(*number).ok(),
            _ => None,
        };
        // No place is the largest number.
        let start = number("query_location").filter(|start| u32::try_from(*start).is_ok())?;
        Some(Place { start, length: number("query_location_length").unwrap_or(0).max(1) })
    }

    /// What stands before a name: `a` and `b` of `a.b.name`. The fields for that and the path that
    /// says the same must agree; where they do not, a `?` is what stands before it.
    pub fn qualifiers(&self, catalog: &str, schema: &str, name: &str) -> Vec<String> {
        let parts = [catalog, schema].into_iter().filter_map(|field| self.text_of(field));
        let mut parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
        let path = self.field("qualified_name");
        let path: Vec<&str> = path.into_iter().flat_map(|path| path.texts_of("path")).collect();
        if parts.is_empty() && path != [name] {
            parts.extend(path.iter().rev().skip(1).rev());
            if parts.is_empty() {
                parts.push("?");
            }
        }
        parts.into_iter().map(str::to_owned).collect()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Tree<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Tree<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a syntax tree")
    }

    fn visit_unit<E>(self) -> Result<Tree<'de>, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree<'de>, E> {
        Ok(if value { Tree::True } else { Tree::False })
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree<'de>, E> {
        Ok(Tree::Number(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Tree<'de>, E> {
        Ok(Tree::Text(number.to_string().into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Tree<'de>, E> {
        Ok(Tree::Text(number.to_string().into()))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Tree<'de>, E> {
        Ok(Tree::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree<'de>, E> {
        Ok(Tree::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Tree<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = values.next_element()? {
            list.push(value);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tree<'de>, A::Error> {
        let mut fields = Vec::new();
        while let Some(Name(name)) = entries.next_key()? {
            fields.push((name, entries.next_value()?));
        }
        Ok(Tree::Object(fields))
    }
}

/// A key; serde's own `Cow` would copy it.
struct Name<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_str(Reader)? {
            Tree::Text(name) => Ok(Self(name)),
            _ => Ok(Self(Cow::Borrowed(""))),
        }
    }
}
