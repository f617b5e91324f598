//! Keeping a mail.

use async_trait::async_trait;
use db::Db;
use kernel::Fault;
use runtime::ports::{Mail, MailError, Mailer};

use super::store;

/// Keeps mails in the database instead of sending them: for a shop without a mail server, and for trying things out.
#[derive(Clone)]
pub struct OutboxMailer {
    db: Db,
}

impl OutboxMailer {
    /// On the installation's own database.
    #[must_use]
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

impl std::fmt::Debug for OutboxMailer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("OutboxMailer")
    }
}

/// Lines longer than a column holds, or broken ones, would be refused by a mail server as well.
fn check(mail: &Mail) -> Result<(), MailError> {
    let lines = [&mail.key, &mail.from, &mail.from_name, &mail.to, &mail.subject];
    let broken = lines.iter().any(|line| line.chars().any(char::is_control));
    if broken || mail.key.is_empty() || mail.key.len() > 191 || mail.subject.chars().count() > 500 {
        return Err(MailError::Refused("the mail's head is not well formed".to_owned()));
    }
    if kernel::text::email("to", &mail.to).is_err() {
        return Err(MailError::Refused("the recipient's address is not an e-mail address".to_owned()));
    }
    Ok(())
}

#[async_trait]
impl Mailer for OutboxMailer {
    fn name(&self) -> &'static str {
        "outbox"
    }

    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        check(mail)?;
        let mail = mail.clone();
        let stored: Result<(), Fault> = self.db.write(move |tx| store::insert(tx, &mail)).await;
        // The same key again changes nothing, so a lost answer is as harmless as a refused one.
        stored.map_err(|_| MailError::Down("the outbox cannot be written".to_owned()))
    }
}
