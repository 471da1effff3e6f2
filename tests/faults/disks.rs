//! Disks that are really full, and folders that are really read-only.

use std::process::Command;

use crate::project::{Files, GOODHART, Project, assert_whole_files, between};

/// Runs a script of the shell where it may mount; `None`, and people are told, where nobody may.
fn mounting(script: &str, project: &Project) -> Option<(i32, Project)> {
    let result = Project::empty();
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c"])
        .arg(format!(
            "mount -t tmpfs -o size=8m none /mnt || exit 99; cp -a \"$1/.\" /mnt; {script}"
        ))
        .args(["sh", project.root().to_str().unwrap(), GOODHART])
        .arg(result.root())
        .output();
    let code = output.as_ref().ok().and_then(|output| output.status.code());
    match (code, output) {
        (None | Some(99), output) => {
            eprintln!("NOT TESTED on a real disk, which cannot be mounted: {output:?}");
            None
        }
        (Some(1), Ok(output)) if String::from_utf8_lossy(&output.stderr).contains("unshare") => {
            eprintln!("NOT TESTED on a real disk, which cannot be mounted: {output:?}");
            None
        }
        (Some(code), _) => Some((code, result)),
    }
}

#[test]
fn a_full_disk_keeps_the_old_snapshots_or_gets_the_new_ones() {
    let between = between();
    let (mut old, mut new) = (0, 0);
    for pages in [0, 1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 32] {
        let script = format!(
            "dd if=/dev/zero of=/mnt/filler bs=4k 2>/dev/null
             size=$(stat -c %s /mnt/filler); truncate -s $((size - {pages} * 4096)) /mnt/filler
             $2 --project /mnt accept 2>$3/stderr; code=$?
             cp -a /mnt/snapshots $3
             rm /mnt/filler
             $2 --project /mnt accept 2>/dev/null; cp -a /mnt/snapshots $3/later
             exit $code"
        );
        let Some((code, result)) = mounting(&script, &between.before_accept) else { return };
        let (when, found) = (format!("with {pages} pages"), result.snapshots());
        let stderr = String::from_utf8(result.files(".").remove("stderr").unwrap()).unwrap();
        assert_whole_files(&found, &between.old, &between.new, &when);
        if code == 0 {
            assert_eq!(found, between.new, "{when}");
            new += 1;
        } else {
            assert_eq!(code, 2, "{when}: {stderr}");
            assert!(stderr.contains("No space left on device"), "{when}: {stderr}");
            assert_eq!(found, between.old, "{when}: {stderr}");
            old += 1;
        }
        assert_eq!(result.files("later"), between.new, "{when}: {stderr}");
    }
    assert!(old > 2 && new > 0, "{old} old, {new} new");
}

#[test]
fn a_folder_that_is_read_only_can_be_checked_and_evaluated_but_nothing_is_pending() {
    let project = Project::accepted();
    let script = "mount -o remount,ro /mnt
        $2 --project /mnt check 2>$3/check || exit 11
        $2 --project /mnt eval --check >/dev/null 2>$3/current || exit 12
        $2 --project /mnt eval >/dev/null 2>$3/nothing_new || exit 13
        mount -o remount,rw /mnt; rm -r /mnt/snapshots; mount -o remount,ro /mnt
        $2 --project /mnt eval --check >/dev/null 2>$3/stale; test $? = 3 || exit 14
        $2 --project /mnt eval >$3/results 2>$3/refused; test $? = 2 || exit 15
        $2 --project /mnt accept 2>$3/accept; test $? = 2 || exit 16";
    let Some((code, result)) = mounting(script, &project) else { return };
    let said: Files = result.files(".");
    let said = |name: &str| String::from_utf8_lossy(&said[name]).into_owned();
    assert_eq!(code, 0, "{:?}", result.files("."));
    assert!(said("nothing_new").contains("are current"), "{}", said("nothing_new"));
    assert!(said("results").contains("time_to_acknowledge"), "{}", said("results"));
    assert!(said("refused").contains("error: the results are not pending"), "{}", said("refused"));
    assert!(said("refused").contains("Read-only file system"), "{}", said("refused"));
    assert!(said("accept").contains("Read-only file system"), "{}", said("accept"));
}
