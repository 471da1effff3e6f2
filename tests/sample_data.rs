//! The committed sample data is what the generator writes, byte for byte.

#[path = "../examples/soc_data/generator/mod.rs"]
mod generator;

use std::path::Path;

#[test]
fn the_generator_still_writes_the_committed_bytes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sources/data");
    let generated = generator::generate().unwrap();
    let mut committed: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    committed.sort();
    let mut names: Vec<&str> = generated.iter().map(|file| file.name).collect();
    names.sort_unstable();
    assert_eq!(committed, names);
    let mut size = 0;
    for file in &generated {
        let bytes = std::fs::read(folder.join(file.name)).unwrap();
        assert!(
            bytes == file.bytes,
            "{} differs: run `cargo run --release --example soc_data -- sources/data`",
            file.name
        );
        assert!(file.rows > 0, "{} has no rows", file.name);
        size += bytes.len();
    }
    assert!(size < 3_000_000, "the sample data has grown to {size} bytes");
    let alerts = generated.iter().find(|file| file.name == "alerts.csv.gz").unwrap();
    assert!((19_000..21_000).contains(&alerts.rows), "{} alerts", alerts.rows);
}
