//! SQL of the outbox.

use kernel::{Fault, Moment, Page, Paging};
use runtime::ports::Mail;
use runtime::{Row, Sql, Tx, params};

const INSERT: Sql = Sql::pair(
    "INSERT OR IGNORE INTO {p}cartwright_outbox_mails (mail_key, sender, sender_name, recipient, subject, text_part, \
     html_part, headers, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "INSERT IGNORE INTO {p}cartwright_outbox_mails (mail_key, sender, sender_name, recipient, subject, text_part, \
     html_part, headers, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
);
const LIST: Sql = Sql::new(
    "SELECT id, sender, sender_name, recipient, subject, '' AS text_part, '' AS html_part, '[]' AS headers, created_at \
     FROM {p}cartwright_outbox_mails WHERE (? = '' OR LOWER(recipient) LIKE ? OR LOWER(subject) LIKE ?) ORDER BY id DESC LIMIT ? OFFSET ?",
);
const COUNT: Sql = Sql::new(
    "SELECT COUNT(*) FROM {p}cartwright_outbox_mails WHERE (? = '' OR LOWER(recipient) LIKE ? OR LOWER(subject) LIKE ?)",
);
const GET: Sql = Sql::new("SELECT * FROM {p}cartwright_outbox_mails WHERE id = ?");
const PRUNE: Sql = Sql::new("DELETE FROM {p}cartwright_outbox_mails WHERE created_at < ?");

const FORGET: Sql = Sql::new("DELETE FROM {p}cartwright_outbox_mails WHERE LOWER(recipient) = ?");

/// A kept mail. In lists the parts and headers are empty.
#[derive(Debug)]
pub(crate) struct KeptMail {
    pub(crate) id: i64,
    pub(crate) sender: String,
    pub(crate) sender_name: String,
    pub(crate) recipient: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) created_at: Moment,
}

fn read(row: &Row) -> Result<KeptMail, db::DbError> {
    let headers: String = row.get("headers")?;
    Ok(KeptMail {
        id: row.get("id")?,
        sender: row.get("sender")?,
        sender_name: row.get("sender_name")?,
        recipient: row.get("recipient")?,
        subject: row.get("subject")?,
        text: row.get("text_part")?,
        html: row.get("html_part")?,
        headers: kernel::json::from_text(&headers).unwrap_or_default(),
        created_at: row.get("created_at")?,
    })
}

pub(crate) fn insert(tx: &mut Tx, mail: &Mail) -> Result<(), Fault> {
    let (headers, now) = (kernel::json::to_text(&mail.headers), tx.now());
    tx.execute(
        &INSERT,
        params![
            &mail.key,
            &mail.from,
            &mail.from_name,
            &mail.to,
            &mail.subject,
            &mail.text,
            &mail.html,
            headers,
            now
        ],
    )?;
    Ok(())
}

pub(crate) fn list(tx: &mut Tx, paging: &Paging) -> Result<Page<KeptMail>, Fault> {
    let search = &paging.search;
    let like = format!("%{search}%");
    let total = tx.count(&COUNT, params![search, &like, &like])?;
    let rows =
        tx.rows(&LIST, params![search, &like, &like, i64::from(paging.per_page), paging.offset()], read)?;
    Ok(Page { rows, total })
}

/// A mail, or 404.
pub(crate) fn get(tx: &mut Tx, id: i64) -> Result<KeptMail, Fault> {
    tx.one(&GET, params![id], read)?.ok_or_else(|| Fault::not_found("mail"))
}

pub(crate) fn prune(tx: &mut Tx, before: Moment) -> Result<u64, Fault> {
    Ok(tx.execute(&PRUNE, params![before])?)
}

/// Deletes what was sent to an address.
pub(crate) fn forget(tx: &mut Tx, email: &str) -> Result<(), Fault> {
    tx.execute(&FORGET, params![email.to_lowercase()])?;
    Ok(())
}
