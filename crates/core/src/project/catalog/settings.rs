//! What `goodhart.toml` sets, with its defaults.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Weekday;

use super::limits::{self, Limits};
use crate::diagnostic::{CODES, Code, Diagnostic, Levels, Severity, codes};
use crate::measure::calendar::{Calendar, CalendarDefinition, CalendarProblem, Zones};
use crate::project::definition::project::{AsOf, CalendarTable, Grain, ProjectFile};
use crate::project::definition::read::{Duration, Table, Text};

/// The settings of a project.
#[derive(Debug)]
pub struct Settings {
    pub name: String,
    pub grain: Grain,
    /// How many periods are evaluated.
    pub window: u32,
    pub as_of: AsOf,
    /// A rate, mean or quantile of fewer rows is insufficient.
    pub min_n: u64,
    /// What a run may take.
    pub limits: Limits,
    /// Groups of fewer rows are suppressed where a metric does not say otherwise.
    pub min_group: u32,
    pub roots: BTreeMap<String, Text>,
    pub levels: Levels,
    /// Who may own a metric; anybody where it is empty.
    pub owners: Vec<Text>,
    pub require_goal: bool,
    pub require_stakeholders: bool,
    /// How long a review holds; by default, for ever.
    pub review_every: Option<Duration>,
    /// Columns whose mix can turn a total around.
    pub strata: Vec<String>,
    pub calendars: BTreeMap<String, Arc<Calendar>>,
}

/// Where a project does not say: half a year of months is what a quarterly review looks at.
const DEFAULT_GRAIN: Grain = Grain::Month;
const DEFAULT_WINDOW: u32 = 6;
/// As many periods as a century has: beyond that the window is a typing error.
pub fn most_periods(grain: Grain) -> u32 {
    match grain {
        Grain::Day => 36_600,
        Grain::Week => 5_220,
        Grain::Month => 1_200,
        Grain::Quarter => 400,
        Grain::Year => 100,
    }
}
const DEFAULT_MIN_N: u32 = 20;
const DEFAULT_STRATA: &[&str] =
    &["severity", "severity_max", "client", "client_id", "customer_id", "tenant_id"];

/// Checks the project file against this version of goodhart and fills in the defaults.
pub fn settings(file: &ProjectFile, tool_version: &str) -> (Settings, Vec<Diagnostic>) {
    let mut found = Vec::new();
    if let Some(requirement) = &file.goodhart {
        check_version(requirement, tool_version, &mut found);
    }
    let grain = file.grain.unwrap_or(DEFAULT_GRAIN);
    let most = most_periods(grain);
    let window = match &file.window {
        Some(window) if window.value == 0 || window.value > most => {
            found.push(
                Diagnostic::new(
                    &codes::INVALID_VALUE,
                    format!("a window of {} periods is not possible", window.value),
                )
                .at(
                    window.span,
                    format!("expected 1 to {most}, which is a century by {}", grain.name()),
                ),
            );
            DEFAULT_WINDOW
        }
        Some(window) => window.value,
        None => DEFAULT_WINDOW,
    };
    let limits = file.limits.as_ref();
    let mut levels = Levels::default();
    lints(&file.lints, &mut found, |code, severity| levels.set(code, severity));
    let require = file.require.as_ref();
    let settings = Settings {
        name: file.name.to_string(),
        grain,
        window,
        as_of: file.as_of.clone(),
        min_n: u64::from(limits.and_then(|l| l.min_n).unwrap_or(DEFAULT_MIN_N)),
        limits: limits::of_project(limits, &mut found),
        min_group: file.privacy.as_ref().and_then(|privacy| privacy.min_group).unwrap_or(0),
        roots: file.roots.iter().map(|(name, path)| (name.to_string(), path.clone())).collect(),
        levels,
        owners: file.owners.clone(),
        require_goal: require.is_some_and(|require| require.goal),
        require_stakeholders: require.is_some_and(|require| require.stakeholders),
        review_every: require.and_then(|require| require.review_every),
        strata: file.strata.as_ref().map_or_else(
            || DEFAULT_STRATA.iter().map(|name| (*name).to_owned()).collect(),
            |names| names.iter().map(ToString::to_string).collect(),
        ),
        calendars: file
            .calendars
            .iter()
            .filter_map(|(name, table)| {
                calendar(table, &mut found).map(|calendar| (name.to_string(), Arc::new(calendar)))
            })
            .collect(),
    };
    (settings, found)
}

