//! Enrolling members, shutting them out and letting them in again.

use kernel::contracts::oloyalty::MemberEnrolled;
use kernel::ids::{MemberId, UserId};
use kernel::ports::CAPITALS;
use kernel::{Fault, text};
use runtime::audit::AuditLog;
use runtime::{Audit, Emit, Tx};
use schemars::JsonSchema;
use serde::Deserialize;

use super::model::{ACTIVE, Exclusion, Member};
use super::{queries, store};
use crate::tiers;

const CODE_LENGTH: usize = 8;

/// The member of an account, enrolled when there is none yet.
pub fn enrol(tx: &mut Tx, user: UserId, email: &str) -> Result<Member, Fault> {
    if let Some(member) = store::by_user(tx, user)? {
        return Ok(member);
    }
    let tier = tiers::queries::lowest(tx)?;
    let code = tx.entropy().code(CAPITALS, CODE_LENGTH);
    let email: String = text::normal_email(email).chars().take(254).collect();
    let Some(id) = store::insert(tx, user, &email, &code, tier.id)? else {
        // Another enrolment of the same account, or the same code, came first.
        tx.run_again();
        return Err(Fault::unavailable("The account was enrolled at this very moment. Try again."));
    };
    tx.emit(&MemberEnrolled { member_id: id, user_id: user })?;
    queries::get(tx, id)
}

/// Shuts a member out.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ban {
    /// `suspended` or `banned`; banned unless given.
    #[serde(default = "banned")]
    pub status: String,
    /// Why.
    pub reason: String,
}

fn banned() -> String {
    Exclusion::Banned.status().to_owned()
}

/// Suspends or bans a member: from now on nothing is earned or redeemed. Points are kept.
pub fn ban(tx: &mut Tx, id: MemberId, ban: &Ban) -> Result<Member, Fault> {
    let exclusion = Exclusion::parse("status", &ban.status)?;
    let reason = text::line("reason", &ban.reason, 500)?;
    change_status(tx, id, exclusion.status(), &reason, "member.ban")
}

/// Lifts a suspension or a ban.
pub fn unban(tx: &mut Tx, id: MemberId) -> Result<Member, Fault> {
    change_status(tx, id, ACTIVE, "", "member.unban")
}

/// Why a member whose account was deleted is shut out.
pub(crate) const ERASED: &str = "The account was deleted.";

/// Forgets whose the membership was: nothing is earned or redeemed any more, and no address is kept, here or in the
/// audit log.
pub(crate) fn erase(tx: &mut Tx, id: MemberId) -> Result<(), Fault> {
    let before = queries::held(tx, id)?;
    store::erase(tx, id)?;
    store::set_status(tx, id, Exclusion::Banned.status(), ERASED)?;
    runtime::audit::erase(tx, &before.email)
}

fn change_status(
    tx: &mut Tx,
    id: MemberId,
    status: &str,
    reason: &str,
    action: &str,
) -> Result<Member, Fault> {
    let before = queries::held(tx, id)?;
    store::set_status(tx, id, status, reason)?;
    let after = queries::get(tx, id)?;
    tx.audit(AuditLog::OLoyalty, action, ("member", id.to_string()), Some(&before), Some(&after))?;
    Ok(after)
}
