//! What a process in the sandbox can no longer do, and what it still can. The sandbox cannot be left,
//! so every case runs in a process of its own: this test starts itself, without the usual harness,
//! because that has a second thread before a test begins.

#[cfg(target_os = "linux")]
#[path = "sandbox/linux.rs"]
mod linux;

fn main() {
    #[cfg(target_os = "linux")]
    linux::main();
    #[cfg(not(target_os = "linux"))]
    println!("skipped: only Linux confines processes");
}
