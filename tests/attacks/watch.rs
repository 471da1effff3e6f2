//! Running a program while looking at what it takes, and ending it where that is too much.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

/// What a run may take before it is ended.
#[derive(Debug, Clone, Copy)]
pub struct Most {
    pub wall: Duration,
    /// Of the program and of all that it starts, as long as they run.
    pub cpu: Duration,
    pub memory: u64,
}

/// How a run ended.
pub struct Ended {
    /// Absent where it was ended because it took too much.
    pub status: Option<ExitStatus>,
    /// What it took too much of.
    pub beyond: Option<String>,
    pub peak: u64,
    pub wall: Duration,
    pub cpu: Duration,
}

/// Runs `command`, which becomes a process group of its own.
pub fn watch(command: &mut Command, most: Most) -> Ended {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    let start = Instant::now();
    let mut child = command.spawn().unwrap();
    let mut taken = Taken::default();
    loop {
        let status = child.try_wait().unwrap();
        let wall = start.elapsed();
        taken.look(child.id());
        let beyond = taken.beyond(wall, most);
        if beyond.is_some() && status.is_none() {
            end(&mut child);
        }
        if status.is_some() || beyond.is_some() {
            let Taken { peak, .. } = taken;
            return Ended { status, beyond, peak, wall, cpu: taken.cpu() };
        }
        std::thread::sleep(Duration::from_millis(if wall.as_millis() < 200 { 4 } else { 15 }));
    }
}

/// Ends the whole group: a worker that its parent leaves behind would go on.
fn end(child: &mut Child) {
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal, kill_process_group};
        if let Some(group) = Pid::from_raw(child.id().cast_signed()) {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
    drop(child.kill());
    drop(child.wait());
}

#[derive(Default)]
struct Taken {
    peak: u64,
    /// Of each process, also of those that are gone.
    cpu: BTreeMap<u32, Duration>,
}

impl Taken {
    fn cpu(&self) -> Duration {
        self.cpu.values().sum()
    }

    fn beyond(&self, wall: Duration, most: Most) -> Option<String> {
        if self.peak > most.memory {
            Some(format!("{} MB", self.peak >> 20))
        } else if self.cpu() > most.cpu {
            Some(format!("{:.1} s of a processor", self.cpu().as_secs_f64()))
        } else if wall > most.wall {
            Some(format!("{:.1} s", wall.as_secs_f64()))
        } else {
            None
        }
    }

    /// Adds what the process and those below it have taken so far, where the system tells.
    fn look(&mut self, root: u32) {
        let mut resident = 0;
        let mut pending = vec![root];
        while let Some(process) = pending.pop() {
            resident += resident_peak(process).unwrap_or(0);
            if let Some(cpu) = processor_time(process) {
                let known = self.cpu.entry(process).or_default();
                *known = cpu.max(*known);
            }
            pending.extend(children(process));
        }
        self.peak = self.peak.max(resident);
    }
}

fn resident_peak(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kib << 10)
}

fn processor_time(process: u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name of the program stands in parentheses and may hold anything.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |index: usize| fields.get(index)?.parse::<u64>().ok();
    // A tick of /proc is 10 ms on every Linux.
    Some(Duration::from_millis((ticks(11)? + ticks(12)?) * 10))
}

fn children(process: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten();
    let of_task = |task: fs::DirEntry| fs::read_to_string(task.path().join("children")).ok();
    let lists: Vec<String> = tasks.flatten().filter_map(of_task).collect();
    lists.iter().flat_map(|l| l.split_whitespace()).filter_map(|id| id.parse().ok()).collect()
}
