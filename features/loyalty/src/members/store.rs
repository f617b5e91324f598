//! The SQL of members.

use db::{DbError, Param};
use kernel::ids::{MemberId, TierId, UserId};
use kernel::{Fault, Moment, Page, Paging};
use runtime::{Row, Sql, Tx, params};

use super::model::{Member, MemberFilter};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT m.id, m.user_id, m.email, m.referral_code, m.status, m.status_reason, m.points_balance, \
             m.lifetime_earned, m.lifetime_redeemed, m.tier_id, t.slug, m.tier_changed_at, m.below_since, m.ledger_seq, \
             m.award_seq, m.enrolled_at FROM {p}oloyalty_members m JOIN {p}oloyalty_tiers t ON t.id = m.tier_id ",
            $rest
        )
    };
}

const BY_ID: Sql = Sql::new(select!("WHERE m.id = ?"));
macro_rules! held {
    ($end:literal) => {
        concat!(
            "SELECT m.id, m.user_id, m.email, m.referral_code, m.status, m.status_reason, m.points_balance, \
             m.lifetime_earned, m.lifetime_redeemed, m.tier_id, \
             (SELECT t.slug FROM {p}oloyalty_tiers t WHERE t.id = m.tier_id) AS slug, m.tier_changed_at, m.below_since, \
             m.ledger_seq, m.award_seq, m.enrolled_at FROM {p}oloyalty_members m WHERE m.id = ?",
            $end
        )
    };
}

/// The row is held until the transaction ends, so that the member's movements queue up instead of meeting. The tier's
/// row is not: a join would hold it too, and with it everyone who is in that tier.
const HOLD: Sql = Sql::pair(held!(""), held!(" FOR UPDATE"));
const BY_USER: Sql = Sql::new(select!("WHERE m.user_id = ?"));
const INSERT: Sql = Sql::new(
    "INSERT INTO {p}oloyalty_members (user_id, email, referral_code, status, status_reason, points_balance, lifetime_earned, \
     lifetime_redeemed, tier_id, ledger_seq, award_seq, enrolled_at) VALUES (?, ?, ?, 'active', '', 0, 0, 0, ?, 0, 0, ?)",
);
const MOVE: Sql = Sql::new(
    "UPDATE {p}oloyalty_members SET points_balance = ?, lifetime_earned = ?, lifetime_redeemed = ?, ledger_seq = ?, \
     award_seq = ? WHERE id = ? AND ledger_seq = ? AND award_seq = ?",
);
const COUNT_AWARD: Sql =
    Sql::new("UPDATE {p}oloyalty_members SET award_seq = award_seq + 1 WHERE id = ? AND award_seq = ?");
const SET_STATUS: Sql = Sql::new("UPDATE {p}oloyalty_members SET status = ?, status_reason = ? WHERE id = ?");
const ERASE: Sql = Sql::new("UPDATE {p}oloyalty_members SET email = '' WHERE id = ?");
const SET_TIER: Sql = Sql::new(
    "UPDATE {p}oloyalty_members SET tier_id = ?, tier_changed_at = ?, below_since = NULL WHERE id = ? AND tier_id = ?",
);
const SET_BELOW: Sql = Sql::new("UPDATE {p}oloyalty_members SET below_since = ? WHERE id = ?");
const IDS_AFTER: Sql = Sql::new("SELECT id FROM {p}oloyalty_members WHERE id > ? ORDER BY id LIMIT ?");

fn member(row: &Row) -> Result<Member, DbError> {
    Ok(Member {
        id: row.get("id")?,
        user_id: row.get("user_id")?,
        email: row.get("email")?,
        referral_code: row.get("referral_code")?,
        status: row.get("status")?,
        status_reason: row.get("status_reason")?,
        points_balance: row.get("points_balance")?,
        lifetime_earned: row.get("lifetime_earned")?,
        lifetime_redeemed: row.get("lifetime_redeemed")?,
        tier_id: row.get("tier_id")?,
        tier: row.get("slug")?,
        tier_changed_at: row.get("tier_changed_at")?,
        below_since: row.get("below_since")?,
        ledger_seq: row.get("ledger_seq")?,
        award_seq: row.get("award_seq")?,
        enrolled_at: row.get("enrolled_at")?,
    })
}

pub(crate) fn by_id(tx: &mut Tx, id: MemberId) -> Result<Option<Member>, Fault> {
    Ok(tx.one(&BY_ID, params![id], member)?)
}

