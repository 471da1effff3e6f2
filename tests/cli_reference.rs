//! docs/cli.md is generated from the command line itself.

use std::path::Path;

#[test]
fn the_cli_reference_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cli.md");
    let options = clap_markdown::MarkdownOptions::new()
        .title("Command line".to_owned())
        .show_footer(false)
        .show_table_of_contents(false);
    let generated =
        clap_markdown::help_markdown_command_custom(&goodhart::cli::command(), &options);
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    if std::env::var_os("GOODHART_UPDATE_DOCS").is_some() {
        std::fs::write(&path, &generated).unwrap();
        return;
    }
    assert!(
        committed == generated,
        "docs/cli.md is out of date: run `GOODHART_UPDATE_DOCS=1 cargo test --release --test all cli_reference`"
    );
}
