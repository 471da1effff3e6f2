//! What a branch brings along in `.goodhart` is not believed.

use crate::support;

use std::path::Path;
use std::process::Command;

use git2::{IndexAddOption, Repository};

fn check(project: &Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_goodhart"))
        .args(["check", "--project"])
        .arg(project)
        .output()
        .unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_cache_that_is_in_git_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("soc/kpi");
    support::copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad_input/base"), &project);
    let repository = Repository::init(folder.path()).unwrap();
    assert!(!check(&project).contains("believed"));
    assert!(project.join(".goodhart/cache").is_dir());
    // There, and not in git.
    assert!(!check(&project).contains("believed"));
    let mut index = repository.index().unwrap();
    index.add_all(["*"], IndexAddOption::FORCE, None).unwrap();
    index.write().unwrap();
    let said = check(&project);
    assert!(said.contains(".goodhart is in git, so nothing in it is believed"), "{said}");
}
