//! Results as text in git: the format, where it is kept, and what is pending.

mod accept;
mod change;
mod format;
mod inputs;
mod inspect;
mod layout;
mod lock;
mod merge;
mod read;
mod store;
mod writer;

pub use accept::{Accepted, Chosen};
pub use change::{Change, Shelf};
pub use format::{Series, Snapshot};
pub use inputs::InputsFile;
pub use inspect::Committed;
pub use layout::{LARGEST, PRIVATE};
pub use merge::{Merged, before_merge, merge};
pub use read::read;
pub use store::{INPUTS, Settled, Store, settle};
pub use writer::Writer;
