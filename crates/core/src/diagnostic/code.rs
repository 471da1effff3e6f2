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

    /// As it is written in `[lints]`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Note => "note",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }

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
    /// `docs/codes/<name>.md`: what it means, why it matters, and how to mend it, in Markdown.
    pub page: &'static str,
}

impl Code {
    /// The code of that name.
    pub fn named(name: &str) -> Option<&'static Code> {
        CODES.iter().copied().find(|code| code.name == name)
    }
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
                    page: include_str!(concat!("../../../../docs/codes/", $name, ".md")),
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
    HIDDEN_FILE "hidden-file" Error Finding false "A path to a hidden file or folder, where secrets are kept.";
    FORBIDDEN_VARIABLE "forbidden-variable" Error Finding false "A `${NAME}` in a path that is not one of goodhart's own variables.";
    NOT_A_FILE "not-a-file" Error Finding false "A path that is no regular file, such as a pipe or a device.";
    SOURCE_CHANGED "source-changed" Error Failure false "A file of a source that changed while it was read.";
    LIMIT_EXCEEDED "limit-exceeded" Error Finding false "Something that takes more than `[limits]` allows.";
    LIMIT_RAISED "limit-raised" Error Finding false "A metric whose limit is above that of the project.";
    WORKER_DIED "worker-died" Error Failure false "The process that ran a piece of SQL ended.";
    MISSING_COLUMN "missing-column" Error Finding false "A declared column that the data does not have.";
    VALUE_NOT_PARSED "value-not-parsed" Error Finding false "A value that is not of the declared type.";
    NULL_NOT_ALLOWED "null-not-allowed" Error Finding false "A null in a column that must not have one.";
    DUPLICATE_KEY "duplicate-key" Error Finding false "Rows that share the value of a key.";
    VALUE_NOT_ALLOWED "value-not-allowed" Error Finding false "A value outside the declared set.";
    EXPECTATION_FAILED "expectation-failed" Error Finding true "Rows that break a hard `[[expect]]`.";
    EXPECTATION_MISSED "expectation-missed" Warn Finding true "Rows that break a soft `[[expect]]`.";
    STALE_SOURCE "stale-source" Error Finding true "A source whose newest row is older than its `freshness` allows.";
    SQL_ERROR "sql-error" Error Finding false "SQL that DuckDB refuses.";
    SQL_NOT_ALLOWED "sql-not-allowed" Error Finding false "SQL that does more than compute over declared sources.";
    NONDETERMINISTIC_FUNCTION "nondeterministic-function" Error Finding false "SQL whose answer is another one on every run.";
    CLOCK_OUT_OF_PLACE "clock-out-of-place" Error Finding false "`as_of()` or `period_start()` where it has no one value.";
    REPEATED_COLUMN "repeated-column" Error Finding false "A query with two columns of one name.";
    SUBJECT_NOT_UNIQUE "subject-not-unique" Error Finding false "A population that counts a subject more than once.";
    NOT_COMPUTABLE "not-computable" Error Finding false "A number that does not fit the engine's decimals.";
    OWNER_MISSING "owner-missing" Error Finding true "A metric that nobody owns.";
    CEILING_MISSING "ceiling-missing" Error Finding true "A metric without a natural ceiling.";
    GAMEABILITY_MISSING "gameability-missing" Error Finding true "A metric that does not say how it would be cheated.";
    UNKNOWN_GUARD "unknown-guard" Error Finding true "A guard that is no metric of this project.";
    UNKNOWN_OWNER "unknown-owner" Error Finding true "An owner who is not in the project's list of owners.";
    CEILING_UNEXPLAINED "ceiling-unexplained" Warn Finding true "A ceiling without a reason.";
    CEILING_IMPOSSIBLE "ceiling-impossible" Error Finding true "A ceiling that the unit cannot have.";
    CEILING_IS_TARGET "ceiling-is-target" Warn Finding true "A target that is the ceiling itself.";
    CEILING_OTHER_SIDE "ceiling-other-side" Warn Finding true "A ceiling that leaves open the side to which the metric is pushed, or a target beyond it.";
    GAMEABILITY_COPIED "gameability-copied" Warn Finding true "A gameability answer that was copied from another metric.";
    GAMEABILITY_UNGUARDED "gameability-unguarded" Warn Finding true "A gameability answer that names no guard.";
    SELF_GUARD "self-guard" Error Finding true "A metric that guards itself.";
    DEPENDENT_GUARD "dependent-guard" Warn Finding true "A guard that measures the same as the metric it guards.";
    WAIVER_EXPIRED "waiver-expired" Error Finding true "A gaming waiver whose date has passed.";
    REVIEW_OVERDUE "review-overdue" Warn Finding true "A metric whose review is overdue.";
    GOAL_MISSING "goal-missing" Error Finding true "A metric without a goal, where the project asks for one.";
    STAKEHOLDERS_MISSING "stakeholders-missing" Error Finding true "A metric that nobody reads, where the project asks for stakeholders.";
    NAME_STYLE "name-style" Warn Finding true "An id, file or folder name that is not in lower snake case, or says what the kind of file says already.";
    DUPLICATE_POPULATION "duplicate-population" Warn Finding true "Two metrics whose populations are the same SQL under different keys.";
    SIMILAR_POPULATION "similar-population" Warn Finding true "Two populations that differ in a detail, perhaps by mistake.";
    VERSION_NOT_RAISED "version-not-raised" Error Finding true "A definition that changed and kept its version.";
    MEAN_ALONE "mean-alone" Warn Finding true "The mean of a duration without a median or quantile beside it.";
    CLOSED_ONLY_DURATION "closed-only-duration" Warn Finding true "A duration whose population leaves out what is still open.";
    COHORT_BY_CLOSING "cohort-by-closing" Warn Finding true "A period that is decided by when the work ended.";
    CALENDAR_OF_AS_OF "calendar-of-as-of" Warn Finding true "A stock that asks which year, month or day its `as_of()` is in.";
    STOCK_WITHOUT_AS_OF "stock-without-as-of" Warn Finding true "A stock that is the same in every period.";
    PART_OF_DURATION "part-of-duration" Error Finding true "A part of a duration, such as its hours, where its length is meant.";
    CALENDAR_DURATION "calendar-duration" Warn Finding true "Calendar months or years that are taken for a duration.";
    BOUNDARY_COUNT "boundary-count" Warn Finding true "A `date_diff`, which counts where a unit begins, taken for a duration.";
    END_OF_DAY "end-of-day" Warn Finding true "An instant that is compared with a day, of which only midnight counts.";
    LOST_OFFSET "lost-offset" Warn Finding true "A text that is cast to a timestamp without its offset from UTC.";
    ROW_ORDER "row-order" Warn Finding true "A value that depends on the order in which rows come.";
    ROW_ORDER_WITHOUT_KEY "row-order-without-key" Error Finding true "A number that depends on the order of rows that no declared key tells apart.";
    RATIO_OF_AVERAGES "ratio-of-averages" Warn Finding true "A quotient of averages, which is no average of quotients.";
    AVERAGE_OF_AVERAGES "average-of-averages" Warn Finding true "An average over groups that are averages themselves.";
    HIDDEN_MIX "hidden-mix" Warn Finding true "A rate or average over rows that have a severity or client, with no breakdown by it.";
    TARGET_WITHOUT_TOLERANCE "target-without-tolerance" Warn Finding true "A target that is judged on a handful of rows.";
    UNIT_MISMATCH "unit-mismatch" Error Finding true "A unit that the kind of measure cannot yield.";
    CURRENT_SEVERITY "current-severity" Warn Finding true "The current value of a column of which the highest was kept.";
    UNKNOWN_FRAMEWORK "unknown-framework" Warn Finding true "A framework whose ids goodhart does not know.";
    UNKNOWN_FRAMEWORK_ID "unknown-framework-id" Error Finding true "An id that the framework does not have.";
    WITHDRAWN_FRAMEWORK_ID "withdrawn-framework-id" Warn Finding true "An id that the framework has withdrawn.";
    FRAMEWORK_EDITION "framework-edition" Error Finding true "An id of another edition of the framework.";
    SECRET_IN_DEFINITION "secret-in-definition" Error Finding true "A text that looks like a password, key or token.";
    ABSOLUTE_PATH "absolute-path" Warn Finding true "A path that exists on one machine only.";
    PERSONAL_SEGMENT "personal-segment" Warn Finding true "A segment that looks like a person, an address or a secret.";
    PERSONAL_VALUE "personal-value" Warn Finding true "Values of a segment that look like addresses.";
    PSEUDONYM_KEY_MISSING "pseudonym-key-missing" Error Failure false "Sensitive segments, and no key to make pseudonyms with.";
    PSEUDONYM_KEY_CHANGED "pseudonym-key-changed" Error Finding false "Pseudonyms that were made with another key than those in the snapshots.";
    NULL_IN_CONDITION "null-in-condition" Warn Finding true "A condition that leaves out rows because a value is null.";
    UNKNOWN_VALUE "unknown-value" Error Finding true "A comparison with a text that the value cannot be.";
    IMPOSSIBLE_CONDITION "impossible-condition" Warn Finding true "A condition that no row can meet.";
    REDUNDANT_CONDITION "redundant-condition" Warn Finding true "A condition that every row meets.";
    TEXT_ORDER "text-order" Warn Finding true "Numbers that are ordered as texts.";
    UNION_BY_POSITION "union-by-position" Error Finding true "A set operation whose sides have the same columns in another order.";
    UNION_NAME_ELSEWHERE "union-name-elsewhere" Warn Finding true "A set operation with a name that stands elsewhere on the other side.";
    UNUSED_SOURCE "unused-source" Warn Finding true "A source that nothing reads.";
    UNUSED_COLUMN "unused-column" Allow Finding true "A declared column that nothing reads.";
    UNUSED_POPULATION_COLUMN "unused-population-column" Warn Finding true "A column of a population that nothing uses.";
    TEST_FAILED "test-failed" Error Finding true "A `[[test]]` that does not yield what it expects.";
    SNAPSHOT_CONFLICTED "snapshot-conflicted" Error Finding false "A snapshot with the markers of a merge.";
    SNAPSHOT_EDITED "snapshot-edited" Error Finding false "A snapshot that somebody changed by hand.";
    SNAPSHOT_UNREADABLE "snapshot-unreadable" Error Finding false "A snapshot that goodhart did not write.";
    SNAPSHOT_ORPHANED "snapshot-orphaned" Warn Finding true "A snapshot of a metric that does not exist.";
    TARGET_LOOSENED "target-loosened" Warn Finding true "A target that is easier to reach than at the base.";
    CEILING_LOOSENED "ceiling-loosened" Warn Finding true "A ceiling that allows more than at the base.";
    GUARD_REMOVED "guard-removed" Warn Finding true "A metric that is watched less than at the base.";
    DIRECTION_CHANGED "direction-changed" Warn Finding true "A metric whose better direction is another one.";
    METRIC_REMOVED "metric-removed" Warn Finding true "A metric that the base has and the head has not.";
    NEWLY_MISSED "newly-missed" Warn Finding true "A ceiling or target that was kept at the base and is missed now.";
    MIX_REVERSAL "mix-reversal" Warn Finding true "A total that moved against every one of its groups.";
    NOT_ATTRIBUTABLE "not-attributable" Note Finding true "A change of a value whose cause cannot be told.";
    CEILING_VIOLATED "ceiling-violated" Error Finding true "A value outside the metric's ceiling.";
    TARGET_MISSED "target-missed" Error Finding true "A value that misses the metric's target.";
    ALERT_RAISED "alert-raised" Warn Finding true "A move of a value that an `[[alert]]` of the metric looks for.";
    ALERT_LOOSENED "alert-loosened" Warn Finding true "An alert that is gone, or that needs a larger move than at the base.";
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
