//! The coupon of a redemption, made outside of any transaction.

use kernel::ids::RedemptionId;
use kernel::{Fault, FaultKind};
use runtime::{Actor, Engine, Job, JobKind};
use serde::{Deserialize, Serialize};

use super::commands_redeem as commands;
use super::model::PENDING;
use super::store;
use crate::members;

/// Has the shop make the coupon of a redemption.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MakeCoupon {
    /// The redemption.
    pub redemption_id: RedemptionId,
}

impl Job for MakeCoupon {
    const KIND: &'static str = "oloyalty.make_coupon";
}

/// The kind of job.
#[must_use]
pub fn job_kind() -> JobKind {
    JobKind::new(|engine: Engine, job: MakeCoupon| async move { make(&engine, job.redemption_id).await })
        .steadfast()
}

async fn make(engine: &Engine, id: RedemptionId) -> Result<(), Fault> {
    let wanted = engine
        .read(move |tx| {
            let waiting = store::redemption(tx, id)?
                .filter(|redemption| redemption.status == PENDING && redemption.coupon_id == 0);
            let Some(redemption) = waiting else { return Ok(None) };
            let member = members::queries::get(tx, redemption.member_id)?;
            Ok(Some((redemption.terms.coupon(&redemption.code, &member.email)?, redemption.code)))
        })
        .await?;
    let Some((coupon, code)) = wanted else { return Ok(()) };
    // The code is random and stays the same: so does the key, and no other installation on this shop has used it.
    match engine.host().create_coupon(&format!("oloyalty:{code}"), &coupon).await {
        Ok(made) => engine.write(Actor::system(), move |tx| commands::coupon_made(tx, id, made.id)).await,
        Err(fault) if is_final(&fault) => {
            tracing::warn!(
                redemption = id.0,
                code = fault.code,
                "the shop refuses the coupon of a reward; the points go back"
            );
            engine.write(Actor::system(), move |tx| commands::reverse(tx, id)).await
        }
        Err(fault) => Err(fault),
    }
}

/// Will the shop say the same again?
fn is_final(fault: &Fault) -> bool {
    matches!(
        fault.kind,
        FaultKind::Invalid | FaultKind::NotFound | FaultKind::Conflict | FaultKind::Unprocessable
    )
}
