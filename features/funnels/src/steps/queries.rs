//! Reading steps.

use kernel::Fault;
use kernel::ids::FunnelId;
use runtime::Tx;

use super::store;

/// Does the funnel offer anything after the payment? Then the method of payment is kept for it.
pub fn offers_follow(tx: &mut Tx, funnel: FunnelId) -> Result<bool, Fault> {
    let steps = store::of_funnel(tx, funnel)?;
    Ok(steps.iter().any(|step| step.enabled && step.kind.is_after_payment() && step.kind.has_offer()))
}
