//! Making and changing sequences.

use kernel::ids::SequenceId;
use kernel::{Fault, text};
use runtime::Tx;

use super::model::{Sequence, SequenceStep};
use super::{rules, store};

/// The one trigger there is.
pub(crate) const TRIGGER: &str = "cart_abandoned";

/// A sequence as someone wants it. None leaves a part as it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    pub(crate) name: Option<String>,
    pub(crate) steps: Option<Vec<SequenceStep>>,
    pub(crate) status: Option<String>,
}

fn status(wanted: &str) -> Result<String, Fault> {
    match wanted {
        "active" | "paused" => Ok(wanted.to_owned()),
        _ => Err(Fault::invalid("status", "Use active or paused.")),
    }
}

/// Makes a sequence, paused unless said. An active one pauses the others: one at a time writes to a shopper.
pub(crate) fn create(tx: &mut Tx, wanted: &Wanted) -> Result<Sequence, Fault> {
    let name = text::line("name", wanted.name.as_deref().unwrap_or_default(), 191)?;
    let steps = wanted.steps.clone().ok_or_else(|| Fault::missing("steps"))?;
    rules::check_steps(&steps)?;
    let status = status(wanted.status.as_deref().unwrap_or("paused"))?;
    let id = store::add_sequence(tx, &name, TRIGGER, &steps, &status)?;
    settled(tx, id)
}

/// Changes a sequence. Runs that have begun keep the times they were given.
pub(crate) fn change(tx: &mut Tx, id: SequenceId, wanted: &Wanted) -> Result<Sequence, Fault> {
    let mut sequence = store::sequence(tx, id)?.ok_or_else(|| Fault::not_found("sequence"))?;
    if let Some(name) = &wanted.name {
        sequence.name = text::line("name", name, 191)?;
    }
    if let Some(steps) = &wanted.steps {
        rules::check_steps(steps)?;
        sequence.steps.clone_from(steps);
    }
    if let Some(wanted) = &wanted.status {
        sequence.status = status(wanted)?;
    }
    store::save_sequence(tx, &sequence)?;
    settled(tx, id)
}

fn settled(tx: &mut Tx, id: SequenceId) -> Result<Sequence, Fault> {
    let sequence = store::sequence(tx, id)?.ok_or_else(|| Fault::not_found("sequence"))?;
    if sequence.status == "active" {
        store::pause_others(tx, &sequence.trigger_type, id)?;
    }
    Ok(sequence)
}
