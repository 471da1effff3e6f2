//! What of the workflows no linter knows: `.ci/workflows` runs those.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

const FILES: [&str; 5] = [
    ".github/workflows/ci.yml",
    ".github/workflows/comment.yml",
    ".github/actions/comment/action.yml",
    "action.yml",
    "docs/ci.md",
];

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn actions_of_others_are_pinned_and_everywhere_the_same() {
    let mut pins: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in FILES {
        for line in read(file).lines() {
            let Some((_, used)) = line.split_once("uses: ") else { continue };
            if used.starts_with("./") || used.starts_with("OWNER/goodhart") {
                continue;
            }
            let (action, pin) = used.split_once('@').unwrap();
            let (hash, version) = pin.split_once(" # v").unwrap_or((pin, ""));
            let whole = hash.len() == 40 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(whole && !version.is_empty(), "{file}: {line}");
            pins.entry(action.to_owned()).or_default().insert(pin.to_owned());
        }
    }
    let names: Vec<&str> = pins.keys().map(String::as_str).collect();
    let wanted = ["cache", "checkout", "download-artifact", "upload-artifact"];
    assert_eq!(names, wanted.map(|name| format!("actions/{name}")));
    assert!(pins.values().all(|pins| pins.len() == 1), "{pins:?}");
}

/// The privileged workflow sees no code of a pull request, and gets its rights one by one.
#[test]
fn the_job_that_comments_takes_nothing_from_a_pull_request() {
    for file in [".github/workflows/comment.yml", ".github/actions/comment/action.yml"] {
        let text = read(file);
        for taken in ["pull_request_target", "github.head_ref", "pull_request.head", "cargo test"] {
            assert!(!text.contains(taken), "{file}: {taken}");
        }
    }
    let workflow = read(".github/workflows/comment.yml");
    assert!(workflow.contains("\npermissions: {}\n"));
    assert!(workflow.contains("ref: ${{ github.event.repository.default_branch }}"));
    let ci = read(".github/workflows/ci.yml");
    assert!(ci.contains("\npermissions:\n  contents: read\n") && !ci.contains(": write"));
    assert!(!ci.contains("secrets."));
}

#[test]
fn the_action_passes_on_what_a_run_says() {
    let set = read("tests/ci/snapshots/changed_outputs.snap");
    let set: BTreeSet<&str> =
        set.lines().filter_map(|line| line.split_once("<<")).map(|(name, _)| name).collect();
    let action = read("action.yml");
    let passed: BTreeSet<&str> = action
        .split("steps.run.outputs.")
        .skip(1)
        .filter_map(|rest| rest.split_once(" }}"))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(passed, set);
}
