//! The kinds of definition files, and a JSON Schema for each.

use super::metric::MetricFile;
use super::project::ProjectFile;
use super::read::HasSchema;
use super::source::SourceFile;

/// A kind of definition file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    Project,
    Source,
    Metric,
}

impl FileKind {
    pub const ALL: [Self; 3] = [Self::Project, Self::Source, Self::Metric];

    pub fn name(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Source => "source",
            Self::Metric => "metric",
        }
    }

    /// The files of this kind, as a glob below the project's folder.
    pub fn files(self) -> &'static str {
        match self {
            Self::Project => "goodhart.toml",
            Self::Source => "sources/**/*.toml",
            Self::Metric => "metrics/**/*.toml",
        }
    }

    /// The schema of such files, as text.
    pub fn schema(self) -> String {
        let mut schema = match self {
            Self::Project => ProjectFile::schema(),
            Self::Source => SourceFile::schema(),
            Self::Metric => MetricFile::schema(),
        };
        // Draft 7 is the newest that Taplo, and with it most editors, understand.
        schema.insert("$schema".to_owned(), "http://json-schema.org/draft-07/schema#".into());
        schema.insert("title".to_owned(), format!("goodhart {}", self.name()).into());
        format!("{:#}\n", schema.as_value())
    }
}
