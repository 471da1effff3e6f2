//! Time zones by name, and the step between UTC and the wall clock.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};

use super::problem::UnknownZone;

/// The time zones of the IANA database that is compiled into the program.
///
/// Names must be written as the database writes them, `Europe/Berlin`: one spelling for each zone.
/// A zone is resolved once and then cached. May be shared between threads.
#[derive(Debug)]
pub struct Zones {
    database: TimeZoneDatabase,
    /// Only zones that exist, so the cache is no larger than the database.
    known: RwLock<HashMap<String, Zone>>,
}

/// A time zone. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    rules: TimeZone,
}

impl Zones {
    /// An empty cache over the compiled-in database.
    #[must_use]
    pub fn new() -> Self {
        Self { database: TimeZoneDatabase::bundled(), known: RwLock::default() }
    }

    /// The zone of this name.
    ///
    /// # Errors
    ///
    /// When the database has no zone of exactly this name; the error suggests a similar one.
    pub fn get(&self, name: &str) -> Result<Zone, UnknownZone> {
        // A poisoned cache is still a cache: entries are only ever added whole.
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(zone) = known.get(name) {
            return Ok(zone.clone());
        }
        drop(known);
        let zone = self.resolve(name).ok_or_else(|| UnknownZone {
            name: name.to_owned(),
            suggestion: self.most_similar(name),
        })?;
        self.known
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name.to_owned(), zone.clone());
        Ok(zone)
    }

    /// The wall-clock time of a UTC instant, both in microseconds; see [`Zone::local_time`].
    ///
    /// # Errors
    ///
    /// When the zone does not exist.
    pub fn local_time(&self, zone: &str, utc_micros: i64) -> Result<Option<i64>, UnknownZone> {
        self.get(zone).map(|zone| zone.local_time(utc_micros))
    }

    /// The UTC instant of a wall-clock time, both in microseconds; see [`Zone::from_local`].
    ///
    /// # Errors
    ///
    /// When the zone does not exist.
    pub fn from_local(&self, zone: &str, local_micros: i64) -> Result<Option<i64>, UnknownZone> {
        self.get(zone).map(|zone| zone.from_local(local_micros))
    }

    fn resolve(&self, name: &str) -> Option<Zone> {
        let rules = self.database.get(name).ok()?;
        // The look-up ignores case. It also knows a placeholder zone that silently acts as UTC.
        let exact = rules.iana_name() == Some(name) && !rules.is_unknown();
        exact.then_some(Zone { rules })
    }

    /// The name with the fewest typing errors between it and `name`, if there are few.
    ///
    /// The part after the last slash is a candidate too, so `berlin` finds `Europe/Berlin`.
    fn most_similar(&self, name: &str) -> Option<String> {
        let wanted: String = name.to_lowercase().chars().take(64).collect();
        let most_errors = wanted.chars().count() / 3;
        let errors_in = |candidate: &str| {
            let candidate = candidate.to_lowercase();
            let city = candidate.rsplit('/').next().unwrap_or(&candidate);
            let whole = strsim::damerau_levenshtein(&wanted, &candidate);
            let in_city = strsim::damerau_levenshtein(&wanted, city);
            // The whole name breaks the tie between `UTC` and `Etc/UTC`.
            (whole.min(in_city), whole)
        };
        self.database
            .available()
            .map(|candidate| (errors_in(candidate.as_str()), candidate.as_str().to_owned()))
            .filter(|((errors, _), candidate)| {
                *errors <= most_errors && self.resolve(candidate).is_some()
            })
            .min()
            .map(|(_, candidate)| candidate)
    }
}

impl Default for Zones {
    fn default() -> Self {
        Self::new()
    }
}

impl Zone {
    /// The name in the database.
    #[must_use]
    pub fn name(&self) -> &str {
        self.rules.iana_name().unwrap_or_default()
    }

    /// The wall-clock time of a UTC instant: microseconds since 1970-01-01T00:00:00 by the local
    /// clock. `None` outside the years -9999 to 9999.
    #[must_use]
    pub fn local_time(&self, utc_micros: i64) -> Option<i64> {
        let instant = Timestamp::from_microsecond(utc_micros).ok()?;
        let offset = i64::from(self.rules.to_offset(instant).seconds());
        utc_micros.checked_add(offset.checked_mul(1_000_000)?)
    }

    /// The UTC instant of a wall-clock time, the reverse of [`Zone::local_time`].
    ///
    /// A time that occurs twice (the clocks go back) is the earlier one. A time that never occurs
    /// (the clocks go forward) is shifted forward by the gap: 02:30 becomes 03:30. `None` outside
    /// the years -9999 to 9999.
    #[must_use]
    pub fn from_local(&self, local_micros: i64) -> Option<i64> {
        // Reading the wall clock as if it were UTC gives its civil date and time.
        let wall = Offset::UTC.to_datetime(Timestamp::from_microsecond(local_micros).ok()?);
        let instant = self.rules.to_ambiguous_timestamp(wall).compatible().ok()?;
        Some(instant.as_microsecond())
    }

    /// The second since 1970 at which hours that open at `wall` open: the earlier of two, and the
    /// end of the gap for a time that never occurs. `None` outside the years -9999 to 9999.
    pub(super) fn opening_second(&self, wall: DateTime) -> Option<i64> {
        self.second_of(wall, Timestamp::min)
    }

