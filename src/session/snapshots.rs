//! Results as snapshots, and how they compare with the committed ones.

use std::collections::BTreeMap;

use super::{Project, Session};
use goodhart_core::diagnostic::{Diagnostic, codes};
use goodhart_core::error::Error;
use goodhart_core::parallel;
use goodhart_core::project::catalog::size_text;
use goodhart_core::result::privacy::KEY_VARIABLE;
use goodhart_core::result::snapshot::{
    self, Change, CommittedSnapshots, INPUTS, InputsFile, Snapshot, SnapshotChanges, Store,
};
use goodhart_engine::evaluate::Evaluation;

/// Writing fewer snapshots than this is not worth a thread.
const WORTH_A_THREAD: usize = 64;

/// The results of an evaluation as snapshots, against the committed ones.
pub struct SnapshotComparison {
    /// The text of every snapshot by its name, the file about inputs too.
    texts: BTreeMap<String, String>,
    /// Whether all metrics of the project were to be evaluated.
    is_whole: bool,
    /// Names whose committed snapshot is another one or missing.
    pub changed: Vec<String>,
    /// Committed snapshots of metrics that do not exist any more; none where only some metrics were
    /// evaluated.
    pub orphaned: Vec<String>,
    /// Whether a change of the snapshots was interrupted, which the next one finishes.
    pub is_unfinished: bool,
}

impl SnapshotComparison {
    /// Whether all committed snapshots are as they were evaluated.
    pub fn is_current(&self) -> bool {
        self.changed.is_empty() && self.orphaned.is_empty()
    }

    /// How many metrics have results.
    pub fn metrics(&self) -> usize {
        self.texts.len() - 1
    }

    /// The change that makes the results pending.
    ///
    /// # Errors
    /// A pending file that cannot be read, or a snapshot that is too large.
    pub fn proposal(&self, project: &Project) -> Result<Change, Error> {
        Store::new(&project.root).propose(&self.texts, &self.changed, self.is_whole)
    }
}

impl Session<'_> {
    /// Compares an evaluation with the committed snapshots; what is wrong with those is among the
    /// diagnostics of the project. `is_whole` says whether all metrics of the project were to be
    /// evaluated, `is_proposed` whether the results are to become pending. `None` where nothing has
    /// results.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn compare_with_snapshots(
        &self,
        project: &mut Project,
        evaluation: &Evaluation,
        is_whole: bool,
        is_proposed: bool,
    ) -> Result<Option<SnapshotComparison>, Error> {
        let store = Store::new(&project.root);
        let known = project.metric_ids();
        let results = &evaluation.results.metrics;
        let evaluated =
            (!is_whole).then(|| results.iter().map(|results| results.metric.clone()).collect());
        // Where nothing changed and nobody gave reasons, no snapshot needs to be read.
        let plain = render_snapshots(project, &CommittedSnapshots::default(), evaluation);
        let committed =
            store.inspect_but(&mut project.files, &known, evaluated.as_ref(), &plain.0)?;
        let (mut texts, too_large) = if committed.snapshots.is_empty() {
            plain
        } else {
            render_snapshots(project, &committed, evaluation)
        };
        let other_key = another_key(&committed, evaluation);
        project.diagnostics.extend(committed.found);
        project.diagnostics.extend(too_large);
        project.diagnostics.extend(other_key);
        if results.is_empty() {
            return Ok(None);
        }
        let is_complete = evaluation.skipped.is_empty() && texts.len() == results.len();
        // What a partial evaluation did not read stays as it was: as it is pending, where that stays
        // too, else as it was committed.
        let before = match () {
            () if is_whole && is_complete => None,
            () if is_whole || !is_proposed => store.committed_inputs()?,
            () => store.newest_inputs()?,
        };
        let inputs =
            InputsFile::new(&evaluation.inputs, env!("CARGO_PKG_VERSION"), before.as_ref());
        texts.insert(INPUTS.to_owned(), inputs.render());
        let SnapshotChanges { changed, mut orphaned } = snapshot::settle(&store, &texts, &known)?;
        if !is_whole {
            orphaned.clear();
        }
        // Who proposes results has finished it.
        let is_unfinished = !is_proposed && store.is_unfinished()?;
        Ok(Some(SnapshotComparison { texts, is_whole, changed, orphaned, is_unfinished }))
    }
}

/// The texts of the snapshots of all evaluated metrics, by metric; one that is too large is left out
/// and reported. Values that are committed keep the reason for which they were accepted.
pub fn render_snapshots(
    project: &Project,
    committed: &CommittedSnapshots,
    evaluation: &Evaluation,
) -> (BTreeMap<String, String>, Vec<Diagnostic>) {
    let rendered = parallel::map(&evaluation.results.metrics, WORTH_A_THREAD, |results| {
        let metric = project.catalog.metrics.get(&results.metric)?;
        let before = committed.snapshots.get(&metric.id);
        let text = Snapshot::new(metric, results, evaluation.results.grain, before).render();
        Some((metric, text))
    });
    let mut snapshots = BTreeMap::new();
    let mut too_large = Vec::new();
    for (results, rendered) in evaluation.results.metrics.iter().zip(rendered) {
        let Some((metric, text)) = rendered else { continue };
        let most = metric.limits(&project.catalog.settings).snapshot_size;
        if text.len() as u64 <= most {
            snapshots.insert(metric.id.clone(), text);
            continue;
        }
        let what = format!("the snapshot of `{}` has more than {}", metric.id, size_text(most));
        too_large.push(
            Diagnostic::new(&codes::LIMIT_EXCEEDED, what)
                .at(
                    metric.definition.measure.span(),
                    format!("{} results, {} bytes", results.rows.len(), text.len()),
                )
                .note("nothing was written for it")
                .help("break it down by fewer segments, or raise `limits.snapshot_size`"),
        );
    }
    (snapshots, too_large)
}

/// Pseudonyms that differ from those in the snapshots because the key does; otherwise it would look
/// as if everybody had been replaced.
fn another_key(committed: &CommittedSnapshots, evaluation: &Evaluation) -> Option<Diagnostic> {
    let before = committed.inputs.as_ref()?.pseudonym_key.as_ref()?;
    let now = evaluation.inputs.pseudonym_key.as_ref()?;
    (before != now).then(|| {
        let message = format!(
            "the pseudonyms are made with another key ({now}) than those in the snapshots ({before})"
        );
        Diagnostic::new(&codes::PSEUDONYM_KEY_CHANGED, message).help(format!(
            "set {KEY_VARIABLE} to the key of the snapshots; where the key was changed on \
             purpose, evaluate everything and accept it"
        ))
    })
}
