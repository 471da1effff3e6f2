//! The two states that are compared, and the data of each.

use std::collections::BTreeMap;

use super::object::object;
use crate::result::SourceInput;
use crate::result::diff::{Provenance, SourceChange};

object! {
    /// One of the two states that are compared.
    pub struct RevisionObject<'a> {
        /// What somebody called it: a revision, the working tree, a folder.
        name: &'a str,
        /// The whole hash of the commit; null where it is none.
        commit: Option<&'a str>,
        /// What its results were computed from; null where that is not known.
        inputs: Option<Inputs<'a>>,
    }
}

object! {
    /// What results were computed from.
    struct Inputs<'a> {
        /// The version of the tool.
        goodhart: &'a str,
        /// The instant for which they were computed.
        as_of: &'a str,
        /// Tells whether pseudonyms were made with the same key; null where there are none.
        pseudonym_key: Option<&'a str>,
        /// The sources that were read from files, by id.
        sources: BTreeMap<&'a str, Input<'a>>,
    }
}

object! {
    /// A source that was read from files.
    struct Input<'a> {
        /// How many files it has.
        files: usize,
        /// How many rows they hold.
        rows: u64,
        /// A hash over the names and contents of the files.
        fingerprint: &'a str,
    }
}

object! {
    /// A source whose files are others.
    pub struct Source<'a> {
        /// The id of the source.
        source: &'a str,
        /// Its files at the base; null where it has none there.
        old: Option<Input<'a>>,
        /// Its files at the head; null where it has none there.
        new: Option<Input<'a>>,
    }
}

impl<'a> RevisionObject<'a> {
    pub fn of(side: &'a Provenance) -> Self {
        let inputs = side.inputs.as_ref().map(|inputs| Inputs {
            goodhart: &inputs.goodhart,
            as_of: &inputs.as_of,
            pseudonym_key: inputs.pseudonym_key.as_deref(),
            sources: inputs.sources.iter().map(|(id, one)| (id.as_str(), Input::of(one))).collect(),
        });
        Self { name: &side.name, commit: side.commit.as_deref(), inputs }
    }
}

impl<'a> Input<'a> {
    fn of(input: &'a SourceInput) -> Self {
        Self { files: input.files, rows: input.rows, fingerprint: &input.fingerprint }
    }
}

impl<'a> Source<'a> {
    pub fn of(change: &'a SourceChange) -> Self {
        Self {
            source: &change.source,
            old: change.old.as_ref().map(Input::of),
            new: change.new.as_ref().map(Input::of),
        }
    }
}
