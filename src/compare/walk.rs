//! The commits that changed a snapshot, and what moved between them.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::check::{LoadedProject, Texts};
use crate::git::Project;
use goodhart_core::diagnostic::{Files, codes};
use goodhart_core::error::Error;
use goodhart_core::project::catalog::Parse;
use goodhart_core::result::Group;
use goodhart_core::result::diff::{ChangedInput, Definitions, Provenance, Revision, moved};
use goodhart_core::result::history::{Commit, MetricRevision, newest_complete};
use goodhart_core::result::snapshot::{INPUTS, InputsFile, Snapshot, read};

/// The commits up to `newest` that changed the snapshot of a metric, the oldest first. Where the
/// snapshot begins and that of the same metric under another name ends, the walk goes on there.
///
/// # Errors
/// An object that is missing.
pub fn walk(
    project: &Project,
    newest: &Commit,
    metric: &str,
    parser: &dyn Parse,
) -> Result<Vec<MetricRevision>, Error> {
    let mut walk = Walk {
        project,
        parser,
        order: order(project, newest)?,
        accepted: project.changes(newest, &path(INPUTS))?,
        definitions: None,
        newer: None,
        done: Vec::new(),
    };
    let (mut from, mut id) = (newest.clone(), metric.to_owned());
    loop {
        for commit in project.changes(&from, &path(&id))? {
            walk.step(commit, &id)?;
        }
        match walk.predecessor()? {
            Some(before) => (from, id) = before,
            None => break,
        }
    }
    walk.finish()
}

struct Walk<'p> {
    project: &'p Project,
    parser: &'p dyn Parse,
    /// The place of each commit, the newest first.
    order: BTreeMap<String, usize>,
    /// The commits in which anything was accepted, the newest first.
    accepted: Vec<Commit>,
    /// The definitions that were opened last: neighbours often have the same.
    definitions: Option<(Texts, Rc<LoadedProject>)>,
    /// The commit whose cause is not known yet.
    newer: Option<Step>,
    /// The newest first.
    done: Vec<MetricRevision>,
}

/// A commit with what its cause is made of.
struct Step {
    revision: MetricRevision,
    definitions: Rc<LoadedProject>,
    inputs: Option<InputsFile>,
}

impl Step {
    fn view(&self) -> Revision<'_> {
        let LoadedProject { catalog, files, .. } = &*self.definitions;
        Revision {
            provenance: Provenance {
                name: self.revision.commit.short().to_owned(),
                commit: Some(self.revision.commit.id.clone()),
                inputs: self.inputs.clone(),
            },
            definitions: catalog.as_ref().map(|catalog| Definitions { catalog, files }),
            results: BTreeMap::new(),
        }
    }
}

