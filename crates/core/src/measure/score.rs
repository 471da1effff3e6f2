//! `score`: a weighted mean of other metrics, each normalised to 0..100.

use rust_decimal::Decimal;

use super::Figure;
use crate::project::definition::measure::Score;
use crate::result::{Row, Status, canonical};

/// The score of rows of the components at one period and group, in the order of the components.
///
/// Undefined where a component is: a composite that leaves a component out would rise when the
/// worst one stops being measured. All normalised components are companions, and the smallest
/// is named, since a mean averages a weak component away.
pub fn score(score: &Score, parts: &[Option<&Row>]) -> Figure {
    let mut figure = Figure::default();
    let mut weighted = Some(Decimal::ZERO);
    let mut weights = Decimal::ZERO;
    let mut smallest: Option<(Decimal, &str)> = None;
    for (component, part) in score.components.iter().zip(parts) {
        figure.insufficient |= part.is_some_and(|part| part.status == Status::Insufficient);
        let span = component.best.value.checked_sub(component.worst.value);
        let normalised = part.and_then(|part| part.value).and_then(|value| {
            let above = value.checked_sub(component.worst.value)?;
            let share = above.checked_div(span?)?;
            Some((share * Decimal::ONE_HUNDRED).clamp(Decimal::ZERO, Decimal::ONE_HUNDRED))
        });
        let Some(normalised) = normalised else {
            weighted = None;
            continue;
        };
        weights = weights.saturating_add(component.weight.value);
        weighted = weighted
            .and_then(|sum| sum.checked_add(normalised.checked_mul(component.weight.value)?));
        let name = component.metric.as_str();
        if smallest.is_none_or(|(least, _)| normalised < least) {
            smallest = Some((normalised, name));
        }
        figure.companions.push((name.to_owned(), canonical(normalised)));
    }
    figure.value = weighted.and_then(|sum| sum.checked_div(weights)).map(canonical);
    figure.smallest = smallest.map(|(_, name)| name.to_owned());
    figure
}
