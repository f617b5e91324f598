//! Reading sessions, for the faces and for the shop's order list.

use kernel::contracts::cartbay::CapturedEmail;
use kernel::{Fault, Page, Paging};
use runtime::ports::SessionOrder;
use runtime::{Engine, Sql, Tx, params};

use super::model::{RestoreResult, Session, SessionDetail, SessionRow, Snapshot};
use super::store_events::{self, RESTORE, UNSUBSCRIBE};
use super::{commands_restored, rules, store, store_consents};
use crate::runs::model::{Notification, SENT};
use crate::runs::store_messages;
use crate::{attribution, suppression};

/// What the status shown is made of, in SQL: as `rules::status`, which says the same of one session.
const STATUS: &str = "CASE WHEN s.state = 'recovered' THEN 'cartbay-recovered' \
     WHEN u.id IS NOT NULL THEN 'cartbay-suppressed' WHEN s.state = 'expired' THEN 'cartbay-expired' \
     WHEN s.state = 'abandoned' THEN 'cartbay-abandoned' \
     WHEN s.abandoned_at IS NOT NULL AND s.closed_at IS NOT NULL THEN 'cartbay-abandoned' \
     WHEN s.closed_at IS NOT NULL THEN 'cartbay-expired' ELSE 'cartbay-captured' END";
const FROM: &str = "FROM {p}cartwright_sessions s LEFT JOIN {p}ocart_suppression u \
     ON u.channel = 'email' AND u.contact_hash = s.email_hash";
const SENT_COUNT: Sql = Sql::new(
    "SELECT COUNT(*) FROM {p}cartwright_messages WHERE session_id = ? AND state = 'sent' AND COALESCE(test_mode, 0) = 0",
);

/// Columns that lists may be ordered by.
pub(crate) const ORDER_COLUMNS: [&str; 4] = ["id", "captured_at", "last_activity_at", "cart_total"];

/// A session, its status worked out.
pub(crate) fn row(tx: &mut Tx, session: &Session) -> Result<SessionRow, Fault> {
    let suppressed = suppression::store::is_suppressed(tx, "email", &session.email_hash)?;
    Ok(SessionRow {
        id: session.id,
        status: format!("wc-{}", rules::status(session, suppressed)),
        email: session.email.clone(),
        source: session.source.clone(),
        cart_total: session.total.amount(),
        currency: session.total.currency(),
        cart_item_count: session.item_count,
        captured_at: session.captured_at,
        last_activity_at: session.last_activity_at,
        abandoned_at: session.abandoned_at,
        closed_at: session.closed_at,
        close_reason: session.close_reason.clone(),
        recovered_at: session.recovered_at,
        recovered_order_id: session.recovered_order_id,
        recovered_revenue: session.recovered_revenue.amount(),
        emails_sent: tx.count(&SENT_COUNT, params![session.id])?,
    })
}

/// Sessions of a status (as someone may write it; empty for all) whose address holds the search words.
pub(crate) fn list(tx: &mut Tx, status: &str, paging: &Paging) -> Result<Page<SessionRow>, Fault> {
    let mut condition = "(? = '' OR LOWER(s.email) LIKE ?)".to_owned();
    let like = format!("%{}%", paging.search);
    let mut values = vec![db::Param::from(&paging.search), db::Param::from(&like)];
    if !status.is_empty() {
        let known = rules::parse_status(status).ok_or_else(|| {
            Fault::invalid("status", "Use captured, abandoned, recovered, expired or suppressed.")
        })?;
        condition.push_str(&format!(" AND {STATUS} = ?"));
        values.push(db::Param::from(known));
    }
    let total = tx.count_text(&format!("SELECT COUNT(*) {FROM} WHERE {condition}"), &values)?;
    let column =
        if ORDER_COLUMNS.contains(&paging.orderby.as_str()) { paging.orderby.as_str() } else { "id" };
    let direction = if paging.descending { "DESC" } else { "ASC" };
    let text = format!(
        "SELECT s.* {FROM} WHERE {condition} ORDER BY s.{column} {direction}, s.id {direction} LIMIT ? OFFSET ?"
    );
    values.push(db::Param::from(i64::from(paging.per_page)));
    values.push(db::Param::from(paging.offset()));
    let sessions = tx.rows_text(&text, &values, store::read)?;
    let rows = sessions.iter().map(|session| row(tx, session)).collect::<Result<Vec<_>, Fault>>()?;
    Ok(Page { rows, total })
}

/// How many sessions show each status, in the order of `statuses`.
pub(crate) fn counts(tx: &mut Tx, statuses: &[&str]) -> Result<Vec<i64>, Fault> {
    statuses
        .iter()
        .map(|status| {
            let text = format!("SELECT COUNT(*) {FROM} WHERE {STATUS} = ?");
            Ok(tx.count_text(&text, &[db::Param::from(*status)])?)
        })
        .collect()
}

