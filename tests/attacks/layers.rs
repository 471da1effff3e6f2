//! The layers around SQL, each alone, and the table of what stops what.

use std::fmt;

/// A layer of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    Gate,
    Settings,
    Limits,
    Sandbox,
}

impl Layer {
    pub const ALL: [Self; 4] = [Self::Gate, Self::Settings, Self::Limits, Self::Sandbox];

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|layer| layer.to_string() == text)
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gate => "gate",
            Self::Settings => "settings",
            Self::Limits => "limits",
            Self::Sandbox => "sandbox",
        })
    }
}

/// What stands between an attack and its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Guard {
    /// The program as it is.
    Whole,
    Alone(Layer),
    None,
}

impl Guard {
    pub fn all() -> impl Iterator<Item = Self> {
        let alone = Layer::ALL.into_iter().map(Self::Alone);
        std::iter::once(Self::Whole).chain(alone).chain(std::iter::once(Self::None))
    }
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("whole"),
            Self::Alone(layer) => layer.fmt(f),
            Self::None => f.write_str("none"),
        }
    }
}
