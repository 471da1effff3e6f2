//! The system calls that are left. Found by tracing DuckDB with glibc, and what musl and other
//! versions of glibc use in their place.

/// When a call is allowed. Arguments count from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallCondition {
    Always,
    /// None of these bits is set in the argument.
    Without(u8, u64),
    /// The argument has this value under this mask.
    Masked(u8, u64, u64),
    /// The argument is one of these.
    OneOf(u8, &'static [u64]),
    /// The argument is the id of this process.
    ThisProcess(u8),
    /// The argument is a null pointer.
    Null(u8),
}

use CallCondition::{Always, Masked, Null, OneOf, ThisProcess, Without};

/// A system call. The numbers are those of the kernel, which never change.
#[derive(Debug, Clone, Copy)]
pub struct Call {
    /// For readers and tests.
    #[cfg_attr(not(test), allow(dead_code))]
    pub name: &'static str,
    x86_64: Option<i64>,
    aarch64: Option<i64>,
    pub only: CallCondition,
}

impl Call {
    /// Its number on the machine for which this is compiled.
    pub fn number(&self) -> Option<i64> {
        if cfg!(target_arch = "x86_64") { self.x86_64 } else { self.aarch64 }
    }
}

const fn call(name: &'static str, x86_64: i64, aarch64: i64, only: CallCondition) -> Call {
    Call { name, x86_64: Some(x86_64), aarch64: Some(aarch64), only }
}

/// One that newer machines do not have any more.
const fn old(name: &'static str, x86_64: i64, only: CallCondition) -> Call {
    Call { name, x86_64: Some(x86_64), aarch64: None, only }
}

/// `O_WRONLY`, `O_RDWR`, `O_CREAT`, `O_TRUNC` (which truncates a file that is open for reading
/// too) and the bit of `O_TMPFILE`.
const WRITING: u64 = 0o3 | 0o100 | 0o1000 | 0o20_000_000;

const PROT_EXEC: u64 = 4;

const CLONE_THREAD: u64 = 0x0001_0000;
/// What makes namespaces and hands a thread to who traces this one.
const CLONE_MORE: u64 = 0x7e02_2000;

/// `F_GETFD`, `F_SETFD`, `F_GETFL`, `F_GETLK`, `F_SETLK`: not those that send signals.
const FCNTL: &[u64] = &[1, 2, 3, 5, 6];

/// `PR_SET_NAME`, `PR_GET_NAME`, and `PR_SET_VMA`, with which malloc names its memory.
const PRCTL: &[u64] = &[15, 16, 0x5356_4d41];

const OUTPUT: &[u64] = &[1, 2];

/// What is allowed.
pub const ALLOWED: &[Call] = &[
    // Memory. Nothing becomes code that was not.
    call("brk", 12, 214, Always),
    call("madvise", 28, 233, Always),
    call("mmap", 9, 222, Without(2, PROT_EXEC)),
    call("mprotect", 10, 226, Without(2, PROT_EXEC)),
    call("mremap", 25, 216, Always),
    call("munmap", 11, 215, Always),
    // Threads, but no processes.
    call("clone", 56, 220, Masked(0, CLONE_THREAD | CLONE_MORE, CLONE_THREAD)),
    call("exit", 60, 93, Always),
    call("exit_group", 231, 94, Always),
    call("futex", 202, 98, Always),
    call("getcpu", 309, 168, Always),
    call("membarrier", 324, 283, Always),
    call("restart_syscall", 219, 128, Always),
    call("rseq", 334, 293, Always),
    call("sched_getaffinity", 204, 123, Always),
    call("sched_yield", 24, 124, Always),
    call("set_robust_list", 273, 99, Always),
    call("set_tid_address", 218, 96, Always),
    // Signals within the process: an abort is one.
    call("rt_sigaction", 13, 134, Always),
    call("rt_sigprocmask", 14, 135, Always),
    call("rt_sigreturn", 15, 139, Always),
    call("sigaltstack", 131, 132, Always),
    call("tgkill", 234, 131, ThisProcess(0)),
    // Time and chance.
    call("clock_getres", 229, 114, Always),
    call("clock_gettime", 228, 113, Always),
    call("clock_nanosleep", 230, 115, Always),
    call("getrandom", 318, 278, Always),
    call("gettimeofday", 96, 169, Always),
    call("nanosleep", 35, 101, Always),
    old("time", 201, Always),
    // What the process is.
    call("getegid", 108, 177, Always),
    call("geteuid", 107, 175, Always),
    call("getgid", 104, 176, Always),
    call("getpid", 39, 172, Always),
    call("getrlimit", 97, 163, Always),
    call("getrusage", 98, 165, Always),
    call("gettid", 186, 178, Always),
    call("getuid", 102, 174, Always),
    call("prctl", 157, 167, OneOf(0, PRCTL)),
    // Asked, never set.
    call("prlimit64", 302, 261, Null(2)),
    call("sysinfo", 99, 179, Always),
    call("uname", 63, 160, Always),
    // Files to read. Which ones is Landlock's to say.
    old("access", 21, Always),
    call("close", 3, 57, Always),
    call("faccessat", 269, 48, Always),
    call("fadvise64", 221, 223, Always),
    call("fcntl", 72, 25, OneOf(1, FCNTL)),
    call("fstat", 5, 80, Always),
    call("getcwd", 79, 17, Always),
    call("lseek", 8, 62, Always),
    old("lstat", 6, Always),
    call("newfstatat", 262, 79, Always),
    old("open", 2, Without(1, WRITING)),
    call("openat", 257, 56, Without(2, WRITING)),
    old("poll", 7, Always),
    call("ppoll", 271, 73, Always),
    call("pread64", 17, 67, Always),
    call("preadv", 295, 69, Always),
    call("read", 0, 63, Always),
    call("readahead", 187, 213, Always),
    call("readv", 19, 65, Always),
    old("stat", 4, Always),
    call("statx", 332, 291, Always),
    // The answer.
    call("write", 1, 64, OneOf(0, OUTPUT)),
    call("writev", 20, 66, OneOf(0, OUTPUT)),
    // Refused by `UNKNOWN`, which is only heard where this filter allows.
    call("clone3", 435, 435, Always),
    call("openat2", 437, 437, Always),
    call("faccessat2", 439, 439, Always),
    call("futex_waitv", 449, 449, Always),
];

/// What answers as if the kernel did not know it, so that the C library does the same with older
/// calls, of whose arguments a filter sees enough.
pub const UNKNOWN: &[Call] = &[
    call("clone3", 435, 435, Always),
    call("openat2", 437, 437, Always),
    call("faccessat2", 439, 439, Always),
    call("futex_waitv", 449, 449, Always),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_call_is_listed_twice() {
        for number in [|call: &Call| call.x86_64, |call: &Call| call.aarch64] {
            let mut numbers: Vec<i64> = ALLOWED.iter().filter_map(number).collect();
            numbers.sort_unstable();
            assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
        }
    }

    #[test]
    fn what_is_unknown_is_allowed_by_the_filter_that_is_heard_last() {
        for unknown in UNKNOWN {
            assert!(ALLOWED.iter().any(|call| call.x86_64 == unknown.x86_64), "{}", unknown.name);
        }
    }
}
