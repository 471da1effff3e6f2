//! Whatever happens to the folder, the same is said.

use std::fs;
use std::path::PathBuf;

use goodhart_engine::evaluate::Progress;

use super::{cache, project, said};

fn entries(root: &std::path::Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(root.join("cache")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

#[test]
fn damage_costs_only_time() {
    let project = project();
    let root = project.path();
    let with = || said(root, &[], |request| request.cache = cache(root));
    let (alone, _) = said(root, &[], |_| {});
    assert!(alone == with().0);
    let whole: Vec<(PathBuf, Vec<u8>)> =
        entries(root).into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect();
    assert!(whole.len() > 9, "{}", whole.len());

    type Damage = fn(usize, &PathBuf, &[u8]);
    let damages: [(&str, Damage); 5] = [
        ("a bit is another", |index, path, bytes| {
            let mut bytes = bytes.to_vec();
            let at = index * 7 % bytes.len();
            bytes[at] ^= 4;
            fs::write(path, bytes).unwrap();
        }),
        ("cut off", |_, path, bytes| fs::write(path, &bytes[..bytes.len() / 2]).unwrap()),
        ("empty", |_, path, _| fs::write(path, "").unwrap()),
        ("a folder", |_, path, _| {
            fs::remove_file(path).unwrap();
            fs::create_dir(path).unwrap();
        }),
        ("gone, one of two", |index, path, _| {
            if index % 2 == 0 {
                fs::remove_file(path).unwrap();
            }
        }),
    ];
    for (what, damage) in damages {
        for (index, (path, bytes)) in whole.iter().enumerate() {
            damage(index, path, bytes);
        }
        assert!(alone == with().0, "{what}");
        let _ = fs::remove_dir_all(root.join("cache"));
        assert!(alone == with().0, "after {what}");
        assert_eq!(entries(root).len(), whole.len());
    }
}

#[test]
fn entries_under_the_names_of_others_are_not_believed() {
    let project = project();
    let root = project.path();
    let with = || said(root, &[], |request| request.cache = cache(root));
    let (alone, _) = said(root, &[], |_| {});
    assert!(alone == with().0);
    let paths = entries(root);
    let texts: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
    for (path, other) in paths.iter().zip(texts.iter().cycle().skip(1)) {
        fs::write(path, other).unwrap();
    }
    let (again, steps) = with();
    assert!(alone == again);
    assert!(steps.iter().any(|step| step == "loading events"), "{steps:?}");
}

struct Remove(PathBuf);

impl Progress for Remove {
    fn step(&self, _: &str, _: usize, _: usize) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_folder_that_goes_away_meanwhile_is_missed_by_nobody() {
    let project = project();
    let root = project.path();
    let remove = Remove(root.join("cache"));
    let (alone, _) = said(root, &[], |request| request.cache = cache(root));
    let (again, _) = said(root, &[], |request| {
        request.cache = cache(root);
        request.progress = &remove;
    });
    assert!(alone == again);
}

#[test]
fn what_is_sensitive_is_not_in_it() {
    let project = project();
    let root = project.path();
    said(root, &[], |request| request.cache = cache(root));
    for path in entries(root) {
        let bytes = fs::read(&path).unwrap().to_ascii_lowercase();
        for person in ["mara", "tomek", "ines", "juno"] {
            let found = bytes.windows(person.len()).any(|part| part == person.as_bytes());
            assert!(!found, "{person} in {}", path.display());
        }
    }
}
