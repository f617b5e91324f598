//! The SQL of accounts.

use kernel::contracts::accounts::ListAccounts;
use kernel::ids::UserId;
use kernel::{Fault, Moment, Page, Paging, text};
use runtime::{Row, Sql, Tx, params};

use super::model::User;

const COLUMNS: &str =
    "id, user_login, user_email, display_name, first_name, last_name, roles, user_registered, capabilities";
const INSERT: Sql = Sql::new(
    "INSERT INTO {p}cartwright_users (user_login, user_pass, user_email, email_normal, display_name, first_name, last_name, \
     roles, user_registered) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
);
const BY_ID: Sql = Sql::new(
    "SELECT id, user_login, user_email, display_name, first_name, last_name, roles, user_registered, capabilities \
     FROM {p}cartwright_users WHERE id = ?",
);
const BY_LOGIN: Sql = Sql::new(
    "SELECT id, user_login, user_email, display_name, first_name, last_name, roles, user_registered, capabilities \
     FROM {p}cartwright_users WHERE user_login = ? OR email_normal = ?",
);
const OF_ROLE: Sql = Sql::new("SELECT id FROM {p}cartwright_users WHERE roles LIKE ? ORDER BY id LIMIT 2");
const PASSWORD: Sql = Sql::new("SELECT user_pass FROM {p}cartwright_users WHERE id = ?");
const DELETE: Sql = Sql::new("DELETE FROM {p}cartwright_users WHERE id = ?");
const DELETE_SESSIONS: Sql = Sql::new("DELETE FROM {p}cartwright_login_sessions WHERE user_id = ?");
const DELETE_PASSWORDS: Sql = Sql::new("DELETE FROM {p}cartwright_application_passwords WHERE user_id = ?");
const SET_PASSWORD: Sql = Sql::new("UPDATE {p}cartwright_users SET user_pass = ? WHERE id = ?");

const UPDATE: Sql = Sql::new(
    "UPDATE {p}cartwright_users SET user_email = ?, email_normal = ?, display_name = ?, first_name = ?, last_name = ? \
     WHERE id = ?",
);

const MIRROR: Sql = Sql::new(
    "INSERT INTO {p}cartwright_users (user_login, user_pass, user_email, email_normal, display_name, first_name, last_name, \
     roles, user_registered, capabilities, id) VALUES (?, '!', ?, ?, ?, '', '', 'wordpress', ?, ?, ?)",
);
const UPDATE_MIRROR: Sql = Sql::new(
    "UPDATE {p}cartwright_users SET user_login = ?, user_email = ?, email_normal = ?, display_name = ?, capabilities = ? \
     WHERE id = ? AND capabilities IS NOT NULL",
);
const SET_CAPABILITIES: Sql =
    Sql::new("UPDATE {p}cartwright_users SET capabilities = ? WHERE id = ? AND capabilities IS NOT NULL");
const RESET_MIRRORS: Sql =
    Sql::new("UPDATE {p}cartwright_users SET capabilities = ? WHERE capabilities IS NOT NULL");
const DELETE_MIRRORED_SESSIONS: Sql = Sql::new(
    "DELETE FROM {p}cartwright_login_sessions WHERE user_id IN \
     (SELECT id FROM {p}cartwright_users WHERE capabilities IS NOT NULL)",
);
const TAKEN: Sql = Sql::new(
    "SELECT COUNT(*) FROM {p}cartwright_users WHERE (user_login = ? OR email_normal = ?) AND id <> ?",
);
const OWN: Sql =
    Sql::new("SELECT id FROM {p}cartwright_users WHERE capabilities IS NULL AND id < ? ORDER BY id");
const MOVES: [Sql; 3] = [
    Sql::new("UPDATE {p}cartwright_users SET id = ? WHERE id = ? AND capabilities IS NULL"),
    Sql::new("UPDATE {p}cartwright_login_sessions SET user_id = ? WHERE user_id = ?"),
    Sql::new("UPDATE {p}cartwright_application_passwords SET user_id = ? WHERE user_id = ?"),
];
const HIGHEST: Sql = Sql::new("SELECT MAX(id) FROM {p}cartwright_users");

fn user(row: &Row) -> Result<User, db::DbError> {
    Ok(User {
        id: row.get("id")?,
        user_login: row.get("user_login")?,
        user_email: row.get("user_email")?,
        display_name: row.get("display_name")?,
        first_name: row.get("first_name")?,
        last_name: row.get("last_name")?,
        roles: row.get("roles")?,
        user_registered: row.get("user_registered")?,
        capabilities: row
            .get::<Option<String>>("capabilities")?
            .map(|names| kernel::json::from_text(&names).unwrap_or_default()),
    })
}

