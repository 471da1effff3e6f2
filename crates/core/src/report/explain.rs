//! `eval --explain`: the plan, and the SQL that runs.

use crate::escape::terminal;
use crate::plan::Plan;
use crate::project::catalog::Catalog;

/// The plan as text; `statements` are the metrics of each scan, what the scan is, and its SQL.
pub fn explain(
    catalog: &Catalog,
    plan: &Plan,
    statements: &[(Vec<String>, String, String)],
) -> String {
    let mut text = String::from("Sources\n");
    for step in &plan.sources {
        let readers = match step.readers {
            1 => "1 reader".to_owned(),
            count => format!("{count} readers"),
        };
        text.push_str(&format!("  {}: {}, {readers}", step.id, step.materialise.describe()));
        let reads = catalog.sources.get(&step.id).map_or(&[][..], |source| &source.reads);
        if !reads.is_empty() {
            text.push_str(&format!(", reads {}", reads.join(", ")));
        }
        text.push('\n');
    }
    for (index, (metrics, what, sql)) in statements.iter().enumerate() {
        text.push_str(&format!(
            "\nScan {} of {}: {} ({})\n",
            index + 1,
            statements.len(),
            metrics.join(", "),
            terminal::line(what)
        ));
        for line in sql.lines() {
            text.push_str(format!("  {}", terminal::line(line)).trim_end());
            text.push('\n');
        }
    }
    let composed: Vec<&str> = plan
        .metrics
        .iter()
        .filter_map(|id| catalog.metrics.get(id))
        .filter(|metric| metric.definition.measure.is_composed())
        .map(|metric| metric.id.as_str())
        .collect();
    if !composed.is_empty() {
        text.push_str("\nComposed from other metrics\n");
        for id in composed {
            let parts = catalog.metrics.get(id).map_or(&[][..], |metric| &metric.parts);
            text.push_str(&format!("  {id}: {}\n", parts.join(", ")));
        }
    }
    terminal::page(&text)
}
