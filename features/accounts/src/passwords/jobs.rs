//! Emailing a reset link, outside of any transaction.

use kernel::contracts::messaging::ComposePasswordReset;
use kernel::ids::UserId;
use kernel::{Fault, FaultKind};
use runtime::ports::{Mail, MailError};
use runtime::{Actor, Engine, Job, JobKind, Urgency};
use serde::{Deserialize, Serialize};

use super::{commands, store};
use crate::users;

/// Emails a link for setting a new password.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendPasswordReset {
    /// The account.
    pub user_id: UserId,
}

impl Job for SendPasswordReset {
    const KIND: &'static str = "accounts.send_password_reset";
}

/// The kind of job.
#[must_use]
pub fn job_kind() -> JobKind {
    JobKind::new(|engine: Engine, job: SendPasswordReset| async move { send(&engine, job.user_id).await })
        .urgency(Urgency::Mail)
}

async fn send(engine: &Engine, id: UserId) -> Result<(), Fault> {
    let made = engine
        .write(Actor::system(), move |tx| {
            let Some(user) = users::store::by_id(tx, id)? else { return Ok(None) };
            let token = tx.entropy().alphanumeric(commands::TOKEN_LENGTH);
            let expires_at = tx.now().plus_minutes(commands::GOOD_MINUTES);
            store::insert(tx, &token, id, expires_at)?;
            Ok(Some((user, token)))
        })
        .await?;
    let Some((user, token)) = made else { return Ok(()) };
    let link_url = format!("{}/my-account/reset-password/{token}", engine.public_url());
    let request =
        ComposePasswordReset { name: user.display_name, link_url, good_minutes: commands::GOOD_MINUTES };
    let email = engine.ask(request).await?;
    let mail = Mail {
        key: format!("password-reset-{}", kernel::hash::sha256(&token)),
        from: email.from,
        from_name: email.from_name,
        to: user.user_email,
        subject: email.subject,
        text: email.text,
        html: email.html,
        headers: email.headers,
    };
    match engine.mailer().send(&mail).await {
        // One that may have gone is not sent twice: its reader can ask again.
        Ok(()) | Err(MailError::Unknown(_)) => Ok(()),
        Err(MailError::Refused(reason) | MailError::NoMailbox(reason)) => {
            tracing::warn!(reason, "an email with a reset link was refused");
            Ok(())
        }
        Err(MailError::Down(reason) | MailError::Misconfigured(reason)) => Err(Fault::new(
            FaultKind::Upstream,
            "mail_down",
            format!("The email could not be sent: {reason}"),
        )),
    }
}
