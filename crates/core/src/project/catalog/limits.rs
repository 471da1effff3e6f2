//! What a run may take: the project's `[limits]` with their defaults, and a metric's own.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::time::Duration;

use super::{Metric, Settings};
use crate::diagnostic::{Diagnostic, FileId, Files, codes};
use crate::project::definition::limits::{LimitsTable, MetricLimitsTable};
use crate::project::definition::project::ProjectFile;
use crate::project::definition::read::{self, At, Reader, Size};

/// What a run of a project may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long one metric may take, by the wall clock.
    pub time: Duration,
    /// How long the whole run may take, by the wall clock.
    pub run_time: Duration,
    /// How much memory DuckDB may take, in bytes.
    pub memory: u64,
    /// How many rows of one metric may come from DuckDB.
    pub result_rows: u64,
    /// How much of one metric may come from DuckDB, in bytes.
    pub result_size: u64,
    /// How large the snapshot of one metric may be, in bytes.
    pub snapshot_size: u64,
    /// How large a file of a source or metric may be, in bytes.
    pub definition_size: u64,
    /// How deep derived sources may read derived sources: one over files alone has depth 1.
    pub depth: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time: Duration::from_secs(60),
            run_time: Duration::from_secs(15 * 60),
            memory: 4_000_000_000,
            result_rows: 100_000,
            result_size: 64_000_000,
            snapshot_size: 16_000_000,
            definition_size: 1 << 20,
            depth: 16,
        }
    }
}

/// What one metric may take: its own limits where it has them, else the project's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetricLimits {
    /// How long it may take, by the wall clock.
    pub time: Duration,
    /// How many of its rows may come from DuckDB.
    pub result_rows: u64,
    /// How much of it may come from DuckDB, in bytes.
    pub result_size: u64,
    /// How large its snapshot may be, in bytes.
    pub snapshot_size: u64,
}

impl Metric {
    /// What the metric may take: the smaller of its own and the project's limits.
    pub fn limits(&self, settings: &Settings) -> MetricLimits {
        let project = &settings.limits;
        let own = self.definition.limits.as_ref();
        let time = own.and_then(|own| own.time).map(|at| duration(at.value));
        let rows = own.and_then(|own| own.result_rows).map(|at| u64::from(at.value));
        let size = own.and_then(|own| own.result_size).map(|at| at.value.bytes);
        let snapshot = own.and_then(|own| own.snapshot_size).map(|at| at.value.bytes);
        MetricLimits {
            time: time.map_or(project.time, |own| own.min(project.time)),
            result_rows: rows.map_or(project.result_rows, |own| own.min(project.result_rows)),
            result_size: size.map_or(project.result_size, |own| own.min(project.result_size)),
            snapshot_size: snapshot
                .map_or(project.snapshot_size, |own| own.min(project.snapshot_size)),
        }
    }
}

/// Beyond these a limit limits nothing, or lets nothing pass.
const SECONDS: RangeInclusive<u64> = 1..=86_400;
const ROWS: RangeInclusive<u64> = 1..=100_000_000;
const MEMORY: RangeInclusive<u64> = 64_000_000..=64_000_000_000_000;
const SIZE: RangeInclusive<u64> = 1_000..=4_000_000_000;
const DEFINITION: RangeInclusive<u64> = 1_000..=16 << 20;
const DEPTH: RangeInclusive<u64> = 1..=64;

const OF_SECONDS: &str = "expected \"1s\" to \"1d\"";
const OF_ROWS: &str = "expected 1 to 100000000";
const OF_SIZE: &str = "expected \"1KB\" to \"4GB\"";

/// The limits of a project. One that is not possible is reported and stays as it is by default.
pub fn of_project(table: Option<&LimitsTable>, found: &mut Vec<Diagnostic>) -> Limits {
    let defaults = Limits::default();
    let Some(table) = table else {
        return defaults;
    };
    let mut time = |given: Option<At<read::Duration>>, default| {
        possible(given.map(seconds), &SECONDS, OF_SECONDS, found)
            .map_or(default, Duration::from_secs)
    };
    let (of_metric, of_run) =
        (time(table.time, defaults.time), time(table.run_time, defaults.run_time));
    let mut size = |given: Option<At<Size>>, range, expected, default| {
        possible(given.map(bytes), range, expected, found).unwrap_or(default)
    };
    let memory = size(table.memory, &MEMORY, "expected \"64MB\" to \"64TB\"", defaults.memory);
    let result_size = size(table.result_size, &SIZE, OF_SIZE, defaults.result_size);
    let snapshot_size = size(table.snapshot_size, &SIZE, OF_SIZE, defaults.snapshot_size);
    let definition_size = size(
        table.definition_size,
        &DEFINITION,
        "expected \"1KB\" to \"16MiB\"",
        defaults.definition_size,
    );
    let mut count = |given: Option<At<u32>>, range, expected, default| {
        possible(given.map(number), range, expected, found).unwrap_or(default)
    };
    Limits {
        time: of_metric,
        run_time: of_run,
        memory,
        result_rows: count(table.result_rows, &ROWS, OF_ROWS, defaults.result_rows),
        result_size,
        snapshot_size,
        definition_size,
        depth: count(table.depth, &DEPTH, "expected 1 to 64", defaults.depth),
    }
}

