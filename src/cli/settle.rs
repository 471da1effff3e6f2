//! Results as snapshots: what is new is proposed, or with `--check` only named.

use std::collections::BTreeMap;

use super::output;
use super::project::{Opened, PSEUDONYM_KEY};
use goodhart_core::diagnostic::{Diagnostic, codes};
use goodhart_core::error::Error;
use goodhart_core::parallel;
use goodhart_core::project::catalog::size_text;
use goodhart_core::result::snapshot::{
    Committed, INPUTS, InputsFile, Settled, Snapshot, Store, Writer, settle as compare,
};
use goodhart_engine::evaluate::Evaluation;

/// Writing fewer snapshots than this is not worth a thread.
const WORTH_A_THREAD: usize = 64;

/// The texts of the snapshots of all evaluated metrics; one that is too large is left out and
/// reported. Values that are committed keep the reason for which they were accepted.
pub fn snapshots(
    opened: &Opened,
    committed: &Committed,
    evaluation: &Evaluation,
) -> (BTreeMap<String, String>, Vec<Diagnostic>) {
    let rendered = parallel::map(&evaluation.results.metrics, WORTH_A_THREAD, |results| {
        let metric = opened.catalog.metrics.get(&results.metric)?;
        let before = committed.snapshots.get(&metric.id);
        let text = Snapshot::new(metric, results, evaluation.results.grain, before).render();
        Some((metric, text))
    });
    let mut snapshots = BTreeMap::new();
    let mut too_large = Vec::new();
    for (results, rendered) in evaluation.results.metrics.iter().zip(rendered) {
        let Some((metric, text)) = rendered else { continue };
        let most = metric.limits(&opened.catalog.settings).snapshot_size;
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

/// Proposes what changed, or says so where there is no `writer`. Returns whether a check failed.
/// `whole` is whether all metrics of the project were asked for.
pub fn settle(
    opened: &Opened,
    whole: bool,
    evaluation: &Evaluation,
    mut rendered: BTreeMap<String, String>,
    writer: Option<Result<Writer, Error>>,
) -> Result<bool, Error> {
    let store = &Store::new(&opened.root);
    if evaluation.results.metrics.is_empty() {
        return Ok(false);
    }
    let known = opened.known();
    let check = writer.is_none();
    if check && store.is_unfinished()? {
        output::say(
            "a change of the snapshots was interrupted; the next `goodhart eval` or `goodhart \
             accept` finishes it",
        );
    }
    // What a partial evaluation did not read stays as it was: as it is pending, where that stays
    // too, else as it was committed.
    let complete =
        evaluation.skipped.is_empty() && rendered.len() == evaluation.results.metrics.len();
    let before = match () {
        () if whole && complete => None,
        () if whole || check => store.committed_inputs()?,
        () => store.newest_inputs()?,
    };
    let inputs = InputsFile::new(&evaluation.inputs, env!("CARGO_PKG_VERSION"), before.as_ref());
    rendered.insert(INPUTS.to_owned(), inputs.render());
    let Settled { changed, orphaned } = compare(store, &rendered, &known)?;
    let orphaned = if whole { orphaned } else { Vec::new() };
    if let Some(writer) = writer {
        let change = store.propose(&rendered, &changed, whole)?;
        if !change.is_empty() {
            let pending = writer.and_then(|writer| writer.commit(&change));
            pending.map_err(|error| Error::NotPending(Box::new(error)))?;
        }
    }
    if changed.is_empty() && orphaned.is_empty() {
        output::say(&match rendered.len() - 1 {
            1 => "the snapshot of 1 metric is current".to_owned(),
            count => format!("the snapshots of {count} metrics are current"),
        });
        return Ok(false);
    }
    let (out_of_date, help) = if check {
        ("snapshots are out of date", "run `goodhart eval`, then `goodhart accept`")
    } else {
        (
            "new or changed results are pending",
            "`goodhart review` shows them, `goodhart accept` takes them all",
        )
    };
    if !changed.is_empty() {
        output::say(&format!("{out_of_date}: {}", changed.join(", ")));
    }
    if !orphaned.is_empty() {
        output::say(&format!("snapshots without a metric: {}", orphaned.join(", ")));
    }
    output::say(&format!("help: {help}"));
    Ok(check)
}

/// Says that pseudonyms differ from those in the snapshots because the key does; otherwise it would
/// look as if everybody had been replaced.
pub fn another_key(committed: &Committed, evaluation: &Evaluation) -> Option<Diagnostic> {
    let before = committed.inputs.as_ref()?.pseudonym_key.as_ref()?;
    let now = evaluation.inputs.pseudonym_key.as_ref()?;
    (before != now).then(|| {
        let message = format!(
            "the pseudonyms are made with another key ({now}) than those in the snapshots ({before})"
        );
        Diagnostic::new(&codes::PSEUDONYM_KEY_CHANGED, message).help(format!(
            "set {PSEUDONYM_KEY} to the key of the snapshots; where the key was changed on \
             purpose, evaluate everything and accept it"
        ))
    })
}
