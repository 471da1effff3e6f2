//! Work in a process of its own, measured.
//!
//! Two sides in one process would share an allocator: the second would find what the first left,
//! and the peak of both would be one number.

use std::error::Error;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// What a child said of its work.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// From opening DuckDB to the results in hand, without starting the process.
    pub seconds: f64,
    /// The time of all processors together; only Linux says, and so of the memory.
    pub processor: Option<f64>,
    /// The most memory that the process ever had, with that of its workers: each core has one, and
    /// each counts as much as the largest.
    pub peak_kib: Option<u64>,
}

impl Measured {
    pub fn mebibytes(self) -> Option<f64> {
        self.peak_kib.map(|peak| peak as f64 / 1024.0)
    }
}

/// Runs this program again as `job` with `arguments`, and reads what it measured.
pub fn run(job: &str, arguments: &[&Path]) -> Result<Measured, Box<dyn Error>> {
    let output = Command::new(std::env::current_exe()?)
        .arg(job)
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("the child `{job}` failed: {}", output.status).into());
    }
    let text = String::from_utf8(output.stdout)?;
    let mut words = text.split_whitespace();
    let seconds = words.next().ok_or("the child said nothing")?.parse()?;
    let processor = words.next().map(str::parse).transpose()?;
    let peak_kib = words.next().map(str::parse).transpose()?;
    Ok(Measured { seconds, processor, peak_kib })
}

/// In the child: does the work and prints what it took. Its value is dealt with afterwards.
pub fn measure<T>(work: impl FnOnce() -> Result<T, Box<dyn Error>>) -> Result<T, Box<dyn Error>> {
    let start = Instant::now();
    let value = work()?;
    let seconds = start.elapsed().as_secs_f64();
    wait_for_workers();
    match processor().zip(peak_kib()) {
        Some((processor, own)) => {
            let workers = std::thread::available_parallelism()?.get() as u64;
            println!("{seconds} {processor} {}", own + workers * largest_child_kib());
        }
        None => println!("{seconds}"),
    }
    Ok(value)
}

/// The high water mark of this process's resident memory.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// What a worker took is known once it was waited for; each ends when nobody talks to it any more.
fn wait_for_workers() {
    // SAFETY: no status is asked for, and nothing else here waits for a process.
    while unsafe { libc::wait(std::ptr::null_mut()) } > 0 {}
}

/// The high water mark of the largest process that this one started and waited for.
fn largest_child_kib() -> u64 {
    // SAFETY: the kernel fills in the structure, of which every bit pattern is valid.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_CHILDREN, &mut usage);
        usage
    };
    u64::try_from(usage.ru_maxrss).unwrap_or(0)
}

/// What all threads of this process, and the processes that it waited for, took of the processors,
/// in seconds.
fn processor() -> Option<f64> {
    /// Linux tells user space of hundredths, whatever it counts in itself.
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The program's name, the second field, may hold anything; it ends with the last parenthesis.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut ticks = fields.split_whitespace().skip(11).map(str::parse::<f64>);
    let mut all = 0.0;
    // Of its own in user mode and in the kernel, then those of its children.
    for _ in 0..4 {
        all += ticks.next()?.ok()?;
    }
    Some(all / TICKS_PER_SECOND)
}
