//! What goodhart writes and reads again, after somebody else had it in hands.
#![no_main]

use goodhart::bind::Memory;
use goodhart::snapshot::InputsFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    if let Some(inputs) = InputsFile::parse(input) {
        assert_eq!(InputsFile::parse(&inputs.render()).as_ref(), Some(&inputs));
    }
    let text = Memory::parse(input).render().unwrap_or_default();
    assert_eq!(Memory::parse(&text).render(), None, "nothing new in what was just written");
});