pub(crate) fn by_user(tx: &mut Tx, user: UserId) -> Result<Option<Member>, Fault> {
    Ok(tx.one(&BY_USER, params![user], member)?)
}

/// Keeps the row for this transaction; what is read of the member after this stays true until it ends.
pub(crate) fn hold(tx: &mut Tx, id: MemberId) -> Result<Option<Member>, Fault> {
    Ok(tx.one(&HOLD, params![id], member)?)
}

/// Gives none when the account or the code is taken.
pub(crate) fn insert(
    tx: &mut Tx,
    user: UserId,
    email: &str,
    code: &str,
    tier: TierId,
) -> Result<Option<MemberId>, Fault> {
    let now = tx.now();
    match tx.insert(&INSERT, params![user, email, code, tier, now]) {
        Ok(id) => Ok(Some(MemberId(id))),
        Err(error) if error.is_duplicate() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Writes the totals after a movement; false when the journal or the awards have grown meanwhile.
pub(crate) fn move_totals(tx: &mut Tx, before: &Member, after: &Member) -> Result<bool, Fault> {
    let changed = tx.execute(
        &MOVE,
        params![
            after.points_balance,
            after.lifetime_earned,
            after.lifetime_redeemed,
            after.ledger_seq,
            after.award_seq,
            after.id,
            before.ledger_seq,
            before.award_seq
        ],
    )?;
    Ok(changed == 1)
}

/// False when another award of the member came first.
pub(crate) fn count_award(tx: &mut Tx, member: &Member) -> Result<bool, Fault> {
    Ok(tx.execute(&COUNT_AWARD, params![member.id, member.award_seq])? == 1)
}

pub(crate) fn set_status(tx: &mut Tx, id: MemberId, status: &str, reason: &str) -> Result<(), Fault> {
    tx.execute(&SET_STATUS, params![status, reason, id])?;
    Ok(())
}

/// Takes the address away.
pub(crate) fn erase(tx: &mut Tx, id: MemberId) -> Result<(), Fault> {
    tx.execute(&ERASE, params![id])?;
    Ok(())
}

/// False when the member is no longer in `from`.
pub(crate) fn set_tier(tx: &mut Tx, id: MemberId, from: TierId, to: TierId) -> Result<bool, Fault> {
    let now = tx.now();
    Ok(tx.execute(&SET_TIER, params![to, now, id, from])? == 1)
}

pub(crate) fn set_below(tx: &mut Tx, id: MemberId, since: Option<Moment>) -> Result<(), Fault> {
    tx.execute(&SET_BELOW, params![since, id])?;
    Ok(())
}

/// Ids above `after`, in order, at most `limit`.
pub(crate) fn ids_after(tx: &mut Tx, after: MemberId, limit: i64) -> Result<Vec<MemberId>, Fault> {
    Ok(tx.rows(&IDS_AFTER, params![after, limit], |row| row.get("id"))?)
}

/// A page of members; `paging.orderby` is one of the columns, checked by the caller.
pub(crate) fn list(tx: &mut Tx, paging: &Paging, filter: &MemberFilter) -> Result<Page<Member>, Fault> {
    let pattern = format!("%{}%", paging.search.replace(['%', '_'], ""));
    let condition = "(LOWER(m.email) LIKE ? OR LOWER(m.referral_code) LIKE ?) AND (? = '' OR t.slug = ?) \
                     AND (? = '' OR m.status = ?)";
    let fixed: Vec<Param<'_>> =
        [&pattern, &pattern, &filter.tier, &filter.tier, &filter.status, &filter.status]
            .into_iter()
            .map(Param::from)
            .collect();
    let total = tx.count_text(
        &format!(
            "SELECT COUNT(*) FROM {{p}}oloyalty_members m JOIN {{p}}oloyalty_tiers t ON t.id = m.tier_id WHERE {condition}"
        ),
        &fixed,
    )?;
    let direction = if paging.descending { "DESC" } else { "ASC" };
    let text = format!(
        "{} WHERE {condition} ORDER BY m.{} {direction}, m.id {direction} LIMIT ? OFFSET ?",
        select!(""),
        paging.orderby
    );
    let mut all = fixed;
    all.extend([Param::from(i64::from(paging.per_page)), Param::from(paging.offset())]);
    let rows = tx.rows_text(&text, &all, member)?;
    Ok(Page { rows, total })
}
