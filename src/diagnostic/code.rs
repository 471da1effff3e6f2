//! The stable names of all diagnostics.

/// How much a diagnostic matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Not shown at all.
    Allow,
    /// Shown, never fails a run.
    Note,
    /// Shown, does not fail a run.
    Warn,
    /// Fails the run.
    Error,
}

impl Severity {
    /// The name used in `[lints]`.
    pub const NAMES: [&'static str; 4] = ["allow", "note", "warn", "error"];

    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "allow" => Some(Self::Allow),
            "note" => Some(Self::Note),
            "warn" => Some(Self::Warn),
            "error" => Some(Self::Error),
            _ => None,
        }
    }
}

/// Which exit code an error of this kind leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The definitions, the data or the numbers are not as they should be: exit code 1.
    Finding,
    /// The tool could not do its work: exit code 2.
    Failure,
}

/// A kind of diagnostic.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// Stable, kebab-case.
    pub name: &'static str,
    /// The level where neither the project nor the metric says otherwise.
    pub default: Severity,
    pub class: Class,
    /// Whether `[lints]` may change the level. A definition that cannot be read has no level.
    pub adjustable: bool,
    /// One sentence: what it means.
    pub summary: &'static str,
}

macro_rules! codes {
    ($($ident:ident $name:literal $default:ident $class:ident $adjustable:literal $summary:literal;)*) => {
        /// Every code, by name.
        pub mod codes {
            use super::{Class, Code, Severity};
            $(
                #[doc = $summary]
                pub static $ident: Code = Code {
                    name: $name,
                    default: Severity::$default,
                    class: Class::$class,
                    adjustable: $adjustable,
                    summary: $summary,
                };
            )*
        }
        /// All codes, in the order of their declaration.
        pub static CODES: &[&Code] = &[$(&codes::$ident),*];
    };
}

codes! {
    TOML_SYNTAX "toml-syntax" Error Finding false "A file is not valid TOML.";
    NOT_UTF8 "not-utf8" Error Finding false "A definition file is not UTF-8 text.";
    UNKNOWN_KEY "unknown-key" Error Finding false "A key that goodhart does not know.";
    MISSING_KEY "missing-key" Error Finding false "A required key is absent.";
    WRONG_TYPE "wrong-type" Error Finding false "A value of the wrong TOML type.";
    INVALID_VALUE "invalid-value" Error Finding false "A value that does not mean anything here.";
    CONFLICTING_KEYS "conflicting-keys" Error Finding false "Keys that cannot stand together.";
    INVALID_NAME "invalid-name" Error Finding false "A file or column name that cannot be used as an id.";
    DUPLICATE_ID "duplicate-id" Error Finding false "Two files define the same id.";
    TOOL_VERSION "tool-version" Error Failure false "The project asks for another version of goodhart.";
    UNKNOWN_LINT "unknown-lint" Error Finding false "`[lints]` names a code that does not exist or has no level.";
    UNKNOWN_SOURCE "unknown-source" Error Finding false "A name that is no source of this project.";
    UNKNOWN_METRIC "unknown-metric" Error Finding false "A name that is no metric of this project.";
    UNKNOWN_COLUMN "unknown-column" Error Finding false "A column that the source or population does not have.";
    SOURCE_CYCLE "source-cycle" Error Finding false "Derived sources that need each other.";
    METRIC_CYCLE "metric-cycle" Error Finding false "Metrics that are computed from each other.";
    SEGMENT_MISMATCH "segment-mismatch" Error Finding false "A breakdown that a composed metric's parts do not have.";
    OUTSIDE_PROJECT "outside-project" Error Finding false "A path that leaves the project and its named roots.";
    UNSET_VARIABLE "unset-variable" Error Failure false "A `${NAME}` in a path that the environment does not set.";
    UNREADABLE_SOURCE "unreadable-source" Error Failure false "Files of a source that are missing or cannot be read.";
    MISSING_COLUMN "missing-column" Error Finding false "A declared column that the data does not have.";
    VALUE_NOT_PARSED "value-not-parsed" Error Finding false "A value that is not of the declared type.";
    NULL_NOT_ALLOWED "null-not-allowed" Error Finding false "A null in a column that must not have one.";
    DUPLICATE_KEY "duplicate-key" Error Finding false "Rows that share the value of a key.";
    VALUE_NOT_ALLOWED "value-not-allowed" Error Finding false "A value outside the declared set.";
    EXPECTATION_FAILED "expectation-failed" Error Finding true "Rows that break a hard `[[expect]]`.";
    EXPECTATION_MISSED "expectation-missed" Warn Finding true "Rows that break a soft `[[expect]]`.";
    STALE_SOURCE "stale-source" Error Finding true "A source whose newest row is older than its `freshness` allows.";
    SQL_ERROR "sql-error" Error Finding false "SQL that DuckDB refuses.";
    NONDETERMINISTIC_FUNCTION "nondeterministic-function" Error Finding false "SQL whose answer is another one on every run.";
    SUBJECT_NOT_UNIQUE "subject-not-unique" Error Finding false "A population that counts a subject more than once.";
    NOT_COMPUTABLE "not-computable" Error Finding false "A number that does not fit the engine's decimals.";
    OWNER_MISSING "owner-missing" Error Finding true "A metric that nobody owns.";
    CEILING_MISSING "ceiling-missing" Error Finding true "A metric without a natural ceiling.";
    GAMEABILITY_MISSING "gameability-missing" Error Finding true "A metric that does not say how it would be cheated.";
    UNKNOWN_GUARD "unknown-guard" Error Finding true "A guard that is no metric of this project.";
    CEILING_VIOLATED "ceiling-violated" Error Finding true "A value outside the metric's ceiling.";
    TARGET_MISSED "target-missed" Error Finding true "A value that misses the metric's target.";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_unique_and_kebab_case() {
        let mut seen = BTreeSet::new();
        for code in CODES {
            assert!(seen.insert(code.name), "{} is declared twice", code.name);
            assert!(
                code.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
            );
            assert!(code.summary.ends_with('.'));
        }
    }
}