pub(crate) fn insert(tx: &mut Tx, user: &User, password_hash: &str) -> Result<UserId, Fault> {
    let inserted = tx.insert(
        &INSERT,
        params![
            &user.user_login,
            password_hash,
            &user.user_email,
            text::normal_email(&user.user_email),
            &user.display_name,
            &user.first_name,
            &user.last_name,
            &user.roles,
            user.user_registered
        ],
    );
    match inserted {
        Ok(id) => Ok(UserId(id)),
        Err(error) if error.is_duplicate() => Err(Fault::conflict(
            "existing_user",
            "An account with this login name or address is already there. Log in, or choose another.",
        )),
        Err(error) => Err(error.into()),
    }
}

pub(crate) fn by_id(tx: &mut Tx, id: UserId) -> Result<Option<User>, Fault> {
    Ok(tx.one(&BY_ID, params![id], user)?)
}

/// By login name or by address in any case.
pub(crate) fn by_login(tx: &mut Tx, login: &str) -> Result<Option<User>, Fault> {
    Ok(tx.one(&BY_LOGIN, params![login.trim(), text::normal_email(login)], user)?)
}

/// Up to two accounts that hold the role.
pub(crate) fn of_role(tx: &mut Tx, role: &str) -> Result<Vec<UserId>, Fault> {
    Ok(tx.rows(&OF_ROLE, params![format!("%{role}%")], |row| row.get("id"))?)
}

pub(crate) fn password_hash(tx: &mut Tx, id: UserId) -> Result<Option<String>, Fault> {
    Ok(tx.one(&PASSWORD, params![id], |row| row.get("user_pass"))?)
}

pub(crate) fn set_password(tx: &mut Tx, id: UserId, password_hash: &str) -> Result<(), Fault> {
    tx.execute(&SET_PASSWORD, params![password_hash, id])?;
    tx.execute(&DELETE_SESSIONS, params![id])?;
    Ok(())
}

pub(crate) fn delete(tx: &mut Tx, id: UserId) -> Result<bool, Fault> {
    tx.execute(&DELETE_SESSIONS, params![id])?;
    tx.execute(&DELETE_PASSWORDS, params![id])?;
    Ok(tx.execute(&DELETE, params![id])? == 1)
}

/// A page of accounts; `paging.orderby` is one of the columns, checked by the caller.
pub(crate) fn list(tx: &mut Tx, paging: &Paging) -> Result<Page<User>, Fault> {
    let pattern = format!("%{}%", paging.search.replace(['%', '_'], ""));
    let condition = "LOWER(user_login) LIKE ? OR email_normal LIKE ? OR LOWER(display_name) LIKE ?";
    let total = tx.count_text(
        &format!("SELECT COUNT(*) FROM {{p}}cartwright_users WHERE {condition}"),
        params![&pattern, &pattern, &pattern],
    )?;
    let direction = if paging.descending { "DESC" } else { "ASC" };
    let rows = tx.rows_text(
        &format!(
            "SELECT {COLUMNS} FROM {{p}}cartwright_users WHERE {condition} ORDER BY {} {direction}, id {direction} LIMIT ? OFFSET ?",
            paging.orderby
        ),
        params![&pattern, &pattern, &pattern, i64::from(paging.per_page), paging.offset()],
        user,
    )?;
    Ok(Page { rows, total })
}

/// A page of accounts as another feature asks for them.
pub(crate) fn narrowed(tx: &mut Tx, wanted: &ListAccounts) -> Result<Page<User>, Fault> {
    let mut condition = String::from("1 = 1");
    let mut values: Vec<db::Param<'_>> = Vec::new();
    if let Some(role) = &wanted.role {
        condition.push_str(" AND (roles = ? OR roles LIKE ? OR roles LIKE ? OR roles LIKE ?)");
        let texts = [role.clone(), format!("{role},%"), format!("%,{role}"), format!("%,{role},%")];
        values.extend(texts.into_iter().map(db::Param::from));
    }
    if let Some(email) = &wanted.email {
        condition.push_str(" AND email_normal = ?");
        values.push(text::normal_email(email).into());
    }
    if !wanted.search.is_empty() {
        let plain = wanted.search.replace('!', "!!").replace('%', "!%").replace('_', "!_");
        let columns = ["user_login", "email_normal", "display_name", "CONCAT(first_name, ' ', last_name)"];
        let each: Vec<String> =
            columns.iter().map(|column| format!("LOWER({column}) LIKE ? ESCAPE '!'")).collect();
        condition.push_str(&format!(" AND ({})", each.join(" OR ")));
        values.extend(columns.iter().map(|_| db::Param::from(format!("%{plain}%"))));
    }
    for (word, empty, ids) in [("IN", "1 = 0", &wanted.include), ("NOT IN", "1 = 1", &wanted.exclude)] {
        let Some(ids) = ids else { continue };
        if ids.is_empty() {
            condition.push_str(&format!(" AND {empty}"));
        } else {
            condition.push_str(&format!(" AND id {word} ({})", vec!["?"; ids.len()].join(", ")));
            values.extend(ids.iter().map(|id| db::Param::from(*id)));
        }
    }
    let direction = if wanted.descending { "DESC" } else { "ASC" };
    let order = match (wanted.orderby.as_str(), wanted.include.as_deref().unwrap_or_default()) {
        ("include", ids) if !ids.is_empty() => {
            let places: String =
                ids.iter().enumerate().map(|(place, id)| format!(" WHEN {id} THEN {place}")).collect();
            format!("CASE id{places} END, id")
        }
        ("name", _) => format!("LOWER(display_name) {direction}, id {direction}"),
        ("registered_date", _) => format!("user_registered {direction}, id {direction}"),
        _ => format!("id {direction}"),
    };
    let total =
        tx.count_text(&format!("SELECT COUNT(*) FROM {{p}}cartwright_users WHERE {condition}"), &values)?;
    values.extend([db::Param::from(wanted.limit), db::Param::from(wanted.offset)]);
    let text = format!(
        "SELECT {COLUMNS} FROM {{p}}cartwright_users WHERE {condition} ORDER BY {order} LIMIT ? OFFSET ?"
    );
    Ok(Page { rows: tx.rows_text(&text, &values, user)?, total })
}

