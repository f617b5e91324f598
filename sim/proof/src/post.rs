//! The post: takes letters, refuses some, and keeps a record of what it took that no crash of a server touches.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use runtime::ports::{Mail, MailError, Mailer};

use crate::board::{Board, Gate, Word};

/// The post.
#[derive(Default)]
pub struct Post(Mutex<Vec<Mail>>);

impl std::fmt::Debug for Post {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Post")
    }
}

impl Post {
    fn take(&self, mail: &Mail) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(mail.clone());
    }

    /// Every letter it has taken, in order.
    #[must_use]
    pub fn taken(&self) -> Vec<Mail> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// One server's way to the post.
pub struct Counter {
    /// Whose.
    pub server: usize,
    /// The post.
    pub post: Arc<Post>,
    /// Where its calls wait.
    pub board: Arc<Board>,
}

#[async_trait]
impl Mailer for Counter {
    fn name(&self) -> &'static str {
        "smtp"
    }

    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let unknown = || MailError::Unknown("The line broke after the letter.".to_owned());
        match self.board.park(self.server, Gate::Post).await {
            Word::Refuse => return Err(MailError::Down("450 not now".to_owned())),
            Word::Bounce => return Err(MailError::NoMailbox("550 no such address".to_owned())),
            Word::Lose | Word::Hang => {
                self.post.take(mail);
                return Err(unknown());
            }
            Word::Go | Word::Twice => self.post.take(mail),
        }
        match self.board.park(self.server, Gate::PostAnswer).await {
            Word::Go | Word::Twice => Ok(()),
            _ => Err(unknown()),
        }
    }
}
