//! What code that escaped from DuckDB would try, and what DuckDB itself needs.

use std::ffi::{c_int, c_long, c_void};
use std::fs;
use std::io;
use std::net::{TcpStream, UdpSocket};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;

use rustix::process::{Pid, Resource, getrlimit, setrlimit, test_kill_process};

use super::Layer::{Calls, Landlock, Limits};
use super::{Attempt, Layer, Scene};

unsafe extern "C" {
    fn syscall(number: c_long, ...) -> c_long;
    fn mmap(
        at: *mut c_void,
        size: usize,
        prot: c_int,
        flags: c_int,
        file: c_int,
        from: i64,
    ) -> isize;
    fn clock() -> c_long;
}

const fn of(
    name: &'static str,
    prevented_by: &'static [Layer],
    act: fn(&Scene) -> Result<(), String>,
) -> Attempt {
    Attempt { name, prevented_by, act }
}

fn said<T, E: ToString>(result: Result<T, E>) -> Result<(), String> {
    result.map(drop).map_err(|error| error.to_string())
}

/// A system call with arguments that do no harm; anything but "not permitted" got through.
fn raw(number: c_long, arguments: [c_long; 4]) -> Result<(), String> {
    let [a, b, c, d] = arguments;
    // SAFETY: no argument is a pointer into memory.
    let answer = unsafe { syscall(number, a, b, c, d, 0, 0) };
    let error = io::Error::last_os_error();
    if answer < 0 && matches!(error.raw_os_error(), Some(1 | 38)) {
        return Err(error.to_string());
    }
    Ok(())
}

/// Processor time in seconds.
fn spent() -> c_long {
    // SAFETY: takes nothing.
    unsafe { clock() / 1_000_000 }
}

pub const ATTEMPTS: &[Attempt] = &[
    // What must work.
    of("read a listed file", &[], |s| said(fs::read(s.folder.join("listed.txt")))),
    of("start threads", &[], |_| {
        let threads: Vec<_> = (0..4).map(|_| std::thread::spawn(|| vec![1_u8; 1 << 20])).collect();
        threads.into_iter().try_for_each(|thread| said(thread.join().map_err(|_| "panicked")))
    }),
    of("use memory", &[], |_| said(Vec::<u8>::new().try_reserve_exact(200 << 20))),
    of("sleep", &[], |_| {
        std::thread::sleep(std::time::Duration::from_millis(1));
        Ok(())
    }),
    // Files.
    of("read an unlisted file", &[Landlock], |s| said(fs::read(s.folder.join("unlisted.txt")))),
    of("read the environment", &[Landlock], |_| said(fs::read("/proc/self/environ"))),
    of("list a folder", &[Landlock, Calls], |s| {
        said(fs::read_dir(&s.folder).and_then(Iterator::collect::<io::Result<Vec<_>>>))
    }),
    of("write to a file", &[Limits, Landlock, Calls], |s| {
        said(fs::write(s.folder.join("victim.txt"), "more than there was"))
    }),
    of("write to a listed file", &[Landlock, Calls], |s| {
        said(fs::File::options().write(true).open(s.folder.join("listed.txt")))
    }),
    of("create a file", &[Landlock, Calls], |s| {
        said(fs::File::create(s.folder.join("created.txt")))
    }),
    of("make a folder", &[Landlock, Calls], |s| said(fs::create_dir(s.folder.join("made")))),
    of("rename", &[Landlock, Calls], |s| {
        said(fs::rename(s.folder.join("victim.txt"), s.folder.join("renamed.txt")))
    }),
    of("link", &[Landlock, Calls], |s| {
        said(std::os::unix::fs::symlink("/etc", s.folder.join("linked.txt")))
    }),
    of("delete", &[Landlock, Calls], |s| said(fs::remove_file(s.folder.join("victim.txt")))),
    of("change permissions", &[Calls], |s| {
        let open = fs::Permissions::from_mode(0o777);
        said(fs::set_permissions(s.folder.join("victim.txt"), open))
    }),
    // Other processes.
    of("execute a program", &[Landlock, Calls], |_| {
        said(std::process::Command::new("/bin/true").status())
    }),
    of("signal the parent", &[Landlock, Calls], |s| {
        said(test_kill_process(Pid::from_raw(s.parent).ok_or("no parent")?))
    }),
    // Network.
    of("connect by TCP", &[Landlock, Calls], |s| said(TcpStream::connect(("127.0.0.1", s.tcp)))),
    of("send by UDP", &[Calls], |s| {
        said(
            UdpSocket::bind("127.0.0.1:0")
                .and_then(|socket| socket.send_to(b"secret", ("127.0.0.1", s.udp))),
        )
    }),
    of("connect to a socket file", &[Calls], |s| {
        said(UnixStream::connect(s.folder.join("socket")))
    }),
    // Resources.
    of("use more memory", &[Limits], |_| said(Vec::<u8>::new().try_reserve_exact(8 << 30))),
    of("use more processor time", &[Limits], |_| {
        let enough = spent() + 5;
        while spent() < enough {}
        Ok(())
    }),
    of("open more files", &[Limits], |s| {
        let open = |_| fs::File::open(s.folder.join("listed.txt"));
        said((0..100).map(open).collect::<io::Result<Vec<_>>>())
    }),
    of("leave a core", &[Limits], |_| match getrlimit(Resource::Core).maximum {
        Some(0) => Err("no core is written".to_owned()),
        _ => Ok(()),
    }),
    of("raise a limit", &[Calls], |_| {
        said(setrlimit(Resource::Nofile, getrlimit(Resource::Nofile)))
    }),
    // The kernel.
    of("make code", &[Calls], |_| {
        // SAFETY: new pages, anonymous and private, that nothing uses.
        let pages = unsafe { mmap(std::ptr::null_mut(), 4096, 7, 0x22, -1, 0) };
        if pages == -1 { said(Err::<(), _>(io::Error::last_os_error())) } else { Ok(()) }
    }),
    #[cfg(target_arch = "x86_64")]
    // A combination of flags that the kernel refuses as senseless, so that nothing is forked.
    of("fork", &[Calls], |_| raw(56, [0x800, 0, 0, 0])),
    #[cfg(target_arch = "x86_64")]
    of("be traced", &[Calls], |_| raw(101, [0; 4])),
    #[cfg(target_arch = "x86_64")]
    of("read another process", &[Calls], |s| raw(310, [s.parent.into(), 0, 0, 0])),
    #[cfg(target_arch = "x86_64")]
    of("io_uring", &[Calls], |_| raw(425, [0; 4])),
    #[cfg(target_arch = "x86_64")]
    of("a file in memory", &[Calls], |_| raw(319, [0; 4])),
];
