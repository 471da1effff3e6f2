//! What becomes of pending results: all of them, those of some metrics, or those of some groups.

use std::collections::BTreeSet;

use super::change::{Change, Shelf};
use super::format::Snapshot;
use super::store::{INPUTS, Store};
use crate::error::Error;
use crate::result::Group;

/// Which of the pending results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PendingSelection {
    All,
    Metrics(BTreeSet<String>),
    /// Some groups of a metric; the total is the group without segments.
    Groups(String, Vec<Group>),
}

impl PendingSelection {
    fn has(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Metrics(names) => names.contains(name),
            Self::Groups(metric, _) => metric == name,
        }
    }
}

/// What `accept` does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Acceptance {
    pub accepted: Vec<String>,
    pub removed: Vec<String>,
}

impl Store {
    /// The change that makes pending results the committed ones, and removes the committed snapshots
    /// of metrics that are not among `known` where all are chosen. Groups that change get the
    /// `reason`. The inputs go along with anything.
    ///
    /// # Errors
    /// Nothing is pending for what is chosen, or a pending snapshot that goodhart did not write.
    pub fn accept(
        &self,
        chosen: &PendingSelection,
        known: &BTreeSet<String>,
        reason: Option<&str>,
    ) -> Result<(Change, Acceptance), Error> {
        let (mut change, mut done) = (Change::new("accept"), Acceptance::default());
        self.refuse_missing(chosen)?;
        for name in self.pending()? {
            if name == INPUTS {
                change.put(Shelf::Committed, INPUTS, self.pending_inputs()?);
                change.remove(Shelf::Pending, INPUTS);
                done.accepted.push(name);
                continue;
            }
            if !chosen.has(&name) {
                continue;
            }
            if !known.contains(&name) {
                change.remove(Shelf::Pending, &name);
                continue;
            }
            let mut pending = self.pending_snapshot(&name)?;
            match chosen {
                PendingSelection::Groups(_, groups) => {
                    let committed = self.sound_committed(&pending)?;
                    let committed = committed.unwrap_or_else(|| without_series(&pending));
                    refuse_same(&committed, &pending, groups)?;
                    let mut accepted = committed.with_groups(groups, &pending);
                    accepted.explain(Some(&committed), reason);
                    change.put(Shelf::Committed, &name, accepted.render());
                    self.keep_pending(
                        &mut change,
                        pending.with_groups(groups, &accepted),
                        &accepted,
                    );
                }
                PendingSelection::All | PendingSelection::Metrics(_) => {
                    pending.explain(self.committed(&name)?.as_ref(), reason);
                    change.put(Shelf::Committed, &name, pending.render());
                    change.remove(Shelf::Pending, &name);
                }
            }
            done.accepted.push(name);
        }
        if *chosen == PendingSelection::All {
            for name in self.all_committed()? {
                if name != INPUTS && !known.contains(&name) {
                    change.remove(Shelf::Committed, &name);
                    done.removed.push(name);
                }
            }
        }
        Ok((change, done))
    }

    /// The change that takes results out of what is pending, and the names of the metrics that
    /// nothing is pending for any more. The inputs go with the last of them.
    ///
    /// # Errors
    /// As of [`accept`](Self::accept).
    pub fn reject(&self, chosen: &PendingSelection) -> Result<(Change, Vec<String>), Error> {
        let (mut change, mut gone) = (Change::new("reject"), Vec::new());
        self.refuse_missing(chosen)?;
        let pending = self.pending()?;
        for name in pending.iter().filter(|name| *name != INPUTS && chosen.has(name)) {
            if let PendingSelection::Groups(_, groups) = chosen {
                let pending = self.pending_snapshot(name)?;
                let committed = self.sound_committed(&pending)?;
                let committed = committed.unwrap_or_else(|| without_series(&pending));
                refuse_same(&committed, &pending, groups)?;
                let left = pending.with_groups(groups, &committed);
                if self.keep_pending(&mut change, left, &committed) {
                    continue;
                }
            } else {
                change.remove(Shelf::Pending, name);
            }
            gone.push(name.clone());
        }
        let left = pending.iter().any(|name| name != INPUTS && !gone.contains(name));
        if !left && pending.iter().any(|name| name == INPUTS) {
            change.remove(Shelf::Pending, INPUTS);
        }
        Ok((change, gone))
    }

    /// Keeps pending what is not committed now. Returns whether anything is.
    fn keep_pending(&self, change: &mut Change, pending: Snapshot, committed: &Snapshot) -> bool {
        let (name, text) = (pending.metric.clone(), pending.render());
        let differs = text != committed.render();
        if differs {
            change.put(Shelf::Pending, &name, text);
        } else {
            change.remove(Shelf::Pending, &name);
        }
        differs
    }

    fn refuse_missing(&self, chosen: &PendingSelection) -> Result<(), Error> {
        let pending = self.pending()?;
        let named: Vec<&String> = match chosen {
            PendingSelection::All => Vec::new(),
            PendingSelection::Metrics(names) => names.iter().collect(),
            PendingSelection::Groups(metric, _) => vec![metric],
        };
        let missing: Vec<&str> =
            named.into_iter().filter(|name| !pending.contains(name)).map(String::as_str).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let names = missing.join(", ");
        Err(Error::Usage(format!("nothing is pending for {names}; run `goodhart eval` first")))
    }

    /// The committed snapshot that a part of a pending one can stand in; `None` where there is none.
    fn sound_committed(&self, pending: &Snapshot) -> Result<Option<Snapshot>, Error> {
        let name = &pending.metric;
        let all =
            format!("`goodhart accept {name}` or `goodhart reject {name}` is about all of it");
        match self.sound(name)? {
            None => Ok(None),
            Some(committed) => match committed {
                // To write anything beside what was edited would give the edit a checksum.
                None => Err(Error::Usage(format!(
                    "snapshots/{name}.toml is not as goodhart wrote it, so no part of it is changed\n\
                     {all}"
                ))),
                Some(committed) if !committed.is_comparable(pending) => Err(Error::Usage(format!(
                    "the unit, the grain or the segments of {name} changed, so all of it does\n{all}"
                ))),
                sound => Ok(sound),
            },
        }
    }
}

/// The same metric without any values.
fn without_series(snapshot: &Snapshot) -> Snapshot {
    Snapshot { series: Vec::new(), ..snapshot.clone() }
}

fn refuse_same(committed: &Snapshot, pending: &Snapshot, groups: &[Group]) -> Result<(), Error> {
    let changed: BTreeSet<Group> = committed.changed_groups(pending).into_iter().collect();
    if groups.iter().all(|group| changed.contains(group)) {
        return Ok(());
    }
    Err(Error::Usage(format!(
        "nothing is pending for this group of {}; `goodhart review` shows what is",
        pending.metric
    )))
}
