//! How much the process may use: resource limits, and an end with the one that started it.

use std::time::Duration;

use super::{Failure, Part, Report, State};

/// What [`limit`] sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of address space; see [`address_space`].
    pub memory: Option<u64>,
    /// Processor time of all threads together; rounded up to seconds. The process is killed when
    /// it has used more.
    pub cpu: Option<Duration>,
    /// How many descriptors may be open: those of the process, and one for each file and thread
    /// that reads it.
    pub descriptors: u64,
}

/// Limits the process, for good. Files do not grow: a write to one kills the process.
///
/// The process is killed when the *thread* that started it ends, so that thread must live as long
/// as the process is wanted.
///
/// # Errors
/// A limit that the system has and does not set, as when the process has a lower one already.
#[cfg(unix)]
pub fn limit(limits: &Limits) -> Result<Report, Failure> {
    use rustix::process::Resource;

    let mut report = die_with_parent()?;
    let memory = if cfg!(target_os = "linux") {
        match limits.memory {
            Some(bytes) => lower(Part::Memory, "limiting memory", Resource::As, bytes)?,
            None => State::Missing("memory is not limited".to_owned()),
        }
    } else {
        State::Missing("memory cannot be limited on this system".to_owned())
    };
    report.append(Report::of(Part::Memory, memory));
    let cpu = match limits.cpu {
        Some(time) => {
            let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
            lower(Part::Cpu, "limiting processor time", Resource::Cpu, seconds.max(1))?
        }
        None => State::Missing("processor time is not limited".to_owned()),
    };
    report.append(Report::of(Part::Cpu, cpu));
    lower(Part::Files, "keeping files from growing", Resource::Fsize, 0)?;
    lower(Part::Files, "limiting descriptors", Resource::Nofile, limits.descriptors)?;
    let files = lower(Part::Files, "keeping cores from being written", Resource::Core, 0)?;
    report.append(Report::of(Part::Files, files));
    Ok(report)
}

/// Other systems have nothing of the kind.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn limit(_: &Limits) -> Result<Report, Failure> {
    let none = |part, what: &str| {
        (part, State::Missing(format!("{what} cannot be limited on this system")))
    };
    Ok(Report {
        parts: vec![
            none(Part::Memory, "memory"),
            none(Part::Cpu, "processor time"),
            none(Part::Files, "the size of files"),
        ],
    })
}

/// Sets both limits of a resource. One that is lower already stays.
#[cfg(unix)]
fn lower(
    part: Part,
    doing: &str,
    resource: rustix::process::Resource,
    to: u64,
) -> Result<State, Failure> {
    use rustix::process::{Rlimit, getrlimit, setrlimit};

    let now = getrlimit(resource);
    let to = now.maximum.map_or(to, |maximum| maximum.min(to));
    let to = now.current.map_or(to, |current| current.min(to));
    setrlimit(resource, Rlimit { current: Some(to), maximum: Some(to) })
        .map_err(Failure::of(part, doing))?;
    Ok(State::Enforced)
}

#[cfg(target_os = "linux")]
fn die_with_parent() -> Result<Report, Failure> {
    use rustix::process::{
        DumpableBehavior, Signal, set_dumpable_behavior, set_parent_process_death_signal,
    };

    set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(Failure::of(Part::Parent, "asking to end with the parent"))?;
    // A core that goes through a pipe to a collector knows no limit of size; and a process that is
    // not dumpable cannot be traced by others of the same user.
    set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .map_err(Failure::of(Part::Files, "keeping cores from being written"))?;
    Ok(Report::of(Part::Parent, State::Enforced))
}

#[cfg(all(unix, not(target_os = "linux")))]
fn die_with_parent() -> Result<Report, Failure> {
    let why = "the worker does not end with the process that started it".to_owned();
    Ok(Report::of(Part::Parent, State::Missing(why)))
}

/// Address space for a DuckDB with this memory limit and so many threads: twice the memory limit,
/// because DuckDB does not count everything and freed pages linger; for each thread a stack (8 MiB)
/// and an arena of glibc's malloc, which reserves 64 MiB and, to align them, 128 MiB for a moment;
/// and the program itself with the threads that it always has.
///
/// Measured as `VmPeak` of a worker on two cores, with 1, 2, 8 and 32 threads: 721, 857, 1220 and
/// 1412 MiB when no data is read; 875, 874, 1232 and 1426 MiB with two million rows of CSV and a
/// memory limit of 1 GB. So the program takes less than 768 MiB, and what threads really take is
/// less than what is given them.
pub fn address_space(memory: u64, threads: u32) -> u64 {
    const PROGRAM: u64 = 768 << 20;
    const THREAD: u64 = (128 + 8) << 20;
    memory.saturating_mul(2).saturating_add(PROGRAM).saturating_add(THREAD * u64::from(threads))
}
