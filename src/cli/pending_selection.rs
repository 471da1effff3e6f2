//! Which of the pending results `accept` and `reject` are about.

use std::collections::BTreeSet;

use clap::Args;

use goodhart_core::error::Error;
use goodhart_core::project::catalog::Catalog;
use goodhart_core::result::review::group;
use goodhart_core::result::snapshot::PendingSelection;

#[derive(Debug, Args)]
#[group(skip)]
pub struct Arguments {
    /// Metrics whose pending results are meant; the default is all
    metrics: Vec<String>,
    /// Only one group of one metric: SEGMENT=VALUE, once for each segment of the group
    #[arg(long, value_name = "SEGMENT=VALUE", value_parser = group::parse, requires = "metrics")]
    segment: Vec<(String, Option<String>)>,
    /// Only the total of one metric
    #[arg(long, conflicts_with = "segment", requires = "metrics")]
    total: bool,
}

impl Arguments {
    /// What is chosen in a project.
    ///
    /// # Errors
    /// A group of several metrics, or one that the metric cannot have.
    pub fn of(&self, catalog: &Catalog) -> Result<PendingSelection, Error> {
        if self.segment.is_empty() && !self.total {
            let names: BTreeSet<String> = self.metrics.iter().cloned().collect();
            return Ok(if names.is_empty() {
                PendingSelection::All
            } else {
                PendingSelection::Metrics(names)
            });
        }
        let [name] = self.metrics.as_slice() else {
            return Err(Error::Usage("a group is of one metric: name only that one".to_owned()));
        };
        let metric = catalog.metrics.get(name);
        let metric = metric.ok_or_else(|| Error::Usage(format!("there is no metric {name}")))?;
        let group = group::group(&metric.segments(), &self.segment).map_err(Error::Usage)?;
        Ok(PendingSelection::Groups(name.clone(), vec![group]))
    }
}

/// A reason is a line that says something.
pub fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err("expected one line of text".to_owned());
    }
    Ok(text.to_owned())
}
