//! What `goodhart lineage` prints: downwards and upwards, through derived sources and through
//! metrics of metrics, in each format.

use crate::support;

use std::path::Path;
use std::process::Command;

fn metric(title: &str, rest: &str) -> String {
    format!(
        "title = \"{title}\"\nowner = \"soc\"\nunit = \"count\"\ndirection = \"lower\"\n{rest}\n\
         [ceiling]\nmin = 0\nwhy = \"No negative counts.\"\n\
         [gameability]\nnotes = \"Cheat {title}.\"\n"
    )
}

fn project() -> tempfile::TempDir {
    let alerts = "format = \"csv\"\nfiles = \"a.csv\"\n[columns]\n\
                  id = { type = \"text\", key = true }\nseverity = { type = \"text\" }\n\
                  raised_at = { type = \"timestamp\" }\nis_test = { type = \"boolean\" }\n";
    let real = "format = \"derived\"\n\
                sql = \"select id, upper(severity) as level, raised_at from alerts where not is_test\"\n";
    let volume = metric(
        "volume",
        "[population]\nsubject = \"id\"\nat = \"raised_at\"\nsegments = [\"level\"]\n\
         sql = \"select id, level, raised_at from real_alerts\"\n[measure]\nkind = \"count\"",
    );
    let change = metric("change", "[measure]\nkind = \"change\"\nof = \"volume\"");
    let folder = tempfile::tempdir().unwrap();
    support::write(
        folder.path(),
        &[
            ("goodhart.toml", "name = \"p\"\nas_of = 2026-07-01T00:00:00Z\n"),
            ("sources/alerts.toml", alerts),
            ("sources/real_alerts.toml", real),
            ("metrics/volume.toml", &volume),
            ("metrics/change_of_volume.toml", &change),
        ],
    );
    folder
}

fn lineage(project: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_goodhart"))
        .arg("lineage")
        .args(arguments)
        .arg("--project")
        .arg(project)
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), stderr.as_str()), (Some(0), ""), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn lineage_goes_both_ways_in_each_format() {
    let project = project();
    let asked: [&[&str]; 8] = [
        &["volume"],
        &["change_of_volume"],
        &["alerts.severity"],
        &["alerts.is_test"],
        &["real_alerts.level"],
        &["alerts"],
        &["change_of_volume", "--format", "mermaid"],
        &["alerts.severity", "--format", "json"],
    ];
    let printed: Vec<String> = asked
        .iter()
        .map(|arguments| {
            let text = lineage(project.path(), arguments);
            format!("$ goodhart lineage {}\n{text}", arguments.join(" "))
        })
        .collect();
    insta::assert_snapshot!("both_ways", printed.join("\n"));
}