    /// As [`Zone::opening_second`], but the later of two for a time that occurs twice.
    pub(super) fn closing_second(&self, wall: DateTime) -> Option<i64> {
        self.second_of(wall, Timestamp::max)
    }

    fn second_of(
        &self,
        wall: DateTime,
        choose: fn(Timestamp, Timestamp) -> Timestamp,
    ) -> Option<i64> {
        let at = |offset: Offset| offset.to_timestamp(wall).ok();
        let instant = match self.rules.to_ambiguous_timestamp(wall).offset() {
            AmbiguousOffset::Unambiguous { offset } => at(offset)?,
            AmbiguousOffset::Fold { before, after } => choose(at(before)?, at(after)?),
            AmbiguousOffset::Gap { before, after } => {
                // The smaller offset reads the time as after the change, the larger as before it.
                // The change is the first one after the latter.
                let earlier = at(after)?.min(at(before)?);
                self.rules.following(earlier).next()?.timestamp()
            }
        };
        Some(instant.as_second())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Microseconds of a civil time, as if the clock showed UTC.
    fn micros(text: &str) -> i64 {
        let wall: DateTime = text.parse().unwrap();
        Offset::UTC.to_timestamp(wall).unwrap().as_microsecond()
    }

    #[test]
    fn converts_there_and_back() {
        let zones = Zones::new();
        for (zone, utc, local) in [
            ("UTC", "2026-01-01T00:00:00", "2026-01-01T00:00:00"),
            ("Europe/Berlin", "2026-01-01T00:00:00.000001", "2026-01-01T01:00:00.000001"),
            ("Europe/Berlin", "2026-07-01T00:00:00", "2026-07-01T02:00:00"),
            ("Asia/Kolkata", "2026-07-01T00:00:00", "2026-07-01T05:30:00"),
            ("Asia/Kathmandu", "1969-12-31T23:59:59", "1970-01-01T05:29:59"),
            ("Australia/Lord_Howe", "2026-01-01T00:00:00", "2026-01-01T11:00:00"),
            ("America/St_Johns", "2026-01-01T00:00:00", "2025-12-31T20:30:00"),
        ] {
            assert_eq!(zones.local_time(zone, micros(utc)), Ok(Some(micros(local))));
            assert_eq!(zones.from_local(zone, micros(local)), Ok(Some(micros(utc))));
        }
    }

    #[test]
    fn gaps_shift_forward_and_folds_take_the_earlier() {
        let zone = Zones::new().get("Europe/Berlin").unwrap();
        for (local, utc) in [
            ("2026-03-29T02:30:00", "2026-03-29T01:30:00"),
            ("2026-10-25T02:30:00", "2026-10-25T00:30:00"),
        ] {
            assert_eq!(zone.from_local(micros(local)), Some(micros(utc)));
        }
    }

    #[test]
    fn opening_and_closing_in_gaps_and_folds() {
        let zones = Zones::new();
        let utc = |text: &str| Some(micros(text) / 1_000_000);
        for (zone, wall, opens, closes) in [
            ("Europe/Berlin", "2026-03-29T02:00", "2026-03-29T01:00", "2026-03-29T01:00"),
            ("Europe/Berlin", "2026-03-29T02:59", "2026-03-29T01:00", "2026-03-29T01:00"),
            ("Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00", "2026-03-29T01:00"),
            ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30", "2026-10-25T01:30"),
            ("Europe/Berlin", "2026-10-25T03:00", "2026-10-25T02:00", "2026-10-25T02:00"),
            // A half-hour change, and a whole day that never was.
            ("Australia/Lord_Howe", "2026-10-04T02:10", "2026-10-03T15:30", "2026-10-03T15:30"),
            ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00", "2011-12-30T10:00"),
        ] {
            let (zone, wall) = (zones.get(zone).unwrap(), wall.parse().unwrap());
            assert_eq!(zone.opening_second(wall), utc(opens), "{wall}");
            assert_eq!(zone.closing_second(wall), utc(closes), "{wall}");
        }
    }

    #[test]
    fn unknown_names_get_a_suggestion() {
        let zones = Zones::new();
        for (name, suggestion) in [
            ("Europe/Berln", Some("Europe/Berlin")),
            ("europe/berlin", Some("Europe/Berlin")),
            ("berlin", Some("Europe/Berlin")),
            ("utc", Some("UTC")),
            ("Amercia/New_York", Some("America/New_York")),
            ("", None),
            ("Middle-earth/Minas_Tirith", None),
            ("Etc/Unknown", None),
        ] {
            let error = zones.get(name).unwrap_err();
            assert_eq!(error.name, name);
            if name != "Etc/Unknown" {
                assert_eq!(error.suggestion.as_deref(), suggestion);
            }
        }
        assert_eq!(
            zones.get("berlin").unwrap_err().to_string(),
            "unknown time zone `berlin`; did you mean `Europe/Berlin`?"
        );
    }

    #[test]
    fn out_of_range_is_no_value() {
        let zone = Zones::new().get("Asia/Tokyo").unwrap();
        for micros in [i64::MIN, i64::MAX, i64::MIN / 2] {
            assert_eq!(zone.local_time(micros), None);
            assert_eq!(zone.from_local(micros), None);
        }
    }
}
