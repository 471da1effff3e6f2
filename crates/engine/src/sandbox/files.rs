//! Landlock: which files the process may open, and whom it may reach.

use std::fs::File;
use std::os::fd::AsFd;
use std::path::PathBuf;

use landlock::{
    ABI, Access, AccessFs, AccessNet, LandlockStatus, PathBeneath, PathFd, RestrictionStatus,
    Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError, Scope,
};

use super::{Failure, Part, Report, State};

/// The newest version of Landlock of which we know what it restricts. What an older kernel does
/// not have is left out and reported.
const NEWEST: ABI = ABI::V7;

/// Leaves the process the regular files of `listed`, for reading: no other file or folder, nothing
/// to write or execute, no TCP, no signal or abstract socket to a process that is not itself.
/// Symbolic links in `listed` are followed. Sizes and times of other files can still be asked for.
///
/// # Errors
/// A second thread, a path that is no regular file, or Landlock refuses.
pub fn only_files(listed: &[PathBuf]) -> Result<Report, Failure> {
    alone()?;
    let files = listed.iter().map(open).collect::<Result<Vec<PathFd>, Failure>>()?;
    let status = restrict(files).map_err(failed("restricting files"))?;
    Ok(Report::of(Part::Landlock, state(&status)))
}

fn restrict(files: Vec<PathFd>) -> Result<RestrictionStatus, RulesetError> {
    let mut ruleset = Ruleset::default()
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?;
    for file in files {
        ruleset = ruleset.add_rule(PathBeneath::new(file, AccessFs::ReadFile))?;
    }
    ruleset.restrict_self()
}

/// Landlock holds for a thread and those that it starts, not for those that are there already.
/// Where the threads cannot be counted, the caller is believed.
fn alone() -> Result<(), Failure> {
    let threads = std::fs::read_dir("/proc/self/task").map_or(1, Iterator::count);
    if threads > 1 {
        let why = format!("the process has {threads} threads already, only one would be held");
        return Err(Failure { part: Part::Landlock, why });
    }
    Ok(())
}

/// A file to be listed. Asked of the open descriptor and not of the path, which may change: a
/// folder would be listed with everything below it.
fn open(path: &PathBuf) -> Result<PathFd, Failure> {
    let opening = format!("opening {}", path.display());
    let file = PathFd::new(path).map_err(failed(&opening))?;
    let copy = file.as_fd().try_clone_to_owned().map_err(failed(&opening))?;
    if File::from(copy).metadata().map_err(failed(&opening))?.is_file() {
        return Ok(file);
    }
    let why = format!("{} is not a regular file", path.display());
    Err(Failure { part: Part::Landlock, why })
}

fn failed<E: std::error::Error>(doing: &str) -> impl FnOnce(E) -> Failure {
    Failure::of(Part::Landlock, doing)
}

/// What this kernel's Landlock does not know. It is kept in each case by the filter of system
/// calls, but a layer is reported for itself.
fn state(status: &RestrictionStatus) -> State {
    let abi = match status.landlock {
        LandlockStatus::NotImplemented => {
            return State::Missing(
                "Landlock is not available (a kernel older than 5.13, or a container hides it)"
                    .to_owned(),
            );
        }
        LandlockStatus::NotEnabled => {
            return State::Missing("Landlock is not enabled in this kernel".to_owned());
        }
        LandlockStatus::Available { effective_abi, .. } => effective_abi,
    };
    let holes: Vec<&str> = [
        (ABI::V3, "truncating files"),
        (ABI::V4, "TCP"),
        (ABI::V5, "controlling devices"),
        (ABI::V6, "signals and abstract sockets"),
    ]
    .into_iter()
    .filter(|(since, _)| abi < *since)
    .map(|(_, hole)| hole)
    .collect();
    if holes.is_empty() {
        return State::Enforced;
    }
    State::Partly(format!("Landlock of this kernel does not restrict {}", holes.join(", ")))
}
