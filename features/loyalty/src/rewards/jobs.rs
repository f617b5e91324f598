//! The coupon of a redemption, made outside of any transaction.

use kernel::ids::{RedemptionId, UserId};
use kernel::{Fault, FaultKind, text};
use runtime::ports::{Host, MadeCoupon};
use runtime::{Actor, Engine, Job, JobKind, Urgency};
use serde::{Deserialize, Serialize};

use super::commands_redeem as commands;
use super::model::{REVERSED, Terms};
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
        .urgency(Urgency::Money)
}

/// What the shop is asked for.
struct Wanted {
    terms: Terms,
    code: String,
    user: UserId,
    /// The member's address as it was enrolled.
    email: String,
}

async fn make(engine: &Engine, id: RedemptionId) -> Result<(), Fault> {
    let wanted = engine
        .read(move |tx| {
            // One that was used already has its coupon, which is not written down yet.
            let waiting = store::redemption(tx, id)?
                .filter(|redemption| redemption.status != REVERSED && redemption.coupon_id == 0);
            let Some(redemption) = waiting else { return Ok(None) };
            let member = members::queries::get(tx, redemption.member_id)?;
            let (terms, code) = (redemption.terms, redemption.code);
            Ok(Some(Wanted { terms, code, user: member.user_id, email: member.email }))
        })
        .await?;
    let Some(wanted) = wanted else { return Ok(()) };
    match engine.unless_away(coupon_of(engine.host(), &wanted)).await {
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

async fn coupon_of(host: &dyn Host, wanted: &Wanted) -> Result<MadeCoupon, Fault> {
    // The address of enrolment may be gone: the shop looks at the one that the account has now.
    let email = match host.customer_email(wanted.user).await {
        Ok(present) => present.filter(|email| text::email("email", email).is_ok()),
        Err(fault) if fault.status() >= 500 => return Err(fault),
        Err(_) => None,
    };
    let coupon = wanted.terms.coupon(&wanted.code, email.as_deref().unwrap_or(&wanted.email))?;
    // The code is random and stays the same: so does the key, and no other installation on this shop has used it.
    host.create_coupon(&format!("oloyalty:{}", wanted.code), &coupon).await
}

/// Will the shop say the same again?
fn is_final(fault: &Fault) -> bool {
    matches!(fault.kind, FaultKind::Invalid | FaultKind::Conflict | FaultKind::Unprocessable)
}
