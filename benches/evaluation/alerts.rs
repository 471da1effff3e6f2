//! Generated alerts. Every value is a hash of the row's number: the same bytes on every run.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use duckdb::Connection;

/// Files with alerts, in the order of `created_at` over the year 2025.
pub struct Alerts {
    pub format: Format,
    pub path: PathBuf,
    pub rows: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Parquet,
    Csv,
}

impl Format {
    pub fn name(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Csv => "csv",
        }
    }
}

/// The columns with the types of a source declaration and of DuckDB, and whether they have nulls.
pub const COLUMNS: [(&str, &str, &str, bool); 18] = [
    ("alert_id", "text", "VARCHAR", false),
    ("client_id", "text", "VARCHAR", false),
    ("source", "text", "VARCHAR", false),
    ("rule_id", "text", "VARCHAR", false),
    ("created_at", "timestamp", "TIMESTAMP", false),
    ("ingested_at", "timestamp", "TIMESTAMP", false),
    ("acknowledged_at", "timestamp", "TIMESTAMP", true),
    ("closed_at", "timestamp", "TIMESTAMP", true),
    ("severity", "text", "VARCHAR", false),
    ("team", "text", "VARCHAR", false),
    ("handler", "text", "VARCHAR", false),
    ("suppressed", "boolean", "BOOLEAN", false),
    ("is_test", "boolean", "BOOLEAN", false),
    ("duplicate_of", "text", "VARCHAR", true),
    ("escalated", "boolean", "BOOLEAN", false),
    ("steps", "integer", "BIGINT", false),
    ("effort", "double", "DOUBLE", false),
    ("risk", "double", "DOUBLE", false),
];

impl Alerts {
    /// Generates `rows` alerts below `folder`, unless they are there.
    pub fn generate(folder: &Path, format: Format, rows: u64) -> Result<Self, Box<dyn Error>> {
        let path = folder.join(format!("alerts-{rows}.{}", format.name()));
        if !path.is_file() {
            eprintln!("generating {}", path.display());
            // Under another name until it is whole: what is there is reused.
            let unfinished = path.with_extension("unfinished");
            let options = match format {
                Format::Parquet => "format parquet",
                Format::Csv => "format csv, header",
            };
            let copy = format!("copy ({}) to {} ({options})", query(rows), literal(&unfinished));
            Connection::open_in_memory()?.execute_batch(&copy)?;
            fs::rename(&unfinished, &path)?;
        }
        Ok(Self { format, path, rows })
    }
}

/// A path as a text of SQL.
pub fn literal(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', "''"))
}

/// The declaration of a source in `format` whose one file is `file`.
pub fn declaration(format: Format, file: &str) -> String {
    let mut text = format!(
        "title = \"Alerts\"\nformat = \"{}\"\nfiles = \"{file}\"\n\n[columns]\n",
        format.name()
    );
    for (name, type_name, _, nullable) in COLUMNS {
        let more = match name {
            "alert_id" => ", key = true",
            "severity" => {
                ", values = [\"informational\", \"low\", \"medium\", \"high\", \"critical\"]"
            }
            _ if nullable => ", nullable = true",
            _ => "",
        };
        text.push_str(&format!("{name} = {{ type = \"{type_name}\"{more} }}\n"));
    }
    text
}

/// Severities, teams and sources are skewed as they are in life, durations are long-tailed, and
/// some alerts are still open.
fn query(rows: u64) -> String {
    const YEAR: u64 = 365 * 86_400;
    format!(
        "with numbered as (
  select i, timestamp '2025-01-01' + to_seconds((i * {YEAR} // {rows})::bigint) as created_at,
    hash(i, 1) % 100 as h1, hash(i, 2) % 100 as h2, hash(i, 3) % 100 as h3,
    hash(i, 4) % 100 as h4, hash(i, 5) % 1000 as h5, hash(i, 6) % 10000 as h6,
    hash(i, 7) % 10000 as h7, hash(i, 8) % 100 as h8, hash(i, 9) % 1000 as h9
  from range({rows}) as numbers(i)
), timed as (
  select *, created_at + to_seconds((1 + h8)::bigint) as ingested_at,
    case when h9 < 40 then null
         else created_at + to_seconds(((1 + h8) + 600000.0 / (10 + h6))::bigint) end as taken_at
  from numbered
)
select printf('alert-%09d', i) as alert_id,
  'client-' || (h1 % 10) as client_id,
  case when h2 < 40 then 'edr' when h2 < 60 then 'identity' when h2 < 75 then 'email'
       when h2 < 88 then 'cloud' else 'ndr' end as source,
  'rule-' || (h5 % 200) as rule_id,
  created_at,
  ingested_at,
  taken_at as acknowledged_at,
  case when h9 < 100 then null
       else taken_at + to_seconds((3600000.0 / (5 + h7))::bigint) end as closed_at,
  case when h3 < 25 then 'informational' when h3 < 60 then 'low' when h3 < 85 then 'medium'
       when h3 < 96 then 'high' else 'critical' end as severity,
  'team-' || (h4 * h4 // 1250) as team,
  case when h1 < 30 then 'automation' else 'human' end as handler,
  h5 < 50 as suppressed,
  h5 >= 990 as is_test,
  case when h9 % 25 = 7 then printf('alert-%09d', i // 2) end as duplicate_of,
  h6 % 12 = 5 as escalated,
  (1 + h7 % 40)::bigint as steps,
  round(h7 / 7.0, 4) as effort,
  round(h6 / 100.0, 3) as risk
from timed"
    )
}
