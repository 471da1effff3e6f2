//! What goodhart writes and reads again, after somebody else had it in hands.
#![no_main]

use goodhart_core::diagnostic::Files;
use goodhart_core::result::snapshot::{InputsFile, Snapshot, merge, read};
use libfuzzer_sys::fuzz_target;

/// The metric of the seed.
const METRIC: &str = "incident_count";

fuzz_target!(|input: &str| {
    if let Some(inputs) = InputsFile::parse(input) {
        assert_eq!(InputsFile::parse(&inputs.render()).as_ref(), Some(&inputs));
    }
    let mut files = Files::default();
    let file = files.add("snapshot.toml", input);
    if let (Some(snapshot), _) = read(&files, file, METRIC) {
        // What was edited has no checksum that holds; written anew it has.
        let written = snapshot.render();
        let again = Snapshot::parse(METRIC, &written);
        assert!(again.is_none_or(|again| again.render() == written));
        let merged = merge(METRIC, "", &written, input);
        assert!(!merged.is_clean || merged.text == written || merged.text == input);
    }
});
