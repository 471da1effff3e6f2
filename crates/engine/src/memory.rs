//! Keeping the process small between scans.
//!
//! DuckDB allocates through malloc. glibc's malloc gives a large block pages of its own, which go
//! back to the system when it is freed, but every such block that is freed raises the size that
//! counts as large, up to 32 MiB. From then on the buffers of a scan live in heaps, small things
//! that outlive the scan settle between them, and each scan grows the process. Over ten scans of
//! ten million rows the peak is a third higher than with a fixed size.

/// Fixes the size from which blocks get pages of their own. A setting of the whole process, made
/// once; only glibc has it.
pub fn settle() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        use std::ffi::c_int;
        use std::sync::Once;

        // SAFETY: the signature is that of glibc, whose `mallopt` takes any two numbers.
        unsafe extern "C" {
            safe fn mallopt(parameter: c_int, value: c_int) -> c_int;
        }
        /// From malloc.h.
        const M_MMAP_THRESHOLD: c_int = -3;
        /// Smaller, and pages come and go more often (1 MiB costs a tenth of the time, this a
        /// fourteenth); larger, and more of a scan stays behind.
        const LARGE: c_int = 2 << 20;
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            // Where it is refused, only memory is lost.
            mallopt(M_MMAP_THRESHOLD, LARGE);
        });
    }
}