impl Walk<'_> {
    /// Goes one commit back.
    fn step(&mut self, commit: Commit, id: &str) -> Result<(), Error> {
        let older = self.state(commit, id)?;
        if let Some(mut newer) = self.newer.take() {
            // What was accepted between the two did not change this snapshot: it was current then.
            let between = match self.accepted_between(&newer, &older) {
                Some(commit) => Some(self.state(commit, id)?),
                None => None,
            };
            let base = between.as_ref().filter(|state| state.view().metric(id).is_some());
            let base = base.unwrap_or(&older).view();
            newer.revision.moved = Some(moved(&base, &newer.view(), id, &newer.revision.metric));
            self.done.push(newer.revision);
        }
        self.newer = Some(older);
        Ok(())
    }

    fn state(&mut self, commit: Commit, id: &str) -> Result<Step, Error> {
        let (snapshot, edited) = snapshot(self.project, &commit, id)?;
        let inputs = self.project.read(&commit, &path(INPUTS))?;
        let inputs = inputs.and_then(|text| InputsFile::parse(&String::from_utf8_lossy(&text)));
        let definitions = self.definitions(&commit)?;
        let as_of = inputs.as_ref().and_then(|inputs| inputs.as_of.parse().ok());
        let complete = snapshot.as_ref().ok().and_then(|found| newest_complete(found, as_of));
        let metric = id.to_owned();
        let revision =
            MetricRevision { commit, metric, snapshot, edited, as_of, complete, moved: None };
        Ok(Step { revision, definitions, inputs })
    }

    /// The last commit between two in which anything was accepted.
    fn accepted_between(&self, newer: &Step, older: &Step) -> Option<Commit> {
        let place = |commit: &Commit| self.order.get(&commit.id).copied();
        let (from, to) = (place(&newer.revision.commit)?, place(&older.revision.commit)?);
        let within = |commit: &&Commit| place(commit).is_some_and(|at| from < at && at < to);
        self.accepted.iter().find(within).cloned()
    }

    fn finish(mut self) -> Result<Vec<MetricRevision>, Error> {
        if let Some(mut first) = self.newer.take() {
            // Where a shallow clone ends, a commit seems to have made everything.
            let ends =
                self.project.is_shallow() && self.project.parent(&first.revision.commit)?.is_none();
            first.revision.moved =
                ends.then(|| ChangedInput::Unknown("the clone ends here".to_owned()));
            self.done.push(first.revision);
        }
        self.done.reverse();
        Ok(self.done)
    }

    fn definitions(&mut self, commit: &Commit) -> Result<Rc<LoadedProject>, Error> {
        let texts = Texts::at(self.project, commit)?;
        if let Some((known, opened)) = &self.definitions
            && *known == texts
        {
            return Ok(opened.clone());
        }
        let opened = Rc::new(texts.load(self.parser)?);
        self.definitions = Some((texts, opened.clone()));
        Ok(opened)
    }

    /// Where the history goes on before the oldest commit so far: in a snapshot that it removed, of
    /// a metric with the same definition, or else with the same values.
    fn predecessor(&mut self) -> Result<Option<(Commit, String)>, Error> {
        let Some(Step { revision, definitions, .. }) = &self.newer else {
            return Ok(None);
        };
        let Some(parent) = self.project.parent(&revision.commit)? else { return Ok(None) };
        let now = snapshots(self.project, &revision.commit)?;
        let mut gone = snapshots(self.project, &parent)?;
        gone.retain(|id| !now.contains(id));
        if gone.is_empty() {
            return Ok(None);
        }
        let identity = |opened: &LoadedProject, id: &str| {
            let catalog = opened.catalog.as_ref()?;
            Some(catalog.identity(&opened.files, catalog.metrics.get(id)?))
        };
        let before = Texts::at(self.project, &parent)?.load(self.parser)?;
        let new = identity(definitions, &revision.metric);
        let same = gone.iter().find(|id| new.is_some() && identity(&before, id) == new);
        if let Some(id) = same {
            return Ok(Some((parent, id.clone())));
        }
        let Ok(values) = revision.snapshot.as_ref().map(Snapshot::results) else {
            return Ok(None);
        };
        for id in gone {
            if let (Ok(old), _) = snapshot(self.project, &parent, &id)?
                && old.results().rows == values.rows
            {
                return Ok(Some((parent, id)));
            }
        }
        Ok(None)
    }
}

/// The place of each commit along the first parents, the newest first.
fn order(project: &Project, newest: &Commit) -> Result<BTreeMap<String, usize>, Error> {
    let mut order = BTreeMap::new();
    let mut now = Some(newest.clone());
    while let Some(commit) = now {
        now = project.parent(&commit)?;
        order.insert(commit.id, order.len());
    }
    Ok(order)
}

/// A snapshot at a commit, or why there is none; and the groups that somebody edited.
fn snapshot(
    project: &Project,
    commit: &Commit,
    metric: &str,
) -> Result<(Result<Snapshot, String>, Vec<Group>), Error> {
    let Some(bytes) = project.read(commit, &path(metric))? else {
        return Ok((Err("the snapshot was removed".to_owned()), Vec::new()));
    };
    let mut files = Files::default();
    let file = files.add(path(metric), String::from_utf8_lossy(&bytes));
    let (snapshot, found) = read(&files, file, metric);
    let why = || {
        if found.iter().any(|diagnostic| *diagnostic.code == codes::SNAPSHOT_CONFLICTED) {
            return "the snapshot has the markers of a merge".to_owned();
        }
        let format = files.text(file).lines().find_map(|line| line.strip_prefix("format = "));
        match format {
            Some(format) => format!("the snapshot cannot be read (format {})", format.trim()),
            None => "the snapshot cannot be read".to_owned(),
        }
    };
    // A checksum that does not fit is found in the table of its group.
    let broken = found.iter().filter(|diagnostic| *diagnostic.code == codes::SNAPSHOT_EDITED);
    let tables = broken.filter_map(|diagnostic| {
        let before = files.text(file).get(..diagnostic.labels.first()?.span.start)?;
        before.matches("\n[[series]]").count().checked_sub(1)
    });
    let groups =
        tables.filter_map(|table| Some(snapshot.as_ref()?.series.get(table)?.group.clone()));
    let edited: Vec<Group> = groups.collect();
    Ok((snapshot.ok_or_else(why), edited))
}

/// The ids of all snapshots at a commit.
fn snapshots(project: &Project, commit: &Commit) -> Result<BTreeSet<String>, Error> {
    let id = |path: &str| -> Option<String> {
        let id = path.strip_prefix("snapshots/")?.strip_suffix(".toml")?;
        (id != INPUTS && !id.contains('/')).then(|| id.to_owned())
    };
    let mut ids = BTreeSet::new();
    project.files(commit, &|path| id(path).is_some(), &mut |path, _| {
        ids.extend(id(path));
        Ok(())
    })?;
    Ok(ids)
}

fn path(name: &str) -> String {
    format!("snapshots/{name}.toml")
}
