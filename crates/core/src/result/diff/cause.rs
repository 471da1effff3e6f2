//! Why a value is another one: the definition, the data, or both.

use rust_decimal::Decimal;

use super::Revision;
use super::definition::differences;
use crate::project::catalog::Source;
use crate::result::Row;

/// Why a value changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// Only the definition moved.
    Definition(Option<Effects>),
    /// Only the data moved.
    Data(Option<Effects>),
    /// Both moved; without effects where one of the values is undefined.
    Both(Option<Effects>),
    /// It cannot be told, and why.
    NotAttributable(String),
}

/// The parts of a change, in the metric's unit. `definition` and `data` add up to it exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effects {
    /// V(new, new) − V(old, new)
    pub definition: Decimal,
    /// V(old, new) − V(old, old)
    pub data: Decimal,
    /// What part of the definition effect is there only because the data moved too:
    /// (V(new, new) − V(old, new)) − (V(new, old) − V(old, old)). `None` where the old data is gone.
    pub interaction: Option<Decimal>,
}

/// What moved of a metric between two sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangedInput {
    Nothing,
    Definition,
    Data,
    Both,
    /// It cannot be told, and why.
    Unknown(String),
}

/// What moved of a metric that is called `old` in the base and `new` in the head. The definition is
/// everything that decides the numbers, whatever file it stands in; the data are the files that the
/// old definition reads, and the as-of.
pub fn moved(base: &Revision<'_>, head: &Revision<'_>, old: &str, new: &str) -> ChangedInput {
    let (Some((before, old)), Some((after, new))) = (base.metric(old), head.metric(new)) else {
        let without = if base.metric(old).is_none() { base } else { head };
        return ChangedInput::Unknown(format!(
            "{} has no definition of it",
            without.provenance.name
        ));
    };
    let (Some(first), Some(second)) = (&base.provenance.inputs, &head.provenance.inputs) else {
        let without = if base.provenance.inputs.is_none() { base } else { head };
        let name = &without.provenance.name;
        return ChangedInput::Unknown(format!("{name} does not say what it was computed from"));
    };
    let definition = !differences((before, old), (after, new)).is_empty();
    let parts = before.catalog.with_parts(old);
    let sources = parts.into_iter().flat_map(|metric| before.catalog.upstream(metric));
    let data = first.as_of != second.as_of
        || sources
            .filter(|id| before.catalog.sources.get(*id).is_some_and(Source::is_from_files))
            .any(|id| first.sources.get(id) != second.sources.get(id));
    match (definition, data) {
        (false, false) => ChangedInput::Nothing,
        (true, false) => ChangedInput::Definition,
        (false, true) => ChangedInput::Data,
        (true, true) => ChangedInput::Both,
    }
}

/// The cause of the change from `old` to `new`, where `crossed` is V(old, new) and `reverse`
/// V(new, old): a row, none where that evaluation has none here, or why there is no evaluation.
pub fn cause(
    moved: &ChangedInput,
    old: &Row,
    new: &Row,
    crossed: Option<Result<Option<&Row>, &str>>,
    reverse: Option<Result<Option<&Row>, &str>>,
) -> Cause {
    let total = new.value.zip(old.value).and_then(|(new, old)| new.checked_sub(old));
    let whole = |definition: bool| {
        total.map(|total| {
            let (definition, data) =
                if definition { (total, Decimal::ZERO) } else { (Decimal::ZERO, total) };
            Effects { definition, data, interaction: Some(Decimal::ZERO) }
        })
    };
    match moved {
        ChangedInput::Definition => Cause::Definition(whole(true)),
        ChangedInput::Data => Cause::Data(whole(false)),
        ChangedInput::Unknown(why) => Cause::NotAttributable(why.clone()),
        ChangedInput::Nothing => Cause::NotAttributable(
            "neither the definition nor the data moved: one of the two snapshots was not current"
                .to_owned(),
        ),
        ChangedInput::Both => match crossed {
            None => Cause::NotAttributable("the old definition was not evaluated".to_owned()),
            Some(Err(why)) => Cause::NotAttributable(why.to_owned()),
            Some(Ok(between)) => {
                let between = between.and_then(|row| row.value);
                let reverse = reverse.and_then(Result::ok).flatten().and_then(|row| row.value);
                Cause::Both(effects(old.value, between, new.value, reverse))
            }
        },
    }
}

fn effects(
    old: Option<Decimal>,
    between: Option<Decimal>,
    new: Option<Decimal>,
    reverse: Option<Decimal>,
) -> Option<Effects> {
    let (old, between, new) = (old?, between?, new?);
    let definition = new.checked_sub(between)?;
    let data = between.checked_sub(old)?;
    let interaction = reverse
        .and_then(|reverse| reverse.checked_sub(old))
        .and_then(|alone| definition.checked_sub(alone));
    Some(Effects { definition, data, interaction })
}