/// A session with all that belongs to it, or 404.
pub(crate) fn detail(tx: &mut Tx, id: i64) -> Result<SessionDetail, Fault> {
    let session = store::get(tx, id)?;
    let attribution = attribution::store::of_session(tx, id)?;
    let notifications = store_messages::of_session(tx, id)?.iter().map(Notification::from).collect();
    Ok(SessionDetail {
        row: row(tx, &session)?,
        consent: session.consent,
        consent_text: session.consent_text.clone(),
        consent_at: session.consent_at,
        consent_history: store_consents::of_session(tx, id)?,
        cart_fingerprint: session.fingerprint.clone(),
        cart_snapshot: Snapshot::of(&session),
        restore_clicked_at: session.restore_clicked_at,
        restore_result: session.restore_result.clone(),
        attribution_source: attribution.map(|attribution| attribution.tier).unwrap_or_default(),
        events: store_events::events(tx, id)?,
        notifications,
    })
}

/// The address of the cart's open session, or of the session whose restore link led to the cart.
pub(crate) async fn captured_email(engine: Engine, request: CapturedEmail) -> Result<Option<String>, Fault> {
    engine
        .read(move |tx| {
            Ok(commands_restored::of_cart(tx, &request.cart_token)?
                .map(|session| session.email)
                .filter(|email| !email.is_empty()))
        })
        .await
}

/// The session as the order list holds it; none when it is gone.
pub(crate) fn order(tx: &mut Tx, id: i64) -> Result<Option<SessionOrder>, Fault> {
    let Some(session) = store::by_id(tx, id)? else { return Ok(None) };
    let suppressed = suppression::store::is_suppressed(tx, "email", &session.email_hash)?;
    Ok(Some(SessionOrder {
        session_id: id,
        version: session.version,
        status: rules::status(&session, suppressed).to_owned(),
        email: session.email.clone(),
        lines: session.cart.lines.clone(),
        total: session.total,
        meta: meta(tx, &session)?,
        created_at: session.captured_at,
        updated_at: session.updated_at,
    }))
}

/// `_cartbay_*`, as CartBay's own readers know them.
fn meta(tx: &mut Tx, session: &Session) -> Result<Vec<(String, String)>, Fault> {
    let messages = store_messages::of_session(tx, session.id)?;
    let sent: Vec<i64> =
        messages.iter().filter(|message| message.state == SENT).map(|message| message.step).collect();
    let notifications: Vec<Notification> = messages.iter().map(Notification::from).collect();
    let restore = store_events::tokens(tx, RESTORE, session.id)?;
    let unsubscribe = store_events::tokens(tx, UNSUBSCRIBE, session.id)?;
    let hashes: Vec<serde_json::Value> = restore
        .iter()
        .map(|token| serde_json::json!({ "hash": token.hash, "expires_at": token.expires_at, "created_at": token.created_at }))
        .collect();
    let moment =
        |moment: Option<kernel::Moment>| moment.map(|moment| moment.unix().to_string()).unwrap_or_default();
    let latest = restore.last();
    let source = attribution::store::of_session(tx, session.id)?;
    let mut meta = vec![
        ("session_id", session.id.to_string()),
        ("email", session.email.clone()),
        ("email_hash", session.email_hash.clone()),
        ("consent", if session.consent { "1" } else { "" }.to_owned()),
        ("consent_text", session.consent_text.clone()),
        ("consent_at", session.consent_at.unix().to_string()),
        ("source", session.source.clone()),
        ("cart_hash", session.cart.hash.clone()),
        ("cart_fingerprint", session.fingerprint.clone()),
        ("cart_total", session.total.major()),
        ("currency", session.total.currency().code().to_owned()),
        ("cart_item_count", session.item_count.to_string()),
        ("cart_snapshot", kernel::json::to_text(&Snapshot::of(session))),
        ("captured_at", session.captured_at.unix().to_string()),
        ("last_activity_at", session.last_activity_at.unix().to_string()),
        ("sent_steps", kernel::json::to_text(&sent)),
        ("token_hash", latest.map(|token| token.hash.clone()).unwrap_or_default()),
        ("token_expires_at", moment(latest.and_then(|token| token.expires_at))),
        ("token_hashes", kernel::json::to_text(&hashes)),
        ("unsub_token_hash", unsubscribe.last().map(|token| token.hash.clone()).unwrap_or_default()),
        ("notifications", kernel::json::to_text(&notifications)),
        ("events", kernel::json::to_text(&store_events::events(tx, session.id)?)),
    ];
    let later: [(&str, Option<String>); 6] = [
        ("abandoned_at", session.abandoned_at.map(|at| at.unix().to_string())),
        ("recovered_at", session.recovered_at.map(|at| at.unix().to_string())),
        ("recovered_order_id", session.recovered_at.map(|_| session.recovered_order_id.to_string())),
        ("recovered_revenue", session.recovered_at.map(|_| session.recovered_revenue.major())),
        ("restore_clicked_at", session.restore_clicked_at.map(|at| at.unix().to_string())),
        ("attribution_source", source.map(|attribution| attribution.tier)),
    ];
    meta.extend(later.into_iter().filter_map(|(name, value)| value.map(|value| (name, value))));
    if let Some(result) = &session.restore_result {
        meta.push(("restore_result", kernel::json::to_text::<RestoreResult>(result)));
    }
    Ok(meta.into_iter().map(|(name, value)| (format!("_cartbay_{name}"), value)).collect())
}
