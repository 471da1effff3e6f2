//! Opening hours of a day, in local wall-clock time.

use std::fmt;

use super::problem::HoursProblem;

/// A wall-clock time from 00:00 to 24:00, to the minute.
///
/// 24:00 is the end of the day: the same as 00:00 of the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay {
    minutes: u16,
}

/// Minutes in a day, by the wall clock.
const DAY_MINUTES: u16 = 24 * 60;

/// An interval of a day: open from `opens()`, and no longer open at `closes()`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hours {
    opens: TimeOfDay,
    closes: TimeOfDay,
}

impl TimeOfDay {
    /// 00:00.
    pub const MIDNIGHT: Self = Self { minutes: 0 };

    /// Minutes since 00:00, at most 1440.
    #[must_use]
    pub const fn minutes(self) -> u16 {
        self.minutes
    }

    /// Whether this is 24:00.
    #[must_use]
    pub const fn is_end_of_day(self) -> bool {
        self.minutes == DAY_MINUTES
    }

    /// Reads `HH:MM`, both with two digits.
    fn parse(text: &str) -> Result<Self, Unreadable> {
        let &[h1, h2, b':', m1, m2] = text.as_bytes() else {
            return Err(Unreadable::Form);
        };
        let two_digits = |tens: u8, ones: u8| {
            (tens.is_ascii_digit() && ones.is_ascii_digit())
                .then(|| u16::from(tens - b'0') * 10 + u16::from(ones - b'0'))
                .ok_or(Unreadable::Form)
        };
        let (hour, minute) = (two_digits(h1, h2)?, two_digits(m1, m2)?);
        let minutes = hour * 60 + minute;
        if minute > 59 || minutes > DAY_MINUTES {
            return Err(Unreadable::Value);
        }
        Ok(Self { minutes })
    }
}

/// Why a text is no time of day.
enum Unreadable {
    Form,
    Value,
}

impl Hours {
    /// The time from which it is open.
    #[must_use]
    pub const fn opens(self) -> TimeOfDay {
        self.opens
    }

    /// The time from which it is closed again, later than `opens()`.
    #[must_use]
    pub const fn closes(self) -> TimeOfDay {
        self.closes
    }
}

/// Reads opening hours such as `08:00-18:00` or `00:00-24:00`.
///
/// # Errors
///
/// When the text has another form (hours have two digits), names no time of day, or does not close
/// later than it opens.
pub fn parse_hours(text: &str) -> Result<Hours, HoursProblem> {
    let malformed = || HoursProblem::Malformed { text: text.to_owned() };
    let (opens, closes) = text.trim().split_once('-').ok_or_else(malformed)?;
    let time = |part: &str| {
        let part = part.trim();
        TimeOfDay::parse(part).map_err(|why| match why {
            Unreadable::Form => malformed(),
            Unreadable::Value => HoursProblem::NoSuchTime { time: part.to_owned() },
        })
    };
    let (opens, closes) = (time(opens)?, time(closes)?);
    let text = || text.to_owned();
    match opens.cmp(&closes) {
        std::cmp::Ordering::Less => Ok(Hours { opens, closes }),
        std::cmp::Ordering::Equal => Err(HoursProblem::Empty { text: text() }),
        std::cmp::Ordering::Greater => Err(HoursProblem::ClosesBeforeOpening { text: text() }),
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.minutes / 60, self.minutes % 60)
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.opens, self.closes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_hours() {
        for text in ["08:00-18:00", "00:00-24:00", "23:59-24:00", "00:00-00:01"] {
            assert_eq!(parse_hours(text).unwrap().to_string(), text);
        }
        assert_eq!(parse_hours(" 08:00 - 18:00 ").unwrap().to_string(), "08:00-18:00");
        assert!(parse_hours("00:00-24:00").unwrap().closes().is_end_of_day());
    }

    #[test]
    fn says_what_is_wrong() {
        for text in [
            "",
            "-",
            "08:00",
            "8:00-18:00",
            "08:00-18",
            "08:00-18:00-19:00",
            "ab:cd-ef:gh",
            "08.00-18.00",
            "08:00\u{2013}18:00",
            "08:00-18:0\u{e9}",
            "+8:00-18:00",
        ] {
            assert_eq!(parse_hours(text), Err(HoursProblem::Malformed { text: text.into() }));
        }
        for (text, time) in
            [("08:60-18:00", "08:60"), ("08:00-24:01", "24:01"), ("99:99-18:00", "99:99")]
        {
            assert_eq!(parse_hours(text), Err(HoursProblem::NoSuchTime { time: time.into() }));
        }
        assert!(matches!(
            parse_hours("22:00-06:00"),
            Err(HoursProblem::ClosesBeforeOpening { .. })
        ));
        assert!(matches!(parse_hours("08:00-08:00"), Err(HoursProblem::Empty { .. })));
        assert!(matches!(parse_hours("24:00-24:00"), Err(HoursProblem::Empty { .. })));
    }
}
