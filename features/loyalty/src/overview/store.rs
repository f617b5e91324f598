//! The SQL of the overview.

use kernel::ids::MemberId;
use kernel::{Fault, Moment};
use runtime::{Sql, Tx, params};

use super::queries::{Recent, TierShare};

const MEMBERS: Sql = Sql::new("SELECT COUNT(*) FROM {p}oloyalty_members");
const JOINED: Sql = Sql::new("SELECT COUNT(*) FROM {p}oloyalty_members WHERE enrolled_at >= ?");
const MOVED: Sql =
    Sql::new("SELECT COALESCE(SUM(points), 0) FROM {p}oloyalty_ledger WHERE type = ? AND created_at >= ?");
const TIERS: Sql = Sql::new(
    "SELECT t.name, COUNT(m.id) AS members, COALESCE(SUM(CASE WHEN m.points_balance > 0 THEN m.points_balance ELSE 0 END), 0) \
     AS points FROM {p}oloyalty_tiers t LEFT JOIN {p}oloyalty_members m ON m.tier_id = t.id \
     GROUP BY t.id, t.name, t.`rank` ORDER BY t.`rank`",
);
const RECENT: Sql = Sql::new(
    "SELECT l.member_id, m.email, l.type, l.points, l.source, l.order_id, l.note, l.created_at FROM {p}oloyalty_ledger l \
     JOIN {p}oloyalty_members m ON m.id = l.member_id ORDER BY l.id DESC LIMIT ?",
);

pub(super) fn members(tx: &mut Tx) -> Result<i64, Fault> {
    Ok(tx.count(&MEMBERS, params![])?)
}

pub(super) fn joined_since(tx: &mut Tx, since: Moment) -> Result<i64, Fault> {
    Ok(tx.count(&JOINED, params![since])?)
}

pub(super) fn moved_since(tx: &mut Tx, kind: &str, since: Moment) -> Result<i64, Fault> {
    Ok(tx.count(&MOVED, params![kind, since])?)
}

pub(super) fn tiers(tx: &mut Tx) -> Result<Vec<TierShare>, Fault> {
    Ok(tx.rows(&TIERS, params![], |row| {
        Ok(TierShare { name: row.get("name")?, members: row.get("members")?, points: row.get("points")? })
    })?)
}

pub(super) fn recent(tx: &mut Tx, limit: i64) -> Result<Vec<Recent>, Fault> {
    Ok(tx.rows(&RECENT, params![limit], |row| {
        Ok(Recent {
            member_id: MemberId(row.get("member_id")?),
            email: row.get("email")?,
            kind: row.get("type")?,
            points: row.get("points")?,
            source: row.get("source")?,
            order_id: row.get("order_id")?,
            note: row.get("note")?,
            created_at: row.get("created_at")?,
        })
    })?)
}
