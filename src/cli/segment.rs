//! A group on the command line: `--segment client_id=falkmar`.

use clap::{Args, ValueEnum};

use goodhart_core::diagnostic::closest;
use goodhart_core::error::Error;
use goodhart_core::project::catalog::{Catalog, Metric};
use goodhart_core::report::group_label;
use goodhart_core::result::Group;
use goodhart_core::result::review::group;

/// How many groups are named where the one that was asked for is not there.
const NAMED: usize = 5;

#[derive(Debug, Args)]
#[group(skip)]
pub struct Segments {
    /// Only one group: SEGMENT=VALUE, once for each segment of the group; the default is the total
    #[arg(long = "segment", value_name = "SEGMENT=VALUE", value_parser = group::parse)]
    asked: Vec<(String, Option<String>)>,
}

/// How values over time are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A line of bars and a table
    Text,
    /// An array of objects, one per value
    Json,
    /// One object per line
    Ndjson,
    /// One row per value
    Csv,
}

impl Segments {
    /// Whether no group was asked for.
    pub fn is_absent(&self) -> bool {
        self.asked.is_empty()
    }

    /// The group of those that are `known` which was asked for.
    ///
    /// # Errors
    /// There is no such group.
    pub fn group(&self, metric: &str, known: &[Group]) -> Result<Group, Error> {
        let mut asked = self.asked.clone();
        asked.sort();
        let same = |group: &&Group| {
            let mut group = (*group).clone();
            group.sort();
            group == asked
        };
        // Where nothing can be read, nothing is known of groups either.
        match known.iter().find(same) {
            Some(group) => Ok(group.clone()),
            None if known.is_empty() => Ok(asked),
            None => Err(Error::Usage(self.unknown(metric, known))),
        }
    }

    fn unknown(&self, metric: &str, known: &[Group]) -> String {
        if self.is_absent() {
            let named = known.iter().take(NAMED).map(argument).collect::<Vec<_>>().join(", ");
            return format!("`{metric}` has no total; name a group, such as {named}");
        }
        let asked = self.asked.clone();
        let labels: Vec<String> = known.iter().map(group_label).collect();
        let label = group_label(&asked);
        let problem = format!("`{metric}` has no values for {label}");
        match closest(&label, labels.iter().map(String::as_str)) {
            Some(near) => format!("{problem}; did you mean {near}?"),
            None => problem,
        }
    }
}

/// A group as it is asked for.
fn argument(group: &Group) -> String {
    let parts = group.iter().map(|(segment, value)| {
        format!("--segment {}", group::argument(segment, value.as_deref()))
    });
    parts.collect::<Vec<_>>().join(" ")
}

/// The metric of that id.
///
/// # Errors
/// There is none.
pub fn metric<'a>(catalog: &'a Catalog, id: &str) -> Result<&'a Metric, Error> {
    catalog.metrics.get(id).ok_or_else(|| {
        let problem = format!("there is no metric `{id}`");
        Error::Usage(match closest(id, catalog.metrics.keys().map(String::as_str)) {
            Some(near) => format!("{problem}; did you mean `{near}`?"),
            None => problem,
        })
    })
}