/// How large a file of a source or metric may be, as goodhart.toml says; the default where it
/// cannot be read.
pub fn definition_size(files: &Files, project: FileId) -> u64 {
    let (project, _) = Reader::read::<ProjectFile>(files, project);
    let table = project.as_ref().and_then(|project| project.limits.as_ref());
    of_project(table, &mut Vec::new()).definition_size
}

/// Reports limits of a metric that are not possible, or above those of the project.
pub fn check_metric(
    own: &MetricLimitsTable,
    project: Option<&LimitsTable>,
    limits: &Limits,
    found: &mut Vec<Diagnostic>,
) {
    let mut check = |own: Option<At<u64>>, range, expected, most, set: Option<At<u64>>, name| {
        if let (Some(at), Some(own)) = (own, possible(own, range, expected, found))
            && own > most
        {
            let default = set.is_none();
            let mut diagnostic =
                Diagnostic::new(&codes::LIMIT_RAISED, format!("`{name}` is above the project's"))
                    .at(at.span, "a metric may take less than the project allows, never more");
            if let Some(set) = set {
                diagnostic = diagnostic.at(set.span, "the project's limit");
            }
            let allowed = written(name, most);
            found.push(
                diagnostic
                    .note(if default {
                        format!("the project's `limits.{name}` is {allowed}, the default")
                    } else {
                        format!("the project's `limits.{name}` is {allowed}")
                    })
                    .help("lower it, or raise `limits` in goodhart.toml for all metrics"),
            );
        }
    };
    let time = |at: Option<At<read::Duration>>| at.map(seconds);
    check(
        time(own.time),
        &SECONDS,
        OF_SECONDS,
        limits.time.as_secs(),
        time(project.and_then(|project| project.time)),
        "time",
    );
    check(
        own.result_rows.map(number),
        &ROWS,
        OF_ROWS,
        limits.result_rows,
        project.and_then(|project| project.result_rows).map(number),
        "result_rows",
    );
    let size = |at: Option<At<Size>>| at.map(bytes);
    check(
        size(own.result_size),
        &SIZE,
        OF_SIZE,
        limits.result_size,
        size(project.and_then(|project| project.result_size)),
        "result_size",
    );
    check(
        size(own.snapshot_size),
        &SIZE,
        OF_SIZE,
        limits.snapshot_size,
        size(project.and_then(|project| project.snapshot_size)),
        "snapshot_size",
    );
}

/// The value where it is within its range; otherwise it is reported.
fn possible(
    given: Option<At<u64>>,
    range: &RangeInclusive<u64>,
    expected: impl Display,
    found: &mut Vec<Diagnostic>,
) -> Option<u64> {
    let At { value, span } = given?;
    if range.contains(&value) {
        return Some(value);
    }
    let says = if value < *range.start() { "allows nothing" } else { "is no limit" };
    found.push(
        Diagnostic::new(&codes::INVALID_VALUE, format!("a limit that {says}"))
            .at(span, expected.to_string()),
    );
    None
}

/// A limit as it is written in `[limits]`.
fn written(name: &str, value: u64) -> String {
    match name {
        "time" => format!("{value} s"),
        "result_rows" => value.to_string(),
        _ => size_text(value),
    }
}

/// An amount of bytes in the largest unit that shows it exactly.
pub fn size_text(bytes: u64) -> String {
    const UNITS: [(&str, u64); 7] = [
        ("TB", 1_000_000_000_000),
        ("GiB", 1 << 30),
        ("GB", 1_000_000_000),
        ("MiB", 1 << 20),
        ("MB", 1_000_000),
        ("KiB", 1 << 10),
        ("KB", 1_000),
    ];
    UNITS
        .into_iter()
        .find(|(_, unit)| bytes >= *unit && bytes.is_multiple_of(*unit))
        .map_or_else(|| format!("{bytes} bytes"), |(name, unit)| format!("{} {name}", bytes / unit))
}

fn seconds(at: At<read::Duration>) -> At<u64> {
    At { value: u64::try_from(at.value.seconds).unwrap_or(0), span: at.span }
}

fn duration(of: read::Duration) -> Duration {
    Duration::from_secs(u64::try_from(of.seconds).unwrap_or(0))
}

fn bytes(at: At<Size>) -> At<u64> {
    At { value: at.value.bytes, span: at.span }
}

fn number(at: At<u32>) -> At<u64> {
    At { value: u64::from(at.value), span: at.span }
}
