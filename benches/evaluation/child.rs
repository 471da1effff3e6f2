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
    /// The most memory that the process ever had; only Linux says.
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
    let peak_kib = words.next().map(str::parse).transpose()?;
    Ok(Measured { seconds, peak_kib })
}

/// In the child: does the work and prints what it took. Its value is dealt with afterwards.
pub fn measure<T>(work: impl FnOnce() -> Result<T, Box<dyn Error>>) -> Result<T, Box<dyn Error>> {
    let start = Instant::now();
    let value = work()?;
    let seconds = start.elapsed().as_secs_f64();
    match peak_kib() {
        Some(peak) => println!("{seconds} {peak}"),
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
