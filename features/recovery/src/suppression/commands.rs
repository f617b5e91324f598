//! Suppressing an address and letting it back in.

use kernel::{Fault, text};
use runtime::Tx;
use serde_json::json;

use super::model::{REASONS, Suppression};
use super::store;
use crate::sessions::store_events::{self, UNSUBSCRIBE};
use crate::sessions::{self, store_consents};

/// Suppresses an address by hand; gives the row, new or old.
pub(crate) fn add(tx: &mut Tx, email: &str, reason: &str, source: &str) -> Result<Suppression, Fault> {
    let email = text::email("email", email)?;
    if !REASONS.contains(&reason) {
        return Err(Fault::invalid("reason", format!("Use one of: {}.", REASONS.join(", "))));
    }
    let hash = text::email_hash(&email);
    suppress(tx, &hash, &email, reason, source)?;
    store::find(tx, &hash)?.ok_or_else(|| Fault::bug("a suppression was not written"))
}

/// Suppresses a contact: what is on its way to it is cancelled, and its sessions show it. False when it was before.
pub(crate) fn suppress(
    tx: &mut Tx,
    contact_hash: &str,
    email: &str,
    reason: &str,
    source: &str,
) -> Result<bool, Fault> {
    if !store::add(tx, contact_hash, email, reason, source)? {
        return Ok(false);
    }
    let kind = if reason == "unsubscribe" { "unsubscribed" } else { "suppressed" };
    for mut session in sessions::store::all_by_email(tx, contact_hash)? {
        crate::runs::commands::stop_session(tx, session.id, kind)?;
        store_events::log(tx, session.id, kind, &json!({ "reason": reason }))?;
        if reason == "unsubscribe" {
            let text = session.consent_text.clone();
            store_consents::record(tx, &session, false, &text, reason)?;
        }
        sessions::store::save(tx, &mut session)?;
    }
    Ok(true)
}

/// Lets an address back in, or 404.
pub(crate) fn remove(tx: &mut Tx, id: i64) -> Result<Suppression, Fault> {
    let (row, hash) = store::by_id(tx, id)?.ok_or_else(|| Fault::not_found("suppression"))?;
    store::delete(tx, id)?;
    for mut session in sessions::store::all_by_email(tx, &hash)? {
        sessions::store::save(tx, &mut session)?;
    }
    Ok(row)
}

/// An unsubscribe link was followed to its end. Gives the masked address; an unknown token is a 404.
pub(crate) fn unsubscribe(tx: &mut Tx, token: &str, source: &str) -> Result<String, Fault> {
    let known = masked(tx, token)?;
    let token = store_events::token(tx, UNSUBSCRIBE, token)?.ok_or_else(unknown)?;
    let email =
        sessions::store::by_id(tx, token.session_id)?.map(|session| session.email).unwrap_or_default();
    if suppress(tx, &token.contact_hash, &email, "unsubscribe", source)? {
        let fate = store::Fate {
            event_type: "unsubscribe",
            run_id: kernel::ids::RunId(0),
            message_id: token.message_id,
            step: 0,
            contact_hash: &token.contact_hash,
            detail: source,
        };
        store::add_event(tx, &fate)?;
    }
    Ok(known)
}

/// The masked address behind an unsubscribe token, or 404.
pub(crate) fn masked(tx: &mut Tx, token: &str) -> Result<String, Fault> {
    store_events::token(tx, UNSUBSCRIBE, token)?.map(|token| token.masked).ok_or_else(unknown)
}

fn unknown() -> Fault {
    Fault::new(
        kernel::FaultKind::NotFound,
        "invalid_token",
        "This link is not known. Use the link of the newest mail, or ask the shop to take you off its list.",
    )
}
