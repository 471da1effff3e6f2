//! `unit-mismatch`: a unit that the kind of measure cannot yield makes readers, bounds and targets
//! take the number for another one.

use super::Project;
use crate::diagnostic::{Diagnostic, codes};
use crate::project::catalog::{Catalog, Metric};
use crate::project::definition::measure::MeasureTable;
use crate::project::definition::metric::Unit;

pub fn check(project: &Project<'_>, found: &mut Vec<Diagnostic>) {
    for metric in project.catalog.metrics.values() {
        let unit = &metric.definition.unit;
        let Some((fits, yields)) = yields(metric, project.catalog) else {
            continue;
        };
        if fits {
            continue;
        }
        found.push(
            Diagnostic::new(
                &codes::UNIT_MISMATCH,
                format!("`{}` does not yield {}", metric.id, unit.value.name()),
            )
            .at(unit.span, yields)
            .at(metric.definition.measure.span(), "the measure")
            .help("change the unit, or choose the kind of measure that was meant"),
        );
    }
}

/// Whether the unit fits, and what the measure yields; `None` where it may yield any unit: a mean
/// is of whatever it is the mean of, and a quotient may be a share or seconds per alert.
fn yields(metric: &Metric, catalog: &Catalog) -> Option<(bool, String)> {
    let unit = &metric.definition.unit.value;
    let kind = metric.definition.measure.kind().name();
    let only = |wanted: &Unit| (unit == wanted, format!("a {kind} yields {}", wanted.name()));
    Some(match &metric.definition.measure {
        MeasureTable::Count(_) => only(&Unit::Count),
        MeasureTable::Share(_) | MeasureTable::Distribution(_) => only(&Unit::Ratio),
        MeasureTable::Score(_) => only(&Unit::Score),
        MeasureTable::Survival(_) => (
            matches!(unit, Unit::Seconds | Unit::Days),
            "a survival yields seconds or days".to_owned(),
        ),
        MeasureTable::Change(change) if change.relative => {
            (*unit == Unit::Ratio, "a relative change yields ratio".to_owned())
        }
        MeasureTable::Change(change) => {
            let of = &catalog.metrics.get(change.of.as_str())?.definition.unit.value;
            let yields = format!("a change yields what it is of: {}", of.name());
            (unit == of, yields)
        }
        MeasureTable::Sum(_)
        | MeasureTable::Mean(_)
        | MeasureTable::Median(_)
        | MeasureTable::Quantile(_)
        | MeasureTable::Ratio(_)
        | MeasureTable::Formula(_) => return None,
    })
}
