//! Results as text in git: the format, where it is stored, and what is pending.

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

pub use accept::{Acceptance, PendingSelection};
pub use change::{Change, Shelf};
pub use format::{Series, Snapshot};
pub use inputs::InputsFile;
pub use inspect::CommittedSnapshots;
pub use layout::{LARGEST, PRIVATE};
pub use merge::{MergeResult, before_merge, merge};
pub use read::read;
pub use store::{INPUTS, SnapshotChanges, Store, settle};
pub use writer::Writer;
