//! The SQL of the inbox and of what was last told of a subject.

use kernel::{Fault, Moment};
use runtime::{Row, Sql, Tx, params};

use super::model::{Announcement, Letter, Waiting};
use super::rules;

const INSERT: Sql = Sql::pair(
    "INSERT OR IGNORE INTO {p}cartwright_inbox (site, event_id, name, subject, order_id, said_at, payload, state, problem, \
     received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "INSERT IGNORE INTO {p}cartwright_inbox (site, event_id, name, subject, order_id, said_at, payload, state, problem, \
     received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
);
const OF_SUBJECT: Sql = Sql::new(
    "SELECT id, event_id, name, subject, order_id, said_at, payload FROM {p}cartwright_inbox \
     WHERE site = ? AND subject = ? AND state = 'waiting' ORDER BY event_id LIMIT 200",
);
const SUBJECTS: Sql = Sql::new(
    "SELECT site, subject FROM {p}cartwright_inbox WHERE state = 'waiting' GROUP BY site, subject ORDER BY MIN(id) LIMIT 500",
);
const SETTLE: Sql = Sql::new(
    "UPDATE {p}cartwright_inbox SET state = ?, problem = ?, done_at = ? WHERE id = ? AND state = 'waiting'",
);
const COUNT: Sql = Sql::new("SELECT COUNT(*) FROM {p}cartwright_inbox WHERE state = ?");
const PRUNE: Sql = Sql::new("DELETE FROM {p}cartwright_inbox WHERE state = 'done' AND done_at < ?");
const TOLD: Sql =
    Sql::new("SELECT event_id, digest FROM {p}cartwright_wordpress_subjects WHERE site = ? AND subject = ?");
const TELL: Sql = Sql::new(
    "INSERT INTO {p}cartwright_wordpress_subjects (event_id, digest, site, subject) VALUES (?, ?, ?, ?)",
);
const TELL_AGAIN: Sql = Sql::new(
    "UPDATE {p}cartwright_wordpress_subjects SET event_id = ?, digest = ? WHERE site = ? AND subject = ?",
);

/// Keeps an announcement; one that was kept before changes nothing. True when it is new and waits.
pub(crate) fn keep(tx: &mut Tx, site: &str, announcement: &Announcement) -> Result<bool, Fault> {
    let (now, problem) = (tx.now(), rules::problem(announcement));
    let state = if problem.is_empty() { "waiting" } else { "failed" };
    let name: String = announcement.name.chars().take(20).collect();
    let (subject, said_at) = (rules::subject(announcement), rules::said_at(announcement, now));
    let rows = tx.execute(
        &INSERT,
        params![
            site,
            announcement.id,
            name,
            subject,
            announcement.order_id,
            said_at,
            announcement.data.to_string(),
            state,
            problem,
            now
        ],
    )?;
    Ok(rows == 1 && problem.is_empty())
}

fn letter(row: &Row) -> Result<Letter, db::DbError> {
    Ok(Letter {
        id: row.get("id")?,
        event_id: row.get("event_id")?,
        name: row.get("name")?,
        subject: row.get("subject")?,
        order_id: row.get("order_id")?,
        said_at: row.get("said_at")?,
        payload: row.get("payload")?,
    })
}

/// What waits of a subject, in the store's order.
pub(crate) fn of_subject(tx: &mut Tx, site: &str, subject: &str) -> Result<Vec<Letter>, Fault> {
    Ok(tx.rows(&OF_SUBJECT, params![site, subject], letter)?)
}

/// Subjects of which something waits, the longest first.
pub(crate) fn subjects(tx: &mut Tx) -> Result<Vec<(String, String)>, Fault> {
    Ok(tx.rows(&SUBJECTS, params![], |row| Ok((row.get("site")?, row.get("subject")?)))?)
}

/// It is worked off, or set aside with its problem.
pub(crate) fn settle(tx: &mut Tx, id: i64, problem: &str) -> Result<(), Fault> {
    let (now, state) = (tx.now(), if problem.is_empty() { "done" } else { "failed" });
    let problem: String = problem.chars().take(400).collect();
    tx.execute(&SETTLE, params![state, problem, now, id])?;
    Ok(())
}

pub(crate) fn waiting(tx: &mut Tx) -> Result<Waiting, Fault> {
    Ok(Waiting {
        waiting: tx.count(&COUNT, params!["waiting"])?,
        failed: tx.count(&COUNT, params!["failed"])?,
    })
}

pub(crate) fn prune(tx: &mut Tx, before: Moment) -> Result<(), Fault> {
    tx.execute(&PRUNE, params![before])?;
    Ok(())
}

/// Is this news of the subject: later than the last that was told, and another thing? Then it is the last from now on.
pub(crate) fn is_news(tx: &mut Tx, site: &str, letter: &Letter, content: &str) -> Result<bool, Fault> {
    let told = tx.one(&TOLD, params![site, &letter.subject], |row| {
        Ok((row.get::<i64>("event_id")?, row.get::<String>("digest")?))
    })?;
    let values = params![letter.event_id, content, site, &letter.subject];
    match told {
        Some((last, _)) if letter.event_id <= last => Ok(false),
        Some((_, known)) => {
            tx.execute(&TELL_AGAIN, values)?;
            Ok(known != content)
        }
        None => match tx.execute(&TELL, values) {
            Ok(_) => Ok(true),
            Err(error) if error.is_duplicate() => {
                tx.run_again();
                Err(Fault::unavailable("The subject was told of at this very moment. Try again."))
            }
            Err(error) => Err(error.into()),
        },
    }
}
