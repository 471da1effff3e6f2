//! Files of the system that DuckDB reads while it opens, whatever it was told.

use std::fs;
use std::path::PathBuf;

/// How much memory and processor time the container of this process has. DuckDB asks whether
/// these files are there and then takes for granted that it can read them.
pub fn files() -> Vec<PathBuf> {
    const OWN: &str = "/proc/self/cgroup";
    let groups = fs::read_to_string(OWN).unwrap_or_default();
    // A line is `number:controllers:path`; the root's path is a lone slash.
    let paths = groups.lines().filter_map(|line| line.splitn(3, ':').nth(2));
    let paths = paths.map(|path| path.trim_end_matches('/')).chain([""]);
    let mut files: Vec<PathBuf> = paths
        .flat_map(|path| {
            [
                format!("/sys/fs/cgroup{path}/memory.max"),
                format!("/sys/fs/cgroup{path}/cpu.max"),
                format!("/sys/fs/cgroup/memory{path}/memory.limit_in_bytes"),
                format!("/sys/fs/cgroup/cpu{path}/cpu.cfs_quota_us"),
                format!("/sys/fs/cgroup/cpu{path}/cpu.cfs_period_us"),
            ]
        })
        .chain([OWN.to_owned()])
        .map(PathBuf::from)
        .filter(|file| file.is_file())
        .collect();
    files.sort();
    files.dedup();
    files
}