fn check_version(requirement: &Text, tool_version: &str, found: &mut Vec<Diagnostic>) {
    let Ok(wanted) = semver::VersionReq::parse(requirement) else {
        found.push(
            Diagnostic::new(
                &codes::INVALID_VALUE,
                format!("`{}` is not a version requirement", requirement.as_str()),
            )
            .at(requirement.span, "expected something like \">=0.1, <0.3\""),
        );
        return;
    };
    if let Ok(version) = semver::Version::parse(tool_version)
        && !wanted.matches(&version)
    {
        found.push(
            Diagnostic::new(
                &codes::TOOL_VERSION,
                format!("this is goodhart {version}, the project asks for {wanted}"),
            )
            .at(requirement.span, "asked for here")
            .help("install a matching goodhart, or change the requirement"),
        );
    }
}

/// Reads a table of lints and hands every valid entry to `set`.
pub fn lints(
    table: &Table<Text>,
    found: &mut Vec<Diagnostic>,
    mut set: impl FnMut(&'static Code, Severity),
) {
    let adjustable = CODES.iter().filter(|code| code.adjustable).map(|code| code.name);
    for (name, level) in table.iter() {
        let code = Code::named(name);
        let severity = Severity::parse(level);
        if severity.is_none() {
            found.push(
                Diagnostic::new(
                    &codes::INVALID_VALUE,
                    format!("`{}` is not a level", level.as_str()),
                )
                .at(level.span, format!("one of {}", Severity::NAMES.join(", ")))
                .did_you_mean(level, Severity::NAMES),
            );
        }
        match code {
            Some(code) if code.adjustable => {
                if let Some(severity) = severity {
                    set(code, severity);
                }
            }
            Some(_) => found.push(
                Diagnostic::new(
                    &codes::UNKNOWN_LINT,
                    format!("the level of `{}` cannot be changed", name.as_str()),
                )
                .at(name.span, "always an error: nothing can be computed past it"),
            ),
            None => found.push(
                Diagnostic::new(
                    &codes::UNKNOWN_LINT,
                    format!("there is no diagnostic called `{}`", name.as_str()),
                )
                .at(name.span, "not a code")
                .did_you_mean(name, adjustable.clone().filter(|code| table.get(code).is_none())),
            ),
        }
    }
}

fn calendar(table: &CalendarTable, found: &mut Vec<Diagnostic>) -> Option<Calendar> {
    let hours: Vec<(Weekday, &Text)> = Weekday::Monday
        .cycle_forward()
        .zip(table.hours.days())
        .flat_map(|(day, texts)| texts.iter().map(move |text| (day, text)))
        .collect();
    let holidays: Vec<String> =
        table.holidays.iter().map(|holiday| holiday.value.0.to_string()).collect();
    let definition = CalendarDefinition {
        zone: &table.zone,
        hours: hours.iter().map(|(day, text)| (*day, text.as_str())).collect(),
        holidays: holidays.iter().map(String::as_str).collect(),
    };
    let problems = match Calendar::new(&Zones::default(), &definition) {
        Ok(calendar) => return Some(calendar),
        Err(problems) => problems,
    };
    for problem in problems {
        let hour = |index: usize| hours.get(index).map_or(table.span, |(_, text)| text.span);
        let span = match &problem {
            CalendarProblem::UnknownZone(_) => table.zone.span,
            CalendarProblem::NeverOpen => table.hours.span,
            CalendarProblem::BadHours { index, .. } => hour(*index),
            CalendarProblem::OverlappingHours { second_index, .. } => hour(*second_index),
            CalendarProblem::BadHoliday { index, .. }
            | CalendarProblem::HolidayOutOfRange { index, .. } => {
                table.holidays.get(*index).map_or(table.span, |holiday| holiday.span)
            }
        };
        let label = match &problem {
            CalendarProblem::UnknownZone(_) => "expected a zone such as \"Europe/Berlin\"",
            CalendarProblem::NeverOpen => "needs hours on one day at least",
            CalendarProblem::OverlappingHours { .. } => "begins before the other ends",
            CalendarProblem::BadHours { .. } => "expected hours such as \"09:00-17:00\"",
            CalendarProblem::BadHoliday { .. } | CalendarProblem::HolidayOutOfRange { .. } => {
                "expected a date such as 2026-05-01"
            }
        };
        found.push(Diagnostic::new(&codes::INVALID_VALUE, problem.to_string()).at(span, label));
    }
    None
}