/// Writes address and names of an account. An address that is taken is a 400 that names it.
pub(crate) fn update(tx: &mut Tx, user: &User) -> Result<(), Fault> {
    let changed = tx.execute(
        &UPDATE,
        params![
            &user.user_email,
            text::normal_email(&user.user_email),
            &user.display_name,
            &user.first_name,
            &user.last_name,
            user.id
        ],
    );
    match changed {
        Ok(_) => Ok(()),
        Err(error) if error.is_duplicate() => Err(email_taken()),
        Err(error) => Err(error.into()),
    }
}

/// The address belongs to another account.
pub(crate) fn email_taken() -> Fault {
    Fault::new(
        kernel::FaultKind::Invalid,
        "registration-error-email-exists",
        "An account is already registered with this address.",
    )
    .and_invalid("email", "Choose another address.")
}

/// A fresh row without an id yet.
pub(crate) fn fresh(now: Moment) -> User {
    User {
        id: UserId(0),
        user_login: String::new(),
        user_email: String::new(),
        display_name: String::new(),
        first_name: String::new(),
        last_name: String::new(),
        roles: String::new(),
        user_registered: now,
        capabilities: None,
    }
}

/// Ids from here on are this server's own where WordPress's users have theirs: no WordPress counts so far.
pub(crate) const OWN_IDS: i64 = 1_000_000_000_000;

/// Accounts of this server with ids that a WordPress user may have.
pub(crate) fn in_the_way(tx: &mut Tx) -> Result<Vec<UserId>, Fault> {
    Ok(tx.rows(&OWN, params![OWN_IDS], |row| row.get("id"))?)
}

/// Gives an account of this server an id that no WordPress user has; its logins and passwords go with it.
pub(crate) fn move_away(tx: &mut Tx, id: UserId) -> Result<(), Fault> {
    let free = tx.count(&HIGHEST, params![])?.max(OWN_IDS) + 1;
    for statement in &MOVES {
        tx.execute(statement, params![free, id])?;
    }
    Ok(())
}

/// Is the login name or the address another account's?
pub(crate) fn is_taken(tx: &mut Tx, login: &str, email: &str, id: UserId) -> Result<bool, Fault> {
    Ok(tx.count(&TAKEN, params![login, text::normal_email(email), id])? > 0)
}

/// Writes the account of a WordPress user; the names are unique among all accounts.
pub(crate) fn mirror(tx: &mut Tx, user: &User, email_normal: &str) -> Result<(), Fault> {
    let capabilities = kernel::json::to_text(&user.capabilities);
    let changed = tx.execute(
        &UPDATE_MIRROR,
        params![&user.user_login, &user.user_email, email_normal, &user.display_name, &capabilities, user.id],
    )?;
    if changed == 0 {
        tx.execute(
            &MIRROR,
            params![
                &user.user_login,
                &user.user_email,
                email_normal,
                &user.display_name,
                user.user_registered,
                &capabilities,
                user.id
            ],
        )?;
    }
    Ok(())
}

/// What a WordPress user may do from now on.
pub(crate) fn set_capabilities(tx: &mut Tx, id: UserId, capabilities: &[String]) -> Result<(), Fault> {
    tx.execute(&SET_CAPABILITIES, params![kernel::json::to_text(&Some(capabilities)), id])?;
    Ok(())
}

/// Ends all logins of an account.
pub(crate) fn end_logins(tx: &mut Tx, id: UserId) -> Result<(), Fault> {
    tx.execute(&DELETE_SESSIONS, params![id])?;
    Ok(())
}

/// Ends the logins of all users of a WordPress, and takes from them what they may do.
pub(crate) fn reset_mirrors(tx: &mut Tx, capabilities: &[String]) -> Result<(), Fault> {
    tx.execute(&DELETE_MIRRORED_SESSIONS, params![])?;
    tx.execute(&RESET_MIRRORS, params![kernel::json::to_text(&Some(capabilities))])?;
    Ok(())
}
