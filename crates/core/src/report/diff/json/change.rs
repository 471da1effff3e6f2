//! Values and their changes.

use std::borrow::Cow;

use rust_decimal::Decimal;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::{Error, SerializeMap};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::super::change::ValueTexts;
use super::object::object;
use crate::result::diff::{Cause, Effects, MetricDiff, SeriesChange, ValueChange};
use crate::result::{self, canonical, date_text};

/// A number in its canonical text.
pub struct Number(pub Decimal);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.to_string()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

impl JsonSchema for Number {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Number".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number" })
    }
}

/// Segment values, in the order of the segments; empty for the total.
pub struct Group<'a>(pub &'a result::Group);

impl Serialize for Group<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (segment, value) in self.0 {
            map.serialize_entry(segment, value)?;
        }
        map.end()
    }
}

impl JsonSchema for Group<'_> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Group".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "additionalProperties": { "type": ["string", "null"] },
        })
    }
}

object! {
    /// A value of a metric.
    pub struct Value {
        /// In the metric's unit; null where undefined or suppressed.
        value: Option<Number>,
        /// `final`, `provisional`, `insufficient`, `undefined` or `suppressed`.
        status: &'static str,
        /// The rows that it rests on.
        n: Option<u64>,
        /// The rows whose duration is not over yet.
        n_open: Option<u64>,
        /// What is divided, where something is.
        numerator: Option<Number>,
        /// What it is divided by.
        denominator: Option<Number>,
        /// The lower end of the 95 % interval.
        ci_low: Option<Number>,
        /// The upper end of the 95 % interval.
        ci_high: Option<Number>,
    }
}

impl Value {
    pub fn of(row: &result::Row) -> Self {
        Self {
            value: row.value.map(Number),
            status: row.status.name(),
            n: row.n,
            n_open: row.n_open,
            numerator: row.numerator.map(Number),
            denominator: row.denominator.map(Number),
            ci_low: row.ci_low.map(Number),
            ci_high: row.ci_high.map(Number),
        }
    }
}

object! {
    /// A value that is another one.
    pub struct Change<'a> {
        /// The segment values of the group.
        by: Group<'a>,
        /// The UTC date on which the period begins.
        period: String,
        /// Whether it is the change that stands for its group: of the newest period that is over.
        headline: bool,
        /// The value at the base.
        old: Value,
        /// The value at the head.
        new: Value,
        /// New minus old, in the metric's unit.
        delta: Option<Number>,
        /// The delta as a share of the old value, rounded to 6 digits; null where that is 0.
        relative: Option<Number>,
        /// `better` or `worse`; null where the direction does not say.
        course: Option<&'static str>,
        /// Whether one of the two values rests on too few rows to say much.
        small: bool,
        /// Whether each value lies within the interval of the other.
        within_chance: bool,
        /// Why it is another one.
        cause: CauseObject<'a>,
    }
}

object! {
    /// Why a value is another one. Where the effects are known they add up to the delta.
    struct CauseObject<'a> {
        /// `definition`, `data`, `both` or `not-attributable`.
        kind: &'static str,
        /// What the change of the definition did, over the new data.
        definition: Option<Number>,
        /// What the change of the data did, under the old definition.
        data: Option<Number>,
        /// The part of the definition effect that is there only because the data moved too.
        interaction: Option<Number>,
        /// Why it is not attributable.
        reason: Option<&'a str>,
    }
}

impl<'a> CauseObject<'a> {
    fn of(cause: &'a Cause) -> Self {
        let (kind, effects, reason) = match cause {
            Cause::Definition(effects) => ("definition", effects.as_ref(), None),
            Cause::Data(effects) => ("data", effects.as_ref(), None),
            Cause::Both(effects) => ("both", effects.as_ref(), None),
            Cause::NotAttributable(why) => ("not-attributable", None, Some(why.as_str())),
        };
        let number = |of: fn(&Effects) -> Option<Decimal>| effects.and_then(of).map(normal);
        Self {
            kind,
            definition: number(|effects| Some(effects.definition)),
            data: number(|effects| Some(effects.data)),
            interaction: number(|effects| effects.interaction),
            reason,
        }
    }
}

impl<'a> Change<'a> {
    pub fn of(metric: &MetricDiff, series: &'a SeriesChange, change: &'a ValueChange) -> Self {
        Self {
            by: Group(&series.group),
            period: date_text(change.period.start),
            headline: series.headline().is_some_and(|headline| std::ptr::eq(headline, change)),
            old: Value::of(&change.old),
            new: Value::of(&change.new),
            delta: change.delta().map(normal),
            relative: change.relative().map(|share| Number(canonical(share))),
            course: ValueTexts::of(metric, change).course.map(|course| course.name()),
            small: change.is_small(),
            within_chance: change.is_within_chance(),
            cause: CauseObject::of(&change.cause),
        }
    }
}

/// A difference of canonical numbers has no more digits than they have.
pub fn normal(number: Decimal) -> Number {
    Number(number.normalize())
}
