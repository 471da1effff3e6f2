//! Results as text in git: the format, where it is kept, and what is pending.

mod change;
mod format;
mod inputs;
mod layout;
mod lock;
mod read;
mod store;
mod writer;

pub use change::Change;
pub use format::{Series, Snapshot};
pub use inputs::InputsFile;
pub use layout::PRIVATE;
pub use read::read;
pub use store::{Accepted, INPUTS, Settled, Store, settle};
pub use writer::Writer;
