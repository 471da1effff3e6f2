//! Time zones and business hours.
//!
//! Instants are `i64` microseconds since 1970-01-01T00:00:00Z, durations are real elapsed time, and
//! opening hours are wall-clock times that are placed on the time line day by day. So an 8-hour
//! night shift has 7 or 9 hours when the clocks change.
//!
//! Zone rules come from the database compiled into the program, never from the machine, so every
//! machine gives the same answer.

mod business;
#[cfg(test)]
mod examples;
mod hours;
mod open_year;
mod problem;
#[cfg(test)]
mod properties;
mod zones;

pub use business::{Calendar, CalendarDefinition, WrittenCalendar};
pub use hours::{Hours, TimeOfDay, parse_hours};
pub use problem::{CalendarProblem, HoursProblem, UnknownZone};
pub use zones::{Zone, Zones};
